//! Rules as they are written.

use lethe_model::{Category, StoreName};
use toml::de::{DeTable, DeValue};

use super::archive;
use super::section::Section;
use super::values::{clip, find_name, label};
use crate::{Period, Rule, RuleThen, StartEvent, Substitute, Term};

/// A rule, and the table it was read from.
pub(super) struct LocatedRule<'a> {
    pub(super) rule: Rule,
    pub(super) section: Section<'a>,
}

/// Reads every rule; those with errors are left out.
pub(super) fn rules<'a>(file: &Section<'a>) -> Vec<LocatedRule<'a>> {
    let sections = file.sections("rule", |at, table| named("rule", at, table));
    if sections.is_empty() && !file.has("rule") {
        file.error("has no `[[rule]]`; copy the default policy and change it");
    }
    sections
        .into_iter()
        .filter_map(|section| {
            let rule = rule(&section);
            section.finish();
            rule.map(|rule| LocatedRule { rule, section })
        })
        .collect()
}

/// Names a table by its `name`, or by its place while that is unusable.
pub(super) fn named(kind: &str, at: usize, table: &DeTable<'_>) -> String {
    match table.get("name").and_then(|name| name.get_ref().as_str()) {
        Some(name) if label(name).is_ok() => format!("{kind} `{name}`"),
        _ => format!("{kind} number {at}"),
    }
}

fn rule(section: &Section<'_>) -> Option<Rule> {
    let name = section.needed("name", "\"delivery\"", Section::label);
    let category = section.needed("category", "\"delivery\"", |section, key| {
        section.one_of(key, &Category::ALL, Category::name)
    });
    let store = section.parsed("store", StoreName::parse);
    let basis = section.needed("basis", "\"GDPR Art. 6(1)(b)\"", Section::words);
    let reference = section.needed("reference", "\"GDPR Art. 5(1)(e)\"", Section::words);
    let active = term(section, category);
    let then = then(section, category);
    Some(Rule {
        name: name?,
        category: category?,
        store: store.map(|store| store.as_str().to_owned()),
        active: active?,
        then: then?,
        basis: basis?,
        reference: reference?,
    })
}

/// Reads `start`, `period` and `substitutes`.
pub(super) fn term(section: &Section<'_>, category: Option<Category>) -> Option<Term> {
    let start = section.needed("start", "\"last-event\"", |section, key| {
        section.one_of(key, &StartEvent::ALL, StartEvent::name)
    });
    let period = section.needed("period", "\"P3M\"", Section::parse::<Period>);
    let substitutes = section.list("substitutes", substitute);
    if let (Some(start), Some(category)) = (start, category) {
        let known = substitutes.as_deref().unwrap_or_default();
        check_events(section, category, start, known);
    }
    if section.has("substitutes") && substitutes.is_none() {
        return None;
    }
    Some(Term {
        start: start?,
        period: period?,
        substitutes: substitutes.unwrap_or_default(),
    })
}

fn check_events(
    section: &Section<'_>,
    category: Category,
    start: StartEvent,
    substitutes: &[Substitute],
) {
    let mut before = vec![start];
    let whose = if category == Category::Account {
        "an account"
    } else {
        "an order"
    };
    let category_name = category.name();
    if !start.fits(category) {
        let message =
            format!("`{start}` is no event of {whose}, to which `{category_name}` belongs");
        section.error_at("start", message);
    }
    for Substitute { start, .. } in substitutes {
        if !start.fits(category) {
            let message =
                format!("`{start}` is no event of {whose}, to which `{category_name}` belongs");
            section.error_at("substitutes", message);
        }
        if before.contains(start) {
            let message = format!("`{start}` is there before, so this one can never be used");
            section.error_at("substitutes", message);
        }
        before.push(*start);
    }
}

fn substitute(value: &DeValue<'_>) -> Result<Substitute, String> {
    const FORM: &str = "write each as `{ start = \"ordered\", plus = \"P14D\" }`";
    let table = value.as_table().ok_or(FORM)?;
    let text = |key: &str| match table.get(key) {
        None => Ok(None),
        Some(found) => found.get_ref().as_str().map(Some).ok_or(FORM),
    };
    if let Some((key, _)) = table
        .iter()
        .find(|(key, _)| !["start", "plus"].contains(&key.get_ref().as_ref()))
    {
        return Err(format!(
            "has an unknown key `{}`; {FORM}",
            clip(key.get_ref())
        ));
    }
    let start = find_name(
        text("start")?.ok_or(FORM)?,
        &StartEvent::ALL,
        StartEvent::name,
    )?;
    let plus = text("plus")?
        .map(|text| {
            text.parse::<Period>()
                .map_err(|why| format!("`{}`: {why}", clip(text)))
        })
        .transpose()?;
    Ok(Substitute { start, plus })
}

fn then(section: &Section<'_>, category: Option<Category>) -> Option<RuleThen> {
    const NAMES: [&str; 3] = ["erase", "anonymise", "archive"];
    let then = section.needed("then", "\"erase\"", |section, key| {
        section.one_of(key, &NAMES, |name| name)
    });
    let archive = section.section("archive", format!("{}, archive", section.name));
    match (then?, archive) {
        ("archive", Some(table)) => {
            let archive = archive::archive(&table, category);
            table.finish();
            archive.map(RuleThen::Archive)
        }
        ("archive", None) => {
            section.error_at(
                "then",
                "is `archive`, but there is no `[rule.archive]` below it",
            );
            None
        }
        (_, Some(table)) => {
            table.error("is here, but the rule's `then` is not `archive`; remove one of them");
            None
        }
        ("anonymise", None) => Some(RuleThen::Anonymise),
        (_, None) => Some(RuleThen::Erase),
    }
}
