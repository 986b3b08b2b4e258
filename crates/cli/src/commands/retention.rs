//! `lethe retention`: what is due leaves, on the day it must.

use crate::args::Globals;
use crate::confirm;
use crate::door::{self, Folder};
use crate::error::{CliError, Exit};
use crate::files;
use crate::output::Output;
use crate::table::Table;
use crate::text;
use clap::{Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use lethe_ops::{
    ApplyOptions, RetentionAction, RetentionPlan, RetentionProgress, RetentionReport, RunView,
    confirmation,
};
use std::path::PathBuf;

/// Plan and run retention: archive and destroy what is due
///
/// `serve` runs it daily once the first run was confirmed here. Whatever is destroyed is in the access
/// log and in the ledger before its keys go.
#[derive(clap::Args)]
#[command(subcommand_required = true, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: RetentionCommand,
}

#[derive(Subcommand)]
enum RetentionCommand {
    /// Say what a run would do now, and why; nothing is moved
    Plan,
    /// Archive and destroy what is due, or go on with a run that was interrupted
    ///
    /// The first run asks for a confirmation in words and stops at the policy's cap.
    Apply(ApplyArgs),
    /// List the runs
    Runs,
    /// Print the destruction record of a run
    Record(RecordArgs),
    /// Say that the machine's clock is right although it moved far
    ConfirmClock,
    /// Ask two approvers for a run above the daily cap
    AboveCap(AboveCapArgs),
}

#[derive(clap::Args)]
struct ApplyArgs {
    /// Confirm the first run without a terminal: the words that `plan` shows
    #[arg(long, value_name = "WORDS")]
    confirm: Option<String>,
    /// An approved proposal that lifts the daily cap for this run
    #[arg(long, value_name = "PROPOSAL")]
    proposal: Option<String>,
}

#[derive(clap::Args)]
struct RecordArgs {
    /// The run; the last one when not named
    run: Option<String>,
    /// As text, as a page to print, or as the signed text
    #[arg(long, value_enum, default_value = "text")]
    format: RecordFormat,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum RecordFormat {
    Text,
    Html,
    Signed,
}

#[derive(clap::Args)]
struct AboveCapArgs {
    /// Why, in one line
    #[arg(long)]
    reason: String,
}

pub(crate) fn run(globals: &Globals, args: Args, output: &Output) -> Result<Exit, CliError> {
    let folder = door::folder(globals)?;
    match args.command {
        RetentionCommand::Plan => {
            let plan = planned(&folder)?;
            output.result(&plan, || screen(&plan, output))?;
        }
        RetentionCommand::Apply(args) => apply(&folder, args, output)?,
        RetentionCommand::Runs => {
            let runs = folder.vault.retention_runs(&folder.credential)?;
            output.result(&serde_json::json!({ "runs": runs }), || table(&runs))?;
        }
        RetentionCommand::Record(args) => record(&folder, &args, output)?,
        RetentionCommand::ConfirmClock => {
            folder.vault.confirm_clock(&folder.credential)?;
            output.result(&serde_json::json!({ "confirmed": true }), || {
                "The clock is vouched for, and logged.".to_owned()
            })?;
        }
        RetentionCommand::AboveCap(args) => {
            let asked = folder
                .vault
                .request_above_cap(&folder.credential, &args.reason)?;
            output.result(&asked, || {
                format!(
                    "{}\nTwo people approve it with their keys: lethe approve {}",
                    asked.id, asked.id
                )
            })?;
        }
    }
    Ok(Exit::Done)
}

/// Makes a plan with a progress display.
pub(in crate::commands) fn planned(folder: &Folder) -> Result<RetentionPlan, CliError> {
    let bar = bar("looking");
    let plan = folder
        .vault
        .retention_plan(&folder.credential, |progress| show(&bar, progress));
    bar.finish_and_clear();
    Ok(plan?)
}

fn apply(folder: &Folder, args: ApplyArgs, output: &Output) -> Result<(), CliError> {
    let plan = planned(folder)?;
    output.note(&screen(&plan, output));
    let wanted = confirmation(plan.report.records());
    let mut confirmed = args.confirm;
    if plan.is_first && plan.report.records() > 0 && confirmed.is_none() {
        confirm::typed(
            "\nThis is the first run on this data. What is destroyed is gone for good",
            &wanted,
            &format!("--confirm '{wanted}'"),
        )?;
        confirmed = Some(wanted);
    }
    let options = ApplyOptions {
        confirmed,
        proposal: args.proposal,
        started_by: folder.credential.id.clone(),
    };
    let run = applied(folder, &options)?;
    output.result(&run, || done(&run))
}

/// Runs retention with a progress display.
pub(in crate::commands) fn applied(
    folder: &Folder,
    options: &ApplyOptions,
) -> Result<RunView, CliError> {
    let bar = bar("retiring");
    let run = folder
        .vault
        .apply_retention(&folder.credential, options, |progress| show(&bar, progress));
    bar.finish_and_clear();
    Ok(run?)
}

fn record(folder: &Folder, args: &RecordArgs, output: &Output) -> Result<(), CliError> {
    let run = args.run.as_deref();
    let (record, signed) = folder.vault.destruction_record(&folder.credential, run)?;
    let text = match args.format {
        RecordFormat::Text => record.to_text(),
        RecordFormat::Html => record.to_html(Some(&signed)),
        RecordFormat::Signed => signed,
    };
    match &args.out {
        Some(path) => {
            files::write_private(path, &text)?;
            output.note(&format!("written to {}", path.display()));
            Ok(())
        }
        None => output.result(&record, || text.trim_end().to_owned()),
    }
}

/// Shows a plan on one screen.
pub(in crate::commands) fn screen(plan: &RetentionPlan, output: &Output) -> String {
    let report = &plan.report;
    let mut lines = vec![
        output.bold(&format!(
            "Retention plan for {}, policy {}",
            plan.today, plan.revision
        )),
        rules(report),
    ];
    lines.extend(kept(report));
    lines.push(format!(
        "{} leave the active store; {} can no longer be looked up, {} forgotten wholly.",
        text::plural(report.orders_ended, "order", "orders"),
        text::plural(report.people_unlinked, "person", "people"),
        text::count(report.people_forgotten),
    ));
    if report.records() > plan.at_most {
        lines.push(format!(
            "A run today stops after {}: the rest follows with the next ones.",
            text::plural(plan.at_most, "record", "records")
        ));
    }
    if plan.is_first && report.records() > 0 {
        lines.push(format!(
            "The first run is confirmed with: {}",
            confirmation(report.records())
        ));
    }
    lines.join("\n")
}

/// Lists what happens, by rule.
pub(in crate::commands) fn rules(report: &RetentionReport) -> String {
    if report.rules.is_empty() {
        return "Nothing is due.".to_owned();
    }
    let mut table = Table::new(&[
        "rule",
        "kind",
        "",
        ">records",
        "counted from",
        "to",
        "reference",
    ]);
    for rule in &report.rules {
        let day =
            |day: Option<lethe_policy::Day>| day.map_or_else(String::new, |day| day.to_string());
        let action = match rule.action {
            RetentionAction::Archive => "to the archive",
            RetentionAction::Erase => "erased",
            RetentionAction::Anonymise => "anonymised",
        };
        let reference: String = rule.reference.chars().take(40).collect();
        table.row([
            rule.rule.clone(),
            rule.category.clone(),
            action.to_owned(),
            text::count(rule.records),
            day(rule.earliest_start),
            day(rule.latest_start),
            reference,
        ]);
    }
    table.to_string()
}

/// Says what stays although somebody might expect it to go.
fn kept(report: &RetentionReport) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |what: &str, counts: &std::collections::BTreeMap<String, u64>| {
        for (reason, count) in counts {
            lines.push(format!("{} {what}: {reason}", text::count(*count)));
        }
    };
    add("due and held by a legal hold", &report.held);
    add("due and blocked", &report.blocked);
    add("not counting yet", &report.not_started);
    add("without a rule", &report.without_rule);
    lines
}

fn done(run: &RunView) -> String {
    let report = &run.report;
    let mut lines = vec![
        rules(report),
        format!(
            "Run {} is {}: {} moved or destroyed, {} forgotten wholly.",
            run.id,
            run.state,
            text::plural(report.records(), "record", "records"),
            text::plural(report.people_forgotten, "person", "people"),
        ),
    ];
    lines.extend(report.stopped.clone());
    lines.push(format!("Its record: lethe retention record {}", run.id));
    lines.join("\n")
}

fn table(runs: &[RunView]) -> String {
    let mut table = Table::new(&[
        "run",
        "state",
        "for",
        "started by",
        ">records",
        ">kept back",
        "",
    ]);
    for run in runs {
        table.row([
            run.id.clone(),
            run.state.clone(),
            run.today.to_string(),
            run.started_by.clone(),
            text::count(run.report.records()),
            text::count(run.report.kept_back()),
            run.report.stopped.clone().unwrap_or_default(),
        ]);
    }
    table.to_string()
}

fn bar(what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix}  {spinner}  {msg}");
    let style = style.expect("the template is valid");
    let bar = ProgressBar::new_spinner().with_style(style);
    bar.set_prefix(what.to_owned());
    bar
}

fn show(bar: &ProgressBar, progress: RetentionProgress) {
    bar.set_message(format!(
        "{} looked at, {}",
        text::count(progress.seen),
        text::plural(progress.done, "record", "records")
    ));
    bar.tick();
}
