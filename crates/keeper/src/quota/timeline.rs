//! A timeline: who or what was met when, each counted once, where it was met last.
//!
//! Times are kept in spans: half minutes for the last hour, ten minutes for the last day, half days
//! for the last 90 days, and one span for whatever is older. A span counts until its end has left
//! the window, so a window is never too short, and by less than one per cent too long. What is in
//! the spans is exact: compressed bitmaps (Roaring) of numbers.

use super::codec::{Malformed, Reader};
use lethe_model::Window;
use roaring::RoaringTreemap;
use std::collections::VecDeque;

/// Spans of a window that ends: their length in milliseconds.
const SPANS_MS: [u64; 3] = [30 * 1000, 10 * 60 * 1000, 12 * 60 * 60 * 1000];
/// The windows they stand for.
const WINDOWS: [Window; 3] = [Window::Hour, Window::Day, Window::Quarter];

/// Who was met when.
#[derive(Debug, Default, Clone)]
pub(super) struct Timeline {
    /// Hour, day and quarter; what leaves one goes to the next.
    tiers: [Tier; 3],
    old: RoaringTreemap,
    /// Whether `old` is kept as runs: next to nothing in memory, and slow to take somebody out of.
    is_packed: bool,
    old_guesses: u64,
}

/// The spans of one window that are not in a shorter one.
#[derive(Debug, Default, Clone, PartialEq)]
struct Tier {
    spans: VecDeque<Span>,
    /// The union of its spans.
    all: RoaringTreemap,
    guesses: u64,
}

#[derive(Debug, Default, Clone, PartialEq)]
struct Span {
    end_ms: u64,
    met: RoaringTreemap,
    /// Look-ups that hit nobody: each counts, none is remembered.
    guesses: u64,
}

impl Timeline {
    /// Brings it to a moment; an earlier one changes nothing.
    pub(super) fn advance(&mut self, now_ms: u64) {
        for tier in 0..3 {
            let length_ms = WINDOWS[tier].length_ms().unwrap_or(u64::MAX);
            while let Some(span) = self.tiers[tier].leave(now_ms, length_ms) {
                match tier {
                    2 => {
                        self.old |= span.met;
                        self.old.optimize();
                        self.is_packed = true;
                        self.old_guesses += span.guesses;
                    }
                    _ => {
                        let next = &mut self.tiers[tier + 1];
                        next.take_over(span, SPANS_MS[tier + 1]);
                    }
                }
            }
        }
    }

    /// Says whether somebody was met within a window.
    pub(super) fn knows(&self, unit: u64, window: Window) -> bool {
        self.tiers_of(window)
            .iter()
            .any(|tier| tier.all.contains(unit))
            || window == Window::Ever && self.old.contains(unit)
    }

    /// Counts whom a window holds, guesses too.
    pub(super) fn count(&self, window: Window) -> u64 {
        let tiers = self.tiers_of(window).iter();
        let recent: u64 = tiers.map(|tier| tier.all.len() + tier.guesses).sum();
        match window {
            Window::Ever => recent + self.old.len() + self.old_guesses,
            _ => recent,
        }
    }

    /// Adds everybody who was ever met.
    pub(super) fn add_everybody(&self, all: &mut RoaringTreemap) {
        *all |= &self.old;
        for tier in &self.tiers {
            *all |= &tier.all;
        }
    }

    /// Notes that somebody is met.
    pub(super) fn meet(&mut self, unit: u64, now_ms: u64) {
        let end_ms = end_of(now_ms, SPANS_MS[0]);
        let newest = self.tiers[0].span(end_ms);
        if !newest.met.insert(unit) {
            return;
        }
        if self.tiers[0].all.insert(unit) {
            // It is in one place only: where it was met last.
            let _ =
                self.tiers[1].forget(unit) || self.tiers[2].forget(unit) || self.forget_old(unit);
        } else {
            self.tiers[0].forget_before(unit, end_ms);
        }
    }

    fn forget_old(&mut self, unit: u64) -> bool {
        if !self.old.contains(unit) {
            return false;
        }
        if std::mem::take(&mut self.is_packed) {
            let unpacked = self.old.bitmaps().map(|(high, low)| {
                let mut low = low.clone();
                low.remove_run_compression();
                (high, low)
            });
            self.old = RoaringTreemap::from_bitmaps(unpacked);
        }
        self.old.remove(unit)
    }

    /// Notes look-ups that hit nobody.
    pub(super) fn guess(&mut self, guesses: u64, now_ms: u64) {
        let end_ms = end_of(now_ms, SPANS_MS[0]);
        self.tiers[0].span(end_ms).guesses += guesses;
        self.tiers[0].guesses += guesses;
    }

    /// Says when the oldest span of a window leaves it; `None` when that is never.
    pub(super) fn frees_at_ms(&self, window: Window) -> Option<u64> {
        let length_ms = window.length_ms()?;
        let oldest = self.tiers_of(window).iter().rev();
        let mut spans = oldest.filter_map(|tier| tier.spans.front());
        spans.next().map(|span| span.end_ms + length_ms)
    }

    fn tiers_of(&self, window: Window) -> &[Tier] {
        match window {
            Window::Hour => &self.tiers[..1],
            Window::Day => &self.tiers[..2],
            Window::Quarter | Window::Ever => &self.tiers,
        }
    }

    /// Appends it to a snapshot.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for tier in &self.tiers {
            out.extend_from_slice(&(tier.spans.len() as u64).to_be_bytes());
            for span in &tier.spans {
                out.extend_from_slice(&span.end_ms.to_be_bytes());
                out.extend_from_slice(&span.guesses.to_be_bytes());
                write_set(&span.met, out);
            }
        }
        out.extend_from_slice(&self.old_guesses.to_be_bytes());
        write_set(&self.old, out);
    }

    /// Reads it back.
    pub(super) fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut timeline = Self::default();
        for tier in &mut timeline.tiers {
            for _ in 0..from.number()? {
                let span = Span {
                    end_ms: from.number()?,
                    guesses: from.number()?,
                    met: read_set(from)?,
                };
                tier.all |= &span.met;
                tier.guesses += span.guesses;
                tier.spans.push_back(span);
            }
        }
        timeline.old_guesses = from.number()?;
        timeline.old = read_set(from)?;
        Ok(timeline)
    }
}

impl PartialEq for Timeline {
    fn eq(&self, other: &Self) -> bool {
        // How the old ones are kept says nothing about who they are.
        self.tiers == other.tiers && self.old == other.old && self.old_guesses == other.old_guesses
    }
}

#[cfg(feature = "measure")]
impl Timeline {
    /// Returns about how many bytes it takes in memory: bitmaps, and what stands around them.
    pub(super) fn bytes(&self) -> usize {
        let span = |span: &Span| span.met.serialized_size() + size_of::<Span>();
        let tier =
            |tier: &Tier| tier.all.serialized_size() + tier.spans.iter().map(span).sum::<usize>();
        size_of::<Self>() + self.old.serialized_size() + self.tiers.iter().map(tier).sum::<usize>()
    }
}

impl Tier {
    /// Takes out the oldest span once the window has left it behind.
    fn leave(&mut self, now_ms: u64, length_ms: u64) -> Option<Span> {
        let has_left = self.spans.front()?.end_ms + length_ms <= now_ms;
        let span = if has_left {
            self.spans.pop_front()
        } else {
            None
        }?;
        self.all -= &span.met;
        self.guesses -= span.guesses;
        Some(span)
    }

    /// Puts a shorter span's people into the longer one that it is part of.
    fn take_over(&mut self, mut shorter: Span, length_ms: u64) {
        self.all |= &shorter.met;
        self.guesses += shorter.guesses;
        let span = self.span(end_of(shorter.end_ms - 1, length_ms));
        span.guesses += shorter.guesses;
        span.met |= std::mem::take(&mut shorter.met);
    }

    /// Returns the span with this end, which is the newest or a new one.
    fn span(&mut self, end_ms: u64) -> &mut Span {
        if self
            .spans
            .back()
            .is_none_or(|newest| newest.end_ms < end_ms)
        {
            self.spans.push_back(Span {
                end_ms,
                ..Span::default()
            });
        }
        let newest = self.spans.len() - 1;
        &mut self.spans[newest]
    }

    fn forget(&mut self, unit: u64) -> bool {
        let was_there = self.all.remove(unit);
        if was_there {
            self.spans
                .iter_mut()
                .rev()
                .any(|span| span.met.remove(unit));
        }
        was_there
    }

    fn forget_before(&mut self, unit: u64, end_ms: u64) {
        let earlier = self.spans.iter_mut().rev();
        let mut earlier = earlier.filter(|span| span.end_ms < end_ms);
        let _ = earlier.any(|span| span.met.remove(unit));
    }
}

/// Returns the end of the span that holds a moment.
const fn end_of(at_ms: u64, length_ms: u64) -> u64 {
    (at_ms / length_ms + 1) * length_ms
}

fn write_set(set: &RoaringTreemap, out: &mut Vec<u8>) {
    let mut set = set.clone();
    set.optimize();
    out.extend_from_slice(&(set.serialized_size() as u64).to_be_bytes());
    set.serialize_into(&mut *out)
        .expect("memory can be written");
}

fn read_set(from: &mut Reader<'_>) -> Result<RoaringTreemap, Malformed> {
    let length = usize::try_from(from.number()?).map_err(|_| Malformed)?;
    RoaringTreemap::deserialize_from(from.bytes(length)?).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    const HOUR_MS: u64 = 60 * 60 * 1000;

    #[test]
    fn whoever_is_met_again_is_counted_once_and_from_then_on() {
        let mut line = Timeline::default();
        line.meet(7, 0);
        line.meet(8, 0);
        line.advance(HOUR_MS / 2);
        line.meet(7, HOUR_MS / 2);
        assert_eq!(line.count(Window::Hour), 2);
        line.advance(HOUR_MS + 30_000);
        assert_eq!(line.count(Window::Hour), 1);
        assert_eq!(line.count(Window::Day), 2);
        assert!(line.knows(8, Window::Day) && !line.knows(8, Window::Hour));
    }

    #[test]
    fn what_left_every_window_still_counts_for_ever() {
        let mut line = Timeline::default();
        line.meet(7, 0);
        line.guess(2, 0);
        line.advance(91 * 24 * HOUR_MS);
        assert_eq!(line.count(Window::Quarter), 0);
        assert_eq!(line.count(Window::Ever), 3);
        assert!(line.knows(7, Window::Ever));
        line.meet(7, 91 * 24 * HOUR_MS);
        assert_eq!(line.count(Window::Ever), 3);
        assert_eq!(line.count(Window::Hour), 1);
    }

    proptest! {
        #[test]
        fn a_window_never_forgets_early_and_forgets_within_one_per_cent(
            steps in prop::collection::vec((0_u64..40, 0_u64..90 * 60 * 1000), 1..200),
        ) {
            let mut line = Timeline::default();
            let mut last: HashMap<u64, u64> = HashMap::new();
            let mut now_ms = 0;
            for (unit, wait_ms) in steps {
                now_ms += wait_ms;
                line.advance(now_ms);
                line.meet(unit, now_ms);
                last.insert(unit, now_ms);
                for window in Window::ALL {
                    let within = |ms: u64| {
                        let met = last.values();
                        met.filter(|at| **at + ms > now_ms).count() as u64
                    };
                    let length_ms = window.length_ms().unwrap_or(u64::MAX / 2);
                    let count = line.count(window);
                    prop_assert!(count >= within(length_ms));
                    prop_assert!(count <= within(length_ms + length_ms / 100));
                }
            }
            let mut bytes = Vec::new();
            line.write(&mut bytes);
            let read = Timeline::read(&mut Reader::new(&bytes));
            prop_assert_eq!(read.ok(), Some(line));
        }
    }
}
