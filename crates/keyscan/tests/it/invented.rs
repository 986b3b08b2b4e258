//! Invented keys. Each is put together here, so that no file of the source holds one.

use lethe_crypto::{ApiKey, SessionKey};
use lethe_model::Random;
use std::sync::atomic::{AtomicU64, Ordering};

/// Chance that can be repeated (Steele, Lea, Flood: `SplitMix64`).
pub(crate) struct Chance(AtomicU64);

impl Random for Chance {
    fn fill(&self, target: &mut [u8]) {
        target.fill_with(|| self.below(256) as u8);
    }
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    pub(crate) fn below(&self, bound: usize) -> usize {
        let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    pub(crate) fn of(&self, alphabet: &str, count: usize) -> String {
        let letters = alphabet.as_bytes();
        let letter = || char::from(letters[self.below(letters.len())]);
        (0..count).map(|_| letter()).collect()
    }

    pub(crate) fn hex(&self, count: usize) -> String {
        self.of("0123456789abcdef", count)
    }

    pub(crate) fn digits(&self, count: usize) -> String {
        self.of("123456789", count)
    }

    /// Letters and digits, at least one of each sort.
    pub(crate) fn alnum(&self, count: usize) -> String {
        self.of(BASE62, count - 3) + "aZ7"
    }

    pub(crate) fn uuid(&self) -> String {
        [8, 4, 4, 4, 12].map(|count| self.hex(count)).join("-")
    }
}

const BASE62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A key as `lethe key create` makes them.
pub(crate) fn lethe_key(chance: &Chance) -> String {
    ApiKey::generate(chance).expose().to_owned()
}

/// A session as a login hands it out.
pub(crate) fn session_key(chance: &Chance) -> String {
    SessionKey::generate(chance).expose().to_owned()
}

/// What a client shows at its next login.
pub(crate) fn device_token(chance: &Chance) -> String {
    let (id, until, tag) = (chance.hex(32), "1798761600000", chance.hex(64));
    format!("lethe_sd_{id}.{until}.{tag}")
}

/// A derived key with a body of so many characters.
pub(crate) fn derived_key(chance: &Chance, body: usize) -> String {
    let body = chance.of(&format!("{BASE62}-_"), body);
    format!("lethe_dk_{body}{}", checksum(&body))
}

fn checksum(body: &str) -> String {
    let mut crc = crc32fast::hash(body.as_bytes());
    let mut digits = [0; 6];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62.as_bytes()[(crc % 62) as usize];
        crc /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

/// One text for every rule: the rule, what stands before the key, the key.
pub(crate) fn all(chance: &Chance) -> Vec<(&'static str, &'static str, String)> {
    let c = chance;
    let with = |prefix: &str, rest: String| format!("{prefix}{rest}");
    let slack =
        |prefix: &str| format!("{prefix}-{}-{}-{}", c.digits(12), c.digits(12), c.alnum(24));
    vec![
        ("lethe-key", "", lethe_key(c)),
        ("lethe-derived-key", "", derived_key(c, 90)),
        ("lethe-session", "", session_key(c)),
        ("lethe-device", "", device_token(c)),
        ("shopify-admin-token", "", with("shpat_", c.hex(32))),
        ("shopify-custom-app-token", "", with("shpca_", c.hex(32))),
        ("shopify-private-app-token", "", with("shppa_", c.hex(32))),
        ("shopify-app-secret", "", with("shpss_", c.hex(32))),
        ("woocommerce-key", "", with("ck_", c.hex(40))),
        ("woocommerce-secret", "", with("cs_", c.hex(40))),
        ("stripe-secret-live", "", with("sk_live_", c.alnum(99))),
        ("stripe-restricted-live", "", with("rk_live_", c.alnum(24))),
        ("stripe-secret-test", "", with("sk_test_", c.alnum(24))),
        ("stripe-restricted-test", "", with("rk_test_", c.alnum(99))),
        ("stripe-webhook-secret", "", with("whsec_", c.alnum(32))),
        (
            "paypal-braintree-token",
            "",
            format!("access_token$production${}${}", c.alnum(16), c.hex(32)),
        ),
        ("paypal-client-secret", "PAYPAL_SECRET=", c.alnum(80)),
        ("square-oauth-secret", "", with("sq0csp-", c.alnum(43))),
        ("square-legacy-token", "", with("sq0atp-", c.alnum(22))),
        ("square-token", "squareToken: ", with("EAAA", c.alnum(60))),
        ("shippo-live-token", "", with("shippo_live_", c.hex(40))),
        ("shippo-test-token", "", with("shippo_test_", c.hex(40))),
        ("easypost-key", "", with("EZAK", c.alnum(54))),
        ("easypost-test-key", "", with("EZTK", c.alnum(54))),
        ("klaviyo-private-key", "", with("pk_", c.alnum(34))),
        ("mailchimp-key", "", format!("{}-us12", c.hex(32))),
        ("mailgun-key", "", with("key-", c.hex(32))),
        (
            "mailgun-key-new",
            "MAILGUN=",
            format!("{}-{}-{}", c.hex(32), c.hex(8), c.hex(8)),
        ),
        (
            "sendgrid-key",
            "",
            format!("SG.{}.{}", c.alnum(22), c.alnum(43)),
        ),
        (
            "brevo-api-key",
            "",
            format!("xkeysib-{}-{}", c.hex(64), c.alnum(16)),
        ),
        (
            "brevo-smtp-key",
            "",
            format!("xsmtpsib-{}-{}", c.hex(64), c.alnum(16)),
        ),
        ("postmark-token", "X-Postmark-Server-Token: ", c.uuid()),
        (
            "resend-key",
            "",
            format!(
                "re_{}_{}",
                c.of("ABCDEFGHJK23456789", 8),
                c.of("abcdefghjk23456789", 24)
            ),
        ),
        (
            "iterable-key",
            "iterable.com\", {\"Api-Key\": \"",
            c.hex(32),
        ),
        (
            "hubspot-private-app-token",
            "",
            format!("pat-eu1-{}", c.uuid()),
        ),
        ("hubspot-key", "hubspot.com/?hapikey=", c.uuid()),
        ("intercom-token", "intercom_token = ", c.alnum(60)),
        ("zendesk-token", "ZENDESK_API: ", c.alnum(40)),
        ("twilio-api-key", "twilio.key = ", with("SK", c.hex(32))),
        ("twilio-account-sid", "new Twilio(\"", with("AC", c.hex(32))),
        ("twilio-auth-token", "TWILIO_AUTH_TOKEN=", c.hex(32)),
        (
            "aws-access-key-id",
            "",
            with("AKIA", c.of("ABCDEFGHIJKLMNOPQ234567", 16)),
        ),
        (
            "aws-temporary-key-id",
            "",
            with("ASIA", c.of("ABCDEFGHIJKLMNOPQ234567", 16)),
        ),
        ("aws-secret-key", "aws_secret_access_key = ", c.alnum(40)),
        ("github-token", "", with("ghp_", c.alnum(36))),
        ("github-oauth-token", "", with("gho_", c.alnum(36))),
        ("github-user-token", "", with("ghu_", c.alnum(36))),
        ("github-app-token", "", with("ghs_", c.alnum(36))),
        ("github-refresh-token", "", with("ghr_", c.alnum(76))),
        (
            "github-fine-grained-token",
            "",
            format!("github_pat_{}_{}", c.alnum(22), c.alnum(59)),
        ),
        ("slack-bot-token", "", slack("xoxb")),
        ("slack-user-token", "", slack("xoxp")),
        (
            "slack-app-token",
            "",
            format!("xapp-1-A{}-{}-{}", c.digits(10), c.digits(13), c.hex(64)),
        ),
        (
            "slack-webhook",
            "https://",
            format!(
                "hooks.slack.com/services/T{}/B{}/{}",
                c.digits(8),
                c.digits(10),
                c.alnum(24)
            ),
        ),
    ]
}
