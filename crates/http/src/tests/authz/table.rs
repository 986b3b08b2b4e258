//! What every operation of the OpenAPI document needs.

use lethe_model::Power;

/// What an operation demands.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Needs {
    /// Nothing at all.
    Nothing,
    /// A key with this power.
    Power(Power),
    /// A key with one of these powers.
    AnyOf(&'static [Power]),
    /// A key with all of these powers.
    AllOf(&'static [Power]),
    /// The session of a person; their tests are in `tests/staff.rs`.
    Session,
}

/// Method, path template, what it needs, and the status when that is there.
pub(super) const TABLE: &[(&str, &str, Needs, u16)] = &[
    ("get", "/health", Needs::Nothing, 200),
    ("get", "/ready", Needs::Nothing, 200),
    ("get", "/metrics", Needs::Nothing, 200),
    ("get", "/openapi.json", Needs::Nothing, 200),
    ("get", "/v1/fields", Needs::Nothing, 200),
    ("get", "/v1/log/checkpoint", Needs::Nothing, 200),
    ("get", "/v1/log/checkpoint-cosigned", Needs::Nothing, 404),
    ("get", "/v1/log/key", Needs::Nothing, 200),
    ("get", "/v1/log/tile/{path}", Needs::Nothing, 200),
    ("get", "/v1/log/consistency", Needs::Nothing, 200),
    ("get", "/v1/log/entries/{index}/proof", Needs::Nothing, 200),
    ("post", "/v1/keys/leaked", Needs::Nothing, 204),
    ("get", "/v1/alerts", Needs::Power(Power::Audit), 200),
    ("get", "/v1/vendor-keys", Needs::Power(Power::Keys), 200),
    ("post", "/v1/vendor-keys", Needs::Power(Power::Keys), 201),
    (
        "get",
        "/v1/vendor-keys/{id}",
        Needs::Power(Power::Keys),
        200,
    ),
    (
        "put",
        "/v1/vendor-keys/{id}",
        Needs::Power(Power::Keys),
        200,
    ),
    (
        "delete",
        "/v1/vendor-keys/{id}",
        Needs::Power(Power::Keys),
        204,
    ),
    ("get", "/v1/canaries", Needs::Power(Power::Keys), 200),
    (
        "post",
        "/v1/canaries",
        Needs::AllOf(&[Power::Keys, Power::Intake]),
        201,
    ),
    (
        "post",
        "/v1/canaries/remove",
        Needs::AllOf(&[Power::Keys, Power::Erase]),
        200,
    ),
    ("get", "/v1/status", Needs::Power(Power::List), 200),
    ("get", "/v1/log/entries", Needs::Power(Power::Audit), 200),
    ("get", "/v1/orders", Needs::Power(Power::List), 200),
    ("get", "/v1/orders/{token}", Needs::Power(Power::List), 200),
    (
        "get",
        "/v1/subjects/{token}",
        Needs::Power(Power::List),
        200,
    ),
    ("post", "/v1/orders", Needs::Power(Power::Intake), 200),
    ("post", "/v1/find", Needs::Power(Power::Reveal), 200),
    ("post", "/v1/reveal", Needs::Power(Power::Reveal), 200),
    ("get", "/v1/keys", Needs::Power(Power::Keys), 200),
    (
        "get",
        "/v1/subjects/{token}/accesses",
        Needs::Power(Power::Audit),
        200,
    ),
    ("get", "/v1/keys/lint", Needs::Power(Power::Keys), 200),
    (
        "post",
        "/v1/keys/{id}/narrow",
        Needs::Power(Power::Keys),
        200,
    ),
    (
        "post",
        "/v1/keys/{id}/quarantine",
        Needs::Power(Power::Keys),
        200,
    ),
    (
        "post",
        "/v1/keys/{id}/release",
        Needs::Power(Power::Keys),
        200,
    ),
    ("post", "/v1/keys", Needs::Power(Power::Keys), 201),
    (
        "post",
        "/v1/keys/{id}/rotate",
        Needs::Power(Power::Keys),
        201,
    ),
    (
        "post",
        "/v1/keys/{id}/widen",
        Needs::Power(Power::Keys),
        200,
    ),
    ("delete", "/v1/keys/{id}", Needs::Power(Power::Keys), 200),
    (
        "post",
        "/v1/keys/{id}/revoke-derived",
        Needs::Power(Power::Keys),
        200,
    ),
    (
        "delete",
        "/v1/subjects/{token}",
        Needs::Power(Power::Erase),
        202,
    ),
    ("get", "/v1/erasures", Needs::Power(Power::Erase), 200),
    ("get", "/v1/erasures/{id}", Needs::Power(Power::Erase), 200),
    (
        "post",
        "/v1/erasures/{id}/cancel",
        Needs::Power(Power::Erase),
        200,
    ),
    (
        "post",
        "/v1/erasures/{id}/holders",
        Needs::Power(Power::Erase),
        200,
    ),
    ("get", "/v1/policy", Needs::AnyOf(&Power::ALL), 200),
    (
        "get",
        "/v1/orders/{token}/retention",
        Needs::Power(Power::List),
        200,
    ),
    (
        "post",
        "/v1/orders/{token}/events",
        Needs::Power(Power::Intake),
        204,
    ),
    (
        "post",
        "/v1/orders/{token}/documents",
        Needs::Power(Power::Intake),
        201,
    ),
    (
        "get",
        "/v1/orders/{token}/documents",
        Needs::Power(Power::Reveal),
        200,
    ),
    (
        "get",
        "/v1/orders/{token}/documents/{id}",
        Needs::Power(Power::Reveal),
        200,
    ),
    (
        "get",
        "/v1/retention/plan",
        Needs::Power(Power::Retention),
        200,
    ),
    (
        "get",
        "/v1/retention/runs",
        Needs::Power(Power::Retention),
        200,
    ),
    (
        "get",
        "/v1/retention/runs/{id}/record",
        Needs::Power(Power::Retention),
        200,
    ),
    (
        "get",
        "/v1/legal-holds",
        Needs::Power(Power::Retention),
        200,
    ),
    (
        "post",
        "/v1/legal-holds",
        Needs::Power(Power::Retention),
        201,
    ),
    (
        "post",
        "/v1/legal-holds/{id}/release",
        Needs::Power(Power::Retention),
        200,
    ),
    (
        "get",
        "/v1/proposals",
        Needs::AnyOf(&[Power::Approve, Power::Retention]),
        200,
    ),
    (
        "post",
        "/v1/proposals/{id}/approve",
        Needs::Power(Power::Approve),
        200,
    ),
    (
        "post",
        "/v1/archive/requests",
        Needs::Power(Power::Retention),
        201,
    ),
    ("post", "/v1/exports", Needs::Power(Power::Reveal), 201),
    ("get", "/v1/break-glass", Needs::Power(Power::Approve), 200),
    ("post", "/v1/break-glass", Needs::Power(Power::Approve), 201),
    (
        "post",
        "/v1/break-glass/{id}/review",
        Needs::Power(Power::Approve),
        200,
    ),
    ("get", "/v1/statistics", Needs::Power(Power::List), 200),
    // A good request here is a stranger's, and its password is wrong.
    ("post", "/v1/login", Needs::Nothing, 401),
    ("post", "/v1/logout", Needs::Session, 204),
    ("get", "/v1/me", Needs::AnyOf(&Power::ALL), 200),
    ("post", "/v1/me/password", Needs::Session, 204),
];

impl Needs {
    /// Returns the sets of powers each of which is enough.
    pub(super) fn enough(&self) -> Vec<Vec<Power>> {
        match self {
            Self::Nothing | Self::Session => Vec::new(),
            Self::Power(power) => vec![vec![*power]],
            Self::AnyOf(powers) => powers.iter().map(|power| vec![*power]).collect(),
            Self::AllOf(powers) => vec![powers.to_vec()],
        }
    }

    /// Returns the widest sets of powers that are not enough.
    pub(super) fn too_little(&self) -> Vec<Vec<Power>> {
        let without = |missing: &[Power]| -> Vec<Power> {
            let all = Power::ALL.into_iter();
            all.filter(|one| !missing.contains(one)).collect()
        };
        match self {
            Self::Nothing | Self::Session => Vec::new(),
            Self::Power(power) => vec![without(&[*power])],
            Self::AnyOf(powers) => vec![without(powers)],
            Self::AllOf(powers) => powers.iter().map(|power| without(&[*power])).collect(),
        }
    }
}
