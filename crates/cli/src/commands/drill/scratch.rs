//! The drill's scratch folder: it holds personal data in clear for a minute, so it lies in memory
//! where it can, opens to nobody else, and goes away even when the drill is interrupted.

use crate::error::CliError;
use crate::surroundings::OsRandom;
use lethe_model::Random;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// A folder in memory, on Linux.
const MEMORY: &str = "/dev/shm";

/// A private folder that is removed when this is dropped, or when the process is told to stop.
pub(in crate::commands) struct Scratch {
    path: PathBuf,
    done: Option<oneshot::Sender<()>>,
    watcher: Option<JoinHandle<()>>,
}

impl Scratch {
    /// Makes the folder below `base`, else in memory, else among the temporary files.
    pub(in crate::commands) fn make(base: Option<&Path>) -> Result<Self, CliError> {
        let random: &dyn Random = &OsRandom;
        let name: String = random
            .bytes::<8>()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let base = match base {
            Some(base) => base.to_owned(),
            None if Path::new(MEMORY).is_dir() => PathBuf::from(MEMORY),
            None => std::env::temp_dir(),
        };
        let path = base.join(format!("lethe-drill-{name}"));
        let what = format!("cannot make the scratch folder {}", path.display());
        let made = DirBuilder::new().mode(0o700).create(&path);
        made.map_err(CliError::file(what))?;
        let (done, ended) = oneshot::channel();
        let watcher = watch(path.clone(), ended);
        Ok(Self {
            path,
            done: Some(done),
            watcher: Some(watcher),
        })
    }

    pub(in crate::commands) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(watcher) = self.watcher.take() {
            drop(watcher.join());
        }
        if let Err(error) = fs::remove_dir_all(&self.path) {
            eprintln!(
                "lethe: {} holds personal data in clear and cannot be removed ({error}): remove it",
                self.path.display()
            );
        }
    }
}

/// Waits for Ctrl-C or SIGTERM until the drill has ended.
fn watch(path: PathBuf, ended: oneshot::Receiver<()>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build();
        let Ok(runtime) = runtime else { return };
        let is_interrupted = runtime.block_on(async {
            tokio::select! {
                () = super::super::serve::stop_signal() => true,
                _ = ended => false,
            }
        });
        if is_interrupted {
            drop(fs::remove_dir_all(&path));
            // 128 + SIGINT, as shells report an interrupted command.
            std::process::exit(130);
        }
    })
}
