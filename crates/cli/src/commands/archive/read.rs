//! `lethe archive read`: the approved records, with the custodians' reply.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::files::{self, NewFolder};
use crate::output::Output;
use crate::text;
use lethe_custody::Reply;
use lethe_model::{Category, Field, Personal};
use lethe_ops::{Document, OpenedRecord, documents_in};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

/// Read the approved records with the custodians' reply; it can be done once
///
/// Documents are written as files into a new folder that only its owner can read. The request is used up
/// when all records were shown and written. Stopped before that, it can be run again.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The reply file
    reply: PathBuf,
    /// The new folder for documents [default: the reply's name with `.documents`]
    #[arg(long, value_name = "DIR")]
    documents: Option<PathBuf>,
}

/// A document and the file it was written to.
struct Written {
    document: Document,
    file: PathBuf,
}

pub(super) fn run(globals: &Globals, args: &Args, output: &Output) -> Result<Exit, CliError> {
    let reply = Reply::parse(&files::read_text(&args.reply)?)?;
    let beside = args.reply.with_added_extension("documents");
    let into = NewFolder::make(args.documents.as_deref().unwrap_or(&beside))?;
    let folder = door::folder(globals)?;
    let show = |opened: &[OpenedRecord]| {
        let written = opened.iter().map(|record| write(record, &into));
        let written: Vec<Vec<Written>> = written.collect::<Result<_, CliError>>()?;
        into.keep()?;
        let pairs = || opened.iter().zip(&written);
        let records: Vec<_> = pairs().map(|(record, files)| view(record, files)).collect();
        output.result(&json!({ "records": records }), || {
            let texts = pairs().map(|(record, files)| words(record, files));
            texts.collect::<Vec<_>>().join("\n")
        })
    };
    folder
        .vault
        .open_archive(&folder.credential, &reply, show)?;
    Ok(Exit::Done)
}

/// Writes a record's documents; files are numbered, so that none has the name of another.
fn write(record: &OpenedRecord, into: &NewFolder) -> Result<Vec<Written>, CliError> {
    let documents = (1..).zip(documents_in(&record.fields)?);
    let write = |(number, document): (u32, Document)| {
        let extension = document.media_type.extension();
        let name = format!("{}-{number}.{extension}", record.n);
        let file = into.partial().join(&name);
        files::write_private_bytes(&file, document.bytes.expose())?;
        let file = into.path().join(&name);
        Ok(Written { document, file })
    };
    documents.map(write).collect()
}

/// Returns the fields that are shown; documents are in their files.
fn shown(record: &OpenedRecord) -> impl Iterator<Item = &(Field, Personal)> {
    let fields = record.fields.iter();
    fields.filter(|(field, _)| field.category() != Category::Document)
}

fn view(record: &OpenedRecord, files: &[Written]) -> Value {
    let fields: Map<String, Value> = shown(record)
        .map(|(field, value)| (field.to_string(), value.expose().into()))
        .collect();
    let mut view = json!({
        "n": record.n, "category": record.category.name(), "fields": fields
    });
    if record.category == Category::Document {
        let file = |one: &Written| {
            json!({
                "id": one.document.id, "name": one.document.name.expose(),
                "media_type": one.document.media_type.name(),
                "sha256": one.document.sha256_hex(), "file": one.file,
            })
        };
        view["documents"] = files.iter().map(file).collect();
    }
    view
}

fn words(record: &OpenedRecord, files: &[Written]) -> String {
    let mut lines = vec![format!("record {} ({})", record.n, record.category.name())];
    lines.extend(shown(record).map(|(field, value)| {
        let value = text::printable(value.expose());
        format!("  {:20}  {value}", field.to_string())
    }));
    lines.extend(files.iter().map(|one| {
        let name = text::printable(one.document.name.expose());
        format!("  {name}  in {}", one.file.display())
    }));
    lines.join("\n")
}
