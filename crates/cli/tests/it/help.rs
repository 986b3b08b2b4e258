//! Help texts, and that the reference tells them all.

use crate::shop::{Shop, assert_run};
use std::path::Path;

#[test]
fn the_first_help_names_every_command() {
    assert_run!(Shop::empty().run("--help"), @r"
    The customer database that forgets: personal data sealed, every reveal in the log first

    Usage: lethe [OPTIONS] <COMMAND>

    Commands:
      init         Make a data folder and its keys
      join         Make a data folder for one more vault of an installation on PostgreSQL
      import       Import an export of a shop
      status       Show what the installation holds, in numbers
      find         Look a person up by e-mail address, phone number or order number
      reveal       Reveal fields of a person or an order
      order        Show one order: what, when, for how much, and nothing about whom
      orders       List orders as tokens, a page at a time
      subject      Show which orders belong to one person
      accesses     Show who has read or changed one person's data: when, for what, which fields
      erase        Erase a person: their keys are destroyed, so that no copy of their data opens again
      erasures     Follow erasures: those that wait, those that others must still confirm
      holder       Note who else holds copies: each must confirm every erasure
      policy       Show, check, compare and adopt the retention policy
      retention    Plan and run retention: archive and destroy what is due
      legal-hold   Place, list and release legal holds
      archive      Set the archive up, ask for archived records, and prove that it still opens
      export       Ask for a bulk export, file an approved one, and recognise a leaked copy
      break-glass  Give one key more for an hour in an emergency, and look at it afterwards
      approve      Approve something that was asked for, exactly as it is frozen
      approvals    List what waits for approval, and what was done
      event        Note a delivery, a return, a dispute or a contact: terms count from the last event
      document     Keep documents as they were issued, list them, and get them back
      statistics   Show the anonymised statistics of months of which no order is left
      receipt      Check erasure receipts and destruction records, offline
      key          Make, list, revoke and rotate API keys; find keys that leaked
      staff        Add people who log in, give them roles, and end their access
      login        Log in to the folder's server: commands act as you until you log out
      logout       Log out: the session ends, here and in the server
      canary       Plant people who do not exist, and count them
      blast        Show how many people each credential could reveal if it were stolen now, the worst
                   first
      access       Show or set what bounds all credentials together
      vendor-key   List the keys, apps and seats at vendors that can read customers, and their reach
      alerts       List alerts, and test the ways they go out
      log          Show and verify the access log
      rotate       Rotate the key-encryption key; the sealed data is not touched
      backup       Back up the installation, encrypted, while it is in use
      restore      Restore an installation from backups, and catch it up before it opens
      serve        Serve the API on a private address and on the folder's Unix socket
      drill        Replay breaches on a copy of the data, and count what each thief would hold
      replay       Replay a leak: a wide key, made in August 2018, forgotten for 23 months, in a web
                   page, used for 80 days
      demo         Tour on invented data: a shop goes in, a parcel goes out, breaches are replayed
      sample       Write an invented shop as an export, to try things on
      bench        Measure import, intake and reveals on this machine, with invented data in a scratch
                   folder
      fields       List the fields, purposes and powers that a key can be granted
      completions  Print a completion script for a shell

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Global options:
          --data <DIR>              The data folder [env: LETHE_DATA] [default: ./lethe-data]
          --json                    Print one JSON document instead of text, errors too
          --passphrase-file <FILE>  Read the passphrase from a file instead of asking [env:
                                    LETHE_PASSPHRASE_FILE]
          --key-file <FILE>         Act with the API key in this file, not as the operator [env:
                                    LETHE_KEY, a key]
          --store <NAME>            Which shop, when the installation has several

    Run `lethe demo` for a tour on invented data, `lethe init` to begin.
    [exit 0]
    ");
}

#[test]
fn a_command_explains_itself() {
    assert_run!(Shop::empty().run("reveal --help"), @r"
    Reveal fields of a person or an order

    The access log holds the reveal before anything is decrypted. A `sub_…` token opens account fields,
    an `ord_…` token the fields of that order. Values go to standard output, one a line.

    Usage: lethe reveal [OPTIONS] --fields <FIELD,…> --purpose <PURPOSE> <TOKEN>

    Arguments:
      <TOKEN>
              A token from `lethe find` or `lethe orders`

    Options:
          --fields <FIELD,…>
              Which fields, separated by commas: `lethe fields` lists them

          --purpose <PURPOSE>
              Why

      -h, --help
              Print help (see a summary with '-h')

    Global options:
          --data <DIR>
              The data folder [env: LETHE_DATA] [default: ./lethe-data]

          --json
              Print one JSON document instead of text, errors too

          --passphrase-file <FILE>
              Read the passphrase from a file instead of asking
              
              [env: LETHE_PASSPHRASE_FILE]

          --key-file <FILE>
              Act with the API key in this file, not as the operator [env: LETHE_KEY, a key]

          --store <NAME>
              Which shop, when the installation has several
    [exit 0]
    ");
}

#[test]
fn completions_are_printed_for_every_shell() {
    let shop = Shop::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(shop.ok(&format!("completions {shell}")).contains("lethe"));
    }
    assert!(shop.ok("--version").starts_with("lethe "));
}

/// `docs/cli.md` holds every help text as it is; run with `LETHE_UPDATE_DOCS=1` to write them anew.
#[test]
fn the_reference_is_what_the_program_says() {
    const BEGIN: &str = "<!-- generated from the program's help: begin -->\n";
    const END: &str = "<!-- generated from the program's help: end -->\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once(BEGIN).unwrap();
    let (written, tail) = rest.split_once(END).unwrap();
    let shop = Shop::empty();
    let mut said = String::new();
    describe(&shop, "", &mut said);
    if std::env::var_os("LETHE_UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{head}{BEGIN}{said}{END}{tail}")).unwrap();
    } else {
        assert!(
            written == said,
            "docs/cli.md is not what the program says: run with LETHE_UPDATE_DOCS=1"
        );
    }
}

/// Writes the help of a command and of those below it.
fn describe(shop: &Shop, command: &str, page: &mut String) {
    let help = shop.ok(&format!("{command} --help"));
    // The same for all: told once, with the first.
    let own = match help.split_once("\nGlobal options:") {
        Some((own, rest)) if !command.is_empty() => match rest.split_once("\n\n") {
            Some((_, after)) if !after.starts_with("  ") => format!("{own}\n{after}"),
            _ => own.to_owned(),
        },
        _ => help.clone(),
    };
    if !command.is_empty() {
        *page += &format!("\n### `lethe {command}`\n");
    }
    let own: Vec<&str> = own.trim().lines().map(str::trim_end).collect();
    *page += &format!("\n```text\n{}\n```\n", own.join("\n"));
    let list = help
        .split_once("\nCommands:\n")
        .map_or("", |(_, list)| list);
    for line in list.lines().take_while(|line| !line.is_empty()) {
        let is_name = line.starts_with("  ") && !line.starts_with("   ");
        if let Some(name) = line.split_whitespace().next().filter(|_| is_name) {
            describe(shop, format!("{command} {name}").trim(), page);
        }
    }
}
