//! The invented shop of the replay: a vault in a scratch folder, with a clock that is moved.

use super::super::canary::invented;
use super::super::drill::{Scratch, SteppableClock};
use crate::error::CliError;
use crate::surroundings::OsRandom;
use crate::views::Key;
use jiff::civil::Date;
use lethe_crypto::{ApiKey, KdfCost};
use lethe_custody::{NOTIFICATION, generate, year_key_id};
use lethe_model::{Clock, Grant, StoreId, StoreName};
use lethe_ops::{
    AlertKind, AlertView, Credential, ImportOptions, Installation, NewCredential, Reaction,
    StoreSpec, Surroundings, Vault,
};
use lethe_sample::{Shop, ShopSpec, write_orders, write_orders_csv};
use std::sync::Arc;

/// The day the replay begins.
const BEGINS: &str = "2018-08-01T09:00:00Z";
const PASSPHRASE: &str = "a passphrase for one minute";

/// The vault and its clock.
pub(super) struct ReplayShop {
    pub(super) vault: Vault,
    pub(super) clock: Arc<SteppableClock>,
    pub(super) customers: u32,
    /// Removed with everything in it when this is dropped.
    _scratch: Scratch,
}

impl ReplayShop {
    pub(super) fn open(customers: u32) -> Result<Self, CliError> {
        let scratch = Scratch::make(None)?;
        let begins = BEGINS.parse().expect("a moment");
        let clock = Arc::new(SteppableClock::starting_at(begins));
        let around = Surroundings {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            random: Arc::new(OsRandom),
        };
        let store = StoreSpec {
            name: StoreName::parse("main").expect("a good name"),
            controller: "Example SAS".to_owned(),
        };
        // Nobody is meant to try this passphrase for longer than a minute.
        let cost = KdfCost {
            memory_kib: 19 * 1024,
            passes: 2,
        };
        let data = scratch.path().join("data");
        Installation::create(&data, PASSPHRASE, cost, &store, &around)?;
        let vault = Installation::find(&data)?.open(PASSPHRASE, around)?;
        Ok(Self {
            vault,
            clock,
            customers,
            _scratch: scratch,
        })
    }

    pub(super) fn operator(&self) -> Result<Arc<Credential>, CliError> {
        Ok(self.vault.operator(StoreId(1))?)
    }

    pub(super) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    pub(super) fn today(&self) -> Date {
        self.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// Takes in eleven years of orders up to today; what is old goes straight into the archive.
    pub(super) fn sell(&mut self) -> Result<(), CliError> {
        let operator = self.operator()?;
        self.vault.confirm_clock(&operator)?;
        let mut keys: Vec<String> = (2005..=2030)
            .map(|year| year_key_id(&year.to_string()))
            .collect();
        keys.push(NOTIFICATION.to_owned());
        let custodians = ["ada", "ben", "cleo"].map(str::to_owned);
        let set = generate(&keys, &custodians, &OsRandom).map_err(lethe_ops::Error::from)?;
        self.vault.register_archive_keys(&operator, &set)?;
        let shop = Shop::new(ShopSpec {
            customers: self.customers,
            ..ShopSpec::new(1, self.today())
        });
        let mut csv = Vec::new();
        write_orders_csv(&shop, &mut csv).map_err(CliError::file("cannot make the shop"))?;
        let mut source = lethe_formats::read_shopify_orders(csv.as_slice())
            .map_err(|error| CliError::format("the invented shop", &error))?;
        let options = ImportOptions {
            batch: 5_000,
            source: [0; 16],
        };
        self.vault
            .import(&operator, &mut source, &options, |_| (), |_| Ok(()))?;
        Ok(())
    }

    pub(super) fn people(&self) -> Result<u64, CliError> {
        let stores = self.vault.status()?.stores;
        Ok(stores.iter().map(|store| store.people).sum())
    }

    pub(super) fn make_key(&self, grant: Grant) -> Result<(Key, ApiKey), CliError> {
        let new = NewCredential {
            recipient: "marketing".to_owned(),
            grant,
        };
        let made = self.vault.create_credential(&*self.operator()?, &new)?;
        let view = crate::views::of(made.view).expect("a view is its own document");
        Ok((view, made.secret))
    }

    pub(super) fn plant_canaries(&self, count: u32) -> Result<(), CliError> {
        let mut csv = Vec::new();
        let orders = invented(count, "mail.shop.example", self.today());
        write_orders(orders, &mut csv).map_err(CliError::file("cannot invent people"))?;
        let mut source = lethe_formats::read_shopify_orders(csv.as_slice())
            .map_err(|error| CliError::format("the invented people", &error))?;
        self.vault
            .plant_canaries(&self.operator()?, "marketing", &mut source)?;
        Ok(())
    }

    /// Lists what was raised about a key's reads.
    pub(super) fn alerts_about(&self, key: &Credential) -> Result<Vec<AlertView>, CliError> {
        let mut alerts = self.vault.alerts(&*self.operator()?, 100)?;
        let kinds = [
            AlertKind::CanaryRead,
            AlertKind::Anomaly,
            AlertKind::KeyStopped,
        ];
        alerts.retain(|one| {
            one.credential.as_ref() == Some(&key.id)
                && kinds.iter().any(|kind| kind.name() == one.kind)
        });
        Ok(alerts)
    }

    pub(super) fn react(&self, canaries: Reaction, anomalies: Reaction) -> Result<(), CliError> {
        let operator = self.operator()?;
        let mut settings = self.vault.access_settings(&operator)?;
        (settings.canaries, settings.anomalies) = (canaries, anomalies);
        Ok(self.vault.set_access_settings(&operator, settings)?)
    }
}
