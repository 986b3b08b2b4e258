//! A real PostgreSQL has the same schema as SQLite, made by whoever comes first, and takes every
//! statement.

use lethe_store::{Database, Kind, ServerUrl, Speed, StoreError, statements};
use std::collections::BTreeSet;

/// Table, column, type, whether it may be NULL, place in the primary key or 0.
type Columns = BTreeSet<(String, String, String, bool, i64)>;

/// Table, columns, whether it is unique, whether it is partial.
type Indexes = BTreeSet<(String, String, bool, bool)>;

#[test]
fn postgresql_accepts_every_statement() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    for kind in Kind::ALL {
        drop(open(&url, kind).unwrap());
        let mut script = format!("SET search_path TO {};\n", kind.name());
        for (number, (_, sql)) in statements().filter(|(of, _)| *of == kind).enumerate() {
            script += &format!("PREPARE s{number} AS {sql};\n");
        }
        lethe_pgtest::server()
            .unwrap()
            .sql_in(name_of(&url), &script);
    }
}

#[test]
fn both_engines_have_the_same_tables_columns_keys_and_indexes() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for kind in Kind::ALL {
        let path = folder.path().join(kind.name());
        drop(Database::open(&path, kind, Speed::Serving).unwrap());
        drop(open(&url, kind).unwrap());
        let sqlite = rusqlite::Connection::open(&path).unwrap();
        let columns = sqlite_columns(&sqlite);
        let tables: BTreeSet<&str> = columns.iter().map(|column| column.0.as_str()).collect();
        assert!(tables.iter().eq(kind.tables()), "{tables:?}");
        assert_eq!(columns, postgres_columns(&url, kind));
        assert_eq!(sqlite_indexes(&sqlite), postgres_indexes(&url, kind));
    }
}

#[test]
fn texts_are_compared_byte_by_byte_in_every_table() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    for kind in Kind::ALL {
        drop(open(&url, kind).unwrap());
        let others = format!(
            "SELECT table_name, column_name FROM information_schema.columns \
             WHERE table_schema = '{}' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'",
            kind.name()
        );
        assert_eq!(sql(&url, &others), "");
    }
}

#[test]
fn of_processes_that_start_at_once_one_makes_the_schema() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    std::thread::scope(|scope| {
        let starting: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| open(&url, Kind::Keyring)))
            .collect();
        for one in starting {
            one.join().unwrap().unwrap();
        }
    });
}

#[test]
fn a_schema_of_a_newer_release_another_database_and_a_strangers_tables_are_refused() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let refusal = |url: &str, kind| open(url, kind).err().unwrap().to_string();
    let reader = Database::open_reader(url.parse::<ServerUrl>().unwrap(), Kind::Active);
    assert!(matches!(reader.err().unwrap(), StoreError::NoTables));
    drop(open(&url, Kind::Active).unwrap());
    let as_keyring = refusal(&format!("{url}&schema=active"), Kind::Keyring);
    assert!(as_keyring.contains("another database"), "{as_keyring}");
    sql(&url, "UPDATE active.lethe_schema SET version = 99");
    let newer = refusal(&url, Kind::Active);
    assert!(newer.contains("schema 99"), "{newer}");
    sql(&url, "CREATE TABLE public.orders (id INTEGER)");
    let stranger = refusal(&format!("{url}&schema=public"), Kind::Active);
    assert!(stranger.contains("another program"), "{stranger}");
    let made = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(sql(&url, made), "1", "nothing was made beside it");
}

#[test]
fn a_schema_of_an_earlier_release_is_brought_up_with_what_is_in_it() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let first = Kind::Active.postgres_migrations()[0];
    let before = format!(
        "CREATE SCHEMA active; SET search_path TO active; {first}
         CREATE TABLE lethe_schema (kind TEXT PRIMARY KEY, version BIGINT NOT NULL);
         INSERT INTO lethe_schema VALUES ('active', 1);
         INSERT INTO batches VALUES ('\\x01', 5);"
    );
    sql(&url, &before);
    drop(open(&url, Kind::Active).unwrap());
    let supported = Kind::Active.supported_schema().to_string();
    assert_eq!(
        sql(&url, "SELECT version FROM active.lethe_schema"),
        supported
    );
    assert_eq!(sql(&url, "SELECT created_at FROM active.batches"), "5");
}

#[test]
fn sizes_are_told_and_deleted_rows_are_vacuumed() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let mut database = open(&url, Kind::Active).unwrap();
    let before = database.bytes().unwrap();
    sql(
        &url,
        "INSERT INTO active.batches SELECT decode(md5(n::text), 'hex'), n FROM generate_series(1, 20000) n",
    );
    let full = database.bytes().unwrap();
    assert!(full > before + 1_000_000, "{before} {full}");
    sql(&url, "DELETE FROM active.batches");
    database.checkpoint().unwrap();
    let dead = "SELECT count(*) FROM pg_stat_all_tables WHERE relname = 'batches' AND last_vacuum IS NOT NULL";
    assert_eq!(sql(&url, dead), "1");
    database.compact().unwrap();
    assert!(database.bytes().unwrap() < before + 100_000);
}

#[test]
fn copies_of_a_server_are_left_to_its_own_tools() {
    let url: ServerUrl = "postgres:///shop".parse().unwrap();
    let copy = std::path::Path::new("/nowhere/copy.db");
    let error = lethe_store::snapshot(&url, copy, &mut |_, _| ()).unwrap_err();
    assert!(error.to_string().contains("pg_dump"), "{error}");
    let error = lethe_store::check_database(&url).unwrap_err();
    assert!(error.to_string().contains("pg_basebackup"), "{error}");
}

fn open(url: &str, kind: Kind) -> Result<Database, StoreError> {
    Database::open(url.parse::<ServerUrl>().unwrap(), kind, Speed::Serving)
}

fn name_of(url: &str) -> &str {
    let (_, rest) = url.split_once(":///").unwrap();
    rest.split('?').next().unwrap()
}

fn sql(url: &str, sql: &str) -> String {
    lethe_pgtest::server().unwrap().sql_in(name_of(url), sql)
}

fn rows<T>(url: &str, text: &str, from: impl Fn(&[&str]) -> T) -> BTreeSet<T>
where
    T: Ord,
{
    let answer = sql(url, text);
    let lines = answer
        .lines()
        .map(|line| line.split('|').collect::<Vec<_>>());
    lines.map(|columns| from(&columns)).collect()
}

fn sqlite_columns(sqlite: &rusqlite::Connection) -> Columns {
    let mut found = sqlite
        .prepare(
            "SELECT t.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_schema t \
             JOIN pragma_table_info(t.name) c WHERE t.type = 'table'",
        )
        .unwrap();
    let columns = found.query_map([], |row| {
        let declared: String = row.get(2)?;
        let ty = match declared.as_str() {
            "INTEGER" | "BIGINT" => "bigint",
            "TEXT" => "text",
            // One migration says BYTEA to SQLite too, which keeps bytes as they are under any name.
            "BLOB" | "BYTEA" => "bytea",
            other => panic!("{other} has no counterpart"),
        };
        let may_be_null = row.get::<_, i64>(3)? == 0 && row.get::<_, i64>(4)? == 0;
        Ok((
            row.get(0)?,
            row.get(1)?,
            ty.to_owned(),
            may_be_null,
            row.get(4)?,
        ))
    });
    columns.unwrap().collect::<Result<_, _>>().unwrap()
}

fn postgres_columns(url: &str, kind: Kind) -> Columns {
    let text = format!(
        "SELECT c.relname, a.attname, format_type(a.atttypid, -1), NOT a.attnotnull, \
         COALESCE(array_position(i.indkey::smallint[], a.attnum) + 1, 0) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
         LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
         WHERE n.nspname = '{}' AND c.relkind = 'r' AND c.relname <> 'lethe_schema'",
        kind.name()
    );
    rows(url, &text, |column| {
        let [table, name, ty] = [0, 1, 2].map(|at| column[at].to_owned());
        (
            table,
            name,
            ty,
            column[3] == "t",
            column[4].parse().unwrap(),
        )
    })
}

fn sqlite_indexes(sqlite: &rusqlite::Connection) -> Indexes {
    let mut found = sqlite
        .prepare(
            "SELECT t.name, (SELECT group_concat(name, ',') FROM \
             (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)), i.\"unique\", i.partial \
             FROM sqlite_schema t JOIN pragma_index_list(t.name) i \
             WHERE t.type = 'table' AND i.origin <> 'pk'",
        )
        .unwrap();
    let indexes = found.query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    });
    indexes.unwrap().collect::<Result<_, _>>().unwrap()
}

fn postgres_indexes(url: &str, kind: Kind) -> Indexes {
    let text = format!(
        "SELECT c.relname, string_agg(a.attname, ',' ORDER BY k.place), i.indisunique, \
         i.indpred IS NOT NULL FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         CROSS JOIN unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(number, place) \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number \
         WHERE n.nspname = '{}' AND NOT i.indisprimary \
         GROUP BY i.indexrelid, c.relname, i.indisunique, i.indpred IS NOT NULL",
        kind.name()
    );
    rows(url, &text, |index| {
        (
            index[0].to_owned(),
            index[1].to_owned(),
            index[2] == "t",
            index[3] == "t",
        )
    })
}
