//! People who log in: login, logout, who one is, a new password.

mod login;
mod logout;
mod me;
mod password;

use crate::app::Shared;
use lethe_ops::Password;
use serde::{Deserialize, Deserializer};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use zeroize::Zeroizing;

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(login::login))
        .routes(routes!(logout::logout))
        .routes(routes!(me::me))
        .routes(routes!(password::change_password))
}

/// A secret in a body: does not print, and is overwritten when dropped.
pub(crate) struct SecretText(Zeroizing<String>);

impl SecretText {
    fn password(&self) -> Password {
        Password::new(&self.0)
    }

    fn into_text(self) -> Zeroizing<String> {
        self.0
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}
