//! What a rule archives, as it is written.

use lethe_model::{Category, Field, FieldSet};

use super::rules::{named, term};
use super::section::Section;
use super::values::clip;
use crate::{Archive, KeepRule, OnlyIf, SealedTo, When};

/// Reads a `[rule.archive]`.
pub(super) fn archive(section: &Section<'_>, category: Option<Category>) -> Option<Archive> {
    let fields = section.needed("fields", "[\"invoice.name\"]", |section, key| {
        fields(section, key, category?)
    });
    let sealed_to = section.one_of("sealed_to", SealedTo::ALL, SealedTo::name);
    let only_if = section.one_of("only_if", OnlyIf::ALL, OnlyIf::name);
    let keeps = keeps(section, category);
    if category == Some(Category::Account) {
        if sealed_to != Some(SealedTo::Notification) {
            let message = "must be `notification`: an account belongs to no financial year";
            section.error_at("sealed_to", message);
        }
        if section.has("only_if") {
            section.error_at("only_if", "is a condition on orders; an account has none");
        }
    }
    Some(Archive {
        fields: fields?,
        sealed_to: sealed_to.unwrap_or(SealedTo::FinancialYear),
        only_if: only_if.unwrap_or(OnlyIf::Always),
        keeps: keeps?,
    })
}

/// Reads the sorted part: fields of the rule's own category, each once.
fn fields(section: &Section<'_>, key: &'static str, category: Category) -> Option<FieldSet> {
    let named = section.texts(key, |text| {
        let field = Field::parse(text).ok();
        field
            .filter(|field| field.category() == category)
            .ok_or_else(|| unknown_field(text, category))
    })?;
    if named.is_empty() {
        section.error_at(
            key,
            "is empty; name a field, or let the rule's `then` be `erase`",
        );
        return None;
    }
    let fields: FieldSet = named.iter().copied().collect();
    if usize::try_from(fields.len()) != Ok(named.len()) {
        section.error_at(key, "names a field twice");
        return None;
    }
    Some(fields)
}

fn unknown_field(text: &str, category: Category) -> String {
    let own = Field::all().filter(|field| field.category() == category);
    let own: Vec<String> = own.map(|field| field.to_string()).collect();
    format!(
        "`{}` is no field of `{}`; its fields are {}",
        clip(text),
        category.name(),
        own.join(", ")
    )
}

fn keeps(archive: &Section<'_>, category: Option<Category>) -> Option<Vec<KeepRule>> {
    let sections = archive.sections("keep", |at, table| {
        format!("{}, {}", archive.name, named("keep", at, table))
    });
    if sections.is_empty() {
        archive.error("has no `[[rule.archive.keep]]` below it: why is it kept, and until when?");
        return None;
    }
    let mut keeps: Vec<KeepRule> = Vec::new();
    let count = sections.len();
    for section in sections {
        let keep = keep(&section, category);
        section.finish();
        let Some(keep) = keep else { continue };
        if keeps.iter().any(|other| other.name == keep.name) {
            section.error_at(
                "name",
                "is the name of another keep of this rule; choose another",
            );
        }
        keeps.push(keep);
    }
    (keeps.len() == count).then_some(keeps)
}

fn keep(section: &Section<'_>, category: Option<Category>) -> Option<KeepRule> {
    let name = section.needed("name", "\"accounting\"", Section::label);
    let term = term(section, category);
    let reference = section.needed("reference", "\"C. com. L123-22\"", Section::words);
    let minimum = section.flag("minimum");
    let when = section.section("when", format!("{}, `when`", section.name));
    let has_condition = section.has("when");
    let when = when.and_then(|table| {
        let condition = condition(&table);
        table.finish();
        if category == Some(Category::Account) {
            table.error("is a condition on an order's total; an account has none");
        }
        condition
    });
    if has_condition && when.is_none() {
        return None;
    }
    Some(KeepRule {
        name: name?,
        term: term?,
        reference: reference?,
        minimum: minimum.unwrap_or(true),
        when,
    })
}

fn condition(section: &Section<'_>) -> Option<When> {
    let total = section.needed("total_at_least", "12000", |section, key| {
        section.number(key, 1..=i64::MAX)
    });
    let currency = section.needed("currency", "\"EUR\"", |section, key| {
        section.parsed(key, |text| {
            let good = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
            good.then(|| text.to_owned())
                .ok_or("is no ISO 4217 code, such as `EUR`")
        })
    });
    Some(When {
        total_at_least: total?,
        currency: currency?,
    })
}
