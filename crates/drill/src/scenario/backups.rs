//! Backups from before people were erased: without the keyring of that day, and with it.

use super::{Scene, grouped, whole_machine};
use crate::finding::{Finding, Verdict};
use crate::format::Unlocked;
use crate::ground::Ground;
use crate::people::People;
use crate::stolen::StolenFolder;
use crate::{DrillError, Probe, copy_folder};
use std::fs;
use std::path::Path;

const DATA: &str = "An old data backup, today's keyring, root key";
const BOTH: &str = "The same with the keyring backup of that day";

/// Replays both thefts.
pub(crate) fn attack(
    scene: &Scene<'_>,
    passphrase: &str,
    ground: &Ground<'_>,
    erased: &[Probe],
) -> Result<Vec<Finding>, DrillError> {
    let Some(before) = ground.before.filter(|_| !erased.is_empty()) else {
        let why = "no backup from before an erasure was prepared";
        return Ok(vec![
            Finding::not_run(11, DATA, why),
            Finding::not_run(12, BOTH, why),
        ]);
    };
    let mixed = scene.scratch.join("old-data-new-keys");
    copy_folder(before, &mixed)?;
    let keyring = mixed.join("keyring");
    fs::remove_dir_all(&keyring).map_err(DrillError::file(&keyring))?;
    copy_folder(&scene.stolen.part("keyring"), &keyring)?;
    let without = opened(scene, &mixed, passphrase, erased)?;
    let with = opened(scene, before, passphrase, erased)?;
    if with.named == 0 {
        return Err(DrillError::Blind(
            "the attack does not find people in a backup from before they were erased".to_owned(),
        ));
    }
    let shop = with.named;
    Ok(vec![
        Finding {
            named: without.named,
            reachable: without.named,
            shop_named: shop,
            verdict: if without.named == 0 {
                Verdict::Kept
            } else {
                Verdict::Broken
            },
            sentence: match without.named {
                0 => {
                    "Erased people are gone from old backups too: their sealed records lie there, \
                      and no key is left that opens them."
                        .to_owned()
                }
                named => format!(
                    "{} erased people can be read from an old backup.",
                    grouped(named)
                ),
            },
            facts: vec![without.fact(erased)],
            ..Finding::new(11, DATA)
        },
        Finding {
            named: with.named,
            reachable: with.named,
            shop_named: shop,
            verdict: Verdict::KnownLimit,
            sentence:
                "A keyring backup from before an erasure still opens whom it knew. That is why \
                       keyring backups live 35 days, and why a receipt names the day the last of \
                       them is destroyed."
                    .to_owned(),
            facts: vec![with.fact(erased)],
            remedy: Some("lethe backup prune, daily, wherever keyring backups lie.".to_owned()),
            ..Finding::new(12, BOTH)
        },
    ])
}

struct Opened {
    named: u64,
    people: People,
}

impl Opened {
    fn fact(&self, erased: &[Probe]) -> String {
        format!(
            "{} of {} records in the backup opened; of {} erased probe people, {} were among them.",
            grouped(self.people.records_opened),
            grouped(self.people.records),
            grouped(erased.len() as u64),
            grouped(self.named)
        )
    }
}

fn opened(
    scene: &Scene<'_>,
    folder: &Path,
    passphrase: &str,
    erased: &[Probe],
) -> Result<Opened, DrillError> {
    let aside = scene.scratch.join("backup-opened");
    let stolen = StolenFolder::prepare(folder, &aside)?;
    let unlocked = Unlocked::open(&stolen, passphrase)?;
    let people = whole_machine::look(&stolen, &unlocked, erased, scene.budget)?;
    let is_there = |probe: &&Probe| {
        let known = people.known.iter();
        known
            .flat_map(|person| person.values())
            .any(|(kind, value)| probe.owns(kind, value))
    };
    let named = erased.iter().filter(is_there).count() as u64;
    Ok(Opened { named, people })
}
