//! `lethe document add`.

use crate::args::Globals;
use crate::door::{self, OrderName};
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use crate::target::value;
use crate::text;
use crate::views::DocumentAdded;
use lethe_model::Personal;
use lethe_ops::{DOCUMENT_BYTES_MAX, DocumentBytes, NewDocument};
use std::path::{Path, PathBuf};

/// Add documents to an order of the active store; the same file again changes nothing
#[derive(clap::Args)]
pub(super) struct Args {
    /// The order's `ord_…` token, unless --order is given; then the files
    #[arg(required = true, value_names = ["ORDER", "FILE"], num_args = 1..)]
    order_and_files: Vec<PathBuf>,
    /// Order number, such as #1001; `-` reads it from standard input
    #[arg(long, value_name = "NUMBER")]
    order: Option<String>,
}

pub(super) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let mut files = args.order_and_files;
    let order = match args.order {
        Some(number) => OrderName::Number(value(number)?),
        None => OrderName::Token(files.remove(0).to_string_lossy().into_owned()),
    };
    if files.is_empty() {
        return Err(CliError::usage(
            "name the files behind the order's token, or the order with --order",
        ));
    }
    // All are read before the first is added: a wrong path stops everything.
    let read = (1..).zip(&files).map(|(place, path)| read(place, path));
    let documents: Vec<NewDocument> = read.collect::<Result<_, _>>()?;
    let acts = door::open(globals)?;
    let mut added = Vec::new();
    for document in documents {
        added.push(acts.add_document(&order, document)?);
    }
    output.result(&serde_json::json!({ "documents": added }), || {
        added.iter().map(words).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Exit::Done)
}

/// Reads a file. Messages tell it by its place: its name may name a person.
fn read(place: usize, path: &Path) -> Result<NewDocument, CliError> {
    let what = format!("cannot read file {place}");
    let bytes = files::read_bytes(path, DOCUMENT_BYTES_MAX as u64, &what)?;
    let name = path.file_name().map(|name| name.to_string_lossy());
    Ok(NewDocument {
        name: name.map(Personal::new),
        bytes: DocumentBytes::new(bytes),
    })
}

fn words(added: &DocumentAdded) -> String {
    let bytes = text::count(added.bytes);
    let (id, media_type) = (&added.id, &added.media_type);
    match added.is_unchanged() {
        true => format!("{id}  {media_type}, {bytes} bytes: the order has it already"),
        false => format!("{id}  {media_type}, {bytes} bytes"),
    }
}
