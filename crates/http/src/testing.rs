//! The harness: a real vault behind the real router. Every answer is checked against the OpenAPI
//! document, and all but reveals are searched for marked values.

use crate::{Settings, router};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::request::Builder;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use lethe_model::{
    Category, FieldSet, Grant, Power, PowerSet, Purpose, PurposeSet, Quota, StoreId,
};
use lethe_ops::{
    ApplyOptions, Credential, FindQuery, HoldGround, NewBreakGlass, NewCredential, NewHold,
    NewHolder, NewVendorKey, Vault, VendorKeyKind,
};
use lethe_testkit::{FakeClock, OrderSketch, SeededRandom, TestVault, find_leaks_in, orders_csv};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

/// Marks of documents: what they are called, and what stands in them.
pub(crate) const DOCUMENT_NAME: &str = "marked Zoë.pdf";
pub(crate) const DOCUMENT_TEXT: &str = "marked text of a document";

/// A vault behind the router.
pub(crate) struct TestServer {
    pub(crate) router: Router,
    pub(crate) vault: Arc<Vault>,
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<FakeClock>,
    marks: Vec<String>,
    // Last: it searches what the others have written.
    _folder: TestVault,
}

/// An API key with its credential.
pub(crate) struct TestKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) credential: Arc<Credential>,
}

/// An answer, its body read.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl TestServer {
    /// Starts with two orders of Ana, one of Ben and a gift of Ben's to Cleo.
    pub(crate) fn start() -> Self {
        Self::start_with(|_| ())
    }

    /// The same with other settings.
    pub(crate) fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let orders = [
            OrderSketch::new(1001, "Ana").phone("+33639980001"),
            OrderSketch::new(1002, "Ana"),
            OrderSketch::new(1003, "Ben").note("marked note of Ben"),
            OrderSketch::new(1004, "Ben").gift_to("Cleo"),
        ];
        let mut folder = TestVault::start();
        folder.import(&orders);
        folder.mark(DOCUMENT_NAME);
        folder.mark(DOCUMENT_TEXT);
        let vault = Arc::new(folder.take_vault());
        let mut settings = Settings::new(Arc::clone(&folder.clock) as _);
        change(&mut settings);
        Self {
            router: router(Arc::clone(&vault), settings.clone()),
            vault,
            settings,
            clock: Arc::clone(&folder.clock),
            marks: orders
                .iter()
                .flat_map(OrderSketch::marks)
                .chain([DOCUMENT_NAME.to_owned(), DOCUMENT_TEXT.to_owned()])
                .collect(),
            _folder: folder,
        }
    }

    pub(crate) fn operator(&self) -> Arc<Credential> {
        self.vault.operator(StoreId(1)).unwrap()
    }

    /// Makes a key of the recipient `tests` with these powers; with `reveal` for every field and
    /// for support.
    pub(crate) fn key(&self, powers: &[Power]) -> TestKey {
        let powers: PowerSet = powers.iter().copied().collect();
        let can_reveal = powers.contains(Power::Reveal);
        let fields = if can_reveal {
            FieldSet::all()
        } else {
            FieldSet::EMPTY
        };
        self.key_with(Grant {
            fields,
            purposes: [Purpose::Support].into_iter().collect::<PurposeSet>(),
            powers,
            quota: Quota::people_per_day(10),
            expires_at_ms: Some(self.clock.in_days(90)),
            owner: Some("ada".to_owned()),
            ..Grant::default()
        })
    }

    /// Makes a key of another recipient, without the power `reveal`.
    pub(crate) fn key_of(&self, recipient: &str, powers: &[Power]) -> TestKey {
        let grant = Grant {
            fields: FieldSet::EMPTY,
            purposes: PurposeSet::default(),
            powers: powers.iter().copied().collect(),
            quota: Quota::people_per_day(0),
            expires_at_ms: Some(self.clock.in_days(90)),
            owner: Some(recipient.to_owned()),
            ..Grant::default()
        };
        self.make_key(recipient, grant)
    }

    pub(crate) fn key_with(&self, grant: Grant) -> TestKey {
        self.make_key("tests", grant)
    }

    /// Each key has an owner of its own: keys of one owner share a quota.
    fn make_key(&self, recipient: &str, mut grant: Grant) -> TestKey {
        let number = self.vault.list_credentials(&self.operator()).unwrap().len();
        grant.owner = Some(format!("owner-{number}"));
        let recipient = recipient.to_owned();
        let new = NewCredential { recipient, grant };
        let created = self
            .vault
            .create_credential(&self.operator(), &new)
            .unwrap();
        TestKey {
            id: created.view.id,
            credential: self.vault.authenticate(&created.secret, None).unwrap(),
            secret: created.secret.expose().to_owned(),
        }
    }

    /// Returns the tokens of the first order and its subject, for the recipient of `key`.
    pub(crate) fn tokens(&self, key: &TestKey) -> (String, String) {
        let query = FindQuery::order("#1001", Purpose::Support).unwrap();
        let reader = self.key(&[Power::Reveal]);
        assert_eq!(reader.credential.recipient, key.credential.recipient);
        let found = self.vault.find(&reader.credential, query).unwrap();
        let first = &found.subjects[0];
        (first.order.clone().unwrap(), first.subject.clone())
    }

    /// Makes the archive key of the test orders' year.
    pub(crate) fn make_archive_keys(&self) {
        let years = ["year/2026".to_owned()];
        let custodians = ["first", "second", "third"].map(str::to_owned);
        let set = lethe_custody::generate(&years, &custodians, &SeededRandom::new(7)).unwrap();
        let operator = self.operator();
        self.vault.register_archive_keys(&operator, &set).unwrap();
    }

    /// Asks for the erasure of the first order's buyer; returns the erasure's id.
    pub(crate) async fn ask_to_erase(&self, key: &TestKey) -> String {
        let (_, subject) = self.tokens(key);
        let path = format!("/v1/subjects/{subject}");
        let waiting = self.delete(&path, Some(key)).await.ok().json();
        waiting["id"].as_str().unwrap().to_owned()
    }

    /// Has the same buyer erased, and a holder of copies asked for it; returns the erasure's id.
    pub(crate) async fn erase_with_holder(&self, key: &TestKey, holder: &str) -> String {
        let operator = self.operator();
        let holder = NewHolder {
            name: holder.to_owned(),
            role: "processor".to_owned(),
            receives: vec![Category::Contact],
            retention_days: None,
        };
        self.vault.add_holder(&operator, &holder).unwrap();
        let id = self.ask_to_erase(key).await;
        self.vault.confirm_erasure(&operator, &id).unwrap();
        id
    }

    /// Runs retention on a shop in which nothing is due; returns the run's id.
    pub(crate) fn run_retention(&self) -> String {
        let options = ApplyOptions {
            started_by: "operator".to_owned(),
            ..ApplyOptions::default()
        };
        let operator = self.operator();
        let run = self.vault.apply_retention(&operator, &options, |_| ());
        run.unwrap().id
    }

    /// Places a hold on the first order; returns its id.
    pub(crate) fn place_hold(&self) -> String {
        let operator = self.operator();
        let query = FindQuery::order("#1001", Purpose::Support).unwrap();
        let found = self.vault.find(&operator, query).unwrap();
        let hold = NewHold {
            tokens: vec![found.subjects[0].order.clone().unwrap()],
            archived: Vec::new(),
            categories: Vec::new(),
            matter: "2026/0042".to_owned(),
            ground: HoldGround::LegalClaims,
            review_on: jiff::civil::date(2026, 9, 1),
        };
        self.vault.place_hold(&operator, &hold).unwrap().id
    }

    /// Lets an emergency come and go that nobody has looked at, and returns its id.
    pub(crate) fn break_glass(&self) -> String {
        let new = NewBreakGlass {
            key: self.key(&[Power::Reveal]).id,
            fields: FieldSet::EMPTY,
            purposes: Vec::new(),
            people: 5,
            reason: "recall 7".to_owned(),
        };
        let opened = self.vault.break_glass(&self.operator(), &new);
        self.clock.advance_hours(1);
        opened.unwrap().id
    }

    /// A good request for an export of the shop's orders.
    pub(crate) fn export_request(&self) -> Value {
        let filter = json!({ "ordered_from": "2020-01-01" });
        json!({
            "filter": filter, "fields": ["delivery.name", "delivery.city"], "purpose": "support",
            "recipient": "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
            "reason": "case 2026/0042"
        })
    }

    /// Lists a credential at a vendor; returns its id.
    /// Returns whom a credential was made for.
    pub(crate) fn recipient_of(&self, id: &str) -> String {
        self.vault.current(id).unwrap().recipient.clone()
    }

    /// Plants a canary for a key, and returns its public id.
    pub(crate) fn plant_canary(&self) -> String {
        let operator = self.operator();
        let recipient = self.recipient_of(&self.key(&[Power::List]).id);
        let order = OrderSketch::new(7001, "canary").shipped("2026-01-05");
        let csv = orders_csv(&[order]);
        let planted = self
            .vault
            .plant_canaries_of_export(&operator, &recipient, csv.as_bytes());
        assert_eq!(planted.unwrap(), 1);
        self.vault.canary_counts(&operator).unwrap()[0].ids[0].clone()
    }

    pub(crate) fn add_vendor_key(&self) -> String {
        let new = NewVendorKey {
            vendor: "Postmark".to_owned(),
            kind: VendorKeyKind::ApiKey,
            label: "order mails".to_owned(),
            owner: None,
            scopes: Vec::new(),
            categories: Vec::new(),
            created_on: None,
            rotated_on: None,
            used_on: None,
            expires_on: None,
            can_export: false,
            has_networks: false,
            recipient: None,
            people: None,
            people_on: None,
        };
        let added = self.vault.add_vendor_key(&self.operator(), &new);
        added.unwrap().id
    }

    /// Asks for a run above the cap; returns the proposal's id and hash.
    pub(crate) fn propose(&self) -> (String, String) {
        let operator = self.operator();
        let made = self.vault.request_above_cap(&operator, "case 2026/0042");
        let proposal = made.unwrap();
        (proposal.id, proposal.sha256)
    }

    /// Adds a document with a marked name to an order.
    pub(crate) async fn add_document(&self, key: &TestKey, order: &str, bytes: &[u8]) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/v1/orders/{order}/documents"))
            .header(header::AUTHORIZATION, format!("Bearer {}", key.secret))
            .header(header::CONTENT_TYPE, "application/pdf")
            .header(
                header::CONTENT_DISPOSITION,
                "attachment; filename*=UTF-8''marked%20Zo%C3%AB.pdf",
            );
        self.send(request, Body::from(bytes.to_vec())).await
    }

    pub(crate) async fn get(&self, path: &str, key: Option<&TestKey>) -> Answer {
        self.call(Method::GET, path, key, None).await
    }

    pub(crate) async fn post(&self, path: &str, key: Option<&TestKey>, body: Value) -> Answer {
        self.call(Method::POST, path, key, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str, key: Option<&TestKey>) -> Answer {
        self.call(Method::DELETE, path, key, None).await
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        key: Option<&TestKey>,
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(key) = key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", key.secret));
        }
        match body {
            None => self.send(request, Body::empty()).await,
            Some(body) => {
                let request = request.header(header::CONTENT_TYPE, "application/json");
                self.send(request, Body::from(body.to_string())).await
            }
        }
    }

    /// Sends anything, and checks what every answer must be.
    pub(crate) async fn send(&self, request: Builder, body: Body) -> Answer {
        let request = request.body(body).unwrap();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.to_vec(),
        };
        let is_reveal =
            path == "/v1/reveal" || (method == Method::GET && path.contains("/documents"));
        if !is_reveal || answer.status != StatusCode::OK {
            let text = [format!("{:?}", answer.headers).as_bytes(), &answer.body].concat();
            assert_eq!(
                find_leaks_in(&text, &self.marks),
                Vec::<String>::new(),
                "{path}"
            );
        }
        crate::tests::conformance::check(&self.settings, &method, &path, &answer);
        answer
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Returns the code of a problem document, after checking the rest of it.
    #[track_caller]
    pub(crate) fn problem(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text()
        );
        let document = self.json();
        assert_eq!(document["status"], self.status.as_u16());
        let code = document["code"].as_str().unwrap().to_owned();
        assert_eq!(document["type"], format!("/docs/problems#{code}"));
        code
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        self
    }
}
