//! The week of a credential, hour by hour.

use crate::compact::{pack8, pack16, unpack8, unpack16};
use crate::recent::Learn;
use crate::time::WEEK_HOURS;

/// New weeks weigh at least this much: an eighth.
pub(crate) const WEIGHT: f32 = 0.125;

/// What is known of one hour of the week, in four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Slot {
    /// What is usual, in sixteenths of a person, packed.
    pub(crate) usual: u16,
    /// The highest of the current four weeks, packed.
    pub(crate) highest: u8,
    /// The highest of the four weeks before, packed.
    pub(crate) highest_before: u8,
}

/// The 168 hours of a week, from Monday 00:00 UTC.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Profile {
    pub(crate) slots: [Slot; WEEK_HOURS],
    /// Which slots have learnt something this week; the others learn a zero at its end.
    pub(crate) visited: [u64; 3],
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            slots: [Slot::default(); WEEK_HOURS],
            visited: [0; 3],
        }
    }
}

impl Slot {
    fn usual(self) -> f32 {
        unpack16(self.usual) as f32 / 16.0
    }

    fn set_usual(&mut self, people: f32) {
        self.usual = pack16((people * 16.0) as u64);
    }

    fn highest(self) -> u32 {
        unpack8(self.highest.max(self.highest_before))
    }

    /// Moves towards a count. `seen` is how many weeks the slot has learnt from before.
    fn learn(&mut self, count: u32, seen: u32, how: Learn) {
        let before = self.usual();
        let people = (count as f32).min(how.cap(self.highest() as f32));
        self.set_usual(moved(before, people, seen, how));
        self.highest = self.highest.max(pack8(people as u64));
    }
}

/// Moves a mean towards a value: an average of all at first, later an eighth of the way.
pub(crate) fn moved(mean: f32, value: f32, seen: u32, how: Learn) -> f32 {
    let weight = (1.0 / (seen as f32 + 1.0)).max(WEIGHT);
    (mean + weight * (value - mean)).min(how.cap(mean))
}

impl Profile {
    /// Returns what is usual at an hour of the week, give or take an hour: people come early and
    /// late, and summer time moves everybody.
    pub(crate) fn usual_near(&self, slot: usize) -> f32 {
        near(slot)
            .map(|at| self.slots[at].usual())
            .into_iter()
            .fold(0.0, f32::max)
    }

    /// Returns the highest count of the last 4 to 8 weeks at an hour of the week, give or take an
    /// hour.
    pub(crate) fn highest_near(&self, slot: usize) -> u32 {
        near(slot)
            .map(|at| self.slots[at].highest())
            .into_iter()
            .max()
            .unwrap_or(0)
    }

    /// Takes in the count of an hour that is over.
    pub(crate) fn learn(&mut self, slot: usize, count: u32, seen: u32, how: Learn) {
        self.slots[slot].learn(count, seen, how);
        self.visited[slot / 64] |= 1 << (slot % 64);
    }

    /// Takes in the count of an hour in which the credential was throttled: never upwards.
    pub(crate) fn learn_throttled(&mut self, slot: usize, count: u32, seen: u32) {
        let count = count.min(self.slots[slot].usual() as u32);
        let how = Learn::Capped {
            times: 1.0,
            base: 0.0,
        };
        self.learn(slot, count, seen, how);
    }

    /// Marks hours before the first observation: nothing is known of them.
    pub(crate) fn skip_before(&mut self, slot: usize) {
        for at in 0..slot {
            self.visited[at / 64] |= 1 << (at % 64);
        }
    }

    /// Ends a week; `weeks` later begins the current one. Hours without work learn a zero.
    pub(crate) fn roll(&mut self, weeks: u32, periods: u32, seen: u32) -> Week {
        let missed = (1.0 - WEIGHT).powi(i32::try_from(weeks - 1).unwrap_or(i32::MAX).min(200));
        let weight = (1.0 / (seen as f32 + 1.0)).max(WEIGHT);
        // What stays of a worked and of an idle hour, in 65,536ths: this is done with a lock held.
        let keep = [missed, missed * (1.0 - weight)].map(|share| (share * 65_536.0) as u64);
        let mut week = Week::default();
        let mut usual = 0;
        for (at, slot) in self.slots.iter_mut().enumerate() {
            let is_idle = self.visited[at / 64] >> (at % 64) & 1 == 0;
            let keep = keep[usize::from(is_idle)];
            if slot.usual > 0 && keep < 65_536 {
                slot.usual = pack16((unpack16(slot.usual) * keep) >> 16);
            }
            if periods > 0 {
                slot.highest_before = if periods == 1 { slot.highest } else { 0 };
                slot.highest = 0;
            }
            usual += unpack16(slot.usual);
            week.worked_hours += u8::from(slot.highest.max(slot.highest_before) > 0);
        }
        week.usual = usual as f32 / 16.0;
        self.visited = [0; 3];
        week
    }
}

/// What a profile comes to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Week {
    /// Hours of the week that have been worked lately.
    pub(crate) worked_hours: u8,
    /// What is usual for all hours together, in people.
    pub(crate) usual: f32,
}

fn near(slot: usize) -> [usize; 3] {
    let before = if slot == 0 { WEEK_HOURS - 1 } else { slot - 1 };
    let after = if slot + 1 == WEEK_HOURS { 0 } else { slot + 1 };
    [before, slot, after]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_weeks_are_averaged_and_later_ones_move_it_by_an_eighth() {
        let mut profile = Profile::default();
        profile.learn(5, 10, 0, Learn::Freely);
        profile.learn(5, 20, 1, Learn::Freely);
        assert!((profile.usual_near(5) - 15.0).abs() < 0.1);
        profile.learn(5, 95, 50, Learn::Freely);
        assert!((profile.usual_near(5) - 25.0).abs() < 0.1);
        // 95, rounded down to a code of four bits.
        assert_eq!(profile.highest_near(5), 92);
    }

    #[test]
    fn the_neighbouring_hours_count_too_and_a_week_is_a_circle() {
        let mut profile = Profile::default();
        profile.learn(0, 30, 0, Learn::Freely);
        assert_eq!(profile.highest_near(167), 30);
        assert_eq!(profile.highest_near(1), 30);
        assert_eq!(profile.highest_near(2), 0);
    }

    #[test]
    fn idle_hours_fade_and_their_highest_is_forgotten() {
        let mut profile = Profile::default();
        profile.learn(9, 80, 0, Learn::Freely);
        profile.roll(1, 0, 0);
        profile.roll(1, 0, 1);
        assert!((profile.usual_near(9) - 40.0).abs() < 0.1);
        profile.roll(4, 1, 9);
        assert!((profile.usual_near(9) - 40.0 * 0.875_f32.powi(4)).abs() < 0.1);
        assert_eq!(profile.highest_near(9), 80);
        let week = profile.roll(4, 1, 9);
        assert_eq!(profile.highest_near(9), 0);
        assert_eq!(week.worked_hours, 0);
        assert!((week.usual - profile.usual_near(9)).abs() < 0.1);
    }

    #[test]
    fn a_throttled_hour_teaches_nothing_upwards() {
        let mut profile = Profile::default();
        profile.learn(9, 20, 0, Learn::Freely);
        profile.learn_throttled(9, 500, 1);
        assert!(profile.usual_near(9) <= 20.0);
        assert_eq!(profile.highest_near(9), 20);
    }
}
