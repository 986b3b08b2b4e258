//! Probe people: planted in the copy before the theft, some of them erased again, all through the
//! operations that real people's data goes through.

use crate::door::{Acts, Folder, Look, NewKey};
use crate::error::{CliError, Exit};
use crate::surroundings::OsRandom;
use jiff::civil::Date;
use lethe_drill::Probe;
use lethe_formats::read_shopify_orders;
use lethe_model::{Clock, Field, Grant, Personal, Power, Purpose, Random};
use lethe_ops::ImportOptions;
use lethe_sample::{SamplePerson, probe_people, write_probe_orders_csv};
use std::io::Cursor;

/// One probe in so many is erased.
const ERASED_EVERY: usize = 4;
/// More than any drill plants: the quota of the key that looks them up.
const PROBES_MAX: u32 = 5_000;

/// The probes in the copy.
pub(super) struct Planted {
    pub(super) living: Vec<Probe>,
    pub(super) erased: Vec<Probe>,
}

/// Imports probe people into the copy and erases some.
pub(super) fn plant(
    folder: &mut Folder,
    count: u32,
    today: Date,
    clock: &dyn Clock,
) -> Result<Planted, CliError> {
    let random: &dyn Random = &OsRandom;
    let drill_key: [u8; 32] = random.bytes();
    let mut csv = Vec::new();
    write_probe_orders_csv(&drill_key, count, today, &mut csv)
        .map_err(CliError::file("cannot write the probe people's orders"))?;
    let mut source = read_shopify_orders(Cursor::new(csv))
        .map_err(|error| CliError::format("the probe people's orders", &error))?;
    let options = ImportOptions {
        batch: 500,
        source: random.bytes(),
    };
    let report = folder.vault.import(
        &folder.credential,
        &mut source,
        &options,
        |_| {},
        |_| Ok(()),
    )?;
    if report.rejected > 0 || report.imported == 0 {
        return Err(CliError::new(
            Exit::Failure,
            "drill",
            "the probe people could not be imported into the copy: the drill would find nobody",
        ));
    }
    let is_erased = |person: &&SamplePerson| person.index as usize % ERASED_EVERY == 1;
    let people = probe_people(&drill_key, count);
    let (erased, living): (Vec<_>, Vec<_>) = people.iter().partition(is_erased);
    let officer = folder.create_key(&erasing_key(clock))?;
    let officer = lethe_crypto::ApiKey::parse(&officer.secret).map_err(lethe_ops::Error::from)?;
    let officer = folder.vault.authenticate(&officer)?;
    let operator = std::mem::replace(&mut folder.credential, officer);
    for person in &erased {
        erase(folder, person)?;
    }
    folder.credential = operator;
    Ok(Planted {
        living: living.into_iter().map(Probe::from).collect(),
        erased: erased.into_iter().map(Probe::from).collect(),
    })
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
            powers: [Power::Reveal, Power::List, Power::Keys]
                .into_iter()
                .collect(),
            people_per_day: PROBES_MAX,
            expires_at_ms: Some(clock.now_ms() + 60 * 60 * 1000),
        },
    }
}

fn erase(folder: &Folder, person: &SamplePerson) -> Result<(), CliError> {
    let email = Look::Email(Personal::new(person.email.clone().unwrap_or_default()));
    let found = folder.find(&email, Purpose::SubjectRequest)?;
    for subject in &found.subjects {
        folder.erase(&subject.subject)?;
    }
    if found.subjects.is_empty() {
        let text = "a probe person was imported into the copy and cannot be found in it";
        return Err(CliError::new(Exit::Failure, "drill", text));
    }
    Ok(())
}
