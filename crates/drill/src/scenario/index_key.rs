//! A blind-index key is stolen together with the look-up table. It lies wrapped under the root key,
//! so this is the theft of a running process's memory, or a mistake.

use super::{Scene, grouped};
use crate::DrillError;
use crate::finding::{Fields, Finding, Verdict};
use crate::format::Unlocked;
use crate::guess::{Guessed, Hashing, Keyed, MOBILES, Unkeyed, leaked_list, try_all_mobiles};
use lethe_crypto::LookupKind;
use lethe_model::FieldKind;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

/// Addresses longer than a block of the hash are left out of the thief's list.
const ADDRESS_BYTES_MAX: usize = crate::guess::TEXT_BYTES_MAX;

/// Guesses at phone numbers and addresses with the real key, and on the ordinary shop's hashes.
pub(crate) fn attack(scene: &Scene<'_>, unlocked: &Unlocked) -> Result<Finding, DrillError> {
    let list = leaked_list(&scene.people.known);
    let phones = Targets::lookups(scene, LookupKind::Phone)?;
    let emails = Targets::lookups(scene, LookupKind::Email)?;
    let audience = Targets::audience(scene)?;
    // A keyed guess costs two compressions, an unkeyed one.
    let shops = unlocked.index_keys(LookupKind::Phone).count().max(1) as u32;
    let mut by_phone = BTreeSet::new();
    let mut guesses = Vec::new();
    for key in unlocked.index_keys(LookupKind::Phone) {
        let limit = scene.budget.guessing * 2 / 3 / shops;
        let guessed = try_all_mobiles(&Keyed::new(key), &phones.hashes, limit, scene.budget);
        by_phone.extend(phones.people(guessed.hits.iter()));
        guesses.push(guessed);
    }
    let mut by_email = BTreeSet::new();
    for key in unlocked.index_keys(LookupKind::Email) {
        by_email.extend(emails.people_of_list(&Keyed::new(key), &list));
    }
    let limit = scene.budget.guessing / 3;
    let unkeyed = try_all_mobiles(&Unkeyed, &audience.hashes, limit, scene.budget);
    let mut shop: BTreeSet<Owner> = audience.people(unkeyed.hits.iter()).collect();
    shop.extend(audience.people_of_list(&Unkeyed, &list));

    let mut fields = Fields::default();
    for person in by_phone.union(&by_email) {
        let phone = by_phone.contains(person).then_some(FieldKind::Phone);
        let email = by_email.contains(person).then_some(FieldKind::Email);
        fields.add_person(phone.into_iter().chain(email));
    }
    let counted = |people: usize| scene.people.extrapolate(people as u64);
    let named = counted(by_phone.union(&by_email).count());
    let mut facts: Vec<String> = guesses.iter().map(phone_fact).collect();
    facts.push(format!(
        "A leaked list of {} addresses, half of them real, gave {} people; phone numbers gave {}.",
        grouped(list.len() as u64),
        grouped(by_email.len() as u64),
        grouped(by_phone.len() as u64),
    ));
    facts.push(format!(
        "The ordinary shop is measured on the unsalted SHA-256 list that it gives to advertisers, \
         with the same guesses and no key to steal ({:.1} million a second).",
        unkeyed.rate() / 1e6
    ));
    Ok(Finding {
        named,
        reachable: counted(phones.owners().union(&emails.owners()).count()),
        fields: fields.extrapolated(scene.people),
        shop_named: counted(shop.len()),
        verdict: Verdict::KnownLimit,
        sentence: format!(
            "With this key a thief can guess: whoever's phone number or address is on a list that \
             can be tried is recognised, {} of {} people here. Names and postal addresses stay \
             sealed.",
            grouped(named),
            grouped(scene.people.total)
        ),
        facts,
        remedy: Some(
            "The key lies wrapped under the root key, never readable on disk. If it leaks, make a new \
             installation and import again: it draws new index keys (they cannot be rotated in place \
             yet). Look-up rows stolen earlier keep their value to the thief."
                .to_owned(),
        ),
        ..Finding::new(4, "A blind-index key and the look-up table")
    })
}

fn phone_fact(guessed: &Guessed) -> String {
    let all = Duration::from_secs_f64(MOBILES as f64 / guessed.rate().max(1.0));
    let extent = match guessed.is_complete() {
        true => format!(
            "All {} French mobile numbers were tried in {:.1} s",
            grouped(MOBILES),
            guessed.elapsed.as_secs_f64()
        ),
        false => format!(
            "{} of {} French mobile numbers ({:.0} %, in order) were tried within the time limit \
             of {:.1} s; all would take {:.0} s, and might find more people",
            grouped(guessed.tried),
            grouped(MOBILES),
            guessed.tried as f64 * 100.0 / MOBILES as f64,
            guessed.elapsed.as_secs_f64(),
            all.as_secs_f64()
        ),
    };
    format!(
        "{extent}: {:.1} million guesses a second.",
        guessed.rate() / 1e6
    )
}

/// Whose a hash is: a subject, or a customer of the ordinary shop.
type Owner = [u8; 16];

/// Stolen hashes and whose they are.
struct Targets {
    hashes: HashSet<[u8; 16]>,
    owners: HashMap<[u8; 16], Vec<Owner>>,
}

impl Targets {
    fn new(rows: impl Iterator<Item = ([u8; 16], Owner)>) -> Self {
        let mut owners: HashMap<[u8; 16], Vec<Owner>> = HashMap::new();
        for (hash, owner) in rows {
            owners.entry(hash).or_default().push(owner);
        }
        Self {
            hashes: owners.keys().copied().collect(),
            owners,
        }
    }

    fn lookups(scene: &Scene<'_>, kind: LookupKind) -> Result<Self, DrillError> {
        let keyring = scene.stolen.keyring()?;
        let read = || -> rusqlite::Result<Vec<(Vec<u8>, Vec<u8>)>> {
            let mut statement =
                keyring.prepare("SELECT hash, subject_id FROM lookups WHERE kind = $1")?;
            let rows =
                statement.query_map([kind.number()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        let rows = read().map_err(DrillError::database("the keyring"))?;
        let known: HashSet<Owner> = scene.people.known.iter().map(|one| one.subject).collect();
        let rows = rows
            .into_iter()
            .filter_map(|(hash, subject)| Some((hash.try_into().ok()?, subject.try_into().ok()?)));
        Ok(Self::new(rows.filter(|(_, owner)| known.contains(owner))))
    }

    fn audience(scene: &Scene<'_>) -> Result<Self, DrillError> {
        let rows = scene.shop.audience()?.into_iter();
        Ok(Self::new(rows.map(|(hash, customer)| {
            (hash, i128::from(customer).to_be_bytes())
        })))
    }

    fn people<'t>(
        &'t self,
        hits: impl Iterator<Item = &'t [u8; 16]> + 't,
    ) -> impl Iterator<Item = Owner> + 't {
        hits.filter_map(|hash| self.owners.get(hash))
            .flatten()
            .copied()
    }

    fn people_of_list(&self, hashing: &dyn Hashing, list: &[String]) -> Vec<Owner> {
        let hits: Vec<[u8; 16]> = list
            .iter()
            .filter(|address| address.len() <= ADDRESS_BYTES_MAX)
            .map(|address| hashing.hash(address.as_bytes()))
            .collect();
        self.people(hits.iter()).collect()
    }

    fn owners(&self) -> BTreeSet<Owner> {
        self.owners.values().flatten().copied().collect()
    }
}
