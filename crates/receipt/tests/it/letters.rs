//! Letters: each says what its receipt says, and nothing that the facts contradict.

use crate::vectors::{receipt, vectors};
use lethe_receipt::{ErasureReceipt, Language};

/// The receipt of the vectors, with everything done.
fn complete() -> ErasureReceipt {
    let mut receipt = receipt();
    receipt.kept.clear();
    receipt.holders[0].confirmed_at = Some(receipt.erased_at);
    receipt
}

/// The receipt of the vectors, with a legal hold on what is kept.
fn held() -> ErasureReceipt {
    let mut receipt = receipt();
    receipt.kept[0].until = None;
    receipt
}

fn says(receipt: &ErasureReceipt, phrases: [(Language, &str); 4], is_said: bool) {
    for (language, phrase) in phrases {
        let letter = receipt.letter(language);
        assert_eq!(letter.contains(phrase), is_said, "{phrase}\n{letter}");
    }
}

const NOT_COMPLETE: [(Language, &str); 4] = [
    (Language::En, "not complete yet"),
    (Language::Fr, "pas encore complet"),
    (Language::De, "noch nicht vollständig"),
    (Language::Es, "aún no está completo"),
];

const NO_COPY: [(Language, &str); 4] = [
    (Language::En, "we have no copy"),
    (Language::Fr, "nous n'en gardons pas de copie"),
    (Language::De, "wir haben keine Kopie"),
    (Language::Es, "no tenemos copia"),
];

const AS_FAR_AS: [(Language, &str); 4] = [
    (Language::En, "as far as the law allows"),
    (Language::Fr, "dans la mesure où la loi le permet"),
    (Language::De, "soweit das Gesetz es heute zulässt"),
    (Language::Es, "en la medida en que la ley lo permite"),
];

#[test]
fn a_letter_names_dates_in_words_and_what_is_kept_on_which_ground() {
    let days = [
        (Language::En, ["26 November 2026", "31 December 2036"]),
        (Language::Fr, ["26 novembre 2026", "31 décembre 2036"]),
        (Language::De, ["26. November 2026", "31. Dezember 2036"]),
        (
            Language::Es,
            ["26 de noviembre de 2026", "31 de diciembre de 2036"],
        ),
    ];
    for (language, days) in days {
        let letter = receipt().letter(language);
        let facts = [
            "Example SAS",
            "Parcel Post",
            "Code de commerce L123-22",
            "era_0123456789abcdef",
            "lethe receipt verify",
        ];
        for fact in days.iter().chain(&facts) {
            assert!(letter.contains(fact), "{fact}\n{letter}");
        }
        assert!(!letter.contains("{}"), "{letter}");
    }
}

#[test]
fn the_first_of_a_month_is_an_ordinal_in_french_alone() {
    let mut receipt = receipt();
    receipt.dates.last_keyring_backup = "2027-01-01".parse().unwrap();
    let days = [
        (Language::En, "1 January 2027"),
        (Language::Fr, "1er janvier 2027"),
        (Language::De, "1. Januar 2027"),
        (Language::Es, "1 de enero de 2027"),
    ];
    says(&receipt, days, true);
}

#[test]
fn a_partial_erasure_is_called_not_complete_and_a_complete_one_is_not() {
    says(&receipt(), NOT_COMPLETE, true);
    says(&held(), NOT_COMPLETE, true);
    says(&complete(), NOT_COMPLETE, false);
}

#[test]
fn what_is_kept_limits_the_first_sentence() {
    says(&receipt(), AS_FAR_AS, true);
    says(&complete(), AS_FAR_AS, false);
}

#[test]
fn nobody_is_told_that_their_secret_is_theirs_alone_while_a_hold_keeps_it() {
    says(&receipt(), NO_COPY, true);
    says(&held(), NO_COPY, false);
}

#[test]
fn a_receipt_without_openings_comes_with_a_letter_without_a_secret() {
    let mut receipt = receipt();
    receipt.openings = None;
    let secrets = [
        (Language::En, "secret"),
        (Language::Fr, "secret"),
        (Language::De, "Geheimnis"),
        (Language::Es, "secreto"),
    ];
    says(&receipt, secrets, false);
}

#[test]
fn neither_letter_nor_debug_output_holds_the_openings() {
    let openings = &vectors()["receipt"]["content"]["openings"];
    let mut texts: Vec<String> = Language::ALL.map(|one| receipt().letter(one)).into();
    texts.push(format!("{:?}", receipt()));
    for text in texts {
        for secret in ["log_key", "subject_id"] {
            let secret = openings[secret].as_str().unwrap();
            assert!(!text.contains(secret), "{text}");
        }
    }
}
