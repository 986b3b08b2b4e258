//! The archive: alone, with everything on the machine and one custodian's share, and with two.

use super::{Scene, grouped};
use crate::DrillError;
use crate::finding::{Finding, Verdict};
use crate::format::{Unlocked, record_id};
use crate::ground::Ground;
use crate::search::{Needles, Sightings, search_file};
use jiff::Timestamp;
use lethe_crypto::{FieldContext, SecretKey, open_bytes, open_fields};
use lethe_custody::{
    ReplyKey, Request, RequestItem, RequestKind, SealedFor, answer, frozen_sha256, open_record_key,
    open_reply,
};
use lethe_model::{FieldKind, FieldSet, Random, RecordId, StoreId};
use std::collections::{BTreeMap, BTreeSet};

/// Archived rows on which every key found is tried: a try costs a tenth of a millisecond.
const ROWS_TRIED: usize = 40;
/// Keys tried on each.
const KEYS_TRIED: usize = 400;
/// Archived rows that two shares open, at most.
const ROWS_OPENED_MAX: usize = 20_000;

const ALONE: &str = "The archive alone";
const ONE_SHARE: &str = "Archive, machine, root key, one share";
const TWO_SHARES: &str = "The same, with two custodians' shares";

/// One archived row as the thief holds it.
struct Row {
    id: RecordId,
    store: i64,
    key_id: String,
    sealed_key: Vec<u8>,
    envelope: Vec<u8>,
    /// The outer key, as the whole machine opens it.
    outer: Option<SecretKey>,
}

/// Replays the three thefts.
pub(crate) fn attack(
    scene: &Scene<'_>,
    unlocked: &Unlocked,
    ground: &Ground<'_>,
) -> Result<Vec<Finding>, DrillError> {
    let rows = rows(scene, unlocked)?;
    if rows.is_empty() || ground.archived.is_empty() {
        let why = "the copy's archive holds nobody";
        let none = |(number, stolen)| Finding::not_run(number, stolen, why);
        return Ok([(8, ALONE), (9, ONE_SHARE), (10, TWO_SHARES)]
            .map(none)
            .into());
    }
    let needles = Needles::of_probes(ground.archived);
    let people = opened_with_two(&rows, ground)?;
    Ok(vec![
        alone(scene, &needles, people.named)?,
        one_share(scene, unlocked, &rows, &needles, ground, people.named)?,
        two_shares(people),
    ])
}

fn rows(scene: &Scene<'_>, unlocked: &Unlocked) -> Result<Vec<Row>, DrillError> {
    let Some(archive) = scene.stolen.archive_with_keyring()? else {
        return Ok(Vec::new());
    };
    let mut statement = archive
        .prepare(
            "SELECT a.subject_id, a.order_id, a.category, a.store_id, a.key_id, a.sealed_key, \
             a.envelope, k.epoch, k.wrapped FROM archived_records a LEFT JOIN keyring.data_keys k \
             ON k.subject_id = a.subject_id AND k.order_id = a.order_id AND k.category = a.category \
             ORDER BY a.subject_id, a.order_id, a.category",
        )
        .map_err(DrillError::database("the archive"))?;
    let mut found = Vec::new();
    let read = statement.query_map([], |row| {
        let id: (Vec<u8>, Vec<u8>, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let key: (Option<i64>, Option<Vec<u8>>) = (row.get(7)?, row.get(8)?);
        Ok((id, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?, key))
    });
    for row in read.map_err(DrillError::database("the archive"))? {
        let (id, store, key_id, sealed_key, envelope, key) =
            row.map_err(DrillError::database("the archive"))?;
        let id = record_id(&id.0, &id.1, id.2).ok_or(DrillError::Format("an archived id"))?;
        let outer = match key {
            (Some(epoch), Some(wrapped)) => unlocked.data_key(epoch, &id, 0, &wrapped).ok(),
            _ => None,
        };
        found.push(Row {
            id,
            store,
            key_id,
            sealed_key,
            envelope,
            outer,
        });
    }
    Ok(found)
}

fn alone(scene: &Scene<'_>, needles: &Needles, shop: u64) -> Result<Finding, DrillError> {
    let mut sightings = Sightings::of(needles);
    for file in scene.stolen.archive_files()? {
        let place = scene.stolen.name_of(&file);
        search_file(needles, &file, &place, &mut sightings)?;
    }
    let named = sightings.named(needles);
    Ok(Finding {
        named,
        reachable: named,
        shop_named: shop,
        verdict: verdict(named),
        sentence:
            "Archived orders are sealed to keys that are not on this machine, under ids that \
                   stand nowhere else."
                .to_owned(),
        facts: vec![format!(
            "Archived probe people were looked for in {} bytes: seen {} times.",
            grouped(sightings.bytes()),
            grouped(sightings.hits())
        )],
        ..Finding::new(8, ALONE)
    })
}

fn one_share(
    scene: &Scene<'_>,
    unlocked: &Unlocked,
    rows: &[Row],
    needles: &Needles,
    ground: &Ground<'_>,
    shop: u64,
) -> Result<Finding, DrillError> {
    let mut sightings = Sightings::of(needles);
    for file in scene.stolen.all_files()? {
        let place = scene.stolen.name_of(&file);
        search_file(needles, &file, &place, &mut sightings)?;
    }
    let mut keys: Vec<SecretKey> = unlocked.all_keys();
    // Whatever has a key's length in the folder's small files may be a private key left behind.
    keys.extend(scene.stolen.bare_keys()?);
    keys.extend(
        ground
            .shares
            .iter()
            .flat_map(|shares| shares[0].raw_parts()),
    );
    keys.extend(
        rows.iter()
            .take(KEYS_TRIED)
            .filter_map(|row| row.outer.clone()),
    );
    keys.truncate(KEYS_TRIED);
    let mut opened = BTreeSet::new();
    let mut attempts = 0u64;
    for row in rows.iter().take(ROWS_TRIED) {
        let inner = row.inner();
        for key in &keys {
            attempts += 2;
            let record_key = inner.as_deref().and_then(|sealed| {
                open_record_key(key.expose(), &row.key_id, &row.sealed_for(), sealed).ok()
            });
            let is_open = row.opens_with(key) || record_key.is_some_and(|key| row.opens_with(&key));
            if is_open {
                opened.insert(row.id.subject);
            }
        }
    }
    let named = sightings.named(needles).max(opened.len() as u64);
    Ok(Finding {
        named,
        reachable: named,
        shop_named: shop,
        verdict: verdict(named),
        sentence: if named == 0 {
            "The whole machine, its root key and one custodian's share open nothing of the archive."
        } else {
            "Archived people can be read without two custodians: a private key or a record key lies \
             where it must not."
        }
        .to_owned(),
        facts: vec![format!(
            "{} keys found on the machine, and the parts of one share, were tried on {} archived \
             records as record keys and as private keys: {} attempts, {} opened.",
            grouped(keys.len() as u64),
            grouped(rows.len().min(ROWS_TRIED) as u64),
            grouped(attempts),
            grouped(opened.len() as u64)
        )],
        ..Finding::new(9, ONE_SHARE)
    })
}

/// What two shares open.
struct Opened {
    named: u64,
    records: u64,
    rows: u64,
    fields: BTreeMap<&'static str, u64>,
    is_run: bool,
}

fn opened_with_two(rows: &[Row], ground: &Ground<'_>) -> Result<Opened, DrillError> {
    let mut opened = Opened {
        named: 0,
        records: 0,
        rows: rows.len() as u64,
        fields: BTreeMap::new(),
        is_run: ground.shares.is_some(),
    };
    let Some(shares) = ground.shares else {
        return Ok(opened);
    };
    let unwrapped: Vec<(&Row, Vec<u8>)> = rows
        .iter()
        .take(ROWS_OPENED_MAX)
        .filter_map(|row| Some((row, row.inner()?)))
        .collect();
    let items: Vec<RequestItem> = (0u32..)
        .zip(&unwrapped)
        .map(|(n, (row, inner))| RequestItem::new(n, &row.key_id, &row.sealed_for(), inner))
        .collect();
    let random: &dyn Random = &ThiefsChance;
    let key = ReplyKey::generate(random);
    let request = Request {
        version: 1,
        request_id: "thief".to_owned(),
        kind: RequestKind::Open,
        purpose: String::new(),
        reason: String::new(),
        created_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::MAX,
        reply_public: key.public(),
        approvals: Vec::new(),
        frozen_sha256: frozen_sha256(&items),
        items,
    };
    let failed = |_| DrillError::Format("the drill's own shares");
    let reply = answer(&request, shares, Timestamp::UNIX_EPOCH, random).map_err(failed)?;
    let frozen = &request.frozen_sha256;
    let keys = open_reply(&reply, "thief", frozen, request.items.len(), &key).map_err(failed)?;
    let (mut people, mut kinds) = (BTreeSet::new(), BTreeMap::<_, BTreeSet<_>>::new());
    for ((row, _), (_, key)) in unwrapped.iter().zip(&keys) {
        let Some(fields) = row.open(key) else {
            continue;
        };
        opened.records += 1;
        for kind in fields {
            kinds.entry(kind.name()).or_default().insert(row.id.subject);
        }
        people.insert(row.id.subject);
    }
    opened.named = people.len() as u64;
    opened.fields = kinds
        .into_iter()
        .map(|(kind, who)| (kind, who.len() as u64))
        .collect();
    Ok(opened)
}

fn two_shares(opened: Opened) -> Finding {
    if !opened.is_run {
        return Finding::not_run(
            10,
            TWO_SHARES,
            "the drill has no shares of this archive's keys",
        );
    }
    Finding {
        named: opened.named,
        reachable: opened.named,
        fields: opened.fields,
        shop_named: opened.named,
        verdict: Verdict::KnownLimit,
        sentence: "Two of three custodians together read the archive: that is what they are for. \
                   Keep the shares with people who do not conspire, and off this machine."
            .to_owned(),
        facts: vec![format!(
            "{} of {} archived records opened; the same attack with one share opened none.",
            grouped(opened.records),
            grouped(opened.rows)
        )],
        ..Finding::new(10, TWO_SHARES)
    }
}

impl Row {
    fn sealed_for(&self) -> SealedFor {
        SealedFor {
            store: StoreId(self.store),
            record: self.id,
        }
    }

    /// Takes the outer wrapping off.
    fn inner(&self) -> Option<Vec<u8>> {
        let context = [
            b"lethe-archive-outer-v1".as_slice(),
            self.id.subject.as_bytes(),
            self.id.order.as_bytes(),
            &[self.id.category.number()],
        ]
        .concat();
        open_bytes(self.outer.as_ref()?, &context, &self.sealed_key).ok()
    }

    fn open(&self, key: &SecretKey) -> Option<Vec<FieldKind>> {
        let context = FieldContext {
            store: StoreId(self.store),
            record: self.id,
            generation: 0,
        };
        let fields = open_fields(key, &context, &self.envelope, FieldSet::all()).ok()?;
        Some(fields.iter().map(|(field, _)| field.kind()).collect())
    }

    fn opens_with(&self, key: &SecretKey) -> bool {
        self.open(key).is_some()
    }
}

fn verdict(named: u64) -> Verdict {
    if named == 0 {
        Verdict::Kept
    } else {
        Verdict::Broken
    }
}

/// The thief needs no good chance: only their own reply is sealed with it.
struct ThiefsChance;

impl Random for ThiefsChance {
    fn fill(&self, target: &mut [u8]) {
        for (at, byte) in target.iter_mut().enumerate() {
            *byte = (at as u8).wrapping_mul(31).wrapping_add(7);
        }
    }
}
