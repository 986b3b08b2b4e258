//! How fast the parsers are on this machine: `cargo run --release -p lethe-formats --example speed`.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

use lethe_formats::guard::Guard;
use lethe_formats::read_shopify_orders;

const HEADER: &str = include_str!("../tests/vectors/shopify/csv/orders_export.header_full70.csv");

fn main() {
    guard();
    let export = orders_export(200_000);
    let begun = Instant::now();
    let (mut orders, mut lines) = (0u32, 0usize);
    let mut reader = read_shopify_orders(export.as_bytes()).expect("an export");
    while let Some(order) = reader.next_order() {
        lines += black_box(order.expect("a good row")).lines.len();
        orders += 1;
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "shopify orders csv: {:.0} rows/s, {:.0} orders/s, {:.0} MB/s ({orders} orders)",
        lines as f64 / seconds,
        f64::from(orders) / seconds,
        export.len() as f64 / 1e6 / seconds,
    );
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
