//! The file of roles: what people in each may do. A role is a grant; the person's name and the date
//! it ends come with each person.

use lethe_model::{
    Bounds, FieldSet, Grant, Networks, OrderState, OrderStates, Power, PowerSet, Purpose,
    PurposeSet, Quota, Window,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The most roles of a file.
const ROLES_MAX: usize = 64;
/// Names that mean something else.
const RESERVED: [&str; 2] = ["operator", "nobody"];

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name, which is also the recipient of its people's tokens.
    pub name: String,
    /// What it is for, in a sentence.
    pub about: String,
    /// What its people may do, without owner and expiry.
    pub grant: Grant,
}

/// The roles of an installation, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles(BTreeMap<String, Role>);

/// Why a text is no file of roles: everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct RolesError(Vec<String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    roles: BTreeMap<String, Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    about: String,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    purposes: Vec<String>,
    powers: Vec<String>,
    states: Option<Vec<String>>,
    people_per_hour: Option<u32>,
    people_per_day: Option<u32>,
    people_per_90_days: Option<u32>,
    requests_per_second: Option<u32>,
    #[serde(default)]
    networks: Vec<String>,
}

impl Roles {
    /// The file that every installation begins with.
    pub const DEFAULT_TEXT: &str = include_str!("roles.toml");

    /// Reads a file of roles.
    ///
    /// # Errors
    ///
    /// [`RolesError`] with everything that is wrong.
    pub fn parse(text: &str) -> Result<Self, RolesError> {
        let file: File = toml::from_str(text)
            .map_err(|error| RolesError(vec![error.to_string().trim_end().to_owned()]))?;
        let mut wrong = Vec::new();
        if file.format != 1 {
            wrong.push("`format` must be 1: a newer release of Lethe reads others".to_owned());
        }
        if file.roles.is_empty() || file.roles.len() > ROLES_MAX {
            wrong.push(format!("there must be 1 to {ROLES_MAX} roles"));
        }
        let mut roles = BTreeMap::new();
        for (name, section) in file.roles {
            match section.to_role(&name) {
                Ok(role) => drop(roles.insert(name, role)),
                Err(reasons) => {
                    wrong.extend(
                        reasons
                            .into_iter()
                            .map(|one| format!("roles.{name}: {one}")),
                    );
                }
            }
        }
        match wrong.is_empty() {
            true => Ok(Self(roles)),
            false => Err(RolesError(wrong)),
        }
    }

    /// Finds a role.
    pub fn get(&self, name: &str) -> Option<&Role> {
        self.0.get(name)
    }

    /// Lists the roles by name.
    pub fn iter(&self) -> impl Iterator<Item = &Role> {
        self.0.values()
    }
}

impl Section {
    fn to_role(&self, name: &str) -> Result<Role, Vec<String>> {
        let mut wrong = Vec::new();
        let is_fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=40).contains(&name.len()) || !name.bytes().all(is_fine) {
            wrong.push("a role's name is 1 to 40 lower-case letters, digits and dashes".to_owned());
        }
        if RESERVED.contains(&name) {
            wrong.push("this name is reserved: choose another one".to_owned());
        }
        let fields = FieldSet::parse(self.fields.iter().map(String::as_str));
        let purposes = all(&self.purposes, |one| Purpose::parse(one).ok());
        let powers = all(&self.powers, Power::parse);
        let states = match &self.states {
            None => Ok(OrderStates::ALL),
            Some(names) => all(names, OrderState::parse).map(|all| all.into_iter().collect()),
        };
        let networks = Networks::parse(self.networks.iter().map(String::as_str));
        let quota = self.quota();
        let (Ok(fields), Ok(purposes), Ok(powers), Ok(states), Ok(networks)) =
            (&fields, &purposes, &powers, &states, &networks)
        else {
            let reason = |what: &str| format!("{what}: one of them is unknown");
            wrong.extend(fields.err().map(|error| format!("fields: {error}")));
            wrong.extend(purposes.err().map(|()| reason("purposes")));
            wrong.extend(powers.err().map(|()| reason("powers")));
            wrong.extend(states.err().map(|()| reason("states")));
            wrong.extend(
                networks
                    .err()
                    .map(|error| format!("networks: one of them {error}")),
            );
            return Err(wrong);
        };
        let grant = Grant {
            fields: *fields,
            purposes: purposes.iter().copied().collect::<PurposeSet>(),
            states: *states,
            powers: powers.iter().copied().collect::<PowerSet>(),
            quota,
            networks: networks.clone(),
            expires_at_ms: None,
            owner: None,
        };
        wrong.extend(contradictions(&grant).map(str::to_owned));
        match wrong.is_empty() {
            true => Ok(Role {
                name: name.to_owned(),
                about: self.about.clone(),
                grant,
            }),
            false => Err(wrong),
        }
    }

    fn quota(&self) -> Quota {
        Quota {
            people: Bounds {
                hour: self.people_per_hour,
                day: self.people_per_day,
                quarter: self.people_per_90_days,
                ever: None,
            },
            values: Bounds::default(),
            requests_per_second: self.requests_per_second,
        }
    }
}

fn all<T>(names: &[String], parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, ()> {
    names.iter().map(|name| parse(name).ok_or(())).collect()
}

/// Says what a grant lacks, or has for nothing.
fn contradictions(grant: &Grant) -> impl Iterator<Item = &'static str> {
    let reads = grant.powers.contains(Power::Reveal);
    let people = &grant.quota.people;
    let is_zero = Window::ALL
        .into_iter()
        .any(|window| people.of(window) == Some(0));
    [
        (
            grant.powers.iter().next().is_none(),
            "powers: a role needs at least one",
        ),
        (
            grant.states.iter().next().is_none(),
            "states: a role needs at least one",
        ),
        (
            reads && grant.fields.is_empty(),
            "fields: who may reveal needs at least one",
        ),
        (
            reads && grant.purposes.iter().next().is_none(),
            "purposes: who may reveal needs at least one",
        ),
        (
            reads && (people.day.is_none() || is_zero),
            "people_per_day: who may reveal needs it, and no bound of people is 0",
        ),
        (
            !reads && !grant.fields.is_empty(),
            "fields: who may not reveal has none",
        ),
    ]
    .into_iter()
    .filter_map(|(is_wrong, reason)| is_wrong.then_some(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_roles_are_seven_and_only_four_of_them_see_a_field() {
        let roles = Roles::parse(Roles::DEFAULT_TEXT).unwrap();
        let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "admin",
                "dpo",
                "finance",
                "marketing",
                "security",
                "support",
                "warehouse"
            ]
        );
        let reads = |role: &&Role| role.grant.powers.contains(Power::Reveal);
        let readers: Vec<&str> = roles
            .iter()
            .filter(reads)
            .map(|role| role.name.as_str())
            .collect();
        assert_eq!(readers, ["dpo", "finance", "support", "warehouse"]);
        let warehouse = &roles.get("warehouse").unwrap().grant;
        assert!(warehouse.states.contains(OrderState::Unshipped));
        assert!(!warehouse.states.contains(OrderState::Shipped));
        assert_eq!(
            roles.get("support").unwrap().grant.quota.people.hour,
            Some(40)
        );
        // Whoever makes keys cannot read people, and whoever reads people cannot make keys.
        for role in roles.iter() {
            assert!(
                !(reads(&role) && role.grant.powers.contains(Power::Keys)),
                "{}",
                role.name
            );
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let text = "format = 1\n[roles.operator]\nabout = 'a'\npowers = ['list']\n\
                    [roles.one]\nabout = 'b'\npowers = ['reveal', 'fly']\nfields = ['x.y']\n\
                    [roles.two]\nabout = 'c'\npowers = ['reveal']\nfields = ['delivery.city']\n";
        let said = Roles::parse(text).unwrap_err().to_string();
        for part in [
            "roles.operator: this name is reserved",
            "roles.one: fields:",
            "roles.one: powers: one of them is unknown",
            "roles.two: purposes: who may reveal",
            "roles.two: people_per_day",
        ] {
            assert!(said.contains(part), "{part}\n{said}");
        }
        assert!(Roles::parse("format = 1").is_err());
        assert!(Roles::parse("format = 2\n[roles.a]\nabout = ''\npowers = ['list']").is_err());
    }
}
