//! `lethe event`: what happened to an order, for its clocks.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::target::Target;
use jiff::civil::Date;
use lethe_model::Purpose;
use lethe_ops::{EventKind, OrderEvent};

/// Note a delivery, a return, a dispute or a contact: terms count from the last event
///
/// A return or dispute without `--closed-on` keeps the order active; the same reference again, with
/// that day, closes it.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// delivered, return, dispute or contact
    #[arg(long, value_parser = kind)]
    kind: EventKind,
    /// When it happened, or began
    #[arg(long, value_name = "DATE")]
    on: Date,
    /// The shop's number of the return or dispute
    #[arg(long, default_value = "")]
    reference: String,
    /// When it ended
    #[arg(long, value_name = "DATE")]
    closed_on: Option<Date>,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let token = args.target.token(&folder, Purpose::Fulfilment)?;
    let event = OrderEvent {
        kind: args.kind,
        reference: args.reference,
        on: args.on,
        closed_on: args.closed_on,
    };
    folder
        .vault
        .note_event(&folder.credential, &token, &event)?;
    let value = serde_json::json!({ "order": token, "kind": event.kind.name() });
    output.result(&value, || {
        format!("noted: {} on {}", event.kind.name(), event.on)
    })?;
    Ok(Exit::Done)
}

fn kind(text: &str) -> Result<EventKind, String> {
    EventKind::parse(text)
        .ok_or_else(|| "use one of delivered, return, dispute, contact".to_owned())
}
