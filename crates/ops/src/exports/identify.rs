//! Which export a leaked table is a copy of: by its invented people, and by the order of its rows.

use super::marks::{CANARIES, Marks};
use super::{ExportFilter, fingerprint};
use crate::policy::timestamp;
use crate::{Error, Vault};
use jiff::Timestamp;
use lethe_keeper::{Credential, FrozenExport, Proposal, ProposalKind};
use lethe_model::{FieldKind, Power};
use serde::Serialize;
use std::collections::HashSet;

/// Fewer rows than this say nothing by their order.
const ROWS_MIN: usize = 12;
/// Of a thousand neighbours, how many stand in an export's order when it is that export. By chance it
/// is half of them.
const ORDERED_PER_MILLE: u64 = 900;

/// An export that a table may be a copy of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportMatch {
    /// The export.
    pub export: String,
    /// The credential that asked for it and filed it.
    pub requested_by: String,
    /// When it was filed.
    pub filed_at: Option<Timestamp>,
    /// The recipient's key, as its approvers saw it.
    pub recipient_fingerprint: String,
    /// How many of its invented people are in the table.
    pub canaries: usize,
    /// Of a thousand neighbouring rows, how many stand in its order; `None` when too few differ.
    pub in_order_per_mille: Option<u64>,
    /// Whether either of the two is proof.
    pub is_certain: bool,
}

impl Vault {
    /// Says which exports a table in clear is a copy of, best first. The table is only compared:
    /// nothing of it is kept, and nobody in the vault is looked up.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `audit`, or the text is no table.
    pub fn identify_export(
        &self,
        credential: &Credential,
        table: &[u8],
    ) -> Result<Vec<ExportMatch>, Error> {
        self.permit(credential, Power::Audit)?;
        let columns = columns(table)?;
        let mut cells: HashSet<&str> = HashSet::new();
        for column in &columns {
            cells.extend(column.iter().map(String::as_str));
        }
        let mut matches = Vec::new();
        for proposal in self.keeper.proposals(credential.store)? {
            let is_one = proposal.kind == ProposalKind::Export && proposal.is_approved();
            let Some(frozen) = FrozenExport::read(&proposal).filter(|_| is_one) else {
                continue;
            };
            let found = self.compare(&proposal, &frozen, &columns, &cells)?;
            if found.is_certain || found.canaries > 0 {
                matches.push(found);
            }
        }
        matches.sort_by_key(|one| std::cmp::Reverse((one.canaries, one.in_order_per_mille)));
        Ok(matches)
    }

    fn compare(
        &self,
        proposal: &Proposal,
        frozen: &FrozenExport,
        columns: &[Vec<String>],
        cells: &HashSet<&str>,
    ) -> Result<ExportMatch, Error> {
        let marks = Marks::new(self.keeper.export_marks(&proposal.id));
        let fields = frozen.field_set().ok_or(Error::Altered)?;
        let filter: ExportFilter =
            serde_json::from_value(frozen.filter.clone()).map_err(|_| Error::Altered)?;
        let invented = marks.canaries(
            fields,
            filter.country.as_deref(),
            frozen.canary_domain.as_deref(),
        );
        let is_there = |row: &&Vec<String>| {
            let telling = fields.iter().zip(row.iter()).filter(|(field, value)| {
                let kind = field.kind();
                let tells = matches!(
                    kind,
                    FieldKind::Email | FieldKind::Name | FieldKind::Phone | FieldKind::Street
                );
                tells && !value.is_empty()
            });
            let value =
                |(field, value): (lethe_model::Field, &String)| (field.kind(), normal(value));
            let telling: HashSet<_> = telling.map(value).collect();
            let seen = |kind: &FieldKind, value: &String| {
                let is_seen = cells.contains(value.as_str());
                (is_seen, *kind == FieldKind::Email)
            };
            let seen = telling.iter().map(|(kind, value)| seen(kind, value));
            let seen: Vec<_> = seen.filter(|(is_seen, _)| *is_seen).collect();
            // Names alone are shared by many; an address or two values together are not.
            seen.iter().any(|(_, is_email)| *is_email) || seen.len() >= 2
        };
        let canaries = invented.iter().filter(is_there).count();
        let in_order = columns.iter().filter_map(|column| in_order(&marks, column));
        let in_order_per_mille = in_order.max();
        let is_ordered = in_order_per_mille.is_some_and(|count| count >= ORDERED_PER_MILLE);
        Ok(ExportMatch {
            export: proposal.id.clone(),
            requested_by: proposal.requested_by.clone(),
            filed_at: proposal.used_at_ms.map(timestamp),
            recipient_fingerprint: fingerprint(&frozen.recipient),
            canaries,
            in_order_per_mille,
            is_certain: canaries == CANARIES || is_ordered,
        })
    }
}

/// Of a thousand neighbours with different values, how many stand in the order of an export.
fn in_order(marks: &Marks, column: &[String]) -> Option<u64> {
    let places: Vec<[u8; 32]> = column.iter().map(|value| marks.place(value)).collect();
    let mut pairs: Vec<bool> = places
        .windows(2)
        .filter(|pair| pair[0] != pair[1])
        .map(|pair| pair[0] < pair[1])
        .collect();
    // The header's place is anywhere.
    pairs.drain(..pairs.len().min(1));
    if pairs.len() < ROWS_MIN {
        return None;
    }
    let ordered = pairs.iter().filter(|one| **one).count() as u64;
    Some(ordered * 1_000 / pairs.len() as u64)
}

/// Reads a table column by column. A row that is shorter has empty cells.
fn columns(table: &[u8]) -> Result<Vec<Vec<String>>, Error> {
    let no_table = || Error::invalid("file", "is no CSV table in UTF-8: decrypt it first");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(table);
    let mut columns: Vec<Vec<String>> = Vec::new();
    let mut rows = 0;
    for record in reader.records() {
        let record = record.map_err(|_| no_table())?;
        // Wider than any export, and a way to fill the memory.
        if record.len() > 1_000 {
            return Err(no_table());
        }
        while columns.len() < record.len() {
            columns.push(vec![String::new(); rows]);
        }
        for (at, column) in columns.iter_mut().enumerate() {
            column.push(normal(record.get(at).unwrap_or_default()));
        }
        rows += 1;
    }
    if rows == 0 {
        return Err(no_table());
    }
    Ok(columns)
}

fn normal(value: &str) -> String {
    value.trim().to_lowercase()
}
