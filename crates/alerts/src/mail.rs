//! Mail by SMTP (RFC 5321), with TLS from the first byte or by STARTTLS (RFC 3207).

use crate::{AlertError, Notice, secret};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};
use serde::Deserialize;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

/// How long each step of a delivery may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where mail goes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// The mail server.
    pub server: String,
    /// Its port; 587 with `starttls`, 465 with `tls`, 25 without either.
    pub port: Option<u16>,
    /// How the connection is secured.
    #[serde(default)]
    pub security: Security,
    /// The sender's address.
    pub from: String,
    /// Who is told: addresses of teams rather than of people.
    pub to: Vec<String>,
    /// Who signs in; nobody when absent.
    pub username: Option<String>,
    /// A file with the password.
    pub password_file: Option<PathBuf>,
}

/// How a connection is secured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS begins before anything is said; a server that does not offer it gets no mail.
    #[default]
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// None: only to a relay on this machine.
    None,
}

/// A mail server and whom to write to.
#[derive(Debug)]
pub struct Mail {
    settings: MailSettings,
    from: Mailbox,
    to: Vec<Mailbox>,
    password_file: Option<PathBuf>,
}

impl Mail {
    /// Makes one. File names count from `folder`.
    ///
    /// # Errors
    ///
    /// When an address is none, the password cannot be read, or mail would travel in clear to another
    /// machine.
    pub fn new(settings: &MailSettings, folder: &Path) -> Result<Self, AlertError> {
        let bad = |text: &str| AlertError::Settings(text.to_owned());
        let address = |text: &String| text.parse::<Mailbox>();
        let from = address(&settings.from).map_err(|_| bad("email.from: is no address"))?;
        let to: Result<Vec<Mailbox>, _> = settings.to.iter().map(address).collect();
        let to = to.map_err(|_| bad("email.to: one of them is no address"))?;
        if to.is_empty() {
            return Err(bad("email.to: names nobody"));
        }
        let is_here = settings.server == "localhost"
            || settings
                .server
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback());
        if settings.security == Security::None && !is_here {
            return Err(bad(
                "email.security: `none` is for a relay on this machine alone; use starttls or tls",
            ));
        }
        if settings.username.is_some() != settings.password_file.is_some() {
            return Err(bad("email: username and password_file come together"));
        }
        let mail = Self {
            from,
            to,
            password_file: settings
                .password_file
                .as_ref()
                .map(|file| folder.join(file)),
            settings: settings.clone(),
        };
        mail.password()?;
        Ok(mail)
    }

    fn password(&self) -> Result<Option<Zeroizing<String>>, AlertError> {
        self.password_file.as_deref().map(secret::read).transpose()
    }

    pub(crate) fn deliver(&self, notice: &Notice) -> Result<(), AlertError> {
        let failed = |error: &dyn std::fmt::Display| AlertError::Mail(error.to_string());
        let transport = self.transport()?;
        let message = self.message(notice).map_err(|error| failed(&error))?;
        transport.send(&message).map_err(|error| {
            // Its own text names the step; the server's words stand in its source.
            let source = std::error::Error::source(&error).map(|why| format!(": {why}"));
            AlertError::Mail(format!("{error}{}", source.unwrap_or_default()))
        })?;
        Ok(())
    }

    fn transport(&self) -> Result<SmtpTransport, AlertError> {
        let settings = &self.settings;
        let parameters = || {
            TlsParameters::new(settings.server.clone())
                .map_err(|error| AlertError::Mail(error.to_string()))
        };
        let (tls, port) = match settings.security {
            Security::StartTls => (Tls::Required(parameters()?), 587),
            Security::Tls => (Tls::Wrapper(parameters()?), 465),
            Security::None => (Tls::None, 25),
        };
        let mut builder = SmtpTransport::builder_dangerous(&settings.server)
            .port(settings.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(TIMEOUT));
        if let (Some(user), Some(password)) = (&settings.username, self.password()?) {
            let credentials = Credentials::new(user.clone(), password.to_string());
            builder = builder.credentials(credentials);
        }
        Ok(builder.build())
    }

    fn message(&self, notice: &Notice) -> Result<Message, lettre::error::Error> {
        let mut builder = Message::builder()
            .from(self.from.clone())
            .subject(format!("Lethe {}: {}", notice.severity, notice.kind))
            // The same alert told twice is one mail to programs that know this header.
            .message_id(Some(format!("<{}@lethe.invalid>", notice.id)))
            .header(ContentType::TEXT_PLAIN);
        for to in &self.to {
            builder = builder.to(to.clone());
        }
        builder.body(text(notice))
    }
}

fn text(notice: &Notice) -> String {
    let mut lines = vec![notice.text.clone(), String::new()];
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            lines.push(format!("{name}: {value}"));
        }
    };
    line("alert", &notice.id);
    line("kind", &notice.kind);
    line("severity", &notice.severity);
    line("shop", &notice.store);
    line(
        "credential",
        notice.credential.as_deref().unwrap_or_default(),
    );
    line("owner", notice.owner.as_deref().unwrap_or_default());
    line("at", &notice.at);
    if notice.times > 1 {
        line("times", &notice.times.to_string());
    }
    lines.push(String::new());
    lines.join("\r\n")
}
