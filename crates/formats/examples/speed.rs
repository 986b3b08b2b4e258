//! How fast the parsers are on this machine: `cargo run --release -p lethe-formats --example speed`.
//!
//! With a number it only reads an export of so many GiB, to see that memory stays where it is.

use std::env;
use std::fmt::Write;
use std::fs;
use std::hint::black_box;
use std::io::{Cursor, Read};
use std::time::Instant;

use lethe_formats::guard::Guard;
use lethe_formats::{Incoming, Source, read_shopify_orders, read_shopify_orders_json};

const HEADER: &str = include_str!("../tests/vectors/shopify/csv/orders_export.header_full70.csv");

const WEBHOOK: &str =
    include_str!("../tests/vectors/shopify/webhooks/orders_create.laravel-shopify.json");

fn main() {
    if let Some(gigabytes) = env::args().nth(1).and_then(|number| number.parse().ok()) {
        return long_export(gigabytes);
    }
    guard();
    let export = orders_export(200_000);
    time(
        "shopify orders csv",
        read_shopify_orders(export.as_bytes()).expect("an export"),
    );
    let bodies = format!("{{\"orders\":[{}]}}", vec![WEBHOOK; 20_000].join(","));
    time(
        "shopify orders json",
        read_shopify_orders_json(bodies.as_bytes()).expect("bodies"),
    );
}

fn long_export(gigabytes: u64) {
    let export = orders_export(1000);
    let (header, body) = export.split_at(export.find('\n').expect("a header") + 1);
    let repeated = Repeated {
        text: Cursor::new(body),
        left: gigabytes << 30,
    };
    let input = Cursor::new(header).chain(repeated);
    time(
        "a long export",
        read_shopify_orders(input).expect("an export"),
    );
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or("no figure");
    println!("peak memory: {peak}");
}

fn time(what: &str, mut source: impl Source) {
    let begun = Instant::now();
    let mut rows = 0u64;
    for found in source.by_ref() {
        if let Ok(Incoming::Order(order)) = &found {
            rows += order.lines.len() as u64;
        }
        drop(black_box(found));
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{what}: {:.0} rows/s, {:.0} MB/s",
        rows as f64 / seconds,
        source.bytes_read() as f64 / 1e6 / seconds,
    );
}

/// The same text again and again, up to a number of bytes.
struct Repeated<'t> {
    text: Cursor<&'t str>,
    left: u64,
}

impl Read for Repeated<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.text.position() == self.text.get_ref().len() as u64 {
            self.text.set_position(0);
        }
        let n = self.text.read(out)?;
        if self.left < n as u64 {
            return Ok(0);
        }
        self.left -= n as u64;
        Ok(n)
    }
}

/// Times the guard on the texts that an order has.
fn guard() {
    let guard = Guard::new();
    for (what, text) in [
        (
            "note, 100 bytes",
            "Please leave the parcel with the neighbours on the second floor, the bell does not work. Many thanks",
        ),
        (
            "note in French",
            "Merci de laisser le colis chez les voisins du deuxième étage, la sonnette ne marche pas, à bientôt",
        ),
        ("address line", "12 rue de la République, bâtiment B"),
        ("phone number", "+33 6 12 34 56 78"),
        (
            "note with digits",
            "Door code 4521B, call 06 12 34 56 78 before 18:00; order 1001 from 2025-01-05 must come along",
        ),
        (
            "note in Japanese",
            "不在の場合は宅配ボックスに入れてください。よろしくお願いします。",
        ),
        (
            "card number",
            "Here is my card 4111 1111 1111 1111 12/27 cvv 123",
        ),
    ] {
        let rounds = 200_000;
        let begun = Instant::now();
        for _ in 0..rounds {
            black_box(guard.mask(black_box(text)));
        }
        let nanoseconds = begun.elapsed().as_nanos() / rounds;
        println!("guard: {nanoseconds:5} ns  {what} ({} bytes)", text.len());
    }
}

/// Writes an export with the full header, in which every fourth order has a second line.
fn orders_export(orders: u32) -> String {
    let columns: Vec<&str> = HEADER.trim().split(',').collect();
    let mut text = HEADER.trim().to_owned() + "\n";
    for n in 0..orders {
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            match *column {
                "Name" => write!(text, "#{}", 1001 + n),
                "Email" => write!(text, "customer{n}@example.com"),
                "Id" => write!(text, "{}", 820_982_911_946_154_508 + u64::from(n)),
                "Created at" | "Paid at" | "Fulfilled at" => {
                    write!(text, "2025-01-05 10:00:{:02} -0500", n % 60)
                }
                "Currency" => write!(text, "EUR"),
                "Total" | "Subtotal" | "Lineitem price" => write!(text, "{}.50", n % 300),
                "Taxes" | "Shipping" | "Refunded Amount" => write!(text, "0.00"),
                "Financial Status" => write!(text, "paid"),
                "Fulfillment Status" => write!(text, "fulfilled"),
                "Accepts Marketing" => write!(text, "no"),
                "Lineitem quantity" => write!(text, "1"),
                "Lineitem name" => write!(text, "\"Teapot, {n}\""),
                "Billing Name" | "Shipping Name" => write!(text, "Zoë Müller-{n}"),
                "Billing Street" | "Billing Address1" | "Shipping Street" | "Shipping Address1" => {
                    write!(text, "{} Rue de la République", n % 200)
                }
                "Billing City" | "Shipping City" => write!(text, "Lyon"),
                "Billing Zip" | "Shipping Zip" => write!(text, "'69002"),
                "Billing Country" | "Shipping Country" => write!(text, "FR"),
                "Billing Phone" | "Shipping Phone" => {
                    write!(text, "'+33 6 12 34 {:02} {:02}", n % 100, n % 97)
                }
                "Payment Method" => write!(text, "Shopify Payments"),
                _ => Ok(()),
            }
            .expect("memory");
        }
        text.push('\n');
        if n % 4 == 0 {
            writeln!(
                text,
                "#{}{}Saucer{}",
                1001 + n,
                ",".repeat(17),
                ",".repeat(columns.len() - 18)
            )
            .expect("memory");
        }
    }
    text
}
