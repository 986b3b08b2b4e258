//! One checkpoint to one witness, by c2sp.org/tlog-witness.

use super::{Submit, WitnessEntry};
use lethe_keeper::log::LogFiles;
use lethe_tlog::{
    AddCheckpoint, Checkpoint, ConsistencyProof, Note, NoteSignature, SIGNATURES_MAX,
    prove_consistency,
};

/// How often a witness may correct our idea of its size in one round.
const TRIES: usize = 3;

/// The log's signed head.
pub(super) struct Head {
    pub(super) note: Note,
    pub(super) checkpoint: Checkpoint,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is cosigned as of a moment, in seconds since 1970.
    Cosigned(NoteSignature, u64),
    /// The witness knows so many entries, more than we have.
    Ahead(u64),
    /// The witness knows other entries than ours, in a log of at most our size.
    Forked,
    /// No answer, or one that says nothing about the log.
    Failed(String),
}

/// Submits the head; `old` is what the witness is believed to know, and is corrected by its answers.
pub(super) fn submit(
    files: &LogFiles,
    head: &Head,
    witness: &WitnessEntry,
    old: &mut u64,
    transport: &dyn Submit,
) -> Outcome {
    let size = head.checkpoint.size();
    for _ in 0..TRIES {
        *old = (*old).min(size);
        let proof = match *old == 0 || *old == size {
            true => Ok(ConsistencyProof::new(Vec::new())),
            false => prove_consistency(files, *old, size),
        };
        let Ok(proof) = proof else {
            return Outcome::Failed("the published tree cannot be read".to_owned());
        };
        let body = AddCheckpoint::new(*old, proof, head.note.clone()).to_string();
        let (status, text) = match transport.add_checkpoint(&witness.url, &body) {
            Ok(answer) => answer,
            Err(why) => return Outcome::Failed(why),
        };
        match status {
            200 => {
                return match cosignature_in(&text, head, witness) {
                    Some((signature, at)) => {
                        *old = size;
                        Outcome::Cosigned(signature, at)
                    }
                    None => Outcome::Failed("its answer is not signed by its key".to_owned()),
                };
            }
            409 => match text.trim_end().parse::<u64>() {
                Ok(known) if known > size => return Outcome::Ahead(known),
                // It knows this very size, and not this root.
                Ok(known) if known == size && *old == size => return Outcome::Forked,
                Ok(known) => *old = known,
                Err(_) => return Outcome::Failed("it answers 409 without a size".to_owned()),
            },
            422 => return Outcome::Forked,
            403 => return Outcome::Failed("it knows this log by another key (403)".to_owned()),
            404 => return Outcome::Failed("it does not know this log (404)".to_owned()),
            status => return Outcome::Failed(format!("it answers {status}")),
        }
    }
    Outcome::Failed("its size keeps changing: does another vault write this log?".to_owned())
}

/// Finds the witness's own cosignature in an answer, and its time; others' lines count for nothing.
fn cosignature_in(text: &str, head: &Head, witness: &WitnessEntry) -> Option<(NoteSignature, u64)> {
    text.lines().take(SIGNATURES_MAX).find_map(|line| {
        let signature: NoteSignature = line.parse().ok()?;
        let mut note = head.note.clone();
        note.add_signature(signature.clone());
        let verified = note.open([&witness.key]).ok()?;
        let at = verified.first()?.timestamp?;
        Some((signature, at))
    })
}
