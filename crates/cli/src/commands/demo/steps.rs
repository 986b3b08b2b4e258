//! The steps of the demo before the drill.

use super::place::{Place, write_private};
use crate::commands::import::{FileReport, Format, Input, Rejects, import_file};
use crate::commands::init::kdf_cost;
use crate::commands::sample::{SEED, today};
use crate::door::{self, Acts, Folder, Look, NewKey, store_id};
use crate::error::{CliError, Exit};
use crate::surroundings::{self, OsRandom, SystemClock};
use crate::views::{CreatedKey, Entry, Found, Key, Revealed};
use lethe_crypto::ApiKey;
use lethe_model::{Clock, FieldSet, Grant, Personal, Power, Purpose, Random, StoreName};
use lethe_ops::{Installation, StoreSpec};
use lethe_sample::{Shop, ShopSpec, write_orders_csv};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::sync::Arc;

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
const WAREHOUSE: &str = "warehouse";
const WAREHOUSE_PEOPLE_PER_DAY: u32 = 50;
const KEY_DAYS: i64 = 90;
/// Few orders at once, so that the progress bar of a small file moves.
const BATCH: usize = 500;

/// Makes the folder with a random passphrase.
pub(super) fn make(place: &Place) -> Result<(), CliError> {
    let random: &dyn Random = &OsRandom;
    let passphrase: String = random
        .bytes::<16>()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    write_private(&place.passphrase, &format!("{passphrase}\n"))?;
    let store = StoreSpec {
        name: StoreName::parse("sample-shop").expect("the name is valid"),
        controller: "Sample Shop SAS (invented)".to_owned(),
    };
    let around = surroundings::real();
    Installation::create(&place.data, &passphrase, kdf_cost(), &store, &around)?;
    Ok(())
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

/// Makes the example key, or finds the one an earlier demo made.
pub(super) fn key(place: &Place, folder: &Folder) -> Result<(ApiKey, Key), CliError> {
    let kept = fs::read_to_string(&place.key).ok();
    let kept = kept.and_then(|text| ApiKey::parse(text.trim()).ok());
    if let Some(secret) = kept
        && let Ok(credential) = folder.vault.authenticate(&secret)
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
            people_per_day: WAREHOUSE_PEOPLE_PER_DAY,
            expires_at_ms: Some(SystemClock.now_ms() + KEY_DAYS * 24 * 60 * 60 * 1000),
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
    let warehouse = folder.vault.authenticate(secret)?;
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
    let numbers = export.lines().filter_map(|line| line.split(',').next());
    let is_number = |cell: &&str| {
        let digits = cell.strip_prefix('#').unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    numbers
        .rev()
        .find(is_number)
        .map(str::to_owned)
        .ok_or_else(|| {
            let text = format!("{} holds no order", place.export.display());
            CliError::new(Exit::Failure, "demo", text)
        })
}
