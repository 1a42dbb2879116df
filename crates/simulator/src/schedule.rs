//! What is to happen, by virtual time. What is due at the same moment happens in the order in which it was planned.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Things to happen, the earliest first.
pub(crate) struct Schedule<T> {
    heap: BinaryHeap<Reverse<Planned<T>>>,
    count: u64,
}

struct Planned<T> {
    at: u64,
    number: u64,
    item: T,
}

impl<T> Schedule<T> {
    pub(crate) fn new() -> Self {
        Self { heap: BinaryHeap::new(), count: 0 }
    }

    /// Plans `item` for the time `at`, in milliseconds.
    pub(crate) fn plan(&mut self, at: u64, item: T) {
        self.count += 1;
        self.heap.push(Reverse(Planned { at, number: self.count, item }));
    }

    /// When the next one is due.
    pub(crate) fn next(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse(planned)| planned.at)
    }

    /// Takes out the next one that is due.
    pub(crate) fn take_due(&mut self, now: u64) -> Option<T> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse(planned)| planned.item)
    }
}

impl<T> PartialEq for Planned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<T> Eq for Planned<T> {}

impl<T> PartialOrd for Planned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Planned<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
