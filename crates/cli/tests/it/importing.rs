//! Imports: repeated, interrupted, refused.

use crate::shop::{ORDERS, PEOPLE, Shop, assert_run};
use std::fs;
use std::path::Path;
use std::time::Duration;

#[test]
fn the_same_file_twice_changes_nothing() {
    let shop = Shop::made();
    assert_run!(shop.run("import shopify-orders in/orders.csv"), @r"
    in/orders.csv: 24 imported, 0 updated, 0 unchanged, 0 refused, in (a while)
    [exit 0]
    ");
    let before = shop.counts();
    assert_eq!(before, (u64::from(PEOPLE), ORDERS));
    assert_run!(shop.run("import shopify-orders in/orders.csv"), @r"
    in/orders.csv: 0 imported, 0 updated, 24 unchanged, 0 refused, in (a while)
    [exit 0]
    ");
    let report = shop.json("import shopify-orders in/orders.csv in/orders.csv");
    assert_eq!(report["files"][1]["unchanged"], ORDERS);
    assert_eq!(shop.counts(), before);
}

#[test]
fn standard_input_is_read() {
    let shop = Shop::made();
    let mut command = shop.command();
    command.args(["import", "shopify-orders", "-", "--json"]);
    command.stdin(fs::File::open(shop.path("in/orders.csv")).unwrap());
    let run = shop.finish(command.output().unwrap());
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["files"][0]["imported"], ORDERS);
}

#[test]
fn every_format_of_the_sample_goes_in() {
    let shop = Shop::made();
    let sample = "sample --customers 8 --seed 3 --end 2026-01-31";
    shop.ok(&format!(
        "{sample} --format shopify-customers --out in/customers.csv"
    ));
    assert_run!(shop.run("import shopify-customers in/customers.csv"), @r"
    in/customers.csv: 8 imported, 0 updated, 0 unchanged, 0 refused, in (a while)
    [exit 0]
    ");
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/tests/vectors/shopify");
    fs::copy(vectors.join("rest/order.json"), shop.path("in/order.json")).unwrap();
    assert_run!(shop.run("import shopify-orders-json in/order.json"), @r"
    in/order.json: 1 imported, 0 updated, 0 unchanged, 0 refused, in (a while)
    [exit 0]
    ");
    fs::write(
        shop.path("map.toml"),
        "rows = \"orders\"\n[columns]\nreference = \"No\"\nemail = \"Mail\"\n",
    )
    .unwrap();
    fs::write(
        shop.path("in/other.csv"),
        "No;Mail\nA-1;ana@example.com\nA-2;\n",
    )
    .unwrap();
    assert_run!(shop.run("import csv --map map.toml in/other.csv"), @r#"
    [stderr]
    lethe: map.toml: the map cannot be used: TOML parse error at line 1, column 8
      |
    1 | rows = "orders"
      |        ^^^^^^^^
    unknown variant `orders`, expected `order` or `line` [map_invalid]
    [exit 2]
    "#);
}

#[test]
fn a_file_that_is_not_the_format_is_refused_as_a_whole() {
    let shop = Shop::filled();
    fs::write(
        shop.path("in/letter.txt"),
        "Dear Sir,\nplease find enclosed\n",
    )
    .unwrap();
    fs::write(shop.path("in/noise.csv"), [0_u8, 159, 146, 150].repeat(500)).unwrap();
    fs::write(shop.path("in/empty.csv"), "").unwrap();
    assert_run!(shop.run("import shopify-orders in/letter.txt"), @r"
    [stderr]
    lethe: in/letter.txt: this is not a Shopify orders export: column `Name` is missing. Export the orders as a plain CSV file, keep its first row, and import that file; for another kind of file use `csv --map` [column_missing]
    [exit 2]
    ");
    assert_run!(shop.run("import shopify-customers in/orders.csv"), @r"
    [stderr]
    lethe: in/orders.csv: this is not a Shopify customers export: column `First Name` is missing. Export the customers as a plain CSV file, keep its first row, and import that file; for another kind of file use `csv --map` [column_missing]
    [exit 2]
    ");
    assert_run!(shop.run("import shopify-orders-json in/orders.csv"), @r"
    [stderr]
    lethe: in/orders.csv: this is not JSON: import the response of the API or the body of the webhook as it came [not_json]
    [exit 2]
    ");
    assert_run!(shop.run("import shopify-orders in/empty.csv --json"), @r#"
    [stderr]
    {"error":{"code":"file_empty","message":"in/empty.csv: the file is empty: check that the export has finished, and import the file it made"}}
    [exit 2]
    "#);
    assert_eq!(shop.run("import shopify-orders in/noise.csv").code, 2);
    assert_run!(shop.run("import shopify-orders in/nowhere.csv"), @r"
    [stderr]
    lethe: cannot read in/nowhere.csv: No such file or directory (os error 2) [file-system]
    [exit 1]
    ");
    assert_run!(shop.run("import shopify-orders in"), @r"
    [stderr]
    lethe: in is a folder: name the files in it [usage]
    [exit 2]
    ");
    assert_eq!(shop.counts(), (u64::from(PEOPLE), ORDERS));
}

#[test]
fn a_map_with_contradictions_is_refused() {
    let shop = Shop::filled();
    fs::write(shop.path("in/other.csv"), "No,Mail\nA-1,ana@example.com\n").unwrap();
    for map in [
        "rows = \"orders\"\n[columns]\nreference = \"Missing\"\n",
        "rows = \"orders\"\nrows = \"customers\"\n",
        "rows = \"orders\"\n[columns]\nreference = \"No\"\nfavourite_colour = \"Mail\"\n",
        "rows = \"orders\"\n",
    ] {
        fs::write(shop.path("map.toml"), map).unwrap();
        let run = shop.run("import csv --map map.toml in/other.csv --json");
        assert_eq!(run.code, 2, "{map}: {}", run.stderr);
        let error: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
        assert_eq!(error["error"]["code"], "map_invalid", "{map}: {error}");
    }
    assert_eq!(shop.counts().1, ORDERS);
}

#[test]
fn refused_rows_are_listed_without_their_values() {
    let shop = Shop::made();
    let export = fs::read_to_string(shop.path("in/orders.csv")).unwrap();
    let mut broken: Vec<String> = export.lines().map(str::to_owned).collect();
    let columns = broken[0].split(',').count();
    let cells = |cells: &[(usize, &str)]| {
        let mut row = vec![""; columns];
        for (at, cell) in cells {
            row[*at] = cell;
        }
        row.join(",")
    };
    let created = broken[0]
        .split(',')
        .position(|name| name == "Created at")
        .unwrap();
    broken.push(cells(&[
        (0, "#77"),
        (1, "marked-row@example.com"),
        (created, "yesterday at noon"),
    ]));
    broken.push("#78,too,few".to_owned());
    fs::write(shop.path("in/broken.csv"), broken.join("\n")).unwrap();
    assert_run!(shop.run("import shopify-orders in/broken.csv"), @r"
    in/broken.csv: 24 imported, 0 updated, 0 unchanged, 2 refused, in (a while)
    [stderr]
    in/broken.csv: row 40, column `Created at`: the date is not written as (when) -0500: export the file again, without opening and saving it in a spreadsheet, which rewrites dates [date_invalid]
    in/broken.csv: row 41: the row has another number of fields than the header has columns, often because of a quotation mark or a line break that is not inside quotation marks: correct the row, or export the file again [field_count]
    [exit 0]
    ");
    assert_run!(shop.run("import shopify-orders in/broken.csv --rejects rejects.csv"), @r"
    in/broken.csv: 0 imported, 0 updated, 24 unchanged, 2 refused, in (a while)
    [stderr]
    2 refused rows are listed in rejects.csv
    [exit 0]
    ");
    let rejects = fs::read_to_string(shop.path("rejects.csv")).unwrap();
    insta::assert_snapshot!(rejects, @r#"
    row,code,column,reason,file
    40,date_invalid,Created at,"the date is not written as 2025-01-05 10:00:00 -0500: export the file again, without opening and saving it in a spreadsheet, which rewrites dates",in/broken.csv
    41,field_count,,"the row has another number of fields than the header has columns, often because of a quotation mark or a line break that is not inside quotation marks: correct the row, or export the file again",in/broken.csv
    "#);
    assert!(!rejects.contains("marked-row") && !rejects.contains("yesterday"));
    assert_eq!(shop.counts().1, ORDERS);
}

#[test]
fn a_killed_import_goes_on_where_it_stopped() {
    let shop = Shop::made();
    shop.ok("sample --customers 900 --seed 5 --end 2026-01-31 --out in/large.csv");
    let mut command = shop.command();
    command.args(["import", "shopify-orders", "in/large.csv", "--batch", "50"]);
    let mut import = command.spawn().unwrap();
    let active = rusqlite::Connection::open(shop.data().join("active/active.db")).unwrap();
    let stored = || {
        let count = "SELECT MAX(rows_done) FROM import_progress";
        active.query_row(count, [], |row| row.get::<_, Option<i64>>(0))
    };
    while import.try_wait().unwrap().is_none() {
        if matches!(stored(), Ok(Some(rows)) if rows >= 100) {
            import.kill().unwrap();
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    import.wait().unwrap();
    drop(active);
    shop.ok("log verify");
    let report = shop.json("import shopify-orders in/large.csv");
    let report = &report["files"][0];
    assert!(report["resumed_after"].as_u64().unwrap() >= 100, "{report}");
    let all = report["imported"].as_u64().unwrap();
    let again = shop.json("import shopify-orders in/large.csv");
    assert_eq!(again["files"][0]["unchanged"].as_u64().unwrap(), all);
    assert_eq!(shop.counts().1, all);
}
