//! The envelope: one record's fields, each sealed on its own under the record's data key.
//!
//! AES-256-GCM (NIST SP 800-38D) per field. The associated data names store, subject, order,
//! category, field, key generation and which fields the record has, so that a ciphertext moved to
//! another row does not open, and a record that lost a field does not pass for one without it.

use crate::{SecretKey, Unopenable, wrap::NONCE_LEN};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce, Tag, aead::AeadInOut};
use lethe_model::{Field, FieldSet, Personal, RecordId, StoreId};
use zeroize::Zeroize;

const VERSION: u8 = 1;
const TAG_LEN: usize = 16;
const HEAD_LEN: usize = 1 + NONCE_LEN;
const FIELD_HEAD_LEN: usize = 1 + 2;
const AAD_LABEL: &[u8] = b"lethe-field-v1";
const AAD_LEN: usize = 14 + 8 + 16 + 16 + 1 + 1 + 4 + 8;

/// A sealed record as the active store holds it.
pub type Envelope = Vec<u8>;

/// Where a record stands: what its fields are bound to.
#[derive(Debug, Clone, Copy)]
pub struct FieldContext {
    /// The shop.
    pub store: StoreId,
    /// The record.
    pub record: RecordId,
    /// How many data keys this record has had; a new version of a record has a new key.
    pub generation: u32,
}

impl FieldContext {
    fn associated_data(&self, field: Field, present: FieldSet) -> [u8; AAD_LEN] {
        let mut aad = [0; AAD_LEN];
        aad[..14].copy_from_slice(AAD_LABEL);
        aad[14..22].copy_from_slice(&self.store.0.to_be_bytes());
        aad[22..38].copy_from_slice(self.record.subject.as_bytes());
        aad[38..54].copy_from_slice(self.record.order.as_bytes());
        aad[54] = self.record.category.number();
        aad[55] = field.number();
        aad[56..60].copy_from_slice(&self.generation.to_be_bytes());
        aad[60..].copy_from_slice(&present.bits().to_be_bytes());
        aad
    }
}

/// Seals the fields of one record. `nonce` must be random and `key` must be fresh for this call.
///
/// # Panics
///
/// When a value is longer than 65,535 bytes: intake refuses such values before.
pub fn seal_fields(
    key: &SecretKey,
    context: &FieldContext,
    fields: &[(Field, &Personal)],
    nonce: [u8; NONCE_LEN],
) -> Envelope {
    let clear_len: usize = fields.iter().map(|(_, value)| value.expose().len()).sum();
    let mut envelope =
        Vec::with_capacity(HEAD_LEN + clear_len + fields.len() * (FIELD_HEAD_LEN + TAG_LEN));
    envelope.push(VERSION);
    envelope.extend_from_slice(&nonce);
    let cipher = Aes256Gcm::new(key.expose().into());
    let present = fields.iter().map(|(field, _)| *field).collect();
    for (field, value) in fields {
        let clear = value.expose().as_bytes();
        let len = u16::try_from(clear.len()).expect("intake bounds the length of every field");
        envelope.push(field.number());
        envelope.extend_from_slice(&len.to_be_bytes());
        let start = envelope.len();
        envelope.extend_from_slice(clear);
        let tag = cipher
            .encrypt_inout_detached(
                &field_nonce(nonce, *field),
                &context.associated_data(*field, present),
                (&mut envelope[start..]).into(),
            )
            .expect("a field is far below the cipher's limit");
        envelope.extend_from_slice(&tag);
    }
    envelope
}

/// Opens the `wanted` fields of an envelope; fields it does not hold are simply absent.
///
/// # Errors
///
/// [`Unopenable`] when the envelope is malformed, a wanted field does not authenticate, or one is
/// absent that was there when the record was sealed.
pub fn open_fields(
    key: &SecretKey,
    context: &FieldContext,
    envelope: &[u8],
    wanted: FieldSet,
) -> Result<Vec<(Field, Personal)>, Unopenable> {
    let sealed = Sealed::parse(envelope)?;
    let cipher = Aes256Gcm::new(key.expose().into());
    let open = |(field, sealed_value): &(Field, &[u8])| {
        let value = sealed.open(&cipher, context, *field, sealed_value)?;
        Ok((*field, value))
    };
    let is_wanted = |(field, _): &&(Field, &[u8])| wanted.contains(*field);
    let opened: Vec<_> = sealed
        .fields
        .iter()
        .filter(is_wanted)
        .map(open)
        .collect::<Result<_, _>>()?;
    if opened.is_empty() {
        // Nothing vouched for the set of fields yet: any one of them does.
        open(sealed.fields.first().ok_or(Unopenable)?)?;
    }
    Ok(opened)
}

/// An envelope taken apart, nothing of it opened.
struct Sealed<'e> {
    nonce: [u8; NONCE_LEN],
    fields: Vec<(Field, &'e [u8])>,
    present: FieldSet,
}

impl<'e> Sealed<'e> {
    fn parse(envelope: &'e [u8]) -> Result<Self, Unopenable> {
        let (head, mut rest) = envelope.split_at_checked(HEAD_LEN).ok_or(Unopenable)?;
        if head[0] != VERSION {
            return Err(Unopenable);
        }
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&head[1..]);
        let mut fields: Vec<(Field, &[u8])> = Vec::new();
        while !rest.is_empty() {
            let (field_head, body) = rest.split_at_checked(FIELD_HEAD_LEN).ok_or(Unopenable)?;
            let field = Field::from_number(field_head[0]).ok_or(Unopenable)?;
            let len = usize::from(u16::from_be_bytes([field_head[1], field_head[2]]));
            let (sealed, next) = body.split_at_checked(len + TAG_LEN).ok_or(Unopenable)?;
            fields.push((field, sealed));
            rest = next;
        }
        let present: FieldSet = fields.iter().map(|(field, _)| *field).collect();
        if usize::try_from(present.len()) != Ok(fields.len()) {
            return Err(Unopenable);
        }
        Ok(Self {
            nonce,
            fields,
            present,
        })
    }

    fn open(
        &self,
        cipher: &Aes256Gcm,
        context: &FieldContext,
        field: Field,
        sealed: &[u8],
    ) -> Result<Personal, Unopenable> {
        let (body, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(Unopenable)?;
        let mut clear = body.to_vec();
        cipher
            .decrypt_inout_detached(
                &field_nonce(self.nonce, field),
                &context.associated_data(field, self.present),
                (&mut clear[..]).into(),
                &Tag::from(*tag),
            )
            .map_err(|_| Unopenable)?;
        String::from_utf8(clear)
            .map(Personal::new)
            .map_err(|error| {
                error.into_bytes().zeroize();
                Unopenable
            })
    }
}

/// One random nonce serves a whole record: the field number makes each field's own distinct.
fn field_nonce(mut nonce: [u8; NONCE_LEN], field: Field) -> Nonce<aes_gcm::aead::consts::U12> {
    nonce[NONCE_LEN - 1] ^= field.number();
    nonce.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lethe_model::{Category, OrderId, SubjectId};

    fn context() -> FieldContext {
        FieldContext {
            store: StoreId(1),
            record: RecordId {
                subject: SubjectId::from_bytes([1; 16]),
                order: OrderId::from_bytes([2; 16]),
                category: Category::Delivery,
            },
            generation: 0,
        }
    }

    fn key() -> SecretKey {
        SecretKey::take(&mut [9; 32])
    }

    fn sealed() -> Envelope {
        let street = Personal::new("1 Rue de la Paix");
        let city = Personal::new("Paris");
        let fields = [
            (Field::parse("delivery.street").unwrap(), &street),
            (Field::parse("delivery.city").unwrap(), &city),
        ];
        seal_fields(&key(), &context(), &fields, [7; 12])
    }

    #[test]
    fn only_the_wanted_fields_are_opened() {
        let wanted = FieldSet::parse(["delivery.city", "delivery.phone"]).unwrap();
        let opened = open_fields(&key(), &context(), &sealed(), wanted).unwrap();
        assert_eq!(opened.len(), 1);
        assert_eq!(opened[0].1.expose(), "Paris");
    }

    #[test]
    fn a_ciphertext_moved_to_another_place_does_not_open() {
        let all = FieldSet::all();
        let mut moved = context();
        moved.store = StoreId(2);
        assert!(open_fields(&key(), &moved, &sealed(), all).is_err());
        let mut moved = context();
        moved.record.subject = SubjectId::from_bytes([3; 16]);
        assert!(open_fields(&key(), &moved, &sealed(), all).is_err());
        let mut moved = context();
        moved.record.order = OrderId::ACCOUNT;
        assert!(open_fields(&key(), &moved, &sealed(), all).is_err());
        let mut moved = context();
        moved.record.category = Category::Invoice;
        assert!(open_fields(&key(), &moved, &sealed(), all).is_err());
        let mut moved = context();
        moved.generation = 1;
        assert!(open_fields(&key(), &moved, &sealed(), all).is_err());
    }

    #[test]
    fn no_altered_or_cut_envelope_opens_whatever_is_wanted() {
        let envelope = sealed();
        for wanted in [
            &["delivery.city"][..],
            &["delivery.street"],
            &["delivery.phone"],
        ] {
            let wanted = FieldSet::parse(wanted.iter().copied()).unwrap();
            for at in 0..envelope.len() {
                let cut = open_fields(&key(), &context(), &envelope[..at], wanted);
                assert!(cut.is_err(), "cut at {at}");
            }
        }
        for at in 0..envelope.len() {
            let mut altered = envelope.clone();
            altered[at] ^= 0x40;
            let opened = open_fields(&key(), &context(), &altered, FieldSet::all());
            assert!(opened.is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_record_that_lost_a_field_or_got_one_twice_does_not_open() {
        let envelope = sealed();
        let first_len = FIELD_HEAD_LEN + "1 Rue de la Paix".len() + TAG_LEN;
        let (head, fields) = envelope.split_at(HEAD_LEN);
        let (street, city) = fields.split_at(first_len);
        for fields in [[street, &[]], [city, &[]], [street, street]] {
            let changed = [head, fields[0], fields[1]].concat();
            assert!(open_fields(&key(), &context(), &changed, FieldSet::all()).is_err());
        }
    }
}
