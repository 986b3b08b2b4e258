//! The sentences of an explanation.

use lethe_model::Category;

use super::{Step, Topic};
use crate::verdict::{ArchivePlan, GivenBy, Keep, Started, Then, Verdict, WhyErased};
use crate::{Clock, Day, OnlyIf, OrderClock, Policy, Rule, RuleThen, SealedTo, StartEvent};

/// Writes every step, in the order in which the verdict is reached.
pub(super) fn steps(
    policy: &Policy,
    store: &str,
    category: Category,
    clock: Clock<'_>,
    today: Day,
    verdict: &Verdict,
) -> Vec<Step> {
    let Some(rule) = policy.rule(store, category) else {
        let text = "No rule: the policy leaves it out, so nothing of it is erased by itself. An \
                    erasure request takes all of it.";
        return vec![step(Topic::Rule, text)];
    };
    let mut steps = vec![
        step(Topic::Rule, of_rule(rule)),
        step(Topic::Clock, of_clock(policy, rule, clock, today, verdict)),
    ];
    if let Some(until) = verdict.kept_until {
        steps.push(step(Topic::Active, of_active(rule, until, today)));
    }
    steps.push(step(Topic::Then, of_then(policy, rule, clock, verdict)));
    if let Then::Archive(plan) = &verdict.then {
        steps.extend(
            plan.keeps
                .iter()
                .map(|keep| step(Topic::Keep, of_keep(keep))),
        );
        steps.extend(not_applying(rule, plan));
        let until = plan.kept_until();
        let text = format!(
            "The archive keeps it through {until}; destroyed from {}.",
            next(until)
        );
        steps.push(step(Topic::Keep, text));
    }
    steps.push(step(Topic::Request, of_request(verdict, today)));
    steps.push(step(
        Topic::Change,
        of_change(policy, rule, clock, today, verdict),
    ));
    steps
}

fn step(about: Topic, text: impl Into<String>) -> Step {
    Step {
        about,
        text: text.into(),
    }
}

fn of_rule(rule: &Rule) -> String {
    let whose = match &rule.store {
        Some(store) => format!("for the shop {store}"),
        None => "for all shops".to_owned(),
    };
    let (name, basis, reference) = (&rule.name, &rule.basis, &rule.reference);
    format!("Rule \"{name}\", {whose}. Basis: {basis}. Reference: {reference}.")
}

fn of_clock(
    policy: &Policy,
    rule: &Rule,
    clock: Clock<'_>,
    today: Day,
    verdict: &Verdict,
) -> String {
    if let (Some(until), Clock::Order(order)) = (policy.open_event(clock, today), clock) {
        let since = order
            .open_event_since
            .map_or_else(String::new, |day| format!(" since {day}"));
        return format!(
            "The clock has not started: a return, refund or dispute is open{since}. It counts \
             through {until} at the latest."
        );
    }
    let wanted = rule.active.start;
    match &verdict.start {
        Some(start) if start.is_substitute => {
            let plus = rule
                .active
                .substitutes
                .iter()
                .find(|one| one.start == start.event);
            let plus = plus.and_then(|one| one.plus);
            let later = plus.map_or_else(String::new, |plus| format!("{} after ", plus.words()));
            format!(
                "The clock counts from {}: the day of {wanted} is not known, and {later}{} stands \
                 in for it.",
                start.day, start.event
            )
        }
        Some(start) => format!(
            "The clock counts from {}, {}.",
            start.day,
            event(start, clock)
        ),
        None => {
            let tried: Vec<&str> = rule
                .active
                .substitutes
                .iter()
                .map(|one| one.start.name())
                .collect();
            let tried = match tried.as_slice() {
                [] => String::new(),
                names => format!(", nor that of {}", names.join(" or ")),
            };
            format!("The clock has not started: the day of {wanted} is not known{tried}.")
        }
    }
}

/// Names the event; of `last-event`, which one it was.
fn event(start: &Started, clock: Clock<'_>) -> String {
    match (start.event, clock) {
        (StartEvent::LastEvent, Clock::Order(order)) => {
            format!(
                "the last event ({})",
                last_events(order, start.day).join(", ")
            )
        }
        (event, _) => format!("the day of {event}"),
    }
}

fn last_events(order: &OrderClock, day: Day) -> Vec<&'static str> {
    let events = [
        (order.shipped, "shipped"),
        (order.delivered, "delivered"),
        (order.cancelled, "cancelled"),
        (order.refunded, "refunded"),
        (order.last_closed_event, "a return or dispute closed"),
    ];
    let of_day = events.into_iter().filter(|(at, _)| *at == Some(day));
    of_day.map(|(_, name)| name).collect()
}

fn of_active(rule: &Rule, until: Day, today: Day) -> String {
    let period = rule.active.period.words();
    if today > until {
        format!(
            "It was to stay in the active store for {period}, through {until}: due since {}.",
            next(until)
        )
    } else {
        format!("It stays in the active store for {period}, through {until}.")
    }
}

fn of_then(policy: &Policy, rule: &Rule, clock: Clock<'_>, verdict: &Verdict) -> String {
    match (&verdict.then, verdict.why_erased, &rule.then) {
        (Then::Archive(plan), _, _) => of_plan(policy, clock, plan),
        (Then::Anonymise, _, _) => {
            "Then it is destroyed and lives on only in statistics.".to_owned()
        }
        (_, Some(WhyErased::NotForTheArchive), RuleThen::Archive(archive)) => format!(
            "Then it is destroyed. The archive does not take it: {}.",
            match archive.only_if {
                OnlyIf::Paid => "the order was not paid",
                _ => "the order was cancelled unpaid, or cost nothing",
            }
        ),
        (_, Some(WhyErased::ArchiveTermOver { kept_until }), _) => format!(
            "Then it is destroyed. The archive would have kept it through {kept_until}, which is \
             over."
        ),
        (_, Some(_), _) => {
            "Then it is destroyed: no reason to keep it in the archive applies.".to_owned()
        }
        _ => "Then it is destroyed.".to_owned(),
    }
}

fn of_plan(policy: &Policy, clock: Clock<'_>, plan: &ArchivePlan) -> String {
    let fields: Vec<String> = plan.fields.iter().map(|field| field.to_string()).collect();
    let key = match (plan.sealed_to, clock) {
        (SealedTo::Notification, _) => "the notification key".to_owned(),
        (SealedTo::FinancialYear, Clock::Order(order)) => match policy.financial_year(order) {
            Some(year) => format!("the key of the financial year {}", year.label),
            None => "the key of its financial year, which is not known yet".to_owned(),
        },
        (SealedTo::FinancialYear, Clock::Account(_)) => "the key of its financial year".to_owned(),
    };
    format!(
        "Then the archive takes {}, sealed to {key}; the rest is destroyed.",
        fields.join(", ")
    )
}

fn of_keep(keep: &Keep) -> String {
    let from = match keep.given_by {
        GivenBy::Event | GivenBy::Archive => format!("{} ({})", keep.start, keep.event),
        GivenBy::Substitute => format!("{} (by {}, which stands in)", keep.start, keep.event),
        GivenBy::ActiveClock => {
            format!(
                "{} (taken from the active clock, as {} is not known)",
                keep.start, keep.event
            )
        }
        GivenBy::Today => format!("{} (taken from today, as no day is known)", keep.start),
    };
    let why = if keep.is_minimum {
        "the law demands it"
    } else {
        "no longer than this"
    };
    format!(
        "\"{}\" keeps it through {}, counted from {from}: {why}, {}.",
        keep.name, keep.until, keep.reference
    )
}

/// Reasons of the rule that do not apply to this order.
fn not_applying(rule: &Rule, plan: &ArchivePlan) -> Vec<Step> {
    let RuleThen::Archive(archive) = &rule.then else {
        return Vec::new();
    };
    let applies = |name: &str| plan.keeps.iter().any(|keep| keep.name == name);
    let others = archive.keeps.iter().filter(|keep| !applies(&keep.name));
    others
        .filter_map(|keep| {
            let when = keep.when.as_ref()?;
            let text = format!(
                "\"{}\" does not apply: the total is under {} minor units of {}.",
                keep.name, when.total_at_least, when.currency
            );
            Some(step(Topic::Keep, text))
        })
        .collect()
}

fn of_request(verdict: &Verdict, today: Day) -> String {
    match verdict.minimum().filter(|keep| keep.until >= today) {
        Some(keep) => format!(
            "An erasure request takes the rest at once, and these fields from {} on.",
            next(keep.until)
        ),
        None => "An erasure request takes all of it at once.".to_owned(),
    }
}

fn of_change(
    policy: &Policy,
    rule: &Rule,
    clock: Clock<'_>,
    today: Day,
    verdict: &Verdict,
) -> String {
    let wanted = rule.active.start;
    let own = match &verdict.start {
        None if policy.open_event(clock, today).is_some() => {
            "the end of the return or dispute".to_owned()
        }
        None => format!("a day for {wanted}"),
        Some(start) if start.is_substitute => format!("a day for {wanted}, or a return or dispute"),
        Some(_) => match wanted {
            StartEvent::LastEvent => "a later event, or a return or dispute".to_owned(),
            StartEvent::LastContact => "a later contact".to_owned(),
            _ => format!("another day for {wanted}"),
        },
    };
    let own = match clock {
        Clock::Account(_) => own.replace(", or a return or dispute", ""),
        Clock::Order(_) => own,
    };
    format!("What would change this: {own}; a legal hold; another policy.")
}

fn next(day: Day) -> Day {
    day.plus_days(1)
}
