//! What the users have written, and what has become of it.

use poly_messaging_engine::ErrorCode;

use crate::device::Load;

/// Milliseconds after which the messages of a page that is gone are asked for, at the latest.
const CLAIM_MS: u64 = 11_000;

/// A message of a user.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) draft_id: String,
    pub(crate) text: String,
    /// Where it was written.
    pub(crate) load: Load,
    /// Counts what was sent and sent again.
    pub(crate) order: u32,
    /// Why it was shown as failed, if that was the last that was said of it.
    pub(crate) failed: Option<ErrorCode>,
    pub(crate) is_confirmed: bool,
    /// Times that it may be sent again in another session, though it may be in the log of the one that is gone: the user
    /// sent it again, or the page went before the record said that it was written.
    pub(crate) repeats: usize,
    /// It was written to a socket.
    pub(crate) is_written: bool,
    /// Another tab claimed it, or wrote it, when this one seemed to be gone.
    pub(crate) is_claimed: bool,
    /// It was shown as failed, and came back from the record with the next page.
    pub(crate) is_revived: bool,
    /// When its page went, where it was on its way then.
    pub(crate) left_at: Option<u64>,
    /// Why nothing is owed to it any more.
    pub(crate) excuse: Option<&'static str>,
}

/// All messages.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub(crate) sent: Vec<Sent>,
    orders: u32,
}

impl Outbox {
    /// A new message: its draft id and its text, which no other has.
    pub(crate) fn write(&mut self, load: Load) -> (String, String) {
        let number = self.sent.len();
        let draft_id = format!("draft-{number}.");
        let text = match number % 4 {
            0 => format!("message {number} \"quoted\" \\ 👩‍🍳"),
            _ => format!("message {number}"),
        };
        let order = self.next_order();
        self.sent.push(Sent {
            draft_id: draft_id.clone(),
            text: text.clone(),
            load,
            order,
            failed: None,
            is_confirmed: false,
            repeats: 0,
            is_written: false,
            is_claimed: false,
            is_revived: false,
            left_at: None,
            excuse: None,
        });
        (draft_id, text)
    }

    /// It was refused at once, and so never was.
    pub(crate) fn take_back(&mut self) {
        self.sent.pop();
    }

    pub(crate) fn send_again(&mut self, draft_id: &str) {
        let order = self.next_order();
        if let Some(sent) = self.find(draft_id) {
            sent.order = order;
            if sent.failed.take() != Some(ErrorCode::MessageNotDelivered) {
                sent.repeats += 1;
            }
        }
    }

    pub(crate) fn find(&mut self, draft_id: &str) -> Option<&mut Sent> {
        self.sent.iter_mut().find(|sent| sent.draft_id == draft_id)
    }

    /// A frame that holds a message is written by this page.
    pub(crate) fn note_writer(&mut self, frame: &str, load: Load) {
        if let Some(sent) = self.sent.iter_mut().find(|sent| frame.contains(&sent.draft_id)) {
            sent.is_written = true;
            sent.is_claimed |= sent.load.page != load.page;
        }
    }

    /// This page claims messages that another has left behind.
    pub(crate) fn note_claim(&mut self, page: usize) {
        for sent in self.sent.iter_mut().filter(|sent| sent.load.page != page && !sent.is_confirmed) {
            sent.is_claimed = true;
        }
    }

    pub(crate) fn fail(&mut self, draft_id: &str, code: ErrorCode) {
        if let Some(sent) = self.find(draft_id) {
            sent.failed = Some(code);
        }
    }

    /// The conversation of a page has ended: what the page that was there before has left behind ends with it, unseen.
    pub(crate) fn end(&mut self, load: Load) {
        for sent in &mut self.sent {
            let is_left_behind = sent.load.page == load.page && sent.load.number < load.number;
            if is_left_behind && !sent.is_confirmed && sent.excuse.is_none() {
                sent.excuse = Some("the conversation has ended");
            }
        }
    }

    /// The session is lost. What a page has left behind just before, no other has asked for yet.
    pub(crate) fn lose_session(&mut self, now: u64) {
        for sent in &mut self.sent {
            let is_unclaimed = sent.left_at.is_some_and(|at| now < at + CLAIM_MS);
            if is_unclaimed && !sent.is_confirmed && sent.excuse.is_none() {
                sent.excuse = Some("its page and its session went at once");
            }
        }
    }

    pub(crate) fn confirm(&mut self, draft_id: &str) {
        if let Some(sent) = self.find(draft_id) {
            sent.is_confirmed = true;
            sent.is_revived |= sent.failed.take().is_some();
        }
    }

    fn next_order(&mut self) -> u32 {
        self.orders += 1;
        self.orders
    }
}
