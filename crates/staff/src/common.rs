//! What everybody tries first. Only words that make twelve characters with what people add to them
//! matter here; online guessing is slowed down besides.

/// Beginnings of passwords that are common whatever digits and signs follow, folded.
const STEMS: &[&str] = &[
    "password",
    "passwort",
    "passw0rd",
    "motdepasse",
    "contrasena",
    "wachtwoord",
    "qwertyuiop",
    "qwertyuiopasdf",
    "qwerty",
    "qwertz",
    "qwertzuiop",
    "azerty",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "qazwsxedc",
    "letmein",
    "letmeinplease",
    "welcome",
    "welcometo",
    "willkommen",
    "bienvenue",
    "changeme",
    "changeit",
    "changemenow",
    "iloveyou",
    "iloveyouso",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "batman",
    "dragon",
    "monkey",
    "master",
    "shadow",
    "trustno1",
    "starwars",
    "whatever",
    "administrator",
    "admin",
    "adminadmin",
    "root",
    "test",
    "testtest",
    "testing",
    "temporary",
    "temppass",
    "secret",
    "secretsecret",
    "topsecret",
    "default",
    "login",
    "loginlogin",
    "access",
    "company",
    "support",
    "warehouse",
    "marketing",
    "finance",
    "security",
    "lethe",
    "lethelethe",
    "customer",
    "database",
    "computer",
    "internet",
    "samsung",
    "michael",
    "jennifer",
    "charlie",
    "liverpool",
    "chelsea",
    "arsenal",
    "barcelona",
    "realmadrid",
    "pokemon",
    "minecraft",
    "fuckyou",
    "monday",
    "friday",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "spring",
    "summer",
    "autumn",
    "winter",
    "sommer",
    "printemps",
    "hello",
    "helloworld",
    "bonjour",
    "hallo",
    "google",
    "facebook",
    "linkedin",
];

/// Whole passwords that are common, folded, without spaces.
const WHOLE: &[&str] = &[
    "correcthorsebatterystaple",
    "correcthorsebattery",
    "thequickbrownfox",
    "maytheforcebewithyou",
    "ilovemyfamily",
    "123456789012",
    "1234567890123",
    "123456123456",
    "1234512345123",
    "abcdefghijkl",
    "abcdefghijklm",
    "abcdefghijklmnop",
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789abcdef",
    "passwordpassword",
    "iloveyouforever",
    "123qweasdzxc",
    "q1w2e3r4t5y6",
    "1q2w3e4r5t6y",
    "zaq12wsxcde3",
    "zaq1xsw2cde3",
    "1234qwerasdf",
    "abcd1234abcd",
    "aa123456789a",
    "trustnobody1",
    "nevergonnagive",
    "nevergonnagiveyouup",
    "tobeornottobe",
    "opensesame123",
];

/// Says whether a password, folded to small letters, is a common one.
pub(crate) fn is_common(folded: &str) -> bool {
    let plain: String = folded.chars().filter(|c| !c.is_whitespace()).collect();
    let read = unmasked(&plain);
    let core = |text: &str| text.trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    WHOLE.contains(&plain.as_str())
        || STEMS.contains(&core(&plain).as_str())
        || STEMS.contains(&core(&read).as_str())
        || is_repeated(&plain)
        || is_run(&plain)
}

/// Reads the usual signs in the place of letters.
fn unmasked(text: &str) -> String {
    let letter = |c| match c {
        '@' | '4' => 'a',
        '0' => 'o',
        '3' => 'e',
        '$' | '5' => 's',
        '1' | '!' => 'i',
        '7' => 't',
        other => other,
    };
    // Digits and signs behind the word are an ending, not letters.
    let end = text.trim_end_matches(|c: char| !c.is_alphabetic()).len();
    text[..end].chars().map(letter).collect()
}

/// Says whether it is one short piece again and again.
fn is_repeated(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=4).any(|len| chars.len() > len && chars.iter().zip(&chars[len..]).all(|(a, b)| a == b))
}

/// Says whether each character follows the one before it in the alphabet or among the digits.
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let all_by = |step: i64| codes.windows(2).all(|two| two[1] - two[0] == step);
    all_by(1) || all_by(-1)
}
