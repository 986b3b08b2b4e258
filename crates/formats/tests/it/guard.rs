//! What the guard must find, in the forms in which people write it.

use lethe_formats::guard::{Guard, Kind};
use lethe_model::{IncomingOrder, IncomingParty, OrderLine, Personal};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

const BIP39: &str = include_str!("../vectors/bip39/vectors.json");

fn masked(guard: &Guard, text: &str) -> String {
    guard.mask(text).text.into_owned()
}

/// Every phrase and every extended key of the vectors, by language.
fn vectors() -> Vec<(String, String, String)> {
    let all: Value = serde_json::from_str(BIP39).unwrap();
    let languages = all.as_object().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let row =
        |language: &String, vector: &Value| (language.clone(), text(&vector[1]), text(&vector[3]));
    languages
        .iter()
        .flat_map(|(language, vectors)| {
            vectors
                .as_array()
                .unwrap()
                .iter()
                .map(move |v| row(language, v))
        })
        .collect()
}

#[test]
fn phrases_of_all_languages_are_found_however_they_are_written() {
    let guard = Guard::new();
    let vectors = vectors();
    assert_eq!(vectors.len(), 240);
    for (language, phrase, _) in vectors {
        let words: Vec<&str> = phrase.split([' ', '\u{3000}']).collect();
        let numbered: Vec<String> = words
            .iter()
            .enumerate()
            .map(|(n, word)| format!("{}. {word}", n + 1))
            .collect();
        for written in [
            phrase.clone(),
            phrase.nfc().collect(),
            phrase.nfd().collect(),
            phrase.to_uppercase(),
            words.join("\u{3000}"),
            words.join("\r\n"),
            words.join(", "),
            words.join("-"),
            numbered.join(" "),
            numbered.join("\n"),
            format!("[\"{}\"]", words.join("\",\"")),
        ] {
            let text = format!("12 34: {written} !");
            assert_eq!(
                masked(&guard, &text)
                    .matches("[removed: recovery phrase]")
                    .count(),
                1,
                "{language}: {written}"
            );
            for word in words.iter().filter(|word| word.chars().count() > 3) {
                assert!(
                    !masked(&guard, &text).contains(word),
                    "{language}: {written}"
                );
            }
        }
    }
}

#[test]
fn a_phrase_is_taken_out_of_the_text_around_it() {
    let guard = Guard::new();
    let phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    let text = format!("Hello, I cannot get in. My words: {phrase}. Merci !");
    insta::assert_snapshot!(masked(&guard, &text), @"Hello, I cannot get in. My words: [removed: recovery phrase]. Merci !");
    // Ten words with a slip in the others are enough.
    let broken = "legal winner thank year wave sausage worth useful letter advice xcage absurd";
    assert!(!masked(&guard, broken).contains("sausage"));
    // Nine are not: they are found in ordinary sentences.
    assert!(
        guard
            .inspect("legal winner thank year wave sausage worth useful letter")
            .is_empty()
    );
    // The same word again and again is no phrase unless its checksum says so.
    assert!(guard.inspect(&"zoo ".repeat(11)).is_empty());
    assert!(!guard.inspect(&("zoo ".repeat(11) + "wrong")).is_empty());
}

#[test]
fn chinese_phrases_are_found_without_spaces() {
    let guard = Guard::new();
    let drawn: Vec<String> = vectors()
        .into_iter()
        .filter(|(language, ..)| language.starts_with("chinese"))
        .map(|(_, phrase, _)| phrase.replace(' ', ""))
        .collect();
    for phrase in &drawn {
        assert!(
            !guard
                .inspect(&format!("我的助记词是{phrase}请帮忙"))
                .is_empty(),
            "{phrase}"
        );
    }
    // All whose entropy is drawn by chance, and one in two of those that repeat one byte: the
    // others consist of the most frequent characters, as a sentence does.
    let alone = drawn
        .iter()
        .filter(|phrase| !guard.inspect(phrase).is_empty())
        .count();
    assert_eq!((alone, drawn.len()), (24 + 12, 48));
}

#[test]
fn extended_and_import_format_keys_are_found() {
    let guard = Guard::new();
    for (_, _, key) in vectors() {
        assert_eq!(
            masked(&guard, &format!("key:{key}.")),
            "key:[removed: private key]."
        );
    }
    // Published examples: Bitcoin wiki (WIF), BIP-32 test vector 1, SLIP-132, RFC 7468-like PEM.
    let hex = "0C28FCA386C7A227600B2FE50B7CAE11EC86D3BF1FBE471BE89827E19D72AA1D";
    for text in [
        "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ",
        "KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617",
        "zprvAWgYBBk7JR8Gjrh4UJQ2uJdG1r3WNRRfURiABBE3RvMXYSrRJL62XuezvGdPvG6GFBZduosCc1YP5wixPox7zhZLfiUm8aunE96BBa4Kei5",
        &format!("my private key is 0x{hex}"),
        &format!("{hex} (clé privée)"),
        "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoGCCqGSM49\n-----END EC PRIVATE KEY-----",
    ] {
        let counts = guard.inspect(text).counts();
        assert_eq!(counts.of(Kind::PrivateKey), 1, "{text}");
    }
    // A wrong checksum, a hash beside no such word, a public key.
    for text in [
        "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTK",
        &format!("sha256 {hex}"),
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
    ] {
        assert!(guard.inspect(text).is_empty(), "{text}");
    }
}

/// The numbers that the networks and payment providers publish for tests.
const CARDS: &[(&str, &str)] = &[
    ("Visa", "4111 1111 1111 1111"),
    ("Visa", "4242424242424242"),
    ("Visa debit", "4000-0566-5566-5556"),
    ("Mastercard", "5555 5555 5555 4444"),
    ("Mastercard 2-series", "2223003122003222"),
    ("American Express", "3782 822463 10005"),
    ("American Express", "371449635398431"),
    ("American Express", "3782 8224 6310 005"),
    ("Discover", "6011 1111 1111 1117"),
    ("Diners Club", "3056 930902 5904"),
    ("Diners Club", "3622 7206 2716 67"),
    ("JCB", "3530111333300000"),
    ("UnionPay", "6200 0000 0000 0005"),
    ("UnionPay 19", "6205 5000 0000 0000 004"),
    ("Maestro", "6759 6498 2643 8453"),
    ("Maestro 18", "501800000000000009"),
    ("Mir", "2200 0000 0000 0004"),
    ("RuPay", "6521 1111 1111 1110"),
    ("Troy", "9792 0303 9444 0796"),
    ("Hipercard", "6062 8288 8866 6688"),
    ("Dankort", "5019 5555 4444 5555"),
    ("Elo", "5067 2686 5051 7446"),
];

#[test]
fn card_numbers_of_every_brand_are_found() {
    let guard = Guard::new();
    for (brand, number) in CARDS {
        for text in [
            (*number).to_owned(),
            format!("My card: {number}, thanks"),
            format!("Tel. 0612345678\n{number}\nMerci"),
            number.replace([' ', '-'], "\u{a0}"),
            number.replace([' ', '-'], " - "),
            number.replace([' ', '-'], "."),
            format!("カード番号{number}です"),
            number
                .chars()
                .map(|c| {
                    c.to_digit(10)
                        .map_or(c, |d| char::from_u32(0xFF10 + d).unwrap())
                })
                .collect(),
        ] {
            let counts = guard.inspect(&text).counts();
            assert_eq!(
                (counts.of(Kind::CardNumber), counts.total()),
                (1, 1),
                "{brand}: {text}"
            );
        }
    }
    for text in [
        "visa 4222222222222",
        "Diners card no. 30569309025904",
        "no4111111111111111",
        "41 11 11 11 11 11 11 11",
        "visa 41111111 11111111",
        "FR76 3000 6000 0112 3456 7890 189 4111 1111 1111 1111",
    ] {
        assert_eq!(
            guard.inspect(text).counts().of(Kind::CardNumber),
            1,
            "{text}"
        );
    }
}

#[test]
fn card_codes_are_found_beside_a_card_or_their_name() {
    let guard = Guard::new();
    for (text, expected) in [
        (
            "4111 1111 1111 1111 12/27 123",
            "[removed: card number] 12/27 [removed: card code]",
        ),
        (
            "4111111111111111 exp 12/2027 cvv: 123.",
            "[removed: card number] exp 12/2027 cvv: [removed: card code].",
        ),
        (
            "3782 822463 10005 1227 1234",
            "[removed: card number] 1227 [removed: card code]",
        ),
        ("CVV 123", "CVV [removed: card code]"),
        ("cvc2=1234", "cvc2=[removed: card code]"),
        ("456 (CVC)", "[removed: card code] (CVC)"),
        (
            "le cryptogramme est 321",
            "le cryptogramme est [removed: card code]",
        ),
        (
            "my visa has security code 321",
            "my visa has security code [removed: card code]",
        ),
    ] {
        assert_eq!(masked(&guard, text), expected, "{text}");
    }
    for text in [
        "gate security code 4521",
        "code de sécurité de l'immeuble: 1234",
        "CVV? I paid 12.50 in 2024 and 300 euros more",
        "The CVV is on the back of the card, order 123",
    ] {
        assert!(guard.inspect(text).is_empty(), "{text}");
    }
}

#[test]
fn passwords_are_found_after_their_name_in_many_languages() {
    let guard = Guard::new();
    for (text, expected) in [
        (
            "login: ada, password: hunter2 thanks",
            "login: ada, password: [removed: password] thanks",
        ),
        (
            "Mot de passe : azerty12",
            "Mot de passe : [removed: password]",
        ),
        ("MOT DE PASSE=azerty12", "MOT DE PASSE=[removed: password]"),
        ("Passwort:Sommer2024!", "Passwort:[removed: password]"),
        ("CONTRASEÑA: perro", "CONTRASEÑA: [removed: password]"),
        (
            "{\"user_password\":\"a b c\",\"x\":1}",
            "{\"user_password\":[removed: password],\"x\":1}",
        ),
        (
            "the password is: hunter2",
            "the password is: [removed: password]",
        ),
        ("пароль: секрет1", "пароль: [removed: password]"),
        ("パスワード：himitsu", "パスワード：[removed: password]"),
        ("pwd = x9!k", "pwd = [removed: password]"),
    ] {
        assert_eq!(masked(&guard, text), expected, "{text}");
        assert_eq!(
            masked(&guard, expected),
            expected,
            "masking again changes nothing"
        );
    }
    for text in [
        "I forgot my password yesterday",
        "Passwort vergessen?",
        "password:",
        "upwd: abcdef",
    ] {
        assert!(guard.inspect(text).is_empty(), "{text}");
    }
}

#[test]
fn an_order_is_screened_in_all_its_texts() {
    let guard = Guard::new();
    let card = || Some(Personal::new("4111 1111 1111 1111"));
    let mut order = IncomingOrder {
        external_id: Some(Personal::new("4111111111111111")),
        note: card(),
        billing: Some(IncomingParty {
            company: card(),
            street2: card(),
            ..IncomingParty::default()
        }),
        attributes: vec![
            ("CVV".into(), Personal::new("123")),
            ("Password".into(), Personal::new("hunter2")),
            ("Colour".into(), Personal::new("blue")),
        ],
        lines: vec![OrderLine {
            title: "Cup 5555 5555 5555 4444".into(),
            ..OrderLine::default()
        }],
        ..IncomingOrder::default()
    };
    let counts = guard.screen_order(&mut order);
    assert_eq!(counts.of(Kind::CardNumber), 4);
    assert_eq!(
        (
            counts.of(Kind::CardCode),
            counts.of(Kind::Password),
            counts.total()
        ),
        (1, 1, 6)
    );
    assert_eq!(order.external_id.unwrap().expose(), "4111111111111111");
    assert_eq!(order.note.unwrap().expose(), "[removed: card number]");
    assert_eq!(order.attributes[0].1.expose(), "[removed: card code]");
    assert_eq!(order.attributes[2].1.expose(), "blue");
    assert_eq!(order.lines[0].title, "Cup [removed: card number]");
}
