//! What is known by an id of the server, for as long as a conversation lasts.

/// No fingerprint is this.
const EMPTY: u128 = u128::MAX;
/// Odd, so that no two numbers become one; and large, so that none is near another.
const SPREAD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// Numbers by id. Only a fingerprint of each id is kept: a long conversation has many, and this is all that is needed.
///
/// A table of open addresses, a quarter of it free: the standard one is three times as large in the module.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    /// None, or a power of two.
    slots: Vec<(u128, u32)>,
    count: usize,
}

impl Ids {
    /// The number of `id`, which is `new` where the id was not known; from now on it is.
    pub(crate) fn number(&mut self, id: &str, new: u32) -> u32 {
        self.enter(fingerprint(id), new)
    }

    /// Whether `id` was not known; from now on it is.
    pub(crate) fn is_new(&mut self, id: &str) -> bool {
        self.is_new_key(fingerprint(id))
    }

    /// Whether `id` is known.
    pub(crate) fn holds(&self, id: &str) -> bool {
        let key = fingerprint(id);
        !self.slots.is_empty() && self.slots[self.place(key)].0 == key
    }

    /// Whether the event of this sequence, which has no id, was not known; from now on it is.
    pub(crate) fn is_new_sequence(&mut self, sequence: u64) -> bool {
        self.is_new_key(u128::from(sequence))
    }

    /// Whether the event of this id was not known; from now on it is. What else tells events of one id apart: the message they are
    /// about, their number in it, and their sequence. An event that came without one may come again with one.
    pub(crate) fn is_new_event(&mut self, id: &str, part: &str, number: u32, sequence: Option<u64>) -> bool {
        let own = (u128::from(number) << 96).wrapping_add(fingerprint(part).rotate_left(64));
        let key = fingerprint(id).wrapping_add(own);
        let count = self.count;
        let was_placed = self.enter(key, sequence.is_some().into()) != 0;
        let is_known = self.count == count;
        match sequence {
            // The same key as the event's own: it is entered beside it.
            Some(sequence) if !is_known || was_placed => {
                self.is_new_key(key.wrapping_add(u128::from(sequence).wrapping_add(1).wrapping_mul(SPREAD)))
            }
            _ => !is_known,
        }
    }

    fn is_new_key(&mut self, key: u128) -> bool {
        let count = self.count;
        self.enter(key, 0);
        self.count > count
    }

    fn enter(&mut self, key: u128, new: u32) -> u32 {
        if self.count * 4 >= self.slots.len() * 3 {
            let grown = vec![(EMPTY, 0); (self.slots.len() * 2).max(16)];
            for (key, number) in core::mem::replace(&mut self.slots, grown) {
                if key != EMPTY {
                    let at = self.place(key);
                    self.slots[at] = (key, number);
                }
            }
        }
        let at = self.place(key);
        if self.slots[at].0 == EMPTY {
            self.slots[at] = (key, new);
            self.count += 1;
        }
        self.slots[at].1
    }

    /// Where `key` is, or would be.
    fn place(&self, key: u128) -> usize {
        let mask = self.slots.len() - 1;
        // Sequences and fingerprints alike are spread over the table.
        let spread = (key as u64 ^ (key >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut at = (spread >> 32) as usize & mask;
        while self.slots[at].0 != EMPTY && self.slots[at].0 != key {
            at = (at + 1) & mask;
        }
        at
    }
}

/// FNV-1a of 128 bits.
pub(crate) fn fingerprint(id: &str) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0100_0000_0000_0000_0000_013b;
    id.bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_entered_is_found_and_nothing_else() {
        let mut ids = Ids::default();
        assert!(!ids.holds("0"));
        for number in 0..10_000 {
            assert_eq!(ids.number(&number.to_string(), number), number);
        }
        for number in 0..10_000 {
            assert_eq!(ids.number(&number.to_string(), 0), number);
        }
        assert!(ids.holds("9999") && !ids.holds("10000"));
        assert!(ids.is_new("another") && !ids.is_new("another"));
        assert!((0..10_000).all(|sequence| ids.is_new_sequence(sequence) && !ids.is_new_sequence(sequence)));
        assert!(ids.is_new_event("e", "m", 0, Some(7)) && !ids.is_new_event("e", "m", 0, Some(7)));
        assert!(!ids.is_new_event("e", "m", 0, None), "again, without its place");
        assert!(ids.is_new_event("e", "m", 0, Some(8)), "another place");
        assert!(ids.is_new_event("e", "n", 0, Some(7)), "another message");
        assert!(ids.is_new_event("e", "m", 1, Some(7)), "another piece");
        assert!(ids.is_new_event("f", "", 0, None) && !ids.is_new_event("f", "", 0, None));
        assert!(!ids.is_new_event("f", "", 0, Some(9)), "the place comes later");
        assert!(ids.is_new_sequence(u64::MAX) && !ids.is_new_sequence(u64::MAX));
    }
}
