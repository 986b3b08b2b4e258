//! A year of honest work under the brake.

use super::calendar::FIRST_DAY;
use super::work::{DAY_MS, HOUR_MS, Kind, Work};
use lethe_brake::{Brake, BrakeSettings, Observation, Rule, State, Verdict, Vouched};

/// Half an hour after a throttle somebody looks.
const LOOKED_AT_MS: u64 = 30 * 60_000;

/// What the brake did to honest work.
#[derive(Debug, Clone, Default)]
pub(crate) struct HonestOutcome {
    /// Throttles while learning.
    pub(crate) throttles_learning: u32,
    /// Throttles later.
    pub(crate) throttles: u32,
    /// Alerts that did not throttle, while learning or later.
    pub(crate) alerts: u32,
    /// People asked for.
    pub(crate) people: u64,
    /// People refused by the brake, until somebody looked.
    pub(crate) refused: u64,
    /// How often each rule throttled or spoke up.
    pub(crate) by_rule: [(u32, u32); 9],
}

/// An honest credential, its brake, and the person who answers its alarms.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) brake: Brake,
    pub(crate) state: State,
    pub(crate) work: Work,
    pub(crate) outcome: HonestOutcome,
    looked_at_ms: Option<u64>,
    is_announced: bool,
    quota_left: u32,
    requests: Vec<(u64, Observation)>,
}

impl Desk {
    pub(crate) fn new(kind: Kind, seed: u64, is_announced: bool, settings: &BrakeSettings) -> Desk {
        Desk {
            brake: Brake::new(*settings).expect("good settings"),
            state: State::new(FIRST_DAY * DAY_MS),
            work: Work::new(kind, seed),
            outcome: HonestOutcome::default(),
            looked_at_ms: None,
            is_announced,
            quota_left: 0,
            requests: Vec::new(),
        }
    }

    /// Works for an hour. A throttle is looked at half an hour later; the work is honest, so
    /// somebody vouches for whatever the quota allows, for a day.
    pub(crate) fn hour(&mut self, hour: u32) {
        let begins_ms = FIRST_DAY * DAY_MS + u64::from(hour) * HOUR_MS;
        if hour.is_multiple_of(24) {
            self.begin_day(hour / 24, begins_ms);
        }
        let mut requests = std::mem::take(&mut self.requests);
        self.work.hour(hour, &mut requests);
        for (at_ms, seen) in &requests {
            self.answer_alarm(*at_ms);
            self.ask(*at_ms, *seen);
        }
        self.requests = requests;
        self.answer_alarm(begins_ms + HOUR_MS);
    }

    /// Takes the hour's requests of the honest work, for a thief to hide among.
    pub(crate) fn requests(&mut self, hour: u32) -> Vec<(u64, Observation)> {
        if hour.is_multiple_of(24) {
            self.begin_day(hour / 24, FIRST_DAY * DAY_MS + u64::from(hour) * HOUR_MS);
        }
        let mut requests = Vec::new();
        self.work.hour(hour, &mut requests);
        requests
    }

    /// Asks the quota, then the brake, as the vault does.
    pub(crate) fn ask(&mut self, at_ms: u64, seen: Observation) -> Option<Verdict> {
        let wanted = seen.new_people + seen.guesses;
        self.outcome.people += u64::from(seen.new_people);
        if wanted > self.quota_left {
            return None;
        }
        let is_learning = self.outcome_is_learning(at_ms);
        let verdict = self.brake.observe(&mut self.state, at_ms, seen);
        if verdict.is_refused() {
            self.outcome.refused += u64::from(seen.new_people);
        } else {
            self.quota_left -= wanted;
        }
        if verdict.is_alert() {
            self.note(&verdict, at_ms, is_learning);
        }
        Some(verdict)
    }

    fn outcome_is_learning(&self, at_ms: u64) -> bool {
        let days = u64::from(self.brake.settings().learning_days);
        at_ms < (FIRST_DAY + days) * DAY_MS
    }

    fn note(&mut self, verdict: &Verdict, at_ms: u64, is_learning: bool) {
        let is_throttle = matches!(verdict, Verdict::Throttle { .. });
        match (is_throttle, is_learning) {
            (true, true) => self.outcome.throttles_learning += 1,
            (true, false) => self.outcome.throttles += 1,
            (false, _) => self.outcome.alerts += 1,
        }
        let rules = verdict.reasons().iter().filter(|reason| reason.is_new);
        for rule in rules
            .map(|reason| reason.rule)
            .take(if is_throttle { 1 } else { 9 })
        {
            let at = Rule::ALL.iter().position(|one| *one == rule);
            let count = &mut self.outcome.by_rule[at.expect("a rule")];
            if is_throttle {
                count.0 += 1;
            } else {
                count.1 += 1;
            }
        }
        if is_throttle {
            self.looked_at_ms = Some(at_ms + LOOKED_AT_MS);
        }
    }

    fn begin_day(&mut self, day: u32, now_ms: u64) {
        self.quota_left = self.work.quota();
        if self.is_announced
            && let Some(times) = self.work.announced(day)
        {
            let word = Vouched {
                until_ms: now_ms + DAY_MS,
                times,
                learn: false,
            };
            self.brake.vouch(&mut self.state, now_ms, word);
        }
    }

    fn answer_alarm(&mut self, now_ms: u64) {
        if let Some(at_ms) = self.looked_at_ms
            && now_ms >= at_ms
        {
            self.looked_at_ms = None;
            let word = Vouched {
                until_ms: at_ms + DAY_MS,
                times: 100.0,
                learn: true,
            };
            self.brake.vouch(&mut self.state, at_ms, word);
        }
    }
}

/// Runs weeks of honest work from 5 January.
pub(crate) fn honest(
    kind: Kind,
    seed: u64,
    weeks: u32,
    is_announced: bool,
    settings: &BrakeSettings,
) -> HonestOutcome {
    let mut desk = Desk::new(kind, seed, is_announced, settings);
    for hour in 0..weeks * 7 * 24 {
        desk.hour(hour);
    }
    desk.outcome
}
