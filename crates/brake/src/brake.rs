//! The brake itself: judges a request, counts it, and is lifted by a person.

use crate::gauge::Gauges;
use crate::state::Cause;
use crate::time::HOUR_MS;
use crate::{
    BadSettings, BrakeSettings, Explanation, Observation, Reason, State, Verdict, Vouched,
};

/// Judges requests of credentials by their own past.
#[derive(Debug, Clone)]
pub struct Brake {
    settings: BrakeSettings,
}

impl Brake {
    /// Makes a brake.
    ///
    /// # Errors
    ///
    /// [`BadSettings`] when a setting is out of its range.
    pub fn new(settings: BrakeSettings) -> Result<Brake, BadSettings> {
        settings.check()?;
        Ok(Brake { settings })
    }

    /// Returns the settings.
    pub fn settings(&self) -> &BrakeSettings {
        &self.settings
    }

    /// Judges a request before it is carried out, and counts it unless it is refused.
    ///
    /// `now_ms` is Unix milliseconds; an earlier moment than the last counts as the last. A refused
    /// request changes no count: retrying in vain neither prolongs a throttle nor teaches anything.
    pub fn observe(&self, state: &mut State, now_ms: u64, seen: Observation) -> Verdict {
        self.judge(state, now_ms, seen, false)
    }

    /// Counts a request of the past that was carried out, whatever the brake thinks of it.
    ///
    /// Replaying all of a credential's requests in their order rebuilds its baseline. Throttles and
    /// vouchings are not in the counts: they are rebuilt only if refused requests are put to
    /// [`observe`](Brake::observe), and vouchings to [`vouch`](Brake::vouch), in their places.
    pub fn replay(&self, state: &mut State, at_ms: u64, seen: Observation) -> Verdict {
        self.judge(state, at_ms, seen, true)
    }

    /// Notes that a person vouches for this credential: a throttle is lifted, and until a moment
    /// its limits are multiplied.
    ///
    /// For a peak that is announced (not to be learnt: it ends), and for a throttle that was wrong
    /// because the work has changed (to be learnt). It replaces an earlier word.
    pub fn vouch(&self, state: &mut State, now_ms: u64, word: Vouched) {
        state.advance(now_ms, &self.settings);
        state.throttled_until_ms = 0;
        state.cause = None;
        state.drip = 0.0;
        state.hour.throttled = false;
        state.day.throttled = false;
        state.vouched_until_ms = word.until_ms;
        state.vouched_learn = word.learn;
        state.vouched_times = if word.times.is_finite() {
            word.times.clamp(1.0, 100.0)
        } else {
            1.0
        };
    }

    /// Explains what is usual and what is counted at a moment, without changing the state.
    pub fn explain(&self, state: &State, now_ms: u64) -> Explanation {
        let mut state = state.clone();
        state.advance(now_ms, &self.settings);
        Explanation::of(&state, &self.settings)
    }

    fn judge(&self, state: &mut State, now_ms: u64, seen: Observation, done: bool) -> Verdict {
        state.advance(now_ms, &self.settings);
        if state.is_throttled()
            && let Some(Cause(reason)) = state.cause
        {
            return self.throttle(state, seen, vec![reason], done);
        }
        let gauges = Gauges::read(state, seen, &self.settings);
        if !gauges.iter().any(|gauge| gauge.is_remarkable()) {
            state.people_per_day = seen.people_per_day;
            state.count(seen);
            return Verdict::Calm;
        }
        self.judge_remarkable(state, seen, &gauges, done)
    }

    #[cold]
    fn judge_remarkable(
        &self,
        state: &mut State,
        seen: Observation,
        gauges: &Gauges,
        done: bool,
    ) -> Verdict {
        state.people_per_day = seen.people_per_day;
        // The day plus one, so that 0 means never.
        let today = (state.today() as u16).wrapping_add(1);
        let mut reasons = Vec::new();
        let mut cause: Option<Reason> = None;
        // Whatever throttles comes first.
        for too_much in [true, false] {
            for gauge in gauges.iter() {
                if !gauge.is_remarkable() || gauge.is_too_much() != too_much {
                    continue;
                }
                let alerted = &mut state.alerted[usize::from(gauge.rule.number())];
                let mut reason = gauge.reason(state.now_ms);
                cause = cause.or(too_much.then_some(reason));
                let is_due =
                    *alerted == 0 || today.wrapping_sub(*alerted) >= gauge.rule.silent_days();
                reason.is_new = too_much || is_due;
                if reason.is_new {
                    *alerted = today;
                }
                reasons.push(reason);
            }
        }
        if cause.is_none() {
            state.count(seen);
            return Verdict::Watch { reasons };
        }
        let hours = u64::from(self.settings.throttle_hours);
        state.throttled_until_ms = state.now_ms.saturating_add(hours * HOUR_MS);
        state.cause = cause.map(Cause);
        // Whatever the hour and day had before belongs to the same departure.
        state.hour.throttled = true;
        state.day.throttled = true;
        self.throttle(state, seen, reasons, done)
    }

    fn throttle(
        &self,
        state: &mut State,
        seen: Observation,
        reasons: Vec<Reason>,
        done: bool,
    ) -> Verdict {
        let pace = state.pace(&self.settings);
        let wanted = seen.new_people.saturating_add(seen.guesses);
        let before = state.hour.new.saturating_add(state.hour.guesses);
        let refused = wanted > 0 && before.saturating_add(wanted) > pace;
        if !refused || done {
            state.count(seen);
        }
        Verdict::Throttle {
            reasons,
            until_ms: state.throttled_until_ms,
            people_per_hour: pace,
            refused: refused && !done,
        }
    }
}
