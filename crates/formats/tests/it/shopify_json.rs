//! Bodies of Shopify's REST API and webhooks.

use lethe_formats::{FormatError, RowError, Source, code, read_shopify_orders_json};
use lethe_model::{IncomingOrder, Personal};

const ORDER: &str = include_str!("../vectors/shopify/rest/order.json");
const ORDERS: &str = include_str!("../vectors/shopify/rest/orders.json");
const CUSTOMER: &str = include_str!("../vectors/shopify/rest/customer.json");
const WEBHOOK: &str =
    include_str!("../vectors/shopify/webhooks/orders_create.laravel-shopify.json");

fn read(text: &str) -> Vec<Result<IncomingOrder, RowError>> {
    let mut orders = read_shopify_orders_json(text.as_bytes()).unwrap();
    std::iter::from_fn(|| orders.next_order()).collect()
}

fn one(text: &str) -> IncomingOrder {
    let mut all = read(text);
    assert_eq!(all.len(), 1);
    all.remove(0).unwrap()
}

fn refused(text: &str) -> RowError {
    let mut all = read(text);
    assert_eq!(all.len(), 1);
    all.remove(0).unwrap_err()
}

fn shown(value: &Option<Personal>) -> &str {
    value.as_ref().map_or("", Personal::expose)
}

#[test]
fn a_rest_order_is_read_whole() {
    let order = one(ORDER);
    let at = |text: &str| Some(text.parse().unwrap());
    assert_eq!(
        (shown(&order.reference), shown(&order.external_id)),
        ("#1001", "450789469")
    );
    assert_eq!(shown(&order.customer_id), "207119551");
    assert_eq!(shown(&order.email), "bob.norman@hostmail.com");
    assert_eq!(order.ordered_at, at("2008-01-10T16:00:00Z"));
    assert_eq!(order.updated_at, at("2008-01-10T16:00:00Z"));
    assert_eq!(order.fulfilled_at, None, "the only shipment failed");
    assert_eq!(
        (order.currency.as_deref(), order.total_minor),
        (Some("USD"), Some(40_994))
    );
    assert_eq!(
        (order.accepts_marketing, order.refunded_minor),
        (Some(false), None)
    );
    assert_eq!(order.financial_status.as_deref(), Some("authorized"));
    let billing = order.billing.unwrap();
    assert_eq!(
        (shown(&billing.name), shown(&billing.street)),
        ("Bob Norman", "Chestnut Street 92")
    );
    assert_eq!(
        (shown(&billing.region), shown(&billing.country)),
        ("KY", "US")
    );
    assert!(billing.street2.is_none() && billing.company.is_none());
    assert_eq!(order.lines.len(), 3);
    assert_eq!(order.lines[1].title, "IPod Nano - 8gb - red");
    assert_eq!(order.lines[1].price_minor, Some(19_900));
    let attributes: Vec<_> = order
        .attributes
        .iter()
        .map(|(n, v)| (n.as_str(), v.expose()))
        .collect();
    assert_eq!(
        attributes,
        [
            ("custom engraving", "Happy Birthday"),
            ("colour", "green"),
            ("Custom Engraving", "Happy Birthday"),
        ]
    );
}

#[test]
fn a_webhook_keeps_large_ids_exact() {
    let order = one(WEBHOOK);
    assert_eq!(shown(&order.external_id), "820982911946154508");
    assert_eq!(shown(&order.customer_id), "115310627314723954");
    // The order's own address, not the account's.
    assert_eq!(shown(&order.email), "jon@doe.ca");
    assert_eq!(shown(&order.shipping.unwrap().name), "Steve Shipper");
    assert_eq!(order.refunded_minor, Some(0));
    assert!(order.cancelled_at.is_some());
}

#[test]
fn every_wrapping_gives_the_same_orders() {
    let list = read(ORDERS);
    assert!(!list.is_empty() && list.iter().all(Result::is_ok));
    let bare = WEBHOOK.trim();
    let line = bare.replace('\n', " ");
    for text in [
        format!("[{bare},{bare}]"),
        format!("{{\"orders\":[{bare},\n{bare}]}}"),
        format!("{{\"order\":{bare}}}{{\"order\":{bare}}}"),
        format!("{line}\n{line}\n"),
        format!("\u{feff}{line}\r\n{line}"),
    ] {
        let orders = read(&text);
        assert_eq!(orders.len(), 2, "{}", &text[..20]);
        for (order, row) in orders.iter().zip(1..) {
            let order = order.as_ref().unwrap();
            assert_eq!((order.row, shown(&order.reference)), (row, "#9999"));
        }
    }
}

#[test]
fn refunds_shipments_and_moved_orders_are_understood() {
    let order = one(
        r##"{"id":"12345678901234567890123","name":"#1","currency":"jpy","total_price":1500,
        "created_at":"2025-01-05T10:00:00Z","processed_at":"2019-03-01T10:00:00Z","line_items":[],
        "fulfillments":[{"created_at":"2025-01-09T00:00:00Z","status":"success"},
          {"created_at":"2025-01-08T00:00:00Z","status":"cancelled"},
          {"created_at":"2025-01-07T00:00:00Z","status":null}],
        "refunds":[{"transactions":[{"kind":"refund","status":"success","amount":"500"},
          {"kind":"refund","status":"failure","amount":"99"},{"kind":"void","amount":"1"}]}],
        "billing_address":{"first_name":"Ada","last_name":"Lovelace","zip":75001}}"##,
    );
    assert_eq!(shown(&order.external_id), "12345678901234567890123");
    assert_eq!(
        order.ordered_at,
        Some("2019-03-01T10:00:00Z".parse().unwrap())
    );
    assert_eq!(
        order.fulfilled_at,
        Some("2025-01-07T00:00:00Z".parse().unwrap())
    );
    assert_eq!(
        (order.total_minor, order.refunded_minor),
        (Some(1500), Some(500))
    );
    let billing = order.billing.unwrap();
    assert_eq!(
        (shown(&billing.name), shown(&billing.postal_code)),
        ("Ada Lovelace", "75001")
    );
}

#[test]
fn what_cannot_be_read_is_refused_with_its_member() {
    for (text, code, member) in [
        (CUSTOMER, code::NOT_AN_ORDER, None),
        ("{}", code::NOT_AN_ORDER, None),
        (
            r#"{"id":1,"total_price":"x","currency":"EUR"}"#,
            code::AMOUNT_INVALID,
            Some("total_price"),
        ),
        (
            r#"{"id":1,"total_price":"1.00"}"#,
            code::CURRENCY_MISSING,
            Some("total_price"),
        ),
        (
            r#"{"id":1,"line_items":[],"created_at":"5 Jan"}"#,
            code::DATE_INVALID,
            Some("created_at"),
        ),
        (
            r#"{"id":1,"line_items":[],"note":["x"]}"#,
            code::MEMBER_TYPE,
            Some("note"),
        ),
        (
            r#"{"id":1,"line_items":["x"]}"#,
            code::MEMBER_TYPE,
            Some("line_items"),
        ),
        (
            r#"{"id":1,"line_items":[],"email":"a","email":"b"}"#,
            code::JSON_DUPLICATE,
            None,
        ),
        (r#"{"id":1,"line_items":[],}"#, code::JSON_INVALID, None),
        (
            r#"{"id":1.5e20,"line_items":[]}"#,
            code::ID_ROUNDED,
            Some("id"),
        ),
        (r#"{"id":1,"line_items":[]"#, code::JSON_CUT_OFF, None),
    ] {
        let error = refused(text);
        assert_eq!(
            (error.code, error.column.as_deref(), error.row),
            (code, member, 1),
            "{text}"
        );
    }
    let deep = format!(
        r#"{{"id":1,"line_items":[],"x":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(read(&deep).len(), 1);
}

#[test]
fn a_broken_order_in_a_list_refuses_no_other() {
    let good = r##"{"id":7,"name":"#7","line_items":[]}"##;
    let all = read(&format!(r#"{{"orders":[{good},{{"id":tru}},3,{good}]}}"#));
    let codes: Vec<_> = all
        .iter()
        .map(|o| o.as_ref().err().map(|e| (e.row, e.code)))
        .collect();
    assert_eq!(
        codes,
        [
            None,
            Some((2, code::JSON_INVALID)),
            Some((3, code::JSON_INVALID)),
            None
        ]
    );
}

#[test]
fn errors_never_hold_a_value() {
    for member in [
        "id",
        "currency",
        "total_price",
        "created_at",
        "line_items",
        "refunds",
        "customer",
        "note_attributes",
    ] {
        let text = format!(
            r#"{{"id":1,"name":"x","total_price":"1","currency":"EUR","line_items":[],"{member}":"canary"}}"#
        );
        for error in read(&text)
            .into_iter()
            .chain(read(&text.replacen(&format!("\"{member}\":"), "\"_\":", 1)))
            .filter_map(Result::err)
        {
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }
}

#[test]
fn what_is_not_json_is_refused_at_once() {
    let refuse = |text: &str| read_shopify_orders_json(text.as_bytes()).err().unwrap();
    assert!(matches!(refuse("Name,Email\n"), FormatError::NotJson));
    assert!(matches!(refuse(" \n"), FormatError::Empty));
    let mut orders = read_shopify_orders_json(ORDERS.as_bytes()).unwrap();
    assert!(orders.next().is_some());
    assert_eq!(orders.bytes_read(), ORDERS.len() as u64);
}
