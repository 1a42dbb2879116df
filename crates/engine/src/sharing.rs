//! One socket for all tabs of a browser, since a session may have ten, and its server counts dead ones for minutes.
//!
//! One tab holds it and tells the others each frame that comes in. They read along, and have the holder write their frames. A tab
//! that lacks something opens a socket of its own, from its own cursor; once its history is complete, it claims to be the holder.
//! Of two that do, one gives way: the one that nobody sees, else the one whose name is lower. A tab that has all that the holder
//! has lets its own socket go. So nothing is ever handed over, and whatever goes wrong ends in a socket of one's own.
//!
//! A lock of the browser tells that the holder is gone: it has it, and the others wait for it. Where a page stands still and keeps
//! the lock, the others find out because it does not answer.

use crate::connection::{CLOSE_NETWORK, CLOSE_NORMAL, Link, Socket};
use crate::engine::Engine;
use crate::json::{number, push_number};
use crate::timers::Timer;
use crate::{ConnectionView, Error, ErrorCode, EventBody, Line, Output, wire};

/// What every message begins with. What another version tells is set aside.
const VERSION: char = '1';

/// Kinds of messages: a frame that came in; one to be written; "I hold the socket"; "have I all that you have?" and its answer; "I
/// have none, and open one"; "the server wants none"; "none could be opened"; "the session is lost"; "close yours: a message may be
/// stuck in it", and "it is closed".
const FRAME: char = 'F';
const WRITE: char = 'W';
const CLAIM: char = 'C';
const ASK: char = 'A';
const ANSWER: char = 'B';
const TRY: char = 'T';
pub(crate) const REST: char = 'R';
pub(crate) const GIVE_UP: char = 'G';
pub(crate) const LOST: char = 'L';
const CLOSE: char = 'D';
const CLOSED: char = 'E';

/// The rank of a tab that nobody sees, and of one that someone does.
const UNSEEN: &str = "0";
const SEEN: &str = "1";

/// Milliseconds between two questions to the holder of a tab that someone sees, and those that it gets to answer.
const ASK_MS: u64 = 1_000;
pub(crate) const ANSWER_MS: u64 = 1_000;
/// Milliseconds between two questions of a tab that lacks something that the holder has, or that nobody sees.
const ASK_AGAIN_MS: u64 = 2_000;
const ASK_UNSEEN_MS: u64 = 30_000;
/// Milliseconds for which the holder hears what others lack before it has the history told again, and times in a row that a tab may
/// lack something.
const TELL_AGAIN_MS: u64 = 100;
const MAX_LACKS: u32 = 3;
/// Milliseconds that the holder gets for an attempt to connect, its handshake included, before another tab makes one.
const ATTEMPT_MS: u64 = 17_000;

/// What is known of the socket that the tabs share.
#[derive(Debug, Default)]
pub(crate) struct Sharing {
    /// This tab holds it, or is to open it.
    is_holder: bool,
    /// The tab that holds it otherwise.
    holder: String,
    /// The socket that this tab has read along with last: whose, and its number among those of that tab.
    line: (String, u64),
    /// Someone sees that tab.
    is_holder_seen: bool,
    /// The browser has given this tab the lock: whoever had it is gone.
    is_heir: bool,
    /// Others read along.
    has_readers: bool,
    /// The sequence behind which the history is to be told again, since others lack something.
    wanted_from: Option<u64>,
    /// This tab waits for the holder, and has not heard all that its socket told: numbers alone do not show what is missing.
    is_late: bool,
    /// Answers in a row by which this tab lacked something.
    lacks: u32,
    /// Nobody sees the page.
    pub(crate) is_hidden: bool,
}

impl Engine {
    /// What another tab told.
    pub(crate) fn handle_shared(&mut self, text: &str) {
        let mut parts = text.splitn(4, '\n');
        let (Some(head), Some(from), Some(to), Some(rest)) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return;
        };
        let mut head = head.chars();
        let (version, kind) = (head.next(), head.next().unwrap_or_default());
        let is_ours = self.session.as_ref().is_some_and(|session| session.id == head.as_str());
        let is_meant = !from.is_empty() && from != self.keeper.tab && (to.is_empty() || to == self.keeper.tab);
        if version != Some(VERSION) || !is_ours || !is_meant || !self.config.shares {
            return;
        }
        match kind {
            FRAME => {
                if let Some(socket) = self.shared_socket() {
                    let socket = socket.id;
                    self.out.push(Output::Frame { is_in: true, text: rest.to_owned() });
                    self.handle_text(socket, rest);
                }
            }
            WRITE => {
                if self.held_from().is_some()
                    && let Ok(frame) = wire::raw(rest)
                {
                    self.write(&frame);
                }
            }
            CLAIM => self.hear_claim(from, rest),
            ASK => self.answer(from, rest),
            ANSWER => self.hear_answer(from, rest),
            TRY => self.hear_attempt(from, rest),
            REST if self.reads_along_with(from) => self.rest(),
            GIVE_UP if self.reads_along_with(from) => self.give_up(),
            LOST if self.reads_along_with(from) => self.lose_session(ErrorCode::SessionLost),
            CLOSE => self.give_way(from),
            CLOSED => {
                self.sharing.has_readers = true;
                self.conversation.drafts.wait_out(self.now.mono);
            }
            _ => {}
        }
    }

    /// Tells the tab `to`, or all of them.
    fn share(&mut self, kind: char, to: &str, rest: &str) {
        let Some(session) = self.session.as_ref().filter(|_| self.config.shares) else { return };
        let mut text = String::with_capacity(64 + rest.len());
        text.extend([VERSION, kind]);
        for part in [&session.id, "\n", &self.keeper.tab, "\n", to, "\n", rest] {
            text.push_str(part);
        }
        self.out.push(Output::Share { text });
    }

    // ------------------------------------------------------------------------------------------------ the holder

    /// The history is complete over a socket of this tab's own, which may be everybody's.
    pub(crate) fn claim_line(&mut self) {
        if self.config.shares {
            self.sharing.is_holder = true;
            self.sharing.is_heir = false;
            self.sharing.holder.clear();
            self.timers.stop(Timer::Line);
            self.out.push(Output::Line(Line::Take));
            self.share(CLAIM, "", self.rank());
        }
    }

    /// A frame came in over this tab's own socket.
    pub(crate) fn share_frame(&mut self, frame: &str, is_batch: bool) {
        // What is live, the holder tells until this tab takes its place.
        let tells = is_batch || self.sharing.is_holder || self.settled_socket().is_some();
        if self.sharing.has_readers && tells && !self.reads_along() {
            self.share(FRAME, "", frame);
        }
    }

    /// Another tab asks whether it has all there is. What it lacks is told again, for all that do.
    fn answer(&mut self, asker: &str, rest: &str) {
        self.sharing.has_readers |= self.sharing.is_holder;
        if let Some(from) = self.held_from() {
            let mine = [self.whole(), self.newest(), from, u64::from(self.last_socket)];
            self.share(ANSWER, asker, &ranked(self.rank(), &mine));
            if rest.is_empty() {
                return;
            }
            let [whole, newest, after, _] = numbers(rest);
            let lacks = newest < mine[1] || whole < mine[0].min(mine[1]) && !self.conversation.gaps.are_normal();
            let is_in_doubt = after < from;
            if lacks || is_in_doubt {
                let wanted =
                    [Some(whole).filter(|_| lacks), Some(after).filter(|_| is_in_doubt), self.sharing.wanted_from];
                self.sharing.wanted_from = wanted.into_iter().flatten().min();
                self.timers.set(Timer::Line, self.now.mono + TELL_AGAIN_MS);
            }
        } else {
            // The holder opens one, and else this is none.
            self.share_attempt(0, 0);
        }
    }

    /// This tab tries to connect, for all.
    pub(crate) fn lead(&mut self) {
        self.sharing.is_holder |= self.config.shares;
    }

    /// The next attempt to connect comes in so many milliseconds.
    pub(crate) fn share_attempt(&mut self, attempt: u32, retry_in_ms: u32) {
        if self.sharing.is_holder {
            // Another may have taken it.
            self.out.push(Output::Line(Line::Take));
            // Whoever hears of it now hears all that the socket will tell.
            let is_early = self.sharing.has_readers && self.open_socket_id().is_none();
            let numbers = [attempt, retry_in_ms, is_early.into(), self.sharing.is_heir.into()].map(u64::from);
            self.share(TRY, "", &ranked(self.rank(), &numbers));
        }
    }

    /// What has become of the connection is so for all.
    pub(crate) fn share_loss(&mut self, kind: char) {
        if self.sharing.is_holder {
            self.share(kind, "", "");
        }
    }

    /// From which sequence on the socket has told the history, where this tab has the one that the others may read along with.
    fn held_from(&self) -> Option<u64> {
        self.settled_socket().filter(|_| self.sharing.is_holder).map(|socket| socket.from)
    }

    /// This tab's own socket, where its history is complete.
    fn settled_socket(&self) -> Option<&Socket> {
        match &self.link {
            Link::Socket(socket) if !socket.is_shared && socket.is_settled => Some(socket),
            _ => None,
        }
    }

    /// A tab that someone sees goes before one that nobody does.
    fn rank(&self) -> &'static str {
        if self.sharing.is_hidden { UNSEEN } else { SEEN }
    }

    /// The sequence up to which nothing is missing; one that there is not where the server leaves numbers out.
    fn whole(&self) -> u64 {
        if self.conversation.gaps.are_normal() { u64::MAX } else { self.conversation.whole_to().unwrap_or_default() }
    }

    /// The highest sequence there is.
    fn newest(&self) -> u64 {
        self.conversation.newest.unwrap_or_default()
    }

    /// The lock on the socket is this tab's: whoever held it is gone.
    pub(crate) fn handle_line_free(&mut self) {
        self.sharing.is_holder = true;
        self.sharing.is_heir = true;
        match &self.link {
            Link::Socket(socket) if socket.is_shared => self.take_line(),
            Link::Socket(socket) if socket.is_settled => self.claim_line(),
            Link::Pause => self.attempt(),
            _ => {}
        }
    }

    // ------------------------------------------------------------------------------------------ those who read along

    fn shared_socket(&self) -> Option<&Socket> {
        match &self.link {
            Link::Socket(socket) if socket.is_shared => Some(socket),
            _ => None,
        }
    }

    /// Whether the socket at hand is another tab's.
    pub(crate) fn reads_along(&self) -> bool {
        self.shared_socket().is_some()
    }

    fn reads_along_with(&self, tab: &str) -> bool {
        self.reads_along() && self.sharing.holder == tab
    }

    fn hear_claim(&mut self, from: &str, rank: &str) {
        if self.held_from().is_some() && self.goes_before(from, rank) {
            self.claim_line();
        } else if self.reads_along() || self.settled_socket().is_some() {
            self.note_holder(from, rank);
            self.ask_holder();
        } else if self.may_wait() {
            self.wait_for_holder(from, rank, 0);
            self.ask_holder();
        }
    }

    /// Who holds the socket, or opens it.
    fn note_holder(&mut self, tab: &str, rank: &str) {
        self.sharing.holder = tab.to_owned();
        self.sharing.is_holder_seen = rank == SEEN;
    }

    /// Whether someone sees this tab, and nobody the holder.
    pub(crate) fn is_better_seen(&self) -> bool {
        !self.sharing.is_hidden && !self.sharing.is_holder_seen
    }

    /// Whether the other tab is to give way to this one.
    fn goes_before(&self, from: &str, rank: &str) -> bool {
        (self.rank(), self.keeper.tab.as_str()) > (rank, from)
    }

    /// Asks the holder whether this tab has all there is, and so whether it is there.
    pub(crate) fn ask_holder(&mut self) {
        let holder = self.sharing.holder.clone();
        // What a tab with a socket of its own lacks is on its way.
        let lacks = self.shared_socket().map(|socket| {
            let after = self.conversation.drafts.echoes_after().filter(|_| !socket.is_open);
            let after = after.map_or(u64::MAX, Option::unwrap_or_default);
            let newest = if self.sharing.is_late { 0 } else { self.newest() };
            let whole = self.whole().min(self.newest());
            ranked("", &[whole, newest, after])
        });
        self.share(ASK, &holder, &lacks.unwrap_or_default());
    }

    fn hear_answer(&mut self, from: &str, rest: &str) {
        let Link::Socket(Socket { is_shared, is_settled, is_open, .. }) = self.link else { return };
        // Whoever waits does so for anyone.
        if from != self.sharing.holder && (is_open || !is_shared) {
            return;
        }
        self.note_holder(from, rank_of(rest));
        let [whole, newest, told_from, line] = numbers(rest);
        let are_gaps_normal = whole > newest;
        if are_gaps_normal && self.conversation.gaps.first().is_some() {
            // The holder has found out for all.
            self.conversation.gaps.give_up();
            self.watch_holes();
        }
        let has_all = self.newest() >= newest && (are_gaps_normal || self.whole() >= whole);
        let line = (from.to_owned(), line);
        if !is_shared {
            if is_settled && has_all {
                self.read_along();
                self.sharing.line = line;
            } else if is_settled {
                // What is missing may be on its way.
                self.timers.set(Timer::Line, self.now.mono + ASK_AGAIN_MS);
            }
            return;
        }
        // What became of a message that was on its way, the history behind it tells alone.
        let is_same = self.sharing.line == line;
        let knows_all = has_all
            && !self.sharing.is_late
            && (is_open
                || is_same
                || self.conversation.drafts.echoes_after().is_none_or(|after| after.unwrap_or_default() >= told_from));
        self.sharing.lacks = if knows_all { 0 } else { self.sharing.lacks + 1 };
        if self.is_better_seen() || self.sharing.lacks > MAX_LACKS {
            self.take_line();
        } else if knows_all {
            self.read_on(is_same);
            self.sharing.line = line;
        }
        // Else the holder tells it again.
    }

    /// Lets this tab's own socket go, and reads along with the holder.
    fn read_along(&mut self) {
        self.finish_typing();
        self.drop_socket(CLOSE_NORMAL);
        self.sharing.is_holder = false;
        self.sharing.has_readers = false;
        self.sharing.is_late = false;
        self.sharing.lacks = 0;
        self.last_socket += 1;
        self.link = Link::Socket(Socket::shared(self.last_socket, self.now.mono));
        self.timers.stop(Timer::Line);
        self.out.push(Output::Line(Line::Wait));
        self.schedule_heartbeat();
        // What was written to the other socket may have gone with it.
        self.watch_echo();
        self.watch_typing();
        self.watch_holes();
        self.invite();
        self.flush();
    }

    /// The holder is there, and this tab has all that it has.
    /// `is_same`: it has never had another socket since.
    fn read_on(&mut self, is_same: bool) {
        self.timers.stop(Timer::HeartbeatAnswer);
        let Link::Socket(socket) = &mut self.link else { return };
        socket.liveness.is_checked = false;
        if socket.is_open {
            return;
        }
        *socket = Socket::shared(socket.id, self.now.mono);
        self.timers.stop(Timer::Line);
        self.trust();
        if let Some(session) = &mut self.session {
            session.has_opened = true;
        }
        self.schedule_heartbeat();
        if self.shown_connection != ConnectionView::Open {
            self.show_connection(ConnectionView::Open);
            self.tell(EventBody::Connected { resumed: true });
        }
        if self.is_ending() {
            return self.send_end();
        }
        if is_same {
            // Nothing was lost, and what was written is still on its way.
            self.conversation.drafts.resume();
            self.watch_echo();
        }
        self.settle_history();
        self.settle_if_ready();
    }

    /// Another tab has no socket, and opens one.
    fn hear_attempt(&mut self, from: &str, rest: &str) {
        let rank = rank_of(rest);
        if self.held_from().is_some() {
            return self.claim_line();
        }
        // Of those that try, one does so for all.
        let gives_way = matches!(self.link, Link::Pause) && self.may_wait() && !self.goes_before(from, rank);
        if !self.reads_along() && !gives_way {
            return;
        }
        let [attempt, retry_in_ms, early, heir] = numbers(rest);
        let [attempt, retry_in_ms] = [attempt, retry_in_ms].map(|number| number as u32);
        if self.open_socket_id().is_some() && self.sharing.holder != from && heir != 1 {
            // Its own trouble, perhaps.
            return self.check_alive();
        }
        self.wait_for_holder(from, rank, u64::from(retry_in_ms));
        self.sharing.is_late &= early != 1;
        if gives_way {
            // It is to tell what comes in from now on.
            self.ask_holder();
        }
        if self.is_better_seen() {
            self.take_line();
        } else if attempt > 0 {
            self.show_connection(ConnectionView::Reconnecting { attempt, retry_in_ms });
            if retry_in_ms > 0 {
                let cause = Error::new(ErrorCode::TransportNetwork);
                self.tell(EventBody::Reconnecting { attempt, retry_in_ms, cause });
            }
        }
    }

    /// Whether this tab has no socket, and may do with another tab's from now on: it has read the history once.
    fn may_wait(&self) -> bool {
        self.conversation.has_history && (matches!(self.link, Link::Pause) || self.is_worth_another_try())
    }

    /// Goes without a socket until that tab has one, which takes so many milliseconds at least.
    fn wait_for_holder(&mut self, holder: &str, rank: &str, ms: u64) {
        if !self.reads_along() {
            self.stop_probe();
            self.timers.stop(Timer::Reconnect);
            self.timers.stop(Timer::Census);
            self.sharing.is_holder = false;
            self.sharing.is_late = true;
            self.out.push(Output::Line(Line::Wait));
        }
        self.note_holder(holder, rank);
        self.drop_socket(CLOSE_NORMAL);
        self.conversation.lose_socket(self.now.mono, &mut self.out);
        self.last_socket += 1;
        self.link = Link::Socket(Socket::awaited(self.last_socket));
        self.timers.set(Timer::Line, self.now.mono + ms + ATTEMPT_MS);
    }

    /// Has the others close their sockets: what this tab wrote through one of them may be stuck there, and is not to arrive once it is
    /// written anew.
    pub(crate) fn clear_line(&mut self) {
        if self.conversation.drafts.echoes_after().is_some() {
            self.share(CLOSE, "", "");
        }
    }

    /// Another tab needs this tab's socket closed, and opens one.
    fn give_way(&mut self, from: &str) {
        if self.settled_socket().is_some() {
            self.finish_typing();
            self.wait_for_holder(from, self.rank(), 0);
            self.share(CLOSED, from, "");
        }
    }

    /// Opens a socket of this tab's own, to be the holder.
    pub(crate) fn take_line(&mut self) {
        // What comes in over it, the others may lack as well.
        self.sharing.has_readers = true;
        self.sharing.is_late = false;
        let is_quiet = self.shown_connection == ConnectionView::Open;
        self.swap_socket(CLOSE_NETWORK, is_quiet);
    }

    /// The holder did not answer, has not connected in time, or may have by now what this tab lacked.
    pub(crate) fn handle_line_late(&mut self) {
        match &self.link {
            Link::Socket(socket) if socket.is_shared => self.take_line(),
            Link::Socket(_) if self.sharing.wanted_from.is_some() => self.reopen_quietly(),
            Link::Socket(_) => self.ask_holder(),
            _ => {}
        }
    }

    /// The sequence behind which a socket that opens now is to tell the history.
    pub(crate) fn take_cursor(&mut self) -> Option<u64> {
        let cursor = self.conversation.cursor();
        let wanted = self.sharing.wanted_from.take();
        wanted.map_or(cursor, |wanted| cursor.min(Some(wanted).filter(|wanted| *wanted > 0)))
    }

    /// Has the holder write a frame.
    pub(crate) fn write_shared(&mut self, frame: &str) {
        let holder = self.sharing.holder.clone();
        self.share(WRITE, &holder, frame);
        self.out.push(Output::Frame { is_in: false, text: frame.to_owned() });
    }

    /// Milliseconds between two questions to the holder.
    pub(crate) fn ask_interval(&self) -> u64 {
        if self.sharing.is_hidden { ASK_UNSEEN_MS } else { ASK_MS }
    }

    /// This tab leaves: another may hold the socket.
    pub(crate) fn leave_line(&mut self) {
        let is_hidden = self.sharing.is_hidden;
        let left = core::mem::replace(&mut self.sharing, Sharing { is_hidden, ..Sharing::default() });
        if left.is_holder || !left.holder.is_empty() {
            self.out.push(Output::Line(Line::Leave));
        }
    }
}

/// A rank, and numbers.
fn ranked(rank: &str, numbers: &[u64]) -> String {
    let mut text = rank.to_owned();
    for number in numbers {
        text.push(' ');
        push_number(&mut text, *number);
    }
    text
}

/// The rank before numbers.
fn rank_of(ranked: &str) -> &str {
    ranked.split(' ').next().unwrap_or_default()
}

/// The numbers behind a rank.
fn numbers(ranked: &str) -> [u64; 4] {
    let mut parts = ranked.split(' ').skip(1).map(number);
    [(); 4].map(|()| parts.next().unwrap_or_default())
}
