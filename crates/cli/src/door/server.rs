//! The acts through the server that holds the folder, by its Unix socket and an API key.

use super::{Acts, Erased, FetchedDocument, Look, Narrowing, NewKey, OrderName};
use crate::error::{CliError, Exit};
use crate::http::{self, Answer, Body, encoded, exchange};
use crate::views::{
    Access, Alert, CanaryCount, CreatedKey, DocumentAdded, DocumentList, Entry, Found, Key,
    LintFinding, Order, Orders, RemovedCanaries, Revealed, Status, Subject, VendorReach,
};
use lethe_model::{FieldSet, Purpose};
use lethe_ops::{CanaryChoice, DocumentBytes, GrantText, KeptRecords, NewDocument};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A running server and the key this command acts with.
pub(crate) struct Server {
    socket: PathBuf,
    /// An API key or a session; without one, a stranger.
    key: Option<Zeroizing<String>>,
}

impl Server {
    /// Finds the folder's server; `None` when none is listening.
    pub(super) fn find(
        socket: &Path,
        key: Option<Zeroizing<String>>,
    ) -> Result<Option<Self>, CliError> {
        match UnixStream::connect(socket) {
            Ok(_) => Ok(Some(Self {
                socket: socket.to_owned(),
                key,
            })),
            // A socket file that a killed server left behind refuses.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::NotFound | ErrorKind::ConnectionRefused
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(CliError::file(format!(
                "cannot connect to {}",
                socket.display()
            ))(error)),
        }
    }

    fn get<T: DeserializeOwned>(&self, target: &str) -> Result<T, CliError> {
        self.ask("GET", target, None)
    }

    pub(crate) fn post<T: DeserializeOwned>(
        &self,
        target: &str,
        body: &Value,
    ) -> Result<T, CliError> {
        self.ask("POST", target, Some(body))
    }

    fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        target: &str,
        body: Option<&Value>,
    ) -> Result<T, CliError> {
        let body = body.map(Value::to_string);
        let body = body.as_ref().map(|body| Body::json(body.as_bytes()));
        read(&self.send(method, target, body.as_ref())?)
    }

    /// Sends a request; what the server refuses is an error.
    pub(crate) fn send(
        &self,
        method: &str,
        target: &str,
        body: Option<&Body<'_>>,
    ) -> Result<Answer, CliError> {
        let what = format!("no answer from the server at {}", self.socket.display());
        let key = self.key.as_ref().map(|key| key.as_str());
        let answer = || {
            let stream = UnixStream::connect(&self.socket)?;
            stream.set_read_timeout(Some(http::TIMEOUT))?;
            stream.set_write_timeout(Some(http::TIMEOUT))?;
            exchange(stream, method, target, key, body)
        };
        let answer = answer().map_err(CliError::file(what))?;
        if answer.status / 100 == 2 {
            Ok(answer)
        } else {
            Err(refused(answer.status, &answer.body))
        }
    }

    /// Returns the token of an order; a number is looked up first, which is logged.
    fn order_token(&self, order: &OrderName) -> Result<String, CliError> {
        let number = match order {
            OrderName::Token(token) => return Ok(token.clone()),
            OrderName::Number(number) => number.clone(),
        };
        let found = self.find(&Look::Order(number), Purpose::Invoicing)?;
        let order = found.subjects.into_iter().find_map(|one| one.order);
        order.ok_or_else(|| {
            let text = "no order is found by this number: it may be erased, archived or never seen";
            CliError::new(Exit::NotFound, "not-found", text)
        })
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, CliError> {
    serde_json::from_slice(&answer.body).map_err(|_| {
        CliError::new(
            Exit::Failure,
            "server-answer",
            "the server's answer cannot be read: is it of another release than this command?",
        )
    })
}

/// What is read of a problem document (RFC 9457).
#[derive(Deserialize)]
struct Problem {
    code: String,
    detail: String,
}

fn refused(status: u16, body: &[u8]) -> CliError {
    let Ok(problem) = serde_json::from_slice::<Problem>(body) else {
        let text = format!("the server answered with status {status} and no explanation");
        return CliError::new(Exit::Failure, "server-answer", text);
    };
    let exit = match (status, problem.code.as_str()) {
        (_, "log" | "record-altered") => Exit::Altered,
        (401 | 403 | 429, _) => Exit::Refused,
        (404, _) => Exit::NotFound,
        (400..=499, _) => Exit::Usage,
        _ => Exit::Failure,
    };
    CliError::new(exit, problem.code, problem.detail)
}

impl Acts for Server {
    fn status(&self) -> Result<Status, CliError> {
        self.get("/v1/status")
    }

    fn find(&self, look: &Look, purpose: Purpose) -> Result<Found, CliError> {
        let mut body = match look {
            Look::Email(email) => json!({ "email": email.expose() }),
            Look::Phone { number, country } => {
                json!({ "phone": number.expose(), "country": country })
            }
            Look::Order(reference) => json!({ "order": reference.expose() }),
        };
        body["purpose"] = purpose.name().into();
        self.post("/v1/find", &body)
    }

    fn reveal(
        &self,
        token: &str,
        fields: FieldSet,
        purpose: Purpose,
    ) -> Result<Revealed, CliError> {
        let body = json!({ "token": token, "fields": names(fields), "purpose": purpose.name() });
        self.post("/v1/reveal", &body)
    }

    fn add_document(
        &self,
        order: &OrderName,
        document: NewDocument,
    ) -> Result<DocumentAdded, CliError> {
        let token = self.order_token(order)?;
        let target = format!("/v1/orders/{}/documents", encoded(&token));
        let body = Body {
            media_type: "application/octet-stream",
            file_name: document.name.map(|name| encoded(name.expose())),
            bytes: document.bytes.expose(),
        };
        read(&self.send("POST", &target, Some(&body))?)
    }

    fn documents(&self, token: &str, purpose: Purpose) -> Result<DocumentList, CliError> {
        let (token, purpose) = (encoded(token), purpose.name());
        self.get(&format!("/v1/orders/{token}/documents?purpose={purpose}"))
    }

    fn document(
        &self,
        token: &str,
        id: &str,
        purpose: Purpose,
    ) -> Result<FetchedDocument, CliError> {
        let (token, id, purpose) = (encoded(token), encoded(id), purpose.name());
        let target = format!("/v1/orders/{token}/documents/{id}?purpose={purpose}");
        let answer = self.send("GET", &target, None)?;
        Ok(FetchedDocument {
            bytes: DocumentBytes::new(answer.body),
            log_index: answer.log_index,
        })
    }

    fn order(&self, token: &str) -> Result<Order, CliError> {
        self.get(&format!("/v1/orders/{}", encoded(token)))
    }

    fn orders(&self, cursor: Option<&str>, limit: u32) -> Result<Orders, CliError> {
        let cursor = cursor.map(|cursor| format!("&cursor={}", encoded(cursor)));
        let cursor = cursor.unwrap_or_default();
        self.get(&format!("/v1/orders?limit={limit}{cursor}"))
    }

    fn subject(&self, token: &str) -> Result<Subject, CliError> {
        self.get(&format!("/v1/subjects/{}", encoded(token)))
    }

    fn preview_erasure(&self, _: &str) -> Result<Option<Vec<KeptRecords>>, CliError> {
        Ok(None)
    }

    fn erase(&self, token: &str) -> Result<Erased, CliError> {
        let path = format!("/v1/subjects/{}", encoded(token));
        Ok(Erased::Waiting(self.ask("DELETE", &path, None)?))
    }

    fn create_key(&self, new: &NewKey) -> Result<CreatedKey, CliError> {
        let mut body = json!(GrantText::from(&new.grant));
        body["recipient"] = new.recipient.as_str().into();
        self.post("/v1/keys", &body)
    }

    fn keys(&self) -> Result<Vec<Key>, CliError> {
        #[derive(Deserialize)]
        struct Keys {
            keys: Vec<Key>,
        }
        self.get::<Keys>("/v1/keys").map(|answer| answer.keys)
    }

    fn revoke_key(&self, id: &str) -> Result<Key, CliError> {
        self.ask("DELETE", &format!("/v1/keys/{}", encoded(id)), None)
    }

    fn narrow_key(&self, id: &str, change: &Narrowing) -> Result<Key, CliError> {
        let body = match change {
            Narrowing::ToUse => json!({ "to_use": true }),
            Narrowing::To(grant) => json!({ "grant": GrantText::from(&**grant) }),
        };
        self.post(&format!("/v1/keys/{}/narrow", encoded(id)), &body)
    }

    fn quarantine_key(&self, id: &str, is_held: bool) -> Result<Key, CliError> {
        let act = if is_held { "quarantine" } else { "release" };
        self.ask("POST", &format!("/v1/keys/{}/{act}", encoded(id)), None)
    }

    fn vendor_reach(&self) -> Result<Vec<VendorReach>, CliError> {
        #[derive(Deserialize)]
        struct Listed {
            vendor_keys: Vec<VendorKey>,
        }
        #[derive(Deserialize)]
        struct VendorKey {
            reach: VendorReach,
        }
        let listed = self.get::<Listed>("/v1/vendor-keys")?;
        Ok(listed
            .vendor_keys
            .into_iter()
            .map(|one| one.reach)
            .collect())
    }

    fn lint_keys(&self) -> Result<Vec<LintFinding>, CliError> {
        #[derive(Deserialize)]
        struct Lint {
            findings: Vec<LintFinding>,
        }
        self.get::<Lint>("/v1/keys/lint")
            .map(|answer| answer.findings)
    }

    fn revoke_derived(&self, id: &str, fingerprint: &str) -> Result<Key, CliError> {
        let target = format!("/v1/keys/{}/revoke-derived", encoded(id));
        self.post(&target, &json!({ "fingerprint": fingerprint }))
    }

    fn rotate_key(&self, id: &str, expires_at_ms: i64) -> Result<CreatedKey, CliError> {
        let target = format!("/v1/keys/{}/rotate", encoded(id));
        self.post(&target, &json!({ "expires_at_ms": expires_at_ms }))
    }

    fn accesses(&self, token: &str) -> Result<Vec<Access>, CliError> {
        #[derive(Deserialize)]
        struct Accesses {
            accesses: Vec<Access>,
        }
        let target = format!("/v1/subjects/{}/accesses", encoded(token));
        self.get::<Accesses>(&target).map(|answer| answer.accesses)
    }

    fn canaries(&self) -> Result<Vec<CanaryCount>, CliError> {
        #[derive(Deserialize)]
        struct Listed {
            canaries: Vec<CanaryCount>,
        }
        self.get::<Listed>("/v1/canaries")
            .map(|answer| answer.canaries)
    }

    fn plant_canaries(&self, recipient: &str, csv: &[u8]) -> Result<u64, CliError> {
        #[derive(Deserialize)]
        struct Planted {
            planted: u64,
        }
        let orders = String::from_utf8_lossy(csv);
        let body = json!({ "recipient": recipient, "orders": orders });
        self.post::<Planted>("/v1/canaries", &body)
            .map(|answer| answer.planted)
    }

    fn remove_canaries(
        &self,
        which: &CanaryChoice,
        reason: &str,
    ) -> Result<RemovedCanaries, CliError> {
        let body = match which {
            CanaryChoice::Ids(ids) => json!({ "canaries": ids, "reason": reason }),
            CanaryChoice::Recipient(name) => json!({ "recipient": name, "reason": reason }),
        };
        self.post("/v1/canaries/remove", &body)
    }

    fn alerts(&self, limit: u32) -> Result<Vec<Alert>, CliError> {
        #[derive(Deserialize)]
        struct Alerts {
            alerts: Vec<Alert>,
        }
        let target = format!("/v1/alerts?limit={limit}");
        self.get::<Alerts>(&target).map(|answer| answer.alerts)
    }

    fn entries(
        &self,
        subject: Option<&str>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, CliError> {
        #[derive(Deserialize)]
        struct Entries {
            entries: Vec<Entry>,
        }
        let mut target = format!("/v1/log/entries?limit={limit}");
        if let Some(subject) = subject {
            target += &format!("&subject={}", encoded(subject));
        }
        if let Some(before) = before {
            target += &format!("&before={before}");
        }
        self.get::<Entries>(&target).map(|answer| answer.entries)
    }
}

fn names(fields: FieldSet) -> Vec<String> {
    fields.iter().map(|field| field.to_string()).collect()
}
