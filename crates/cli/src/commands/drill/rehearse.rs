//! One drill from beginning to end: copy, plant, serve, attack, clean up.

use super::api::HttpThief;
use super::clock::SteppableClock;
use super::probes;
use super::scratch::Scratch;
use crate::commands::serve::Serving;
use crate::door::{self, Acts, Folder, NewKey, store_id};
use crate::error::{CliError, Exit};
use crate::surroundings::{OsRandom, SystemClock};
use jiff::tz::TimeZone;
use lethe_crypto::ApiKey;
use lethe_drill::{
    Budget, Drill, DrillError, DrillInput, DrillReport, Ground, StolenGrant, copy_folder,
};
use lethe_http::Listener;
use lethe_model::{Clock, FieldSet, Grant, Power, Purpose, Quota};
use lethe_ops::{Surroundings, Vault};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// What a mailing tool would be given: the kind of key that was stolen in 2020.
const MARKETING_FIELDS: [&str; 2] = ["contact.email", "contact.name"];
const MARKETING_PEOPLE_PER_DAY: u32 = 10;
const MARKETING_DAYS: i64 = 90;

/// What is drilled.
pub(in crate::commands) struct Rehearsal<'a> {
    pub(in crate::commands) data: &'a Path,
    pub(in crate::commands) store: Option<&'a str>,
    pub(in crate::commands) passphrase: &'a str,
    pub(in crate::commands) probes: u32,
    pub(in crate::commands) budget: Budget,
    pub(in crate::commands) scratch: Option<&'a Path>,
}

impl Rehearsal<'_> {
    /// Runs the drill; `progress` is told what is being done.
    pub(in crate::commands) fn run(
        &self,
        progress: &mut dyn FnMut(&str),
    ) -> Result<DrillReport, CliError> {
        let scratch = Scratch::make(self.scratch)?;
        let (copy, work) = (scratch.path().join("copy"), scratch.path().join("work"));
        progress("copying the data folder");
        // The lock is held while copying: nobody writes, so the databases are at rest.
        let original = door::installation(self.data)?;
        copy_folder(self.data, &copy)?;
        drop(original);
        fs::create_dir(&work)
            .map_err(CliError::file("cannot write to the drill's scratch folder"))?;
        progress("planting probe people in the copy, and erasing some of them");
        let clock = Arc::new(SteppableClock::starting_at(SystemClock.now()));
        let folder = self.open_copy(&copy, &clock)?;
        let today = clock.now().to_zoned(TimeZone::UTC).date();
        let shares = probes::set_up_archive(&folder, today)?;
        let planted = probes::plant(&folder, self.probes, today)?;
        progress("remembering the folder as a backup would, then erasing some of the probe people");
        drop(folder);
        let before = scratch.path().join("before");
        copy_folder(&copy, &before)?;
        let mut folder = self.open_copy(&copy, &clock)?;
        probes::erase_some(&mut folder, &planted, &*clock)?;
        let (key, grant) = stolen_key(&folder, &*clock)?;
        let (desk_key, desk_grant) = desk(&folder, &*clock)?;
        let served = Served::start(folder.vault, &copy, Arc::<SteppableClock>::clone(&clock))?;
        let mut thief = HttpThief {
            address: served.address,
            key,
            grant,
            clock: Arc::clone(&clock),
        };
        let mut agent = HttpThief {
            address: served.address,
            key: desk_key,
            grant: desk_grant,
            clock,
        };
        let drill = Drill::new(DrillInput {
            copy: &copy,
            passphrase: self.passphrase,
            probes: &planted.living,
            erased: &planted.erased,
            api: Some(&mut thief),
            agent: Some(&mut agent),
            ground: Ground {
                archived: &planted.archived,
                shares: shares.as_ref(),
                before: Some(&before),
            },
            budget: self.budget,
            scratch: &work,
            progress,
        })?;
        Ok(drill.run()?)
    }

    fn open_copy(&self, copy: &Path, clock: &Arc<SteppableClock>) -> Result<Folder, CliError> {
        let around = Surroundings {
            clock: Arc::<SteppableClock>::clone(clock),
            random: Arc::new(OsRandom),
        };
        let vault = door::installation(copy)?.open(self.passphrase, around)?;
        let credential = vault.operator(store_id(&vault, self.store)?)?;
        Ok(Folder { vault, credential })
    }
}

/// Makes the key that will be stolen.
fn stolen_key(folder: &Folder, clock: &dyn Clock) -> Result<(ApiKey, StolenGrant), CliError> {
    let fields: FieldSet = FieldSet::parse(MARKETING_FIELDS).expect("the fields exist");
    let purpose = Purpose::Marketing;
    let created = folder.create_key(&NewKey {
        recipient: "drill-mailing-tool".to_owned(),
        grant: Grant {
            fields,
            purposes: [purpose].into_iter().collect(),
            powers: [Power::Reveal, Power::List].into_iter().collect(),
            quota: Quota::people_per_day(MARKETING_PEOPLE_PER_DAY),
            expires_at_ms: Some(clock.now_ms() + MARKETING_DAYS * 24 * 60 * 60 * 1000),
            owner: Some("marketing-team".to_owned()),
            ..Grant::default()
        },
    })?;
    let key = ApiKey::parse(&created.secret).map_err(lethe_ops::Error::from)?;
    let grant = StolenGrant {
        fields: MARKETING_FIELDS.map(str::to_owned).to_vec(),
        purpose: purpose.name().to_owned(),
        people_per_day: MARKETING_PEOPLE_PER_DAY,
    };
    Ok((key, grant))
}

/// Makes what an agent at the support desk has: the grant of the role `support`, by itself. It is given as
/// a key, which a session stands for.
fn desk(folder: &Folder, clock: &dyn Clock) -> Result<(ApiKey, StolenGrant), CliError> {
    let expires_at_ms = clock.now_ms() + 365 * 24 * 60 * 60 * 1000;
    let grant = Grant {
        owner: Some("drill-agent".to_owned()),
        expires_at_ms: Some(expires_at_ms),
        ..folder.vault.role_grant("support")?
    };
    let stolen = StolenGrant {
        fields: grant.fields.iter().map(|field| field.to_string()).collect(),
        purpose: Purpose::Support.name().to_owned(),
        people_per_day: grant.quota.people.day.unwrap_or(u32::MAX),
    };
    let created = folder.create_key(&NewKey {
        recipient: "drill-support-desk".to_owned(),
        grant,
    })?;
    let key = ApiKey::parse(&created.secret).map_err(lethe_ops::Error::from)?;
    Ok((key, stolen))
}

/// The real server, on the copy, until this is dropped.
struct Served {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    fn start(vault: Vault, copy: &Path, clock: Arc<SteppableClock>) -> Result<Self, CliError> {
        let (stop, stopped) = oneshot::channel();
        let (ready, address) = sync_channel(1);
        let copy = copy.to_owned();
        let thread = std::thread::spawn(move || {
            let serving = Serving {
                vault: Arc::new(vault),
                clock,
                address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                data: &copy,
                tells: false,
            };
            let told = |listeners: &[Listener]| {
                let address = listeners.iter().find_map(Listener::tcp_address);
                ready
                    .send(address)
                    .map_err(|_| CliError::usage("nobody waits for the server"))
            };
            // What fails before `told` closes the channel, and the caller says so.
            drop(serving.until(async { drop(stopped.await) }, told));
        });
        let failed = "the drill's server on the copy did not start";
        let address = address.recv().ok().flatten();
        Ok(Self {
            address: address.ok_or_else(|| CliError::new(Exit::Failure, "drill", failed))?,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl From<DrillError> for CliError {
    fn from(error: DrillError) -> Self {
        Self::new(Exit::Failure, "drill", error.to_string())
    }
}
