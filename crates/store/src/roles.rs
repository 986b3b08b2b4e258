//! The rights that a server's users need, and no more.

use crate::{Kind, Servers};
use std::fmt::Write as _;

/// Returns a script for `psql` that makes three roles and gives them their rights:
///
/// - `lethe_owner` owns the schemas and brings them up;
/// - `lethe_vault` reads and writes rows of Lethe's tables, and can neither make, change nor empty one;
/// - `lethe_read` reads the active store and the archive, where everything is sealed, and nothing of
///   the keyring or the journal.
///
/// It may be run again, and has to be after the schemas were made or brought up: rights are given
/// table by table, to those that exist; in each database, if there are several. It sets no passwords.
pub fn roles_sql(servers: &Servers) -> String {
    let mut script = String::from(
        "-- Run as a superuser in the database itself; after `lethe_owner` has made the schemas, again.\n\
         DO $$ DECLARE name text; BEGIN\n\
         \x20 FOREACH name IN ARRAY ARRAY['lethe_owner', 'lethe_vault', 'lethe_read'] LOOP\n\
         \x20   IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) THEN\n\
         \x20     EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE', name);\n\
         \x20   END IF;\n\
         \x20 END LOOP;\n\
         END $$;\n",
    );
    for kind in Kind::ALL {
        let schema = servers.of(kind).schema(kind);
        let readers = match kind {
            Kind::Keyring | Kind::Journal => "lethe_vault",
            Kind::Active | Kind::Archive => "lethe_vault, lethe_read",
        };
        // Writing to a text does not fail.
        let _ = write!(
            script,
            "\n-- {name}\n\
             CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION lethe_owner;\n\
             REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, lethe_vault, lethe_read;\n\
             REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM PUBLIC, lethe_vault, lethe_read;\n\
             GRANT USAGE ON SCHEMA {schema} TO {readers};\n\
             DO $$ DECLARE name text; BEGIN\n\
             \x20 FOREACH name IN ARRAY ARRAY['{tables}'] LOOP\n\
             \x20   IF to_regclass('{schema}.' || name) IS NOT NULL THEN\n\
             \x20     EXECUTE format('GRANT SELECT ON {schema}.%I TO {readers}', name);\n\
             \x20     EXECUTE format('GRANT INSERT, UPDATE, DELETE ON {schema}.%I TO lethe_vault', name);\n\
             \x20   END IF;\n\
             \x20 END LOOP;\n\
             \x20 IF to_regclass('{schema}.lethe_schema') IS NOT NULL THEN\n\
             \x20   GRANT SELECT ON {schema}.lethe_schema TO {readers};\n\
             \x20 END IF;\n\
             END $$;\n",
            name = kind.name(),
            tables = kind.tables().join("', '"),
        );
    }
    script
}
