//! People who log in: added with a role by the operator, recognised by session.

use crate::credentials::CredentialView;
use crate::{Error, Vault};
use lethe_crypto::SessionKey;
use lethe_keeper::{Credential, Factor, LoginRequest, NewSecrets, Refusal, SessionId, StaffMember};
use lethe_model::{Grant, StoreId};
use lethe_staff::{Client, Password, RecoveryCode, Role, Roles, StaffName, TotpCode};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use zeroize::Zeroizing;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How long somebody's access lasts before it is renewed, at most.
const LIFE_MAX_MS: i64 = 366 * DAY_MS;

/// Somebody tries to log in, as it was typed. Does not print.
pub struct LoginAttempt {
    /// The shop's name; not needed where there is only one.
    pub store: Option<String>,
    /// The name.
    pub name: String,
    /// The password.
    pub password: Password,
    /// A code of the app, or else a recovery code.
    pub code: Option<Zeroizing<String>>,
    /// A recovery code.
    pub recovery_code: Option<Zeroizing<String>>,
    /// What an earlier login gave this client.
    pub device: Option<String>,
    /// Where it comes from.
    pub seat: Seat,
}

impl fmt::Debug for LoginAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[login attempt]")
    }
}

/// Where a request comes from.
#[derive(Debug, Clone, Default)]
pub struct Seat {
    /// Its address; `None` over the Unix socket.
    pub from: Option<IpAddr>,
    /// Its `User-Agent` header.
    pub agent: Option<String>,
}

impl Seat {
    fn client(&self) -> Client {
        let agent = self.agent.as_deref().unwrap_or("");
        Client::new(self.from, Sha256::digest(agent.as_bytes()).into())
    }
}

/// A session that was presented.
#[derive(Debug, Clone)]
pub struct Session {
    /// Whose it is.
    pub credential: Arc<Credential>,
    /// When it ends at the latest, Unix milliseconds.
    pub ends_at_ms: i64,
    id: SessionId,
}

/// A session that has just begun. Does not print.
pub struct NewSession {
    /// What to present from now on: `Authorization: Bearer lethe_ss_…`. Kept nowhere.
    pub session: SessionKey,
    /// What to show at the next login from this client. It opens nothing.
    pub device: String,
    /// When the session ends at the latest, Unix milliseconds.
    pub ends_at_ms: i64,
    /// Recovery codes that are left.
    pub recovery_codes_left: usize,
    /// The name.
    pub name: String,
    /// The role.
    pub role: String,
    /// Where the log holds the login.
    pub log_index: u64,
}

impl fmt::Debug for NewSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[new session]")
    }
}

/// Somebody who can log in, as they may be shown.
#[derive(Debug, Clone, Serialize)]
pub struct StaffView {
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: String,
    /// When password or second factor last changed, Unix milliseconds.
    pub changed_at_ms: i64,
    /// Recovery codes that are left.
    pub recovery_codes_left: usize,
    /// Their credential: grant, quota used, blast radius.
    pub credential: CredentialView,
}

/// A person who was just added, or whose login was made anew. Does not print.
pub struct StaffSecrets {
    /// Who.
    pub view: StaffView,
    /// For the app: `otpauth://totp/…`.
    pub totp_uri: Zeroizing<String>,
    /// The same secret as people type it.
    pub totp_secret: Zeroizing<String>,
    /// For the day the app is lost.
    pub recovery_codes: Vec<Zeroizing<String>>,
}

impl fmt::Debug for StaffSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[staff secrets]")
    }
}

impl Vault {
    /// Logs somebody in.
    ///
    /// # Errors
    ///
    /// One answer for whatever is wrong, [`Refusal::LoginThrottled`] when too much was tried from
    /// there, and what log and keyring say.
    pub fn login(&self, attempt: LoginAttempt) -> Result<NewSession, Error> {
        let store = self.store_to_log_in(attempt.store.as_deref());
        let Some(store) = store else {
            return Err(Error::invalid(
                "store",
                "names no shop, or there are several and none was named",
            ));
        };
        let logged_in = self.keeper.login(&request(store, attempt))?;
        let grant = &logged_in.credential.grant;
        Ok(NewSession {
            name: grant.owner.clone().unwrap_or_default(),
            role: logged_in.credential.recipient.clone(),
            session: logged_in.session,
            device: logged_in.device,
            ends_at_ms: logged_in.ends_at_ms,
            recovery_codes_left: logged_in.recovery_codes_left,
            log_index: logged_in.log_index,
        })
    }

    /// Says whose session this is.
    ///
    /// # Errors
    ///
    /// [`Refusal::SessionOver`] when it is nobody's any more; others for a person who is held back.
    pub fn authenticate_session(&self, key: &SessionKey, seat: &Seat) -> Result<Session, Error> {
        let client = seat.client();
        let presented = self.keeper.authenticate_session(key, &client, seat.from);
        let (credential, id, ends_at_ms) = presented?;
        Ok(Session {
            credential,
            id,
            ends_at_ms,
        })
    }

    /// Ends a session; returns where the log holds it.
    ///
    /// # Errors
    ///
    /// When the log cannot be written; the session is over all the same.
    pub fn logout(&self, session: &Session) -> Result<u64, Error> {
        Ok(self.keeper.logout(&session.credential, session.id)?)
    }

    /// Shows a credential to its own holder: key or person.
    ///
    /// # Errors
    ///
    /// When the people of the shop cannot be counted.
    pub fn own_credential(&self, credential: &Credential) -> Result<CredentialView, Error> {
        let population = self.population(credential.store)?;
        Ok(self.view_credential(credential, &population))
    }

    /// Gives whoever is logged in another password; takes the present one and a code.
    ///
    /// # Errors
    ///
    /// When the new one is not good enough; otherwise as for a login.
    pub fn change_password(
        &self,
        session: &Session,
        attempt: LoginAttempt,
        new: &Password,
    ) -> Result<u64, Error> {
        let owner = session.credential.grant.owner.as_deref().unwrap_or("");
        let name = StaffName::parse(owner).map_err(|_| Refusal::SessionNeeded)?;
        check_password(new, &name)?;
        let mut ask = request(session.credential.store, attempt);
        ask.name = Some(name);
        Ok(self.keeper.change_password(&ask, session.id, new)?)
    }

    /// Lists the people of a shop who can log in.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn staff(&self, by: &Credential) -> Result<Vec<StaffView>, Error> {
        self.permit(by, lethe_model::Power::Keys)?;
        let members = self.keeper.staff(by.store)?;
        members.iter().map(|one| self.view_staff(one)).collect()
    }

    /// Adds a person with a role.
    ///
    /// # Errors
    ///
    /// When the name is taken, the role unknown, the password too easy, or the expiry too far away.
    pub fn add_staff(
        &self,
        by: &Credential,
        name: &str,
        role: &str,
        password: &Password,
        expires_at_ms: i64,
    ) -> Result<StaffSecrets, Error> {
        let name = parse_name(name)?;
        let role = self.role(role)?;
        check_password(password, &name)?;
        self.check_end(expires_at_ms)?;
        let is_taken = |one: &StaffMember| one.name == name;
        if self.keeper.staff(by.store)?.iter().any(is_taken) {
            return Err(Error::invalid(
                "name",
                "is somebody's already: everybody has a login of their own",
            ));
        }
        let added = self
            .keeper
            .add_staff(by, &name, &role, password, expires_at_ms);
        let (_, secrets) = added?;
        self.show_secrets(by.store, &name, &secrets)
    }

    /// Makes a person's login anew: password, second factor, recovery codes. Their sessions end.
    ///
    /// # Errors
    ///
    /// When there is no such person, or the password is too easy.
    pub fn reset_staff(
        &self,
        by: &Credential,
        name: &str,
        password: &Password,
    ) -> Result<StaffSecrets, Error> {
        let name = parse_name(name)?;
        check_password(password, &name)?;
        let secrets = known(self.keeper.reset_staff(by, &name, password))?;
        self.show_secrets(by.store, &name, &secrets)
    }

    /// Gives a person another role, or the same one with another expiry (`role`: `None`).
    ///
    /// # Errors
    ///
    /// When there is no such person or role, or the expiry is too far away.
    pub fn change_staff(
        &self,
        by: &Credential,
        name: &str,
        role: Option<&str>,
        expires_at_ms: i64,
    ) -> Result<StaffView, Error> {
        let name = parse_name(name)?;
        let member = self.member(by.store, &name)?;
        let role = self.role(role.unwrap_or(&member.role))?;
        self.check_end(expires_at_ms)?;
        known(self.keeper.set_staff_role(by, &name, &role, expires_at_ms))?;
        self.view_staff(&self.member(by.store, &name)?)
    }

    /// Ends a person's access and deletes their secrets.
    ///
    /// # Errors
    ///
    /// When there is no such person.
    pub fn disable_staff(&self, by: &Credential, name: &str) -> Result<CredentialView, Error> {
        let ended = known(self.keeper.disable_staff(by, &parse_name(name)?))?;
        self.own_credential(&ended)
    }

    /// Returns the file of roles in force.
    ///
    /// # Errors
    ///
    /// What the keyring says.
    pub fn roles_text(&self) -> Result<String, Error> {
        Ok(self.keeper.roles_text()?)
    }

    /// Returns the grant of a role in force, without an owner and an end.
    ///
    /// # Errors
    ///
    /// When there is no such role, or the roles do not authenticate.
    pub fn role_grant(&self, role: &str) -> Result<Grant, Error> {
        let roles = self.keeper.roles()?;
        let role = roles.get(role);
        let no_role = || {
            Error::invalid(
                "role",
                "is none of those in force: `lethe staff roles show`",
            )
        };
        Ok(role.ok_or_else(no_role)?.grant.clone())
    }

    /// Puts a file of roles in force, for the people who have one already too; returns how many
    /// people's grants changed.
    ///
    /// # Errors
    ///
    /// When it is no such file, or lacks a role that somebody has.
    pub fn adopt_roles(&self, by: &Credential, text: &str) -> Result<u64, Error> {
        let roles = parse_roles(text)?;
        for member in self.keeper.staff(by.store)? {
            let is_living = member.credential.revoked_at_ms.is_none();
            if is_living && roles.get(&member.role).is_none() {
                let reason = format!(
                    "lacks the role `{}`, which {} has: give them another one first",
                    member.role, member.name
                );
                return Err(Error::invalid("roles", reason));
            }
        }
        Ok(self.keeper.adopt_roles(by, text, &roles)?)
    }

    fn role(&self, name: &str) -> Result<Role, Error> {
        let roles = self.keeper.roles()?;
        let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
        let role = roles.get(name).cloned();
        role.ok_or_else(|| {
            Error::invalid("role", format!("is none: use one of {}", names.join(", ")))
        })
    }

    fn member(&self, store: StoreId, name: &StaffName) -> Result<StaffMember, Error> {
        let members = self.keeper.staff(store)?;
        let found = members.into_iter().find(|one| one.name == *name);
        found.ok_or_else(nobody)
    }

    fn check_end(&self, expires_at_ms: i64) -> Result<(), Error> {
        let left_ms = expires_at_ms - self.around.clock.now_ms();
        match left_ms {
            1..=LIFE_MAX_MS => Ok(()),
            _ => Err(Error::invalid(
                "expires",
                "lies in the past or more than a year away: access is renewed, it does not last",
            )),
        }
    }

    fn view_staff(&self, member: &StaffMember) -> Result<StaffView, Error> {
        Ok(StaffView {
            name: member.name.as_str().to_owned(),
            role: member.role.clone(),
            changed_at_ms: member.changed_at_ms,
            recovery_codes_left: member.recovery_codes_left,
            credential: self.own_credential(&member.credential)?,
        })
    }

    fn show_secrets(
        &self,
        store: StoreId,
        name: &StaffName,
        secrets: &NewSecrets,
    ) -> Result<StaffSecrets, Error> {
        let issuer = format!("Lethe {}", self.store_name(store)?);
        Ok(StaffSecrets {
            view: self.view_staff(&self.member(store, name)?)?,
            totp_uri: secrets.totp.uri(&issuer, name),
            totp_secret: secrets.totp.base32(),
            recovery_codes: secrets.recovery.iter().map(RecoveryCode::shown).collect(),
        })
    }

    fn store_to_log_in(&self, name: Option<&str>) -> Option<StoreId> {
        match (name, self.stores()) {
            (None, [only]) => Some(only.id),
            (None, _) => None,
            (Some(name), all) => all.iter().find(|one| one.name == name).map(|one| one.id),
        }
    }
}

/// Reads a file of roles.
///
/// # Errors
///
/// Says everything that is wrong with it.
pub fn parse_roles(text: &str) -> Result<Roles, Error> {
    Roles::parse(text).map_err(|error| Error::invalid("roles", error.to_string()))
}

fn request(store: StoreId, attempt: LoginAttempt) -> LoginRequest {
    let code = attempt.code.and_then(|text| TotpCode::parse(&text));
    let recovery = attempt
        .recovery_code
        .and_then(|text| RecoveryCode::parse(&text));
    LoginRequest {
        store,
        name: StaffName::parse(&attempt.name).ok(),
        password: attempt.password,
        factor: match (code, recovery) {
            (Some(code), None) => Factor::Code(code),
            (None, Some(code)) => Factor::Recovery(code),
            _ => Factor::Unreadable,
        },
        device: attempt.device,
        from: attempt.seat.from,
        client: attempt.seat.client(),
    }
}

fn parse_name(name: &str) -> Result<StaffName, Error> {
    StaffName::parse(name).map_err(|error| Error::invalid("name", error.to_string()))
}

fn check_password(password: &Password, name: &StaffName) -> Result<(), Error> {
    let checked = password.check(name);
    checked.map_err(|error| Error::invalid("password", error.to_string()))
}

fn known<T>(result: Result<T, Refusal>) -> Result<T, Error> {
    result.map_err(|refusal| match refusal {
        Refusal::Gone => nobody(),
        other => other.into(),
    })
}

fn nobody() -> Error {
    Error::invalid(
        "name",
        "is nobody's who can log in: `lethe staff list` shows them",
    )
}
