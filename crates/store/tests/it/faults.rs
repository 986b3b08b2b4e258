//! What breaks between a process and its PostgreSQL, and what may be relied on then: nothing that was
//! acknowledged is lost, the error says what is known, and the next call works.

use lethe_pgtest::{Options, Proxy, Server, Stop};
use lethe_store::active::batches;
use lethe_store::keyring::counters;
use lethe_store::{Database, Kind, Place, ServerUrl, Speed, StoreError, Tx, args};
use std::sync::Barrier;

fn place(url: &str) -> Place {
    Place::from(url.parse::<ServerUrl>().unwrap())
}

fn open(url: &str, kind: Kind) -> Database {
    Database::open(place(url), kind, Speed::Serving).unwrap()
}

fn name_of(url: &str) -> &str {
    url.split(['/', '?'])
        .find(|part| part.starts_with('t') && part[1..].parse::<u32>().is_ok())
        .unwrap()
}

fn mark(database: &mut Database, number: u8) -> Result<(), StoreError> {
    database.write(|tx| batches::insert(tx, &[number; 16], 0))
}

fn is_marked(database: &mut Database, number: u8) -> bool {
    let found: Result<bool, StoreError> = database.read(|tx| batches::exists(tx, &[number; 16]));
    found.unwrap()
}

fn raise(tx: &Tx<'_>, name: &str) -> Result<u64, StoreError> {
    let next = counters::fetch(tx, name)? + 1;
    counters::raise(tx, name, next)?;
    Ok(next)
}

#[test]
fn a_session_that_is_ended_in_a_transaction_writes_nothing_and_the_next_call_works() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let server = lethe_pgtest::server().unwrap();
    let mut database = open(&url, Kind::Active);
    mark(&mut database, 1).unwrap();
    let error = database.write(|tx| {
        batches::insert(tx, &[2; 16], 0)?;
        assert_eq!(server.terminate_sessions(name_of(&url)), 1);
        batches::insert(tx, &[3; 16], 0)
    });
    let error: StoreError = error.unwrap_err();
    assert!(matches!(error, StoreError::ConnectionLost), "{error}");
    assert!(error.is_retryable());
    assert!(is_marked(&mut database, 1));
    assert!(!is_marked(&mut database, 2) && !is_marked(&mut database, 3));
    mark(&mut database, 2).unwrap();
    assert!(is_marked(&mut database, 2));
}

#[test]
fn a_session_that_is_ended_between_transactions_is_nobodys_concern() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let server = lethe_pgtest::server().unwrap();
    let mut database = open(&url, Kind::Active);
    mark(&mut database, 1).unwrap();
    assert_eq!(server.terminate_sessions(name_of(&url)), 1);
    mark(&mut database, 2).unwrap();
    assert_eq!(server.terminate_sessions(name_of(&url)), 1);
    assert!(is_marked(&mut database, 1) && is_marked(&mut database, 2));
}

#[test]
fn a_line_that_is_cut_before_the_commit_is_an_error_that_may_be_retried() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let proxy = Proxy::start(&lethe_pgtest::server().unwrap().socket_address());
    let mut database = open(&proxy.url(name_of(&url)), Kind::Active);
    let mut is_first = true;
    let result = database.write_retrying(|tx| {
        batches::insert(tx, &[1; 16], 0)?;
        if std::mem::take(&mut is_first) {
            proxy.cut();
            proxy.mend();
            // Known at the latest when the next statement finds nobody.
            batches::insert(tx, &[2; 16], 0)?;
        }
        Ok::<_, StoreError>(())
    });
    result.unwrap();
    assert!(is_marked(&mut database, 1) && !is_marked(&mut database, 2));
    proxy.cut();
    let error = mark(&mut database, 3).unwrap_err();
    assert!(matches!(error, StoreError::CannotConnect { .. }), "{error}");
    proxy.mend();
    mark(&mut database, 3).unwrap();
}

#[test]
fn a_commit_whose_answer_is_lost_is_neither_acknowledged_nor_repeated() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let server = lethe_pgtest::server().unwrap();
    let proxy = Proxy::start(&server.socket_address());
    let mut database = open(&proxy.url(name_of(&url)), Kind::Active);
    let mut rounds = 0;
    std::thread::scope(|scope| {
        let result = database.write_retrying(|tx| {
            rounds += 1;
            batches::insert(tx, &[1; 16], 0)?;
            proxy.lose_answers();
            scope.spawn(|| {
                let count = "SELECT count(*) FROM active.batches";
                while server.sql_in(name_of(&url), count) == "0" {}
                proxy.cut();
            });
            Ok::<_, StoreError>(())
        });
        let error = result.unwrap_err();
        assert!(matches!(error, StoreError::OutcomeUnknown), "{error}");
        assert!(!error.is_retryable());
    });
    assert_eq!(rounds, 1);
    proxy.mend();
    assert!(is_marked(&mut database, 1), "it was committed");
}

#[test]
fn of_two_writers_that_rely_on_the_same_row_one_gives_way() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let (mut one, mut other) = (open(&url, Kind::Keyring), open(&url, Kind::Keyring));
    let error = one.write(|tx| {
        raise(tx, "numbers")?;
        let result: Result<u64, StoreError> = other.write(|tx| raise(tx, "other"));
        result?;
        Ok::<_, StoreError>(())
    });
    error.unwrap();
    // Neither writes a row that the other writes, and yet one of them decides on what is not so any
    // more: what a weaker level would let pass.
    let add = |tx: &Tx<'_>, from: &str, to: &str| {
        let number = counters::fetch(tx, from)?;
        counters::raise(tx, to, number + 10)
    };
    let mut inner = Ok(());
    let outer = one.write(|tx| {
        add(tx, "numbers", "other")?;
        inner = other.write(|tx| add(tx, "other", "numbers"));
        Ok::<_, StoreError>(())
    });
    let errors = [outer.err(), inner.err()].into_iter().flatten();
    let errors: Vec<StoreError> = errors.collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(matches!(errors[0], StoreError::Conflict), "{}", errors[0]);
    assert!(errors[0].is_retryable());
}

#[test]
fn writers_of_one_counter_lose_no_number() {
    const EACH: u64 = 40;
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    drop(open(&url, Kind::Keyring));
    let barrier = Barrier::new(3);
    let mut numbers: Vec<u64> = std::thread::scope(|scope| {
        let writer = || {
            let mut database = open(&url, Kind::Keyring);
            let mut given = Vec::new();
            barrier.wait();
            while given.len() < EACH as usize {
                match database.write_retrying(|tx| raise(tx, "numbers")) {
                    Ok(number) => given.push(number),
                    Err(error) => assert!(matches!(error, StoreError::Conflict), "{error}"),
                }
            }
            given
        };
        let writers: Vec<_> = (0..3).map(|_| scope.spawn(writer)).collect();
        let given = writers.into_iter().map(|writer| writer.join().unwrap());
        given.flatten().collect()
    });
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=3 * EACH).collect::<Vec<_>>());
}

#[test]
fn a_step_that_goes_on_after_a_failed_statement_is_not_taken_for_written() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let mut database = open(&url, Kind::Active);
    mark(&mut database, 1).unwrap();
    let result: Result<(), StoreError> = database.write(|tx| {
        let refused = batches::insert(tx, &[1; 16], 0).unwrap_err();
        assert!(refused.to_string().contains("batches_pkey"), "{refused}");
        Ok(())
    });
    assert!(matches!(result, Err(StoreError::Unfinished)));
    mark(&mut database, 2).unwrap();
}

#[test]
fn a_step_that_panics_leaves_nothing_behind() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let mut database = open(&url, Kind::Active);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        database.write(|tx| -> Result<(), StoreError> {
            batches::insert(tx, &[1; 16], 0)?;
            panic!("a bug")
        })
    }));
    assert!(result.is_err());
    assert!(!is_marked(&mut database, 1));
    mark(&mut database, 1).unwrap();
}

#[test]
fn a_server_that_is_restarted_or_dies_keeps_every_acknowledged_write() {
    let Some(server) = Server::start(&Options::default()) else {
        return;
    };
    let url = server.url("postgres");
    let mut database = open(&url, Kind::Active);
    for (number, how) in [(1, Stop::Fast), (2, Stop::Immediate)] {
        mark(&mut database, number).unwrap();
        server.stop(how);
        let error = mark(&mut database, 9).unwrap_err();
        assert!(error.is_retryable(), "{error}");
        server.resume();
        assert!(is_marked(&mut database, number));
    }
    mark(&mut database, 9).unwrap();
}

#[test]
fn after_a_fail_over_the_host_that_takes_writes_is_found() {
    let Some(first) = Server::start(&Options::default()) else {
        return;
    };
    let second = first.standby();
    let hosts = format!("{},{}", second.socket_address(), first.socket_address());
    let url = format!("postgres://postgres@{hosts}/postgres");
    let mut database = open(&url, Kind::Active);
    mark(&mut database, 1).unwrap();
    let any = second.tcp_url("postgres") + "?target_session_attrs=any";
    first.wait_for(&second);
    let mut standby = Database::open_reader(place(&any), Kind::Active).unwrap();
    assert!(is_marked(&mut standby, 1));
    let mut standby = open(&any, Kind::Active);
    let error = mark(&mut standby, 2).unwrap_err();
    assert!(matches!(error, StoreError::Standby), "{error}");
    first.stop(Stop::Fast);
    second.promote();
    mark(&mut database, 2).unwrap();
    assert!(is_marked(&mut database, 1) && is_marked(&mut database, 2));
    mark(&mut standby, 3).unwrap();
}

#[test]
fn a_reader_cannot_write_and_sees_one_moment() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let mut writer = open(&url, Kind::Active);
    let mut reader = Database::open_reader(place(&url), Kind::Active).unwrap();
    let seen: Result<[bool; 2], StoreError> = reader.read(|tx| {
        let before = batches::exists(tx, &[1; 16])?;
        mark(&mut writer, 1)?;
        Ok([before, batches::exists(tx, &[1; 16])?])
    });
    assert_eq!(seen.unwrap(), [false, false]);
    assert!(is_marked(&mut reader, 1));
    let result: Result<(), StoreError> = reader.read(|tx| batches::insert(tx, &[2; 16], 0));
    assert!(result.is_err());
}

#[test]
fn many_statements_at_once_do_what_they_do_one_by_one() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let mut database = open(&url, Kind::Active);
    let ids: Vec<[u8; 16]> = (0..1000_u128).map(u128::to_be_bytes).collect();
    let result: Result<_, StoreError> = database.write(|tx| {
        let rows: Vec<_> = ids.iter().map(|id| [id.into(), 0.into()]).collect();
        let insert = "INSERT INTO batches (intent_id, created_at) VALUES ($1, $2) \
                      ON CONFLICT (intent_id) DO NOTHING";
        let touched = tx.execute_many(insert, &rows)?;
        assert_eq!(touched, vec![1; 1000]);
        assert_eq!(tx.execute_many(insert, &rows[990..])?, vec![0; 10]);
        let keys: Vec<_> = ids.iter().rev().map(|id| [id.into()]).collect();
        let select = "SELECT intent_id FROM batches WHERE intent_id = $1";
        tx.query_many(select, &keys, |row| row.array::<16>(0, "batches"))
    });
    let found: Vec<[u8; 16]> = result.unwrap().into_iter().flatten().collect();
    assert!(found.iter().eq(ids.iter().rev()));
}

#[test]
fn who_is_not_let_in_is_told_what_to_check_and_not_the_password() {
    let options = Options {
        access: vec!["host all all 127.0.0.1/32 scram-sha-256"],
        ..Options::default()
    };
    let Some(server) = Server::start(&options) else {
        return;
    };
    server.sql("ALTER ROLE postgres PASSWORD 'correct horse'");
    let refusal = |url: &str| {
        let opened = Database::open(place(url), Kind::Active, Speed::Serving);
        opened.err().unwrap().to_string()
    };
    let at = server.socket_address();
    let wrong = refusal(&format!("postgres://postgres:hunter2@{at}/postgres"));
    assert!(
        wrong.contains("does not let this user in") && !wrong.contains("hunter2"),
        "{wrong}"
    );
    let right = format!("postgres://postgres:correct%20horse@{at}");
    open(&format!("{right}/postgres"), Kind::Active);
    let missing = refusal(&format!("{right}/nowhere"));
    assert!(missing.contains("\"nowhere\" does not exist"), "{missing}");
    server.stop(Stop::Fast);
    let gone = refusal(&format!("{right}/postgres"));
    assert!(
        gone.contains("cannot be reached") && gone.contains("refused"),
        "{gone}"
    );
    assert!(!gone.contains("horse"), "{gone}");
}

#[test]
fn a_server_elsewhere_is_used_with_tls_and_a_verified_certificate_only() {
    let options = Options {
        address: "127.0.0.2",
        tls: true,
        ..Options::default()
    };
    let Some(server) = Server::start(&options) else {
        return;
    };
    let url = server.tcp_url("postgres") + "?sslmode=verify-full";
    let roots = server.certificate().unwrap().certificate.display();
    let mut database = open(&format!("{url}&sslrootcert={roots}"), Kind::Active);
    mark(&mut database, 1).unwrap();
    let encrypted = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                     WHERE ssl AND application_name = 'lethe'";
    assert_eq!(server.sql(encrypted), "1");
    let refusal = |url: &str| {
        let opened = Database::open(place(url), Kind::Active, Speed::Serving);
        opened.err().unwrap().to_string()
    };
    let unknown = refusal(&url);
    assert!(
        unknown.contains("UnknownIssuer") || unknown.contains("certificate"),
        "{unknown}"
    );
    // The same server under a name that its certificate is not for.
    let other = format!(
        "postgres://postgres@elsewhere.example:{}/postgres?hostaddr=127.0.0.2",
        port(&server)
    );
    let wrong = refusal(&format!("{other}&sslmode=verify-full&sslrootcert={roots}"));
    assert!(wrong.contains("not valid for name"), "{wrong}");
    let plain = refusal(&server.tcp_url("postgres"));
    assert!(
        plain.contains("cannot be reached") || plain.contains("let this user in"),
        "{plain}"
    );
}

fn port(server: &Server) -> String {
    server
        .socket_address()
        .rsplit(':')
        .next()
        .unwrap()
        .to_owned()
}

#[test]
fn every_acknowledged_commit_is_flushed_whatever_the_server_is_set_to() {
    let Some(url) = lethe_pgtest::fresh_database() else {
        return;
    };
    let server = lethe_pgtest::server().unwrap();
    let name = name_of(&url);
    let set = |value| {
        server.sql(&format!(
            "ALTER DATABASE {name} SET synchronous_commit TO {value}"
        ))
    };
    for (value, expected) in [
        ("off", "on"),
        ("local", "on"),
        ("remote_apply", "remote_apply"),
    ] {
        set(value);
        let mut database = open(&url, Kind::Active);
        let found: Result<_, StoreError> = database.read(|tx| {
            tx.query_first(
                "SELECT current_setting('synchronous_commit')",
                args![],
                |row| row.text(0),
            )
        });
        assert_eq!(found.unwrap().as_deref(), Some(expected));
    }
}
