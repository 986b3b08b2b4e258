//! What has to hold for a PostgreSQL that is spread over several machines, and for its users.

use lethe_store::active::batches;
use lethe_store::{
    Database, GROWING_TABLES, GrowingTable, Kind, ServerUrl, Servers, Speed, StoreError,
    hot_statements, roles_sql, statements, status,
};
use std::collections::BTreeSet;

#[test]
fn a_hot_statement_asks_for_one_value_of_the_column_its_table_is_distributed_by() {
    let all: BTreeSet<&str> = statements().map(|(_, sql)| sql).collect();
    for (kind, sql) in hot_statements() {
        assert!(all.contains(sql), "not in the list of statements: {sql}");
        let asked: Vec<_> = GROWING_TABLES
            .iter()
            .filter(|table| table.kind == kind && names(sql, table.name))
            .collect();
        assert!(asked.len() <= 1, "more than one table in: {sql}");
        for table in asked {
            assert!(stays_on_one_machine(sql, table), "{} in: {sql}", table.by);
        }
    }
}

fn names(sql: &str, table: &str) -> bool {
    let before = ["FROM ", "INTO ", "UPDATE ", "JOIN "];
    before.iter().any(|word| {
        sql.contains(&format!("{word}{table} ")) || sql.ends_with(&format!("{word}{table}"))
    })
}

fn stays_on_one_machine(sql: &str, table: &GrowingTable) -> bool {
    if let Some((_, columns)) = sql
        .strip_prefix("INSERT INTO ")
        .and_then(|sql| sql.split_once('('))
    {
        return columns
            .split(')')
            .next()
            .unwrap()
            .split(", ")
            .any(|column| column == table.by);
    }
    let condition = sql
        .split_once("WHERE ")
        .map_or("", |(_, condition)| condition);
    condition.starts_with(&format!("{} = $", table.by)) && !condition.contains(" OR ")
}

#[test]
fn a_growing_table_is_distributed_by_the_first_column_of_its_key() {
    for table in GROWING_TABLES {
        let migrations = table.kind.postgres_migrations().join("\n");
        let head = format!("CREATE TABLE {} (", table.name);
        let (_, body) = migrations.split_once(&head).expect(table.name);
        let body = body.split_once(");").unwrap().0;
        let key = match body.split_once("    PRIMARY KEY (") {
            Some((_, key)) => key.split([',', ')']).next().unwrap(),
            None => {
                let column = body
                    .lines()
                    .find(|line| line.contains("PRIMARY KEY"))
                    .unwrap();
                column.split_whitespace().next().unwrap()
            }
        };
        assert_eq!(key, table.by, "{}", table.name);
    }
}

#[test]
fn no_schema_needs_what_cannot_be_distributed() {
    for kind in Kind::ALL {
        for migration in kind.postgres_migrations() {
            for word in [
                "SERIAL",
                "SEQUENCE",
                "TRIGGER",
                "REFERENCES",
                "GENERATED",
                "EXCLUDE",
            ] {
                assert!(
                    !migration.to_uppercase().contains(word),
                    "{word} in {}",
                    kind.name()
                );
            }
        }
    }
}

#[test]
fn the_vault_writes_rows_and_the_reader_never_sees_the_keyring() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let server = lethe_pgtest::server().unwrap();
    let name = url.split_once(":///").unwrap().1.split('?').next().unwrap();
    let roles = roles_sql(&Servers::new(&url, None, None).unwrap());
    let as_role = |role: &str| -> ServerUrl {
        url.replace("user=postgres", &format!("user={role}"))
            .parse()
            .unwrap()
    };
    let open = |role, kind| Database::open(as_role(role), kind, Speed::Serving);
    server.sql_in(name, &roles);
    let early = open("lethe_vault", Kind::Active).err().unwrap();
    assert!(matches!(early, StoreError::NotPermitted), "{early}");
    for kind in Kind::ALL {
        drop(open("lethe_owner", kind).unwrap());
    }
    server.sql_in(name, &roles);
    let mut vault = open("lethe_vault", Kind::Active).unwrap();
    vault.write(|tx| batches::insert(tx, &[1; 16], 0)).unwrap();
    open("lethe_vault", Kind::Keyring).unwrap();
    let refused = |role: &str, sql: &str| {
        let output = server.try_sql_in(name, &format!("SET ROLE {role}; {sql}"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.contains("permission denied") || said.contains("must be owner"),
            "{sql}: {said}"
        );
    };
    refused("lethe_vault", "CREATE TABLE active.mine (id INTEGER)");
    refused("lethe_vault", "TRUNCATE active.batches");
    refused("lethe_vault", "DROP TABLE active.batches");
    refused("lethe_vault", "UPDATE active.lethe_schema SET version = 1");
    refused("lethe_read", "SELECT * FROM keyring.data_keys");
    refused("lethe_read", "DELETE FROM active.batches");
    server.sql_in(name, "SET ROLE lethe_read; SELECT * FROM active.records");
    let reader = Database::open_reader(as_role("lethe_read"), Kind::Keyring);
    assert!(reader.is_err());
}

#[test]
fn a_status_tells_versions_and_sizes_and_makes_nothing() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let url: ServerUrl = url.parse().unwrap();
    let before = status(&url, Kind::Keyring).unwrap();
    assert_eq!((before.found, before.tables.len()), (None, 0));
    drop(Database::open(&url, Kind::Keyring, Speed::Serving).unwrap());
    let after = status(&url, Kind::Keyring).unwrap();
    assert_eq!(after.found, Some(after.supported));
    assert_eq!(after.tables.len(), Kind::Keyring.tables().len());
    assert!(after.bytes > 0);
}
