//! What must hold for any input at all.

use std::io::Read;

use lethe_formats::guard::{Guard, Kind};
use lethe_formats::text::{Decoder, TextEncoding};
use lethe_formats::{
    Map, Source, code, read_mapped_csv, read_shopify_customers, read_shopify_orders,
    read_shopify_orders_json,
};
use lethe_model::Personal;
use proptest::prelude::*;

const HEADER: &str = "Name,Id,Email,Created at,Currency,Total,Notes,Lineitem name,Lineitem price\n";
const MAP: &str = "kind = \"orders\"\nrows = \"line\"\ngroup_by = \"Name\"\ntime_zone = \"UTC\"\n\
    [columns]\nreference = \"Name\"\nemail = \"Email\"\nordered_at = \"Created at\"\n\
    currency = \"Currency\"\ntotal = \"Total\"\n[columns.line]\ntitle = \"Lineitem name\"\n";

/// Reads a source to its end: every refusal has a known code, and the end stays the end.
fn drain(source: Result<impl Source, impl std::fmt::Debug>) {
    let Ok(mut source) = source else { return };
    while let Some(found) = source.next() {
        if let Err(error) = found {
            assert!(code::ROW_CODES.contains(&error.code), "{error}");
            if error.is_fatal() {
                assert!(source.next().is_none());
            }
        }
    }
    assert!(source.next().is_none());
}

fn read_as_everything(bytes: &[u8]) {
    drain(read_shopify_orders(bytes));
    drain(read_shopify_customers(bytes));
    drain(read_shopify_orders_json(bytes));
    drain(read_mapped_csv(bytes, &Map::parse(MAP).unwrap()));
}

/// Hands out a few bytes at a time.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.1.min(out.len());
        self.0.read(&mut out[..n])
    }
}

fn decoded(decoder: std::io::Result<Decoder<impl Read>>) -> String {
    let mut text = String::new();
    decoder.unwrap().read_to_string(&mut text).unwrap();
    text
}

/// Text as customers write it, with what is special in CSV.
fn cell() -> impl Strategy<Value = String> {
    "[a-zA-Zéß日0-9 \"',;:\n#-]{0,20}".prop_map(|text| text.trim().to_owned())
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        read_as_everything(&bytes);
    }

    #[test]
    fn no_csv_makes_a_parser_panic(body in "[\"\r\n,;#10-9aT:+. é-]{0,400}") {
        read_as_everything((HEADER.to_owned() + &body).as_bytes());
        read_as_everything(body.as_bytes());
    }

    #[test]
    fn no_json_makes_a_parser_panic(body in "[\\[\\]{}\",:\\\\ \nidorde1s]{0,300}") {
        read_as_everything(body.as_bytes());
        read_as_everything(format!("{{\"orders\":[{{\"id\":1}},{body}").as_bytes());
        read_as_everything(format!("{{\"id\":1,\"line_items\":{body}}}").as_bytes());
    }

    #[test]
    fn no_text_makes_the_map_reader_panic(text in "(kind|rows|dates|columns|[\\[\\]\"=., \nx%]){0,60}") {
        drop(Map::parse(&text));
    }

    #[test]
    fn orders_written_as_csv_come_back(
        rows in prop::collection::vec((cell(), cell(), cell(), 0i64..1_000_000), 1..20),
    ) {
        let mut writer = csv::Writer::from_writer(HEADER.as_bytes().to_vec());
        for (n, (email, note, title, cents)) in rows.iter().enumerate() {
            let total = format!("{}.{:02}", cents / 100, cents % 100);
            let name = format!("#{n}");
            let record = [&name, &name, email, "", "EUR", &total, note, title, ""];
            writer.write_record(record).unwrap();
        }
        let file = writer.into_inner().unwrap();
        let mut orders = read_shopify_orders(&file[..]).unwrap();
        for (n, (email, note, title, cents)) in rows.iter().enumerate() {
            let order = orders.next_order().unwrap().unwrap();
            let shown = |value: &Option<Personal>| value.as_ref().map_or(String::new(), |v| v.expose().to_owned());
            prop_assert_eq!(shown(&order.reference), format!("#{n}"));
            prop_assert_eq!(shown(&order.email), email.clone());
            prop_assert_eq!(shown(&order.note), note.clone());
            prop_assert_eq!(order.total_minor, Some(*cents));
            prop_assert_eq!(order.lines.first().map_or("", |line| &line.title), title);
        }
        prop_assert!(orders.next_order().is_none());
    }

    #[test]
    fn decoding_does_not_depend_on_how_bytes_arrive(
        bytes in prop::collection::vec(prop_oneof![Just(b'a'), Just(0u8), any::<u8>()], 0..400),
        step in 1usize..9,
    ) {
        let whole = decoded(Decoder::new(&bytes[..]));
        prop_assert_eq!(&whole, &decoded(Decoder::new(Drip(&bytes, step))));
    }

    #[test]
    fn any_text_survives_utf8_and_utf16(text in "\\PC{0,200}") {
        for label in ["utf-8", "utf-16le", "utf-16be"] {
            let bytes: Vec<u8> = match label {
                "utf-8" => text.clone().into_bytes(),
                "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                _ => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            };
            let encoding = TextEncoding::for_label(label).unwrap();
            prop_assert_eq!(&decoded(Decoder::with_encoding(&bytes[..], encoding)), &text);
        }
    }
}

proptest! {
    // Making a guard takes a while without optimisation.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn masking_is_stable_and_never_panics(
        texts in prop::collection::vec(
            prop_oneof![
                "\\PC{0,80}",
                "[0-9 .+-]{0,60}",
                "(password|cvv|visa|private key|xprv|abandon|zoo|[:= ]|[0-9a-f]{3,64}|4111 1111 1111 1111){0,20}",
                "(的|一|是|在|abandon|ability|あいこくしん|1\\.|[ ,\n\u{3000}]){0,60}",
            ],
            50,
        ),
    ) {
        let guard = Guard::new();
        for text in texts {
            let found = guard.inspect(&text);
            let mut end = 0;
            for finding in found.iter() {
                prop_assert!(finding.span.start >= end && finding.span.end > finding.span.start);
                prop_assert!(text.get(finding.span.clone()).is_some());
                end = finding.span.end;
            }
            let once = guard.mask(&text);
            prop_assert!(once.findings.total() >= found.counts().total());
            let twice = guard.mask(&once.text);
            prop_assert_eq!(&once.text, &twice.text, "{}", text);
        }
    }

    #[test]
    fn a_card_number_among_words_is_always_found(
        around in prop::collection::vec(("[a-zéß ,.\n]{0,30} ", " [a-zéß ,\n]{0,30}"), 50),
    ) {
        let guard = Guard::new();
        for (before, after) in around {
            let text = format!("{before}5555 5555 5555 4444{after}");
            prop_assert_eq!(guard.inspect(&text).counts().of(Kind::CardNumber), 1, "{}", text);
        }
    }
}
