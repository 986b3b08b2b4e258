//! Probe people: planted in the copy before the theft, some of them erased again, all through the
//! operations that real people's data goes through.

use crate::door::{Acts, Folder, Look, NewKey};
use crate::error::{CliError, Exit};
use crate::surroundings::OsRandom;
use jiff::civil::Date;
use lethe_custody::{NOTIFICATION, Share, generate, year_key_id};
use lethe_drill::Probe;
use lethe_formats::read_shopify_orders;
use lethe_model::{Clock, Field, Grant, Personal, Power, Purpose, Quota, Random};
use lethe_ops::ImportOptions;
use lethe_sample::{SamplePerson, probe_people, write_probe_orders_csv};
use std::io::Cursor;

/// Probe people are of so many ages, by position.
const AGES: usize = 4;
/// One probe in so many of the active ones is erased.
const ERASED_EVERY: usize = 3;
/// No more are erased: the policy caps what a key may ask for in a day.
const ERASED_MAX: usize = 40;
/// More than any drill plants: the quota of the key that looks them up.
const PROBES_MAX: u32 = 5_000;

/// The probes in the copy.
pub(super) struct Planted {
    pub(super) living: Vec<Probe>,
    /// Past their active period: they went to the archive as they came.
    pub(super) archived: Vec<Probe>,
    /// To be erased, once the folder was remembered with them.
    pub(super) erased: Vec<Probe>,
    doomed: Vec<SamplePerson>,
}

/// Gives the copy an archive where it has none. Returns two shares of keys that were made for the
/// drill; a real installation's shares are with its custodians.
pub(super) fn set_up_archive(folder: &Folder, today: Date) -> Result<Option<[Share; 2]>, CliError> {
    let status = folder.vault.archive_status(&folder.credential)?;
    if !status.keys.is_empty() {
        return Ok(None);
    }
    let mut ids: Vec<String> = (today.year() - 30..=today.year() + 2)
        .map(|year| year_key_id(&year.to_string()))
        .collect();
    ids.push(NOTIFICATION.to_owned());
    let custodians = ["first", "second", "third"].map(str::to_owned);
    let set = generate(&ids, &custodians, &OsRandom)?;
    folder
        .vault
        .register_archive_keys(&folder.credential, &set)?;
    let [first, second, _] = set.shares;
    Ok(Some([first, second]))
}

/// Imports probe people into the copy.
pub(super) fn plant(folder: &Folder, count: u32, today: Date) -> Result<Planted, CliError> {
    let random: &dyn Random = &OsRandom;
    let drill_key: [u8; 32] = random.bytes();
    import(folder, &drill_key, count, today)?;
    let people = probe_people(&drill_key, count);
    // By position: in delivery, under warranty, in the archive, past it (and refused).
    let of_age = |wanted: &'static [usize]| {
        let people = people.iter();
        people.filter(move |person| wanted.contains(&(person.index as usize % AGES)))
    };
    let is_erased = |person: &&SamplePerson| (person.index as usize / AGES) % ERASED_EVERY == 1;
    let (erased, living): (Vec<&SamplePerson>, Vec<_>) = of_age(&[0]).partition(is_erased);
    let erased: Vec<_> = erased.into_iter().take(ERASED_MAX).collect();
    Ok(Planted {
        living: living.into_iter().map(Probe::from).collect(),
        archived: of_age(&[1, 2]).map(Probe::from).collect(),
        erased: erased.iter().copied().map(Probe::from).collect(),
        doomed: erased.into_iter().cloned().collect(),
    })
}

/// Erases the probe people who were planted for it.
pub(super) fn erase_some(
    folder: &mut Folder,
    planted: &Planted,
    clock: &dyn Clock,
) -> Result<(), CliError> {
    let officer = folder.create_key(&erasing_key(clock))?;
    let officer = lethe_crypto::ApiKey::parse(&officer.secret).map_err(lethe_ops::Error::from)?;
    let officer = folder.vault.authenticate(&officer, None)?;
    let operator = std::mem::replace(&mut folder.credential, officer);
    let mut tokens = Vec::new();
    for person in &planted.doomed {
        tokens.extend(found(folder, person)?);
    }
    // As the key's owner sees them; the act itself is the operator's.
    for token in tokens {
        let waiting = folder.vault.request_erasure(&folder.credential, &token)?;
        folder.vault.confirm_erasure(&operator, &waiting.id)?;
    }
    folder.credential = operator;
    Ok(())
}

fn import(folder: &Folder, drill_key: &[u8; 32], count: u32, end: Date) -> Result<(), CliError> {
    let random: &dyn Random = &OsRandom;
    let mut csv = Vec::new();
    write_probe_orders_csv(drill_key, count, end, &mut csv)
        .map_err(CliError::file("cannot write the probe people's orders"))?;
    let mut source = read_shopify_orders(Cursor::new(csv))
        .map_err(|error| CliError::format("the probe people's orders", &error))?;
    let options = ImportOptions {
        batch: 500,
        source: random.bytes(),
    };
    let mut refused = 0;
    let report = folder.vault.import(
        &folder.credential,
        &mut source,
        &options,
        |_| {},
        |row| {
            refused += u64::from(row.code != "past-retention");
            Ok(())
        },
    )?;
    if refused > 0 || report.imported == 0 {
        return Err(CliError::new(
            Exit::Failure,
            "drill",
            "the probe people could not be imported into the copy: the drill would find nobody",
        ));
    }
    Ok(())
}

/// The operator's own quota may be used up today.
fn erasing_key(clock: &dyn Clock) -> NewKey {
    NewKey {
        recipient: "drill-erasure".to_owned(),
        grant: Grant {
            fields: Field::all()
                .filter(|field| field.to_string() == "contact.email")
                .collect(),
            purposes: [Purpose::SubjectRequest].into_iter().collect(),
            powers: [Power::Reveal, Power::List, Power::Erase]
                .into_iter()
                .collect(),
            quota: Quota::people_per_day(PROBES_MAX),
            expires_at_ms: Some(clock.now_ms() + 60 * 60 * 1000),
            owner: Some("drill".to_owned()),
            ..Grant::default()
        },
    }
}

fn found(folder: &Folder, person: &SamplePerson) -> Result<Vec<String>, CliError> {
    let email = Look::Email(Personal::new(person.email.clone().unwrap_or_default()));
    let found = folder.find(&email, Purpose::SubjectRequest)?;
    if found.subjects.is_empty() {
        let text = "a probe person was imported into the copy and cannot be found in it";
        return Err(CliError::new(Exit::Failure, "drill", text));
    }
    Ok(found.subjects.into_iter().map(|one| one.subject).collect())
}
