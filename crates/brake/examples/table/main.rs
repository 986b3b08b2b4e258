//! Prints the table of `docs/brake.md`: `cargo run -p lethe-brake --release --example table`.
//!
//! A number may follow: how many seeds (200 if none is given).

mod report;
mod sim;

fn main() {
    let seeds = std::env::args()
        .nth(1)
        .and_then(|one| one.parse().ok())
        .unwrap_or(200);
    print!("{}", report::write(seeds));
}
