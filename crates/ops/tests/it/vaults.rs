//! Several vaults on the same databases: what holds for one holds for all of them together.

use crate::reveal::{query, values};
use lethe_model::Purpose;
use lethe_ops::{Credential, Error, FindQuery, Refusal};
use lethe_pgtest::Proxy;
use lethe_store::{Kind, Servers};
use lethe_testkit::{OrderSketch, TestVault};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Two vaults of one installation, the second through a proxy that can be cut.
struct Two {
    one: TestVault,
    other: TestVault,
    proxy: Proxy,
}

impl Two {
    fn start() -> Option<Self> {
        let server = lethe_pgtest::server()?;
        let url = lethe_pgtest::fresh_database()?;
        let name = url.trim_start_matches("postgres:///").split('?').next()?;
        let servers = Servers::new(&url, None, None).unwrap();
        let one = TestVault::start_on(Some(&servers));
        let proxy = Proxy::start(&server.socket_address());
        let by_tcp = Servers::new(&proxy.url(name), None, None).unwrap();
        let other = one.join(&by_tcp, 7);
        Some(Self { one, other, proxy })
    }
}

fn people(numbers: std::ops::Range<u32>) -> Vec<OrderSketch> {
    numbers
        .map(|number| OrderSketch::new(number, &format!("p{number}")))
        .collect()
}

fn find(vault: &TestVault, key: &Arc<Credential>, number: u32) -> Result<(), Error> {
    let query = FindQuery::order(&format!("#{number}"), Purpose::Support).unwrap();
    let found = vault.vault().find(key, query)?;
    assert_eq!(found.subjects.len(), 1);
    Ok(())
}

/// Waits for what happens within a second, and fails after five.
fn soon(what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(5), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
    began.elapsed()
}

#[test]
fn a_quota_is_as_exact_for_two_vaults_as_for_one() {
    let Some(mut two) = Two::start() else { return };
    two.one.import(&people(1001..1061));
    let (key, secret) = two
        .one
        .key("support", &["delivery.city", "invoice.reference"], 20);
    let known = || two.other.vault().authenticate(&secret, None);
    soon("the other vault knows the key", || known().is_ok());
    let met = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for (vault, start) in [(&two.one, 1001), (&two.other, 1031)] {
            for lane in 0..3 {
                let (met, key) = (&met, &key);
                scope.spawn(move || {
                    for number in (start + lane..start + 30).step_by(3) {
                        match find(vault, key, number) {
                            Ok(()) => drop(met.fetch_add(1, Ordering::Relaxed)),
                            Err(Error::Refused(Refusal::Quota { .. })) => {}
                            Err(other) => panic!("{other}"),
                        }
                    }
                });
            }
        }
    });
    assert_eq!(met.load(Ordering::Relaxed), 20);
    // A restart of either knows what both have met.
    two.other.restart();
    two.one.restart();
    for vault in [&two.one, &two.other] {
        let key = vault.vault().authenticate(&secret, None).unwrap();
        let met = (1001..1061).filter(|number| find(vault, &key, *number).is_ok());
        assert_eq!(met.count(), 20, "those it met before, and nobody else");
    }
    two.one.vault().verify_log(|_| ()).unwrap();
    two.other.vault().verify_log(|_| ()).unwrap();
}

#[test]
fn a_key_that_one_vault_revokes_is_refused_by_the_other_within_a_second() {
    let Some(mut two) = Two::start() else { return };
    two.one.import(&people(1001..1003));
    let (key, secret) = two.one.key("support", &["delivery.city"], 20);
    let is_known = || two.other.vault().authenticate(&secret, None).is_ok();
    soon("the other vault knows the key", is_known);
    let operator = two.one.operator();
    two.one
        .vault()
        .revoke_credential(&operator, &key.id)
        .unwrap();
    let took = soon("the key is refused", || {
        two.other.vault().authenticate(&secret, None).is_err()
    });
    assert!(took < Duration::from_secs(1), "{took:?}");
}

#[test]
fn the_same_order_that_both_vaults_take_in_at_once_is_stored_once() {
    let Some(mut two) = Two::start() else { return };
    let orders = people(1001..1041);
    let Two { one, other, .. } = &mut two;
    std::thread::scope(|scope| {
        scope.spawn(|| one.import(&orders));
        scope.spawn(|| other.import(&orders));
    });
    assert_eq!(one.vault().status().unwrap().stores[0].orders, 40);
    let subjects = one.ask(Kind::Keyring, "SELECT COUNT(*) FROM subject_keys");
    assert_eq!(subjects, "40");
    let numbers = "SELECT COUNT(DISTINCT subject_number) FROM subject_keys";
    assert_eq!(one.ask(Kind::Keyring, numbers), "40");
    assert_eq!(one.ask(Kind::Keyring, "SELECT COUNT(*) FROM intents"), "0");
}

#[test]
fn who_was_erased_through_one_vault_is_gone_from_the_other_and_its_history_names_both_logs() {
    let Some(mut two) = Two::start() else { return };
    // Cancelled and unpaid: no law keeps anything of them.
    let cancelled = people(1001..1003).into_iter();
    let cancelled: Vec<_> = cancelled.map(|one| one.cancelled("2026-01-06")).collect();
    two.one.import(&cancelled);
    let (here, there) = (two.one.operator(), two.other.operator());
    let token = two.other.order_token(&there, 1001);
    for (vault, who) in [(&two.one, &here), (&two.other, &there)] {
        let token = vault.order_token(who, 1001);
        let revealed = vault.vault().reveal(who, &token, query(&["delivery.city"]));
        assert_eq!(values(&revealed.unwrap())[0].1, "Marked City of p1001");
    }
    let history = two.one.vault().access_history(&here, &token).unwrap();
    let logs: std::collections::BTreeSet<_> = history.iter().map(|one| one.log.clone()).collect();
    assert_eq!(logs.len(), 2, "one of its own, and one of the other's");
    two.one.vault().erase(&here, &token).unwrap();
    let gone = two
        .other
        .vault()
        .reveal(&there, &token, query(&["delivery.city"]));
    assert!(gone.is_err());
    let ledger = std::fs::read_to_string(two.one.path().join("ledger/ledger.jsonl")).unwrap();
    two.other
        .vault()
        .erase(&there, &two.other.order_token(&there, 1002))
        .unwrap();
    let copied = std::fs::read_to_string(two.other.path().join("ledger/ledger.jsonl")).unwrap();
    assert!(copied.starts_with(&ledger) && copied.len() > ledger.len());
}

#[test]
fn a_rotation_in_one_vault_does_not_let_the_other_wrap_under_a_key_that_is_gone() {
    let Some(mut two) = Two::start() else { return };
    two.one.import(&people(1001..1003));
    let operator = two.one.operator();
    let tokens = [1001, 1002].map(|number| two.other.order_token(&two.other.operator(), number));
    two.one.vault().rotate(&operator, |_| ()).unwrap();
    // At once, before it has heard of the rotation.
    for token in &tokens {
        let who = two.other.operator();
        let revealed = two
            .other
            .vault()
            .reveal(&who, token, query(&["delivery.city"]));
        assert!(revealed.is_ok(), "{}", revealed.unwrap_err());
    }
    let more = people(1011..1031);
    let Two { one, other, .. } = &mut two;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for order in &more {
                other.import(std::slice::from_ref(order));
            }
        });
        for _ in 0..3 {
            one.vault().rotate(&operator, |_| ()).unwrap();
        }
    });
    for number in 1011..1031 {
        let token = one.order_token(&operator, number);
        let revealed = one
            .vault()
            .reveal(&operator, &token, query(&["delivery.city"]));
        assert!(revealed.is_ok(), "{number}: {}", revealed.unwrap_err());
    }
    two.other.import(&people(1003..1005));
    for vault in [&two.one, &two.other] {
        for number in 1001..1005 {
            let who = vault.operator();
            let token = vault.order_token(&who, number);
            let revealed = vault
                .vault()
                .reveal(&who, &token, query(&["delivery.city"]));
            assert!(revealed.is_ok(), "{number}: {}", revealed.unwrap_err());
        }
    }
}

#[test]
fn a_vault_that_cannot_begin_to_write_does_not_keep_others_from_it() {
    let Some(mut two) = Two::start() else { return };
    let bad = "INSERT INTO intents (intent_id, origin, log_index, payload, created_at) \
         VALUES ('\\x00112233445566778899aabbccddeeff', 'x', 0, '\\x00', 0)";
    two.one.alter(Kind::Keyring, bad);
    let refused = two.other.vault().rotate(&two.other.operator(), |_| ());
    assert!(refused.unwrap_err().to_string().contains("is damaged"));
    two.one.alter(Kind::Keyring, "DELETE FROM intents");
    let report = two.one.import(&people(1001..1003));
    assert_eq!(report.imported, 2);
}

#[test]
fn a_vault_that_was_taken_to_be_gone_logs_nothing_more_and_its_log_goes_on_elsewhere() {
    let Some(mut two) = Two::start() else { return };
    two.one.import(&people(1001..1004));
    let there = two.other.operator();
    let token = two.other.order_token(&there, 1001);
    let reveal = |two: &Two| {
        let revealed = two
            .other
            .vault()
            .reveal(&there, &token, query(&["delivery.city"]));
        revealed.map(drop)
    };
    reveal(&two).unwrap();
    two.proxy.cut();
    assert!(
        reveal(&two).is_err(),
        "what cannot be logged is not revealed"
    );
    two.one.clock.advance_seconds(3_600);
    let silent = "SELECT COUNT(*) FROM origins WHERE holder = ''";
    soon("its log is given back", || {
        two.one.clock.advance_seconds(60);
        two.one.ask(Kind::Journal, silent) == "1"
    });
    two.proxy.mend();
    let refused = reveal(&two).unwrap_err();
    assert!(
        refused.to_string().contains("given to another"),
        "{refused}"
    );
    // Restarted, it goes on: nobody had taken the log meanwhile.
    two.other.restart();
    let token = two.other.order_token(&two.other.operator(), 1001);
    let who = two.other.operator();
    let revealed = two
        .other
        .vault()
        .reveal(&who, &token, query(&["delivery.city"]));
    assert!(revealed.is_ok());
    two.other.vault().verify_log(|_| ()).unwrap();
    assert_eq!(
        two.one.ask(Kind::Journal, "SELECT COUNT(*) FROM origins"),
        "2"
    );
}

#[test]
fn a_cut_connection_reveals_nothing_unlogged_and_loses_nothing_that_was_acknowledged() {
    let Some(mut two) = Two::start() else { return };
    two.one.import(&people(1001..1031));
    let there = two.other.operator();
    let tokens: Vec<String> = (1001..1031)
        .map(|number| two.other.order_token(&there, number))
        .collect();
    let mut acknowledged = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match at % 3 {
            1 => two.proxy.cut(),
            2 => two.proxy.lose_answers(),
            _ => {}
        }
        let revealed = std::thread::scope(|scope| {
            scope.spawn(|| {
                // Lost answers are noticed when the connection ends.
                std::thread::sleep(Duration::from_millis(60));
                if at % 3 == 2 {
                    two.proxy.cut();
                }
            });
            let other = two.other.vault();
            other.reveal(&there, token, query(&["delivery.city"]))
        });
        acknowledged.extend(revealed.ok().map(|revealed| revealed.log_index));
        two.proxy.mend();
    }
    assert!(acknowledged.len() >= 10, "{}", acknowledged.len());
    two.other.restart();
    let log = two
        .other
        .vault()
        .log_entries(&two.other.operator(), None, None, 1_000)
        .unwrap();
    let logged: Vec<u64> = log
        .iter()
        .filter(|one| one.act.act == lethe_keeper::log::ActKind::Reveal && one.act.denied.is_none())
        .map(|one| one.index)
        .collect();
    for index in &acknowledged {
        assert!(
            logged.contains(index),
            "{index} was acknowledged and is not in the log"
        );
    }
    two.other.vault().verify_log(|_| ()).unwrap();
}
