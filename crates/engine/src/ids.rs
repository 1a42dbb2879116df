//! What is known by an id of the server, for as long as a conversation lasts.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

/// Numbers by id. Only a fingerprint of each id is kept: a long conversation has many, and this is all that is needed.
#[derive(Debug, Default)]
pub(crate) struct Ids(HashMap<u128, u32, FxBuildHasher>);

impl Ids {
    /// The number of `id`, which is `new` where the id was not known; from now on it is.
    pub(crate) fn number(&mut self, id: &str, new: u32) -> u32 {
        *self.0.entry(fingerprint(id)).or_insert(new)
    }

    /// Whether `id` was not known; from now on it is.
    pub(crate) fn is_new(&mut self, id: &str) -> bool {
        self.is_new_key(fingerprint(id))
    }

    /// Whether `id` is known.
    pub(crate) fn holds(&self, id: &str) -> bool {
        self.0.contains_key(&fingerprint(id))
    }

    /// Whether the event of this sequence, which has no id, was not known; from now on it is.
    pub(crate) fn is_new_sequence(&mut self, sequence: u64) -> bool {
        self.is_new_key(u128::from(sequence))
    }

    fn is_new_key(&mut self, key: u128) -> bool {
        let count = self.0.len();
        self.0.entry(key).or_insert(0);
        self.0.len() > count
    }
}

/// FNV-1a of 128 bits.
pub(crate) fn fingerprint(id: &str) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0100_0000_0000_0000_0000_013b;
    id.bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}
