//! Filing an approved export: read, mixed, sealed, and complete or not there at all.

use super::marks::{CANARIES, Marks, ordering_field};
use super::{ExportFilter, KeptBack, filter, kept_back, record_row, records_of};
use crate::reveal::open_record;
use crate::{Error, Vault};
use age::x25519;
use lethe_crypto::SecretKey;
use lethe_keeper::{Credential, ExportPermit, ProposalKind};
use lethe_model::{Category, Field, FieldSet, OrderState, OrderStates, RecordId, SubjectId};
use lethe_store::StoreError;
use lethe_store::active::orders::{self, OrderRow};
use lethe_store::active::records::RecordRow;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use zeroize::Zeroizing;

/// Orders that share one entry of the log.
const PAGE: usize = 200;

/// What was filed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ExportReport {
    /// Rows of the file, the invented ones among them.
    pub rows: u64,
    /// Orders on the list that are not stored any more: erased, archived, or their term was over.
    pub gone: u64,
    /// Orders that were left out because somebody's erasure is waiting.
    pub erasure_waiting: u64,
    /// Orders that were left out because a hold is on them.
    pub held: u64,
    /// Orders whose parcel goes to somebody else than it did when the list was approved.
    pub changed: u64,
}

/// One row: where it stands among the others, and its values.
struct Line {
    place: ([u8; 32], [u8; 32]),
    cells: Vec<Zeroizing<String>>,
}

/// An order of the list that is still there.
struct Meant {
    gift: Option<SubjectId>,
    state: OrderState,
    records: Vec<RecordRow>,
    subject: SubjectId,
}

impl Vault {
    /// Writes an approved export to a new file that only its owner can read. It appears whole; until
    /// then it is `<path>.partial`, which the next try replaces. The approval is used up when the
    /// file is complete, so that a process that is stopped costs nobody another ceremony. Each try is
    /// in the log.
    ///
    /// # Errors
    ///
    /// [`lethe_keeper::Refusal::NotApprovable`] says what is missing; otherwise what grant, log,
    /// quotas, databases and the file system say. Nothing appears then.
    pub fn file_export(
        &self,
        credential: &Credential,
        id: &str,
        path: &Path,
    ) -> Result<ExportReport, Error> {
        let permit = self.keeper.begin_export(credential, id)?;
        let what = || Error::file(format!("cannot write {}", path.display()));
        if path.symlink_metadata().is_ok() {
            let exists = io::Error::from(ErrorKind::AlreadyExists);
            return Err(what()(exists));
        }
        let partial = partial_of(path)?;
        match fs::remove_file(&partial) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(what()(error)),
            _ => (),
        }
        let written = self.write_partial(credential, id, &permit, &partial);
        let report = written.inspect_err(|_| drop(fs::remove_file(&partial)))?;
        let appear = || {
            rename_new(&partial, path)?;
            let parent = path.parent().filter(|dir| !dir.as_os_str().is_empty());
            File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
        };
        appear().map_err(what())?;
        self.keeper
            .use_proposal(credential, id, ProposalKind::Export)?;
        self.keeper.publish_log()?;
        Ok(report)
    }

    fn write_partial(
        &self,
        credential: &Credential,
        id: &str,
        permit: &ExportPermit,
        partial: &Path,
    ) -> Result<ExportReport, Error> {
        let what = || Error::file(format!("cannot write {}", partial.display()));
        let mut options = OpenOptions::new();
        let file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(partial)
            .map_err(what())?;
        let report = self.seal_export(credential, id, permit, &file)?;
        file.sync_all().map_err(what())?;
        Ok(report)
    }

    /// Writes the sealed table of an export to `out`.
    fn seal_export(
        &self,
        credential: &Credential,
        id: &str,
        permit: &ExportPermit,
        out: impl Write,
    ) -> Result<ExportReport, Error> {
        let fields = permit.fields();
        let frozen = &permit.frozen;
        let marks = Marks::new(self.keeper.export_marks(id));
        let (mut lines, mut report) = self.lines(credential, permit, &marks)?;
        let filter: ExportFilter =
            serde_json::from_value(frozen.filter.clone()).map_err(|_| Error::Altered)?;
        let (country, domain) = (filter.country.as_deref(), frozen.canary_domain.as_deref());
        for cells in marks.canaries(fields, country, domain) {
            let cells = cells.into_iter().map(Zeroizing::new).collect();
            lines.push(Line::new(&marks, fields, cells));
        }
        lines.sort_by_key(|line| line.place);
        report.rows = lines.len() as u64;
        debug_assert!(lines.len() >= CANARIES);
        write_sealed(&frozen.recipient, fields, &lines, out)?;
        Ok(report)
    }

    fn lines(
        &self,
        credential: &Credential,
        permit: &ExportPermit,
        marks: &Marks,
    ) -> Result<(Vec<Line>, ExportReport), Error> {
        let mut report = ExportReport::default();
        let mut lines = Vec::new();
        for page in permit.frozen.orders.chunks(PAGE) {
            let fields = permit.fields();
            let meant = self.read_active(|tx| -> Result<Vec<Meant>, StoreError> {
                let mut meant = Vec::new();
                for order in page {
                    let malformed = StoreError::Inconsistent { table: "proposals" };
                    let (subject, order, gift) = order.ids().ok_or(malformed)?;
                    let Some(row) = orders::fetch(tx, &subject, &order)? else {
                        report.gone += 1;
                        continue;
                    };
                    if row.store != credential.store {
                        report.gone += 1;
                        continue;
                    }
                    match kept_back(tx, &row, gift, fields)? {
                        Some(KeptBack::Erasure) => report.erasure_waiting += 1,
                        Some(KeptBack::Hold) => report.held += 1,
                        None if super::gift_of(&row, fields) != gift => report.changed += 1,
                        None => meant.push(meant_of(tx, &row, gift, fields)?),
                    }
                }
                Ok(meant)
            })?;
            lines.extend(self.open_page(credential, permit, marks, &meant, &mut report)?);
        }
        Ok((lines, report))
    }

    fn open_page(
        &self,
        credential: &Credential,
        permit: &ExportPermit,
        marks: &Marks,
        meant: &[Meant],
        report: &mut ExportReport,
    ) -> Result<Vec<Line>, Error> {
        if meant.is_empty() {
            return Ok(Vec::new());
        }
        let fields = permit.fields();
        let mut people: BTreeMap<SubjectId, FieldSet> = BTreeMap::new();
        let mut states: Vec<OrderState> = Vec::new();
        for one in meant {
            states.push(one.state);
            for record in &one.records {
                if record.id.category == Category::Account {
                    states.push(OrderState::Account);
                }
                let all = people.entry(record.id.subject).or_default();
                *all = all.union(fields.of_category(record.id.category));
            }
        }
        let people: Vec<(SubjectId, FieldSet)> = people.into_iter().collect();
        let states: OrderStates = states.into_iter().collect();
        let receipt = self
            .keeper
            .admit_export(credential, permit, &people, states)?;
        let records: Vec<RecordId> = meant
            .iter()
            .flat_map(|one| one.records.iter().map(|row| row.id))
            .collect();
        let keys = self.keeper.data_keys(&[(&receipt, &records)])?.remove(0)?;
        let mut keys = keys.into_iter();
        let mut lines = Vec::new();
        for one in meant {
            let own: Vec<_> = keys.by_ref().take(one.records.len()).collect();
            match open_order(one, &own, fields)? {
                Some(cells) => lines.push(Line::new(marks, fields, cells)),
                // Its keys went between the two reads.
                None => report.gone += 1,
            }
        }
        Ok(lines)
    }
}

impl Line {
    fn new(marks: &Marks, fields: FieldSet, cells: Vec<Zeroizing<String>>) -> Self {
        let at = ordering_field(fields)
            .and_then(|wanted| fields.iter().position(|field| field == wanted))
            .unwrap_or(0);
        let value = cells.get(at).map_or("", |cell| cell.as_str());
        // Rows of one value are mixed among themselves.
        let all: Vec<&str> = cells.iter().map(|cell| cell.as_str()).collect();
        let whole = Zeroizing::new(all.join("\u{1f}"));
        Self {
            place: (marks.place(value), marks.place(&whole)),
            cells,
        }
    }
}

fn meant_of(
    tx: &lethe_store::Tx<'_>,
    row: &OrderRow,
    gift: Option<SubjectId>,
    fields: FieldSet,
) -> Result<Meant, StoreError> {
    let mut records = Vec::new();
    for id in records_of(row, gift, fields) {
        records.extend(record_row(tx, &id)?);
    }
    Ok(Meant {
        gift,
        state: filter::state(row),
        records,
        subject: row.subject,
    })
}

/// Opens an order's records; `None` when a key is gone.
fn open_order(
    meant: &Meant,
    keys: &[Vec<(u32, SecretKey)>],
    fields: FieldSet,
) -> Result<Option<Vec<Zeroizing<String>>>, Error> {
    let mut values: BTreeMap<Field, Zeroizing<String>> = BTreeMap::new();
    for (row, keys) in meant.records.iter().zip(keys) {
        debug_assert!(row.id.subject == meant.subject || Some(row.id.subject) == meant.gift);
        let key = keys
            .iter()
            .find(|(generation, _)| *generation == row.generation);
        let Some((_, key)) = key else {
            return Ok(None);
        };
        for (field, value) in open_record(key, row, fields)? {
            values.insert(field, Zeroizing::new(value.expose().to_owned()));
        }
    }
    let cell = |field: Field| values.remove(&field).unwrap_or_default();
    Ok(Some(fields.iter().map(cell).collect()))
}

/// Writes the table as CSV, sealed as it is written: it is in clear nowhere but in memory.
fn write_sealed(
    recipient: &str,
    fields: FieldSet,
    lines: &[Line],
    out: impl Write,
) -> Result<(), Error> {
    let failed = || Error::file("cannot write the export");
    let recipient = x25519::Recipient::from_str(recipient).map_err(|_| Error::Altered)?;
    let encryptor =
        age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .map_err(|_| Error::Altered)?;
    let sealed = encryptor
        .wrap_output(io::BufWriter::new(out))
        .map_err(failed())?;
    let mut table = csv::Writer::from_writer(sealed);
    let as_io = |error: csv::Error| failed()(io::Error::other(error.to_string()));
    let header: Vec<String> = fields.iter().map(|field| field.to_string()).collect();
    table.write_record(&header).map_err(as_io)?;
    for line in lines {
        let cells = line.cells.iter().map(|cell| cell.as_bytes());
        table.write_record(cells).map_err(as_io)?;
    }
    let sealed = table
        .into_inner()
        .map_err(|error| failed()(io::Error::other(error.to_string())))?;
    let mut rest = sealed.finish().map_err(failed())?;
    rest.flush().map_err(failed())
}

fn partial_of(path: &Path) -> Result<PathBuf, Error> {
    let name = path
        .file_name()
        .ok_or_else(|| Error::invalid("output", "must name a file that is not there yet"))?;
    let mut name = name.to_owned();
    name.push(".partial");
    Ok(path.with_file_name(name))
}

/// Renames a file, never over another one.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // The file system cannot promise it: nothing lay there a moment ago.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => fs::rename(from, to),
        other => Ok(other?),
    }
}
