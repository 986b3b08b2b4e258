//! Which problem each failure of an operation is.

use super::{Problem, ProblemKind};
use lethe_ops::{Error, Refusal};

/// How long an erasure above the day's cap waits.
const A_DAY_S: u64 = 24 * 60 * 60;
/// A restore takes its time.
const A_MINUTE_S: u64 = 60;

impl Problem {
    /// Describes a failed operation; `now_ms` turns the end of a quota's window into a wait.
    pub(crate) fn from_ops(error: &Error, now_ms: i64) -> Self {
        let kind = kind_of(error);
        if let Error::Refused(Refusal::LoginThrottled { wait_ms }) = error {
            return Self::new(kind, error.to_string()).retry_after(wait_ms.div_ceil(1000).max(1));
        }
        let retry_at_ms = match error {
            Error::Refused(Refusal::Quota { retry_at_ms, .. }) => *retry_at_ms,
            Error::Refused(
                Refusal::Rate { retry_at_ms } | Refusal::Throttled { retry_at_ms, .. },
            ) => Some(*retry_at_ms),
            _ => None,
        };
        if let Some(retry_at_ms) = retry_at_ms {
            let wait_ms = retry_at_ms.saturating_sub(u64::try_from(now_ms).unwrap_or(0));
            return Self::new(kind, error.to_string()).retry_after(wait_ms.div_ceil(1000).max(1));
        }
        // An id stands in a path: an unknown one is a missing thing, not a wrong value.
        if let Error::Invalid { field: "id", .. } = error {
            let detail = "no living key has this id: GET /v1/keys lists them";
            return Self::new(ProblemKind::NotFound, detail);
        }
        match hidden(kind) {
            None => Self::new(kind, error.to_string()).after_a_wait(kind),
            Some(detail) => Self::new(kind, detail).with_cause(format!("{}: {error}", kind.code())),
        }
    }

    fn after_a_wait(self, kind: ProblemKind) -> Self {
        match kind {
            ProblemKind::AboveCap => self.retry_after(A_DAY_S),
            ProblemKind::Restoring => self.retry_after(A_MINUTE_S),
            _ => self,
        }
    }
}

fn kind_of(error: &Error) -> ProblemKind {
    match error {
        Error::Log(_) | Error::LogTree(_) => ProblemKind::LogDamaged,
        Error::Store(_) | Error::Keeper(_) => match error.code() {
            "disk-full" => ProblemKind::DiskFull,
            _ => ProblemKind::KeyringUnavailable,
        },
        other => ProblemKind::of_code(other.code()).unwrap_or(ProblemKind::Internal),
    }
}

/// What a caller is told about failures inside. The text itself, with its paths, is for the
/// operator.
fn hidden(kind: ProblemKind) -> Option<&'static str> {
    Some(match kind {
        ProblemKind::LogUnavailable => {
            "nothing is revealed or changed until the access log can be written again; tell the \
             vault's operator if this lasts"
        }
        ProblemKind::LedgerUnavailable => {
            "nothing is destroyed or revoked until the ledger can be written again; tell the vault's \
             operator if this lasts"
        }
        ProblemKind::KeyringUnavailable => {
            "the vault's databases cannot be used at the moment; tell the vault's operator if this \
             lasts"
        }
        ProblemKind::DiskFull => "nothing was stored: tell the vault's operator to free space",
        ProblemKind::RecordAltered => {
            "a sealed record does not open: it was altered or moved in the database; tell the \
             vault's operator, who must treat it as an incident"
        }
        ProblemKind::LogDamaged => {
            "the access log cannot be read, or does not verify; tell the vault's operator, who must \
             treat it as an incident"
        }
        ProblemKind::Internal => "the vault failed: tell its operator",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_up_quota_says_how_many_seconds_to_wait() {
        let quota = |retry_at_ms| {
            Error::Refused(Refusal::Quota {
                whose: "the key's",
                of: "3 distinct people in 24 hours".to_owned(),
                retry_at_ms: Some(retry_at_ms),
            })
        };
        assert_eq!(
            Problem::from_ops(&quota(61_001), 1_000).retry_after_s,
            Some(61)
        );
        assert_eq!(
            Problem::from_ops(&quota(1_000), 1_000).retry_after_s,
            Some(1)
        );
        assert_eq!(Problem::from_ops(&quota(0), 1_000).retry_after_s, Some(1));
    }

    #[test]
    fn a_failure_inside_is_told_to_the_operator_and_not_to_the_caller() {
        let failure = Refusal::LogUnavailable("/srv/lethe/log: disk full".into());
        let problem = Problem::from_ops(&failure.into(), 0);
        assert!(!problem.detail.contains("/srv"));
        assert!(problem.cause.unwrap().contains("/srv"));
        assert_eq!(problem.retry_after_s, Some(1));
    }

    #[test]
    fn every_refusal_of_the_keeper_has_a_problem_of_its_own() {
        let refusals = [
            Refusal::Unauthenticated,
            Refusal::Revoked,
            Refusal::Expired,
            Refusal::Power("reveal"),
            Refusal::Purpose("legal"),
            Refusal::Field("contact.email".into()),
            Refusal::State("shipped"),
            Refusal::DerivedInvalid,
            Refusal::Order,
            Refusal::Network,
            Refusal::Quarantined("it was sent by a web page"),
            Refusal::Rate { retry_at_ms: 0 },
            Refusal::Throttled {
                why: "it read far more people than it usually does".to_owned(),
                retry_at_ms: 0,
            },
            Refusal::Quota {
                whose: "the key's",
                of: "3 distinct people in 24 hours".to_owned(),
                retry_at_ms: None,
            },
            Refusal::Login,
            Refusal::LoginThrottled { wait_ms: 1 },
            Refusal::SessionOver,
            Refusal::SessionNeeded,
            Refusal::Gone,
            Refusal::NotApprovable("it has expired"),
            Refusal::LedgerUnavailable(String::new()),
            Refusal::LogRolledBack,
            Refusal::LogUnavailable(String::new()),
            Refusal::KeyringUnavailable(String::new()),
        ];
        for refusal in refusals {
            let code = refusal.code();
            assert_eq!(Problem::from_ops(&refusal.into(), 0).kind.code(), code);
        }
    }

    #[test]
    fn every_failure_to_forget_has_a_problem_of_its_own() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let failures = [
            (Error::AboveCap { at_most: 50 }, Some(86_400)),
            (Error::Restoring, Some(60)),
            (
                Error::ArchiveKeyMissing {
                    key_id: "year/2026".to_owned(),
                },
                None,
            ),
            (
                Error::CannotArchive {
                    reason: "no key".to_owned(),
                },
                None,
            ),
            (
                Error::ClockJumped {
                    now: at,
                    trusted: at,
                },
                None,
            ),
            (
                Error::NotConfirmed {
                    wanted: "move 7 records".to_owned(),
                },
                None,
            ),
            (
                Error::Custody(lethe_custody::CustodyError::OtherRequest),
                None,
            ),
        ];
        for (failure, retry_after_s) in failures {
            let problem = Problem::from_ops(&failure, 0);
            assert_eq!(problem.kind.code(), failure.code());
            assert_eq!(problem.retry_after_s, retry_after_s, "{failure}");
            assert_eq!(problem.detail, failure.to_string());
        }
    }

    #[test]
    fn what_belongs_to_the_command_line_tells_no_path() {
        let problem = Problem::from_ops(&Error::NotInitialised("/srv/lethe".into()), 0);
        assert_eq!(problem.kind, ProblemKind::Internal);
        assert!(!problem.detail.contains("/srv"));
    }

    #[test]
    fn a_text_that_is_no_policy_is_refused_with_the_reason() {
        let server = crate::testing::TestServer::start();
        let adopted = server.vault.adopt_policy(&server.operator(), "format = 1");
        let problem = Problem::from_ops(&adopted.unwrap_err(), 0);
        assert_eq!(problem.kind, ProblemKind::PolicyInvalid);
        assert!(problem.detail.contains("revision"), "{}", problem.detail);
    }
}
