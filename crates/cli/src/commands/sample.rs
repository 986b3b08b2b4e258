//! `lethe sample`: an invented shop in the export formats of real ones.

use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::{Output, written};
use crate::surroundings::SystemClock;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use lethe_model::Clock;
use lethe_sample::{Shop, ShopSpec, write_customers_csv, write_orders_csv};
use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;

/// Write an invented shop as an export, to try things on
///
/// The same seed, size and end date give the same bytes on every machine. All people are invented.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many customers it has
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    customers: u32,
    /// Another seed is another shop
    #[arg(long, value_name = "S", default_value_t = SEED)]
    seed: u64,
    /// The last day on which it sold something [default: today]
    #[arg(long, value_name = "DATE")]
    end: Option<Date>,
    /// Which export
    #[arg(long, value_enum, default_value_t = Format::ShopifyOrders)]
    format: Format,
    /// Write to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The seed of the shop that documentation and demo speak of.
pub(super) const SEED: u64 = 2020;

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// Shopify's orders export
    ShopifyOrders,
    /// Shopify's customers export
    ShopifyCustomers,
}

pub(crate) fn run(_: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let shop = Shop::new(ShopSpec {
        customers: args.customers,
        ..ShopSpec::new(args.seed, args.end.unwrap_or_else(today))
    });
    let write = |out: &mut dyn Write| match args.format {
        Format::ShopifyOrders => write_orders_csv(&shop, out),
        Format::ShopifyCustomers => write_customers_csv(&shop, out),
    };
    match &args.out {
        None => {
            let mut out = BufWriter::new(stdout().lock());
            written(write(&mut out).and_then(|()| out.flush()))?;
        }
        Some(path) => {
            let what = format!("cannot write {}", path.display());
            let made = File::create(path).and_then(|file| {
                let mut file = BufWriter::new(file);
                write(&mut file)?;
                file.flush()
            });
            made.map_err(CliError::file(what))?;
            output.note(&format!("wrote {}", path.display()));
        }
    }
    Ok(Exit::Done)
}

/// Returns today's date, so that a shop's years end now.
pub(super) fn today() -> Date {
    SystemClock.now().to_zoned(TimeZone::UTC).date()
}
