//! The closed list of problem types. `docs/problems.md` has one section per entry.

use axum::http::StatusCode;

macro_rules! problem_kinds {
    ($( $(#[doc = $doc:literal])+ $variant:ident => $code:literal, $status:ident, $title:literal; )+) => {
        /// Why a request was not answered as it wished. The codes are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemKind {
            $( $(#[doc = $doc])+ $variant, )+
        }

        impl ProblemKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// Returns the stable code: the anchor of the type, and the `code` member.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code, )+ }
            }

            /// Returns the HTTP status.
            pub const fn status(self) -> StatusCode {
                match self { $( Self::$variant => StatusCode::$status, )+ }
            }

            /// Returns the summary, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $( Self::$variant => $title, )+ }
            }
        }
    };
}

problem_kinds! {
    /// No `Authorization` header, or not a bearer key.
    KeyMissing => "key-missing", UNAUTHORIZED, "An API key is needed";
    /// The text after `Bearer` is not an API key.
    KeyMalformed => "key-malformed", UNAUTHORIZED, "Not an API key";
    /// Unknown, revoked or expired.
    KeyInvalid => "key-invalid", UNAUTHORIZED, "The API key is not valid";
    /// Revoked while the request waited.
    KeyRevoked => "key-revoked", UNAUTHORIZED, "The API key was revoked";
    /// Expired while the request waited.
    KeyExpired => "key-expired", UNAUTHORIZED, "The API key has expired";
    /// Name, password or second factor was wrong, or the account is held back: one answer.
    LoginFailed => "login-failed", UNAUTHORIZED, "The login failed";
    /// Too much was tried from there.
    LoginThrottled => "login-throttled", TOO_MANY_REQUESTS, "Too many logins were tried";
    /// The session is unknown, too old, or was used from elsewhere.
    SessionOver => "session-over", UNAUTHORIZED, "The session is over";
    /// A key was presented where a person is needed.
    SessionNeeded => "session-needed", FORBIDDEN, "Only somebody who logged in may do that";
    /// The request comes from a web page.
    BrowserRequest => "browser-request", FORBIDDEN, "API keys must not be used in a browser";
    /// The grant lacks the power.
    PowerNotGranted => "power-not-granted", FORBIDDEN, "The key may not do that";
    /// The grant lacks the purpose.
    PurposeNotGranted => "purpose-not-granted", FORBIDDEN, "The key may not be used for this purpose";
    /// The grant lacks a field.
    FieldNotGranted => "field-not-granted", FORBIDDEN, "The key may not read this field";
    /// The order is in a state that the grant does not cover.
    StateNotGranted => "state-not-granted", FORBIDDEN, "The key may not read orders in this state";
    /// The key was derived for other orders.
    OrderNotGranted => "order-not-granted", FORBIDDEN, "The key is for other orders";
    /// The request came from outside the grant's networks.
    NetworkNotGranted => "network-not-granted", FORBIDDEN, "The key may not be used from this address";
    /// The key is held back.
    KeyQuarantined => "key-quarantined", FORBIDDEN, "The API key is in quarantine";
    /// The key departs from its habits, or has read a canary: it meets few new people for now.
    KeyThrottled => "key-throttled", TOO_MANY_REQUESTS, "The key meets few new people for now";
    /// Too many requests in a second.
    RateExceeded => "rate-exceeded", TOO_MANY_REQUESTS, "The key sends too many requests a second";
    /// Too many leaked keys were reported from one address.
    TooManyReports => "too-many-reports", TOO_MANY_REQUESTS, "Too many reports from this address";
    /// A report that GitHub did not sign.
    SignatureInvalid => "signature-invalid", FORBIDDEN, "The signature is not valid";
    /// A quota of distinct people or values is used up.
    QuotaExhausted => "quota-exhausted", TOO_MANY_REQUESTS, "A quota of people is used up";
    /// Nothing is stored under this token or number.
    NotFound => "not-found", NOT_FOUND, "Nothing is stored under this token or number";
    /// The path leads nowhere.
    UnknownRoute => "unknown-route", NOT_FOUND, "There is no such route";
    /// The path exists, the method does not.
    MethodNotAllowed => "method-not-allowed", METHOD_NOT_ALLOWED, "The route has no such method";
    /// A value cannot be taken.
    InvalidInput => "invalid-input", BAD_REQUEST, "An input cannot be taken";
    /// The body is not the JSON that is expected.
    InvalidJson => "invalid-json", BAD_REQUEST, "The body is not the expected JSON";
    /// None of the orders in a body could be taken.
    OrdersRejected => "orders-rejected", BAD_REQUEST, "None of the orders was taken";
    /// The content type is not what the route takes.
    UnsupportedMediaType => "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The body has the wrong media type";
    /// The body is longer than the route takes.
    BodyTooLarge => "body-too-large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The body did not arrive in time.
    RequestTimeout => "request-timeout", REQUEST_TIMEOUT, "The request did not arrive in time";
    /// The `Idempotency-Key` was used before.
    IdempotencyReplay => "idempotency-replay", CONFLICT, "This request was made before";
    /// API keys asked for more erasures than a day allows.
    AboveCap => "above-cap", TOO_MANY_REQUESTS, "Too many erasures were asked for today";
    /// A proposal that cannot be approved or carried out.
    NotApprovable => "not-approvable", CONFLICT, "It cannot be approved";
    /// Two others must approve it first.
    ApprovalNeeded => "approval-needed", CONFLICT, "Two others must approve it first";
    /// There is no archive key for what the law keeps.
    ArchiveKeyMissing => "archive-key-missing", CONFLICT, "There is no archive key for it";
    /// A file of the archive's ceremony cannot be used.
    ArchiveCeremony => "archive-ceremony", BAD_REQUEST, "The archive file cannot be used";
    /// The text is no policy.
    PolicyInvalid => "policy-invalid", BAD_REQUEST, "The policy cannot be used";
    /// The clock moved further than anybody has vouched for.
    ClockJumped => "clock-jumped", CONFLICT, "The vault's clock is not trusted";
    /// The first run was not confirmed.
    NotConfirmed => "not-confirmed", CONFLICT, "The first run is not confirmed";
    /// The log cannot be written, so nothing may be done.
    LogUnavailable => "log-unavailable", SERVICE_UNAVAILABLE, "The access log cannot be written";
    /// The ledger cannot be written, so nothing may be destroyed or revoked.
    LedgerUnavailable => "ledger-unavailable", SERVICE_UNAVAILABLE, "The ledger cannot be written";
    /// Restored from backups, and not caught up yet.
    Restoring => "restoring", SERVICE_UNAVAILABLE, "The vault is being restored";
    /// A witness knows another history of the log.
    LogRolledBack => "log-rolled-back", SERVICE_UNAVAILABLE, "A witness contradicts the access log";
    /// The keyring or a database cannot be read or written.
    KeyringUnavailable => "keyring-unavailable", SERVICE_UNAVAILABLE, "The keyring cannot be used";
    /// Too many requests wait.
    Busy => "busy", SERVICE_UNAVAILABLE, "The vault is busy";
    /// The vault stops.
    ShuttingDown => "shutting-down", SERVICE_UNAVAILABLE, "The vault is shutting down";
    /// The vault did not answer in time.
    VaultTimeout => "vault-timeout", SERVICE_UNAVAILABLE, "The vault did not answer in time";
    /// The disk is full.
    DiskFull => "disk-full", INSUFFICIENT_STORAGE, "The vault's disk is full";
    /// A sealed record was altered.
    RecordAltered => "record-altered", INTERNAL_SERVER_ERROR, "A sealed record was altered";
    /// The log does not verify.
    LogDamaged => "log-damaged", INTERNAL_SERVER_ERROR, "The access log cannot be read or does not verify";
    /// Anything else that failed inside.
    Internal => "internal", INTERNAL_SERVER_ERROR, "The vault failed";
}

impl ProblemKind {
    /// Returns the place in [`Self::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// Returns the kind of a code.
    pub(crate) fn of_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_problem_type_has_a_section_in_the_documentation_and_no_other_has() {
        let page = include_str!("../../../../docs/problems.md");
        let sections: HashSet<&str> = page
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        let codes: HashSet<&str> = ProblemKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(sections, codes);
    }

    #[test]
    fn codes_and_places_lead_back_to_their_kind() {
        for (place, kind) in ProblemKind::ALL.iter().enumerate() {
            assert_eq!(kind.index(), place);
            assert_eq!(ProblemKind::of_code(kind.code()), Some(*kind));
        }
    }
}
