//! A state as bytes.
//!
//! One list of fields serves both directions, so that they cannot differ. Whoever stores the bytes
//! should authenticate them: they hold nobody's data, but whoever changes them moves the limits.

use crate::recent::Recent;
use crate::state::Cause;
use crate::time::{WEEK_HOURS, clamp, hour_of};
use crate::{Reason, Rule, State};
use std::fmt;

/// The version of the format; the first byte.
const VERSION: u8 = 1;

/// How many bytes a state has.
pub const STATE_BYTES: usize = 990;

/// Bytes that are not a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadState {
    /// The first byte is a version that is not known here.
    Version(u8),
    /// There are too few or too many bytes.
    Length(usize),
    /// A number cannot be in a state.
    Value,
}

impl fmt::Display for BadState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadState::Version(version) => write!(f, "the baseline has version {version}, not 1")?,
            BadState::Length(length) => write!(
                f,
                "the baseline has {length} bytes instead of {STATE_BYTES}"
            )?,
            BadState::Value => f.write_str("the baseline holds a number it cannot have")?,
        }
        f.write_str("; rebuild it from the access log")
    }
}

impl std::error::Error for BadState {}

impl State {
    /// Writes the state as [`STATE_BYTES`] bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer(Vec::with_capacity(STATE_BYTES));
        writer.0.push(VERSION);
        fields(&mut self.clone(), &mut writer);
        writer.0
    }

    /// Reads a state.
    ///
    /// # Errors
    ///
    /// [`BadState`] when the bytes are not those of a state; it can be rebuilt.
    pub fn from_bytes(bytes: &[u8]) -> Result<State, BadState> {
        match bytes.first() {
            Some(&VERSION) => {}
            Some(&version) => return Err(BadState::Version(version)),
            None => return Err(BadState::Length(0)),
        }
        if bytes.len() != STATE_BYTES {
            return Err(BadState::Length(bytes.len()));
        }
        let mut state = State::new(0);
        let mut reader = Reader {
            rest: &bytes[1..],
            is_bad: false,
        };
        fields(&mut state, &mut reader);
        let is_possible = state.now_ms == clamp(state.now_ms)
            && state.since_hour <= hour_of(state.now_ms)
            && (1.0..=100.0).contains(&state.vouched_times)
            && (state.cause.is_some() || state.throttled_until_ms == 0);
        if reader.is_bad || !is_possible {
            return Err(BadState::Value);
        }
        Ok(state)
    }
}

/// Goes through numbers one by one, writing or replacing them. Little-endian.
trait Fields {
    fn bytes<const N: usize>(&mut self, bytes: &mut [u8; N]);
    fn bad(&mut self);

    fn byte(&mut self, value: &mut u8) {
        let mut bytes = [*value];
        self.bytes(&mut bytes);
        *value = bytes[0];
    }

    fn short(&mut self, value: &mut u16) {
        let mut bytes = value.to_le_bytes();
        self.bytes(&mut bytes);
        *value = u16::from_le_bytes(bytes);
    }

    fn word(&mut self, value: &mut u32) {
        let mut bytes = value.to_le_bytes();
        self.bytes(&mut bytes);
        *value = u32::from_le_bytes(bytes);
    }

    fn long(&mut self, value: &mut u64) {
        let mut bytes = value.to_le_bytes();
        self.bytes(&mut bytes);
        *value = u64::from_le_bytes(bytes);
    }

    /// A number that is finite and not negative.
    fn real(&mut self, value: &mut f32) {
        let mut bytes = value.to_le_bytes();
        self.bytes(&mut bytes);
        *value = f32::from_le_bytes(bytes);
        if !(0.0..=f32::MAX).contains(value) {
            self.bad();
        }
    }

    fn flag(&mut self, value: &mut bool) {
        let mut byte = u8::from(*value);
        self.byte(&mut byte);
        *value = byte == 1;
        if byte > 1 {
            self.bad();
        }
    }

    fn recent(&mut self, recent: &mut Recent) {
        for week in &mut recent.weeks {
            self.short(week);
        }
    }

    fn cause(&mut self, cause: &mut Option<Cause>) {
        let mut is_there = cause.is_some();
        self.flag(&mut is_there);
        let mut reason = cause.map_or(NO_REASON, |cause| cause.0);
        let mut rule = reason.rule.number();
        self.byte(&mut rule);
        match Rule::from_number(rule) {
            Some(rule) => reason.rule = rule,
            None => self.bad(),
        }
        self.word(&mut reason.observed);
        self.word(&mut reason.usual);
        self.word(&mut reason.highest);
        self.word(&mut reason.limit);
        self.long(&mut reason.from_ms);
        *cause = is_there.then_some(Cause(reason));
    }
}

const NO_REASON: Reason = Reason {
    rule: Rule::Learning,
    observed: 0,
    usual: 0,
    highest: 0,
    limit: 0,
    from_ms: 0,
    is_new: false,
};

fn fields(state: &mut State, each: &mut impl Fields) {
    each.long(&mut state.now_ms);
    each.word(&mut state.since_hour);
    for minute in &mut state.minutes {
        each.word(minute);
    }
    each.word(&mut state.hour.new);
    each.word(&mut state.hour.known);
    each.word(&mut state.hour.guesses);
    each.word(&mut state.hour.most_in_five);
    each.flag(&mut state.hour.throttled);
    each.flag(&mut state.hour.vouched);
    each.flag(&mut state.hour.learn);
    each.word(&mut state.day.new);
    each.flag(&mut state.day.throttled);
    each.flag(&mut state.day.vouched);
    each.flag(&mut state.day.learn);
    each.word(&mut state.week_people);
    each.byte(&mut state.worked_days);
    each.word(&mut state.people_per_day);
    for at in 0..WEEK_HOURS {
        let slot = &mut state.profile.slots[at];
        each.short(&mut slot.usual);
        each.byte(&mut slot.highest);
        each.byte(&mut slot.highest_before);
    }
    for visited in &mut state.profile.visited {
        each.long(visited);
    }
    each.byte(&mut state.worked_hours);
    each.real(&mut state.usual_hour);
    each.real(&mut state.average_hour);
    for usual in &mut state.weekdays {
        each.real(usual);
    }
    each.recent(&mut state.busiest_five);
    each.recent(&mut state.busiest_hour);
    each.recent(&mut state.busiest_day);
    each.recent(&mut state.most_guesses);
    for total in &mut state.week_totals {
        each.word(total);
    }
    each.real(&mut state.mix_new);
    each.real(&mut state.mix_known);
    each.real(&mut state.mix_hours);
    each.real(&mut state.drip);
    each.long(&mut state.throttled_until_ms);
    each.cause(&mut state.cause);
    each.long(&mut state.vouched_until_ms);
    each.real(&mut state.vouched_times);
    each.flag(&mut state.vouched_learn);
    for day in &mut state.alerted {
        each.short(day);
    }
}

struct Writer(Vec<u8>);

impl Fields for Writer {
    fn bytes<const N: usize>(&mut self, bytes: &mut [u8; N]) {
        self.0.extend_from_slice(bytes);
    }

    // A state never holds such a number.
    fn bad(&mut self) {}
}

struct Reader<'a> {
    rest: &'a [u8],
    is_bad: bool,
}

impl Fields for Reader<'_> {
    fn bytes<const N: usize>(&mut self, bytes: &mut [u8; N]) {
        match self.rest.split_first_chunk::<N>() {
            Some((first, rest)) => {
                *bytes = *first;
                self.rest = rest;
            }
            None => self.is_bad = true,
        }
    }

    fn bad(&mut self) {
        self.is_bad = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_fits_in_a_kibibyte_in_memory_and_as_bytes() {
        assert_eq!(State::new(0).to_bytes().len(), STATE_BYTES);
        assert!(size_of::<State>() <= 1024, "{}", size_of::<State>());
    }

    #[test]
    fn foreign_bytes_are_refused_with_their_fault() {
        let good = State::new(1_700_000_000_000).to_bytes();
        assert_eq!(State::from_bytes(&[]), Err(BadState::Length(0)));
        assert_eq!(State::from_bytes(&[7]), Err(BadState::Version(7)));
        assert_eq!(State::from_bytes(&good[..900]), Err(BadState::Length(900)));
        let mut bad = good.clone();
        bad[1..9].fill(0xff);
        assert_eq!(State::from_bytes(&bad), Err(BadState::Value));
        assert!(State::from_bytes(&good).is_ok());
    }
}
