//! Intake, the keeper's half: the intent in the log, then the keys; the sealed data comes after.

use crate::admission::{LogKey, Receipt, commitments};
use crate::intents::finish;
use crate::keeper::public_part;
use crate::keys::{data_key_context, log_key_context};
use crate::log::{ActKind, Body, Phase};
use crate::trace::{IntakeTrace, IntentTrace};
use crate::{Credential, Keeper, Refusal};
use lethe_crypto::{LookupHash, LookupKind, MacKey, SecretKey};
use lethe_model::{Category, FieldSet, OrderId, Personal, Power, RecordId, StoreId, SubjectId};
use lethe_store::keyring::data_keys::DataKeyRow;
use lethe_store::keyring::intents::IntentRow;
use lethe_store::keyring::known_orders::KnownOrder;
use lethe_store::keyring::subject_keys::SubjectKeyRow;
use lethe_store::keyring::{data_keys, intents, known_orders, lookups, subject_keys};
use lethe_store::{Speed, StoreError};
use std::sync::PoisonError;

/// A subject that a batch is about.
#[derive(Debug, Clone, Copy)]
pub struct PlannedSubject {
    /// Who.
    pub subject: SubjectId,
    /// Whether the batch brings the subject into being.
    pub is_new: bool,
    /// Which fields arrive.
    pub fields: FieldSet,
}

/// Proof that a batch's intent is in the log.
#[derive(Debug)]
pub struct IntakePermit {
    store: StoreId,
    credential: String,
    log_index: u64,
    intent: [u8; 16],
    /// Not wrapped yet: a rotation may come before they are stored.
    new_subjects: Vec<(SubjectId, LogKey)>,
    receipt: Receipt,
}

/// A record's fresh data key.
#[derive(Debug)]
pub struct RecordKey {
    /// The record.
    pub record: RecordId,
    /// The generation it is sealed under.
    pub generation: u32,
    /// The generation it replaces.
    pub superseded: Option<u32>,
    /// The key.
    pub key: SecretKey,
}

/// What a batch changes about a known order.
#[derive(Debug)]
pub struct KnownOrderWrite {
    /// Hash of its number.
    pub hash: LookupHash,
    /// The buyer.
    pub subject: SubjectId,
    /// The order.
    pub order: OrderId,
    /// Keyed hash of its content.
    pub digest: [u8; 32],
    /// When its source changed it, Unix milliseconds.
    pub updated_at_ms: Option<i64>,
    /// Whether it was not known before.
    pub is_new: bool,
}

/// Everything a batch writes to the keyring.
#[derive(Debug, Default)]
pub struct KeyringWrites {
    /// Keys of the batch's records.
    pub keys: Vec<RecordKey>,
    /// Ways to subjects.
    pub lookups: Vec<(LookupHash, SubjectId, LookupKind)>,
    /// Orders.
    pub orders: Vec<KnownOrderWrite>,
    /// Records of earlier versions that nothing replaces, with their generation.
    pub obsolete: Vec<(RecordId, u32)>,
}

impl IntakePermit {
    /// Returns the batch's intent id, which marks its data in the active store.
    pub fn intent(&self) -> &[u8; 16] {
        &self.intent
    }

    /// Returns where the log announces it.
    pub fn log_index(&self) -> u64 {
        self.log_index
    }

    /// Returns the receipt that opens documents the batch adds to: an order's documents are one
    /// record, and its next version holds the earlier ones too. It opens no other kind of record.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }
}

impl Keeper {
    /// Logs the intent to take in a batch about these subjects.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] when the credential may not, or the log cannot be written.
    pub fn begin_intake(
        &self,
        credential: &Credential,
        subjects: &[PlannedSubject],
    ) -> Result<IntakePermit, Refusal> {
        self.permit(credential, Power::Intake)?;
        let store = credential.store;
        let mut salt_and_intent = [0; 32];
        self.around.random.fill(&mut salt_and_intent);
        let (salt, intent) = salt_and_intent.split_at(16);
        let (salt, intent) = (to_array(salt), to_array(intent));
        let keys = self.intake_log_keys(store, subjects)?;
        let fields: Vec<(SubjectId, FieldSet)> = subjects
            .iter()
            .map(|planned| (planned.subject, planned.fields))
            .collect();
        let commitments = commitments(&salt, &keys, &fields);
        let mut public = public_part(ActKind::Intake, Phase::Intent, store, &credential.id, None);
        let all_fields = fields
            .iter()
            .fold(FieldSet::EMPTY, |all, (_, one)| all.union(*one));
        public.fields = all_fields.iter().map(|field| field.to_string()).collect();
        let body = Body::new(salt, public, commitments);
        let log_index = self.in_turn(|_| Ok(vec![body]))?;
        let documents = fields
            .iter()
            .map(|(subject, fields)| (*subject, fields.of_category(Category::Document)));
        let receipt = Receipt::new(log_index, documents.collect());
        let new_subjects = keys
            .into_iter()
            .zip(subjects)
            .filter(|(_, planned)| planned.is_new)
            .map(|(key, planned)| (planned.subject, key))
            .collect();
        Ok(IntakePermit {
            store,
            credential: credential.id.clone(),
            log_index,
            intent,
            new_subjects,
            receipt,
        })
    }

    /// Opens the log keys of known subjects and draws those of new ones.
    fn intake_log_keys(
        &self,
        store: StoreId,
        subjects: &[PlannedSubject],
    ) -> Result<Vec<LogKey>, Refusal> {
        let known = self
            .reader()
            .read(|tx| -> Result<Vec<SubjectKeyRow>, Refusal> {
                let known = subjects.iter().filter(|planned| !planned.is_new);
                let known: Vec<_> = known.map(|planned| planned.subject).collect();
                let rows = subject_keys::fetch_many(tx, &known)?.into_iter();
                rows.map(|row| row.filter(|row| row.store == store).ok_or(Refusal::Gone))
                    .collect()
            })?;
        let mut known = self.open_log_keys(&known)?.into_iter();
        let new_count = subjects.iter().filter(|planned| planned.is_new).count();
        let mut numbers = self.new_subject_numbers(new_count as u64)?;
        let mut random = vec![0; new_count * 32];
        self.around.random.fill(&mut random);
        let mut draws = random.chunks_exact_mut(32);
        let mut draw = || {
            let key = draws.next().expect("one draw per new subject");
            LogKey {
                number: numbers.next().expect("one number per new subject"),
                key: SecretKey::take(key.try_into().expect("a key's length")),
            }
        };
        let mut of = |planned: &PlannedSubject| {
            if planned.is_new {
                draw()
            } else {
                known.next().expect("one key per known subject")
            }
        };
        Ok(subjects.iter().map(&mut of).collect())
    }

    /// Stores the keys of a batch, with the trace that lets a crash be undone or finished.
    ///
    /// The sealed data must be stored next, marked with [`IntakePermit::intent`]; until it is,
    /// these keys open nothing.
    ///
    /// # Errors
    ///
    /// What the keyring says; nothing of the batch is written then.
    pub fn store_keys(&self, permit: &IntakePermit, writes: &KeyringWrites) -> Result<(), Refusal> {
        let settled =
            std::mem::take(&mut *self.settled.lock().unwrap_or_else(PoisonError::into_inner));
        let mut nonces = vec![0; (permit.new_subjects.len() + writes.keys.len()) * 12];
        self.around.random.fill(&mut nonces);
        let mut writer = self.writer();
        // Held until the rows are committed: a rotation must not retire this epoch in between.
        let epochs = self.epochs.read().unwrap_or_else(PoisonError::into_inner);
        let now_ms = self.around.clock.now_ms();
        let written = writer.write_in_turn(|tx| -> Result<(), StoreError> {
            for id in &settled {
                finish(tx, id)?;
            }
            let mut nonces = nonces
                .chunks_exact(12)
                .map(|nonce| nonce.try_into().expect("chunks of a nonce's length"));
            let mut log_keys = Vec::with_capacity(permit.new_subjects.len());
            for (subject, LogKey { number, key }) in &permit.new_subjects {
                let (number, store) = (*number, permit.store);
                let context = log_key_context(subject, number, store);
                let nonce = nonces.next().expect("one nonce per key");
                let wrapped = epochs.wrap(&context, key, nonce);
                let epoch = epochs.current();
                log_keys.push(SubjectKeyRow {
                    subject: *subject,
                    number,
                    store,
                    epoch,
                    wrapped,
                });
            }
            subject_keys::insert_many(tx, &log_keys)?;
            let mut keys = Vec::with_capacity(writes.keys.len());
            for key in &writes.keys {
                let context = data_key_context(&key.record, key.generation);
                let nonce = nonces.next().expect("one nonce per key");
                keys.push(DataKeyRow {
                    record: key.record,
                    generation: key.generation,
                    epoch: epochs.current(),
                    wrapped: epochs.wrap(&context, &key.key, nonce),
                });
            }
            data_keys::insert_many(tx, &keys)?;
            let given = writes.lookups.iter();
            let given: Vec<_> = given
                .map(|(hash, subject, kind)| (*hash, *subject, kind.number()))
                .collect();
            let is_new = lookups::insert_many(tx, &given)?.into_iter();
            let new_lookups = given
                .iter()
                .zip(is_new)
                .filter(|(_, is_new)| *is_new)
                .map(|((hash, subject, _), _)| (*hash, *subject.as_bytes()))
                .collect();
            for order in &writes.orders {
                let (hash, digest) = (&order.hash, order.digest.as_slice());
                if order.is_new {
                    let (subject, id) = (&order.subject, &order.order);
                    known_orders::insert(tx, hash, subject, id, digest, order.updated_at_ms)?;
                } else {
                    known_orders::renew(tx, hash, Some(digest), order.updated_at_ms)?;
                }
            }
            let payload = trace(permit, writes, new_lookups).to_bytes();
            let log_index = i64::try_from(permit.log_index).unwrap_or(i64::MAX);
            intents::insert(
                tx,
                &IntentRow {
                    id: permit.intent,
                    origin: self.log_origin().to_owned(),
                    log_index,
                    payload,
                },
                now_ms,
            )
        });
        if written.is_err() {
            self.abandon(permit.log_index, permit.store.0);
            self.settled
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(settled);
        }
        Ok(written?)
    }

    /// Logs the outcome of a batch whose data is durable.
    ///
    /// # Errors
    ///
    /// When the log cannot be written; recovery will log the outcome then.
    pub fn finish_intake(
        &self,
        permit: &IntakePermit,
        counts: serde_json::Value,
    ) -> Result<(), Refusal> {
        let mut public = public_part(
            ActKind::Intake,
            Phase::Outcome,
            permit.store,
            &permit.credential,
            Some(counts),
        );
        public.intent = Some(permit.log_index);
        self.append(public)?;
        self.settle(permit.intent);
        Ok(())
    }

    /// Lends the keyring's writer memory for a bulk import, or takes it back.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn set_intake_speed(&self, speed: Speed) -> Result<(), Refusal> {
        let mut writer = self.writer();
        writer.set_speed(speed)?;
        if speed == Speed::Serving {
            writer.checkpoint()?;
        }
        Ok(())
    }

    /// Hashes a value for look-up: intake must know whether an order or a person is known.
    pub fn intake_hash(
        &self,
        store: StoreId,
        kind: LookupKind,
        value: &Personal,
    ) -> Option<LookupHash> {
        let service = self.service.read().unwrap_or_else(PoisonError::into_inner);
        service.index(store, kind).map(|key| key.hash(value))
    }

    /// Returns the keyed hash of an order's content, for telling a change from a repetition.
    pub fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        let service = self.service.read().unwrap_or_else(PoisonError::into_inner);
        MacKey::tag(&service.digests, parts)
    }

    /// Looks orders up by the hash of their number, and subjects by look-up hashes, for intake.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn intake_state<T>(
        &self,
        ask: impl FnOnce(&IntakeState<'_, '_>) -> Result<T, StoreError>,
    ) -> Result<T, Refusal> {
        Ok(self.reader().read(|tx| ask(&IntakeState { tx }))?)
    }
}

/// What intake may ask the keyring.
pub struct IntakeState<'s, 't> {
    tx: &'s lethe_store::Tx<'t>,
}

impl IntakeState<'_, '_> {
    /// Says what is known of an order.
    pub fn order(&self, hash: &LookupHash) -> Result<Option<KnownOrder>, StoreError> {
        known_orders::fetch(self.tx, hash)
    }

    /// Says which subject a hash leads to: the one known longest, if there are several.
    pub fn subject(&self, hash: &LookupHash) -> Result<Option<SubjectId>, StoreError> {
        Ok(lookups::find(self.tx, hash, 1)?.pop())
    }
}

fn trace(
    permit: &IntakePermit,
    writes: &KeyringWrites,
    lookups: Vec<(LookupHash, [u8; 16])>,
) -> IntentTrace {
    let of = |is_new: bool| {
        let orders = writes
            .orders
            .iter()
            .filter(move |order| order.is_new == is_new);
        orders.map(|order| order.hash).collect()
    };
    let traced = |id: &RecordId, generation: u32| {
        (
            *id.subject.as_bytes(),
            *id.order.as_bytes(),
            id.category.number(),
            generation,
        )
    };
    let replaced = writes
        .keys
        .iter()
        .filter_map(|key| Some((&key.record, key.superseded?)));
    let obsolete = writes
        .obsolete
        .iter()
        .map(|(record, generation)| (record, *generation));
    IntentTrace::Intake(Box::new(IntakeTrace {
        store: permit.store.0,
        added: writes
            .keys
            .iter()
            .map(|key| traced(&key.record, key.generation))
            .collect(),
        superseded: replaced
            .chain(obsolete)
            .map(|(id, one)| traced(id, one))
            .collect(),
        subjects: permit
            .new_subjects
            .iter()
            .map(|(subject, _)| *subject.as_bytes())
            .collect(),
        lookups,
        orders: of(true),
        renewed: of(false),
    }))
}

fn to_array(bytes: &[u8]) -> [u8; 16] {
    bytes.try_into().expect("half of 32 bytes")
}
