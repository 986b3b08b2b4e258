//! Credentials at vendors that can read customers: listed with what they reach, and never the secret.
//!
//! Lethe cannot see inside a vendor. What stands here is what the merchant wrote down, but for the people
//! it counts itself: those whom it handed to the recipient that an entry names.

mod check;
mod lint;

pub use lint::VendorFinding;

use crate::{Error, Vault};
use jiff::civil::Date;
use lethe_keeper::{Credential, Refusal};
use lethe_model::{Category, Field, FieldSet, Power};
use lethe_policy::Day;
use lethe_store::keyring::vendor_keys::VendorKeyRow;
use serde::Serialize;

/// What a credential at a vendor is. The list is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VendorKeyKind {
    /// A key for programs.
    ApiKey,
    /// An app that was installed at the vendor.
    App,
    /// A person's account there.
    Seat,
    /// A connection between two vendors.
    Integration,
}

impl VendorKeyKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::ApiKey, Self::App, Self::Seat, Self::Integration];

    /// Returns its name in interfaces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "api-key",
            Self::App => "app",
            Self::Seat => "seat",
            Self::Integration => "integration",
        }
    }

    /// Parses a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

/// A credential at a vendor, as the merchant describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVendorKey {
    /// Who issued it.
    pub vendor: String,
    /// What it is.
    pub kind: VendorKeyKind,
    /// What the merchant calls it: never the secret, and no person's name or address.
    pub label: String,
    /// Who answers for it: a name or a team.
    pub owner: Option<String>,
    /// The vendor's own names of what it may do.
    pub scopes: Vec<String>,
    /// The kinds of records it can read.
    pub categories: Vec<Category>,
    /// When it was made; today when absent.
    pub created_on: Option<Date>,
    /// When its secret was last replaced.
    pub rotated_on: Option<Date>,
    /// When it was last used.
    pub used_on: Option<Date>,
    /// When it ends.
    pub expires_on: Option<Date>,
    /// Whether it can take many customers at once.
    pub can_export: bool,
    /// Whether it works from named networks only.
    pub has_networks: bool,
    /// The recipient of Lethe's keys that feeds it: then people are counted.
    pub recipient: Option<String>,
    /// How many people it reaches, where nobody counts.
    pub people: Option<u64>,
    /// When that was found out; today when absent.
    pub people_on: Option<Date>,
}

/// A credential at a vendor, as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct VendorKeyView {
    /// Its id in Lethe (`vkey_…`); nothing of the credential itself.
    pub id: String,
    /// Who issued it.
    pub vendor: String,
    /// `api-key`, `app`, `seat` or `integration`.
    pub kind: String,
    /// What the merchant calls it.
    pub label: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The vendor's own names of what it may do.
    pub scopes: Vec<String>,
    /// The kinds of records it can read.
    pub categories: Vec<String>,
    /// When it was made.
    pub created_on: Date,
    /// When its secret was last replaced.
    pub rotated_on: Option<Date>,
    /// When it was last used.
    pub used_on: Option<Date>,
    /// When it ends.
    pub expires_on: Option<Date>,
    /// Whether it can take many customers at once.
    pub can_export: bool,
    /// Whether it works from named networks only.
    pub has_networks: bool,
    /// The recipient of Lethe's keys that feeds it.
    pub recipient: Option<String>,
    /// How many people it reaches, as stated.
    pub people: Option<u64>,
    /// When that was found out.
    pub people_on: Option<Date>,
    /// How many people it reaches, as far as is known.
    pub reach: VendorReach,
}

/// What a thief of a credential at a vendor would reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VendorReach {
    /// Whose it is.
    pub vendor_key: String,
    /// Vendor and label.
    pub label: String,
    /// People; `None` when nobody knows.
    pub people: Option<u64>,
    /// The fields of each of them, by Lethe's names.
    pub fields: Vec<String>,
    /// `counted` by what Lethe handed over, `stated` by the merchant, or `unknown`.
    pub source: &'static str,
}

impl Vault {
    /// Puts a credential at a vendor on the list.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `keys`, or an input cannot be taken: above all one that looks like
    /// a secret.
    pub fn add_vendor_key(
        &self,
        by: &Credential,
        new: &NewVendorKey,
    ) -> Result<VendorKeyView, Error> {
        self.permit(by, Power::Keys)?;
        let id = self.keeper.new_vendor_key_id();
        self.put_vendor_key(by, id, new, true)
    }

    /// Describes one anew: everything that was known of it before is replaced.
    ///
    /// # Errors
    ///
    /// As for adding, and [`Error::NotFound`] when it is not on the list.
    pub fn replace_vendor_key(
        &self,
        by: &Credential,
        id: &str,
        new: &NewVendorKey,
    ) -> Result<VendorKeyView, Error> {
        self.vendor_key(by, id)?;
        self.put_vendor_key(by, id.to_owned(), new, false)
    }

    fn put_vendor_key(
        &self,
        by: &Credential,
        id: String,
        new: &NewVendorKey,
        is_new: bool,
    ) -> Result<VendorKeyView, Error> {
        let today = self.policy().today(self.around.clock.now());
        check::check(new, today.to_date())?;
        let number = |date: Option<Date>| date.map(|date| i64::from(Day::from_date(date).0));
        let names: Vec<&str> = new.categories.iter().map(|one| one.name()).collect();
        let json = |list: &[&str]| serde_json::to_string(list).expect("texts serialise");
        let scopes: Vec<&str> = new.scopes.iter().map(String::as_str).collect();
        let row = VendorKeyRow {
            id,
            store: by.store,
            vendor: new.vendor.clone(),
            kind: new.kind.name().to_owned(),
            label: new.label.clone(),
            owner: new.owner.clone(),
            scopes: json(&scopes),
            categories: json(&names),
            created_on: number(new.created_on).unwrap_or(today.0.into()),
            rotated_on: number(new.rotated_on),
            used_on: number(new.used_on),
            expires_on: number(new.expires_on),
            can_export: new.can_export,
            has_networks: new.has_networks,
            recipient: new.recipient.clone(),
            people: new.people.and_then(|people| i64::try_from(people).ok()),
            people_on: new
                .people
                .map(|_| number(new.people_on).unwrap_or(today.0.into())),
        };
        self.keeper.put_vendor_key(by, &row, is_new)?;
        Ok(self.view_vendor_key(row))
    }

    /// Takes one off the list: when it was revoked at the vendor.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `keys`; [`Error::NotFound`] when it is not on the list.
    pub fn remove_vendor_key(&self, by: &Credential, id: &str) -> Result<(), Error> {
        match self.keeper.remove_vendor_key(by, id) {
            Err(Refusal::Gone) => Err(Error::NotFound),
            other => Ok(other?),
        }
    }

    /// Shows one.
    ///
    /// # Errors
    ///
    /// As for listing, and [`Error::NotFound`] when it is not on the list.
    pub fn vendor_key(&self, by: &Credential, id: &str) -> Result<VendorKeyView, Error> {
        let all = self.list_vendor_keys(by)?;
        let found = all.into_iter().find(|one| one.id == id);
        found.ok_or(Error::NotFound)
    }

    /// Lists them, by vendor and label.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `keys`.
    pub fn list_vendor_keys(&self, by: &Credential) -> Result<Vec<VendorKeyView>, Error> {
        self.permit(by, Power::Keys)?;
        let rows = self.keeper.vendor_keys(by.store)?;
        Ok(rows
            .into_iter()
            .map(|row| self.view_vendor_key(row))
            .collect())
    }

    /// Says what a thief of each would reach.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `keys`.
    pub fn vendor_blast(&self, by: &Credential) -> Result<Vec<VendorReach>, Error> {
        let all = self.list_vendor_keys(by)?;
        Ok(all.into_iter().map(|one| one.reach).collect())
    }

    fn view_vendor_key(&self, row: VendorKeyRow) -> VendorKeyView {
        let reach = self.vendor_reach(&row);
        let date = |day: i64| Day(i32::try_from(day).unwrap_or(0)).to_date();
        VendorKeyView {
            id: row.id,
            vendor: row.vendor,
            kind: row.kind,
            label: row.label,
            owner: row.owner,
            scopes: list(&row.scopes),
            categories: list(&row.categories),
            created_on: date(row.created_on),
            rotated_on: row.rotated_on.map(date),
            used_on: row.used_on.map(date),
            expires_on: row.expires_on.map(date),
            can_export: row.can_export,
            has_networks: row.has_networks,
            recipient: row.recipient,
            people: row.people.and_then(|people| u64::try_from(people).ok()),
            people_on: row.people_on.map(date),
            reach,
        }
    }

    fn vendor_reach(&self, row: &VendorKeyRow) -> VendorReach {
        let stated = row.people.and_then(|people| u64::try_from(people).ok());
        let counted = row
            .recipient
            .as_ref()
            .map(|recipient| self.keeper.people_handed_to(row.store, recipient));
        // The vendor may know people from elsewhere, too: what was stated can only add.
        let (people, source) = match (counted, stated) {
            (Some(counted), Some(stated)) if stated > counted => (Some(stated), "stated"),
            (Some(counted), _) => (Some(counted), "counted"),
            (None, Some(stated)) => (Some(stated), "stated"),
            (None, None) => (None, "unknown"),
        };
        VendorReach {
            vendor_key: row.id.clone(),
            label: format!("{}: {}", row.vendor, row.label),
            people,
            fields: self
                .vendor_fields(row)
                .iter()
                .map(|one| one.to_string())
                .collect(),
            source,
        }
    }

    /// The fields of the kinds of records it can read; without kinds, those that its recipient gets.
    fn vendor_fields(&self, row: &VendorKeyRow) -> FieldSet {
        let categories = list(&row.categories);
        let is_named = |field: &Field| categories.iter().any(|one| one == field.category().name());
        if !categories.is_empty() {
            return Field::all().filter(is_named).collect();
        }
        let all = self.keeper.credentials();
        let of_recipient = all
            .iter()
            .filter(|one| one.store == row.store && Some(&one.recipient) == row.recipient.as_ref());
        of_recipient
            .flat_map(|one| one.grant.fields.iter())
            .collect()
    }
}

/// Reads a list as the table has it; what is none is empty.
fn list(json: &str) -> Vec<String> {
    serde_json::from_str(json).unwrap_or_default()
}
