//! Shopify's customers export, in both of its forms.

use lethe_formats::{RowError, code, read_shopify_customers};
use lethe_model::{IncomingCustomer, Personal};

fn read(text: &str) -> Vec<Result<IncomingCustomer, RowError>> {
    let mut customers = read_shopify_customers(text.as_bytes()).unwrap();
    std::iter::from_fn(|| customers.next_customer()).collect()
}

fn shown(value: &Option<Personal>) -> &str {
    value.as_ref().map_or("", Personal::expose)
}

const TODAY: &str = "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags\n";
const BEFORE: &str = "First Name,Last Name,Email,Accepts Marketing,Company,Address1,Address2,City,Province,Province Code,Country,Country Code,Zip,Phone,Total Spent,Total Orders,Tags,Note,Tax Exempt\n";

#[test]
fn both_forms_give_the_same_customer() {
    let today = format!(
        "{TODAY}'7123456789012345678,Zoë,Müller,zoe@example.com,yes,ACME,1 rue X,Bât. B,Lyon,ARA,FR,'69002,'+33 4 72 00 00 00,'+33612345678,no,10.00,2,\"Likes\nblue\",no,vip\n"
    );
    let before = format!(
        "{BEFORE}Zoë,Müller,zoe@example.com,yes,ACME,1 rue X,Bât. B,Lyon,Rhône,ARA,France,FR,'69002,'+33612345678,10.00,2,vip,\"Likes\nblue\",no\n"
    );
    for text in [&today, &before] {
        let customers = read(text);
        let customer = customers[0].as_ref().unwrap();
        assert_eq!(shown(&customer.email), "zoe@example.com");
        assert_eq!(shown(&customer.phone), "+33612345678");
        assert_eq!(shown(&customer.note), "Likes\nblue");
        assert_eq!(customer.accepts_marketing, Some(true));
        let party = &customer.party;
        let shown = [
            &party.name,
            &party.company,
            &party.street,
            &party.street2,
            &party.city,
            &party.region,
            &party.postal_code,
            &party.country,
        ]
        .map(shown);
        assert_eq!(
            shown,
            [
                "Zoë Müller",
                "ACME",
                "1 rue X",
                "Bât. B",
                "Lyon",
                "ARA",
                "69002",
                "FR"
            ]
        );
    }
    let customer = read(&today).remove(0).unwrap();
    assert_eq!(shown(&customer.customer_id), "7123456789012345678");
    assert_eq!(shown(&customer.party.phone), "+33 4 72 00 00 00");
}

#[test]
fn bad_rows_are_refused_alone() {
    let text = "First Name,Email,Accepts Marketing\nAda,ada@example.com,no\nBob,,no\nCy\nDi,di@example.com,perhaps\nEd,ed@example.com,\n";
    let codes: Vec<_> = read(text)
        .iter()
        .map(|c| c.as_ref().err().map(|e| (e.row, e.code, e.column.clone())))
        .collect();
    assert_eq!(
        codes,
        [
            None,
            Some((3, code::CELL_MISSING, Some("Email".into()))),
            Some((4, code::FIELD_COUNT, None)),
            Some((5, code::YES_NO_INVALID, Some("Accepts Marketing".into()))),
            None,
        ]
    );
}

#[test]
fn an_orders_export_is_not_a_customers_export() {
    let header = include_str!("../vectors/shopify/csv/orders_export.header_full70.csv");
    let error = read_shopify_customers(header.as_bytes()).err().unwrap();
    assert_eq!(error.code(), code::COLUMN_MISSING);
    assert!(
        error
            .to_string()
            .starts_with("this is not a Shopify customers export: column `First Name` is missing.")
    );
}
