//! The requests that torchwood's witness is tested with, judged by this crate's checks: a real log's
//! checkpoint, a sigsum log's, good and bad signatures, good and bad consistency proofs.

use lethe_tlog::{
    AddCheckpoint, Checkpoint, Hash, KeyName, SignatureKind, TrustPolicy, VerifierKey,
    verify_consistency,
};
use serde::Deserialize;

use crate::support::{from_hex, json_vector};

#[derive(Deserialize)]
struct Transcripts {
    sumdb: Sumdb,
    sigsum: Sigsum,
}

#[derive(Deserialize)]
struct Sumdb {
    origin: String,
    log_key: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Sigsum {
    log_key_hex: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    body: String,
    status: u16,
}

/// What a witness remembers of a log.
struct Witness {
    policy: TrustPolicy,
    size: u64,
    root: Option<Hash>,
}

impl Witness {
    /// Answers with the status that tlog-witness prescribes.
    fn status(&mut self, step: &Step) -> u16 {
        // One of the bad signatures is already bad Base 64: its padding hides a bit.
        let Ok(request) = AddCheckpoint::parse(step.body.as_bytes()) else {
            return 403;
        };
        assert_eq!(request.to_string(), step.body);
        let Ok(verified) = self.policy.open_checkpoint(request.checkpoint()) else {
            return 403;
        };
        let new: &Checkpoint = verified.checkpoint();
        if request.old() != self.size {
            return 409;
        }
        if let Some(root) = self.root {
            let consistent =
                verify_consistency(self.size, &root, new.size(), new.root(), request.proof());
            if consistent.is_err() {
                return 422;
            }
        }
        (self.size, self.root) = (new.size(), Some(*new.root()));
        200
    }
}

#[test]
fn a_real_checkpoint_of_the_go_checksum_database_is_believed() {
    let Sumdb {
        origin,
        log_key,
        steps,
    } = json_vector::<Transcripts>("witness_add_checkpoint.json").sumdb;
    let policy = TrustPolicy::log_only(&origin, log_key.parse().unwrap()).unwrap();
    let mut witness = Witness {
        policy,
        size: 0,
        root: None,
    };
    for step in steps {
        assert_eq!(witness.status(&step), step.status);
    }
    assert_eq!(witness.size, 35_225_469);
}

#[test]
fn every_step_of_the_sigsum_transcript_gets_its_status() {
    let Sigsum { log_key_hex, steps } =
        json_vector::<Transcripts>("witness_add_checkpoint.json").sigsum;
    let origin = AddCheckpoint::parse(steps[0].body.as_bytes())
        .unwrap()
        .checkpoint()
        .text()
        .lines()
        .next()
        .unwrap()
        .to_owned();
    let public = from_hex(&log_key_hex).try_into().unwrap();
    let name = KeyName::new(&origin).unwrap();
    let key = VerifierKey::new(SignatureKind::Ed25519, name, &public).unwrap();
    let policy = TrustPolicy::log_only(&origin, key).unwrap();
    let mut witness = Witness {
        policy,
        size: 0,
        root: None,
    };
    for (number, step) in steps.iter().enumerate() {
        assert_eq!(witness.status(step), step.status, "step {number}");
    }
    assert_eq!(witness.size, 5);
}
