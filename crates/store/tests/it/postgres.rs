//! The same schema and the same statements on a real PostgreSQL: each is parsed, typed and planned
//! there; and what becomes of work when the connection or the server goes.

use lethe_pgtest::{PgServer, Proxy};
use lethe_store::journal::{origins, turns};
use lethe_store::keyring::counters;
use lethe_store::{Database, Kind, Place, ServerUrl, SharedLock, Speed, StoreError, statements};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

fn place(url: &str) -> Place {
    Place::Server(ServerUrl::parse(url).unwrap())
}

fn open(url: &str, kind: Kind) -> Database {
    Database::open(place(url), kind, Speed::Serving).unwrap()
}

fn add_one(database: &mut Database) -> Result<u64, StoreError> {
    database.write(|tx| counters::add(tx, "test", 1))
}

fn value(database: &mut Database) -> u64 {
    database.read(|tx| counters::fetch(tx, "test")).unwrap()
}

#[test]
fn postgresql_accepts_the_schemas_and_every_statement() {
    let Some(server) = PgServer::start() else {
        return;
    };
    let url = server.database("lethe");
    for kind in Kind::ALL {
        drop(open(&url, kind));
        let mut script = format!("SET search_path = lethe_{};\n", kind.name());
        for (number, (_, sql)) in statements().filter(|(of, _)| *of == kind).enumerate() {
            writeln!(script, "PREPARE s{number} AS {sql};").unwrap();
        }
        server.sql("lethe", &script);
    }
}

#[test]
fn several_processes_may_bring_a_schema_up_at_once() {
    let Some(server) = PgServer::start() else {
        return;
    };
    let url = server.database("lethe");
    let openers: Vec<_> = (0..4)
        .map(|_| {
            let url = url.clone();
            std::thread::spawn(move || drop(open(&url, Kind::Keyring)))
        })
        .collect();
    for opener in openers {
        opener.join().unwrap();
    }
}

#[test]
fn a_schema_of_another_kind_or_a_newer_release_is_refused() {
    let Some(server) = PgServer::start() else {
        return;
    };
    let url = server.database("lethe");
    drop(open(&url, Kind::Keyring));
    server.sql(
        "lethe",
        "UPDATE lethe_keyring.lethe_schema SET version = 99",
    );
    let newer = Database::open(place(&url), Kind::Keyring, Speed::Serving);
    assert!(newer.err().unwrap().to_string().contains("schema 99"));
    server.sql(
        "lethe",
        "UPDATE lethe_keyring.lethe_schema SET kind = 'active'",
    );
    let other = Database::open(place(&url), Kind::Keyring, Speed::Serving);
    assert!(
        other
            .err()
            .unwrap()
            .to_string()
            .contains("another database")
    );
}

#[test]
fn a_lost_connection_loses_nothing_and_the_next_step_works() {
    let Some(server) = PgServer::start() else {
        return;
    };
    let url = server.database("lethe");
    let mut database = open(&url, Kind::Keyring);
    assert_eq!(add_one(&mut database).unwrap(), 1);
    assert!(server.terminate_all("lethe") > 0);
    assert_eq!(
        add_one(&mut database).unwrap(),
        2,
        "it connects anew between steps"
    );
    let torn = database.write(|tx| {
        counters::add(tx, "test", 1)?;
        server.terminate_all("lethe");
        counters::add(tx, "test", 1)
    });
    assert!(matches!(torn, Err(StoreError::Disconnected)), "{torn:?}");
    assert_eq!(value(&mut database), 2);
    server.down("immediate");
    assert!(matches!(
        add_one(&mut database),
        Err(StoreError::CannotOpen(_))
    ));
    server.up("");
    assert_eq!(add_one(&mut database).unwrap(), 3);
}

#[test]
fn a_commit_whose_answer_is_lost_is_told_apart_from_one_that_failed() {
    let Some(server) = PgServer::start() else {
        return;
    };
    let url = server.database("lethe");
    let proxy = Proxy::to(server.port());
    drop(open(&url, Kind::Keyring));
    let mut database = open(&PgServer::tcp_url("lethe", proxy.port()), Kind::Keyring);
    let uncertain = database.write(|tx| {
        let value = counters::add(tx, "test", 1)?;
        proxy.mute();
        Ok::<_, StoreError>(value)
    });
    assert!(
        matches!(uncertain, Err(StoreError::Uncertain)),
        "{uncertain:?}"
    );
    proxy.mend();
    assert_eq!(value(&mut database), 1, "the server had done it");
    proxy.cut();
    assert!(add_one(&mut database).is_err());
    proxy.mend();
    assert_eq!(add_one(&mut database).unwrap(), 2);
}

#[test]
fn two_who_write_in_each_others_way_are_told_so() {
    let Some(server) = PgServer::start() else {
        return;
    };
    let url = server.database("lethe");
    let (mut one, mut other) = (open(&url, Kind::Keyring), open(&url, Kind::Keyring));
    for name in ["a", "b"] {
        one.write(|tx| counters::add(tx, name, 1)).unwrap();
    }
    let (ready, go) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        other.write(|tx| {
            counters::add(tx, "b", 1)?;
            ready.send(()).unwrap();
            std::thread::sleep(Duration::from_millis(300));
            counters::add(tx, "a", 1)
        })
    });
    let outcome = one.write(|tx| {
        counters::add(tx, "a", 1)?;
        go.recv().unwrap();
        counters::add(tx, "b", 1)
    });
    let both = [outcome, thread.join().unwrap()];
    let conflicts = |one: &&Result<u64, StoreError>| matches!(one, Err(StoreError::Conflict));
    assert_eq!(both.iter().filter(conflicts).count(), 1, "{both:?}");
}

#[test]
fn whoever_has_the_turn_is_alone_with_it() {
    let Some(server) = PgServer::start() else {
        return;
    };
    let url = server.database("lethe");
    let mut one = open(&url, Kind::Journal);
    let mut other = open(&url, Kind::Journal);
    let began = Instant::now();
    let first = one.write(|tx| {
        let turn = turns::take(tx)?;
        let url = url.clone();
        std::thread::spawn(move || drop(open(&url, Kind::Journal)));
        std::thread::sleep(Duration::from_millis(50));
        Ok::<_, StoreError>(turn)
    });
    let second = other.write(turns::take).unwrap();
    assert_eq!((first.unwrap(), second), (1, 2));
    assert!(began.elapsed() >= Duration::from_millis(50));
    other.write(|tx| origins::insert(tx, "log")).unwrap();
    assert!(
        !other
            .write(|tx| origins::claim(tx, "log", 7, "me"))
            .unwrap()
    );
    assert!(
        other
            .write(|tx| origins::claim(tx, "log", 0, "me"))
            .unwrap()
    );
    assert!(
        !other
            .write(|tx| origins::beat(tx, "log", "me", 0, ""))
            .unwrap()
    );
    assert!(
        other
            .write(|tx| origins::beat(tx, "log", "me", 1, ""))
            .unwrap()
    );
}

#[test]
fn a_lock_is_freed_when_its_holder_is_gone() {
    let Some(server) = PgServer::start() else {
        return;
    };
    let url = server.database("lethe");
    let mut one = open(&url, Kind::Keyring);
    let mut other = open(&url, Kind::Keyring);
    one.lock(SharedLock::Writing).unwrap();
    assert!(!other.try_lock(SharedLock::Writing).unwrap());
    assert!(other.try_lock(SharedLock::Courier).unwrap());
    drop(one);
    other.lock(SharedLock::Writing).unwrap();
    other.unlock(SharedLock::Writing).unwrap();
}

#[test]
fn another_machine_is_never_spoken_to_in_the_clear() {
    let url = "postgres://vault@192.0.2.1/lethe?sslmode=disable";
    let refused = Database::open(place(url), Kind::Keyring, Speed::Serving);
    let message = refused.err().unwrap().to_string();
    assert!(message.contains("in the clear"), "{message}");
}
