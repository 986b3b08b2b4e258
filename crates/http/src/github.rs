//! Reports of GitHub's secret scanning: who signed them, and what stands in them.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{DerSignature, VerifyingKey};
use p256::pkcs8::DecodePublicKey as _;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// The public keys that GitHub signs its reports with, by their identifiers.
#[derive(Debug, Clone)]
pub struct GithubKeys(Vec<(String, VerifyingKey)>);

/// Why a file of GitHub's keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GithubKeysError {
    /// It is not the JSON that GitHub hands out.
    #[error("it is not what https://api.github.com/meta/public_keys/secret_scanning hands out")]
    Form,
    /// One of its keys is no key on the curve P-256.
    #[error("key {0} of it is no public key on the curve P-256")]
    Key(usize),
}

#[derive(Deserialize)]
struct Listed {
    public_keys: Vec<ListedKey>,
}

#[derive(Deserialize)]
struct ListedKey {
    key_identifier: String,
    key: String,
}

impl GithubKeys {
    /// Parses what <https://api.github.com/meta/public_keys/secret_scanning> hands out.
    ///
    /// # Errors
    ///
    /// When it is something else.
    pub fn parse(text: &str) -> Result<Self, GithubKeysError> {
        let listed: Listed = serde_json::from_str(text).map_err(|_| GithubKeysError::Form)?;
        let numbered = listed.public_keys.into_iter().zip(1..);
        let keys: Result<Vec<_>, _> = numbered
            .map(|(listed, number)| {
                let key = VerifyingKey::from_public_key_pem(&listed.key);
                let key = key.map_err(|_| GithubKeysError::Key(number))?;
                Ok((listed.key_identifier, key))
            })
            .collect();
        keys.map(Self)
    }

    /// Says whether one of these keys signed exactly these bytes.
    pub(crate) fn verifies(&self, signed: &Signed, body: &[u8]) -> bool {
        let found = self.0.iter().find(|(id, _)| *id == signed.key);
        let signature = STANDARD
            .decode(&signed.signature)
            .ok()
            .and_then(|bytes| DerSignature::from_bytes(&bytes).ok());
        let (Some((_, key)), Some(signature)) = (found, signature) else {
            return false;
        };
        key.verify(body, &signature).is_ok()
    }
}

/// What the headers of a report say about its signature.
pub(crate) struct Signed {
    key: String,
    signature: String,
}

impl Signed {
    /// Reads the headers; `None` when the request does not claim to be GitHub's.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name| {
            headers
                .get(name)
                .map(|value| value.to_str().unwrap_or_default())
        };
        let key = text("github-public-key-identifier");
        let signature = text("github-public-key-signature");
        (key.is_some() || signature.is_some()).then(|| Self {
            key: key.unwrap_or_default().to_owned(),
            signature: signature.unwrap_or_default().to_owned(),
        })
    }
}

/// One finding. The address where it was found may name a person: it is not read.
#[derive(Deserialize)]
pub(crate) struct Report {
    pub(crate) token: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

impl Report {
    /// SHA-256 of the key in hexadecimal: GitHub knows it by that.
    pub(crate) fn token_hash(&self) -> String {
        let digest = Sha256::digest(self.token.as_bytes());
        let mut text = String::with_capacity(64);
        for byte in digest {
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Identifier, body and signature: the sample of GitHub's page "Secret scanning partner program"
    /// (docs.github.com, file `secret-scanning-partner-program.md`). The key is the one GitHub handed out
    /// under this identifier.
    const KEY: &str = "bcb53661c06b4728e59d897fb6165d5c9cda0fd9cdf9d09ead458168deb7518c";
    const BODY: &str = r#"[{"source":"commit","token":"some_token","type":"some_type","url":"https://example.com/base-repo-url/"}]"#;
    const SIGNATURE: &str = "MEQCIQDaMKqrGnE27S0kgMrEK0eYBmyG0LeZismAEz/BgZyt7AIfXt9fErtRS4XaeSt/AO1RtBY66YcAdjxji410VQV4xg==";
    const PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
                       MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYAGMWO8XgCamYKMJS6jc/qgvSlAd\n\
                       AjPuDPRcXU22YxgBrz+zoN19MzuRyW87qEt9/AmtoNP5GrobzUvQSyJFVw==\n\
                       -----END PUBLIC KEY-----\n";

    fn keys() -> GithubKeys {
        let text = serde_json::json!({ "public_keys": [
            { "key_identifier": KEY, "key": PEM, "is_current": true }
        ]});
        GithubKeys::parse(&text.to_string()).unwrap()
    }

    fn signed(key: &str, signature: &str) -> Signed {
        Signed {
            key: key.to_owned(),
            signature: signature.to_owned(),
        }
    }

    #[test]
    fn the_published_sample_verifies() {
        assert!(keys().verifies(&signed(KEY, SIGNATURE), BODY.as_bytes()));
    }

    #[test]
    fn another_body_key_or_signature_does_not() {
        let keys = keys();
        let other = BODY.replace("some_token", "other_token");
        assert!(!keys.verifies(&signed(KEY, SIGNATURE), other.as_bytes()));
        assert!(!keys.verifies(&signed("", SIGNATURE), BODY.as_bytes()));
        for signature in [
            "",
            "MEQ=",
            "not base64",
            &SIGNATURE.replace("7AIfXt", "7AIfXu"),
        ] {
            assert!(!keys.verifies(&signed(KEY, signature), BODY.as_bytes()));
        }
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        for text in [
            "",
            "[]",
            r#"{"public_keys":[{"key_identifier":"a","key":"-----BEGIN PUBLIC KEY-----"}]}"#,
        ] {
            assert!(GithubKeys::parse(text).is_err());
        }
    }
}
