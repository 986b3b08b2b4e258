//! What custodians read before they open anything. The file comes from elsewhere, so nothing in it may
//! add lines or steer the terminal.

use crate::{Request, RequestKind};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Enough that nobody finds a second request with the same fingerprint, and short enough to read aloud.
const FINGERPRINT_BYTES: usize = 16;

impl Request {
    /// Says in words what the custodians are about to open.
    pub fn summary(&self) -> String {
        let mut by_key: BTreeMap<&str, usize> = BTreeMap::new();
        for item in &self.items {
            *by_key.entry(&item.key_id).or_default() += 1;
        }
        let keys: Vec<String> = by_key
            .iter()
            .map(|(key, count)| format!("{count} of {}", on_one_line(key)))
            .collect();
        let approvals: Vec<String> = self
            .approvals
            .iter()
            .map(|(who, at)| format!("{} ({at})", on_one_line(who)))
            .collect();
        let what = match self.kind {
            RequestKind::Open => "open archived records",
            RequestKind::Test => "prove that shares and data open",
            RequestKind::Notify => "reach archived people",
        };
        format!(
            "Request {}: {what}\n  keys of {} records: {}\n  purpose: {}\n  reason: {}\n  approved by: {}\n  list: {}\n  until: {}\n  fingerprint: {}",
            on_one_line(&self.request_id),
            self.items.len(),
            keys.join(", "),
            on_one_line(&self.purpose),
            on_one_line(&self.reason),
            if approvals.is_empty() {
                "nobody".to_owned()
            } else {
                approvals.join(", ")
            },
            on_one_line(&self.frozen_sha256),
            self.expires_at,
            self.fingerprint(),
        )
    }

    /// Returns a fingerprint of everything in the request, in groups of four. A request is not signed:
    /// who swaps the key it is answered to, changes this and not the list's hash. The two machines'
    /// people compare it by voice.
    pub fn fingerprint(&self) -> String {
        let kind = match self.kind {
            RequestKind::Open => "open",
            RequestKind::Test => "test",
            RequestKind::Notify => "notify",
        };
        let mut members = vec![
            self.request_id.clone(),
            kind.to_owned(),
            self.purpose.clone(),
            self.reason.clone(),
            self.created_at.to_string(),
            self.expires_at.to_string(),
            self.reply_public.clone(),
            self.frozen_sha256.clone(),
        ];
        for (who, at) in &self.approvals {
            members.extend([who.clone(), at.to_string()]);
        }
        let mut hash = Sha256::new();
        hash.update(b"lethe-archive-fingerprint-v1");
        for member in members {
            hash.update((member.len() as u64).to_be_bytes());
            hash.update(member.as_bytes());
        }
        let hash = hash.finalize();
        let pairs = hash[..FINGERPRINT_BYTES].chunks(2);
        let groups: Vec<String> = pairs
            .map(|pair| format!("{:02x}{:02x}", pair[0], pair[1]))
            .collect();
        groups.join(" ")
    }
}

/// Shows what could end a line, move the cursor, turn the direction of writing or hide as a sign.
fn on_one_line(text: &str) -> String {
    let is_tricky = |c: char| {
        c.is_control()
            || matches!(
                c,
                '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            )
    };
    let shown = |c: char| if is_tricky(c) { '\u{fffd}' } else { c };
    text.chars().map(shown).collect()
}
