//! The simulation as Markdown.

use crate::sim::{ATTACKS, Attack, AttackOutcome, HonestOutcome, KINDS, Kind, attack, honest};
use lethe_brake::{BrakeSettings, Rule};
use std::fmt::Write;

const WEEKS: u32 = 52;

/// The settings were chosen while looking at seeds below 100; the table is made from others.
const FIRST_SEED: u64 = 1_000;

/// Runs everything with the default settings and writes the tables.
pub(crate) fn write(seeds: u64) -> String {
    let settings = BrakeSettings::default();
    let mut text = String::new();
    let parts: Vec<Part> = std::thread::scope(|scope| {
        let run = |kind| scope.spawn(move || Part::run(kind, seeds, &settings));
        let running: Vec<_> = KINDS.into_iter().map(run).collect();
        let ended = running.into_iter().map(|one| one.join());
        ended.map(|part| part.expect("a simulation ends")).collect()
    });
    text += "| credential | throttles a year | of these while learning | alerts a year | people \
             delayed | throttled by | alerts by |\n|---|---|---|---|---|---|---|\n";
    for part in &parts {
        part.honest(&mut text, "", &part.unannounced);
        part.honest(&mut text, ", peaks announced", &part.announced);
    }
    text += "\n| attack | credential | throttled | after: median (95 %) | people lost: median \
             (95 %) | most | at the throttled pace: median | alerted, throttled or not | quota \
             alone |\n|---|---|---|---|---|---|---|---|---|\n";
    for (at, attack) in ATTACKS.into_iter().enumerate() {
        for part in &parts {
            part.attack(&mut text, attack, &part.attacks[at]);
        }
    }
    text
}

/// One kind of credential.
struct Part {
    kind: Kind,
    unannounced: Vec<HonestOutcome>,
    announced: Vec<HonestOutcome>,
    attacks: Vec<Vec<AttackOutcome>>,
}

impl Part {
    fn run(kind: Kind, seeds: u64, settings: &BrakeSettings) -> Part {
        let year = |is_announced| {
            (FIRST_SEED..FIRST_SEED + seeds)
                .map(|seed| honest(kind, seed, WEEKS, is_announced, settings))
                .collect()
        };
        let theft = |how| {
            (FIRST_SEED..FIRST_SEED + seeds)
                .map(|seed| attack(kind, how, seed, settings))
                .collect()
        };
        Part {
            kind,
            unannounced: year(false),
            announced: year(true),
            attacks: ATTACKS.into_iter().map(theft).collect(),
        }
    }

    fn honest(&self, text: &mut String, how: &str, all: &[HonestOutcome]) {
        let mean = |of: &dyn Fn(&HonestOutcome) -> u32| {
            all.iter().map(|one| f64::from(of(one))).sum::<f64>() / all.len() as f64
        };
        let people: u64 = all.iter().map(|one| one.people).sum();
        let refused: u64 = all.iter().map(|one| one.refused).sum();
        let rules = |of: &dyn Fn(&(u32, u32)) -> u32| {
            let mut named: Vec<(f64, &str)> = Rule::ALL
                .iter()
                .enumerate()
                .map(|(at, rule)| (mean(&|one| of(&one.by_rule[at])), rule.name()))
                .filter(|(count, _)| *count >= 0.05)
                .collect();
            named.sort_by(|one, other| other.0.total_cmp(&one.0));
            let named = named
                .iter()
                .map(|(count, name)| format!("{name} {count:.1}"));
            named.collect::<Vec<_>>().join(", ")
        };
        writeln!(
            text,
            "| {}{how} | {:.1} | {:.1} | {:.1} | {:.2} % | {} | {} |",
            self.kind.name(),
            mean(&|one| one.throttles + one.throttles_learning),
            mean(&|one| one.throttles_learning),
            mean(&|one| one.alerts),
            100.0 * refused as f64 / people as f64,
            rules(&|one| one.0),
            rules(&|one| one.1),
        )
        .expect("text can be written");
    }

    fn attack(&self, text: &mut String, attack: Attack, all: &[AttackOutcome]) {
        let after: Vec<u64> = all
            .iter()
            .filter_map(|one| one.throttled_after_ms)
            .collect();
        let alerted = all
            .iter()
            .filter(|one| one.alerted_after_ms.is_some())
            .count();
        let people: Vec<u64> = all.iter().map(|one| u64::from(one.people)).collect();
        let quota: Vec<u64> = all.iter().map(|one| u64::from(one.quota)).collect();
        let (median, late) = (quantile(&after, 0.5), quantile(&after, 0.95));
        let time = match (median, late) {
            (Some(median), Some(late)) => format!("{} ({})", span(median), span(late)),
            _ => "–".to_owned(),
        };
        // Only this thief goes on after the throttle, with nobody looking.
        let slowly = if attack == Attack::SmashAndGrab {
            let more = |one: &AttackOutcome| u64::from(one.people_in_all - one.people);
            let more: Vec<u64> = all.iter().map(more).collect();
            quantile(&more, 0.5).unwrap_or(0).to_string()
        } else {
            "–".to_owned()
        };
        let number = |value: Option<u64>| value.unwrap_or(0);
        writeln!(
            text,
            "| {} | {} | {:.1} % | {time} | {} ({}) | {} | {} | {:.1} % | {} |",
            title(attack),
            self.kind.name(),
            100.0 * after.len() as f64 / all.len() as f64,
            number(quantile(&people, 0.5)),
            number(quantile(&people, 0.95)),
            number(quantile(&people, 1.0)),
            slowly,
            100.0 * alerted as f64 / all.len() as f64,
            number(quantile(&quota, 0.5)),
        )
        .expect("text can be written");
    }
}

fn title(attack: Attack) -> String {
    match attack {
        Attack::Nobody => "nobody, 80 days".to_owned(),
        Attack::SmashAndGrab => "smash and grab, 24 h".to_owned(),
        Attack::DripUnderQuota => "drip, 90 % of the free quota, 80 days".to_owned(),
        Attack::DripFifth => "drip, a fifth of a usual day, 80 days".to_owned(),
        Attack::Insider(times) => format!("insider, {times} × the work, 80 days"),
    }
}

fn quantile(values: &[u64], share: f64) -> Option<u64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let at = (share * (sorted.len().saturating_sub(1)) as f64).round() as usize;
    sorted.get(at).copied()
}

fn span(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
