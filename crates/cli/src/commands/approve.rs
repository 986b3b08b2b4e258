//! `lethe approve` and `lethe approvals`: what needs two people other than whoever asked.

use crate::args::Globals;
use crate::confirm;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::table::Table;
use crate::text;
use lethe_ops::{ProposalView, ProposedOrder};

/// Approve something that was asked for, exactly as it is frozen
///
/// Acts with the API key of an approver (`--key-file`, power `approve`). Two approvers are needed, and
/// whoever asked is none of them.
#[derive(clap::Args)]
pub(crate) struct ApproveArgs {
    /// The proposal's id
    proposal: String,
    /// Do not ask; the SHA-256 that the proposal was shown with
    #[arg(long, value_name = "HEX")]
    sha256: Option<String>,
}

/// List what waits for approval, and what was done
#[derive(clap::Args)]
pub(crate) struct ListArgs {}

pub(crate) fn approve(
    globals: &Globals,
    args: ApproveArgs,
    output: &Output,
) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let all = folder.vault.proposals(&folder.credential)?;
    let proposal = all.into_iter().find(|one| one.id == args.proposal);
    let proposal = proposal.ok_or_else(|| {
        let text = "there is no such proposal: lethe approvals lists them";
        CliError::new(Exit::NotFound, "not-found", text)
    })?;
    let sha256 = match args.sha256 {
        Some(sha256) => sha256,
        None => {
            output.note(&words(&proposal));
            confirm::typed("You approve exactly this", "approve", "--sha256 HEX")?;
            proposal.sha256.clone()
        }
    };
    let approved = folder
        .vault
        .approve(&folder.credential, &proposal.id, &sha256)?;
    output.result(&approved, || {
        let missing = 2usize.saturating_sub(approved.approvals.len());
        match missing {
            0 => format!("{} is approved: it can be carried out.", approved.id),
            _ => format!("{} needs {missing} more approver.", approved.id),
        }
    })?;
    Ok(Exit::Done)
}

pub(crate) fn list(globals: &Globals, _: ListArgs, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    let proposals = folder.vault.proposals(&folder.credential)?;
    output.result(&serde_json::json!({ "proposals": proposals }), || {
        let mut table = Table::new(&[
            "proposal",
            "kind",
            "asked by",
            "until",
            "purpose",
            ">orders",
            ">records",
            "approved by",
            "state",
        ]);
        for one in &proposals {
            let who: Vec<&str> = one
                .approvals
                .iter()
                .map(|one| one.recipient.as_str())
                .collect();
            let state = match (&one.used_at, one.is_approved) {
                (Some(_), _) => "done",
                (None, true) => "approved",
                (None, false) => "waits",
            };
            table.row([
                one.id.clone(),
                one.kind.clone(),
                one.requested_by.clone(),
                one.expires_at.to_string(),
                one.purpose.clone().unwrap_or_default(),
                match one.orders.len() {
                    0 => String::new(),
                    count => count.to_string(),
                },
                one.records
                    .map_or_else(String::new, |count| count.to_string()),
                who.join(" "),
                state.to_owned(),
            ]);
        }
        table.to_string()
    })?;
    Ok(Exit::Done)
}

/// Says everything that is frozen: who approves has seen it.
fn words(one: &ProposalView) -> String {
    let mut lines = vec![
        one.id.clone(),
        format!("  kind      {}", one.kind),
        format!("  reason    {}", text::printable(&one.reason)),
        format!("  asked by  {} at {}", one.requested_by, one.created_at),
        format!("  until     {}", one.expires_at),
    ];
    let told = |name: &str, value: &str| format!("  {name:8}  {value}");
    lines.extend(one.purpose.iter().map(|value| told("purpose", value)));
    lines.extend(one.policy.iter().map(|value| told("policy", value)));
    lines.extend(one.records.map(|count| told("records", &count.to_string())));
    if !one.orders.is_empty() {
        lines.push(told("orders", &one.orders.len().to_string()));
        let order =
            |one: &ProposedOrder| format!("    {}  {}", one.order, one.categories.join(" "));
        lines.extend(one.orders.iter().map(order));
    }
    if let Some(export) = &one.export {
        lines.push(told("people", &export.people.to_string()));
        lines.push(told("fields", &export.fields.join(" ")));
        lines.push(told("filter", &text::printable(&export.filter.to_string())));
        lines.push(told("for", &export.recipient));
        lines.push(told("print", &export.recipient_fingerprint));
        if export.above_installation {
            lines.push(told("beware", "beyond the installation's bound of people"));
        }
    }
    if let Some(details) = &one.details {
        let details = serde_json::to_string_pretty(details).unwrap_or_default();
        lines.extend(
            details
                .lines()
                .map(|line| format!("    {}", text::printable(line))),
        );
    }
    lines.push(told("sha-256", &one.sha256));
    lines.join("\n")
}
