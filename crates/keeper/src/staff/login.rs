//! Logging in, being recognised, logging out.
//!
//! One answer for all that can be wrong, and one amount of work: a name that nobody has is hashed
//! against nobody's password. The log holds every login, every refusal (one a second for each reason)
//! and every logout; names that nobody has are not in it, since they are often passwords.

use super::person::Person;
use super::sessions::{Presented, SESSION_MS, SessionId};
use crate::credential::Credential;
use crate::keeper::public_part;
use crate::log::{ActKind, Phase};
use crate::{Keeper, Refusal};
use lethe_crypto::SessionKey;
use lethe_model::StoreId;
use lethe_staff::{
    Client, Device, Password, PasswordCost, PasswordHash, RecoveryCode, StaffName, TotpCode,
};
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use subtle::ConstantTimeEq;

/// In the log, who tried a name that nobody has.
const NOBODY: &str = "nobody";

/// The second factor, as it was given.
#[derive(Debug, Clone)]
pub enum Factor {
    /// A code of an app.
    Code(TotpCode),
    /// A recovery code.
    Recovery(RecoveryCode),
    /// Something that is neither: refused like a wrong one.
    Unreadable,
}

/// Somebody wants to log in.
#[derive(Debug)]
pub struct LoginRequest {
    /// To which shop.
    pub store: StoreId,
    /// The name that was given; `None`: it has not even the form of one.
    pub name: Option<StaffName>,
    /// The password.
    pub password: Password,
    /// The second factor.
    pub factor: Factor,
    /// What an earlier login gave this client, to be known by.
    pub device: Option<String>,
    /// Its address; `None` over the Unix socket.
    pub from: Option<IpAddr>,
    /// Where it comes from, as a session is bound to it.
    pub client: Client,
}

/// Somebody has logged in.
#[derive(Debug)]
pub struct LoggedIn {
    /// Who.
    pub credential: Arc<Credential>,
    /// What to present from now on. Kept nowhere.
    pub session: SessionKey,
    /// What to show at the next login from this client.
    pub device: String,
    /// When the session ends at the latest, Unix milliseconds.
    pub ends_at_ms: i64,
    /// Recovery codes that are left.
    pub recovery_codes_left: usize,
    /// Where the log holds it.
    pub log_index: u64,
}

/// Why a try failed: for the log, never for whoever tried.
struct Wrong(&'static str);

impl Keeper {
    /// Logs somebody in.
    ///
    /// # Errors
    ///
    /// [`Refusal::Login`] for whatever is wrong; [`Refusal::LoginThrottled`] when too much was
    /// tried from there; otherwise what log and keyring say, and then nobody is logged in.
    pub fn login(&self, ask: &LoginRequest) -> Result<LoggedIn, Refusal> {
        let person = self.person(ask.store, ask.name.as_ref())?;
        let device = person
            .as_ref()
            .zip(ask.device.as_deref())
            .and_then(|(person, token)| self.known_device(person, token));
        let account = account_of(ask.store, ask.name.as_ref());
        let by = person.as_ref().map_or(NOBODY, |one| &one.credential);
        self.begin_try(ask.store, by, &account, &ask.client, device.as_ref())?;
        let entered = self.enter(ask, person.as_ref(), &account, device.as_ref())?;
        let (person, credential) = match entered {
            Ok(entered) => entered,
            Err(Wrong(reason)) => {
                self.log_failed_login(ask.store, by, reason, &ask.client);
                return Err(Refusal::Login);
            }
        };
        let network = ask.client.network();
        let mut throttle = self.desk.throttle();
        throttle.succeeded(&account, network, device.as_ref());
        drop(throttle);
        let recovery_codes_left = person.recovery.len();
        let detail = serde_json::json!({
            "event": "login",
            "factor": match ask.factor { Factor::Recovery(_) => "recovery-code", _ => "code" },
            "recovery_codes_left": recovery_codes_left,
            "from": network,
            "known_device": device.is_some(),
        });
        let log_index = self.log_login(&credential, detail)?;
        let session = SessionKey::generate(&*self.around.random);
        let id = device.map_or_else(|| self.around.random.bytes(), |device| device.0);
        let now_ms = self.around.clock.now_ms();
        self.desk.sessions().begin(
            self.session_id(&session),
            &credential.id,
            &ask.client,
            self.around.clock.elapsed_ms(),
        );
        self.usage().presented(&credential.id, ask.from, now_ms);
        Ok(LoggedIn {
            device: self.device_token(&person, id),
            ends_at_ms: now_ms + i64::try_from(SESSION_MS).unwrap_or(0),
            credential,
            session,
            recovery_codes_left,
            log_index,
        })
    }

    /// Says whose session this is, and when it ends at the latest (Unix milliseconds).
    ///
    /// # Errors
    ///
    /// [`Refusal::SessionOver`] for unknown, old, unused and stolen sessions, and for those of a
    /// person who was disabled; others for a person who may not come from there, is in quarantine,
    /// or too fast.
    pub fn authenticate_session(
        &self,
        key: &SessionKey,
        client: &Client,
        from: Option<IpAddr>,
    ) -> Result<(Arc<Credential>, SessionId, i64), Refusal> {
        let id = self.session_id(key);
        let elapsed_ms = self.around.clock.elapsed_ms();
        let presented = self.desk.sessions().present(id, client, elapsed_ms);
        let (credential, left_ms) = match presented {
            Presented::Good(credential, left_ms) => (credential, left_ms),
            Presented::Elsewhere(credential) => {
                if let Some(credential) = self.current(&credential) {
                    let detail = serde_json::json!({
                        "event": "ended", "because": "used from elsewhere",
                        "from": client.network(),
                    });
                    self.log_login(&credential, detail)?;
                }
                return Err(Refusal::SessionOver);
            }
            Presented::Over => return Err(Refusal::SessionOver),
        };
        let credential = self.current(&credential).ok_or(Refusal::SessionOver)?;
        self.check_holder(&credential, from)
            .and_then(|()| self.take_rate(&credential.id, &credential.grant.quota))
            .inspect_err(|refusal| self.log_denial(&credential, refusal, None))
            .map_err(|refusal| match refusal {
                Refusal::Revoked | Refusal::Expired => Refusal::SessionOver,
                other => other,
            })?;
        let now_ms = self.around.clock.now_ms();
        self.usage().presented(&credential.id, from, now_ms);
        let ends_at_ms = now_ms + i64::try_from(left_ms).unwrap_or(0);
        Ok((credential, id, ends_at_ms))
    }

    /// Ends a session.
    ///
    /// # Errors
    ///
    /// When the log cannot be written; the session is over all the same.
    pub fn logout(&self, by: &Credential, session: SessionId) -> Result<u64, Refusal> {
        self.desk.sessions().end(session);
        self.log_login(by, serde_json::json!({ "event": "logout" }))
    }

    /// Gives somebody another password; it takes the present one and a code, like a login. Their
    /// other sessions end, and devices are not known any more.
    ///
    /// # Errors
    ///
    /// As for [`Keeper::login`].
    pub fn change_password(
        &self,
        ask: &LoginRequest,
        session: SessionId,
        new: &Password,
    ) -> Result<u64, Refusal> {
        let person = self.person(ask.store, ask.name.as_ref())?;
        let person = person.ok_or(Refusal::SessionOver)?;
        let account = account_of(ask.store, ask.name.as_ref());
        // A stolen session must not be a way to guess faster: a stranger's count.
        self.begin_try(ask.store, &person.credential, &account, &ask.client, None)?;
        let (person, credential) = match self.enter(ask, Some(&person), &account, None)? {
            Ok(entered) => entered,
            Err(Wrong(reason)) => {
                self.log_failed_login(ask.store, &person.credential, reason, &ask.client);
                return Err(Refusal::Login);
            }
        };
        let network = ask.client.network();
        self.desk.throttle().succeeded(&account, network, None);
        let log_index = self.log_login(&credential, serde_json::json!({ "event": "password" }))?;
        let random = &*self.around.random;
        let hash = PasswordHash::new(new, &self.pepper(), PasswordCost::STANDARD, random);
        let now_ms = self.around.clock.now_ms();
        let changed = self.change_person(&person, |current| {
            current.password = hash;
            current.changed_ms = now_ms;
            Some(())
        })?;
        changed.ok_or(Refusal::SessionOver)?;
        let mut sessions = self.desk.sessions();
        sessions.end_all(&credential.id, Some(session));
        Ok(log_index)
    }

    fn begin_try(
        &self,
        store: StoreId,
        by: &str,
        account: &str,
        client: &Client,
        device: Option<&Device>,
    ) -> Result<(), Refusal> {
        let now_ms = self.around.clock.elapsed_ms();
        let begun = self
            .desk
            .throttle()
            .begin(account, client.network(), device, now_ms);
        begun.map_err(|wait| {
            self.log_failed_login(store, by, "login-throttled", client);
            Refusal::LoginThrottled { wait_ms: wait.0 }
        })
    }

    /// Checks password, credential and second factor, and uses the latter up.
    fn enter(
        &self,
        ask: &LoginRequest,
        person: Option<&Person>,
        account: &str,
        device: Option<&Device>,
    ) -> Result<Result<(Person, Arc<Credential>), Wrong>, Refusal> {
        let nobody = PasswordHash::nobodys(PasswordCost::STANDARD);
        let hash = person.map_or(&nobody, |person| &person.password);
        let fits = hash.fits(&ask.password, &self.pepper());
        let Some(person) = person else {
            return Ok(Err(Wrong("unknown-name")));
        };
        if !fits {
            return Ok(Err(Wrong("wrong-password")));
        }
        let Some(credential) = self.current(&person.credential) else {
            return Ok(Err(Wrong("unknown-name")));
        };
        if let Err(refusal) = self.check_holder(&credential, ask.from) {
            return Ok(Err(Wrong(refusal.code())));
        }
        let now_ms = self.around.clock.elapsed_ms();
        let mut throttle = self.desk.throttle();
        if !throttle.may_try_code(account, device, now_ms) {
            return Ok(Err(Wrong("too-many-codes")));
        }
        drop(throttle);
        let Some(person) = self.use_factor(person, &ask.factor)? else {
            return Ok(Err(Wrong("wrong-code")));
        };
        self.desk.throttle().code_was_right(account);
        Ok(Ok((person, credential)))
    }

    /// Uses a code up, and returns the person as they stand then; `None` when it is wrong or was
    /// used before.
    fn use_factor(&self, person: &Person, factor: &Factor) -> Result<Option<Person>, Refusal> {
        match factor {
            Factor::Code(code) => {
                let secret = self.open_totp(person)?;
                let now_ms = self.around.clock.now_ms();
                self.change_person(person, |current| {
                    let last_step = (current.last_step >= 0).then_some(current.last_step);
                    current.last_step = secret.accepts(code, now_ms, last_step)?;
                    Some(current.clone())
                })
            }
            Factor::Recovery(code) => {
                let hash = self.recovery_hash(&person.credential, code);
                self.change_person(person, |current| {
                    let before = current.recovery.len();
                    current.recovery.retain(|one| !bool::from(one.ct_eq(&hash)));
                    (current.recovery.len() < before).then(|| current.clone())
                })
            }
            Factor::Unreadable => Ok(None),
        }
    }

    fn session_id(&self, key: &SessionKey) -> SessionId {
        let parts: [&[u8]; 2] = [b"lethe-session-v1", key.expose().as_bytes()];
        SessionId(self.service().credentials.tag(&parts))
    }

    fn log_login(&self, by: &Credential, detail: serde_json::Value) -> Result<u64, Refusal> {
        self.append(public_part(
            ActKind::Login,
            Phase::Act,
            by.store,
            &by.id,
            Some(detail),
        ))
    }

    /// Logs a try that failed: one a second for each account and reason, so that nobody can fill the
    /// log. That it failed does not depend on it.
    fn log_failed_login(&self, store: StoreId, by: &str, reason: &'static str, client: &Client) {
        let due = self
            .denials
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .due(by, reason, self.around.clock.now_ms());
        let Some(unlogged) = due else { return };
        let mut detail = serde_json::json!({ "event": "login", "from": client.network() });
        if unlogged > 0 {
            detail["more_like_this"] = unlogged.into();
        }
        let mut public = public_part(ActKind::Login, Phase::Act, store, by, Some(detail));
        public.denied = Some(reason.to_owned());
        drop(self.append(public));
    }
}

/// Names what failures are counted by. All texts that are no name are one account.
fn account_of(store: StoreId, name: Option<&StaffName>) -> String {
    let name = name.map_or("", StaffName::as_str);
    format!("{}/{name}", store.0)
}
