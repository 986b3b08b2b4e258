//! The steps of the demo before the drill.

use super::place::{Place, write_private};
use crate::commands::archive::setup;
use crate::commands::import::{FileReport, Format, Input, Rejects, import_file};
use crate::commands::init::kdf_cost;
use crate::commands::retention;
use crate::commands::sample::{SEED, today};
use crate::door::{self, Acts, Folder, Look, NewKey, store_id};
use crate::error::{CliError, Exit};
use crate::surroundings::{self, OsRandom, SystemClock};
use crate::views::{CreatedKey, Entry, Found, Key, Revealed};
use lethe_crypto::ApiKey;
use lethe_custody::NOTIFICATION;
use lethe_model::{Clock, FieldSet, Grant, Personal, Power, Purpose, Quota, Random, StoreName};
use lethe_ops::{ApplyOptions, Erasure, Installation, RetentionPlan, RunView, StoreSpec};
use lethe_sample::{Shop, ShopSpec, write_orders_csv};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What a warehouse needs to send a parcel: the order's number, and where it goes.
const WAREHOUSE_FIELDS: [&str; 6] = [
    "invoice.reference",
    "delivery.name",
    "delivery.street",
    "delivery.postal_code",
    "delivery.city",
    "delivery.country",
];
/// What is revealed of the one parcel, in the order of a label.
pub(super) const SHOWN_FIELDS: [&str; 4] = [
    "delivery.name",
    "delivery.street",
    "delivery.city",
    "delivery.country",
];
/// Who keeps the archive's shares.
const CUSTODIANS: [&str; 3] = ["ada", "ben", "cleo"];
/// For how many years before and after this one the archive has keys.
const ARCHIVE_YEARS: i16 = 12;
const WAREHOUSE: &str = "warehouse";
const WAREHOUSE_PEOPLE_PER_DAY: u32 = 50;
const KEY_DAYS: i64 = 90;
/// Few orders at once, so that the progress bar of a small file moves.
const BATCH: usize = 500;

/// Makes the folder with a random passphrase.
pub(super) fn make(place: &Place) -> Result<(), CliError> {
    let passphrase = random_words();
    write_private(&place.passphrase, &format!("{passphrase}\n"))?;
    let store = StoreSpec {
        name: StoreName::parse("sample-shop").expect("the name is valid"),
        controller: "Sample Shop SAS (invented)".to_owned(),
    };
    let around = surroundings::real();
    Installation::create(&place.data, &passphrase, kdf_cost(), &store, &around)?;
    Ok(())
}

fn random_words() -> String {
    let random: &dyn Random = &OsRandom;
    let bytes = random.bytes::<16>();
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Writes the shop's export, unless an earlier demo did.
pub(super) fn export(place: &Place, customers: u32) -> Result<(), CliError> {
    if place.export.exists() {
        return Ok(());
    }
    let shop = Shop::new(ShopSpec {
        customers,
        ..ShopSpec::new(SEED, today())
    });
    // Moved into place when it is whole: half an export would be taken for one next time.
    let partial = place.export.with_extension("partial");
    let write = || {
        let mut file = BufWriter::new(File::create(&partial)?);
        write_orders_csv(&shop, &mut file)?;
        file.flush()?;
        fs::rename(&partial, &place.export)
    };
    let what = format!("cannot write {}", place.export.display());
    write().map_err(CliError::file(what))
}

/// Opens the folder as the operator.
pub(super) fn open(place: &Place, passphrase: &str) -> Result<Folder, CliError> {
    let vault = door::installation(&place.data)?.open(passphrase, surroundings::real())?;
    let credential = vault.operator(store_id(&vault, None)?)?;
    Ok(Folder { vault, credential })
}

/// Imports the export; harmless to repeat.
pub(super) fn import(place: &Place, folder: &Folder) -> Result<FileReport, CliError> {
    let format = Format::ShopifyOrders;
    let input = Input::open(&place.export, &folder.credential, &format)?;
    import_file(folder, &format, input, BATCH, &mut Rejects::open(None)?)
}

/// Makes the archive's keys, unless an earlier demo did. Returns how many there are.
pub(super) fn archive(place: &Place, folder: &Folder) -> Result<u64, CliError> {
    let count = || -> Result<u64, CliError> {
        let status = folder.vault.archive_status(&folder.credential)?;
        Ok(status.keys.len() as u64)
    };
    if count()? > 0 {
        return count();
    }
    let this_year = today().year();
    let mut ids = setup::year_ids(this_year - ARCHIVE_YEARS..=this_year + ARCHIVE_YEARS);
    ids.push(NOTIFICATION.to_owned());
    fs::create_dir_all(&place.shares).map_err(CliError::file(format!(
        "cannot make {}",
        place.shares.display()
    )))?;
    let words = |_: usize, custodian: &str| {
        let words = Zeroizing::new(random_words());
        let path = place.shares.join(format!("{custodian}.passphrase"));
        write_private(&path, &format!("{}\n", *words))?;
        Ok(words)
    };
    let custodians = CUSTODIANS.map(str::to_owned);
    setup::make(folder, &ids, &custodians, &place.shares, words)?;
    count()
}

/// What retention would do, and the runs that did it.
pub(super) struct Retired {
    pub(super) plan: RetentionPlan,
    pub(super) runs: Vec<RunView>,
}

/// Plans, confirms the first run as its operator would, and lets a second one do the rest.
pub(super) fn retire(folder: &Folder) -> Result<Retired, CliError> {
    let plan = retention::planned(folder)?;
    let mut options = ApplyOptions {
        confirmed: Some(lethe_ops::confirmation(plan.report.records())),
        proposal: None,
        started_by: folder.credential.id.clone(),
    };
    let mut runs = Vec::new();
    if plan.report.records() > 0 {
        runs.push(retention::applied(folder, &options)?);
        if runs[0].report.stopped.is_some() {
            options.confirmed = None;
            runs.push(retention::applied(folder, &options)?);
        }
    }
    Ok(Retired { plan, runs })
}

/// Erases the buyer of an order that came shortly before this one.
pub(super) fn erase(place: &Place, folder: &Folder, shown: &str) -> Result<Erasure, CliError> {
    let what = format!("cannot read {}", place.export.display());
    let export = fs::read_to_string(&place.export).map_err(CliError::file(what))?;
    let buyer_of = |order: &str| -> Result<Option<String>, CliError> {
        let look = Look::Order(Personal::new(order));
        let found = folder.find(&look, Purpose::SubjectRequest)?;
        let mut subjects = found.subjects.into_iter();
        Ok(subjects.find_map(|one| one.order.map(|_| one.subject)))
    };
    let kept = buyer_of(shown)?;
    for order in order_numbers(&export).filter(|order| *order != shown) {
        let Some(subject) = buyer_of(order)? else {
            continue;
        };
        if kept.as_ref() != Some(&subject) {
            let erased = folder.vault.erase(&folder.credential, &subject)?;
            write_private(&place.receipt, &erased.signed)?;
            return Ok(erased);
        }
    }
    let text = "the sample shop has nobody left to erase: run the demo with --fresh";
    Err(CliError::new(Exit::Failure, "demo", text))
}

/// Makes the example key, or finds the one an earlier demo made.
pub(super) fn key(place: &Place, folder: &Folder) -> Result<(ApiKey, Key), CliError> {
    let kept = fs::read_to_string(&place.key).ok();
    let kept = kept.and_then(|text| ApiKey::parse(text.trim()).ok());
    if let Some(secret) = kept
        && let Ok(credential) = folder.vault.authenticate(&secret, None)
        && let Some(key) = folder
            .keys()?
            .into_iter()
            .find(|key| key.id == credential.id)
    {
        return Ok((secret, key));
    }
    let CreatedKey { key, secret } = folder.create_key(&NewKey {
        recipient: WAREHOUSE.to_owned(),
        grant: Grant {
            fields: FieldSet::parse(WAREHOUSE_FIELDS).expect("the fields exist"),
            purposes: [Purpose::Fulfilment].into_iter().collect(),
            powers: [Power::Reveal, Power::List].into_iter().collect(),
            quota: Quota::people_per_day(WAREHOUSE_PEOPLE_PER_DAY),
            expires_at_ms: Some(SystemClock.now_ms() + KEY_DAYS * 24 * 60 * 60 * 1000),
            owner: Some("warehouse-lead".to_owned()),
            ..Grant::default()
        },
    })?;
    write_private(&place.key, &format!("{secret}\n"))?;
    Ok((ApiKey::parse(&secret).map_err(lethe_ops::Error::from)?, key))
}

/// What one parcel showed.
pub(super) struct Parcel {
    pub(super) order: String,
    pub(super) found: Found,
    pub(super) token: String,
    pub(super) revealed: Revealed,
    /// What the key answered when it was asked for an e-mail address.
    pub(super) refusal: CliError,
    pub(super) entries: Vec<Entry>,
}

/// Sends one parcel with the example key: find, reveal, and one field too many.
pub(super) fn parcel(
    place: &Place,
    folder: &mut Folder,
    secret: &ApiKey,
) -> Result<Parcel, CliError> {
    let order = latest_order(place)?;
    let warehouse = folder.vault.authenticate(secret, None)?;
    let operator = std::mem::replace(&mut folder.credential, Arc::clone(&warehouse));
    let purpose = Purpose::Fulfilment;
    let found = folder.find(&Look::Order(Personal::new(order.as_str())), purpose)?;
    let token = found.subjects.iter().find_map(|one| one.order.clone());
    let token = token.ok_or_else(|| {
        let text = "the sample shop's latest order is not there: run the demo with --fresh";
        CliError::new(Exit::Failure, "demo", text)
    })?;
    let fields = FieldSet::parse(SHOWN_FIELDS).expect("the fields exist");
    let revealed = folder.reveal(&token, fields, purpose)?;
    let email = FieldSet::parse(["contact.email"]).expect("the field exists");
    let refusal = match folder.reveal(&token, email, purpose) {
        Err(error) if error.exit == Exit::Refused => error,
        Err(error) => return Err(error),
        Ok(_) => {
            let text = "the example key opened a field that it was not granted";
            return Err(CliError::new(Exit::Failure, "demo", text));
        }
    };
    folder.credential = operator;
    let entries = folder.entries(None, None, 3)?;
    Ok(Parcel {
        order,
        found,
        token,
        revealed,
        refusal,
        entries,
    })
}

/// Finds the number of the latest order in the export: its rows begin with it.
fn latest_order(place: &Place) -> Result<String, CliError> {
    let what = format!("cannot read {}", place.export.display());
    let export = fs::read_to_string(&place.export).map_err(CliError::file(what))?;
    let latest = order_numbers(&export).next().map(str::to_owned);
    latest.ok_or_else(|| {
        let text = format!("{} holds no order", place.export.display());
        CliError::new(Exit::Failure, "demo", text)
    })
}

/// Lists the order numbers of an export, the latest first.
pub(super) fn order_numbers(export: &str) -> impl Iterator<Item = &str> {
    let numbers = export.lines().filter_map(|line| line.split(',').next());
    let is_number = |cell: &&str| {
        let digits = cell.strip_prefix('#').unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    numbers.rev().filter(is_number)
}
