//! The access log as its readers see it: shown, verified, proved.

use crate::{Error, Vault};
use jiff::Timestamp;
use lethe_crypto::Token;
use lethe_keeper::Credential;
use lethe_keeper::log::{ENTRY_LEN, LogError, LogFiles, LoggedAct, PublicPart};
use lethe_model::SubjectNumber;
use lethe_tlog::{
    AuditProgress, Checkpoint, Note, TileStack, TlogProof, TrustPolicy, VerifierKey, audit,
    decode_bundle, prove_consistency, prove_inclusion, tile_width,
};
use serde::Serialize;

/// Entries shown at once at most.
const SHOWN_MAX: usize = 1_000;

/// One log entry, readable.
#[derive(Debug, Clone, Serialize)]
pub struct LogEntryView {
    /// Its place.
    pub index: u64,
    /// When, RFC 3339.
    pub at: String,
    /// What the entry says about the act.
    #[serde(flatten)]
    pub act: PublicPart,
    /// Whose data it was, as tokens of the reader; erased people are missing here and still counted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
}

/// What a whole check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogVerification {
    /// Entries checked, from the first to the signed head.
    pub entries: u64,
    /// The root that the checkpoint signs, base64.
    pub root: String,
    /// The log's name.
    pub origin: String,
    /// Bodies opened and checked against their entries; absent without the root key.
    pub bodies: Option<u64>,
}

/// A proof that an entry is in the log, to be checked offline by anybody.
#[derive(Debug, Clone, Serialize)]
pub struct ProofFile {
    /// The entry's place.
    pub index: u64,
    /// The entry, base64.
    pub entry: String,
    /// The `.tlog-proof` file (C2SP tlog-proof).
    pub proof: String,
}

impl Vault {
    /// Shows entries, the newest first: all, or those about one subject.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `audit`, or the log is damaged.
    pub fn log_entries(
        &self,
        credential: &Credential,
        subject: Option<&str>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<LogEntryView>, Error> {
        // Reading the log is an act on personal data too; it shows what was there before it.
        let own_entry = self.keeper.begin_audit(credential)?;
        let number = subject
            .map(|token| self.number_of(credential, token))
            .transpose()?;
        let size = before.unwrap_or(u64::MAX).min(own_entry);
        let limit = limit.clamp(1, SHOWN_MAX);
        // Without a filter the wanted entries are the last ones: nothing earlier is read.
        let from = match number {
            None => size.saturating_sub(limit as u64),
            Some(_) => 0,
        };
        let mut shown: std::collections::VecDeque<LoggedAct> = std::collections::VecDeque::new();
        self.keeper.history().each_from(from, |act| {
            if act.entry.index >= size {
                return false;
            }
            let is_wanted = act.public.store == credential.store.0 || act.public.store == 0;
            let is_about = number
                .is_none_or(|number| act.body.commitments.iter().any(|one| one.number == number));
            if is_wanted && is_about {
                shown.push_back(act);
                if shown.len() > limit {
                    shown.pop_front();
                }
            }
            true
        })?;
        shown
            .iter()
            .rev()
            .map(|act| self.view_entry(credential, act))
            .collect()
    }

    fn number_of(&self, credential: &Credential, token: &str) -> Result<SubjectNumber, Error> {
        let subject = match self.read_token(credential, token)? {
            Token::Subject(subject) | Token::Order(subject, _) => subject,
        };
        self.keeper.subject_number(&subject)?.ok_or(Error::NotFound)
    }

    fn view_entry(&self, credential: &Credential, act: &LoggedAct) -> Result<LogEntryView, Error> {
        let key = self.tokens(credential)?;
        let mut people = Vec::new();
        // Batches name thousands: their people are found from the other side, by subject.
        if act.body.commitments.len() <= 20 {
            for one in &act.body.commitments {
                let subject = self.keeper.subject_by_number(one.number)?;
                people.extend(subject.map(|subject| key.encode(Token::Subject(subject))));
            }
        }
        let at_ms = i64::try_from(act.entry.at_ms).unwrap_or(i64::MAX);
        let at = Timestamp::from_millisecond(at_ms)
            .unwrap_or(Timestamp::MAX)
            .to_string();
        Ok(LogEntryView {
            index: act.entry.index,
            at,
            act: act.public.clone(),
            people,
        })
    }

    /// Checks the whole log: signature, tree, and every body against its entry.
    ///
    /// # Errors
    ///
    /// The first thing that does not fit, named by entry or tile.
    pub fn verify_log(
        &self,
        mut progress: impl FnMut(AuditProgress),
    ) -> Result<LogVerification, Error> {
        self.keeper.publish_log()?;
        let files = self.keeper.log_files();
        let mut verified = verify_tree(files, self.keeper.log_verifier_key(), &mut progress)?;
        let mut stack = TileStack::new();
        let (mut last_ms, mut out_of_order) = (0, None);
        self.keeper.history().each_from(0, |act| {
            let fits = act.entry.index == stack.size() && act.entry.at_ms >= last_ms;
            if !fits || act.entry.index >= verified.entries {
                out_of_order = (!fits).then_some(act.entry.index);
                return false;
            }
            last_ms = act.entry.at_ms;
            stack.push_leaf(act.entry.leaf(), &mut |_| {});
            true
        })?;
        if let Some(index) = out_of_order {
            return Err(LogError::Sequence {
                segment: "of this log".into(),
                index,
            }
            .into());
        }
        if stack.size() != verified.entries || stack.root().to_base64() != verified.root {
            return Err(LogError::Altered.into());
        }
        verified.bodies = Some(stack.size());
        Ok(verified)
    }

    /// Returns the published checkpoint (C2SP tlog-checkpoint, a signed note).
    ///
    /// # Errors
    ///
    /// When the log cannot be published or read.
    pub fn log_checkpoint(&self) -> Result<String, Error> {
        self.keeper.publish_log()?;
        self.keeper
            .log_files()
            .checkpoint()
            .map_err(LogError::Read)?
            .ok_or(Error::NotFound)
    }

    /// Returns the log's verifier key.
    pub fn log_key(&self) -> &str {
        self.keeper.log_verifier_key()
    }

    /// Proves that an entry is in the log.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] when the log has no such entry yet.
    pub fn log_proof(&self, index: u64) -> Result<ProofFile, Error> {
        let note_text = self.log_checkpoint()?;
        let files = self.keeper.log_files();
        let (note, checkpoint) = open_checkpoint(&note_text, self.keeper.log_verifier_key())?;
        let size = checkpoint.size();
        if index >= size {
            return Err(Error::NotFound);
        }
        let damaged = |_| Error::from(LogError::Altered);
        let path = prove_inclusion(files, index, size).map_err(damaged)?;
        let entry = entry_at(files, index, size)?;
        Ok(ProofFile {
            index,
            entry: lethe_keeper::log::entry_base64(&entry),
            proof: TlogProof::new(index, path, note).to_string(),
        })
    }

    /// Proves that the log of size `old` is the beginning of the published one; hashes in base64.
    ///
    /// # Errors
    ///
    /// When `old` is 0 or larger than the published size.
    pub fn log_consistency(&self, old: u64) -> Result<(u64, Vec<String>), Error> {
        let note_text = self.log_checkpoint()?;
        let (_, checkpoint) = open_checkpoint(&note_text, self.keeper.log_verifier_key())?;
        let size = checkpoint.size();
        if old == 0 || old > size {
            return Err(Error::invalid("from", format!("must be from 1 to {size}")));
        }
        let proof =
            prove_consistency(self.keeper.log_files(), old, size).map_err(|_| LogError::Altered)?;
        Ok((
            size,
            proof.hashes().iter().map(|hash| hash.to_base64()).collect(),
        ))
    }
}

/// Checks a log's public tree against its verifier key; needs no key of Lethe's.
///
/// # Errors
///
/// The first thing that does not fit, named by entry or tile.
pub fn verify_tree(
    files: &LogFiles,
    verifier_key: &str,
    progress: &mut impl FnMut(AuditProgress),
) -> Result<LogVerification, Error> {
    let note = files
        .checkpoint()
        .map_err(LogError::Read)?
        .ok_or(Error::NotFound)?;
    let (_, checkpoint) = open_checkpoint(&note, verifier_key)?;
    audit(files, checkpoint.size(), checkpoint.root(), progress)
        .map_err(|problem| Error::LogTree(problem.to_string()))?;
    Ok(LogVerification {
        entries: checkpoint.size(),
        root: checkpoint.root().to_base64(),
        origin: checkpoint.origin().to_owned(),
        bodies: None,
    })
}

fn open_checkpoint(text: &str, verifier_key: &str) -> Result<(Note, Checkpoint), Error> {
    let foreign = || Error::from(LogError::ForeignCheckpoint);
    let key: VerifierKey = verifier_key
        .trim()
        .parse()
        .map_err(|_| Error::invalid("key", "is not a verifier key (name+id+base64)"))?;
    let note = Note::parse(text.as_bytes()).map_err(|_| foreign())?;
    let policy = TrustPolicy::log_only(key.name().as_str(), key.clone()).map_err(|_| foreign())?;
    let verified = policy.open_checkpoint(&note).map_err(|_| foreign())?;
    let checkpoint = verified.checkpoint().clone();
    Ok((note, checkpoint))
}

fn entry_at(files: &LogFiles, index: u64, size: u64) -> Result<[u8; ENTRY_LEN], Error> {
    use lethe_tlog::LogReader;
    let bundle_index = index / 256;
    let width = tile_width(0, bundle_index, size);
    let altered = || Error::from(LogError::Altered);
    let bundle = files
        .entry_bundle(bundle_index, width)
        .map_err(|_| altered())?;
    let entries = decode_bundle(&bundle, width).map_err(|_| altered())?;
    let at = usize::try_from(index % 256).map_err(|_| altered())?;
    let entry: [u8; ENTRY_LEN] = entries
        .get(at)
        .and_then(|one| (*one).try_into().ok())
        .ok_or_else(altered)?;
    Ok(entry)
}
