//! The door through which a stolen API key is tried: the real API of a server that runs on the copy.

use std::collections::BTreeMap;

/// What the stolen key may do.
#[derive(Debug, Clone)]
pub struct StolenGrant {
    /// The fields it may reveal, such as `delivery.street`.
    pub fields: Vec<String>,
    /// A purpose it may state.
    pub purpose: String,
    /// How many distinct people it may read in any 24 hours.
    pub people_per_day: u32,
}

/// One page of orders.
#[derive(Debug, Clone, Default)]
pub struct ListPage {
    /// The orders on it.
    pub orders: Vec<ListedOrder>,
    /// Gives the next page; absent on the last.
    pub next_cursor: Option<String>,
}

/// An order as the API lists it.
#[derive(Debug, Clone)]
pub struct ListedOrder {
    /// The order's token.
    pub token: String,
    /// The buyer's token.
    pub subject: String,
    /// Whether the parcel goes to somebody else.
    pub is_gift: bool,
}

/// An answer other than success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status; 0 when there was no answer at all.
    pub status: u16,
    /// The stable error code.
    pub code: String,
}

/// A stolen API key in use. The command line implements it over HTTP.
///
/// It is used last of all, so the server may run on the very copy that the other attacks read,
/// provided that nobody else uses it meanwhile.
pub trait StolenApi {
    /// Says what the key may do.
    fn grant(&self) -> StolenGrant;

    /// Lists orders.
    ///
    /// # Errors
    ///
    /// What the API refuses.
    fn list(&mut self, cursor: Option<&str>) -> Result<ListPage, Refused>;

    /// Reveals fields of an order.
    ///
    /// # Errors
    ///
    /// What the API refuses; 429 when the day's quota is used up.
    fn reveal(
        &mut self,
        token: &str,
        fields: &[String],
        purpose: &str,
    ) -> Result<BTreeMap<String, String>, Refused>;

    /// Moves the server's clock forward.
    ///
    /// # Errors
    ///
    /// When it cannot be moved.
    fn advance_hours(&mut self, hours: u32) -> Result<(), Refused>;

    /// Moves the server's clock by days.
    ///
    /// # Errors
    ///
    /// When it cannot be moved.
    fn advance_days(&mut self, days: u32) -> Result<(), Refused>;
}
