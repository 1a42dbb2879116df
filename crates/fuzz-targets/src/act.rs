//! How bytes say what happens to a chat: a byte that names an act, then what the act needs. Whatever the bytes are, they
//! say something; what is left open at the end is nothing, or empty.

/// Something that happens to a chat.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "named after the inputs of the engine, and documented in the module `chat` where they differ"
)]
pub enum Act {
    Start,
    Ready,
    Send {
        draft: u8,
        text: String,
    },
    Retry {
        draft: u8,
    },
    Discard {
        draft: u8,
    },
    Typing,
    End,
    Restart,
    Reconnect,
    Close,
    RawSend {
        frame: String,
    },
    /// The oldest request is answered as asked; `session` picks the id.
    Grant {
        session: u8,
    },
    /// The oldest request is answered otherwise.
    Answer {
        status: u8,
        retry_after: u8,
        body: String,
    },
    /// The oldest request is not answered.
    Fail {
        how: u8,
    },
    /// The application supplies a token, or does not.
    Token {
        which: u8,
    },
    Open,
    Drop {
        code: u8,
    },
    /// A text frame, as it stands.
    Text {
        text: String,
    },
    /// A text frame of pieces; see the module `frame`.
    Pieces {
        pieces: Vec<u8>,
    },
    Binary,
    /// Something of a socket or a request that is not there (any more).
    Stale {
        what: u8,
        id: u8,
    },
    /// The oldest load is answered.
    Load {
        which: u8,
        text: String,
    },
    Probe {
        is_answered: bool,
    },
    JoinPrepared,
    News {
        which: u8,
        text: String,
    },
    Page {
        event: u8,
    },
    /// Time passes, with every deadline kept.
    Pass {
        log_ms: u8,
    },
    /// Time passes while the page sleeps: no deadline is kept until the end.
    Sleep {
        log_ms: u8,
    },
    /// The wall clock is set.
    Wall {
        to: u8,
    },
    /// The server does what it should with all that it has got.
    Serve,
}

/// Acts of a sequence; what comes after is left out, so that an input takes milliseconds.
const MAX_ACTS: usize = 400;

/// Reads a sequence.
pub fn read(data: &[u8]) -> Vec<Act> {
    let mut bytes = Bytes(data);
    core::iter::from_fn(|| (!bytes.0.is_empty()).then(|| bytes.act())).take(MAX_ACTS).collect()
}

/// Writes a sequence: [`read`] gives it back, where no text holds a zero byte.
pub fn write(acts: &[Act]) -> Vec<u8> {
    let mut into = Vec::new();
    for act in acts {
        push(&mut into, act);
    }
    into
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or(0)
    }

    /// Up to the next zero byte.
    fn text(&mut self) -> String {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest.get(1..).unwrap_or_default();
        String::from_utf8_lossy(text).into_owned()
    }

    fn some(&mut self, count: usize) -> Vec<u8> {
        let (some, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        some.to_vec()
    }

    fn act(&mut self) -> Act {
        match self.byte() % 30 {
            0 => Act::Start,
            1 => Act::Ready,
            2 => Act::Send { draft: self.byte(), text: self.text() },
            3 => Act::Retry { draft: self.byte() },
            4 => Act::Discard { draft: self.byte() },
            5 => Act::Typing,
            6 => Act::End,
            7 => Act::Restart,
            8 => Act::Reconnect,
            9 => Act::Close,
            10 => Act::RawSend { frame: self.text() },
            11 => Act::Grant { session: self.byte() },
            12 => Act::Answer { status: self.byte(), retry_after: self.byte(), body: self.text() },
            13 => Act::Fail { how: self.byte() },
            14 => Act::Token { which: self.byte() },
            15 => Act::Open,
            16 => Act::Drop { code: self.byte() },
            17 => Act::Text { text: self.text() },
            18 => {
                let count = usize::from(self.byte() % 16);
                Act::Pieces { pieces: self.some(1 + 5 * count) }
            }
            19 => Act::Binary,
            20 => Act::Stale { what: self.byte(), id: self.byte() },
            21 => Act::Load { which: self.byte(), text: self.text() },
            22 => Act::Probe { is_answered: self.byte() % 2 == 1 },
            23 => Act::JoinPrepared,
            24 => Act::News { which: self.byte(), text: self.text() },
            25 => Act::Page { event: self.byte() },
            26 => Act::Pass { log_ms: self.byte() },
            27 => Act::Sleep { log_ms: self.byte() },
            28 => Act::Wall { to: self.byte() },
            _ => Act::Serve,
        }
    }
}

fn push(into: &mut Vec<u8>, act: &Act) {
    let mut put = |code: u8, numbers: &[u8], text: Option<&str>| {
        into.push(code);
        into.extend(numbers);
        if let Some(text) = text {
            into.extend(text.bytes());
            into.push(0);
        }
    };
    match act {
        Act::Start => put(0, &[], None),
        Act::Ready => put(1, &[], None),
        Act::Send { draft, text } => put(2, &[*draft], Some(text)),
        Act::Retry { draft } => put(3, &[*draft], None),
        Act::Discard { draft } => put(4, &[*draft], None),
        Act::Typing => put(5, &[], None),
        Act::End => put(6, &[], None),
        Act::Restart => put(7, &[], None),
        Act::Reconnect => put(8, &[], None),
        Act::Close => put(9, &[], None),
        Act::RawSend { frame } => put(10, &[], Some(frame)),
        Act::Grant { session } => put(11, &[*session], None),
        Act::Answer { status, retry_after, body } => put(12, &[*status, *retry_after], Some(body)),
        Act::Fail { how } => put(13, &[*how], None),
        Act::Token { which } => put(14, &[*which], None),
        Act::Open => put(15, &[], None),
        Act::Drop { code } => put(16, &[*code], None),
        Act::Text { text } => put(17, &[], Some(text)),
        Act::Pieces { pieces } => {
            put(18, &[(pieces.len() / 5) as u8], None);
            into.extend(pieces);
        }
        Act::Binary => put(19, &[], None),
        Act::Stale { what, id } => put(20, &[*what, *id], None),
        Act::Load { which, text } => put(21, &[*which], Some(text)),
        Act::Probe { is_answered } => put(22, &[u8::from(*is_answered)], None),
        Act::JoinPrepared => put(23, &[], None),
        Act::News { which, text } => put(24, &[*which], Some(text)),
        Act::Page { event } => put(25, &[*event], None),
        Act::Pass { log_ms } => put(26, &[*log_ms], None),
        Act::Sleep { log_ms } => put(27, &[*log_ms], None),
        Act::Wall { to } => put(28, &[*to], None),
        Act::Serve => put(29, &[], None),
    }
}
