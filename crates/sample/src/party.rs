//! Who an order names as payer or recipient.

use crate::address::Address;
use crate::country::Country;

/// A person or company at an address, every value in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleParty {
    /// The whole name as one line.
    pub name: String,
    /// The company.
    pub company: Option<String>,
    /// Street and number.
    pub street: String,
    /// Second address line.
    pub street2: Option<String>,
    /// City or town.
    pub city: String,
    /// Code of the province, state or prefecture.
    pub region: Option<String>,
    /// Postal code, without apostrophe.
    pub postal_code: String,
    /// Country.
    pub country: Country,
    /// Phone number as written.
    pub phone: Option<String>,
}

impl SampleParty {
    pub(crate) fn at(
        address: Address,
        name: String,
        company: Option<String>,
        phone: Option<String>,
    ) -> Self {
        Self {
            name,
            company,
            street: address.street,
            street2: address.street2,
            city: address.city.to_owned(),
            region: address.region.map(str::to_owned),
            postal_code: address.postal_code,
            country: address.country,
            phone,
        }
    }

    /// Returns the address lines as exports join them in one column.
    pub fn street_lines(&self) -> String {
        match &self.street2 {
            Some(street2) => format!("{}, {street2}", self.street),
            None => self.street.clone(),
        }
    }
}
