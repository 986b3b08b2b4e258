//! The binary `lethe`.
fn main() {}
