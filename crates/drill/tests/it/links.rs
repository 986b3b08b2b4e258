//! What the drill must not be able to do: call the code it attacks.

use std::process::Command;

#[test]
fn neither_operations_nor_keeper_nor_store_are_linked() {
    let tree = Command::new(env!("CARGO"))
        .args([
            "tree",
            "-p",
            "lethe-drill",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
        ])
        .args(["--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        tree.status.success(),
        "{}",
        String::from_utf8_lossy(&tree.stderr)
    );
    let text = String::from_utf8(tree.stdout).unwrap();
    assert!(text.contains("lethe-crypto"));
    for forbidden in ["lethe-ops", "lethe-keeper", "lethe-store", "lethe-http"] {
        assert!(!text.contains(forbidden), "the drill links {forbidden}");
    }
}
