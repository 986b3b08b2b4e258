//! A folder and all that is in it.

use crate::found::Found;
use crate::scanner::Scanner;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What of a tree is read.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many bytes of a file are read, from its beginning.
    pub file_bytes_max: u64,
}

impl Default for Options {
    /// 256 MiB of each file: larger ones are disk images and dumps.
    fn default() -> Self {
        Self {
            file_bytes_max: 256 * 1024 * 1024,
        }
    }
}

/// How far a scan has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Keys found.
    pub found: u64,
}

/// What a scan read, and what not.
#[derive(Debug, Default)]
pub struct Report {
    /// What was read and found.
    pub progress: Progress,
    /// Symbolic links: not followed, so that the scan stays in its tree.
    pub links: u64,
    /// Folders with git's packed objects: compressed, `git` itself must unpack them.
    pub git_objects: u64,
    /// Files of which only the beginning was read.
    pub cut: Vec<PathBuf>,
    /// Files and folders that could not be read.
    pub unread: Vec<Unread>,
}

/// A file or folder that could not be read.
#[derive(Debug)]
pub struct Unread {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl Scanner {
    /// Finds all keys in the files below a folder, or in one file, in the order of their names.
    ///
    /// Every regular file is read, binary and generated ones too: bundles are where keys leak. Not
    /// read: what symbolic links point to, sockets and devices, and the object folders of `.git`.
    /// What cannot be read is in the report and stops nothing; only `root` itself must be readable.
    pub fn scan_tree(
        &self,
        root: &Path,
        options: &Options,
        on_found: &mut dyn FnMut(&Path, Found),
        on_progress: &mut dyn FnMut(&Progress),
    ) -> io::Result<Report> {
        let mut report = Report::default();
        if fs::metadata(root)?.is_file() {
            self.scan_file(root, options, &mut report, on_found)?;
            on_progress(&report.progress);
            return Ok(report);
        }
        let mut waiting = entries(root)?;
        while let Some(path) = waiting.pop() {
            let result = self.visit(&path, options, &mut report, &mut waiting, on_found);
            if let Err(source) = result {
                report.unread.push(Unread { path, source });
            }
            on_progress(&report.progress);
        }
        Ok(report)
    }

    fn visit(
        &self,
        path: &Path,
        options: &Options,
        report: &mut Report,
        waiting: &mut Vec<PathBuf>,
        on_found: &mut dyn FnMut(&Path, Found),
    ) -> io::Result<()> {
        let kind = fs::symlink_metadata(path)?.file_type();
        if kind.is_symlink() {
            report.links += 1;
        } else if kind.is_dir() && is_git_objects(path) {
            report.git_objects += 1;
        } else if kind.is_dir() {
            waiting.extend(entries(path)?);
        } else if kind.is_file() {
            self.scan_file(path, options, report, on_found)?;
        }
        Ok(())
    }

    fn scan_file(
        &self,
        path: &Path,
        options: &Options,
        report: &mut Report,
        on_found: &mut dyn FnMut(&Path, Found),
    ) -> io::Result<()> {
        let file = File::open(path)?;
        if file.metadata()?.len() > options.file_bytes_max {
            report.cut.push(path.to_owned());
        }
        report.progress.files += 1;
        let mut count = 0;
        let head = file.take(options.file_bytes_max);
        let read = self.scan_reader(head, &mut |found| {
            count += 1;
            on_found(path, found);
        });
        report.progress.found += count;
        report.progress.bytes += read?;
        Ok(())
    }
}

/// Lists a folder, last name first: the last is taken first.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>()?;
    paths.sort_unstable_by(|one, other| other.cmp(one));
    Ok(paths)
}

/// `.git/objects`, and those of submodules, but not what Git LFS keeps: that is not compressed.
fn is_git_objects(path: &Path) -> bool {
    let names: Vec<&OsStr> = path.iter().collect();
    let [above @ .., parent, last] = &names[..] else {
        return false;
    };
    let is_in_git = *parent == ".git" || above.iter().any(|name| *name == ".git");
    *last == "objects" && *parent != "lfs" && is_in_git
}
