//! `lethe orders`: orders as tokens, a page at a time.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use crate::views::Order;

/// List orders as tokens, a page at a time
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many on the page, at most 200
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u32,
    /// Where the page before ended
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let page = door::open(globals)?.orders(args.cursor.as_deref(), args.limit)?;
    output.result(&page, || {
        if page.items.is_empty() {
            return "no orders yet: `lethe import` brings them in".to_owned();
        }
        table(&page.items)
    })?;
    if let Some(cursor) = &page.next_cursor {
        output.note(&format!("more with --cursor {cursor}"));
    }
    Ok(Exit::Done)
}

/// Sets orders in a table.
pub(super) fn table(orders: &[Order]) -> String {
    let mut table = Table::new(&[
        "ordered", ">total", "country", "payment", "shipment", "order",
    ]);
    let word = |text: &Option<String>| crate::text::printable(text.as_deref().unwrap_or("-"));
    for order in orders {
        table.row([
            word(&order.ordered_on),
            order.total(),
            word(&order.country),
            word(&order.financial_status),
            word(&order.fulfillment_status),
            order.token.clone(),
        ]);
    }
    table.to_string()
}
