//! `lethe document list`.

use crate::args::{self, Globals};
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use crate::target::Target;
use crate::text;
use lethe_model::Purpose;

/// List the documents of an order: a reveal, in the log first
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    /// Why
    #[arg(long, value_parser = args::purpose)]
    purpose: Purpose,
}

pub(super) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let acts = door::open(globals)?;
    let token = args.target.token(&*acts, args.purpose)?;
    let listed = acts.documents(&token, args.purpose)?;
    output.result(&listed, || {
        let mut table = Table::new(&["document", "kind", ">bytes", "name"]);
        for one in &listed.documents {
            table.row([
                one.id.clone(),
                one.media_type.clone(),
                text::count(one.bytes),
                text::printable(&one.name),
            ]);
        }
        table.to_string()
    })?;
    output.note(&format!("logged as entry {}", listed.log_index));
    Ok(Exit::Done)
}
