//! What a witness must not be able to do: open a vault.

use std::process::Command;

#[test]
fn of_this_project_the_log_format_alone_is_linked() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "-p", "lethe-witness", "--edges", "normal,build"])
        .args(["--prefix", "none", "--offline", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        tree.status.success(),
        "{}",
        String::from_utf8_lossy(&tree.stderr)
    );
    let text = String::from_utf8(tree.stdout).unwrap();
    let mut ours: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| name.starts_with("lethe-"))
        .collect();
    ours.sort_unstable();
    ours.dedup();
    assert_eq!(ours, ["lethe-tlog", "lethe-witness"]);
}
