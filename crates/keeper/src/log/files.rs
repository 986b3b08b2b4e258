//! The log's folder: `segments/` with the sealed bodies, and the public tree in C2SP's layout.

use lethe_tlog::{
    Hash, LogReader, ReadError, TilePath, TileReader, first_entries, tile_from_bytes,
};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The name of the cosigned checkpoint in the tree.
const COSIGNED: &str = "checkpoint-cosigned";

/// The files of one log: the folder with segments and key, and in it the public tree.
#[derive(Debug, Clone)]
pub struct LogFiles {
    dir: PathBuf,
    tree: PathBuf,
}

/// A segment's file.
#[derive(Debug, Clone)]
pub struct SegmentFile {
    /// The index of its first entry.
    pub first: u64,
    /// Where it lies.
    pub path: PathBuf,
}

impl LogFiles {
    /// Names the folder; nothing is read yet.
    pub fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            tree: dir.join("tree"),
        }
    }

    /// Names a published tree by itself, as a mirror or an auditor has it.
    pub fn of_tree(tree: &Path) -> Self {
        Self {
            dir: tree.to_owned(),
            tree: tree.to_owned(),
        }
    }

    /// Returns the folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Returns the folder that may be public: checkpoint and tiles, nothing else.
    pub fn tree(&self) -> &Path {
        &self.tree
    }

    /// Lists the segments, oldest first.
    pub fn segments(&self) -> io::Result<Vec<SegmentFile>> {
        let mut segments = Vec::new();
        for file in fs::read_dir(self.dir.join("segments"))? {
            let path = file?.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let is_segment = path.extension().is_some_and(|extension| extension == "seg");
            if let Some(first) = stem
                .filter(|_| is_segment)
                .and_then(|stem| stem.parse().ok())
            {
                segments.push(SegmentFile { first, path });
            }
        }
        segments.sort_by_key(|segment| segment.first);
        Ok(segments)
    }

    pub(crate) fn segment_path(&self, first: u64) -> PathBuf {
        self.dir.join("segments").join(format!("{first:016}.seg"))
    }

    pub(super) fn sync_segments(&self) -> io::Result<()> {
        File::open(self.dir.join("segments"))?.sync_all()?;
        self.sync_dir()
    }

    pub(super) fn sync_dir(&self) -> io::Result<()> {
        File::open(&self.dir)?.sync_all()
    }

    /// Makes the name of the checkpoint durable.
    pub(super) fn sync_tree(&self) -> io::Result<()> {
        File::open(&self.tree)?.sync_all()
    }

    /// Writes the verifier key beside the tree, unless it stands there.
    pub(super) fn write_verifier_key(&self, key: &str) -> io::Result<()> {
        if self.verifier_key()?.as_deref() == Some(key) {
            return Ok(());
        }
        let mut file = File::create(self.dir.join("vkey"))?;
        file.write_all(format!("{key}\n").as_bytes())?;
        file.sync_all()
    }

    /// Makes everything in the folder's file system durable, tiles included.
    pub(super) fn sync_tiles(&self) -> io::Result<()> {
        rustix::fs::syncfs(File::open(&self.dir)?)?;
        Ok(())
    }

    /// Returns the published checkpoint.
    pub fn checkpoint(&self) -> io::Result<Option<String>> {
        self.optional("checkpoint")
            .map(|bytes| bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Returns the latest checkpoint that enough witnesses have cosigned.
    pub fn cosigned(&self) -> io::Result<Option<String>> {
        self.optional(COSIGNED)
            .map(|bytes| bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Publishes a cosigned checkpoint beside the log's own.
    pub fn write_cosigned(&self, note: &str) -> io::Result<()> {
        self.write(COSIGNED, note.as_bytes(), true)?;
        self.sync_tree()
    }

    /// Returns the log's verifier key as text, once the log has begun.
    pub fn verifier_key(&self) -> io::Result<Option<String>> {
        match fs::read_to_string(self.dir.join("vkey")) {
            Ok(key) => Ok(Some(key.trim().to_owned())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns a tile or bundle as published; a partial one also from a wider one.
    pub fn resource(&self, path: &TilePath) -> io::Result<Option<Vec<u8>>> {
        if let Some(bytes) = self.optional(&path.to_string())? {
            return Ok(Some(bytes));
        }
        if !path.is_partial() {
            return Ok(None);
        }
        match self.optional(&path.full().to_string())? {
            Some(bytes) => Ok(cut(path, &bytes)),
            None => Ok(self
                .wider_partial(path)?
                .and_then(|bytes| cut(path, &bytes))),
        }
    }

    fn wider_partial(&self, path: &TilePath) -> io::Result<Option<Vec<u8>>> {
        let folder = self.tree.join(format!("{}.p", path.full()));
        let Ok(files) = fs::read_dir(folder) else {
            return Ok(None);
        };
        for file in files {
            let file = file?.path();
            let width = file
                .file_name()
                .and_then(|name| name.to_str()?.parse::<u16>().ok());
            if width.is_some_and(|width| width >= path.width()) {
                return fs::read(file).map(Some);
            }
        }
        Ok(None)
    }

    fn optional(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.tree.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // A `.p` folder where a tile is asked for, or the other way round.
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a file aside and renames it into place, flushed if it must survive a power cut.
    pub(super) fn write(&self, path: &str, bytes: &[u8], is_flushed: bool) -> io::Result<()> {
        let path = self.tree.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let aside = path.with_extension("new");
        let mut file = File::create(&aside)?;
        file.write_all(bytes)?;
        if is_flushed {
            file.sync_data()?;
        }
        fs::rename(&aside, &path)
    }

    /// Removes the partial versions of a tile, all or all but one.
    pub(super) fn remove_partials(&self, full: &TilePath, but: Option<TilePath>) {
        let folder = self.tree.join(format!("{full}.p"));
        let Some(kept) = but else {
            // Clutter only: a failure is met again at the next publication.
            drop(fs::remove_dir_all(folder));
            return;
        };
        let kept = kept.width().to_string();
        for file in fs::read_dir(folder).into_iter().flatten().flatten() {
            if file.file_name().to_str() != Some(&kept) {
                drop(fs::remove_file(file.path()));
            }
        }
    }

    fn read(&self, path: TilePath) -> Result<Vec<u8>, ReadError> {
        match self.resource(&path) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(ReadError::Missing(path)),
            Err(source) => Err(ReadError::Failed {
                path,
                source: Box::new(source),
            }),
        }
    }
}

fn cut(path: &TilePath, bytes: &[u8]) -> Option<Vec<u8>> {
    match path.content() {
        lethe_tlog::TileContent::Entries => {
            first_entries(bytes, path.width()).ok().map(<[u8]>::to_vec)
        }
        _ => bytes
            .get(..usize::from(path.width()) * 32)
            .map(<[u8]>::to_vec),
    }
}

impl TileReader for LogFiles {
    fn tile(&self, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, ReadError> {
        let unnamed = || io::Error::other("no such tile");
        let path = TilePath::hashes(level, index, width).map_err(|_| ReadError::Failed {
            path: TilePath::hashes(0, 0, 256).expect("the first tile has a path"),
            source: Box::new(unnamed()),
        })?;
        tile_from_bytes(&self.read(path)?).ok_or(ReadError::Malformed(path))
    }
}

impl LogReader for LogFiles {
    fn entry_bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, ReadError> {
        let unnamed = || io::Error::other("no such bundle");
        let path = TilePath::entries(index, width).map_err(|_| ReadError::Failed {
            path: TilePath::entries(0, 256).expect("the first bundle has a path"),
            source: Box::new(unnamed()),
        })?;
        self.read(path)
    }
}
