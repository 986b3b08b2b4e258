//! What the guard takes out of ordinary text: give it files, it counts findings per kind.
//!
//! `cargo run --release -p lethe-formats --example guard_rate -- FILE…`; with `--show` it prints
//! the lines, so use that on public text only.

use std::env;
use std::fs;
use std::time::Instant;

use lethe_formats::guard::{Counts, Guard};

fn main() {
    let guard = Guard::new();
    let (mut texts, mut bytes, mut hits, mut counts) = (0u64, 0u64, 0u64, Counts::default());
    let show = env::args().any(|argument| argument == "--show");
    let begun = Instant::now();
    for path in env::args().skip(1).filter(|argument| argument != "--show") {
        let Ok(content) = fs::read(&path) else {
            continue;
        };
        let content = String::from_utf8_lossy(&content);
        for text in content.split("\n\n").filter(|text| !text.trim().is_empty()) {
            let findings = guard.inspect(text);
            texts += 1;
            bytes += text.len() as u64;
            hits += u64::from(!findings.is_empty());
            counts += findings.counts();
            if show {
                for finding in findings.iter() {
                    println!("{path}: {}: {}", finding.kind, &text[finding.span.clone()]);
                }
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{texts} texts, {bytes} bytes, {:.0} MB/s, {hits} with findings",
        bytes as f64 / 1e6 / seconds
    );
    for (kind, count) in counts.iter() {
        println!("  {kind}: {count}");
    }
}
