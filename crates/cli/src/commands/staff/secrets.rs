//! How a new second factor is shown: once.

use crate::error::CliError;
use crate::output::Output;
use lethe_ops::StaffSecrets;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use std::io::{IsTerminal, stdout};

/// Shows what the app needs and the recovery codes; on a terminal the app can scan it.
pub(super) fn show(secrets: &StaffSecrets, output: &Output) -> Result<(), CliError> {
    let view = &secrets.view;
    let codes: Vec<&str> = secrets
        .recovery_codes
        .iter()
        .map(|one| one.as_str())
        .collect();
    let shown = serde_json::json!({
        "name": view.name,
        "role": view.role,
        "id": view.credential.id,
        "totp_uri": *secrets.totp_uri,
        "recovery_codes": codes,
    });
    output.result(&shown, || {
        let mut text = String::new();
        if stdout().is_terminal()
            && let Ok(code) = QrCode::new(secrets.totp_uri.as_bytes())
        {
            // Light on dark: terminals are.
            let mut image = code.render::<Dense1x2>();
            text += &format!(
                "{}\n",
                image
                    .dark_color(Dense1x2::Light)
                    .light_color(Dense1x2::Dark)
                    .build()
            );
        }
        text += &format!("{}\n", *secrets.totp_uri);
        for pair in codes.chunks(2) {
            text += &format!("\n  {}", pair.join("   "));
        }
        text
    })?;
    output.note(&format!(
        "{} ({}) can log in. The address is for the authenticator app, the ten codes below it for the day \
         the app is lost; each is good once.\nAll of it is shown once: hand it over, and close this window.",
        view.name, view.role
    ));
    Ok(())
}
