//! Events of an order: deliveries, returns and disputes, as the shop or the carrier report them. They
//! say from which day its terms count.

use crate::{Error, Vault};
use jiff::civil::Date;
use lethe_crypto::Token;
use lethe_keeper::{Credential, Refusal};
use lethe_model::Power;
use lethe_policy::Day;
use lethe_store::active::contacts::{self, ContactRow};
use lethe_store::active::events::{self, EventRow};
use lethe_store::active::orders;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// The parcel arrived.
    Delivered,
    /// Goods come back.
    Return,
    /// A payment or a delivery is disputed.
    Dispute,
    /// The person was in touch: a call, a message, a log-in. Opening an e-mail is none.
    Contact,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Delivered, Self::Return, Self::Dispute, Self::Contact];

    /// Returns its name in interfaces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Return => "return",
            Self::Dispute => "dispute",
            Self::Contact => "contact",
        }
    }

    /// Parses a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == text)
    }
}

/// An event.
#[derive(Debug, Clone)]
pub struct OrderEvent {
    /// What happened.
    pub kind: EventKind,
    /// The shop's own number for a return or dispute: letters, digits and `./_-`.
    pub reference: String,
    /// When it happened, or began.
    pub on: Date,
    /// When a return or dispute ended; absent while it is open.
    pub closed_on: Option<Date>,
}

impl Vault {
    /// Notes an event of an order; the same reference again closes it.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the order is not in the active store.
    pub fn note_event(
        &self,
        credential: &Credential,
        token: &str,
        event: &OrderEvent,
    ) -> Result<(), Error> {
        if !credential.may(Power::Intake) {
            return Err(Refusal::Power(Power::Intake.name()).into());
        }
        check(event)?;
        let token = self.permit_on(credential, Power::Intake, token)?;
        let Token::Order(subject, order) = token else {
            return Err(Error::invalid("token", "must be an order's (`ord_…`)"));
        };
        let day = |date: Date| i64::from(Day::from_date(date).0);
        let state = &mut *self.intake.lock()?;
        state.active.write(|tx| -> Result<(), Error> {
            let row = orders::fetch(tx, &subject, &order)?;
            let row = row.filter(|row| row.store == credential.store);
            row.ok_or(Error::NotFound)?;
            match event.kind {
                EventKind::Delivered => {
                    orders::set_delivered(tx, &subject, &order, day(event.on))?;
                }
                EventKind::Contact => {
                    let row = ContactRow {
                        subject,
                        created_on: None,
                        last_on: Some(day(event.on)),
                    };
                    contacts::touch(tx, credential.store, &row)?;
                }
                EventKind::Return | EventKind::Dispute => {
                    let row = EventRow {
                        kind: event.kind.name().to_owned(),
                        reference: event.reference.clone(),
                        opened_on: day(event.on),
                        closed_on: event.closed_on.map(day),
                    };
                    events::upsert(tx, &subject, &order, &row)?;
                }
            }
            Ok(())
        })
    }
}

/// References stand in clear: a number does, a person's name must not.
fn check(event: &OrderEvent) -> Result<(), Error> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"./_#-".contains(&byte);
    let reference = &event.reference;
    let needs_reference = matches!(event.kind, EventKind::Return | EventKind::Dispute);
    if needs_reference && (reference.is_empty() || !reference.bytes().any(|b| b.is_ascii_digit())) {
        let text = "must be the shop's number of the return or dispute, with at least one digit";
        return Err(Error::invalid("reference", text));
    }
    if reference.len() > 60 || !reference.bytes().all(is_plain) {
        let text = "must be at most 60 letters, digits and ./_#-";
        return Err(Error::invalid("reference", text));
    }
    if event.closed_on.is_some_and(|closed| closed < event.on) {
        return Err(Error::invalid("closed_on", "must not be before it began"));
    }
    Ok(())
}
