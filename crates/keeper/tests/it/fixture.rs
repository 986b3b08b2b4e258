//! A keeper of its own, without the vault around it.

use lethe_crypto::{LookupKind, SecretKey};
use lethe_keeper::{
    Admitted, Credential, Keeper, KeeperError, KeyringWrites, PlannedSubject, RecordKey, Refusal,
    Request, Sought, Surroundings,
};
use lethe_model::{
    Category, FieldSet, OrderId, OrderStates, Personal, Purpose, RecordId, StoreId, SubjectId,
};
use lethe_store::Folder;
use lethe_testkit::{FakeClock, SeededRandom};
use std::sync::Arc;
use tempfile::TempDir;

/// A keeper in a temporary folder.
pub(crate) struct Fixture {
    home: TempDir,
    pub(crate) clock: Arc<FakeClock>,
    random: Arc<SeededRandom>,
    keeper: Option<Keeper>,
}

impl Fixture {
    /// Makes a keeper whose operator may meet this many people a day.
    pub(crate) fn new(people_per_day: u32) -> Self {
        let fixture = Self {
            home: tempfile::tempdir().unwrap(),
            clock: Arc::new(FakeClock::default()),
            random: Arc::new(SeededRandom::new(7)),
            keeper: None,
        };
        let folder = fixture.folder();
        for dir in [folder.keyring_dir(), folder.log_dir()] {
            std::fs::create_dir_all(dir).unwrap();
        }
        Keeper::create(&folder, &root(), &fixture.around()).unwrap();
        let mut fixture = fixture;
        fixture.open().unwrap();
        fixture
            .keeper()
            .add_store(StoreId(1), people_per_day)
            .unwrap();
        fixture
    }

    pub(crate) fn folder(&self) -> Folder {
        Folder::new(self.home.path())
    }

    fn around(&self) -> Surroundings {
        Surroundings {
            clock: Arc::clone(&self.clock) as _,
            random: Arc::clone(&self.random) as _,
        }
    }

    /// Opens it under its root key.
    pub(crate) fn open(&mut self) -> Result<(), KeeperError> {
        self.keeper = Some(Keeper::open(&self.folder(), root(), self.around())?);
        Ok(())
    }

    /// Closes it and opens it again.
    pub(crate) fn restart(&mut self) {
        self.keeper = None;
        self.open().unwrap();
    }

    pub(crate) fn keeper(&self) -> &Keeper {
        self.keeper.as_ref().unwrap()
    }

    pub(crate) fn operator(&self) -> Arc<Credential> {
        self.keeper().operator(StoreId(1)).unwrap()
    }

    /// Takes people in, each with a contact record of one order, and returns the records.
    pub(crate) fn people(&self, count: u8) -> Vec<RecordId> {
        let record = |n: u8| RecordId {
            subject: SubjectId::from_bytes([n + 1; 16]),
            order: OrderId::from_bytes([n + 101; 16]),
            category: Category::Contact,
        };
        let records: Vec<RecordId> = (0..count).map(record).collect();
        let planned = |record: &RecordId| PlannedSubject {
            subject: record.subject,
            is_new: true,
            fields: FieldSet::parse(["contact.email"]).unwrap(),
        };
        let planned: Vec<PlannedSubject> = records.iter().map(planned).collect();
        let permit = self
            .keeper()
            .begin_intake(&self.operator(), &planned)
            .unwrap();
        let key = |record: &RecordId| RecordKey {
            record: *record,
            generation: 0,
            superseded: None,
            key: SecretKey::generate(&*self.random),
        };
        let writes = KeyringWrites {
            keys: records.iter().map(key).collect(),
            ..KeyringWrites::default()
        };
        self.keeper().store_keys(&permit, &writes).unwrap();
        self.keeper().finish_intake(&permit, 0.into()).unwrap();
        records
    }

    /// Asks for the contact fields of people.
    pub(crate) fn admit(&self, people: &[SubjectId]) -> Result<Admitted, Refusal> {
        let fields = FieldSet::parse(["contact.email"]).unwrap();
        let people = people.iter().map(|one| (*one, fields)).collect();
        self.request(Sought::Fields(people))
    }

    /// Looks an address up that nobody has.
    pub(crate) fn guess(&self) -> Result<Admitted, Refusal> {
        self.request(Sought::Whose {
            kind: LookupKind::Email,
            value: Personal::new("nobody@example.com"),
        })
    }

    fn request(&self, sought: Sought) -> Result<Admitted, Refusal> {
        let request = Request {
            credential: self.operator(),
            purpose: Purpose::Support,
            sought,
            token: None,
            states: OrderStates::ALL,
        };
        self.keeper().admit(vec![request]).pop().unwrap()
    }
}

fn root() -> SecretKey {
    SecretKey::take(&mut [3; 32])
}
