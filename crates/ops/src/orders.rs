//! Orders as tokens: what was bought, when, for how much, without a field of anybody.

use crate::{Error, Vault};
use lethe_crypto::{Token, TokenKey};
use lethe_keeper::Credential;
use lethe_model::{OrderId, SubjectId};
use lethe_store::active::orders::{self, OrderRow};
use serde::Serialize;

/// Orders on one page at most.
const PAGE_MAX: u32 = 200;

/// An order as a recipient may see it.
#[derive(Debug, Clone, Serialize)]
pub struct OrderView {
    /// The order's token.
    pub token: String,
    /// The buyer's token.
    pub subject: String,
    /// Whether the parcel goes to somebody else.
    pub is_gift: bool,
    /// Destination, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Total in the currency's minor unit.
    pub total_minor: Option<i64>,
    /// Refunded so far, in the currency's minor unit.
    pub refunded_minor: Option<i64>,
    /// Day of the order, ISO 8601.
    pub ordered_on: Option<String>,
    /// Day of payment.
    pub paid_on: Option<String>,
    /// Day of shipment.
    pub fulfilled_on: Option<String>,
    /// Day of cancellation.
    pub cancelled_on: Option<String>,
    /// The platform's word for the payment.
    pub financial_status: Option<String>,
    /// The platform's word for the shipment.
    pub fulfillment_status: Option<String>,
    /// What was bought.
    pub lines: serde_json::Value,
}

/// One page of a list.
#[derive(Debug, Clone, Serialize)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Give this to get the next page; absent on the last.
    pub next_cursor: Option<String>,
}

impl Vault {
    /// Lists the orders of the caller's shop.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `list`, or the cursor is not one of this caller's.
    pub fn list_orders(
        &self,
        credential: &Credential,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<OrderView>, Error> {
        self.permit(credential, lethe_model::Power::List)?;
        let key = self.tokens(credential)?;
        let after = match cursor.map(|cursor| key.decode(cursor)) {
            None => (SubjectId::from_bytes([0; 16]), OrderId::ACCOUNT),
            Some(Ok(Token::Order(subject, order))) => (subject, order),
            Some(_) => return Err(Error::invalid("cursor", "is not one this caller was given")),
        };
        let limit = limit.clamp(1, PAGE_MAX);
        let rows =
            self.read_active(|tx| orders::page(tx, credential.store, after, i64::from(limit) + 1))?;
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_last = rows.len() <= wanted;
        let shown = &rows[..rows.len().min(wanted)];
        let next_cursor = shown
            .last()
            .filter(|_| !is_last)
            .map(|row| key.encode(Token::Order(row.subject, row.order)));
        // A canary is shown to the recipient it was planted for.
        let recipient = &credential.recipient;
        let items: Vec<OrderView> = shown
            .iter()
            .filter(|row| !self.keeper.is_canary_of_another(&row.subject, recipient))
            .map(|row| view(&key, row))
            .collect();
        Ok(Page { items, next_cursor })
    }

    /// Fetches one order.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when it is not there, or not this caller's.
    pub fn order(&self, credential: &Credential, token: &str) -> Result<OrderView, Error> {
        let token = self.permit_on(credential, lethe_model::Power::List, token)?;
        let Token::Order(subject, order) = token else {
            return Err(Error::NotFound);
        };
        let row = self.read_active(|tx| orders::fetch(tx, &subject, &order))?;
        let row = row
            .filter(|row| row.store == credential.store)
            .ok_or(Error::NotFound)?;
        Ok(view(&self.tokens(credential)?, &row))
    }

    /// Returns the caller's token of an order it has just handed in.
    ///
    /// # Errors
    ///
    /// When the caller's recipient has no tokens.
    pub fn order_token(
        &self,
        credential: &Credential,
        subject: SubjectId,
        order: OrderId,
    ) -> Result<String, Error> {
        Ok(self
            .tokens(credential)?
            .encode(Token::Order(subject, order)))
    }
}

pub(crate) fn view(key: &TokenKey, row: &OrderRow) -> OrderView {
    let day = |days: Option<i64>| {
        let days = i32::try_from(days?).ok()?;
        let epoch = jiff::civil::date(1970, 1, 1);
        epoch
            .checked_add(jiff::Span::new().try_days(days).ok()?)
            .ok()
            .map(|date| date.to_string())
    };
    OrderView {
        token: key.encode(Token::Order(row.subject, row.order)),
        subject: key.encode(Token::Subject(row.subject)),
        is_gift: row.recipient.is_some(),
        country: row.country.clone(),
        currency: row.currency.clone(),
        total_minor: row.total_minor,
        refunded_minor: row.refunded_minor,
        ordered_on: day(row.ordered_on),
        paid_on: day(row.paid_on),
        fulfilled_on: day(row.fulfilled_on),
        cancelled_on: day(row.cancelled_on),
        financial_status: row.financial_status.clone(),
        fulfillment_status: row.fulfillment_status.clone(),
        lines: serde_json::from_str(&row.lines).unwrap_or_default(),
    }
}
