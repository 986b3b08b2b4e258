//! What the witnesses have signed, checked against the tree.

use super::WitnessSettings;
use crate::Error;
use lethe_keeper::log::{LogError, LogFiles};
use lethe_tlog::{Note, TrustPolicy, VerifierKey, tree_root};
use serde::Serialize;

/// A head that enough witnesses have cosigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WitnessedHead {
    /// Entries it covers.
    pub entries: u64,
    /// Who cosigned it, and when, in seconds since 1970.
    pub cosignatures: Vec<(String, u64)>,
}

/// Checks the cosigned head of a published tree: the log's signature, the quorum, and that the tree
/// still begins with what was cosigned. `entries`: the size of the tree that was verified.
///
/// # Errors
///
/// [`Error::NotFound`] when nothing was cosigned; otherwise the first thing that does not fit.
pub fn verify_witnessed(
    files: &LogFiles,
    verifier_key: &str,
    settings: &WitnessSettings,
    entries: u64,
) -> Result<WitnessedHead, Error> {
    let text = files.cosigned().map_err(LogError::Read)?;
    let text = text.ok_or_else(|| Error::LogTree("no witness has cosigned this log".to_owned()))?;
    let bad = |problem: String| Error::LogTree(format!("the cosigned head: {problem}"));
    let key: VerifierKey = verifier_key
        .trim()
        .parse()
        .map_err(|_| Error::invalid("key", "is not a verifier key (name+id+base64)"))?;
    let note = Note::parse(text.as_bytes()).map_err(|error| bad(error.to_string()))?;
    let witnesses = settings.witnesses.iter().map(|one| one.key.clone());
    let policy = TrustPolicy::log_only(key.name().as_str(), key.clone())
        .and_then(|policy| policy.with_witnesses(witnesses.collect(), settings.quorum))
        .map_err(|error| bad(error.to_string()))?;
    let verified = policy
        .open_checkpoint(&note)
        .map_err(|error| bad(error.to_string()))?;
    let head = verified.checkpoint();
    if head.size() > entries {
        return Err(bad(format!(
            "it covers {} entries and the log has {entries}: its tail was cut off",
            head.size()
        )));
    }
    let root = tree_root(files, head.size()).map_err(|error| bad(error.to_string()))?;
    if root != *head.root() {
        return Err(bad(
            "the log does not begin with what was cosigned".to_owned()
        ));
    }
    let cosignatures = verified.cosignatures().iter();
    Ok(WitnessedHead {
        entries: head.size(),
        cosignatures: cosignatures
            .map(|one| (one.witness.as_str().to_owned(), one.timestamp))
            .collect(),
    })
}
