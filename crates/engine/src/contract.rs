//! What crosses to JavaScript, as one table: every error, event, state and change, each field with its type.
//!
//! The table is not written down but found out: every variant and member is made with all that its type can hold, written as JSON
//! by the code that the module runs, and read again. So it says what crosses, not what somebody meant to. It stands in
//! `crates/engine/contract.json`, where the tests of js/ compare it with the declarations; `cargo xtask contract` writes it.
//!
//! A variant or member that is not named here does not compile.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::*;

mod shape;

use shape::Shape;

/// Enough for each variant of the largest enum to be made, within an `Option`.
const SAMPLES: usize = 64;
/// Stands for any text.
const TEXT: &str = "any text";

/// Made with all that it can hold, one after the other.
trait Sample: Sized {
    /// The `n`th of them. Over [`SAMPLES`] of them, everything has occurred.
    fn sample(n: usize) -> Self;
}

/// A type that is but one value here.
macro_rules! same {
    ($($type:ty = $value:expr;)*) => {$(
        impl Sample for $type {
            fn sample(_: usize) -> Self {
                $value
            }
        }
    )*};
}

/// Structs, by their members.
macro_rules! structs {
    ($($type:ident { $($member:ident),* })*) => {$(
        impl Sample for $type {
            fn sample(n: usize) -> Self {
                Self { $($member: Sample::sample(n)),* }
            }
        }
    )*};
}

/// Enums, by their variants and what is in them. That none is missing is for the compiler to see.
macro_rules! enums {
    ($($type:ident { $($variant:ident { $($member:tt),* })* })*) => {$(
        impl Sample for $type {
            fn sample(n: usize) -> Self {
                #[deny(unreachable_patterns)]
                fn every(value: &$type) {
                    match value { $($type::$variant { .. } => (),)* }
                }
                let _ = every;
                let make: &[fn(usize) -> Self] = &[$(|_n| Self::$variant { $($member: Sample::sample(_n)),* }),*];
                make[n % make.len()](n / make.len())
            }
        }
        impl Variants for $type {
            fn variants() -> Vec<Vec<Self>> {
                let make: &[fn(usize) -> Self] = &[$(|_n| Self::$variant { $($member: Sample::sample(_n)),* }),*];
                make.iter().map(|make| (0..SAMPLES).map(make).collect()).collect()
            }
        }
    )*};
}

/// An enum whose variants each have a shape of their own.
trait Variants: Sized {
    /// The samples of each variant.
    fn variants() -> Vec<Vec<Self>>;
}

same! {
    String = TEXT.to_owned();
    &'static str = TEXT;
    Cow<'static, str> = Cow::Borrowed(TEXT);
    u32 = 7;
    u64 = 7;
}

impl Sample for bool {
    fn sample(n: usize) -> Self {
        n % 2 == 1
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample(n: usize) -> Self {
        n.checked_sub(1).map(T::sample)
    }
}

impl<T: Sample> Sample for Box<T> {
    fn sample(n: usize) -> Self {
        Self::new(T::sample(n))
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn sample(n: usize) -> Self {
        // An empty list says nothing of its items.
        if n == 0 { Self::new() } else { (0..SAMPLES).map(T::sample).collect() }
    }
}

impl Sample for ErrorCode {
    fn sample(n: usize) -> Self {
        Self::ALL[n % Self::ALL.len()]
    }
}

impl Sample for Metadata {
    fn sample(n: usize) -> Self {
        let mut metadata = Self::default();
        if n > 0 {
            metadata.push(TEXT.to_owned(), TEXT.to_owned());
        }
        metadata
    }
}

structs! {
    Error { code, message, retryable, retry_after_ms }
    Envelope { id, sequence, timestamp, metadata, replayed }
    Capabilities { streaming, max_message_size_bytes, heartbeat_interval_seconds, max_reconnect_attempts }
    AgentMessageBody { message_id, text, attachments, suggestions, call_actions, agent_name, avatar_url, agent_id, ends }
    SessionView { id, resumed, streaming }
    Ended { reason }
    Message { id, timestamp, body }
    Agent { kind, name, avatar_url }
    Attachment { kind, content_type, title, content_url, preview_image_url, call_to_action_text }
    Suggestion { text, payload }
    CallAction { title, contact_number }
    Handoff { phase, queue_name, position, estimated_wait_seconds, display_message, reason, route }
}

enums! {
    TypingState { Started {} Stopped {} }
    Delivery { Pending {} Sent {} Failed {} }
    AgentKind { Poly {} Live {} }
    Level { Info {} Warning {} Error {} }
    AttachmentKind { Link {} Image {} Unknown {} }
    HandoffPhase {
        None {} Requested {} Accepted {} Queued {} Connected {} Ended {} ClientRequired {} Failed {} TimedOut {}
    }
    ConnectionView {
        Idle {} Connecting {} Open {} Closing {} Closed {} Reconnecting { attempt, retry_in_ms } Failed { error }
    }
    MessageBody {
        User { text, draft_id, message_id, delivery, error }
        Agent {
            agent, agent_name, avatar_url, message_id, text, is_streaming, attachments, suggestions, call_actions
        }
        System { event, text, level }
    }
    Change {
        Connection { connection }
        Session { session }
        Insert { at, message }
        Replace { at, message }
        Append { at, text }
        Move { from, to }
        Remove { at }
        Clear {}
        Agent { agent }
        Typing { is_agent_typing }
        IdleWarning { idle_warning }
        Suggestions { suggestions }
        Handoff { handoff }
        Language { language }
        Ended { ended }
    }
    EventBody {
        Connecting {}
        Connected { resumed }
        Reconnecting { attempt, retry_in_ms, cause }
        Disconnected { error }
        SessionReplaced { previous_session_id, session_id }
        MessagePending { draft_id, text }
        MessageConfirmed { draft_id, message_id }
        MessageFailed { draft_id, error }
        SessionStart { capabilities, context_id }
        SessionEnd { reason }
        SessionIdleWarning {}
        UserMessage { message_id, text }
        UserTyping {}
        UserEndSession {}
        RequestPolyAgentJoin {}
        Heartbeat {}
        AgentJoined { agent_name, avatar_url }
        AgentThinking {}
        AgentMessage { 0 }
        AgentMessageChunk { message_id, delta, chunk_index, is_complete, attachments, suggestions, ends }
        AgentLeft { reason }
        AgentTriggeredHandoff {}
        LiveAgentJoined { agent_id, agent_name, avatar_url }
        LiveAgentTyping { state, agent_id, agent_name }
        LiveAgentMessage { 0 }
        LiveAgentLeft { agent_id, agent_name, reason }
        HandoffAccepted { queue_name }
        HandoffQueueStatus { queue_name, position, estimated_wait_seconds, display_message }
        ClientHandoffRequired { reason, queue_name, route }
        HandoffFailed { reason }
        HandoffTimeout { reason }
        SystemMessage { level, text }
        LanguageChanged { language_code }
        Unknown { wire_type, payload }
    }
}

/// Whether an event arises here rather than on the wire, and so has no envelope. `tests/support` holds every event of every test to it.
fn is_local(event: &EventBody) -> bool {
    matches!(
        event,
        EventBody::Connecting
            | EventBody::Connected { .. }
            | EventBody::Reconnecting { .. }
            | EventBody::Disconnected { .. }
            | EventBody::SessionReplaced { .. }
            | EventBody::MessagePending { .. }
            | EventBody::MessageConfirmed { .. }
            | EventBody::MessageFailed { .. }
    )
}

/// The shape of all samples of a type.
fn shape_of<T: Sample + ToJson>() -> Shape {
    Shape::of((0..SAMPLES).map(T::sample))
}

/// The shapes of an enum's variants, by the value of the member `tag`, which is left out.
fn shapes_by<T: Variants + ToJson>(tag: &str) -> Vec<(String, Shape)> {
    let named = |samples: Vec<T>| {
        let mut shape = Shape::of(samples);
        (shape.take_literal(tag), shape)
    };
    T::variants().into_iter().map(named).collect()
}

/// The table.
fn table() -> Value {
    let names = shape::Names::new(vec![
        ("PolyErrorCode", shape_of::<ErrorCode>()),
        ("PolyError", shape_of::<Error>()),
        ("Attachment", shape_of::<Attachment>()),
        ("Suggestion", shape_of::<Suggestion>()),
        ("CallAction", shape_of::<CallAction>()),
        ("Capabilities", shape_of::<Capabilities>()),
        ("Session", shape_of::<SessionView>()),
        ("Agent", shape_of::<Agent>()),
        ("Handoff", shape_of::<Handoff>()),
        ("Ended", shape_of::<Ended>()),
    ]);
    let by = |shapes: Vec<(String, Shape)>| -> BTreeMap<String, Value> {
        shapes.into_iter().map(|(name, shape)| (name, names.members(&shape))).collect()
    };
    let errors: Vec<Value> = ErrorCode::ALL
        .iter()
        .map(|code| json!({ "code": code.as_str(), "retryable": code.is_retryable(), "message": code.message() }))
        .collect();
    let local: Vec<&str> =
        EventBody::variants().iter().filter(|samples| is_local(&samples[0])).map(|samples| samples[0].name()).collect();
    let events: BTreeMap<_, _> = by(shapes_by::<EventBody>("type"))
        .into_iter()
        .map(|(name, fields)| {
            let has_envelope = !local.contains(&name.as_str());
            (name, json!({ "envelope": has_envelope, "fields": fields }))
        })
        .collect();
    // A part of the state is what its change holds.
    let changes = by(shapes_by::<Change>("op"));
    let mut state = serde_json::Map::new();
    for (op, fields) in &changes {
        let moves_messages = ["insert", "replace", "append", "move", "remove", "clear"].contains(&op.as_str());
        if !moves_messages && op != "connection" {
            state.extend(fields.as_object().expect("members").clone());
        }
    }
    let mut message = Shape::of((0..SAMPLES).map(Message::sample));
    message.drop_member("body");
    let changes: BTreeMap<_, Vec<_>> =
        changes.iter().map(|(op, fields)| (op, fields.as_object().expect("members").keys().collect())).collect();
    json!({
        "about": "Made from the engine's own types: `cargo xtask contract` writes it, a test compares it.",
        "errors": errors,
        "types": names.table(),
        "envelope": names.members(&shape_of::<Envelope>()),
        "events": events,
        "connection": by(shapes_by::<ConnectionView>("status")),
        "state": state,
        "message": names.members(&message),
        "messages": by(shapes_by::<MessageBody>("role")),
        "changes": changes,
    })
}

#[test]
fn the_table_is_what_crosses() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/contract.json");
    let made = format!("{:#}\n", table());
    if std::env::var_os("CONTRACT").is_some_and(|wish| wish == "write") {
        std::fs::write(path, made).expect("contract.json can be written");
        return;
    }
    let stored = std::fs::read_to_string(path).expect("contract.json");
    if let Some((line, (made, stored))) =
        made.lines().zip(stored.lines()).enumerate().find(|(_, (made, stored))| made != stored)
    {
        panic!(
            "contract.json:{}: what crosses is no longer what stands there; `cargo xtask contract` writes it anew\n\
             stands there: {stored}\ncrosses:      {made}",
            line + 1
        );
    }
    assert_eq!(made, stored);
}

#[test]
fn the_names_of_events_are_those_that_cross() {
    for samples in EventBody::variants() {
        let crossed: Value = serde_json::from_str(&samples[0].to_json()).expect("JSON");
        assert_eq!(crossed["type"], samples[0].name());
    }
}
