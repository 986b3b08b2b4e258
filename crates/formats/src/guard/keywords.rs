//! The words beside which digits and tokens mean something else.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use unicode_normalization::UnicodeNormalization;

/// What a key word speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// A payment card.
    Card,
    /// The code on a card, by a name that nothing else has.
    CardCode,
    /// A code that may be a card's or a door's.
    SecurityCode,
    /// A password.
    Password,
    /// A private key or its seed.
    PrivateKey,
}

const WORDS: &[(Topic, &[&str])] = &[
    (
        Topic::Card,
        &[
            "visa",
            "mastercard",
            "master card",
            "maestro",
            "amex",
            "american express",
            "unionpay",
            "credit card",
            "creditcard",
            "debit card",
            "card number",
            "card no",
            "cardnumber",
            "carte bancaire",
            "carte bleue",
            "carte de crédit",
            "numéro de carte",
            "n° de carte",
            "kreditkarte",
            "kartennummer",
            "kartennr",
            "tarjeta",
            "carta di credito",
            "numero carta",
            "cartão",
            "cartao",
            "kreditkort",
            "betaalkaart",
            "kaartnummer",
            "kortnummer",
            "číslo karty",
            "numer karty",
            "karta kredytowa",
            "номер карты",
            "банковская карта",
            "カード番号",
            "クレジットカード",
            "信用卡",
            "银行卡",
            "卡号",
            "卡號",
            "카드번호",
            "신용카드",
        ],
    ),
    (
        Topic::CardCode,
        &[
            "cvv",
            "cvv2",
            "cvc",
            "cvc2",
            "cvn",
            "cryptogramme",
            "kartenprüfnummer",
            "kartenprüfziffer",
            "card verification",
            "card security code",
        ],
    ),
    (
        Topic::SecurityCode,
        &[
            "security code",
            "code de sécurité",
            "sicherheitscode",
            "prüfziffer",
            "prüfnummer",
            "código de seguridad",
            "codice di sicurezza",
            "código de segurança",
            "beveiligingscode",
            "bezpečnostní kód",
            "kod bezpieczeństwa",
            "код безопасности",
            "セキュリティコード",
            "安全码",
            "安全碼",
            "보안코드",
        ],
    ),
    (
        Topic::Password,
        &[
            "password",
            "passwd",
            "pwd",
            "passphrase",
            "mot de passe",
            "mdp",
            "passwort",
            "kennwort",
            "contraseña",
            "contrasena",
            "senha",
            "palavra-passe",
            "heslo",
            "hasło",
            "wachtwoord",
            "lösenord",
            "adgangskode",
            "passord",
            "salasana",
            "jelszó",
            "şifre",
            "пароль",
            "パスワード",
            "密码",
            "密碼",
            "비밀번호",
        ],
    ),
    (
        Topic::PrivateKey,
        &[
            "private key",
            "privatekey",
            "private_key",
            "privkey",
            "priv key",
            "secret key",
            "secretkey",
            "secret_key",
            "clé privée",
            "cle privee",
            "privater schlüssel",
            "privaten schlüssel",
            "privatschlüssel",
            "clave privada",
            "llave privada",
            "chiave privata",
            "chave privada",
            "soukromý klíč",
            "klucz prywatny",
            "приватный ключ",
            "закрытый ключ",
            "秘密鍵",
            "私钥",
            "私鑰",
            "개인키",
            "wallet seed",
            "seed phrase",
            "hex seed",
        ],
    ),
];

/// The key words, compiled.
pub(super) struct Keywords {
    automaton: AhoCorasick,
    topics: Vec<Topic>,
}

/// One key word in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    pub(super) topic: Topic,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The key words of a text, in its order.
pub(super) struct Words(Vec<Word>);

impl Words {
    pub(super) fn of(&self, topic: Topic) -> impl Iterator<Item = &Word> {
        self.0.iter().filter(move |word| word.topic == topic)
    }

    pub(super) fn any(&self, topic: Topic) -> bool {
        self.of(topic).next().is_some()
    }
}

impl Keywords {
    pub(super) fn new() -> Self {
        let (mut patterns, mut topics) = (Vec::new(), Vec::new());
        for (topic, words) in WORDS {
            for word in *words {
                // The automaton folds the case of ASCII only, and knows one form of an accent.
                let mut forms = vec![(*word).to_owned()];
                if !word.is_ascii() {
                    let capitals = word.to_uppercase();
                    forms.extend([word.nfd().collect(), capitals.nfd().collect(), capitals]);
                    forms.dedup();
                }
                topics.extend(std::iter::repeat_n(*topic, forms.len()));
                patterns.append(&mut forms);
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&patterns)
            .expect("a few hundred short patterns fit in any automaton");
        Self { automaton, topics }
    }

    /// Finds the key words that stand as words of their own.
    pub(super) fn find(&self, text: &str) -> Words {
        let words = self.automaton.find_iter(text).filter_map(|hit| {
            let topic = self.topics[hit.pattern().as_usize()];
            let word = Word {
                topic,
                start: hit.start(),
                end: hit.end(),
            };
            is_whole(text, word).then_some(word)
        });
        Words(words.collect())
    }
}

/// A short word within another is an accident (`pwd` in `upwards` written badly); a long one is
/// a compound (`userpassword`). Scripts without spaces have no edges to look at.
fn is_whole(text: &str, word: Word) -> bool {
    const COMPOUND_BYTES_MIN: usize = 8;
    let found = &text[word.start..word.end];
    let letter = |c: char| c.is_alphabetic() && c.len_utf8() < 3;
    let begins = !text[..word.start].chars().next_back().is_some_and(letter)
        || found.len() >= COMPOUND_BYTES_MIN;
    begins && !text[word.end..].chars().next().is_some_and(letter)
}
