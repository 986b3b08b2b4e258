//! A set of keys, its custodians, and a request for two archived records.

use jiff::Timestamp;
use lethe_crypto::SecretKey;
use lethe_custody::{
    KeySet, NOTIFICATION, Reply, ReplyKey, Request, RequestItem, RequestKind, SealedFor, Share,
    ShareCost, answer, frozen_sha256, generate, seal_record_key, year_key_id,
};
use lethe_model::{Category, OrderId, Random, RecordId, StoreId, SubjectId};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) const PASSPHRASE: &str = "seven owls read by moonlight";
const NAMES: [&str; 3] = ["ada", "ben", "cleo"];

/// Bytes that are the same in every run.
pub(crate) struct Repeatable {
    seed: u64,
    drawn: AtomicU64,
}

impl Repeatable {
    pub(crate) fn new(seed: u64) -> Self {
        let drawn = AtomicU64::new(0);
        Self { seed, drawn }
    }
}

impl Random for Repeatable {
    fn fill(&self, target: &mut [u8]) {
        for chunk in target.chunks_mut(32) {
            let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
            let block = Sha256::new()
                .chain_update(self.seed.to_be_bytes())
                .chain_update(drawn.to_be_bytes())
                .finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

pub(crate) struct Scene {
    pub(crate) random: Repeatable,
    pub(crate) set: KeySet,
    pub(crate) reply_key: ReplyKey,
    pub(crate) request: Request,
    /// The keys that the request's items hold, sealed.
    pub(crate) record_keys: Vec<[u8; 32]>,
}

impl Scene {
    pub(crate) fn new(seed: u64) -> Self {
        let random = Repeatable::new(seed);
        let set = key_set(&random);
        let reply_key = ReplyKey::generate(&random);
        let mut record_keys = Vec::new();
        let mut items = Vec::new();
        for (n, public) in (0u32..).zip(&set.public) {
            let key = SecretKey::generate(&random);
            let sealed = seal_record_key(public, &sealed_for(n), &key, &random).unwrap();
            items.push(RequestItem::new(n, &public.key_id, &sealed_for(n), &sealed));
            record_keys.push(*key.expose());
        }
        let request = Request {
            version: 1,
            request_id: "proposal-7".into(),
            kind: RequestKind::Open,
            purpose: "tax audit".into(),
            reason: "an auditor asks for two invoices".into(),
            created_at: at("2026-11-02T09:00:00Z"),
            expires_at: at("2026-11-09T09:00:00Z"),
            reply_public: reply_key.public(),
            approvals: vec![("dpo".into(), at("2026-11-02T10:00:00Z"))],
            frozen_sha256: frozen_sha256(&items),
            items,
        };
        Self {
            random,
            set,
            reply_key,
            request,
            record_keys,
        }
    }

    /// Two custodians' shares, as they read them from their files.
    pub(crate) fn pair(&self, first: usize, second: usize) -> [Share; 2] {
        [first, second].map(|n| reread(&self.set.shares[n]))
    }

    /// What the first two custodians answer in time.
    pub(crate) fn reply(&self) -> Reply {
        let now = at("2026-11-03T09:00:00Z");
        answer(&self.request, &self.pair(0, 1), now, &self.random).unwrap()
    }

    /// Freezes the request's list again after a test changed it.
    pub(crate) fn freeze(&mut self) {
        self.request.frozen_sha256 = frozen_sha256(&self.request.items);
    }
}

pub(crate) fn key_set(random: &dyn Random) -> KeySet {
    let ids = [year_key_id("2024"), NOTIFICATION.to_owned()];
    generate(&ids, &NAMES.map(str::to_owned), random).unwrap()
}

pub(crate) fn sealed_for(n: u32) -> SealedFor {
    let n = u8::try_from(n).unwrap();
    SealedFor {
        store: StoreId(1),
        record: RecordId {
            subject: SubjectId::from_bytes([n + 1; 16]),
            order: OrderId::from_bytes([n + 101; 16]),
            category: Category::Invoice,
        },
    }
}

/// Writes a share's file and reads it again.
pub(crate) fn reread(share: &Share) -> Share {
    let file = share.seal(PASSPHRASE, ShareCost::TEST).unwrap();
    Share::open(&file, PASSPHRASE).unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}
