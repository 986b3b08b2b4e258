//! `lethe db`: databases on PostgreSQL, for whoever runs the server.

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::servers::ServerArgs;
use clap::{Subcommand, ValueEnum};
use lethe_store::{
    Database, Folder, GROWING_TABLES, Kind, Place, Servers, Speed, roles_sql, status,
};

/// Prepare and look after databases on PostgreSQL
///
/// Which ones is told by the options, or by the data folder's `databases.toml`. Nothing here needs the
/// passphrase, and nothing shows a row.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    servers: ServerArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the statements that make roles with no more rights than they need
    Roles,
    /// Make the schemas, or bring those of an earlier release up
    Migrate,
    /// Show which release the schemas are of, and how large the tables are
    Status,
    /// Print the statements that spread the growing tables over several machines
    Plan {
        /// The engine that spreads them
        #[arg(long, value_enum)]
        distribute: Engine,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Engine {
    /// Citus, an extension of PostgreSQL
    Citus,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let servers = args.servers.read()?;
    match args.command {
        Command::Plan {
            distribute: Engine::Citus,
        } => plan(output)?,
        Command::Roles => roles(&servers_of(globals, servers)?, output)?,
        Command::Migrate => migrate(&servers_of(globals, servers)?, output)?,
        Command::Status => tables(&servers_of(globals, servers)?, output)?,
    }
    Ok(Exit::Done)
}

/// Takes the addresses of the options, or those of the data folder.
fn servers_of(globals: &Globals, named: Option<Servers>) -> Result<Servers, CliError> {
    if let Some(servers) = named {
        return Ok(servers);
    }
    let folder = Folder::new(globals.data());
    match (folder.place(Kind::Active), folder.servers()) {
        (Place::Unknown(why), _) => Err(CliError::usage(why)),
        (_, Some(servers)) => Ok(servers),
        _ => Err(CliError::usage(
            "no database on a server is named: give --store-url, or --data with a folder that has one",
        )),
    }
}

fn roles(servers: &Servers, output: &Output) -> Result<(), CliError> {
    let script = roles_sql(servers);
    let value = serde_json::json!({ "sql": script });
    output.result(&value, || script.trim_end().to_owned())
}

fn migrate(servers: &Servers, output: &Output) -> Result<(), CliError> {
    let mut done = Vec::new();
    for kind in Kind::ALL {
        let database = Database::open(servers.of(kind), kind, Speed::Serving);
        drop(database.map_err(lethe_ops::Error::from)?);
        done.push(
            serde_json::json!({ "database": kind.name(), "schema": kind.supported_schema() }),
        );
    }
    output.result(&serde_json::json!({ "databases": done }), || {
        let lines = Kind::ALL.map(|kind| {
            let (name, schema) = (kind.name(), kind.supported_schema());
            format!("{name:<8} schema {schema}")
        });
        lines.join("\n")
    })
}

fn tables(servers: &Servers, output: &Output) -> Result<(), CliError> {
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let status = status(servers.of(kind), kind).map_err(lethe_ops::Error::from)?;
        all.push((kind, status));
    }
    let value: Vec<_> = all
        .iter()
        .map(|(kind, status)| {
            let tables = status.tables.iter();
            let tables: Vec<_> = tables
                .map(|table| {
                    serde_json::json!({ "table": table.name, "bytes": table.bytes, "rows": table.rows })
                })
                .collect();
            serde_json::json!({
                "database": kind.name(), "schema": status.found, "supported": status.supported,
                "bytes": status.bytes, "tables": tables,
            })
        })
        .collect();
    output.result(&serde_json::json!({ "databases": value }), || {
        let mut lines = Vec::new();
        for (kind, status) in &all {
            let schema = match status.found {
                Some(found) if found == status.supported => format!("schema {found}"),
                Some(found) => format!(
                    "schema {found}, this program knows {}: lethe db migrate",
                    status.supported
                ),
                None => "not made yet: lethe db migrate".to_owned(),
            };
            let bytes = indicatif::HumanBytes(status.bytes);
            lines.push(format!("{:<8} {schema}, {bytes}", kind.name()));
            for table in &status.tables {
                let bytes = indicatif::HumanBytes(table.bytes).to_string();
                let (name, rows) = (&table.name, table.rows);
                lines.push(format!("  {name:<18} {bytes:>12}  about {rows} rows"));
            }
        }
        lines.join("\n")
    })
}

fn plan(output: &Output) -> Result<(), CliError> {
    let statement = |table: &lethe_store::GrowingTable| {
        let schema = table.kind.name();
        let beside = match table.name == table.beside {
            true => "none".to_owned(),
            false => format!("{schema}.{}", table.beside),
        };
        format!(
            "SELECT create_distributed_table('{schema}.{}', '{}', colocate_with => '{beside}');",
            table.name, table.by
        )
    };
    // What others lie beside comes first.
    let (first, then): (Vec<_>, Vec<_>) = GROWING_TABLES
        .iter()
        .partition(|table| table.name == table.beside);
    let mut statements = vec![
        "-- A unique number cannot be kept across machines: numbers are given out once by counters."
            .to_owned(),
        "ALTER TABLE keyring.subject_keys DROP CONSTRAINT subject_keys_subject_number_key;".to_owned(),
    ];
    statements.extend(first.into_iter().chain(then).map(statement));
    let value = serde_json::json!({ "statements": statements });
    output.result(&value, || statements.join("\n"))
}
