//! Which parts of the history are missing.
//!
//! Whether a server numbers its events without gaps is not documented, so it is observed. What looks like a gap and is not
//! filled by the history, read again and again, is the server's own, and from then on gaps mean nothing.

/// Steps of exactly one that speak for a numbering without gaps.
const MIN_STEPS: u32 = 8;
/// Ranges that are remembered; what is missing beyond them counts as there.
const MAX_RANGES: usize = 64;
/// Replays that may leave a hole open until it counts as the server's own.
const MAX_REPLAYS: u32 = 3;

/// The sequences of one session.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    newest: Option<u64>,
    /// First and last of each missing range, ascending.
    missing: Vec<(u64, u64)>,
    /// Times that a sequence came right after, or filled the place of, one that was known.
    steps: u32,
    /// Complete replays that left something open. Begins with the times that holes were given up: the more often that
    /// was in vain, the less the next one is looked into.
    replays: u32,
    /// The lowest sequence that the last of them left open.
    left_open: u64,
    given_up: u32,
    /// The server leaves numbers out.
    are_normal: bool,
}

impl Gaps {
    /// Takes note of an event of this sequence.
    pub(crate) fn take(&mut self, sequence: u64) {
        let Some(newest) = self.newest else {
            self.newest = Some(sequence);
            return;
        };
        if sequence <= newest {
            return self.fill(sequence);
        }
        self.newest = Some(sequence);
        if sequence - newest == 1 {
            self.steps = self.steps.saturating_add(1);
        } else if !self.are_normal && self.missing.len() < MAX_RANGES {
            self.missing.push((newest + 1, sequence - 1));
        }
    }

    fn fill(&mut self, sequence: u64) {
        let at = self.missing.partition_point(|(_, last)| *last < sequence);
        let Some((first, last)) = self.missing.get(at).copied().filter(|(first, _)| *first <= sequence) else { return };
        self.steps = self.steps.saturating_add(1);
        match (first == sequence, last == sequence) {
            (true, true) => drop(self.missing.remove(at)),
            (true, false) => self.missing[at].0 = sequence + 1,
            (false, is_last) => {
                self.missing[at].1 = sequence - 1;
                if !is_last && self.missing.len() < MAX_RANGES {
                    self.missing.insert(at + 1, (sequence + 1, last));
                }
            }
        }
    }

    /// The lowest sequence that is missing.
    pub(crate) fn first(&self) -> Option<u64> {
        self.missing.first().map(|(first, _)| *first)
    }

    /// Whether the server leaves numbers out.
    pub(crate) fn are_normal(&self) -> bool {
        self.are_normal
    }

    /// Whether what is missing is worth reading the history again.
    pub(crate) fn are_holes(&self) -> bool {
        !self.missing.is_empty() && self.steps >= MIN_STEPS
    }

    /// A replay from before the first hole, at this sequence, is complete, and has left it open. It counts against that hole
    /// alone: where another one was the first before, that has been filled.
    pub(crate) fn note_replay(&mut self, first: u64) {
        if self.left_open != first {
            self.left_open = first;
            self.note_whole();
        }
        self.replays += 1;
    }

    /// Nothing is missing.
    pub(crate) fn note_whole(&mut self) {
        self.replays = self.given_up;
    }

    /// Whether the first hole, at this sequence, has been left open as often as it may, or so many before it that none is looked
    /// into any more.
    pub(crate) fn is_hopeless(&self, first: Option<u64>) -> bool {
        self.given_up >= MAX_REPLAYS || (self.replays >= MAX_REPLAYS && first == Some(self.left_open))
    }

    /// What is missing does not exist.
    pub(crate) fn give_up(&mut self) {
        self.are_normal |= !self.missing.is_empty();
        self.missing.clear();
        self.given_up = self.given_up.saturating_add(1);
        self.note_whole();
    }
}

/// Since when each kind of hole has stood as it does.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    gap: Option<(u64, u64)>,
    stream: Option<(u64, u64)>,
}

impl Watch {
    /// Since when the first gap, and the stream that has waited longest, stand as their numbers say: the earlier of the
    /// two. A hole that takes the place of one that was filled is a new one.
    pub(crate) fn since(&mut self, gap: Option<u64>, stream: Option<u64>, now: u64) -> Option<u64> {
        let mut earliest = None;
        for (seen, hole) in [(&mut self.gap, gap), (&mut self.stream, stream)] {
            if seen.map(|(number, _)| number) != hole {
                *seen = hole.map(|number| (number, now));
            }
            earliest = [earliest, seen.map(|(_, since)| since)].into_iter().flatten().min();
        }
        earliest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps(sequences: impl IntoIterator<Item = u64>) -> Gaps {
        let mut gaps = Gaps::default();
        sequences.into_iter().for_each(|sequence| gaps.take(sequence));
        gaps
    }

    #[test]
    fn what_is_filled_is_missing_no_more() {
        let mut gaps = gaps([1, 2, 6, 9]);
        assert_eq!(gaps.missing, [(3, 5), (7, 8)]);
        for (sequence, missing) in
            [(4, vec![(3, 3), (5, 5), (7, 8)]), (7, vec![(3, 3), (5, 5), (8, 8)]), (4, vec![(3, 3), (5, 5), (8, 8)])]
        {
            gaps.take(sequence);
            assert_eq!(gaps.missing, missing);
        }
        assert_eq!(gaps.first(), Some(3));
        [3, 5, 8].into_iter().for_each(|sequence| gaps.take(sequence));
        assert_eq!(gaps.first(), None);
    }

    #[test]
    fn a_gap_is_a_hole_where_the_numbering_was_seen_to_have_none() {
        assert!(!gaps([10, 20, 30, 40]).are_holes());
        assert!(!gaps([1, 2, 3, 4, 5, 6, 7, 8, 10]).are_holes(), "seven steps");
        assert!(gaps([1, 2, 3, 4, 5, 6, 7, 8, 9, 11]).are_holes());
    }

    #[test]
    fn gaps_that_are_the_servers_own_are_looked_at_once() {
        let mut gaps = gaps((1..=9).chain([11]));
        gaps.give_up();
        assert_eq!(gaps.first(), None);
        gaps.take(20);
        assert_eq!(gaps.first(), None);
    }

    #[test]
    fn memory_is_bounded_and_the_ends_of_the_numbers_are_safe() {
        let mut gaps = gaps((0..10_000).map(|n| n * 3));
        assert_eq!(gaps.missing.len(), MAX_RANGES);
        gaps.take(u64::MAX);
        gaps.take(u64::MAX);
        gaps.take(0);
        let mut split = Gaps::default();
        [0, u64::MAX, 5].into_iter().for_each(|sequence| split.take(sequence));
        assert_eq!(split.missing, [(1, 4), (6, u64::MAX - 1)]);
    }
}
