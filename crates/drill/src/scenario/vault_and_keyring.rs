//! Vault, keyring, log and the sealed root key are stolen; the passphrase is not.

use super::vault_database::searched;
use super::{Scene, grouped};
use crate::DrillError;
use crate::finding::{Finding, Verdict};
use crate::keys::{KeySweep, PassphraseTrial, Role, sweep, try_passphrases};
use crate::search::{Sightings, search_cells, search_file};

/// Searches everything, tries every key on everything, and guesses at the passphrase.
pub(crate) fn attack(scene: &Scene<'_>, shop_named: u64) -> Result<Finding, DrillError> {
    let mut sightings = Sightings::of(scene.needles);
    for file in scene.stolen.all_files()? {
        let place = scene.stolen.name_of(&file);
        search_file(scene.needles, &file, &place, &mut sightings)?;
    }
    let (active, keyring) = (scene.stolen.active()?, scene.stolen.keyring()?);
    search_cells(scene.needles, &active, "the active store", &mut sightings)?;
    search_cells(scene.needles, &keyring, "the keyring", &mut sightings)?;
    let keys = sweep(scene.stolen, scene.budget)?;
    let guessing = try_passphrases(scene.stolen, scene.budget.passphrases)?;
    let finding = searched(
        scene,
        &sightings,
        Finding {
            shop_named,
            sentence: "The keys are there but wrapped, and nothing that lies beside them opens \
                 them: without the passphrase the keyring adds nothing to the database."
                .to_owned(),
            facts: vec![sweep_fact(&keys), guessing_fact(&guessing)],
            ..Finding::new(2, "Database, keyring, log, sealed root key")
        },
    );
    Ok(judge(scene, finding, &keys, &guessing))
}

fn judge(
    scene: &Scene<'_>,
    mut finding: Finding,
    keys: &KeySweep,
    guessing: &PassphraseTrial,
) -> Finding {
    let opens_all = keys.roles.contains(&Role::Root) || keys.roles.contains(&Role::KeyEncryption);
    if !opens_all && !guessing.is_guessed && keys.roles.is_empty() {
        return finding;
    }
    let records = keys
        .roles
        .iter()
        .filter(|role| matches!(role, Role::Record(_)));
    let opened = match opens_all || guessing.is_guessed {
        true => scene.people.opened,
        false => records.count() as u64,
    };
    finding.verdict = Verdict::Broken;
    finding.named = finding.named.max(opened);
    finding.reachable = finding.reachable.max(finding.named);
    if guessing.is_guessed {
        finding.sentence =
            "The passphrase of the root key is one of the first that a thief tries: \
             everything opens."
                .to_owned();
        finding.remedy =
            Some("Seal the root key with a passphrase of six random words.".to_owned());
    } else {
        finding.sentence = "A key lies readable beside what it opens.".to_owned();
        finding.remedy = Some("Find out what wrote it, and rotate the keys.".to_owned());
    }
    let places = keys.places.iter();
    let places = places.map(|place| format!("a key that opens something lies in {place}"));
    finding.facts.extend(places);
    finding
}

fn sweep_fact(keys: &KeySweep) -> String {
    let share = match keys.keys < keys.keys_in_all {
        true => format!(
            " (of {} there are: the time limit left out the rest)",
            grouped(keys.keys_in_all)
        ),
        false => String::new(),
    };
    format!(
        "{} keys cut from everything stolen were tried{share}, in {} attempts and {:.1} s: {} \
         opened something.",
        grouped(keys.keys),
        grouped(keys.attempts),
        keys.elapsed.as_secs_f64(),
        keys.roles.len(),
    )
}

fn guessing_fact(guessing: &PassphraseTrial) -> String {
    let each = guessing.elapsed.as_secs_f64() / guessing.tried.max(1) as f64;
    // Six words of a list of 7,776: 2^77.5 tries, half of them on average.
    let years = 7_776_f64.powi(6) / 2.0 * each / (365.25 * 86_400.0);
    format!(
        "{} common passphrases were tried on the root key, {each:.2} s each: {}. One of six random \
         words would take this machine {years:.0e} years on average.",
        guessing.tried,
        if guessing.is_guessed {
            "one fits"
        } else {
            "none fits"
        },
    )
}
