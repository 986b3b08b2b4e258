//! An archive with three custodians.

use crate::folder::Folder;

const CUSTODIANS: [&str; 3] = ["ada", "ben", "cleo"];

/// Makes the archive's keys; share files lie in `shares`, passphrases in files named like people.
pub(crate) fn set_up(folder: &Folder) {
    let mut args = ["archive", "setup", "--years", "2020-2040", "--out"]
        .map(str::to_owned)
        .to_vec();
    args.push(folder.beside("shares").display().to_string());
    for name in CUSTODIANS {
        let file = folder.beside(name);
        std::fs::write(&file, format!("the passphrase of {name}")).expect("a passphrase file");
        args.extend(["--custodian", name, "--share-passphrase-file"].map(str::to_owned));
        args.push(file.display().to_string());
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    folder.done(&args);
}
