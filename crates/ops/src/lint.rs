//! The lint of credentials: what is wider, older or less watched than it needs to be. It proposes,
//! the people who answer for the keys decide.

use crate::blast::Population;
use crate::{BlastRadius, Error, Vault};
use lethe_keeper::{Alert, AlertKind, Credential, GrantText, Severity, Usage};
use lethe_model::{FieldSet, Grant, Power, PowerSet, Purpose, PurposeSet, StoreId};
use serde::Serialize;
use std::sync::PoisonError;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// A key that was not used for this long is asked about.
const IDLE_DAYS: i64 = 30;
/// And after this long it should go.
const IDLE_LONG_DAYS: i64 = 90;
/// What was not used for this long is not needed.
const SCOPE_DAYS: i64 = 30;
/// A secret should be made anew after this.
const AGE_DAYS: i64 = 180;
/// An expiry further away than this protects nobody for most of a year.
const EXPIRY_DAYS: i64 = 180;
/// A network is new for this long.
const NEW_NETWORK_DAYS: i64 = 7;
/// So much of a bound counts as near it, in per mille.
const NEAR_PER_MILLE: u64 = 900;
/// On so many working days in a row.
const NEAR_DAYS: usize = 5;
/// A bound this many times what was ever used is for a thief.
const SLACK: u64 = 10;

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LintFinding {
    /// The credential's public id.
    pub credential: String,
    /// Who holds it.
    pub recipient: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The rule's stable name.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What was found, in a sentence.
    pub finding: String,
    /// What to do about it.
    pub advice: String,
    /// A narrower grant that still covers everything the credential has done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<GrantText>,
    /// How many people it could reveal until it expires.
    pub people_until_expiry: u64,
}

/// What is known of a credential when it is looked at.
struct Looked<'c> {
    credential: &'c Credential,
    state: &'static str,
    usage: Usage,
    radius: BlastRadius,
    now_ms: i64,
    findings: Vec<LintFinding>,
}

impl Vault {
    /// Looks at every credential of the caller's shop, the worst finding first.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `keys`, or the databases fail.
    pub fn lint_credentials(&self, by: &Credential) -> Result<Vec<LintFinding>, Error> {
        self.permit(by, Power::Keys)?;
        let population = self.population(by.store)?;
        let all = self.keeper.credentials();
        let mut findings: Vec<LintFinding> = all
            .iter()
            .filter(|one| one.store == by.store && !one.is_operator())
            .flat_map(|one| self.lint(one, &population))
            .collect();
        findings.extend(self.vendor_findings(by)?);
        findings.extend(self.overdue_finding(by));
        findings.sort_by(|one, two| {
            let weight = |of: &LintFinding| (of.severity, of.people_until_expiry);
            weight(two).cmp(&weight(one))
        });
        Ok(findings)
    }

    /// Proposes the narrowest grant that covers what a key has done.
    ///
    /// # Errors
    ///
    /// When the grant lacks the power `keys`, or there is no such living key.
    pub fn proposed_grant(&self, by: &Credential, id: &str) -> Result<Grant, Error> {
        self.permit(by, Power::Keys)?;
        let credential = self.living(by, id)?;
        let usage = self.keeper.usage_of(&credential);
        Ok(narrowed(
            &credential.grant,
            &usage,
            self.around.clock.now_ms(),
        ))
    }

    /// The vendors' credentials are on the same list.
    fn vendor_findings(&self, by: &Credential) -> Result<Vec<LintFinding>, Error> {
        let keys = self.list_vendor_keys(by)?;
        let found = self.lint_vendor_keys(by)?.into_iter().map(|one| {
            let key = keys.iter().find(|key| key.id == one.vendor_key);
            LintFinding {
                recipient: key.map_or_else(String::new, |key| key.reach.label.clone()),
                owner: key.and_then(|key| key.owner.clone()),
                people_until_expiry: key.and_then(|key| key.reach.people).unwrap_or(0),
                credential: one.vendor_key,
                rule: one.rule,
                severity: one.severity,
                finding: one.sentence,
                advice: one.advice.to_owned(),
                proposal: None,
            }
        });
        Ok(found.collect())
    }

    fn overdue_finding(&self, by: &Credential) -> Option<LintFinding> {
        let overdue = self.overdue_reviews(by.store);
        (overdue > 0).then(|| LintFinding {
            credential: "break-glass".to_owned(),
            recipient: "emergencies".to_owned(),
            owner: None,
            rule: "review-overdue",
            severity: Severity::Alarm,
            finding: format!("{overdue} emergencies have not been looked at within 72 hours"),
            advice: "lethe break-glass review ID --finding …; until then no other can be opened"
                .to_owned(),
            proposal: None,
            people_until_expiry: 0,
        })
    }

    /// Tells whoever answers for a key what is wrong with it: the daily job's part. Once a day.
    pub(crate) fn tell_lint(&self, store: StoreId) -> Result<(), Error> {
        let today = self.around.clock.now_ms() / DAY_MS;
        {
            let mut told = self
                .linted_on
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if told.insert(store.0, today) == Some(today) {
                return Ok(());
            }
        }
        self.note_blast(store)?;
        let operator = self.operator(store)?;
        let findings = self.lint_credentials(&operator)?;
        // A quarantine has an alert of its own.
        let is_news =
            |one: &&LintFinding| one.severity >= Severity::Warning && one.rule != "quarantined";
        for one in findings.iter().filter(is_news) {
            let text = format!(
                "{} of {} {} [{}]: {}.",
                one.credential, one.recipient, one.finding, one.rule, one.advice
            );
            let alert = Alert {
                store,
                kind: AlertKind::KeyLint,
                credential: Some(one.credential.clone()),
                owner: one.owner.clone(),
                text,
            };
            self.raise(&alert)?;
        }
        Ok(())
    }

    fn lint(&self, credential: &Credential, population: &Population) -> Vec<LintFinding> {
        let state = self.state_of(credential);
        if matches!(state, "revoked" | "expired") {
            return Vec::new();
        }
        let mut looked = Looked {
            credential,
            state,
            usage: self.keeper.usage_of(credential),
            radius: self.radius_of(credential, population, true),
            now_ms: self.around.clock.now_ms(),
            findings: Vec::new(),
        };
        looked.quarantine();
        looked.idle();
        looked.unused_scopes();
        looked.slack_quota();
        looked.near_quota();
        looked.age();
        looked.expiry();
        looked.owner();
        looked.networks();
        looked.findings
    }
}

impl Looked<'_> {
    fn find(&mut self, rule: &'static str, severity: Severity, finding: String, advice: &str) {
        self.findings.push(LintFinding {
            credential: self.credential.id.clone(),
            recipient: self.credential.recipient.clone(),
            owner: self.credential.grant.owner.clone(),
            rule,
            severity,
            finding,
            advice: advice.to_owned(),
            proposal: None,
            people_until_expiry: self.radius.people_until_expiry,
        });
    }

    fn today(&self) -> i64 {
        self.now_ms.div_euclid(DAY_MS)
    }

    fn age_days(&self) -> i64 {
        (self.now_ms - self.credential.created_at_ms) / DAY_MS
    }

    fn shows_people(&self) -> bool {
        self.credential.grant.powers.contains(Power::Reveal)
    }

    fn quarantine(&mut self) {
        let Some(quarantine) = &self.credential.standing.quarantine else {
            return;
        };
        let seen = quarantine.evidence.as_ref();
        let seen = seen.map(|page| format!(" ({page})")).unwrap_or_default();
        let finding = format!("is in quarantine: {}{seen}", quarantine.reason.sentence());
        self.find(
            "quarantined",
            Severity::Alarm,
            finding,
            "take it out of where it was seen, make a new one, and revoke this one",
        );
    }

    fn idle(&mut self) {
        let days =
            (self.now_ms - self.usage.last_ms.unwrap_or(self.credential.created_at_ms)) / DAY_MS;
        let (rule, severity) = match days {
            IDLE_LONG_DAYS.. => ("unused-90-days", Severity::Alarm),
            IDLE_DAYS.. => ("unused-30-days", Severity::Warning),
            _ => return,
        };
        let finding = match self.usage.last_ms {
            Some(_) => format!("has not been used for {days} days"),
            None => format!("was never used in {days} days"),
        };
        self.find(
            rule,
            severity,
            finding,
            "revoke it: whoever misses it will say so",
        );
    }

    fn unused_scopes(&mut self) {
        if self.usage.last_ms.is_none() || self.age_days() < SCOPE_DAYS {
            return;
        }
        let since = self.today() - SCOPE_DAYS;
        let grant = &self.credential.grant;
        let mut unused: Vec<String> = Vec::new();
        if self.shows_people() {
            let fields = grant.fields.without(self.usage.fields_since(since));
            unused.extend(fields.iter().map(|field| field.to_string()));
            let stated = self.usage.purposes_since(since);
            let purposes = grant.purposes.iter().map(Purpose::name);
            unused.extend(
                purposes
                    .filter(|name| !stated.contains(name))
                    .map(str::to_owned),
            );
        }
        let used = self.usage.powers_since(since);
        let powers = grant.powers.iter().map(Power::name);
        unused.extend(
            powers
                .filter(|name| !used.contains(name))
                .map(str::to_owned),
        );
        if unused.is_empty() {
            return;
        }
        let proposal = narrowed(grant, &self.usage, self.now_ms);
        let finding = format!("has not used {} in {SCOPE_DAYS} days", listed(&unused));
        let advice = format!(
            "narrow it: lethe key narrow {} --to-use",
            self.credential.id
        );
        self.find("unused-scope", Severity::Warning, finding, &advice);
        if let Some(last) = self.findings.last_mut() {
            last.proposal = Some(GrantText::from(&proposal));
        }
    }

    fn slack_quota(&mut self) {
        let Some(bound) = self.credential.grant.quota.people.day else {
            return;
        };
        if !self.shows_people() || self.age_days() < SCOPE_DAYS {
            return;
        }
        let busiest = self.usage.days.values().map(|day| day.newcomers).max();
        let busiest = busiest.unwrap_or(0).max(1);
        if u64::from(bound) < busiest * SLACK {
            return;
        }
        let finding =
            format!("may meet {bound} people a day and has never met more than {busiest}");
        let advice = format!(
            "narrow it: lethe key narrow {} --to-use",
            self.credential.id
        );
        self.find("wide-quota", Severity::Warning, finding, &advice);
    }

    fn near_quota(&mut self) {
        let worked = self
            .usage
            .days
            .values()
            .rev()
            .filter(|day| day.requests > 0 || day.over_quota > 0);
        let recent = worked.take(NEAR_DAYS);
        let near = recent
            .filter(|day| day.peak_per_mille >= NEAR_PER_MILLE || day.over_quota > 0)
            .count();
        if near == NEAR_DAYS {
            let finding =
                format!("was near its quota on each of its last {NEAR_DAYS} days of work");
            self.find(
                "near-quota",
                Severity::Notice,
                finding,
                "ask its owner whether the work has grown or somebody helps themselves",
            );
        }
    }

    fn age(&mut self) {
        let days = self.age_days();
        if days >= AGE_DAYS {
            let finding = format!("has had the same secret for {days} days");
            let advice = format!("rotate it: lethe key rotate {}", self.credential.id);
            self.find("old-secret", Severity::Warning, finding, &advice);
        }
    }

    fn expiry(&mut self) {
        let left = match self.credential.grant.expires_at_ms {
            None => i64::MAX,
            Some(expiry) => (expiry - self.now_ms) / DAY_MS,
        };
        if left > EXPIRY_DAYS {
            let finding = match left {
                i64::MAX => "never expires".to_owned(),
                days => format!("expires in {days} days"),
            };
            self.find(
                "far-expiry",
                Severity::Notice,
                finding,
                "give the next one 90 days: rotating is one command",
            );
        }
    }

    fn owner(&mut self) {
        if self.credential.grant.owner.is_none() {
            self.find(
                "no-owner",
                Severity::Warning,
                "has nobody who answers for it".to_owned(),
                "make a new one with --owner, and revoke this one",
            );
        }
    }

    fn networks(&mut self) {
        if self.shows_people() && self.credential.grant.networks.are_anywhere() {
            self.find(
                "any-network",
                Severity::Notice,
                "may be used from anywhere".to_owned(),
                "name its holder's networks when you make the next one (--networks)",
            );
        }
        let since = self.today() - NEW_NETWORK_DAYS;
        let networks = self.usage.networks.clone();
        let has_old = networks.values().any(|(first, _)| *first < since);
        let new: Vec<String> = networks
            .iter()
            .filter(|(_, (first, _))| *first >= since)
            .map(|(prefix, _)| prefix.clone())
            .collect();
        if has_old && !new.is_empty() {
            let finding = format!(
                "was used from a network it never came from: {}",
                listed(&new)
            );
            self.find(
                "new-network",
                Severity::Warning,
                finding,
                "ask its owner; if nobody knows, revoke it and open an incident",
            );
        }
        if self.state == "active" && networks.len() >= 64 {
            let finding = "is used from more networks than one holder has".to_owned();
            let advice = "it is in many hands: make a key for each, and revoke this one";
            self.find("many-networks", Severity::Alarm, finding, advice);
        }
    }
}

/// Narrows a grant to what was used in 90 days, with some room for a busier day than any of them.
/// Without any use it stays as it is: then it should be revoked, not narrowed.
fn narrowed(grant: &Grant, usage: &Usage, now_ms: i64) -> Grant {
    let since = now_ms.div_euclid(DAY_MS) - IDLE_LONG_DAYS;
    let mut narrow = grant.clone();
    let used = usage.powers_since(since);
    let powers: PowerSet = grant
        .powers
        .iter()
        .filter(|one| used.contains(one.name()))
        .collect();
    if powers.iter().next().is_none() {
        return narrow;
    }
    narrow.powers = powers;
    if !powers.contains(Power::Reveal) {
        narrow.fields = FieldSet::EMPTY;
        narrow.purposes = PurposeSet::default();
        return narrow;
    }
    let used = usage.fields_since(since);
    narrow.fields = grant
        .fields
        .iter()
        .filter(|one| used.contains(*one))
        .collect();
    let stated = usage.purposes_since(since);
    narrow.purposes = grant
        .purposes
        .iter()
        .filter(|one| stated.contains(one.name()))
        .collect();
    let busiest = usage
        .days
        .values()
        .map(|day| day.newcomers)
        .max()
        .unwrap_or(0);
    if let Some(bound) = grant.quota.people.day
        && u64::from(bound) >= busiest.max(1) * SLACK
    {
        let roomy = u32::try_from(busiest.max(1) * 3).unwrap_or(u32::MAX);
        narrow.quota.people.day = Some(roomy.min(bound));
    }
    narrow
}

fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] if names.len() <= 6 => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and {} more", names[..5].join(", "), names.len() - 5),
    }
}
