//! Exports of other systems, read by a map.

use lethe_formats::text::TextEncoding;
use lethe_formats::{FormatError, Incoming, Map, Source, code, read_mapped_csv};
use lethe_model::{IncomingCustomer, IncomingOrder, Personal};

const GERMAN: &str = r#"
kind = "orders"
rows = "line"
group_by = "Bestellnummer"
decimal = ","
dates = ["%d.%m.%Y %H:%M"]
time_zone = "Europe/Berlin"
yes = ["ja"]
no = ["nein"]

[columns]
reference = "Bestellnummer"
customer_id = "Kunden-Nr."
email = "E-Mail"
phone = "Telefon"
note = "Bemerkung"
accepts_marketing = "Newsletter"
ordered_at = "Datum"
total = "Summe"

[columns.billing]
name = ["Vorname", "Nachname"]
street = ["Straße", "Hausnummer"]
postal_code = "PLZ"
city = "Ort"

[columns.line]
sku = "Artikel"
title = "Bezeichnung"
quantity = "Menge"
price = "Einzelpreis"

[columns.attributes]
Gravur = "Gravurtext"

[constants]
currency = "EUR"
country = "DE"
"#;

const GERMAN_FILE: &str = "\
Bestellnummer;Datum;Kunden-Nr.;E-Mail;Telefon;Vorname;Nachname;Straße;Hausnummer;PLZ;Ort;Newsletter;Bemerkung;Summe;Artikel;Bezeichnung;Menge;Einzelpreis;Gravurtext
B-1;05.01.2025 10:30;77;zoe@example.com;'0151 23456789;Zoë;Müller;Hauptstraße;12a;01067;Dresden;ja;Bitte klingeln;1.234,50 €;T-1;Teekanne;2;600,00;Für Anna
B-1;;;;;;;;;;;;;;T-2;Tasse;1;34,5;
B-2;05.07.2025 10:30;;;;;;;;;;nein;;5,00;T-2;Tasse;;;
";

/// Row, code and column.
type Refusal = (u64, &'static str, Option<String>);

fn orders(map: &str, file: &[u8]) -> Vec<Result<IncomingOrder, Refusal>> {
    let map = Map::parse(map).unwrap();
    read_mapped_csv(file, &map)
        .unwrap()
        .map(|found| match found {
            Ok(Incoming::Order(order)) => Ok(*order),
            Ok(Incoming::Customer(_)) => panic!("a customer"),
            Err(error) => Err((error.row, error.code, error.column)),
        })
        .collect()
}

fn shown(value: &Option<Personal>) -> &str {
    value.as_ref().map_or("", Personal::expose)
}

#[test]
fn one_row_per_line_makes_whole_orders() {
    let orders = orders(GERMAN, GERMAN_FILE.as_bytes());
    assert_eq!(orders.len(), 2);
    let order = orders[0].as_ref().unwrap();
    assert_eq!(
        (shown(&order.reference), shown(&order.customer_id)),
        ("B-1", "77")
    );
    assert_eq!(
        (shown(&order.email), shown(&order.phone)),
        ("zoe@example.com", "0151 23456789")
    );
    assert_eq!(
        order.ordered_at,
        Some("2025-01-05T09:30:00Z".parse().unwrap())
    );
    assert_eq!(
        (order.currency.as_deref(), order.total_minor),
        (Some("EUR"), Some(123_450))
    );
    assert_eq!(order.accepts_marketing, Some(true));
    let billing = order.billing.as_ref().unwrap();
    assert_eq!(
        (shown(&billing.name), shown(&billing.street)),
        ("Zoë Müller", "Hauptstraße 12a")
    );
    assert_eq!(
        (shown(&billing.postal_code), shown(&billing.country)),
        ("01067", "DE")
    );
    assert!(order.shipping.is_none());
    assert_eq!(order.attributes[0].0, "Gravur");
    assert_eq!(order.attributes[0].1.expose(), "Für Anna");
    let prices: Vec<_> = order
        .lines
        .iter()
        .map(|l| (l.quantity, l.price_minor))
        .collect();
    assert_eq!(prices, [(2, Some(60_000)), (1, Some(3_450))]);
    let second = orders[1].as_ref().unwrap();
    assert!(second.billing.is_none(), "a country alone is nobody");
    assert_eq!(
        (second.accepts_marketing, second.lines[0].price_minor),
        (Some(false), None)
    );
}

#[test]
fn the_encoding_can_be_named() {
    let map =
        Map::parse(&GERMAN.replacen("rows =", "encoding = \"iso-8859-15\"\nrows =", 1)).unwrap();
    let euro = TextEncoding::for_label("iso-8859-15").unwrap();
    let bytes: Vec<u8> = GERMAN_FILE
        .chars()
        .map(|c| {
            if c == '€' {
                0xA4
            } else {
                u8::try_from(u32::from(c)).unwrap()
            }
        })
        .collect();
    let mut orders = read_mapped_csv(&bytes[..], &map).unwrap();
    assert!(orders.next().unwrap().is_ok());
    assert_eq!(orders.encoding(), euro);
}

#[test]
fn customers_are_read_by_a_map_too() {
    let map = Map::parse(
        "kind = \"customers\"\ndates = [\"%Y/%m/%d\"]\ntime_zone = \"UTC\"\n\
         [columns]\nemail = \"mail\"\ncreated_at = \"since\"\n[columns.address]\nname = \"who\"\n",
    )
    .unwrap();
    let file = "Mail\tWHO\tsince\na@example.com\tAda\t2020/02/29\n\tBob\t\nc@example.com\tCy\t2020-02-30\n";
    let found: Vec<Result<IncomingCustomer, &str>> = read_mapped_csv(file.as_bytes(), &map)
        .unwrap()
        .map(|found| match found {
            Ok(Incoming::Customer(customer)) => Ok(*customer),
            Ok(Incoming::Order(_)) => panic!("an order"),
            Err(error) => Err(error.code),
        })
        .collect();
    assert_eq!(shown(&found[0].as_ref().unwrap().party.name), "Ada");
    assert_eq!(
        found[0].as_ref().unwrap().created_at,
        Some("2020-02-29T00:00:00Z".parse().unwrap())
    );
    assert_eq!(found[1].as_ref().unwrap_err(), &code::CELL_MISSING);
    assert_eq!(found[2].as_ref().unwrap_err(), &code::DATE_INVALID);
}

#[test]
fn bad_rows_refuse_their_order_alone() {
    let file = GERMAN_FILE.replace("Tasse;1;34,5", "Tasse;1;34.5")
        + "B-3;05.07.2025;;;;;;;;;;;;5,00;T;T;;;\n;;;\nB-4;;;;;;;;;;;vielleicht;;;;;;;\nB-5;;;;;;;;;;;;;;;;;;\n";
    let codes: Vec<_> = orders(GERMAN, file.as_bytes())
        .into_iter()
        .map(|o| o.err())
        .collect();
    assert_eq!(
        codes,
        [
            Some((3, code::AMOUNT_INVALID, Some("Einzelpreis".into()))),
            None,
            Some((5, code::DATE_INVALID, Some("Datum".into()))),
            Some((6, code::FIELD_COUNT, None)),
            Some((7, code::YES_NO_INVALID, Some("Newsletter".into()))),
            None,
        ]
    );
}

#[test]
fn a_map_with_a_contradiction_names_the_key() {
    let edit = |from: &str, to: &str| {
        assert!(GERMAN.contains(from));
        Map::parse(&GERMAN.replacen(from, to, 1)).unwrap_err()
    };
    for (from, to, key) in [
        ("group_by = \"Bestellnummer\"", "", "group_by"),
        ("rows = \"line\"", "", "group_by"),
        ("reference = \"Bestellnummer\"", "", "columns.reference"),
        ("currency = \"EUR\"", "", "columns.total"),
        (
            "currency = \"EUR\"",
            "currency = \"Euro\"",
            "constants.currency",
        ),
        (
            "total = \"Summe\"",
            "total = \"Summe\"\ncurrency = \"W\"",
            "columns.currency",
        ),
        (
            "city = \"Ort\"",
            "city = \"Ort\"\ncountry = \"Land\"",
            "columns.billing.country",
        ),
        ("decimal = \",\"", "decimal = \"'\"", "decimal"),
        ("%d.%m.%Y %H:%M", "%H:%M", "dates[0]"),
        ("time_zone = \"Europe/Berlin\"", "", "dates[0]"),
        ("Europe/Berlin", "Berlin", "time_zone"),
        ("yes = [\"ja\"]", "yes = [\"ja\", \"NEIN\"]", "no"),
        (
            "kind = \"orders\"",
            "kind = \"customers\"",
            "columns.reference",
        ),
        (
            "phone = \"Telefon\"",
            "created_at = \"Telefon\"",
            "columns.created_at",
        ),
        ("phone = \"Telefon\"", "phone = []", "columns.phone"),
        (
            "rows = \"line\"",
            "rows = \"line\"\ndelimiter = \"ab\"",
            "delimiter",
        ),
        (
            "rows = \"line\"",
            "rows = \"line\"\nencoding = \"klingon\"",
            "encoding",
        ),
    ] {
        let error = edit(from, to);
        assert_eq!(error.key.as_deref(), Some(key), "{error}");
    }
    // Keys that stand twice and keys that do not exist are found by the TOML reader.
    for (from, to, word) in [
        (
            "note = \"Bemerkung\"",
            "note = \"Bemerkung\"\nnote = \"X\"",
            "duplicate key",
        ),
        (
            "note = \"Bemerkung\"",
            "notes = \"Bemerkung\"",
            "unknown field `notes`",
        ),
    ] {
        let error = edit(from, to);
        assert!(error.to_string().contains(word), "{error}");
        assert!(error.to_string().contains("note"), "{error}");
    }
    insta::assert_snapshot!(edit("currency = \"EUR\"", ""), @"the map cannot be used: `columns.total`: an amount needs a currency, which says how many decimals it has: add `columns.currency` or `constants.currency`");
}

#[test]
fn a_column_that_the_file_does_not_have_is_named() {
    let refuse = |file: &str| {
        let map = Map::parse(GERMAN).unwrap();
        match read_mapped_csv(file.as_bytes(), &map).err().unwrap() {
            FormatError::Map(error) => error,
            other => panic!("{other}"),
        }
    };
    let error = refuse(&GERMAN_FILE.replacen("E-Mail", "Mail", 1));
    insta::assert_snapshot!(error, @"the map cannot be used: `columns.email`: the column `E-Mail` is not in the file's first row: write it as it stands there, or remove the key");
    assert_eq!(error.key.as_deref(), Some("columns.email"));
    let error = refuse(&GERMAN_FILE.replacen("Telefon", "E-Mail", 1));
    assert_eq!(error.key.as_deref(), Some("columns.email"));
    assert!(error.reason.contains("twice"));
}
