//! Legal holds: records that must not be destroyed while somebody needs them as evidence.
//!
//! A hold is on records, never on a person as a whole, and is judged again before each destructive
//! step. Releasing one changes nothing by itself: what it deferred is due again in the next run.

use crate::dual::Control;
use crate::policy::timestamp;
use crate::retention::facts::day;
use crate::retention::scan::order_records;
use crate::{Error, Vault};
use jiff::Timestamp;
use jiff::civil::Date;
use lethe_crypto::Token;
use lethe_keeper::{Credential, LedgerAct, ProposalKind, hex, unhex};
use lethe_model::{Category, OrderId, RecordId, SubjectId};
use lethe_policy::Day;
use lethe_store::StoreError;
use lethe_store::active::holds::{self, HoldRow};
use lethe_store::active::{orders, records};
use lethe_store::archive::records as archived;
use serde::{Deserialize, Serialize};

/// Why records may be held. The list is closed: GDPR Art. 17(3) and 18(1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldGround {
    /// Establishment, exercise or defence of legal claims: Art. 17(3)(e).
    LegalClaims,
    /// A legal obligation or an order of an authority: Art. 17(3)(b).
    LegalObligation,
    /// The person needs them for a claim of their own: Art. 18(1)(c).
    PersonsClaim,
}

impl HoldGround {
    /// Every ground.
    pub const ALL: [Self; 3] = [Self::LegalClaims, Self::LegalObligation, Self::PersonsClaim];

    /// Returns its name in interfaces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LegalClaims => "legal-claims",
            Self::LegalObligation => "legal-obligation",
            Self::PersonsClaim => "persons-claim",
        }
    }

    /// Returns the article.
    pub const fn reference(self) -> &'static str {
        match self {
            Self::LegalClaims => "GDPR Art. 17(3)(e)",
            Self::LegalObligation => "GDPR Art. 17(3)(b)",
            Self::PersonsClaim => "GDPR Art. 18(1)(c)",
        }
    }

    /// Parses a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.name() == text)
    }
}

/// A hold to be placed.
#[derive(Debug, Clone)]
pub struct NewHold {
    /// `ord_…` or `sub_…` tokens.
    pub tokens: Vec<String>,
    /// Numbers of orders that are in the archive already.
    pub archived: Vec<lethe_model::Personal>,
    /// The kinds of records; all when empty.
    pub categories: Vec<Category>,
    /// The case's number: letters, digits and `. / _ -`, at most 60. Never a name.
    pub matter: String,
    /// Why.
    pub ground: HoldGround,
    /// When somebody must ask whether it is still needed.
    pub review_on: Date,
}

/// A hold as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct HoldView {
    /// Its public id.
    pub id: String,
    /// The case's number.
    pub matter: String,
    /// Why.
    pub ground: String,
    /// How many records it holds.
    pub records: usize,
    /// The credential that placed it.
    pub placed_by: String,
    /// When.
    pub placed_at: Timestamp,
    /// When it must be reviewed.
    pub review_on: Option<Date>,
    /// Whether that day has passed.
    pub is_review_overdue: bool,
    /// When it was released.
    pub released_at: Option<Timestamp>,
    /// Said when one person was enough to release it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<&'static str>,
}

/// What the ledger keeps of a hold.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PlacedHold {
    store: i64,
    matter: String,
    ground: String,
    placed_by: String,
    placed_at: i64,
    review_on: i64,
    records: Vec<(String, String, u8)>,
}

impl Vault {
    /// Places a hold.
    ///
    /// # Errors
    ///
    /// When a token leads nowhere, no record is meant, or the matter may hold a name; otherwise what
    /// grant, log and ledger say. Nothing is held then.
    pub fn place_hold(&self, credential: &Credential, new: &NewHold) -> Result<HoldView, Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        check_matter(&new.matter)?;
        let now_ms = self.around.clock.now_ms();
        let state = &mut *self.intake.lock()?;
        self.intake.settle_earlier(state)?;
        let mut held: Vec<RecordId> = Vec::new();
        for token in &new.tokens {
            let token = self.read_token(credential, token)?;
            held.extend(state.active.read(|tx| records_of(tx, &token))?);
        }
        for number in &new.archived {
            let (subject, _) = self.archived_order(credential, number)?;
            let rows = state
                .archive
                .read(|tx| archived::of_subject(tx, &subject))?;
            held.extend(rows.into_iter().map(|row| row.id));
        }
        held.retain(|one| new.categories.is_empty() || new.categories.contains(&one.category));
        held.sort_unstable();
        held.dedup();
        if held.is_empty() {
            return Err(Error::invalid(
                "records",
                "hold nothing: these orders have no record of the kinds named",
            ));
        }
        let row = HoldRow {
            id: format!("hold_{}", hex(&self.around.random.bytes::<6>())),
            store: credential.store,
            matter: new.matter.clone(),
            ground: new.ground.name().to_owned(),
            placed_by: credential.id.clone(),
            placed_at: now_ms,
            review_on: i64::from(Day::from_date(new.review_on).0),
            released_by: None,
            released_at: None,
        };
        let detail = serde_json::json!({
            "step": "placed", "hold": row.id, "ground": row.ground, "records": held.len(),
        });
        self.keeper.append_hold(credential, detail)?;
        // A restored backup may not know the hold; the ledger does.
        let placed = serde_json::to_value(PlacedHold::of(&row, &held)).expect("words and numbers");
        self.keeper.note_in_ledger(vec![LedgerAct::Hold {
            hold: row.id.clone(),
            placed: Some(placed),
        }])?;
        state
            .active
            .write::<_, StoreError>(|tx| holds::insert(tx, &row, &held))?;
        Ok(self.hold_view(row, held.len()))
    }

    /// Lists the holds, released ones too.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `retention`.
    pub fn list_holds(&self, credential: &Credential) -> Result<Vec<HoldView>, Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        let rows = self.read_active(|tx| {
            let rows = holds::list(tx, credential.store)?.into_iter();
            rows.map(|row| Ok((holds::records(tx, &row.id)?.len(), row)))
                .collect::<Result<Vec<_>, StoreError>>()
        })?;
        let views = rows.into_iter();
        Ok(views
            .map(|(count, row)| self.hold_view(row, count))
            .collect())
    }

    /// Releases a hold: what it deferred is due again in the next run. Where two others could approve
    /// it, it is asked for first; asked for again once they have, it is done.
    ///
    /// # Errors
    ///
    /// [`Error::ApprovalNeeded`] while it waits; [`Error::NotFound`] when there is no such hold in
    /// place.
    pub fn release_hold(&self, credential: &Credential, id: &str) -> Result<HoldView, Error> {
        self.permit(credential, lethe_model::Power::Retention)?;
        let control = self.control_release(credential, id)?;
        let state = &mut *self.intake.lock()?;
        let found = state.active.read(|tx| -> Result<_, StoreError> {
            Ok((holds::fetch(tx, id)?, holds::records(tx, id)?.len()))
        })?;
        let row = found.0.filter(|row| row.store == credential.store);
        let mut row = row
            .filter(|row| row.released_at.is_none())
            .ok_or(Error::NotFound)?;
        let detail = serde_json::json!({ "step": "released", "hold": id, "records": found.1 });
        self.keeper.append_hold(credential, detail)?;
        self.keeper.note_in_ledger(vec![LedgerAct::Hold {
            hold: id.to_owned(),
            placed: None,
        }])?;
        let now_ms = self.around.clock.now_ms();
        state
            .active
            .write::<_, StoreError>(|tx| holds::release(tx, id, &credential.id, now_ms))?;
        row.released_at = Some(now_ms);
        Ok(HoldView {
            warning: control.warning(),
            ..self.hold_view(row, found.1)
        })
    }

    fn control_release(&self, credential: &Credential, id: &str) -> Result<Control, Error> {
        let (row, records) = self.read_active(|tx| -> Result<_, StoreError> {
            Ok((holds::fetch(tx, id)?, holds::records(tx, id)?.len()))
        })?;
        let row = row.filter(|row| row.store == credential.store && row.released_at.is_none());
        let row = row.ok_or(Error::NotFound)?;
        let frozen = serde_json::json!({
            "hold": row.id, "matter": row.matter, "ground": row.ground, "records": records,
        });
        let reason = format!("release of the hold for {}", row.matter);
        self.control(credential, ProposalKind::HoldRelease, &frozen, &reason)
    }

    fn hold_view(&self, row: HoldRow, records: usize) -> HoldView {
        let today = self.policy().today(self.around.clock.now());
        let review = day(Some(row.review_on));
        HoldView {
            is_review_overdue: row.released_at.is_none() && review.is_some_and(|day| day < today),
            review_on: review.map(Day::to_date),
            id: row.id,
            matter: row.matter,
            ground: row.ground,
            records,
            placed_by: row.placed_by,
            placed_at: timestamp(row.placed_at),
            released_at: row.released_at.map(timestamp),
            warning: None,
        }
    }
}

impl PlacedHold {
    fn of(row: &HoldRow, records: &[RecordId]) -> Self {
        let id = |one: &RecordId| {
            let (subject, order) = (hex(one.subject.as_bytes()), hex(one.order.as_bytes()));
            (subject, order, one.category.number())
        };
        Self {
            store: row.store.0,
            matter: row.matter.clone(),
            ground: row.ground.clone(),
            placed_by: row.placed_by.clone(),
            placed_at: row.placed_at,
            review_on: row.review_on,
            records: records.iter().map(id).collect(),
        }
    }

    /// Reads a hold back from the ledger; `None` when it is malformed.
    pub(crate) fn to_rows(&self, id: &str) -> Option<(HoldRow, Vec<RecordId>)> {
        let record = |(subject, order, category): &(String, String, u8)| {
            Some(RecordId {
                subject: SubjectId::from_slice(&unhex(subject)?)?,
                order: OrderId::from_slice(&unhex(order)?)?,
                category: Category::from_number((*category).into())?,
            })
        };
        let row = HoldRow {
            id: id.to_owned(),
            store: lethe_model::StoreId(self.store),
            matter: self.matter.clone(),
            ground: self.ground.clone(),
            placed_by: self.placed_by.clone(),
            placed_at: self.placed_at,
            review_on: self.review_on,
            released_by: None,
            released_at: None,
        };
        Some((row, self.records.iter().map(record).collect::<Option<_>>()?))
    }
}

fn records_of(tx: &lethe_store::Tx<'_>, token: &Token) -> Result<Vec<RecordId>, Error> {
    match token {
        Token::Order(subject, order) => {
            let row = orders::fetch(tx, subject, order)?.ok_or(Error::NotFound)?;
            Ok(order_records(tx, &row)?)
        }
        Token::Subject(subject) => {
            let rows = records::of_subject(tx, subject)?;
            Ok(rows.into_iter().map(|row| row.id).collect())
        }
    }
}

/// A matter stands in clear beside the data: a case number does, a person's name must not.
fn check_matter(matter: &str) -> Result<(), Error> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"./_-".contains(&byte);
    let has_digit = matter.bytes().any(|byte| byte.is_ascii_digit());
    if !matter.is_empty() && matter.len() <= 60 && matter.bytes().all(is_plain) && has_digit {
        Ok(())
    } else {
        Err(Error::invalid(
            "matter",
            "must be a case number: letters, digits and ./_-, at least one digit, at most 60 characters, no name",
        ))
    }
}
