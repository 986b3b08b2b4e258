//! The subcommands, one file each.

mod access;
mod accesses;
mod alerts;
mod approve;
mod archive;
mod backup;
mod bench;
mod blast;
mod break_glass;
mod canary;
mod completions;
mod db;
mod demo;
mod document;
mod drill;
mod erase;
mod erase_list;
mod erasures;
mod event;
mod export;
mod fields;
mod find;
mod import;
mod init;
mod join;
mod key;
mod legal_hold;
mod log;
mod login;
mod logout;
mod order;
mod orders;
mod policy;
mod receipt;
mod replay;
mod restore;
mod retention;
mod reveal;
mod rotate;
mod sample;
mod serve;
mod staff;
mod statistics;
mod status;
mod subject;
mod vendor_key;

use crate::args::Cli;
use crate::error::{CliError, Exit};
use crate::output::Output;
use clap::Subcommand;

/// Every subcommand.
#[derive(Subcommand)]
pub(crate) enum Command {
    Init(init::Args),
    Join(join::Args),
    Db(db::Args),
    Import(import::Args),
    Status(status::Args),
    Find(find::Args),
    Reveal(reveal::Args),
    Order(order::Args),
    Orders(orders::Args),
    Subject(subject::Args),
    Accesses(accesses::Args),
    Erase(erase::Args),
    Erasures(erasures::Args),
    Holder(erasures::HolderArgs),
    Policy(policy::Args),
    Retention(retention::Args),
    LegalHold(legal_hold::Args),
    Archive(archive::Args),
    Export(export::Args),
    BreakGlass(break_glass::Args),
    Approve(approve::ApproveArgs),
    Approvals(approve::ListArgs),
    Event(event::Args),
    Document(document::Args),
    Statistics(statistics::Args),
    Receipt(receipt::Args),
    Key(key::Args),
    Staff(staff::Args),
    Login(login::Args),
    Logout(logout::Args),
    Canary(canary::Args),
    Blast(blast::Args),
    Access(access::Args),
    VendorKey(vendor_key::Args),
    Alerts(alerts::Args),
    Log(log::Args),
    Rotate(rotate::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Serve(serve::Args),
    Drill(drill::Args),
    Replay(replay::Args),
    Demo(demo::Args),
    Sample(sample::Args),
    Bench(bench::Args),
    Fields(fields::Args),
    Completions(completions::Args),
}

/// Runs the subcommand that was given.
pub(crate) fn run(cli: Cli, output: &Output) -> Result<Exit, CliError> {
    let globals = &cli.globals;
    match cli.command {
        Command::Init(args) => init::run(globals, args, output),
        Command::Join(args) => join::run(globals, args, output),
        Command::Db(args) => db::run(globals, args, output),
        Command::Import(args) => import::run(globals, args, output),
        Command::Status(args) => status::run(globals, args, output),
        Command::Find(args) => find::run(globals, args, output),
        Command::Reveal(args) => reveal::run(globals, args, output),
        Command::Order(args) => order::run(globals, args, output),
        Command::Orders(args) => orders::run(globals, args, output),
        Command::Subject(args) => subject::run(globals, args, output),
        Command::Accesses(args) => accesses::run(globals, &args, output),
        Command::Erase(args) => erase::run(globals, args, output),
        Command::Erasures(args) => erasures::run(globals, args, output),
        Command::Holder(args) => erasures::holder(globals, args, output),
        Command::Policy(args) => policy::run(globals, args, output),
        Command::Retention(args) => retention::run(globals, args, output),
        Command::LegalHold(args) => legal_hold::run(globals, args, output),
        Command::Archive(args) => archive::run(globals, args, output),
        Command::Export(args) => export::run(globals, args, output),
        Command::BreakGlass(args) => break_glass::run(globals, args, output),
        Command::Approve(args) => approve::approve(globals, args, output),
        Command::Approvals(args) => approve::list(globals, args, output),
        Command::Event(args) => event::run(globals, args, output),
        Command::Document(args) => document::run(globals, args, output),
        Command::Statistics(args) => statistics::run(globals, args, output),
        Command::Receipt(args) => receipt::run(globals, args, output),
        Command::Restore(args) => restore::run(globals, args, output),
        Command::Canary(args) => canary::run(globals, args, output),
        Command::Blast(args) => blast::run(globals, &args, output),
        Command::Access(args) => access::run(globals, args, output),
        Command::Key(args) => key::run(globals, args, output),
        Command::Staff(args) => staff::run(globals, args, output),
        Command::Login(args) => login::run(globals, args, output),
        Command::Logout(args) => logout::run(globals, args, output),
        Command::VendorKey(args) => vendor_key::run(globals, args, output),
        Command::Alerts(args) => alerts::run(globals, args, output),
        Command::Log(args) => log::run(globals, args, output),
        Command::Rotate(args) => rotate::run(globals, args, output),
        Command::Backup(args) => backup::run(globals, args, output),
        Command::Serve(args) => serve::run(globals, args, output),
        Command::Drill(args) => drill::run(globals, args, output),
        Command::Replay(args) => replay::run(&args, output),
        Command::Demo(args) => demo::run(globals, args, output),
        Command::Sample(args) => sample::run(globals, args, output),
        Command::Bench(args) => bench::run(&args, output),
        Command::Fields(args) => fields::run(globals, args, output),
        Command::Completions(args) => completions::run(globals, args, output),
    }
}
