//! What Ada says: streamed and whole, through the whole story of a booking.

use poly_messaging_sandbox::{SandboxConfig, Script};
use serde_json::{Value, json};

use crate::client::{Bench, Socket, kind, kinds, text};

fn suggestions(event: &Value) -> Vec<&str> {
    let suggestions = event["payload"]["response_suggestions"].as_array().expect("suggestions");
    suggestions.iter().filter_map(|suggestion| suggestion["message_text"].as_str()).collect()
}

async fn answer(socket: &mut Socket, said: &str) -> Value {
    socket.say(said).await;
    socket.until("POLY_AGENT_MESSAGE").await.pop().expect("an event")
}

#[tokio::test]
async fn the_greeting_is_streamed_word_by_word() {
    let bench = Bench::start().await;
    let session = bench.streaming_session().await;
    let mut socket = bench.open(&session).await;
    socket.send("REQUEST_POLY_AGENT_JOIN", json!({})).await;
    let events = socket.until_that(|event| event["payload"]["is_complete"] == true).await;
    assert!(events.iter().any(|event| kind(event) == "POLY_AGENT_JOINED" && event["payload"]["agent_name"] == "Ada"));
    let chunks: Vec<_> = events.iter().filter(|event| kind(event) == "POLY_AGENT_MESSAGE_CHUNK").collect();
    let indexes: Vec<_> = chunks.iter().filter_map(|chunk| chunk["payload"]["chunk_index"].as_u64()).collect();
    assert_eq!(indexes, (1..=chunks.len() as u64).collect::<Vec<_>>());
    assert!(chunks.len() > 10);
    assert!(chunks.iter().all(|chunk| chunk["payload"]["message_id"] == chunks[0]["payload"]["message_id"]));
    let spoken: String = chunks.iter().map(|chunk| text(chunk)).collect();
    assert!(spoken.starts_with("Hello, I'm Ada, the assistant"), "{spoken}");
    assert_eq!(spoken.matches("<br><br>").count(), 1, "as agents write: {spoken}");
    let (last, before) = chunks.split_last().expect("chunks");
    assert!(before.iter().all(|chunk| chunk["payload"]["is_complete"] == false && suggestions(chunk).is_empty()));
    assert_eq!((text(last), suggestions(last)), ("", vec!["Book a table", "Opening hours", "Talk to a human"]));
}

#[tokio::test]
async fn a_table_is_booked_by_tapping_suggestions() {
    let bench = Bench::start().await;
    let (_session, mut socket) = bench.conversation().await;
    assert!(suggestions(&answer(&mut socket, "Book a table").await).contains(&"4 people"));
    assert!(text(&answer(&mut socket, "4 people").await).starts_with("4 people, noted."));
    assert!(suggestions(&answer(&mut socket, "Saturday").await).contains(&"9 pm"));
    let confirmation = answer(&mut socket, "9 pm").await;
    assert_eq!(text(&confirmation), "A table for 4 people, Saturday, 9 pm. Shall I book it?");
    assert!(text(&answer(&mut socket, "hm").await).starts_with("Please say yes or no"));
    let booked = answer(&mut socket, "Yes, please").await;
    let attachments = booked["payload"]["attachments"].as_array().expect("attachments");
    let types: Vec<_> = attachments.iter().filter_map(|attachment| attachment["content_type"].as_str()).collect();
    assert_eq!(types, ["ATTACHMENT_CONTENT_TYPE_URL", "ATTACHMENT_CONTENT_TYPE_IMAGE"]);
    let call = json!([{ "title": "Call the restaurant", "contact_number": "+442071234567" }]);
    assert_eq!(booked["payload"]["chat_call_actions"], call);
    for attachment in attachments {
        for field in ["content_url", "preview_image_url"] {
            let url = attachment[field].as_str().expect("an address");
            assert!(url.starts_with(&bench.sandbox.base_url()), "{url}");
            assert_eq!(bench.http.get(url).send().await.expect("an answer").status(), 200, "{url}");
        }
    }
    assert!(text(&answer(&mut socket, "hm").await).starts_with("You said “hm”."), "the booking is over");
}

#[tokio::test]
async fn a_question_in_between_does_not_lose_the_booking() {
    let bench = Bench::start().await;
    let (_session, mut socket) = bench.conversation().await;
    answer(&mut socket, "book").await;
    assert!(text(&answer(&mut socket, "When are you OPEN?").await).contains("Tuesday to Sunday"));
    assert!(text(&answer(&mut socket, "2 people").await).starts_with("2 people, noted."));
}

#[tokio::test]
async fn a_reply_with_a_call_action_is_whole_even_in_a_streaming_session() {
    let bench = Bench::start().await;
    let session = bench.streaming_session().await;
    let mut socket = bench.open(&session).await;
    socket.send("REQUEST_POLY_AGENT_JOIN", json!({})).await;
    socket.until_that(|event| event["payload"]["is_complete"] == true).await;
    let message = answer(&mut socket, "Can I phone?").await;
    assert!(message["payload"]["chat_call_actions"].is_array());
    socket.say("Where are you?").await;
    let last = socket.until_that(|event| event["payload"]["is_complete"] == true).await.pop().expect("a chunk");
    assert_eq!(last["payload"]["attachments"][0]["call_to_action_text"], "Get directions");
}

#[tokio::test]
async fn the_language_changes_on_request_and_back() {
    let bench = Bench::start().await;
    let (_session, mut socket) = bench.conversation().await;
    for (said, code, reply) in [
        ("En español, por favor", "es-ES", "Claro, sigamos en español."),
        ("in FRENCH", "fr-FR", "Bien sûr, continuons en français."),
        ("in English please", "en-GB", "Of course, back to English."),
    ] {
        socket.say(said).await;
        let events = socket.until("POLY_AGENT_MESSAGE").await;
        let changed = events.iter().find(|event| kind(event) == "LANGUAGE_CHANGED").expect("a change");
        assert_eq!(changed["payload"], json!({ "language_code": code }));
        assert!(changed["sequence"].is_u64());
        assert!(text(&events[events.len() - 1]).starts_with(reply));
    }
    answer(&mut socket, "in spanish").await;
    assert!(text(&answer(&mut socket, "zzz").await).starts_with("Ha dicho «zzz»."));
}

#[tokio::test]
async fn high_load_brings_system_messages_of_each_level() {
    let bench = Bench::start().await;
    let (_session, mut socket) = bench.conversation().await;
    socket.say("high load").await;
    let mut levels = Vec::new();
    while levels.len() < 3 {
        let event = socket.until("SYSTEM_MESSAGE").await.pop().expect("an event");
        levels.push(event["payload"]["level"].as_str().expect("a level").to_owned());
    }
    assert_eq!(levels, ["INFO", "WARNING", "ERROR"].map(|level| format!("SYSTEM_MESSAGE_LEVEL_{level}")));
}

#[tokio::test]
async fn goodbye_ends_the_session_naturally() {
    let bench = Bench::start().await;
    let (_session, mut socket) = bench.conversation().await;
    socket.say("bye").await;
    let events = socket.until("SESSION_END").await;
    let expected = ["USER_MESSAGE", "POLY_AGENT_THINKING", "POLY_AGENT_MESSAGE", "SESSION_END"];
    assert_eq!(kinds(&events), expected);
    assert_eq!(events[3]["payload"], json!({ "reason": "REASON_NATURAL_END" }));
    assert_eq!(socket.close_code().await, 1000);
}

#[tokio::test]
async fn another_script_is_followed() {
    let ada = include_str!("../../scripts/ada.toml");
    let mut config = SandboxConfig::default();
    config.settings.step_ms = 0;
    config.script = Script::parse(&ada.replace("name = \"Ada\"", "name = \"Grace\"")).expect("a valid script");
    let bench = Bench::of(config).await;
    let session = bench.session().await;
    let events = bench.open(&session).await.join().await;
    assert!(events.iter().any(|event| event["payload"]["agent_name"] == "Grace"));
}
