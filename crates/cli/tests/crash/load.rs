//! A server under load, killed: readers, a writer and an eraser note what it acknowledged.

use crate::chance::Chance;
use crate::client::Client;
use crate::era::{Era, taken};
use crate::folder::Key;
use crate::log::Acknowledged;
use crate::orders::{Order, email};
use crate::serving::Server;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// Kills a server under load: readers, a writer and an eraser.
pub(crate) fn load(era: &mut Era) -> bool {
    // Few: the policy lets a key ask for fifty erasures a day.
    let erased = era.draw_people(1);
    let is_safe = |order: &&Order| !erased.contains(&order.person);
    let readable: Vec<Order> = era.expected.values().cloned().collect();
    let mut deliveries = era.new_orders(400);
    let versions = era.new_versions(80);
    deliveries.extend(versions.iter().filter(is_safe).cloned());
    let server = Server::start(&era.folder);
    let (socket, key) = (server.socket(), era.key.clone());
    let (socket, key) = (&socket, &key);
    let delay = Duration::from_millis(20) + era.chance.moment(500);
    let mut chances: Vec<Chance> = (0..3).map(|_| era.chance.split()).collect();
    let (mut stored, mut unsure) = (Vec::new(), Vec::new());
    let (mut waiting, mut erasing) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        let readers: Vec<_> = chances
            .iter_mut()
            .map(|chance| scope.spawn(|| read(socket, key, &readable, chance)))
            .collect();
        let writer = scope.spawn(|| write(socket, key, &deliveries));
        let eraser = scope.spawn(|| erase(socket, key, &erased));
        std::thread::sleep(delay);
        server.kill();
        for reader in readers {
            era.acknowledged.extend(reader.join().expect("a reader"));
        }
        (stored, unsure) = writer.join().expect("the writer");
        (waiting, erasing) = eraser.join().expect("the eraser");
    });
    era.expect(&stored);
    era.unsure = unsure;
    era.erasing = erasing;
    era.waiting.extend(waiting);
    era.settle();
    true
}

/// Finds and reveals until the server is gone. Returns what it acknowledged.
fn read(socket: &Path, key: &Key, orders: &[Order], chance: &mut Chance) -> Vec<Acknowledged> {
    let mut acknowledged = Vec::new();
    let note = |act, log_index, people| Acknowledged {
        log_index,
        act,
        credential: key.id.clone(),
        people,
    };
    let Ok(mut client) = Client::connect(socket, key) else {
        return acknowledged;
    };
    loop {
        let order = chance.one(orders);
        let Ok(found) = client.find("order", &order.reference()) else {
            return acknowledged;
        };
        assert_eq!(found.status, 200, "{found:?}");
        let hits = u64::from(found.found().is_some());
        acknowledged.push(note("find", found.log_index(), hits..=hits));
        let Some((_, Some(token))) = found.found() else {
            continue;
        };
        let Ok(revealed) = client.reveal(&token) else {
            return acknowledged;
        };
        match revealed.status {
            200 => acknowledged.push(note("reveal", revealed.log_index(), 1..=2)),
            // Erased in between.
            404 => continue,
            _ => panic!("{revealed:?}"),
        }
        assert_eq!(revealed.body["fields"]["contact.email"], order.email());
    }
}

/// Delivers orders, a few at once. Returns those that were acknowledged and those in doubt.
fn write(socket: &Path, key: &Key, orders: &[Order]) -> (Vec<Order>, Vec<Order>) {
    let mut stored = Vec::new();
    let Ok(mut client) = Client::connect(socket, key) else {
        return (stored, Vec::new());
    };
    for some in orders.chunks(3) {
        let bodies: Vec<Value> = some.iter().map(Order::body).collect();
        let Ok(answer) = client.ask("POST", "/v1/orders", &json!({ "orders": bodies })) else {
            return (stored, some.to_vec());
        };
        assert_eq!(answer.status, 200, "{answer:?}");
        taken(&answer.body, some.len());
        stored.extend_from_slice(some);
    }
    (stored, Vec::new())
}

/// A person, and the id or the token of the erasure.
type Erasing = (String, String);

/// Asks for erasures. Returns those that were promised, with their ids, and those in doubt, with
/// the token.
fn erase(socket: &Path, key: &Key, people: &BTreeSet<String>) -> (Vec<Erasing>, Vec<Erasing>) {
    let mut erased = Vec::new();
    let Ok(mut client) = Client::connect(socket, key) else {
        return (erased, Vec::new());
    };
    for person in people {
        let Ok(found) = client.find("email", &email(person)) else {
            return (erased, Vec::new());
        };
        let (token, _) = found.found().expect("a living person");
        let path = format!("/v1/subjects/{token}");
        let Ok(answer) = client.ask("DELETE", &path, &Value::Null) else {
            return (erased, vec![(person.clone(), token)]);
        };
        assert_eq!(answer.status, 202, "{answer:?}");
        let id = answer.body["id"].as_str().expect("an id").to_owned();
        erased.push((person.clone(), id));
    }
    (erased, Vec::new())
}
