//! The list of credentials at vendors: written after the log holds it, and how many people each reaches.

use crate::keeper::public_part;
use crate::log::{ActKind, Phase};
use crate::{Credential, Keeper, KeeperError, Refusal};
use lethe_model::{Power, StoreId};
use lethe_store::StoreError;
use lethe_store::keyring::vendor_keys::{self, VendorKeyRow};

impl Keeper {
    /// Draws the id of a new entry of the list.
    pub fn new_vendor_key_id(&self) -> String {
        let random = self.around.random.bytes::<6>();
        format!("vkey_{}", crate::hex(&random))
    }

    /// Puts a credential at a vendor on the list, or changes it there.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] when `by` may not, or log or keyring cannot be written.
    pub fn put_vendor_key(
        &self,
        by: &Credential,
        row: &VendorKeyRow,
        is_new: bool,
    ) -> Result<(), Refusal> {
        self.permit(by, Power::Keys)?;
        self.log_vendor(by, &row.id, if is_new { "added" } else { "changed" })?;
        self.writer()
            .write(|tx| -> Result<(), StoreError> { vendor_keys::put(tx, row) })?;
        Ok(())
    }

    /// Takes one off the list.
    ///
    /// # Errors
    ///
    /// [`Refusal::Gone`] when it is not on it; otherwise as for [`Self::put_vendor_key`].
    pub fn remove_vendor_key(&self, by: &Credential, id: &str) -> Result<(), Refusal> {
        self.permit(by, Power::Keys)?;
        let all = self.vendor_keys(by.store).map_err(unavailable)?;
        if !all.iter().any(|one| one.id == id) {
            return Err(Refusal::Gone);
        }
        self.log_vendor(by, id, "removed")?;
        let delete = |tx: &lethe_store::Tx<'_>| -> Result<_, StoreError> {
            vendor_keys::delete(tx, by.store, id)
        };
        self.writer().write(delete)?;
        Ok(())
    }

    /// Lists a shop's.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn vendor_keys(&self, store: StoreId) -> Result<Vec<VendorKeyRow>, KeeperError> {
        self.reader().read(|tx| Ok(vendor_keys::list(tx, store)?))
    }

    /// Counts the distinct people whom a recipient's keys have ever met, revoked keys too: what was
    /// handed over stays with whoever got it.
    pub fn people_handed_to(&self, store: StoreId, recipient: &str) -> u64 {
        let all = self.credentials();
        let of_recipient = all
            .iter()
            .filter(|one| one.store == store && one.recipient == recipient);
        let ids = of_recipient.map(|one| one.id.as_str());
        self.admission().quotas.people_met_by(ids)
    }

    /// The entry names the list's id and nothing of what the merchant wrote.
    fn log_vendor(&self, by: &Credential, id: &str, change: &str) -> Result<u64, Refusal> {
        let detail = serde_json::json!({ "vendor_key": id, "change": change });
        let public = public_part(ActKind::Vendor, Phase::Act, by.store, &by.id, Some(detail));
        self.append(public)
    }
}

fn unavailable(error: KeeperError) -> Refusal {
    Refusal::KeyringUnavailable(error.to_string())
}
