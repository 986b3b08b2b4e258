//! An installation's folder: made once, opened by one process at a time.

use crate::{Error, Vault};
use lethe_crypto::{KdfCost, SealedRoot, SecretKey};
use lethe_keeper::{Keeper, Surroundings};
use lethe_model::{StoreId, StoreName};
use lethe_policy::Policy;
use lethe_store::active::stores::{self, StoreRow};
use lethe_store::{Database, Folder, Kind, Servers, Speed};
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// The operator may look at this many people a day: enough to help, too few to export.
const OPERATOR_PEOPLE_PER_DAY: u32 = 50;

/// The first shop of an installation.
#[derive(Debug, Clone)]
pub struct StoreSpec {
    /// Its short name.
    pub name: StoreName,
    /// The controller: the company that answers for its data (GDPR Art. 4(7)).
    pub controller: String,
}

/// An installation that exists, locked by this process and not yet opened.
pub struct Installation {
    folder: Folder,
    lock: File,
    sealed_root: SealedRoot,
}

impl Installation {
    /// Makes a new installation in an empty or missing folder.
    ///
    /// # Errors
    ///
    /// [`Error::AlreadyInitialised`] when there is one, or whatever the file system says; what was
    /// begun is removed again.
    pub fn create(
        path: &Path,
        passphrase: &str,
        cost: KdfCost,
        store: &StoreSpec,
        around: &Surroundings,
    ) -> Result<(), Error> {
        Self::create_on(path, None, passphrase, cost, store, around)
    }

    /// As [`Installation::create`], with the databases on servers: the folder keeps the root key, the
    /// policy as a file to edit, and copies of logs and ledger.
    ///
    /// # Errors
    ///
    /// As there; also when the servers hold an installation.
    pub fn create_on(
        path: &Path,
        servers: Option<&Servers>,
        passphrase: &str,
        cost: KdfCost,
        store: &StoreSpec,
        around: &Surroundings,
    ) -> Result<(), Error> {
        require_empty(path)?;
        if passphrase.chars().count() < 12 {
            return Err(Error::invalid(
                "passphrase",
                "must have at least 12 characters",
            ));
        }
        let made = place_in(path, servers)
            .and_then(|folder| create_in(&folder, passphrase, cost, store, around));
        if made.is_err() {
            // Nothing of value is lost: without the root key file, written last, nothing opens.
            drop(fs::remove_dir_all(path));
        }
        made
    }

    /// Makes a folder for one more vault of an installation whose databases are on servers.
    ///
    /// `root_key`: the sealed root key of the installation, a copy of which goes into the folder.
    ///
    /// # Errors
    ///
    /// When the folder is not empty, the passphrase does not open the root key, or the keyring is
    /// another installation's; what was begun is removed again.
    pub fn join(
        path: &Path,
        servers: &Servers,
        root_key: &Path,
        passphrase: &str,
        around: &Surroundings,
    ) -> Result<(), Error> {
        require_empty(path)?;
        let what = format!("cannot read {}", root_key.display());
        let text = fs::read_to_string(root_key).map_err(Error::file(what))?;
        let root = SealedRoot::parse(&text)?.open(passphrase)?;
        let joined = place_in(path, Some(servers)).and_then(|folder| {
            // Only a keyring that opens under this key is joined; nothing is made on the servers.
            drop(Database::open_reader(
                folder.place(Kind::Keyring),
                Kind::Keyring,
            )?);
            let keeper = Keeper::open(&folder, root.clone(), around.clone())?;
            let policies = keeper.policies()?;
            let policy = policies
                .last()
                .map_or(Policy::DEFAULT_TEXT, |one| one.text.as_str());
            write_private(&path.join("policy.toml"), policy.as_bytes())?;
            keeper.leave();
            write_private(&folder.root_key(), text.as_bytes())
        });
        if joined.is_err() {
            drop(fs::remove_dir_all(path));
        }
        joined
    }

    /// Finds and locks the installation in a folder.
    ///
    /// # Errors
    ///
    /// [`Error::NotInitialised`], [`Error::Locked`], or a damaged root key file.
    pub fn find(path: &Path) -> Result<Self, Error> {
        let folder = Folder::new(path);
        if !folder.root_key().exists() {
            return Err(Error::NotInitialised(path.to_owned()));
        }
        let lock = take_lock(&folder)?;
        let what = format!("cannot read {}", folder.root_key().display());
        let text = fs::read_to_string(folder.root_key()).map_err(Error::file(what))?;
        Ok(Self {
            sealed_root: SealedRoot::parse(&text)?,
            folder,
            lock,
        })
    }

    /// Opens the vault with the passphrase and ends what a crash left open.
    ///
    /// # Errors
    ///
    /// A wrong passphrase, or whatever keyring, log and databases say.
    pub fn open(self, passphrase: &str, around: Surroundings) -> Result<Vault, Error> {
        let root = self.open_root(passphrase)?;
        self.open_with_root(root, around)
    }

    pub(crate) fn open_root(&self, passphrase: &str) -> Result<SecretKey, Error> {
        Ok(self.sealed_root.open(passphrase)?)
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    fn open_with_root(self, root: SecretKey, around: Surroundings) -> Result<Vault, Error> {
        if self.folder.restoring().exists() {
            return Err(Error::Restoring);
        }
        self.open_locked(root, around)
    }

    /// Opens the vault although a restore has locked it: for catching up.
    pub(crate) fn open_locked(self, root: SecretKey, around: Surroundings) -> Result<Vault, Error> {
        if !self.folder.is_shared() {
            // A folder of an earlier release has no archive yet.
            make_dir(&self.folder.archive_dir())?;
        }
        let keeper = Keeper::open(&self.folder, root, around.clone())?;
        Vault::start(self.folder, self.lock, keeper, around)
    }
}

fn create_in(
    folder: &Folder,
    passphrase: &str,
    cost: KdfCost,
    store: &StoreSpec,
    around: &Surroundings,
) -> Result<(), Error> {
    let path = folder.path();
    if !folder.is_shared() {
        make_dir(&folder.active_dir())?;
        make_dir(&folder.keyring_dir())?;
        make_dir(&folder.archive_dir())?;
        make_dir(&folder.log_dir())?;
    }
    let root = SecretKey::generate(&*around.random);
    Keeper::create(folder, &root, around)?;
    let keeper = Keeper::open(folder, root.clone(), around.clone())?;
    keeper.add_store(StoreId(1), OPERATOR_PEOPLE_PER_DAY)?;
    let mut active = Database::open(folder.place(Kind::Active), Kind::Active, Speed::Serving)?;
    let row = StoreRow {
        id: StoreId(1),
        name: store.name.as_str().to_owned(),
        controller: store.controller.clone(),
        created_at: around.clock.now_ms(),
    };
    active.write(|tx| stores::insert(tx, &row))?;
    drop(Database::open(
        folder.place(Kind::Archive),
        Kind::Archive,
        Speed::Serving,
    )?);
    keeper.begin_policy(Policy::DEFAULT_TEXT)?;
    let text = Policy::DEFAULT_TEXT.as_bytes();
    write_private(&path.join("policy.toml"), text)?;
    keeper.publish_log()?;
    keeper.leave();
    // Last: a folder is an installation from the moment its root key file exists.
    let text = SealedRoot::seal(&root, passphrase, cost, &*around.random);
    write_private(&folder.root_key(), text.as_bytes())
}

fn require_empty(path: &Path) -> Result<(), Error> {
    if Folder::new(path).root_key().exists() {
        return Err(Error::AlreadyInitialised(path.to_owned()));
    }
    let what = format!("cannot read the folder {}", path.display());
    let is_empty = !path.exists()
        || fs::read_dir(path)
            .map_err(Error::file(what))?
            .next()
            .is_none();
    match is_empty {
        true => Ok(()),
        false => Err(Error::invalid(
            "folder",
            "is not empty and holds no Lethe installation: choose an empty or new folder",
        )),
    }
}

/// Makes the folder and notes in it where its databases are.
fn place_in(path: &Path, servers: Option<&Servers>) -> Result<Folder, Error> {
    make_dir(path)?;
    if let Some(servers) = servers {
        let what = format!("cannot write {}", path.join(Servers::FILE).display());
        servers.write(path).map_err(Error::file(what))?;
    }
    Ok(Folder::new(path))
}

fn make_dir(dir: &Path) -> Result<(), Error> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(Error::file(format!(
        "cannot make the folder {}",
        dir.display()
    )))
}

fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(Error::file(format!("cannot write {}", path.display())))
}

/// Locks the folder for this process and notes its pid for the message others get.
fn take_lock(folder: &Folder) -> Result<File, Error> {
    let path = folder.lock();
    let failed = || Error::file(format!("cannot write {}", path.display()));
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(failed())?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        let mut text = String::new();
        let pid = file
            .read_to_string(&mut text)
            .ok()
            .and_then(|_| text.trim().parse().ok());
        return Err(Error::Locked(pid));
    }
    file.set_len(0).map_err(failed())?;
    file.rewind().map_err(failed())?;
    writeln!(file, "{}", std::process::id()).map_err(failed())?;
    Ok(file)
}
