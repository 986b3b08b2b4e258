//! A webhook: JSON by POST, signed by [Standard Webhooks](https://www.standardwebhooks.com) 1.0.

use crate::{AlertError, Notice, secret, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use sha2::Sha256;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::Agent;
use zeroize::Zeroizing;

/// How long a delivery may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// What a secret of Standard Webhooks begins with.
const PREFIX: &str = "whsec_";
/// The shortest and longest key, in bytes, that the specification allows.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Where a webhook is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Where to POST.
    pub url: String,
    /// A file with the secret (`whsec_…`).
    pub secret_file: PathBuf,
}

/// A webhook.
#[derive(Debug)]
pub struct Webhook {
    url: String,
    secret_file: PathBuf,
    agent: Agent,
}

impl Webhook {
    /// Makes one. File names count from `folder`.
    ///
    /// # Errors
    ///
    /// When the address is none, or the secret cannot be read or is none.
    pub fn new(settings: &WebhookSettings, folder: &Path) -> Result<Self, AlertError> {
        let url = settings.url.trim();
        let host = ["https://", "http://"]
            .iter()
            .find_map(|scheme| url.strip_prefix(scheme));
        if host.is_none_or(|host| host.is_empty() || host.contains('@')) {
            return Err(AlertError::Settings(
                "webhook.url: must begin with https:// or http://, without a user's name"
                    .to_owned(),
            ));
        }
        let webhook = Self {
            url: url.to_owned(),
            secret_file: folder.join(&settings.secret_file),
            agent: web::agent("lethe-alerts", TIMEOUT),
        };
        webhook.key()?;
        Ok(webhook)
    }

    fn key(&self) -> Result<SigningKey, AlertError> {
        let text = secret::read(&self.secret_file)?;
        SigningKey::parse(&text).ok_or_else(|| AlertError::Secret {
            path: self.secret_file.clone(),
            reason: "it holds no secret of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64",
        })
    }

    pub(crate) fn deliver(&self, notice: &Notice, now_s: i64) -> Result<(), AlertError> {
        let body = serde_json::to_string(&Envelope::of(notice)).expect("texts serialise");
        let signature = self.key()?.sign(&notice.id, now_s, body.as_bytes());
        let request = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header("webhook-id", &notice.id)
            .header("webhook-timestamp", now_s.to_string())
            .header("webhook-signature", signature);
        let answer = request
            .send(body.as_bytes())
            .map_err(|error| AlertError::Webhook(error.to_string()))?;
        let status = answer.status().as_u16();
        if answer.status().is_success() {
            Ok(())
        } else {
            // A redirect may lead anywhere: it is not followed.
            Err(AlertError::Webhook(format!("it answers {status}")))
        }
    }
}

/// The body: `type`, `timestamp`, `data`, as the specification recommends.
#[derive(serde::Serialize)]
struct Envelope<'n> {
    #[serde(rename = "type")]
    kind: String,
    timestamp: &'n str,
    data: &'n Notice,
}

impl<'n> Envelope<'n> {
    fn of(notice: &'n Notice) -> Self {
        Self {
            kind: format!("alert.{}", notice.kind.replace('-', "_")),
            timestamp: &notice.at,
            data: notice,
        }
    }
}

/// What a webhook is signed with.
pub struct SigningKey(Zeroizing<Vec<u8>>);

impl SigningKey {
    /// Reads a secret: `whsec_` and base64, or base64 alone.
    pub fn parse(text: &str) -> Option<Self> {
        let base64 = text.strip_prefix(PREFIX).unwrap_or(text);
        let bytes = Zeroizing::new(STANDARD.decode(base64).ok()?);
        KEY_BYTES.contains(&bytes.len()).then_some(Self(bytes))
    }

    /// Signs id, moment (Unix seconds) and body: the value of `webhook-signature`.
    pub fn sign(&self, id: &str, timestamp_s: i64, body: &[u8]) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length is taken");
        mac.update(format!("{id}.{timestamp_s}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey([secret])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Standard Webhooks' specification and reference libraries
    /// (github.com/standard-webhooks/standard-webhooks).
    #[test]
    fn the_published_example_is_signed_as_published() {
        let secret = format!("{PREFIX}MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let key = SigningKey::parse(&secret).unwrap();
        let signature = key.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_no_secret_is_not_taken_for_one() {
        for text in ["", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all !"] {
            assert!(SigningKey::parse(text).is_none(), "{text}");
        }
    }
}
