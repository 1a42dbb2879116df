//! Which sequences are to be believed. One that is far above all others would be the cursor from then on, and the server would
//! replay nothing any more.

/// Most that a sequence may be above the highest before it. Where there is none, numbers begin near zero.
const MAX_LEAP: u64 = 10_000;

/// The sequences of one session.
#[derive(Debug, Default)]
pub(crate) struct Numbering {
    /// Leaped, and was not believed.
    leaped: Option<u64>,
}

/// What to make of a sequence.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Belief {
    /// The event stands at this place.
    Placed,
    /// So it does; and the one that leaped before stood at this place, too, and is confirmed by it.
    Confirms(u64),
    /// Where it stands is not known.
    Doubted,
}

impl Numbering {
    /// Judges the sequence of a new event. `newest`: the highest that was believed. A numbering that really leaps goes on from
    /// where it leaped to, so that the next one confirms it.
    pub(crate) fn judge(&mut self, sequence: u64, newest: Option<u64>) -> Belief {
        if sequence <= newest.unwrap_or(0).saturating_add(MAX_LEAP) {
            return Belief::Placed;
        }
        match self.leaped.replace(sequence) {
            Some(leaped) if sequence > leaped && sequence - leaped <= MAX_LEAP => {
                self.leaped = None;
                Belief::Confirms(leaped)
            }
            _ => Belief::Doubted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The highest that is believed after these.
    fn believed(sequences: impl IntoIterator<Item = u64>) -> Option<u64> {
        let (mut numbering, mut newest) = (Numbering::default(), None);
        for sequence in sequences {
            if numbering.judge(sequence, newest) != Belief::Doubted {
                newest = newest.max(Some(sequence));
            }
        }
        newest
    }

    #[test]
    fn one_that_leaps_is_believed_where_the_next_goes_on_from_there() {
        const MAX: u64 = (1 << 53) - 1;
        assert_eq!(believed([1, 2, 3, MAX]), Some(3));
        assert_eq!(believed([1, 2, MAX, 3, 4]), Some(4));
        assert_eq!(believed([MAX, 1, 2]), Some(2));
        assert_eq!(believed([1, MAX, MAX, 2]), Some(2), "the same again confirms nothing");
        assert_eq!(believed([1, MAX, MAX - 1, 2]), Some(2), "nor does one before it");
        assert_eq!(believed([1, MAX, 1 << 40, 1 << 30, 2]), Some(2), "nor does another leap");
        assert_eq!(believed([1, 10_001]), Some(10_001));
        assert_eq!(believed([1, 10_002]), Some(1));
        assert_eq!(believed([1, 2, 50_000, 50_001, 50_002]), Some(50_002), "a server that leaves numbers out");
        let millis = 1_793_954_977_000;
        assert_eq!(
            believed([millis, millis + 40, millis + 9_000]),
            Some(millis + 9_000),
            "a server that counts the time"
        );
        assert_eq!(believed([u64::MAX, u64::MAX]), None);
    }
}
