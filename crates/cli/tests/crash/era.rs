//! One folder through many rounds, and what it must hold after each.

use crate::chance::Chance;
use crate::check::{self, Stored};
use crate::client::Client;
use crate::folder::{Folder, Key};
use crate::log::{self, Acknowledged};
use crate::orders::{Order, email};
use crate::serving::Server;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How many orders are read back after each round.
const SAMPLE: usize = 10;

/// A folder and everything that was acknowledged about it.
pub(crate) struct Era {
    pub(crate) folder: Folder,
    pub(crate) key: Key,
    pub(crate) chance: Chance,
    /// Orders that must be stored, by number.
    pub(crate) expected: BTreeMap<u32, Order>,
    /// Deliveries whose answer was cut off: stored or not, and to be sent again.
    pub(crate) unsure: Vec<Order>,
    /// Erasures whose answer was cut off, with the token that was used.
    pub(crate) erasing: Vec<(String, String)>,
    /// Erasures that were promised and wait, with their ids.
    pub(crate) waiting: Vec<(String, String)>,
    erased: BTreeMap<u32, Order>,
    pub(crate) acknowledged: Vec<Acknowledged>,
    pub(crate) acknowledged_count: usize,
    pub(crate) exports: Vec<Vec<Order>>,
    next_number: u32,
    /// How much of the log was compared with what was acknowledged.
    log_checked: u64,
    pub(crate) recoveries: u64,
}

impl Era {
    /// Begins with a folder that holds a few orders.
    pub(crate) fn begin(mut chance: Chance) -> Self {
        let folder = Folder::new();
        let key = folder.key("loader");
        let secret = folder.beside("key");
        std::fs::write(secret, &key.secret).expect("the key is written");
        let mut era = Self {
            folder,
            key,
            chance: chance.split(),
            expected: BTreeMap::new(),
            unsure: Vec::new(),
            erasing: Vec::new(),
            waiting: Vec::new(),
            erased: BTreeMap::new(),
            acknowledged: Vec::new(),
            acknowledged_count: 0,
            exports: Vec::new(),
            next_number: 1000,
            log_checked: 0,
            recoveries: 0,
        };
        let first = era.new_orders(120);
        era.folder.import("first.csv", &crate::orders::csv(&first));
        era.expect(&first);
        era.exports.push(first);
        era
    }

    /// Invents orders; people have two each, and some send gifts.
    pub(crate) fn new_orders(&mut self, count: u32) -> Vec<Order> {
        let first = self.next_number;
        self.next_number += count;
        let order = |number: u32| Order {
            number,
            person: format!("p{}", number / 2),
            version: 1,
            is_gift: number.is_multiple_of(7),
        };
        (first..first + count).map(order).collect()
    }

    /// Draws stored orders and makes their next versions.
    pub(crate) fn new_versions(&mut self, count: usize) -> Vec<Order> {
        let stored: Vec<Order> = self.expected.values().cloned().collect();
        let drawn: BTreeMap<u32, Order> = (0..count)
            .map(|_| self.chance.one(&stored).clone())
            .map(|order| (order.number, order))
            .collect();
        let next = |order: Order| Order {
            version: order.version + 1,
            ..order
        };
        drawn.into_values().map(next).collect()
    }

    /// Notes that these are stored.
    pub(crate) fn expect(&mut self, orders: &[Order]) {
        let orders = orders.iter().map(|order| (order.number, order.clone()));
        self.expected.extend(orders);
    }

    /// Notes that a person was erased.
    pub(crate) fn forget(&mut self, person: &str) {
        let is_theirs = |order: &Order| order.person == person;
        for order in self.expected.extract_if(.., |_, order| is_theirs(order)) {
            self.erased.insert(order.0, order.1);
        }
    }

    /// Draws people to be erased.
    pub(crate) fn draw_people(&mut self, count: usize) -> BTreeSet<String> {
        let stored: Vec<&Order> = self.expected.values().collect();
        (0..count)
            .map(|_| self.chance.one(&stored).person.clone())
            .collect()
    }

    /// Opens the folder after a crash, repeats what was cut off, and checks everything.
    pub(crate) fn settle(&mut self) -> Stored {
        let server = Server::start(&self.folder);
        let mut client = server.client(&self.key);
        for order in std::mem::take(&mut self.unsure) {
            deliver(&mut client, std::slice::from_ref(&order));
            self.expect(&[order]);
        }
        for (person, token) in std::mem::take(&mut self.erasing) {
            let path = format!("/v1/subjects/{token}");
            let answer = client
                .ask("DELETE", &path, &Value::Null)
                .expect("an answer");
            assert_eq!(answer.status, 202, "{answer:?}");
            let id = answer.body["id"].as_str().expect("an id").to_owned();
            self.waiting.push((person, id));
        }
        self.read_back(&mut client);
        self.list_waiting(&mut client);
        if self.chance.below(4) == 0 {
            server.kill();
        } else {
            server.stop();
        }
        // Whatever the server left, this opening settles; its end is in good order.
        self.confirm_waiting();
        let acknowledged = std::mem::take(&mut self.acknowledged);
        self.acknowledged_count += acknowledged.len();
        let seen = log::check(&self.folder, &acknowledged, self.log_checked);
        self.log_checked = seen.size;
        self.recoveries += seen.recoveries;

        check::nothing_open(&self.folder);
        let stored = check::stored(&self.folder);
        assert_eq!(
            stored.orders.len(),
            self.expected.len(),
            "stored and acknowledged orders"
        );
        assert_eq!(stored.tombstones, self.erased.len(), "erased orders");
        stored
    }

    /// Asserts that every promised erasure is still known.
    fn list_waiting(&self, client: &mut Client) {
        let answer = client.ask("GET", "/v1/erasures?complete=true", &Value::Null);
        let answer = answer.expect("an answer").body;
        let listed: BTreeSet<&str> = (answer["erasures"].as_array().expect("a list").iter())
            .filter_map(|one| one["id"].as_str())
            .collect();
        for (_, id) in &self.waiting {
            assert!(
                listed.contains(id.as_str()),
                "the erasure {id} was promised and is lost: {answer}"
            );
        }
    }

    /// Carries out what was promised, as the operator.
    fn confirm_waiting(&mut self) {
        for (person, id) in std::mem::take(&mut self.waiting) {
            self.confirm(&person, &id);
        }
    }

    /// Carries an erasure out, unless a killed process did.
    fn confirm(&mut self, person: &str, id: &str) {
        let listed = self.folder.done(&["erasures", "--all"]);
        let listed = listed["erasures"].as_array().expect("a list");
        let erasure = listed.iter().find(|one| one["id"] == id);
        let state = erasure.expect("a promised erasure is listed")["state"].clone();
        assert!(
            ["waiting", "complete"].contains(&state.as_str().unwrap()),
            "{id}: {state}"
        );
        let receipt = self.folder.beside(&format!("{id}.receipt"));
        let confirm = [
            "erasures",
            "confirm",
            id,
            "--receipt",
            receipt.to_str().unwrap(),
        ];
        let done = self.folder.done(&confirm);
        assert_eq!(done["state"], "complete", "{done}");
        // Carried out by a process that was killed: the openings in the receipt died with the keys.
        let was_done = done["receipt_file"].is_null();
        assert_eq!(receipt.exists(), !was_done, "{done}");
        self.forget(person);
    }

    /// Reads a sample back: the stored say what was acknowledged last, the erased say nothing.
    fn read_back(&mut self, client: &mut Client) {
        // Whoever waits may be gone already: a killed confirmation can have been quick.
        let waits = |order: &&Order| {
            self.waiting
                .iter()
                .any(|(person, _)| *person == order.person)
        };
        let stored = self.expected.values().filter(|order| !waits(order));
        let stored: Vec<Order> = stored.cloned().collect();
        for _ in 0..SAMPLE {
            let order = self.chance.one(&stored);
            let found = client.find("order", &order.reference()).expect("an answer");
            let (_, token) = found.found().expect("a stored order is found");
            let revealed = client
                .reveal(&token.expect("its token"))
                .expect("an answer");
            assert_eq!(revealed.status, 200, "{revealed:?}");
            let fields = json!({
                "contact.email": order.email(), "delivery.street": order.street(),
            });
            assert_eq!(revealed.body["fields"], fields, "order {}", order.number);
        }
        let erased: Vec<Order> = self.erased.values().cloned().collect();
        for _ in 0..SAMPLE.min(erased.len()) {
            let order = self.chance.one(&erased);
            for (by, value) in [
                ("order", order.reference()),
                ("email", email(&order.person)),
            ] {
                let found = client.find(by, &value).expect("an answer");
                assert!(found.found().is_none(), "erased, and found by {by}");
            }
        }
    }

    /// Imports every export again: nothing changes, and nobody comes back.
    pub(crate) fn import_all_again(&mut self) {
        let orders = self.expected.len();
        for (at, export) in std::mem::take(&mut self.exports).iter().enumerate() {
            // Older exports hold older versions: what is stored now is what must stay the same.
            let now = |order: &Order| {
                let stored = self.expected.get(&order.number);
                stored
                    .or_else(|| self.erased.get(&order.number))
                    .cloned()
                    .expect("it came")
            };
            let export: Vec<Order> = export.iter().map(now).collect();
            let gone = export
                .iter()
                .filter(|order| self.erased.contains_key(&order.number));
            let gone = gone.count();
            let report = self
                .folder
                .import(&format!("again-{at}.csv"), &crate::orders::csv(&export));
            assert_eq!(report["rejected"], gone, "{report}");
            assert_eq!(report["imported"], 0, "{report}");
        }
        let stored = self.settle();
        assert_eq!(stored.orders.len(), orders);
    }
}

/// Delivers orders through the API; they must be taken.
pub(crate) fn deliver(client: &mut Client, orders: &[Order]) {
    let bodies: Vec<Value> = orders.iter().map(Order::body).collect();
    let answer = client.ask("POST", "/v1/orders", &json!({ "orders": bodies }));
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
    taken(&answer.body, orders.len());
}

/// Asserts that an answer says that all orders are stored.
pub(crate) fn taken(body: &Value, count: usize) {
    let outcomes = body["orders"].as_array().expect("a list");
    assert_eq!(outcomes.len(), count, "{body}");
    for outcome in outcomes {
        let word = outcome["outcome"].as_str().expect("an outcome");
        assert!(
            ["imported", "updated", "unchanged"].contains(&word),
            "{outcome}"
        );
    }
}
