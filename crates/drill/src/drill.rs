//! The drill: theft after theft, on one copy.

use crate::allowed::Allowed;
use crate::api::StolenApi;
use crate::format::Unlocked;
use crate::ground::Ground;
use crate::people::People;
use crate::plain::PlainShop;
use crate::report::DrillReport;
use crate::scenario::{self, Scene};
use crate::search::Needles;
use crate::stolen::{StolenFolder, open_file};
use crate::{Budget, DrillError, Probe};
use std::path::Path;
use std::time::Instant;

/// What a drill works on.
pub struct DrillInput<'d> {
    /// A copy of a data folder, at rest. Nothing in it is changed.
    pub copy: &'d Path,
    /// The passphrase of its root key: for the ground truth, and for the attacks that have it.
    pub passphrase: &'d str,
    /// People who were imported into the copy before: the drill must find them, or it is broken.
    pub probes: &'d [Probe],
    /// People who were imported into the copy and erased again: nobody may find them.
    pub erased: &'d [Probe],
    /// A stolen API key on a server that runs on the copy. Without one that theft is not replayed.
    pub api: Option<&'d mut dyn StolenApi>,
    /// The same server, as a support agent meets it.
    pub agent: Option<&'d mut dyn StolenApi>,
    /// What was prepared for the thefts of archive and backups.
    pub ground: Ground<'d>,
    /// How much effort the attacks may take.
    pub budget: Budget,
    /// An empty folder for working copies and the ordinary shop's database. It will hold personal
    /// data in clear: keep it private and delete it afterwards.
    pub scratch: &'d Path,
    /// Told what is being done, in a few words.
    pub progress: &'d mut dyn FnMut(&str),
}

/// A drill that is ready to run.
pub struct Drill<'d> {
    input: DrillInput<'d>,
    stolen: StolenFolder,
    unlocked: Unlocked,
}

impl<'d> Drill<'d> {
    /// Opens the copy with the passphrase.
    ///
    /// # Errors
    ///
    /// When the copy is no data folder, or the passphrase is wrong.
    pub fn new(input: DrillInput<'d>) -> Result<Self, DrillError> {
        let stolen = StolenFolder::prepare(input.copy, input.scratch)?;
        let unlocked = Unlocked::open(&stolen, input.passphrase)?;
        Ok(Self {
            input,
            stolen,
            unlocked,
        })
    }

    /// Replays every theft and reports what each gave.
    ///
    /// # Errors
    ///
    /// When something cannot be read, or when the drill misses what it knows to be there.
    pub fn run(self) -> Result<DrillReport, DrillError> {
        let begun = Instant::now();
        let DrillInput {
            probes,
            erased,
            api,
            agent,
            ground,
            budget,
            scratch,
            progress,
            passphrase,
            ..
        } = self.input;
        let (stolen, unlocked) = (&self.stolen, &self.unlocked);
        progress("opening everything with the root key, to know what to look for");
        let people = scenario::whole_machine::attack(stolen, unlocked, probes, &budget)?;
        progress("building an ordinary shop database with the same people");
        let shop = PlainShop::build(scratch, &people)?;
        let allowed = Allowed::read(stolen)?;
        let needles = Needles::of_people(&people.known, &allowed);
        let shop_named = eyesight(&shop, &needles, &people)?;
        let scene = Scene {
            stolen,
            scratch,
            people: &people,
            needles: &needles,
            shop: &shop,
            budget: &budget,
        };
        progress("stealing the vault's database");
        let mut findings = vec![scenario::vault_database::attack(&scene, shop_named)?];
        progress("stealing database, keyring and log; trying every key on everything");
        findings.push(scenario::vault_and_keyring::attack(&scene, shop_named)?);
        progress("stealing the list of orders");
        findings.push(scenario::relations::attack(&scene)?);
        progress("stealing an index key; guessing at phone numbers and addresses");
        findings.push(scenario::index_key::attack(&scene, unlocked)?);
        progress("looking for people who were erased");
        let erasure = scenario::erased_people::attack(&scene, unlocked, erased)?;
        progress("using a stolen API key for 80 days");
        findings.push(scenario::api_key::attack(&scene, api)?);
        let archived = ground.archived;
        findings.push(scenario::whole_machine::finding(
            &people, archived, shop_named,
        ));
        findings.push(erasure);
        progress("stealing the archive, without its custodians and with them");
        findings.extend(scenario::archive::attack(&scene, unlocked, &ground)?);
        progress("stealing backups from before people were erased");
        findings.extend(scenario::backups::attack(
            &scene, passphrase, &ground, erased,
        )?);
        progress("reading as a support agent for 20 working days");
        findings.push(scenario::api_key::attack_from_the_desk(&scene, agent)?);
        Ok(DrillReport {
            people: people.total,
            searched: people.known.len() as u64,
            probes: probes.len() as u64,
            bytes: size_of_copy(stolen)?,
            seconds: begun.elapsed().as_secs_f64(),
            findings,
        })
    }
}

/// Searches the ordinary shop, where everybody is known to lie in clear. Whoever is missed there
/// would be missed everywhere.
fn eyesight(shop: &PlainShop, needles: &Needles, people: &People) -> Result<u64, DrillError> {
    let named = shop.names_in_files(needles)?;
    let expected = needles.searchable() as u64;
    if named < expected {
        return Err(DrillError::Blind(format!(
            "the search found {named} of {expected} people in a database that holds all of them in \
             clear"
        )));
    }
    Ok(people.extrapolate(named))
}

fn size_of_copy(stolen: &StolenFolder) -> Result<u64, DrillError> {
    let mut bytes = 0;
    for file in stolen.all_files()? {
        if let Some(opened) = open_file(&file)? {
            bytes += opened.metadata().map_err(DrillError::file(&file))?.len();
        }
    }
    Ok(bytes)
}
