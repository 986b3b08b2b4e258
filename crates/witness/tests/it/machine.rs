//! The decision, under any sequence of honest and dishonest requests.

use crate::growing_log::{GrowingLog, ORIGIN, signer};
use lethe_tlog::{AddCheckpoint, ConsistencyProof, NoteSigner, TrustPolicy};
use lethe_witness::{Known, Refused, judge};
use proptest::prelude::*;

fn policy() -> TrustPolicy {
    TrustPolicy::log_only(ORIGIN, signer().verifier_key().clone()).unwrap()
}

/// A request: whose checkpoint, from where, to where, with whose proof.
#[derive(Clone, Debug)]
struct Step {
    of_fork: bool,
    proof_of_fork: bool,
    is_old_known: bool,
    old: u64,
    new: u64,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.8),
        0..60u64,
        1..60u64,
    );
    let step = step.prop_map(|(of_fork, proof_of_fork, is_old_known, old, new)| Step {
        of_fork,
        proof_of_fork,
        is_old_known,
        old,
        new,
    });
    prop::collection::vec(step, 1..12)
}

proptest! {
    #[test]
    fn whatever_is_asked_everything_cosigned_is_one_log_that_only_grows(
        steps in steps(),
        shared in 0..60usize,
    ) {
        let log = GrowingLog::of_size(60, 1);
        let fork = log.forked(shared, 60);
        let mut known = Known::default();
        let mut cosigned = Vec::new();
        for step in steps {
            let old = if step.is_old_known { known.size } else { step.old };
            let asks = if step.of_fork { &fork } else { &log };
            let proves = if step.proof_of_fork { &fork } else { &log };
            let request = AddCheckpoint::new(
                old,
                proves.request(old, step.new).proof().clone(),
                asks.note(step.new),
            );
            match judge(known, &policy(), &request) {
                Ok(checkpoint) => {
                    prop_assert!(checkpoint.size() >= known.size);
                    known = Known { size: checkpoint.size(), root: *checkpoint.root() };
                    cosigned.push(known);
                }
                Err(refused) => match refused.status() {
                    400 => prop_assert!(old > step.new),
                    409 => prop_assert!(
                        old != known.size || (old == step.new && asks.root(old) != known.root)
                    ),
                    status => prop_assert_eq!(status, 422),
                },
            }
        }
        // One branch explains every cosignature.
        let is_of = |branch: &GrowingLog| {
            cosigned.iter().all(|one| branch.root(one.size) == one.root)
        };
        prop_assert!(is_of(&log) || is_of(&fork));
    }

    #[test]
    fn a_log_that_only_grows_is_always_cosigned(mut sizes in prop::collection::vec(1..60u64, 1..8)) {
        sizes.sort_unstable();
        let log = GrowingLog::of_size(60, 1);
        let mut known = Known::default();
        for size in sizes {
            let checkpoint = judge(known, &policy(), &log.request(known.size, size)).unwrap();
            known = Known { size, root: *checkpoint.root() };
        }
    }
}

#[test]
fn what_another_key_signed_is_forbidden_before_anything_is_said_of_sizes() {
    let log = GrowingLog::of_size(5, 1);
    let other = NoteSigner::new(ORIGIN, &[9; 32]).unwrap();
    let note = lethe_tlog::Note::sign(log.note(5).text(), &other).unwrap();
    let request = AddCheckpoint::new(3, ConsistencyProof::new(Vec::new()), note);
    assert_eq!(
        judge(Known::default(), &policy(), &request),
        Err(Refused::NotSigned)
    );
}

#[test]
fn a_first_checkpoint_comes_without_a_proof() {
    let log = GrowingLog::of_size(5, 1);
    let proof = ConsistencyProof::new(vec![log.root(5)]);
    let request = AddCheckpoint::new(0, proof, log.note(5));
    assert_eq!(
        judge(Known::default(), &policy(), &request),
        Err(Refused::Inconsistent(0))
    );
}
