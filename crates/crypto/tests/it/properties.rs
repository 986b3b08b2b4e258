//! What must hold for any input.

use lethe_crypto::{
    ApiKey, FieldContext, KdfCost, SealedRoot, SecretKey, Token, TokenKey, open_bytes, open_fields,
    seal_bytes, seal_fields,
};
use lethe_model::{
    Category, Field, FieldSet, OrderId, Personal, Random, RecordId, StoreId, SubjectId,
};
use proptest::prelude::*;
use proptest::sample::subsequence;
use std::collections::BTreeMap;

/// Gives out the bytes a case was generated with, over and over.
struct Given([u8; 32]);
impl Random for Given {
    fn fill(&self, target: &mut [u8]) {
        for (byte, given) in target.iter_mut().zip(self.0.iter().cycle()) {
            *byte = *given;
        }
    }
}

fn fields() -> Vec<Field> {
    FieldSet::all().iter().collect()
}

fn some_fields() -> impl Strategy<Value = Vec<(Field, String)>> {
    let count = fields().len();
    subsequence(fields(), 1..=count).prop_flat_map(|fields| {
        let texts = proptest::collection::vec("\\PC{0,40}|.{0,300}", fields.len());
        texts.prop_map(move |texts| fields.iter().copied().zip(texts).collect())
    })
}

fn places() -> impl Strategy<Value = FieldContext> {
    let categories: Vec<Category> = fields().iter().map(|field| field.category()).collect();
    let category = proptest::sample::select(categories);
    (
        any::<i64>(),
        any::<[u8; 16]>(),
        any::<[u8; 16]>(),
        category,
        any::<u32>(),
    )
        .prop_map(
            |(store, subject, order, category, generation)| FieldContext {
                store: StoreId(store),
                record: RecordId {
                    subject: SubjectId::from_bytes(subject),
                    order: OrderId::from_bytes(order),
                    category,
                },
                generation,
            },
        )
}

proptest! {
    #[test]
    fn an_envelope_gives_back_exactly_the_wanted_fields(
        mut key: [u8; 32],
        nonce: [u8; 12],
        place in places(),
        values in some_fields(),
        wanted in subsequence(fields(), 0..=10),
    ) {
        let key = SecretKey::take(&mut key);
        let personal: Vec<(Field, Personal)> =
            values.iter().map(|(field, text)| (*field, Personal::new(text.as_str()))).collect();
        let borrowed: Vec<_> = personal.iter().map(|(field, value)| (*field, value)).collect();
        let envelope = seal_fields(&key, &place, &borrowed, nonce);
        let wanted: FieldSet = wanted.into_iter().collect();
        let opened: BTreeMap<u8, String> = open_fields(&key, &place, &envelope, wanted)
            .unwrap()
            .iter()
            .map(|(field, value)| (field.number(), value.expose().to_owned()))
            .collect();
        let expected: BTreeMap<u8, String> = values
            .into_iter()
            .filter(|(field, _)| wanted.contains(*field))
            .map(|(field, text)| (field.number(), text))
            .collect();
        prop_assert_eq!(opened, expected);
    }

    #[test]
    fn no_value_of_eight_letters_or_more_lies_in_its_envelope(
        place in places(),
        text in "[a-z]{8,40}",
        nonce: [u8; 12],
    ) {
        let value = Personal::new(text.as_str());
        let key = SecretKey::take(&mut [1; 32]);
        let envelope = seal_fields(&key, &place, &[(fields()[0], &value)], nonce);
        prop_assert!(!envelope.windows(text.len()).any(|window| window == text.as_bytes()));
    }

    #[test]
    fn arbitrary_bytes_are_no_envelope_and_no_sealed_value(
        place in places(),
        version in 0_u8..4,
        rest in proptest::collection::vec(prop_oneof![any::<u8>(), Just(0)], 0..200),
    ) {
        let bytes = [vec![version], rest].concat();
        let key = SecretKey::take(&mut [2; 32]);
        prop_assert!(open_bytes(&key, b"here", &bytes).is_err());
        if let Ok(opened) = open_fields(&key, &place, &bytes, FieldSet::all()) {
            prop_assert!(opened.is_empty(), "bytes that nobody sealed opened");
        }
    }

    #[test]
    fn sealed_bytes_come_back_in_their_own_context_only(
        mut key: [u8; 32],
        nonce: [u8; 12],
        context in proptest::collection::vec(any::<u8>(), 0..40),
        other in proptest::collection::vec(any::<u8>(), 0..40),
        clear in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let key = SecretKey::take(&mut key);
        let sealed = seal_bytes(&key, &context, &clear, nonce);
        prop_assert_eq!(open_bytes(&key, &context, &sealed), Ok(clear));
        prop_assert_eq!(open_bytes(&key, &other, &sealed).is_ok(), other == context);
    }

    #[test]
    fn a_token_is_read_by_its_recipient_alone(
        ours: [u8; 32],
        theirs: [u8; 32],
        subject: [u8; 16],
        order: [u8; 16],
    ) {
        prop_assume!(ours != theirs);
        let (ours, theirs) = (TokenKey::generate(&Given(ours)), TokenKey::generate(&Given(theirs)));
        let (subject, order) = (SubjectId::from_bytes(subject), OrderId::from_bytes(order));
        for token in [Token::Subject(subject), Token::Order(subject, order)] {
            let text = ours.encode(token);
            prop_assert_eq!(ours.decode(&text), Ok(token));
            prop_assert!(theirs.decode(&text).is_err());
        }
    }

    #[test]
    fn arbitrary_text_is_no_token(text in "(sub_|ord_)?[0-9A-Za-z]{0,70}|\\PC{0,80}") {
        prop_assert!(TokenKey::generate(&Given([3; 32])).decode(&text).is_err());
    }

    #[test]
    fn a_generated_api_key_is_read_back_and_a_changed_one_is_not(
        random: [u8; 32],
        at in 0usize..58,
        letter in "[0-9A-Za-z]",
    ) {
        let key = ApiKey::generate(&Given(random));
        let text = key.expose();
        let read = ApiKey::parse(text).unwrap();
        prop_assert_eq!(read.expose(), text);
        let mut changed = text.to_owned();
        changed.replace_range(at..=at, &letter);
        prop_assert_eq!(ApiKey::parse(&changed).is_ok(), changed == text);
    }

    #[test]
    fn arbitrary_text_is_no_api_key(text in "(lethe_sk_)?[0-9A-Za-z]{0,60}|\\PC{0,80}") {
        prop_assert!(ApiKey::parse(&text).is_err());
    }

    #[test]
    fn arbitrary_text_is_no_root_key_file(text in "\\PC{0,300}|(version|kdf|salt) = .{0,40}") {
        prop_assert!(SealedRoot::parse(&text).is_err());
    }
}

proptest! {
    // Each case may derive a key for real.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_root_key_file_with_a_changed_character_is_refused_or_means_the_same(
        at in any::<prop::sample::Index>(),
        letter in "[ -~\\n]",
    ) {
        let root = SecretKey::take(&mut [4; 32]);
        let cost = KdfCost { memory_kib: 19 * 1024, passes: 2 };
        let text = SealedRoot::seal(&root, "correct horse battery", cost, &Given([5; 32]));
        let at = at.index(text.len());
        let mut changed = text.clone();
        changed.replace_range(at..=at, &letter);
        if let Ok(file) = SealedRoot::parse(&changed) {
            let opened = file.open("correct horse battery");
            prop_assert_eq!(opened, Ok(root));
        }
    }
}
