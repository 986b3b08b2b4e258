//! `lethe order`: one order, without a field of anybody.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::text;
use crate::views::Order;

/// Show one order: what, when, for how much, and nothing about whom
#[derive(clap::Args)]
pub(crate) struct Args {
    /// An `ord_…` token
    token: String,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let order = door::open(globals)?.order(&args.token)?;
    output.result(&order, || words(&order))?;
    Ok(Exit::Done)
}

fn words(order: &Order) -> String {
    let mut lines = vec![
        format!("order      {}", order.token),
        format!("subject    {}", order.subject),
        format!("total      {}", order.total()),
    ];
    if let (Some(minor @ 1..), Some(currency)) = (order.refunded_minor, &order.currency) {
        lines.push(format!("refunded   {}", text::amount(minor, currency)));
    }
    let days = [
        ("ordered", &order.ordered_on),
        ("paid", &order.paid_on),
        ("fulfilled", &order.fulfilled_on),
        ("cancelled", &order.cancelled_on),
        ("payment", &order.financial_status),
        ("shipment", &order.fulfillment_status),
        ("country", &order.country),
    ];
    let known = days
        .iter()
        .filter_map(|(name, value)| Some((name, value.as_ref()?)));
    lines.extend(known.map(|(name, value)| format!("{name:9}  {}", text::printable(value))));
    if order.is_gift {
        lines.push("gift       goes to somebody else".to_owned());
    }
    lines.extend(order.lines.iter().map(|line| {
        let price = match (line.price_minor, &order.currency) {
            (Some(minor), Some(currency)) => format!(" at {}", text::amount(minor, currency)),
            _ => String::new(),
        };
        let title = text::printable(&line.title);
        format!("line       {} × {title}{price}", line.quantity)
    }));
    lines.join("\n")
}
