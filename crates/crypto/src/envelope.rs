//! The envelope: one record's fields, each sealed on its own under the record's data key.
//!
//! AES-256-GCM (NIST SP 800-38D) per field. The associated data names store, subject, order,
//! category, field, key generation and which fields the record has, so that a ciphertext moved to
//! another row does not open, and a record that lost a field does not pass for one without it.

use crate::{SecretKey, Unopenable, wrap::NONCE_LEN};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce, Tag, aead::AeadInOut};
use lethe_model::{Field, FieldSet, Personal, RecordId, StoreId};
use zeroize::Zeroize;

const TAG_LEN: usize = 16;
const HEAD_LEN: usize = 1 + NONCE_LEN;
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
    fn associated_data(&self, version: Version, field: Field, present: FieldSet) -> [u8; AAD_LEN] {
        let mut aad = [0; AAD_LEN];
        aad[..14].copy_from_slice(version.label());
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

/// How an envelope writes the lengths of its fields. Both are read for ever.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    /// Up to 65,535 bytes a field: names, addresses, notes.
    Short = 1,
    /// Up to 4 GiB a field: documents.
    Long = 2,
}

impl Version {
    /// Returns the version that seals values of up to this length.
    fn for_length(longest: usize) -> Self {
        if longest > usize::from(u16::MAX) {
            Self::Long
        } else {
            Self::Short
        }
    }

    fn parse(byte: u8) -> Option<Self> {
        [Self::Short, Self::Long]
            .into_iter()
            .find(|version| *version as u8 == byte)
    }

    /// A label of its own: what was sealed as one version does not open as the other.
    const fn label(self) -> &'static [u8; 14] {
        match self {
            Self::Short => b"lethe-field-v1",
            Self::Long => b"lethe-field-v2",
        }
    }

    /// Returns how many bytes stand before a field's ciphertext.
    const fn field_head_len(self) -> usize {
        match self {
            Self::Short => 1 + 2,
            Self::Long => 1 + 4,
        }
    }

    fn push_length(self, envelope: &mut Vec<u8>, length: u32) {
        let bytes = length.to_be_bytes();
        envelope.extend_from_slice(&bytes[bytes.len() + 1 - self.field_head_len()..]);
    }

    fn read_length(bytes: &[u8]) -> Option<usize> {
        let length = bytes
            .iter()
            .fold(0, |length: u32, byte| length << 8 | u32::from(*byte));
        usize::try_from(length).ok()
    }
}

/// Seals the fields of one record. `nonce` must be random and `key` must be fresh for this call.
///
/// # Panics
///
/// When a value is longer than 4 GiB: intake refuses far shorter ones before.
pub fn seal_fields(
    key: &SecretKey,
    context: &FieldContext,
    fields: &[(Field, &Personal)],
    nonce: [u8; NONCE_LEN],
) -> Envelope {
    let lengths = fields.iter().map(|(_, value)| value.expose().len());
    let version = Version::for_length(lengths.clone().max().unwrap_or(0));
    let around_len = fields.len() * (version.field_head_len() + TAG_LEN);
    let mut envelope = Vec::with_capacity(HEAD_LEN + lengths.sum::<usize>() + around_len);
    envelope.push(version as u8);
    envelope.extend_from_slice(&nonce);
    let cipher = Aes256Gcm::new(key.expose().into());
    let present = fields.iter().map(|(field, _)| *field).collect();
    for (field, value) in fields {
        let clear = value.expose().as_bytes();
        let len = u32::try_from(clear.len()).expect("intake bounds the length of every field");
        envelope.push(field.number());
        version.push_length(&mut envelope, len);
        let start = envelope.len();
        envelope.extend_from_slice(clear);
        let tag = cipher
            .encrypt_inout_detached(
                &field_nonce(nonce, *field),
                &context.associated_data(version, *field, present),
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
    version: Version,
    nonce: [u8; NONCE_LEN],
    fields: Vec<(Field, &'e [u8])>,
    present: FieldSet,
}

impl<'e> Sealed<'e> {
    fn parse(envelope: &'e [u8]) -> Result<Self, Unopenable> {
        let (head, mut rest) = envelope.split_at_checked(HEAD_LEN).ok_or(Unopenable)?;
        let version = Version::parse(head[0]).ok_or(Unopenable)?;
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&head[1..]);
        let mut fields: Vec<(Field, &[u8])> = Vec::new();
        while !rest.is_empty() {
            let head_len = version.field_head_len();
            let (field_head, body) = rest.split_at_checked(head_len).ok_or(Unopenable)?;
            let field = Field::from_number(field_head[0]).ok_or(Unopenable)?;
            let len = Version::read_length(&field_head[1..]).ok_or(Unopenable)?;
            let sealed_len = len.checked_add(TAG_LEN).ok_or(Unopenable)?;
            let (sealed, next) = body.split_at_checked(sealed_len).ok_or(Unopenable)?;
            fields.push((field, sealed));
            rest = next;
        }
        let present: FieldSet = fields.iter().map(|(field, _)| *field).collect();
        if usize::try_from(present.len()) != Ok(fields.len()) {
            return Err(Unopenable);
        }
        Ok(Self {
            version,
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
                &context.associated_data(self.version, field, self.present),
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
        let first_len = Version::Short.field_head_len() + "1 Rue de la Paix".len() + TAG_LEN;
        let (head, fields) = envelope.split_at(HEAD_LEN);
        let (street, city) = fields.split_at(first_len);
        for fields in [[street, &[]], [city, &[]], [street, street]] {
            let changed = [head, fields[0], fields[1]].concat();
            assert!(open_fields(&key(), &context(), &changed, FieldSet::all()).is_err());
        }
    }

    fn place_of_documents() -> FieldContext {
        let mut context = context();
        context.record.category = Category::Document;
        context
    }

    fn sealed_file(len: usize) -> (Personal, Envelope) {
        let file = Personal::new("x".repeat(len));
        let field = Field::parse("document.files").unwrap();
        let envelope = seal_fields(&key(), &place_of_documents(), &[(field, &file)], [7; 12]);
        (file, envelope)
    }

    #[test]
    fn a_value_of_any_length_comes_back_and_only_long_ones_take_the_second_version() {
        for (len, version) in [(0, 1), (65_535, 1), (65_536, 2), (14 << 20, 2)] {
            let (file, envelope) = sealed_file(len);
            assert_eq!(envelope[0], version, "{len}");
            let all = FieldSet::all();
            let opened = open_fields(&key(), &place_of_documents(), &envelope, all).unwrap();
            assert!(opened[0].1 == file, "{len}");
        }
    }

    #[test]
    fn a_long_envelope_that_was_altered_cut_or_moved_does_not_open() {
        let (_, envelope) = sealed_file(65_536);
        let place = place_of_documents();
        let opens = |place: &FieldContext, envelope: &[u8]| {
            open_fields(&key(), place, envelope, FieldSet::all()).is_ok()
        };
        for at in (0..40).chain(envelope.len() - 40..envelope.len()) {
            let mut altered = envelope.clone();
            altered[at] ^= 0x40;
            assert!(!opens(&place, &altered), "byte {at}");
            assert!(!opens(&place, &envelope[..at]), "cut at {at}");
        }
        let mut moved = place;
        moved.record.order = OrderId::from_bytes([3; 16]);
        assert!(!opens(&moved, &envelope), "another order");
        // A length that says more than there is asks for no memory.
        let endless = [&envelope[..HEAD_LEN + 1], &[0xff; 4], &envelope[18..]].concat();
        assert!(!opens(&place, &endless));
    }

    #[test]
    fn one_version_does_not_pass_for_the_other() {
        let short = sealed();
        let mut long = vec![2];
        long.extend_from_slice(&short[1..HEAD_LEN]);
        let mut rest = &short[HEAD_LEN..];
        while let [number, high, low, ..] = *rest {
            let len = usize::from(u16::from_be_bytes([high, low])) + TAG_LEN;
            long.extend_from_slice(&[number, 0, 0, high, low]);
            long.extend_from_slice(&rest[3..3 + len]);
            rest = &rest[3 + len..];
        }
        assert!(open_fields(&key(), &context(), &short, FieldSet::all()).is_ok());
        assert!(open_fields(&key(), &context(), &long, FieldSet::all()).is_err());
    }
}
