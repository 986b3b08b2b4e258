//! What a server's data folder is given beside its data.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A self-signed certificate and its key, for one IP address.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// PEM; also the root to verify it with.
    pub certificate: PathBuf,
    /// PEM.
    pub key: PathBuf,
}

impl Certificate {
    /// Makes one in `folder` with the `openssl` program.
    ///
    /// # Panics
    ///
    /// When that program is missing or refuses.
    pub fn make(folder: &Path, address: &str) -> Self {
        let made = Self {
            certificate: folder.join(format!("{address}.crt")),
            key: folder.join(format!("{address}.key")),
        };
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt"]);
        openssl.args(["ec_paramgen_curve:P-256", "-nodes", "-days", "30"]);
        openssl.args(["-subj", "/CN=lethe test", "-addext"]);
        openssl.arg(format!("subjectAltName=IP:{address}"));
        openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
        openssl.arg("-out").arg(&made.certificate);
        openssl.arg("-keyout").arg(&made.key);
        let output = openssl.output().expect("openssl exists");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        made
    }
}
