//! A ceremony's two files: the request goes to the machine where two custodians meet, the reply comes
//! back. Neither holds anything personal, nor anything that opens without the other side's key.

use crate::CustodyError;
use crate::seal::{SealedFor, generate_pair, open_key, open_record_key, public_of, seal};
use crate::share::{Share, join};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use lethe_crypto::SecretKey;
use lethe_model::{Category, OrderId, Random, RecordId, StoreId, SubjectId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::fmt;
use zeroize::Zeroizing;

const INFO: &[u8] = b"lethe-archive-reply-v1";
const FILE_BYTES_MAX: usize = 512 << 20;
const ITEMS_MAX: usize = 1_000_000;

/// What a ceremony is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestKind {
    /// Archived records are to be read.
    Open,
    /// Shares and data are proved to open.
    Test,
    /// Archived people are to be warned.
    Notify,
}

/// What the custodians are asked to open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// 1.
    pub version: u32,
    /// The proposal it carries out.
    pub request_id: String,
    /// What for.
    pub kind: RequestKind,
    /// The stated purpose.
    pub purpose: String,
    /// Why, in the requester's words.
    pub reason: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// It is not answered later.
    pub expires_at: Timestamp,
    /// Where the reply is sealed to, base64.
    pub reply_public: String,
    /// Who approved, when.
    pub approvals: Vec<(String, Timestamp)>,
    /// SHA-256 over the items, base64.
    pub frozen_sha256: String,
    /// The sealed record keys.
    pub items: Vec<RequestItem>,
}

/// One sealed record key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestItem {
    /// Its place, from 0.
    pub n: u32,
    /// The archive key it is sealed to.
    pub key_id: String,
    /// The shop.
    pub store: i64,
    /// The archived order's own subject, base64.
    pub subject: String,
    /// The archived order's own id, base64.
    pub order: String,
    /// The kind of record, by number.
    pub category: u8,
    /// The sealed key, base64.
    pub sealed_key: String,
}

/// What the custodians return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// 1.
    pub version: u32,
    /// The request's id.
    pub request_id: String,
    /// The request's list.
    pub frozen_sha256: String,
    /// The record keys, sealed to the request's key.
    pub items: Vec<ReplyItem>,
}

/// One record key of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyItem {
    /// Its place in the request.
    pub n: u32,
    /// The record key, sealed, base64.
    pub sealed: String,
}

/// The key pair of one request; it opens that request's reply and nothing else.
pub struct ReplyKey(Zeroizing<[u8; 32]>);

impl ReplyKey {
    /// Makes one.
    pub fn generate(random: &dyn Random) -> Self {
        Self(generate_pair(random).0)
    }

    /// Reads one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut key = Zeroizing::new([0; 32]);
        if bytes.len() != key.len() {
            return None;
        }
        key.copy_from_slice(bytes);
        Some(Self(key))
    }

    /// Returns the bytes, to be stored wrapped.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the public half as a request holds it.
    pub fn public(&self) -> String {
        BASE64.encode(public_of(&self.0).expect("made by this module"))
    }
}

impl fmt::Debug for ReplyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[reply key]")
    }
}

impl RequestItem {
    /// Names a sealed record key.
    pub fn new(n: u32, key_id: &str, sealed_for: &SealedFor, sealed_key: &[u8]) -> Self {
        let record = &sealed_for.record;
        Self {
            n,
            key_id: key_id.to_owned(),
            store: sealed_for.store.0,
            subject: BASE64.encode(record.subject.as_bytes()),
            order: BASE64.encode(record.order.as_bytes()),
            category: record.category.number(),
            sealed_key: BASE64.encode(sealed_key),
        }
    }

    /// Returns the record it is of.
    pub fn sealed_for(&self) -> Option<SealedFor> {
        Some(SealedFor {
            store: StoreId(self.store),
            record: RecordId {
                subject: SubjectId::from_slice(&BASE64.decode(&self.subject).ok()?)?,
                order: OrderId::from_slice(&BASE64.decode(&self.order).ok()?)?,
                category: Category::from_number(self.category.into())?,
            },
        })
    }
}

/// Returns the hash that freezes a list: over every item, in order, each member with its length.
pub fn frozen_sha256(items: &[RequestItem]) -> String {
    let mut hash = Sha256::new();
    hash.update(b"lethe-archive-request-v1");
    for item in items {
        hash.update(item.n.to_be_bytes());
        hash.update(item.store.to_be_bytes());
        hash.update([item.category]);
        for text in [&item.key_id, &item.subject, &item.order, &item.sealed_key] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
    }
    BASE64.encode(hash.finalize())
}

impl Request {
    /// Writes the file.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("words and numbers serialise")
    }

    /// Reads the file.
    ///
    /// # Errors
    ///
    /// [`CustodyError::BadFile`], or [`CustodyError::NotFrozen`] when the list was changed.
    pub fn parse(text: &str) -> Result<Self, CustodyError> {
        let bad = CustodyError::BadFile("request");
        if text.len() > FILE_BYTES_MAX {
            return Err(bad);
        }
        let request: Self = serde_json::from_str(text).map_err(|_| bad.clone())?;
        let is_numbered = (0u32..).zip(&request.items).all(|(n, item)| item.n == n);
        if request.version != 1 || request.items.len() > ITEMS_MAX || !is_numbered {
            return Err(bad);
        }
        if frozen_sha256(&request.items) != request.frozen_sha256 {
            return Err(CustodyError::NotFrozen);
        }
        Ok(request)
    }
}

/// Opens the listed record keys with two shares and seals them to the request's key.
///
/// # Errors
///
/// [`CustodyError`] says which share or item is wrong; nothing is returned then.
pub fn answer(
    request: &Request,
    shares: &[Share; 2],
    now: Timestamp,
    random: &dyn Random,
) -> Result<Reply, CustodyError> {
    if now > request.expires_at {
        return Err(CustodyError::Expired);
    }
    let bad = || CustodyError::BadFile("request");
    let reply_public: [u8; 32] = BASE64
        .decode(&request.reply_public)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(bad)?;
    let mut joined: HashMap<&str, Zeroizing<[u8; 32]>> = HashMap::new();
    let mut items = Vec::with_capacity(request.items.len());
    for item in &request.items {
        if !joined.contains_key(item.key_id.as_str()) {
            joined.insert(&item.key_id, join(shares, &item.key_id)?);
        }
        let sealed_for = item.sealed_for().ok_or_else(bad)?;
        let sealed = BASE64.decode(&item.sealed_key).map_err(|_| bad())?;
        let private = &joined[item.key_id.as_str()];
        let key = open_record_key(private, &item.key_id, &sealed_for, &sealed)?;
        let aad = reply_aad(&request.request_id, &request.frozen_sha256, item.n);
        let sealed = seal(&reply_public, INFO, &aad, key.expose(), random).ok_or_else(bad)?;
        items.push(ReplyItem {
            n: item.n,
            sealed: BASE64.encode(sealed),
        });
    }
    Ok(Reply {
        version: 1,
        request_id: request.request_id.clone(),
        frozen_sha256: request.frozen_sha256.clone(),
        items,
    })
}

impl Reply {
    /// Writes the file.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("words and numbers serialise")
    }

    /// Reads the file.
    ///
    /// # Errors
    ///
    /// [`CustodyError::BadFile`].
    pub fn parse(text: &str) -> Result<Self, CustodyError> {
        let bad = CustodyError::BadFile("reply");
        if text.len() > FILE_BYTES_MAX {
            return Err(bad);
        }
        let reply: Self = serde_json::from_str(text).map_err(|_| bad.clone())?;
        if reply.version == 1 && reply.items.len() <= ITEMS_MAX {
            Ok(reply)
        } else {
            Err(bad)
        }
    }
}

/// Opens a reply: the record key of every item that was asked for, and no other.
///
/// # Errors
///
/// [`CustodyError::OtherRequest`] when it answers something else, or has too many or too few items.
pub fn open_reply(
    reply: &Reply,
    request_id: &str,
    frozen_sha256: &str,
    count: usize,
    key: &ReplyKey,
) -> Result<Vec<(u32, SecretKey)>, CustodyError> {
    let numbers: HashSet<u32> = reply.items.iter().map(|item| item.n).collect();
    let is_whole = numbers.len() == count
        && reply.items.len() == count
        && numbers.iter().all(|n| (*n as usize) < count);
    if reply.request_id != request_id || reply.frozen_sha256 != frozen_sha256 || !is_whole {
        return Err(CustodyError::OtherRequest);
    }
    reply
        .items
        .iter()
        .map(|item| {
            let sealed = BASE64
                .decode(&item.sealed)
                .map_err(|_| CustodyError::BadFile("reply"))?;
            let aad = reply_aad(request_id, frozen_sha256, item.n);
            Ok((item.n, open_key(&key.0, INFO, &aad, &sealed)?))
        })
        .collect()
}

fn reply_aad(request_id: &str, frozen_sha256: &str, n: u32) -> Vec<u8> {
    format!("{request_id}|{frozen_sha256}|{n}").into_bytes()
}
