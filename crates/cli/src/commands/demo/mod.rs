//! `lethe demo`: the whole story on invented data, in a minute.

mod invoices;
mod place;
mod steps;

use super::{drill, erase, import, log, retention, serve};
use crate::args::Globals;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::surroundings::SystemClock;
use crate::views::Key;
use crate::{passphrase, text};
use lethe_http::Listener;
use lethe_ops::Erasure;
use lethe_receipt::Language;
use place::Place;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use steps::{Parcel, Retired};

/// Tour on invented data: a shop goes in, a parcel goes out, breaches are replayed
///
/// Makes ./lethe-demo (or --data) with the export, a passphrase and a key beside it, and serves the
/// API at the end. Running it again uses what is there.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Stop after the drill's report instead of serving
    #[arg(long)]
    exit: bool,
    /// Remove what an earlier demo made, and begin anew
    #[arg(long)]
    fresh: bool,
    /// Let the drill guess and try keys for one second each instead of ten
    #[arg(long)]
    quick: bool,
    /// How many customers the invented shop has
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    #[arg(value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    customers: u32,
    /// Private address and port to serve on
    #[arg(long, value_name = "ADDRESS", default_value = serve::ADDRESS)]
    listen: SocketAddr,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let data = globals.data_named_here().unwrap_or(Path::new("lethe-demo"));
    let place = Place::of(data)?;
    if args.fresh {
        place.clear()?;
    }
    let is_again = place.is_made()?;
    if !is_again {
        steps::make(&place)?;
    }
    let story = Story {
        output,
        place: &place,
    };
    story.folder(is_again)?;
    let passphrase = passphrase::read_file(&place.passphrase, true)?;
    steps::export(&place, args.customers)?;
    let mut folder = steps::open(&place, &passphrase)?;
    let report = steps::import(&place, &folder)?;
    let invoices = invoices::add(&place, &folder)?;
    story.import(&report, folder.vault.status()?.stores[0].people, invoices)?;
    let keys = steps::archive(&place, &folder)?;
    story.archive(keys)?;
    let retired = steps::retire(&folder)?;
    story.retention(&retired)?;
    let (secret, key) = steps::key(&place, &folder)?;
    story.key(&key)?;
    let parcel = steps::parcel(&place, &mut folder, &secret)?;
    story.parcel(&parcel)?;
    let erased = steps::erase(&place, &folder, &parcel.order)?;
    story.erasure(&erased)?;
    let verified = folder.vault.verify_log(|_| {})?;
    story.log(&parcel, verified.entries)?;
    // Closed: the drill copies a folder at rest.
    drop(folder);
    story.drill()?;
    let rehearsal = drill::Rehearsal {
        data: &place.data,
        store: None,
        passphrase: &passphrase,
        probes: drill::PROBES,
        budget: drill::budget(args.quick),
        scratch: None,
    };
    let drilled = drill::with_spinner(&rehearsal)?;
    if output.json {
        let value = serde_json::json!({
            "data": place.data, "passphrase_file": place.passphrase, "key_file": place.key,
            "export": place.export, "import": report, "invoices": invoices, "key": key, "find": parcel.found,
            "retention_plan": retired.plan, "retention_runs": retired.runs,
            "erasure": erased.report, "receipt_file": place.receipt,
            "reveal": parcel.revealed, "refused": parcel.refusal.code,
            "log_entries": verified.entries, "drill": drilled.to_json(),
        });
        output.result(&value, String::new)?;
    } else {
        drill::show(&drilled, output)?;
    }
    if !args.exit {
        let folder = steps::open(&place, &passphrase)?;
        let serving = serve::Serving {
            vault: Arc::new(folder.vault),
            clock: Arc::new(SystemClock),
            address: args.listen,
            data: &place.data,
            tells: true,
        };
        serving.until(serve::stop_signal(), |listeners| {
            story.serving(listeners, &parcel)
        })?;
    }
    story.end()?;
    Ok(drill::exit(&drilled))
}

/// Tells what happens, in few lines. Silent with `--json`.
struct Story<'a> {
    output: &'a Output,
    place: &'a Place,
}

impl Story<'_> {
    fn tell(&self, heading: &str, lines: &str) -> Result<(), CliError> {
        if self.output.json {
            return Ok(());
        }
        let heading = match heading {
            "" => String::new(),
            heading => format!("{}\n", self.output.bold(heading)),
        };
        self.output.line(&format!("{heading}{lines}\n"))
    }

    fn folder(&self, is_again: bool) -> Result<(), CliError> {
        let (data, passphrase) = (self.place.data.display(), self.place.passphrase.display());
        let lines = if is_again {
            format!("{data}, made by an earlier demo; --fresh begins anew.")
        } else {
            format!(
                "{data}, its root key sealed with a random passphrase. For this demo the passphrase lies in\n\
                 {passphrase}, readable by you alone; a real one never lies beside its data."
            )
        };
        self.tell("1. A data folder with keys", &lines)
    }

    fn import(
        &self,
        report: &import::FileReport,
        people: u64,
        invoices: u64,
    ) -> Result<(), CliError> {
        let counts = &report.counts;
        let secrets = text::plural(counts.secrets_removed, "secret", "secrets");
        let stored = if counts.imported == 0 {
            format!(
                "{} orders were stored already, and nothing changed: the same file twice is the same shop.",
                text::count(counts.unchanged)
            )
        } else {
            format!(
                "{} of {} sealed, each order's fields under keys of their own, in {:.1} s ({} orders/s).\n\
                 {secrets} in order notes (card numbers, wallet recovery phrases) removed before storing.\n\
                 {} kept beside them as PDF, byte for byte.",
                text::plural(counts.imported, "order", "orders"),
                text::plural(people, "person", "people"),
                report.seconds,
                text::count(report.per_second),
                text::plural(invoices, "invoice", "invoices"),
            )
        };
        self.tell(
            "2. A shop's export goes in",
            &format!(
                "{}: eleven years of an invented shop, as Shopify exports them.\n{stored}",
                self.place.export.display()
            ),
        )
    }

    fn archive(&self, keys: u64) -> Result<(), CliError> {
        let shares = self.place.shares.display();
        self.tell(
            "3. An archive for what the law keeps",
            &format!(
                "{}, one a financial year: this machine seals with them and cannot open. The private \
                 halves\nare split, two of three custodians open them. For this demo all three shares \
                 lie in\n{shares}, with their passphrases; real ones lie with three people.",
                text::plural(keys, "key", "keys"),
            ),
        )
    }

    fn retention(&self, retired: &Retired) -> Result<(), CliError> {
        let mut lines = retention::rules(&retired.plan.report);
        for run in &retired.runs {
            lines += &format!(
                "\nRun {}: {} moved or destroyed, {} forgotten wholly.{}",
                run.id,
                text::plural(run.report.records(), "record", "records"),
                text::plural(run.report.people_forgotten, "person", "people"),
                match &run.report.stopped {
                    Some(why) => format!("\n  {why}"),
                    None => String::new(),
                }
            );
        }
        self.tell("4. Retention: what is over leaves, and why", &lines)
    }

    fn erasure(&self, erased: &Erasure) -> Result<(), CliError> {
        let letter = erased.receipt.letter(Language::En);
        self.tell(
            "7. A customer asks to be forgotten",
            &format!(
                "{}\nThe signed receipt, for the customer alone: {}\n\n{}",
                erase::summary(&erased.report),
                self.place.receipt.display(),
                letter.trim_end()
            ),
        )
    }

    fn key(&self, key: &Key) -> Result<(), CliError> {
        self.tell(
            "5. The warehouse gets a key",
            &format!(
                "{}: order number and delivery address, for fulfilment, {} a day, 90 days.\n\
                 Whoever steals it tonight gets {} by tomorrow, and no e-mail address of anybody.",
                key.id,
                text::plural(
                    key.grant.people_per_day.unwrap_or_default().into(),
                    "person",
                    "people"
                ),
                text::plural(key.blast_radius.people_24h, "address", "addresses"),
            ),
        )
    }

    fn parcel(&self, parcel: &Parcel) -> Result<(), CliError> {
        let values = steps::SHOWN_FIELDS.iter().filter_map(|field| {
            let value = text::printable(parcel.revealed.fields.get(*field)?.as_str()?);
            Some(format!("  {field:16}  {value}"))
        });
        let prompt = |command: &str| self.output.dim(&format!("$ lethe {command}"));
        self.tell(
            &format!("6. A parcel has to go out: order {}", parcel.order),
            &format!(
                "{}\n  {}\n{}\n{}\n{}\n  refused: {}",
                prompt(&format!(
                    "find --order '{}' --purpose fulfilment",
                    parcel.order
                )),
                parcel.token,
                prompt("reveal ord_… --fields delivery.name,… --purpose fulfilment"),
                values.collect::<Vec<_>>().join("\n"),
                prompt("reveal ord_… --fields contact.email --purpose fulfilment"),
                parcel.refusal.message,
            ),
        )
    }

    fn log(&self, parcel: &Parcel, entries: u64) -> Result<(), CliError> {
        self.tell(
            "8. The access log had each of them first",
            &format!(
                "{}\n{}, from the first to the signed head: every hash fits.",
                log::table(&parcel.entries),
                text::plural(entries, "entry", "entries")
            ),
        )
    }

    fn drill(&self) -> Result<(), CliError> {
        self.tell(
            "9. The drill: what would a thief hold?",
            "Real attacks on a copy of this folder, and on an ordinary shop database with the same people.\n\
             About half a minute.",
        )
    }

    fn serving(&self, listeners: &[Listener], parcel: &Parcel) -> Result<(), CliError> {
        let address = listeners.iter().find_map(Listener::tcp_address);
        let address = address.map(|one| one.to_string()).unwrap_or_default();
        let program = std::env::args()
            .next()
            .unwrap_or_else(|| "lethe".to_owned());
        let (data, key) = (self.place.data.display(), self.place.key.display());
        self.tell(
            &format!("\n10. Serving http://{address}"),
            &format!(
                "The API is described at http://{address}/docs. In another terminal, with the warehouse's key:\n\
                 \x20 {program} --data {data} --key-file {key} orders --limit 3\n\
                 \x20 {program} --data {data} --key-file {key} reveal {} --fields delivery.city --purpose fulfilment\n\
                 Ctrl-C stops it.",
                parcel.token
            ),
        )
    }

    fn end(&self) -> Result<(), CliError> {
        let (data, place) = (self.place.data.display(), self.place);
        let files = [
            &place.passphrase,
            &place.key,
            &place.export,
            &place.shares,
            &place.receipt,
        ];
        let files = files.map(|file| file.display().to_string()).join(" ");
        self.tell("", &format!("\nTo remove it all: rm -r {data} {files}"))
    }
}
