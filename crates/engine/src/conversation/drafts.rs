//! The user's own messages as they are shown on their way.

use super::Conversation;
use crate::delivery::{Draft, Progress};
use crate::record::StoredDraft;
use crate::{Delivery, Error, Event, EventBody, Message, MessageBody, Metadata, Now, Output};

impl Conversation {
    /// Shows a new message as pending.
    pub(crate) fn add_draft(
        &mut self,
        id: String,
        text: String,
        metadata: Metadata,
        call: u32,
        wall: u64,
        out: &mut Vec<Output>,
    ) {
        let draft = self.show_draft(id, text, metadata, vec![call], wall, out);
        self.drafts.push(draft);
    }

    /// Shows messages of an earlier page as pending, before all that are on their way.
    pub(crate) fn restore_drafts(&mut self, stored: Vec<StoredDraft>, now: Now, out: &mut Vec<Output>) {
        let mut restored = Vec::new();
        for StoredDraft { id, text, metadata, is_written, .. } in stored {
            if self.line_ids.holds(&id) {
                // It is seen to here already.
                continue;
            }
            let mut draft = self.show_draft(id, text, metadata, Vec::new(), now.wall, out);
            draft.doubt(is_written, now.mono);
            restored.push(draft);
        }
        self.move_pending_last(now.wall, out);
        self.drafts.put_first(restored);
    }

    fn show_draft(
        &mut self,
        id: String,
        text: String,
        metadata: Metadata,
        calls: Vec<u32>,
        wall: u64,
        out: &mut Vec<Output>,
    ) -> Draft {
        let line = self.transcript.pending_key();
        self.line_ids.is_new(&id);
        let body = MessageBody::User {
            text: text.clone(),
            draft_id: Some(id.clone()),
            message_id: None,
            delivery: Delivery::Pending,
            error: None,
        };
        self.transcript.insert(line, Message { id: id.clone(), timestamp: wall, body }, out);
        self.stir();
        self.show_facets(out);
        let body = EventBody::MessagePending { draft_id: id.clone(), text: text.clone() };
        out.push(Output::Event(Box::new(Event { body, envelope: None })));
        Draft::new(id, text, metadata, line, calls)
    }

    /// Gives what is on its way the last places.
    pub(super) fn move_pending_last(&mut self, wall: u64, out: &mut Vec<Output>) {
        for draft in self.drafts.iter_mut().filter(|draft| draft.progress != Progress::Failed) {
            let line = self.transcript.pending_key();
            let timestamp = self.transcript.get(draft.line).map_or(wall, |message| message.timestamp);
            self.transcript.relocate(draft.line, line, timestamp, out);
            draft.line = line;
        }
    }

    /// Queues a failed message again, at the end. False: there is none of this id.
    pub(crate) fn retry_draft(&mut self, id: &str, call: u32, wall: u64, out: &mut Vec<Output>) -> bool {
        let Some(mut draft) = self.drafts.remove_if(id, |progress| progress == Progress::Failed) else { return false };
        let line = self.transcript.pending_key();
        self.transcript.relocate(draft.line, line, wall, out);
        self.transcript.edit(line, out, |body| set_delivery(body, Delivery::Pending, None));
        self.stir();
        self.show_facets(out);
        draft.line = line;
        draft.queue_again();
        draft.calls.push(call);
        let body = EventBody::MessagePending { draft_id: draft.id.clone(), text: draft.text.clone() };
        out.push(Output::Event(Box::new(Event { body, envelope: None })));
        self.drafts.push(draft);
        true
    }

    /// Takes a message that is not on its way out of the transcript.
    pub(crate) fn discard_draft(&mut self, id: &str, error: &Error, out: &mut Vec<Output>) -> bool {
        let is_here = |progress| matches!(progress, Progress::Failed | Progress::Queued);
        let Some(draft) = self.drafts.remove_if(id, is_here) else { return false };
        self.transcript.remove(draft.line, out);
        self.show_facets(out);
        out.extend(draft.calls.into_iter().map(|call| Output::Settle { call, result: Err(error.clone()) }));
        true
    }

    /// Marks every message that `which` accepts as failed.
    pub(crate) fn fail_drafts(&mut self, which: impl Fn(&Draft) -> bool, error: &Error, out: &mut Vec<Output>) {
        let newest = self.newest();
        for draft in self.drafts.iter_mut() {
            if draft.progress == Progress::Failed || !which(draft) {
                continue;
            }
            draft.progress = Progress::Failed;
            // It keeps its place while others come after it.
            let line = self.transcript.key(None, newest);
            if let Some(timestamp) = self.transcript.get(draft.line).map(|message| message.timestamp) {
                self.transcript.relocate(draft.line, line, timestamp, out);
            }
            draft.line = line;
            self.transcript.edit(line, out, |body| set_delivery(body, Delivery::Failed, Some(error.clone())));
            let body = EventBody::MessageFailed { draft_id: draft.id.clone(), error: error.clone() };
            out.push(Output::Event(Box::new(Event { body, envelope: None })));
            let calls = core::mem::take(&mut draft.calls);
            out.extend(calls.into_iter().map(|call| Output::Settle { call, result: Err(error.clone()) }));
        }
    }

    /// No call waits for a draft any more.
    pub(crate) fn release_calls(&mut self, error: &Error, out: &mut Vec<Output>) {
        let calls = self.drafts.iter_mut().flat_map(|draft| core::mem::take(&mut draft.calls));
        out.extend(calls.map(|call| Output::Settle { call, result: Err(error.clone()) }));
    }
}

fn set_delivery(body: &mut MessageBody, to: Delivery, because: Option<Error>) -> bool {
    if let MessageBody::User { delivery, error, .. } = body {
        *delivery = to;
        *error = because;
    }
    true
}
