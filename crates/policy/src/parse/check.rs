//! What only shows when the rules are seen together.

use std::collections::{BTreeMap, BTreeSet};

use lethe_model::Category;

use super::rules::LocatedRule;
use super::section::Section;
use super::values::find_name;

/// Reads the categories that are left without a rule on purpose.
pub(super) fn unruled(file: &Section<'_>) -> Vec<Category> {
    let categories = file.texts("unruled", |text| {
        find_name(text, &Category::ALL, Category::name)
    });
    categories.unwrap_or_default()
}

/// Refuses rules that contradict each other, and categories that nobody decided about.
pub(super) fn rules(file: &Section<'_>, rules: &[LocatedRule<'_>], unruled: &[Category]) {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut ruled: BTreeMap<(Category, Option<&str>), &str> = BTreeMap::new();
    for LocatedRule { rule, section } in rules {
        if !names.insert(&rule.name) {
            section.error_at("name", "is the name of another rule; choose another");
        }
        let key = (rule.category, rule.store.as_deref());
        if let Some(other) = ruled.get(&key) {
            let whose = match &rule.store {
                Some(store) => format!("of the shop `{store}`"),
                None => "of all shops".to_owned(),
            };
            let category = rule.category.name();
            section.error(format!(
                "and rule `{other}` are both for `{category}` {whose}; keep one of them"
            ));
        }
        ruled.entry(key).or_insert(&rule.name);
    }
    for category in Category::ALL {
        let name = category.name();
        match (
            ruled.contains_key(&(category, None)),
            unruled.contains(&category),
        ) {
            (true, true) => file.error_at(
                "unruled",
                format!("lists `{name}`, which has a rule for all shops; remove one of them"),
            ),
            (false, false) if !has_broken_rule(file, rules) => file.error(format!(
                "has no rule for `{name}` in all shops, so nothing of it would ever be \
                 erased; write one, or list it in `unruled`"
            )),
            _ => {}
        }
    }
}

/// A rule that could not be read may be the one that is missing: one problem, told once.
fn has_broken_rule(file: &Section<'_>, rules: &[LocatedRule<'_>]) -> bool {
    file.count("rule") > rules.len()
}
