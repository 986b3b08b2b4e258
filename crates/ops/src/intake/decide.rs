//! Deciding: what of a batch is new, changed, unchanged or unwanted, and whose it is.
//!
//! Links are made here, and only here: an order goes to the subject that its account, e-mail
//! address or phone number already leads to. A link moves nothing and overwrites nothing: each
//! order keeps its own records, so it can be undone by moving them.

use super::prepare::{ClearRecord, OrderFacts, Prepared};
use lethe_crypto::{LookupHash, LookupKind};
use lethe_keeper::IntakeState;
use lethe_model::{OrderId, Random, SubjectId};
use lethe_store::StoreError;
use lethe_store::keyring::known_orders::KnownOrder;
use std::cell::RefCell;
use std::collections::HashMap;

/// What becomes of one prepared item.
pub(crate) enum Decision {
    /// It is stored as it came.
    Store(Box<Planned>),
    /// It is already stored like that, or in a later version.
    Unchanged(SubjectId, OrderId),
    /// It was erased and stays so.
    Erased,
    /// It is in the archive and stays there.
    Archived,
    /// The same item stands earlier in this batch with another content: take it in the next.
    Later(Box<Prepared>),
}

/// An item whose place is decided.
pub(crate) struct Planned {
    pub(crate) identity: LookupHash,
    pub(crate) digest: [u8; 32],
    pub(crate) updated_at_ms: Option<i64>,
    pub(crate) subject: SubjectId,
    pub(crate) order_id: OrderId,
    pub(crate) is_new_order: bool,
    pub(crate) is_new_subject: bool,
    pub(crate) linked_by: Option<&'static str>,
    pub(crate) links: Vec<(LookupHash, LookupKind)>,
    pub(crate) records: Vec<ClearRecord>,
    pub(crate) recipient: Option<PlannedRecipient>,
    /// The parcel was somebody's who has been erased: what arrives for them is not taken.
    pub(crate) erased_recipient: Option<SubjectId>,
    pub(crate) order: Option<OrderFacts>,
    /// When the account was made, and when the person was in touch.
    pub(crate) contact: (Option<i64>, Option<i64>),
    pub(crate) removed: u64,
}

/// Who received an order's earlier version, and whether their parcel is still stored.
#[derive(Clone, Copy)]
pub(crate) struct EarlierRecipient {
    pub(crate) subject: SubjectId,
    pub(crate) is_stored: bool,
}

/// The recipient of a gift, as a subject of their own.
pub(crate) struct PlannedRecipient {
    pub(crate) subject: SubjectId,
    pub(crate) is_new: bool,
    pub(crate) links: Vec<(LookupHash, LookupKind)>,
    pub(crate) record: ClearRecord,
}

/// What this batch has decided so far; the keyring does not know it yet.
#[derive(Default)]
pub(crate) struct Overlay {
    orders: HashMap<LookupHash, ([u8; 32], SubjectId, OrderId)>,
    subjects: HashMap<LookupHash, SubjectId>,
}

/// Time and chance of the batch.
pub(crate) struct Draw<'r> {
    pub(crate) now_ms: i64,
    pub(crate) random: &'r dyn Random,
    /// The ids of canaries; without one the people are real.
    pub(crate) canaries: &'r RefCell<Vec<SubjectId>>,
}

impl Draw<'_> {
    fn subject(&self) -> SubjectId {
        let canary = self.canaries.borrow_mut().pop();
        canary.unwrap_or_else(|| SubjectId::generate(self.now_ms, self.random))
    }
}

impl Overlay {
    pub(crate) fn decide(
        &mut self,
        state: &IntakeState<'_, '_>,
        draw: &Draw<'_>,
        prepared: Prepared,
        recipient_of: impl Fn(&SubjectId, &OrderId) -> Result<Option<EarlierRecipient>, StoreError>,
    ) -> Result<Decision, StoreError> {
        if let Some((earlier, subject, order)) = self.orders.get(&prepared.identity) {
            return Ok(if *earlier == prepared.digest {
                Decision::Unchanged(*subject, *order)
            } else {
                Decision::Later(Box::new(prepared))
            });
        }
        let known = match state.order(&prepared.identity)? {
            Some(KnownOrder::Erased) => return Ok(Decision::Erased),
            Some(KnownOrder::Archived { .. }) => return Ok(Decision::Archived),
            Some(KnownOrder::Stored {
                subject,
                order,
                digest,
                updated_at,
            }) => {
                let is_older = matches!(
                    (prepared.updated_at_ms, updated_at),
                    (Some(incoming), Some(stored)) if incoming < stored
                );
                if is_older || digest.as_deref() == Some(prepared.digest.as_slice()) {
                    return Ok(Decision::Unchanged(subject, order));
                }
                Some((subject, order))
            }
            None => None,
        };
        let (subject, order_id, linked_by, is_new_subject) = match known {
            // A new version stays with the subject it was given to, whatever it now says.
            Some((subject, order)) => (subject, order, None, false),
            None => {
                let order_id = match prepared.order {
                    Some(_) => OrderId::generate(draw.now_ms, draw.random),
                    None => OrderId::ACCOUNT,
                };
                match self.linked(state, &prepared.links)? {
                    Some((subject, kind)) => (subject, order_id, Some(kind.name()), false),
                    None => (draw.subject(), order_id, None, true),
                }
            }
        };
        self.orders
            .insert(prepared.identity, (prepared.digest, subject, order_id));
        self.learn(&prepared.links, subject);
        let earlier = match known {
            Some((subject, order)) => recipient_of(&subject, &order)?,
            None => None,
        };
        let erased_recipient = earlier.filter(|one| !one.is_stored).map(|one| one.subject);
        let recipient = match prepared.recipient.filter(|_| erased_recipient.is_none()) {
            None => None,
            Some(gift) => {
                let linked = match earlier {
                    Some(earlier) => Some(earlier.subject),
                    None => self.linked(state, &gift.links)?.map(|(subject, _)| subject),
                };
                // A gift to oneself by phone number would put the parcel under the buyer again.
                let linked = linked.filter(|linked| *linked != subject);
                let (recipient, is_new) =
                    linked.map_or_else(|| (draw.subject(), true), |one| (one, false));
                self.learn(&gift.links, recipient);
                Some(PlannedRecipient {
                    subject: recipient,
                    is_new,
                    links: gift.links,
                    record: gift.record,
                })
            }
        };
        Ok(Decision::Store(Box::new(Planned {
            identity: prepared.identity,
            digest: prepared.digest,
            updated_at_ms: prepared.updated_at_ms,
            subject,
            order_id,
            is_new_order: known.is_none(),
            is_new_subject,
            linked_by,
            links: prepared.links,
            records: prepared.records,
            recipient,
            erased_recipient,
            contact: prepared.contact,
            order: prepared.order,
            removed: prepared.removed,
        })))
    }

    /// Finds the subject that the strongest known link leads to.
    ///
    /// A phone number links only where there is no stronger way: families share one.
    fn linked(
        &self,
        state: &IntakeState<'_, '_>,
        links: &[(LookupHash, LookupKind)],
    ) -> Result<Option<(SubjectId, LookupKind)>, StoreError> {
        let has_stronger = links.iter().any(|(_, kind)| *kind != LookupKind::Phone);
        for (hash, kind) in links {
            if *kind == LookupKind::Phone && has_stronger {
                break;
            }
            let found = match self.subjects.get(hash) {
                Some(subject) => Some(*subject),
                None => state.subject(hash)?,
            };
            if let Some(subject) = found {
                return Ok(Some((subject, *kind)));
            }
        }
        Ok(None)
    }

    fn learn(&mut self, links: &[(LookupHash, LookupKind)], subject: SubjectId) {
        for (hash, _) in links {
            self.subjects.entry(*hash).or_insert(subject);
        }
    }
}
