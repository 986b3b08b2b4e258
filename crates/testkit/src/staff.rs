//! An authenticator app, as far as a test needs one.

use lethe_staff::TotpSecret;

/// Returns the code that an app shows at a moment (Unix milliseconds) for an `otpauth://` address or
/// a bare secret.
///
/// # Panics
///
/// When it holds no secret.
pub fn app_code(uri: &str, now_ms: i64) -> String {
    let secret = uri.split_once("secret=").map_or(uri, |(_, rest)| rest);
    let secret = secret.split('&').next().unwrap_or_default();
    TotpSecret::from_base32(secret)
        .expect("a secret of an authenticator app")
        .code_for(now_ms)
}
