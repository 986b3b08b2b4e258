//! An input of an import: a file or standard input, and the format it is read as.

use crate::error::{CliError, Exit};
use crate::surroundings::OsRandom;
use lethe_formats::{
    FormatError, Map, Source, read_mapped_csv, read_shopify_customers, read_shopify_orders,
    read_shopify_orders_json,
};
use lethe_model::Random;
use lethe_ops::Credential;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Cursor, Read, stdin};
use std::path::Path;

/// How much of a file tells it from others.
const HEAD_BYTES: u64 = 64 * 1024;

/// How an input is read.
pub(in crate::commands) enum Format {
    ShopifyOrders,
    ShopifyCustomers,
    ShopifyOrdersJson,
    /// Any other CSV, read by a map.
    Csv {
        map: Box<Map>,
        /// The map's own text: the same file by another map is another import.
        text: String,
    },
}

impl Format {
    /// Reads a map.
    pub(super) fn mapped(path: &Path) -> Result<Self, CliError> {
        let text = fs::read_to_string(path).map_err(cannot_read(path))?;
        let map = Map::parse(&text).map_err(|error| {
            let text = format!("{}: {error}", path.display());
            CliError::new(Exit::Usage, error.code(), text)
        })?;
        Ok(Self::Csv {
            map: Box::new(map),
            text,
        })
    }

    fn name(&self) -> &'static str {
        match self {
            Self::ShopifyOrders => "shopify-orders",
            Self::ShopifyCustomers => "shopify-customers",
            Self::ShopifyOrdersJson => "shopify-orders-json",
            Self::Csv { .. } => "csv",
        }
    }

    fn map(&self) -> &str {
        match self {
            Self::Csv { text, .. } => text,
            _ => "",
        }
    }

    /// Starts to read an input.
    pub(super) fn read(
        &self,
        input: Box<dyn Read + Send>,
    ) -> Result<Box<dyn Source + Send>, FormatError> {
        Ok(match self {
            Self::ShopifyOrders => Box::new(read_shopify_orders(input)?),
            Self::ShopifyCustomers => Box::new(read_shopify_customers(input)?),
            Self::ShopifyOrdersJson => Box::new(read_shopify_orders_json(input)?),
            Self::Csv { map, .. } => Box::new(read_mapped_csv(input, map)?),
        })
    }
}

/// An input that is open.
pub(in crate::commands) struct Input {
    pub(super) name: String,
    pub(super) bytes: Option<u64>,
    /// Names the input when its import was interrupted and is run again.
    pub(super) source: [u8; 16],
    pub(super) reader: Box<dyn Read + Send>,
}

impl Input {
    /// Says whether a path can be read and begins like the format.
    pub(super) fn check(path: &Path, format: &Format) -> Result<(), CliError> {
        if path == Path::new("-") {
            return Ok(());
        }
        let file = File::open(path).map_err(cannot_read(path))?;
        let meta = file.metadata().map_err(cannot_read(path))?;
        if meta.is_dir() {
            let text = format!("{} is a folder: name the files in it", path.display());
            return Err(CliError::usage(text));
        }
        // What a pipe gives can be read only once.
        if meta.is_file() {
            format
                .read(Box::new(file))
                .map_err(|error| CliError::format(&path.display().to_string(), &error))?;
        }
        Ok(())
    }

    /// Opens a file, or standard input for `-`.
    pub(in crate::commands) fn open(
        path: &Path,
        credential: &Credential,
        format: &Format,
    ) -> Result<Self, CliError> {
        if path == Path::new("-") {
            let random: &dyn Random = &OsRandom;
            return Ok(Self {
                name: "standard input".to_owned(),
                bytes: None,
                // Two streams cannot be told to be the same: each is imported from its beginning.
                source: random.bytes(),
                reader: Box::new(stdin()),
            });
        }
        let mut file = File::open(path).map_err(cannot_read(path))?;
        let meta = file.metadata().map_err(cannot_read(path))?;
        let mut head = Vec::new();
        Read::by_ref(&mut file)
            .take(HEAD_BYTES)
            .read_to_end(&mut head)
            .map_err(cannot_read(path))?;
        Ok(Self {
            name: path.display().to_string(),
            // A pipe has no length, a file has one.
            bytes: meta.is_file().then_some(meta.len()),
            source: source(credential, format, &head, meta.len()),
            reader: Box::new(Cursor::new(head).chain(file)),
        })
    }
}

fn source(credential: &Credential, format: &Format, head: &[u8], len: u64) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(b"lethe-import-source-v1");
    hash.update(credential.store.0.to_be_bytes());
    for part in [format.name(), format.map()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update(len.to_be_bytes());
    hash.update(head);
    let hash: [u8; 32] = hash.finalize().into();
    let mut source = [0; 16];
    source.copy_from_slice(&hash[..16]);
    source
}

fn cannot_read(path: &Path) -> impl FnOnce(io::Error) -> CliError {
    CliError::file(format!("cannot read {}", path.display()))
}
