//! `lethe key lint`.

use super::lint_tree;
use crate::args::Globals;
use crate::door;
use crate::error::{CliError, Exit};
use crate::output::Output;
use crate::text;
use crate::views::LintFinding;
use std::ffi::OsString;

/// Say which keys are wider, older or less watched than they need to be, and find keys in the open
///
/// Without --tree it looks at the installation's own keys: unused, with fields or purposes they never use
/// (and the narrower grant to give them), old, without an owner, used from a new network, in quarantine,
/// near their quota every day. It exits with status 1 when there is a warning or an alarm.
///
/// With --tree it reads source trees, built bundles and the shop's own pages, and tells which keys of
/// Lethe and of well-known vendors lie in them. A key itself is never shown: only where it is, whose, and a
/// fingerprint. That needs no data folder, and exits with status 1 when a key was found or something
/// could not be read.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Read every file below a folder, or a page and the scripts of its own site
    #[arg(long, value_name = "DIR|URL", num_args = 1..)]
    tree: Vec<OsString>,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    if !args.tree.is_empty() {
        return lint_tree::run(&args.tree, output);
    }
    let findings = door::open(globals)?.lint_keys()?;
    output.result(&serde_json::json!({ "findings": findings }), || {
        told(&findings)
    })?;
    let is_bad = findings.iter().any(|one| one.severity != "notice");
    Ok(if is_bad { Exit::Failure } else { Exit::Done })
}

fn told(findings: &[LintFinding]) -> String {
    if findings.is_empty() {
        return "nothing to say about any key".to_owned();
    }
    let mut lines = Vec::new();
    let mut last = "";
    for one in findings {
        if one.credential != last {
            let owner = one.owner.as_deref().unwrap_or("nobody");
            lines.push(format!(
                "{} of {} (owner {owner}), which reaches {}",
                one.credential,
                one.recipient,
                text::plural(one.people_until_expiry, "person", "people"),
            ));
        }
        last = &one.credential;
        lines.push(format!(
            "  {:7}  {}  [{}]",
            one.severity, one.finding, one.rule
        ));
        lines.push(format!("           {}", one.advice));
    }
    lines.join("\n")
}
