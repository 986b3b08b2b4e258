//! Shopify's orders export, as real exports look.

use std::fmt::Write;

use lethe_formats::text::TextEncoding;
use lethe_formats::{FormatError, RowError, Source, code, read_shopify_orders};
use lethe_model::{IncomingOrder, Personal};

const HEADER: &str = include_str!("../vectors/shopify/csv/orders_export.header_full70.csv");
const SMALL: &str = include_str!("../vectors/shopify/csv/orders_export.ltv-cohort-kit.small.csv");

fn read(bytes: &[u8]) -> Vec<Result<IncomingOrder, RowError>> {
    let mut orders = read_shopify_orders(bytes).unwrap();
    std::iter::from_fn(|| orders.next_order()).collect()
}

fn shown(value: &Option<Personal>) -> &str {
    value.as_ref().map_or("", Personal::expose)
}

/// Writes rows under the full header from `column = value` pairs.
fn export(rows: &[&[(&str, &str)]]) -> String {
    let columns: Vec<&str> = HEADER.trim().split(',').collect();
    let mut text = HEADER.trim().to_owned() + "\n";
    for row in rows {
        for (name, _) in *row {
            assert!(columns.contains(name), "{name}");
        }
        let cells: Vec<String> = columns
            .iter()
            .map(|column| {
                let value = row
                    .iter()
                    .find(|(name, _)| name == column)
                    .map_or("", |(_, v)| v);
                format!("\"{}\"", value.replace('"', "\"\""))
            })
            .collect();
        writeln!(text, "{}", cells.join(",")).unwrap();
    }
    text
}

const FIRST: &[(&str, &str)] = &[
    ("Name", "#1001"),
    ("Id", "820982911946154508"),
    ("Email", "Zoe@Example.com"),
    ("Created at", "2025-01-05 10:00:00 -0500"),
    ("Paid at", "2025-01-05 10:01:00 -0500"),
    ("Fulfilled at", "2025-01-06 09:00:00 +0100"),
    ("Cancelled at", "2025-01-07 09:00:00 +0100"),
    ("Financial Status", "refunded"),
    ("Fulfillment Status", "fulfilled"),
    ("Accepts Marketing", "yes"),
    ("Currency", "KWD"),
    ("Total", "10.500"),
    ("Refunded Amount", "0.5"),
    ("Billing Name", "Zoë \"Z\" 't Hooft"),
    ("Billing Street", "12 rue de la Paix, bâtiment B"),
    ("Billing Address1", "12 rue de la Paix"),
    ("Billing Address2", "bâtiment B"),
    ("Billing Zip", "'75001"),
    ("Billing City", "Paris"),
    ("Billing Country", "FR"),
    ("Billing Phone", "'+33 6 12 34 56 78"),
    ("Shipping Name", "山田 太郎"),
    ("Shipping Street", "1-2-3 Ginza"),
    ("Notes", "Sonner deux fois\nmerci"),
    ("Note Attributes", "engraving: For Anna\ngift: yes"),
    ("Lineitem name", "Teapot, blue"),
    ("Lineitem sku", "TP-1"),
    ("Lineitem quantity", "2"),
    ("Lineitem price", "5.000"),
];

#[test]
fn an_export_by_others_is_read_whole() {
    let orders: Vec<IncomingOrder> = read(SMALL.as_bytes())
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(orders.len(), 8);
    assert_eq!(orders[0].lines.len(), 2);
    assert_eq!(orders[0].lines[1].title, "Red Gadget");
    assert_eq!(orders[0].total_minor, Some(10_000));
    assert_eq!(
        orders[0].ordered_at,
        Some("2025-01-05T15:00:00Z".parse().unwrap())
    );
    assert_eq!(
        orders.iter().map(|o| o.row).collect::<Vec<_>>(),
        [2, 4, 5, 6, 7, 8, 9, 10]
    );
    assert_eq!(shown(&orders[3].reference), "#1004");
    assert!(orders[3].email.is_none() && orders[3].billing.is_none());
    assert_eq!(
        orders[6].ordered_at,
        Some("2025-04-02T16:00:00Z".parse().unwrap())
    );
}

#[test]
fn every_field_of_the_full_export_arrives() {
    let further: &[(&str, &str)] = &[
        ("Name", "#1001"),
        ("Email", "Zoe@Example.com"),
        ("Lineitem sku", "CUP-9"),
    ];
    let text = export(&[FIRST, further]);
    let orders = read(text.as_bytes());
    assert_eq!(orders.len(), 1);
    let order = orders[0].as_ref().unwrap();
    let at = |text: &str| Some(text.parse().unwrap());
    assert_eq!(shown(&order.external_id), "820982911946154508");
    assert_eq!(shown(&order.email), "Zoe@Example.com");
    assert_eq!(order.paid_at, at("2025-01-05T15:01:00Z"));
    assert_eq!(order.fulfilled_at, at("2025-01-06T08:00:00Z"));
    assert_eq!(order.cancelled_at, at("2025-01-07T08:00:00Z"));
    assert_eq!(order.currency.as_deref(), Some("KWD"));
    assert_eq!(
        (order.total_minor, order.refunded_minor),
        (Some(10_500), Some(500))
    );
    assert_eq!(order.accepts_marketing, Some(true));
    assert_eq!(order.financial_status.as_deref(), Some("refunded"));
    let billing = order.billing.as_ref().unwrap();
    assert_eq!(shown(&billing.name), "Zoë \"Z\" 't Hooft");
    assert_eq!(shown(&billing.street), "12 rue de la Paix");
    assert_eq!(shown(&billing.street2), "bâtiment B");
    assert_eq!(shown(&billing.postal_code), "75001");
    assert_eq!(shown(&billing.phone), "+33 6 12 34 56 78");
    let shipping = order.shipping.as_ref().unwrap();
    assert_eq!(
        (shown(&shipping.name), shown(&shipping.street)),
        ("山田 太郎", "1-2-3 Ginza")
    );
    assert_eq!(shown(&order.note), "Sonner deux fois\nmerci");
    assert_eq!(order.attributes[0].0, "engraving");
    assert_eq!(order.attributes[0].1.expose(), "For Anna");
    assert_eq!(
        (order.lines[0].quantity, order.lines[0].price_minor),
        (2, Some(5_000))
    );
    assert_eq!(
        (order.lines[1].title.as_str(), order.lines[1].quantity),
        ("CUP-9", 1)
    );
}

#[test]
fn the_encoding_does_not_change_the_orders() {
    let text = export(&[&FIRST[..21]])
        .replace('\n', "\r\n")
        .replace('ë', "e");
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let latin1: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    for (bytes, encoding) in [
        (text.clone().into_bytes(), TextEncoding::Utf8),
        (
            ["\u{feff}", &text].concat().into_bytes(),
            TextEncoding::Utf8,
        ),
        (wide(u16::to_le_bytes), TextEncoding::Utf16Le),
        (wide(u16::to_be_bytes), TextEncoding::Utf16Be),
        (latin1, TextEncoding::Windows1252),
    ] {
        let mut orders = read_shopify_orders(&bytes[..]).unwrap();
        let order = orders.next_order().unwrap().unwrap();
        assert_eq!(
            shown(&order.billing.unwrap().street2),
            "bâtiment B",
            "{encoding}"
        );
        assert_eq!(orders.encoding(), encoding);
        assert_eq!(orders.bytes_read(), bytes.len() as u64);
        assert!(orders.next_order().is_none());
    }
}

#[test]
fn a_bad_row_refuses_its_order_and_no_other() {
    let header = "Name,Id,Created at,Currency,Total,Lineitem name,Lineitem price\n";
    let good = "#7,7,2025-01-05 10:00:00 +0000,EUR,1.00,Cup,1.00\n";
    for (rows, code, column, row) in [
        (
            "#1,1,5 January,EUR,1.00,Cup,1\n",
            code::DATE_INVALID,
            Some("Created at"),
            2,
        ),
        (
            "#1,1,2025-01-05 10:00:00 +0000,EUR,1 €,Cup,1\n",
            code::AMOUNT_INVALID,
            Some("Total"),
            2,
        ),
        (
            "#1,1,,JPY,1.5,Cup,1\n",
            code::AMOUNT_PRECISION,
            Some("Total"),
            2,
        ),
        (
            "#1,1,,,1.5,Cup,1\n",
            code::CURRENCY_MISSING,
            Some("Total"),
            2,
        ),
        (
            "#1,1,,€,1.5,Cup,1\n",
            code::CURRENCY_INVALID,
            Some("Currency"),
            2,
        ),
        (
            "#1,5.12E+12,,EUR,1.5,Cup,1\n",
            code::ID_ROUNDED,
            Some("Id"),
            2,
        ),
        ("#1,1,,EUR\n", code::FIELD_COUNT, None, 2),
        (
            "#1,1,,EUR,1,Cup,1\n#1,,,,,Pot,x\n#1,,,,,Pan,1\n",
            code::AMOUNT_INVALID,
            Some("Lineitem price"),
            3,
        ),
        (
            "#1,1,,EUR,1,Cup,1\n#1,,,,,Pot\n",
            code::FIELD_COUNT,
            None,
            3,
        ),
        (",1,,EUR,1,Cup,1\n", code::CELL_MISSING, Some("Name"), 2),
        (
            "#1,,,,,Pot,2\n#1,,,,,Pan,2\n",
            code::ORPHAN_LINE,
            Some("Name"),
            2,
        ),
    ] {
        let text = [header, rows, good].concat();
        let read = read(text.as_bytes());
        assert_eq!(read.len(), 2, "{rows}");
        let error = read[0].as_ref().unwrap_err();
        assert_eq!(
            (error.code, error.column.as_deref(), error.row),
            (code, column, row),
            "{rows}"
        );
        assert_eq!(shown(&read[1].as_ref().unwrap().reference), "#7");
    }
}

#[test]
fn one_name_with_two_ids_is_two_orders() {
    let text = "Name,Id,Lineitem name\n#1,1,Cup\n#1,,Pot\n#1,2,Pan\n#1,2,Lid\n";
    let lines: Vec<usize> = read(text.as_bytes())
        .iter()
        .map(|o| o.as_ref().unwrap().lines.len())
        .collect();
    assert_eq!(lines, [2, 2]);
}

#[test]
fn a_file_that_is_something_else_says_so() {
    let refuse = |text: &str| read_shopify_orders(text.as_bytes()).err().unwrap();
    let error = refuse("order,date\n1,2\n");
    assert_eq!(error.code(), code::COLUMN_MISSING);
    insta::assert_snapshot!(error, @"this is not a Shopify orders export: column `Name` is missing. Export the orders as a plain CSV file, keep its first row, and import that file; for another kind of file use `csv --map`");
    assert_eq!(refuse("Name,Handle\n").code(), code::COLUMN_MISSING);
    assert!(matches!(refuse(""), FormatError::Empty));
}

#[test]
fn errors_never_hold_a_value() {
    let marked = "canary";
    let header =
        "Name,Id,Created at,Currency,Total,Accepts Marketing,Lineitem name,Lineitem quantity\n";
    for column in 1..8 {
        let mut cells = ["#1", "1", "", "EUR", "1", "no", "Cup", "1"];
        cells[column] = marked;
        let text = [header, &cells.join(",")].concat();
        for error in read(text.as_bytes()).into_iter().filter_map(Result::err) {
            assert!(!format!("{error} {error:?}").contains(marked));
        }
    }
}

#[test]
fn an_order_that_never_ends_is_refused() {
    let mut text = String::from("Name,Id,Lineitem name\n#1,1,Cup\n");
    for _ in 0..20_000 {
        text.push_str("#1,,Cup\n");
    }
    text.push_str("#2,2,Cup\n");
    let read = read(text.as_bytes());
    assert_eq!(read.len(), 2);
    assert_eq!(read[0].as_ref().unwrap_err().code, code::ORDER_TOO_LARGE);
}
