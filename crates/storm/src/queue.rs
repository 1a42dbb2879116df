//! What happens when, in virtual time.

/// Events by the millisecond they are due at; those of one millisecond in the order they were put in.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    due: Vec<Vec<T>>,
    now: u32,
}

impl<T> Queue<T> {
    /// An empty one at time 0, for events before `end`, in milliseconds.
    pub(crate) fn new(end: u32) -> Self {
        Self { due: (0..end).map(|_| Vec::new()).collect(), now: 0 }
    }

    /// Adds an event. Nothing comes of one that is due at the end or later.
    pub(crate) fn put(&mut self, at: u32, event: T) {
        debug_assert!(at >= self.now, "an event in the past");
        if let Some(due) = self.due.get_mut(at as usize) {
            due.push(event);
        }
    }

    /// The next millisecond and all that is due in it; `None` at the end. What is put into that same millisecond from
    /// now on is due in it, too.
    pub(crate) fn next(&mut self) -> Option<(u32, Vec<T>)> {
        while let Some(due) = self.due.get_mut(self.now as usize) {
            if !due.is_empty() {
                return Some((self.now, core::mem::take(due)));
            }
            self.now += 1;
        }
        None
    }
}
