//! Where the values of a name and address stand.

use std::io::Read;

use lethe_model::IncomingParty;

use super::cells::Cells;
use crate::FormatError;
use crate::map::{Constants, PartyColumns};
use crate::table::{Row, Table};
use crate::values::personal;

/// The columns of one party.
pub(super) struct PartyTargets {
    name: Cells,
    company: Cells,
    street: Cells,
    street2: Cells,
    city: Cells,
    region: Cells,
    postal_code: Cells,
    country: Cells,
    phone: Cells,
}

impl PartyTargets {
    pub(super) fn find<R: Read>(
        table: &Table<R>,
        role: &str,
        columns: Option<&PartyColumns>,
    ) -> Result<Option<Self>, FormatError> {
        let Some(columns) = columns else {
            return Ok(None);
        };
        macro_rules! cells {
            ($key:ident) => {
                Cells::find_at(
                    table,
                    &format!("columns.{role}.{}", stringify!($key)),
                    columns.$key.as_ref(),
                )?
            };
        }
        Ok(Some(Self {
            name: cells!(name),
            company: cells!(company),
            street: cells!(street),
            street2: cells!(street2),
            city: cells!(city),
            region: cells!(region),
            postal_code: cells!(postal_code),
            country: cells!(country),
            phone: cells!(phone),
        }))
    }

    /// Reads a party. The constant country alone makes none.
    pub(super) fn party(&self, row: &Row<'_>, constants: &Constants) -> Option<IncomingParty> {
        let mut party = IncomingParty {
            name: self.name.personal(row),
            company: self.company.personal(row),
            street: self.street.personal(row),
            street2: self.street2.personal(row),
            city: self.city.personal(row),
            region: self.region.personal(row),
            postal_code: self.postal_code.digits(row),
            country: self.country.personal(row),
            phone: self.phone.digits(row),
        };
        if party == IncomingParty::default() {
            return None;
        }
        party.country = party
            .country
            .or_else(|| constants.country.as_deref().map(personal));
        Some(party)
    }
}
