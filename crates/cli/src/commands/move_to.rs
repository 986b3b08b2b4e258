//! `lethe move`: an installation on files moves to PostgreSQL.

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::servers::ServerArgs;
use crate::{passphrase, surroundings, text};
use indicatif::{ProgressBar, ProgressStyle};
use lethe_ops::{Installation, MoveStep};
use lethe_store::Kind;

/// Move the databases and the log of a data folder to PostgreSQL
///
/// Nothing may work on the folder meanwhile. Every row is copied, then compared; only then does the
/// folder say that its databases are there. It can be interrupted at any moment: run it again and it
/// goes on where it stopped. The files stay in `before-move`: delete them, the keyring's within 35 days.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    servers: ServerArgs,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let data = globals.data();
    let servers = args
        .servers
        .read()?
        .ok_or_else(|| CliError::usage("--store-url is missing: where to?"))?;
    let passphrase = passphrase::read(globals)?;
    // What does not open here does not open there: said before anything is copied.
    drop(Installation::find(&data)?.open(&passphrase, surroundings::real())?);
    let style = "{prefix:<18} {wide_bar} {pos}/{len}";
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template(style).expect("the template is valid"));
    let moved = Installation::find(&data)?.move_to(&servers, &mut |step| match step {
        MoveStep::Rows(kind, rows) => {
            let verb = if rows.is_comparing {
                "comparing"
            } else {
                "copying"
            };
            bar.set_prefix(format!("{verb} {}", kind.name()));
            bar.set_length(rows.total);
            bar.set_position(rows.done);
        }
        MoveStep::Log(bytes) => {
            bar.set_prefix("copying the log");
            bar.set_length(bar.position() + bytes);
            bar.inc(bytes);
        }
    })?;
    bar.finish_and_clear();
    let vault = Installation::find(&data)?.open(&passphrase, surroundings::real())?;
    vault.verify_log(|_| ())?;
    let place = servers.of(Kind::Active).to_string();
    let made = serde_json::json!({ "rows": moved.rows, "databases": place });
    output.result(&made, || {
        format!(
            "Moved and compared {} to {place}; the log verifies there.\n\n\
             Delete {}/before-move once you have a backup of the server; its keyring within 35 days.",
            text::plural(moved.rows, "row", "rows"),
            data.display(),
        )
    })?;
    Ok(Exit::Done)
}
