//! The record of a session as it stands in storage: one line of JSON, bounded, and read with suspicion. Whatever cannot
//! be read whole is no record.

use crate::bounds::LeftOut;
use crate::delivery::{Draft, MAX_WAITING, MAX_WAITING_BYTES};
use crate::json::push_number;
use crate::wire::{self, Fields};
use crate::{Config, Metadata, Now};

/// Of the format. A record of another version is none.
const VERSION: u64 = 1;
/// Tabs whose messages a record holds, where each of them has as many waiting as it may.
const TABS: usize = 4;
/// Messages in a record, bytes of them as JSON, and bytes of all of it. A message takes no more bytes here than its frame has.
pub(crate) const MAX_DRAFTS: usize = TABS * MAX_WAITING;
pub(crate) const MAX_DRAFT_BYTES: usize = TABS * MAX_WAITING_BYTES;
const MAX_BYTES: usize = MAX_DRAFT_BYTES + (256 << 10);
/// Milliseconds by which the last activity may be later than the record says: it is saved now and then.
const SAVE_SLACK_MS: u64 = 60_000;
/// Milliseconds by which the device's clock may be fast, as far as the token's expiry is concerned.
const CLOCK_SKEW_MS: u64 = 300_000;

/// A session to take up again, and the messages that it is not known to have.
#[derive(Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) session: String,
    pub(crate) token: String,
    /// When the token expires, by the device's clock; `None`: not known.
    pub(crate) expires_at: Option<u64>,
    pub(crate) streaming: bool,
    /// The highest sequence seen.
    pub(crate) cursor: Option<u64>,
    /// When something was last received, by the device's clock.
    pub(crate) active_at: u64,
    /// Of all tabs, those of each in the order in which they are to arrive.
    pub(crate) drafts: Vec<StoredDraft>,
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredDraft {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) metadata: Metadata,
    /// The page load that sees to it.
    pub(crate) tab: String,
    /// It was written to a socket, and may have arrived.
    pub(crate) is_written: bool,
}

impl Record {
    /// Reads a record.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let mut fields = Fields::of(wire::parse(text)?);
        if fields.integer("v") != Some(VERSION) {
            return None;
        }
        let drafts = fields.list("drafts");
        if drafts.len() > MAX_DRAFTS {
            return None;
        }
        // A loop is a third of the code that collecting options is.
        let mut read = Vec::new();
        for draft in drafts {
            read.push(StoredDraft::read(Fields::of(draft))?);
        }
        Some(Self {
            session: fields.name("session")?,
            token: fields.name("token")?,
            expires_at: fields.integer("expires"),
            streaming: fields.flag("streaming"),
            cursor: fields.integer("cursor"),
            active_at: fields.integer("active")?,
            drafts: read,
        })
    }

    /// The record as text, without messages that are too many or too large. `None`: it is too large all the same.
    pub(crate) fn compose(&self) -> Option<String> {
        let mut text = String::from(r#"{"v":1,"session":"#);
        wire::push_string(&mut text, &self.session);
        text.push_str(r#","token":"#);
        wire::push_string(&mut text, &self.token);
        for (name, number) in [
            (r#","expires":"#, self.expires_at),
            (r#","cursor":"#, self.cursor),
            (r#","active":"#, Some(self.active_at)),
        ] {
            if let Some(number) = number {
                text.push_str(name);
                push_number(&mut text, number);
            }
        }
        text.push_str(if self.streaming { r#","streaming":true,"drafts":["# } else { r#","drafts":["# });
        let (mut count, mut bytes) = (0, 0);
        for draft in &self.drafts {
            let before = text.len();
            if count > 0 {
                text.push(',');
            }
            draft.push(&mut text);
            let added = text.len() - before;
            if count == MAX_DRAFTS || bytes + added > MAX_DRAFT_BYTES {
                text.truncate(before);
            } else {
                count += 1;
                bytes += added;
            }
        }
        text.push_str("]}");
        (text.len() <= MAX_BYTES).then_some(text)
    }

    /// Whether the server can be expected to know the session still, `session_timeout_ms` after it was last heard of.
    pub(crate) fn is_alive(&self, session_timeout_ms: u32, wall: u64) -> bool {
        // A clock that went back proves nothing.
        let idle = wall.saturating_sub(self.active_at);
        let has_expired = self.expires_at.is_some_and(|at| at.saturating_add(CLOCK_SKEW_MS) < wall);
        idle <= u64::from(session_timeout_ms) + SAVE_SLACK_MS && !has_expired
    }
}

impl StoredDraft {
    /// What is stored of a draft of the tab `tab`; nothing of one that failed, or that another tab sees to.
    pub(crate) fn of(draft: &Draft, tab: &str) -> Option<Self> {
        let is_written = draft.is_written()?;
        let (id, text, metadata) = (draft.id.clone(), draft.text.clone(), draft.metadata.clone());
        Some(Self { id, text, metadata, tab: tab.to_owned(), is_written })
    }

    fn read(mut fields: Fields) -> Option<Self> {
        let metadata = fields.metadata(&mut LeftOut::default());
        Some(Self {
            id: metadata.get(wire::CLIENT_EVENT_ID).filter(|id| !id.is_empty())?.to_owned(),
            text: fields.text("text").filter(|text| !text.is_empty())?,
            metadata,
            tab: fields.name("tab")?,
            is_written: fields.flag("isWritten"),
        })
    }

    /// The id stands where it stands on the wire.
    fn push(&self, into: &mut String) {
        into.push_str(r#"{"tab":"#);
        wire::push_string(into, &self.tab);
        into.push_str(r#","text":"#);
        wire::push_string(into, &self.text);
        into.push_str(if self.is_written { r#","isWritten":true,"# } else { "," });
        wire::push_metadata(into, &self.id, &self.metadata);
        into.push('}');
    }
}

/// Whether a chat with these options would take up the session of this stored record
/// ([`Output::Store`](crate::Output)). `now`: the device's clock counts.
pub fn is_resumable(config: &Config, record: &str, now: Now) -> bool {
    !config.fresh && Record::parse(record).is_some_and(|record| record.is_alive(config.session_timeout_ms, now.wall))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(id: &str, text: &str) -> StoredDraft {
        let mut metadata = Metadata::default();
        metadata.push("page".to_owned(), "/a\"b".to_owned());
        metadata.push(wire::CLIENT_EVENT_ID.to_owned(), id.to_owned());
        StoredDraft { id: id.into(), text: text.into(), metadata, tab: "t1".into(), is_written: id.contains('w') }
    }

    fn record(drafts: Vec<StoredDraft>) -> Record {
        let (session, token) = ("s\"1".into(), "SECRET.jwt".into());
        Record {
            session,
            token,
            expires_at: Some(9_000_000),
            streaming: true,
            cursor: Some(17),
            active_at: 5_000_000,
            drafts,
        }
    }

    fn kept(record: &Record) -> Record {
        Record::parse(&record.compose().unwrap()).unwrap()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let full = record(vec![draft("d1", "line\n\"two\" 👩‍🍳"), draft("w2", "x")]);
        assert_eq!(kept(&full), full);
        let bare = Record { expires_at: None, cursor: None, streaming: false, ..record(vec![]) };
        assert_eq!(kept(&bare), bare);
    }

    #[test]
    fn what_cannot_be_read_whole_is_no_record() {
        let good = record(vec![draft("d1", "hello")]).compose().unwrap();
        for (from, to) in [
            (r#""v":1"#, r#""v":2"#),
            (r#""v":1"#, r#""v":"1""#),
            (r#""v":1,"#, ""),
            (r#""s\"1""#, "7"),
            (r#""s\"1""#, "\"\""),
            (r#""SECRET.jwt""#, "null"),
            ("5000000", "\"5000000\""),
            ("5000000", "-1"),
            (r#""tab":"t1""#, r#""tab":1"#),
            (r#""text":"hello""#, r#""text":["hello"]"#),
            (r#""client_event_id":"d1""#, r#""client_event_id":5"#),
            ("}]}", "}"),
            ("}]}", "},7]}"),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_ne!(bad, good, "{from}");
            assert_eq!(Record::parse(&bad), None, "{bad}");
        }
        for bad in ["", "null", "[]", "{}", "\"{}\"", "PK\u{3}\u{4}"] {
            assert_eq!(Record::parse(bad), None, "{bad}");
        }
        assert_eq!(Record::parse(&good.replacen('{', &["{", &" ".repeat(MAX_BYTES)].concat(), 1)), None);
    }

    #[test]
    fn a_record_keeps_within_its_bounds() {
        let many = record((0..450).map(|n| draft(&format!("d{n}"), "hi")).collect());
        assert!(kept(&many).drafts == many.drafts[..400]);
        let mut crowded = many.compose().unwrap();
        crowded =
            crowded.replacen("[{", r#"[{"tab":"t","text":"x","metadata":{"custom":{"client_event_id":"y"}}},{"#, 1);
        assert_eq!(Record::parse(&crowded), None, "401 messages");

        // Each takes six bytes as JSON.
        let large = record(vec![draft("d1", "small"), draft("d2", &"\u{1}".repeat(800_000)), draft("d3", "after")]);
        let ids: Vec<_> = kept(&large).drafts.into_iter().map(|draft| draft.id).collect();
        assert_eq!(ids, ["d1", "d3"]);

        // All that one tab may have waiting is kept.
        let frame = |draft: &StoredDraft| wire::user_message(&draft.text, &draft.id, &draft.metadata).len();
        let mut waiting: Vec<_> = (0..MAX_WAITING).map(|n| draft(&format!("w{n}"), "x")).collect();
        let room = MAX_WAITING_BYTES - waiting.iter().map(frame).sum::<usize>();
        waiting[0].text.push_str(&"x".repeat(room));
        let tabs = ["t1", "t2", "t3", "0123456789abcdef"].into_iter();
        let of_tab = |tab: &str| waiting.iter().map(|draft| StoredDraft { tab: tab.into(), ..draft.clone() }).collect();
        let full = record(tabs.flat_map(|tab| -> Vec<_> { of_tab(tab) }).collect());
        assert!(kept(&full) == full);

        assert_eq!(Record { token: "x".repeat(MAX_BYTES), ..record(vec![]) }.compose(), None);
    }

    #[test]
    fn a_session_lives_as_long_as_it_is_not_idle_and_its_token_has_not_expired() {
        let record = record(vec![]);
        let alive = |wall| record.is_alive(600_000, wall);
        assert!(alive(5_000_000) && alive(5_660_000));
        assert!(!alive(5_660_001), "idle");
        assert!(alive(0), "a clock that went back");
        let token = Record { active_at: 9_300_001, ..record };
        assert!(token.is_alive(600_000, 9_300_000) && !token.is_alive(600_000, 9_300_001), "expired");
    }
}
