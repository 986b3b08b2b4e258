//! `lethe staff list`.

use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::expiry;
use crate::output::Output;
use crate::table::Table;
use crate::text;
use lethe_ops::StaffView;

/// List who can log in, in which role, and what a thief of each login would get
///
/// `codes` are recovery codes that are left, `in 24 h` is the blast radius. `lethe key list` shows the
/// same people among all credentials.
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(globals: &Globals, _: Args, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let staff = folder.vault.staff(&folder.credential)?;
    output.result(&serde_json::json!({ "staff": staff }), || table(&staff))?;
    Ok(Exit::Done)
}

fn table(staff: &[StaffView]) -> String {
    let mut table = Table::new(&[
        "name",
        "role",
        "id",
        "state",
        "last seen",
        "expires",
        ">codes",
        ">used",
        ">in 24 h",
    ]);
    for one in staff {
        let credential = &one.credential;
        let expires_at_ms = credential.grant.expires_at_ms;
        table.row([
            one.name.clone(),
            one.role.clone(),
            credential.id.clone(),
            credential.state.to_owned(),
            credential
                .last_used_ms
                .map_or("never".to_owned(), expiry::show),
            expires_at_ms.map_or("never".to_owned(), expiry::show),
            one.recovery_codes_left.to_string(),
            text::count(credential.people_used.per_day),
            text::count(credential.blast_radius.people_24h),
        ]);
    }
    table.to_string()
}
