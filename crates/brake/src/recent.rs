//! The highest of something, week by week, for 8 weeks.

use crate::compact::{pack16, unpack16};

pub(crate) const WEEKS: usize = 8;

/// How far one value may move what is learnt.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Learn {
    /// As far as it wants: a new credential, or somebody vouched for it.
    Freely,
    /// At most to this multiple of what was learnt before, or to the base.
    Capped { times: f32, base: f32 },
}

impl Learn {
    /// Returns the most that a number may become.
    pub(crate) fn cap(self, before: f32) -> f32 {
        match self {
            Learn::Freely => f32::MAX,
            Learn::Capped { times, base } => (before * times).max(base),
        }
    }
}

/// The weekly maxima of a count: this week's first. It forgets after 8 weeks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Recent {
    pub(crate) weeks: [u16; WEEKS],
}

impl Recent {
    /// Returns the highest count of this and the last seven weeks.
    pub(crate) fn highest(&self) -> u32 {
        widen(self.weeks.iter().copied().max())
    }

    /// Returns the highest count, the weeks before this one multiplied.
    ///
    /// This week's is not: it may have been learnt on a person's word, which must not be multiplied
    /// by itself.
    pub(crate) fn highest_times(&self, times: f32) -> f32 {
        let before = widen(self.weeks[1..].iter().copied().max());
        (before as f32 * times).max(self.this_week() as f32)
    }

    fn this_week(&self) -> u32 {
        widen(Some(self.weeks[0]))
    }

    /// Takes in a count. The cap looks at the weeks before this one, so that many small steps in
    /// one week come no further than one.
    pub(crate) fn learn(&mut self, count: u32, how: Learn) {
        let before = widen(self.weeks[1..].iter().copied().max());
        let most = how.cap(before as f32);
        let count = (count as f32).min(most);
        self.weeks[0] = self.weeks[0].max(pack16(count as u64));
    }

    /// Begins a new week, `weeks` after the current one.
    pub(crate) fn roll(&mut self, weeks: u32) {
        let by = (weeks as usize).min(WEEKS);
        self.weeks.rotate_right(by % WEEKS);
        self.weeks[..by].fill(0);
    }
}

fn widen(code: Option<u16>) -> u32 {
    u32::try_from(unpack16(code.unwrap_or(0))).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_forgets_after_eight_weeks() {
        let mut recent = Recent::default();
        recent.learn(61, Learn::Freely);
        recent.roll(7);
        assert_eq!(recent.highest(), 61);
        recent.roll(1);
        assert_eq!(recent.highest(), 0);
    }

    #[test]
    fn many_steps_in_one_week_come_no_further_than_one() {
        let how = Learn::Capped {
            times: 1.1,
            base: 5.0,
        };
        let mut recent = Recent::default();
        recent.learn(100, Learn::Freely);
        recent.roll(1);
        for count in [110, 121, 133, 1000] {
            recent.learn(count, how);
        }
        assert_eq!(recent.highest(), 110);
    }
}
