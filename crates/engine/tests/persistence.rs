//! A session outlives its page: what is stored, what is taken up again, and what storage may cost at most.

mod support;

use poly_messaging_engine::*;
use serde_json::json;
use support::tabs::{Browser, persistent};
use support::*;

/// A browser with a page whose conversation has gone on for a while.
fn talking() -> Browser {
    let mut browser = Browser::new();
    let page = browser.open();
    browser.send(page, "d1", "hello");
    browser.say("s1", "POLY_AGENT_MESSAGE", json!({ "message_id": "m1", "text": "Hi there" }), &json!(null));
    assert_eq!(browser.client(page).texts(), ["hello", "Hi there"]);
    browser
}

#[test]
fn a_reload_takes_the_session_up_with_its_whole_history_and_the_same_token() {
    let mut browser = talking();
    let page = browser.reload(0);
    browser.pass(1_000);
    let client = browser.client(page);
    assert_eq!(client.texts(), ["hello", "Hi there"]);
    assert_eq!(client.state.session, Some(SessionView { id: "s1".into(), resumed: true, streaming: true }));
    assert_eq!(client.urls, ["wss://api.example/ws?session_id=s1&access_token=SECRET1"], "no cursor");
    assert_eq!((browser.server.tokens, browser.server.sessions.len(), browser.invitations("s1")), (1, 1, 1));
    let connected = client.events.iter().find(|event| event["type"] == "connected").unwrap();
    assert_eq!(connected["resumed"], true);
    assert!(!client.event_types().contains(&"sessionReplaced"));
}

#[test]
fn a_chat_that_is_not_persistent_leaves_storage_and_tabs_alone() {
    let mut browser = Browser::new();
    browser.storage.record = Some("not its business".into());
    let page = browser.open_with(options());
    browser.send(page, "d1", "hello");
    browser.pass(60_000);
    browser.freeze(page);
    browser.thaw(page);
    browser.call(page, |call| Input::End { call });
    assert_eq!(browser.storage.record.as_deref(), Some("not its business"));
    assert!(browser.storage.stored.is_empty() && browser.news.is_empty());
}

#[test]
fn fresh_starts_another_session() {
    let mut browser = talking();
    browser.leave(0);
    let page = browser.open_with(Options { fresh: true, ..persistent() });
    assert_eq!((browser.session(page), browser.client(page).texts().len()), (Some("s2"), 0));
    assert_eq!(browser.record().unwrap()["session"], "s2");
}

// ------------------------------------------------------------------------------------ messages across a reload

#[test]
fn a_message_that_arrived_before_the_reload_is_confirmed_by_the_replay() {
    let mut browser = talking();
    browser.server.is_silent = true;
    browser.send(0, "d2", "did you get this?");
    assert_eq!(browser.client(0).delivery("d2"), Some(Delivery::Pending));
    assert_eq!(browser.kept(), ["did you get this?"]);
    browser.server.is_silent = false;
    let page = browser.reload(0);
    browser.pass(5_000);
    assert_eq!(browser.client(page).texts(), ["hello", "Hi there", "did you get this?"]);
    assert_eq!(browser.log("s1"), ["hello", "did you get this?"]);
    browser.pass(60_000);
    assert!(browser.kept().is_empty());
    assert!(browser.client(page).state.messages.iter().all(|message| {
        !matches!(message.body, MessageBody::User { delivery: Delivery::Pending | Delivery::Failed, .. })
    }));
}

#[test]
fn a_message_that_did_not_arrive_before_the_reload_is_sent_once_more_and_in_order() {
    let mut browser = talking();
    browser.server.swallows = true;
    browser.send(0, "d2", "one");
    browser.send(0, "d3", "two");
    browser.send(0, "d4", "three");
    assert_eq!(browser.kept(), ["one", "two", "three"]);
    browser.server.swallows = false;
    let page = browser.reload(0);
    browser.send(page, "d5", "four");
    browser.pass(400);
    assert_eq!(browser.log("s1"), ["hello"], "written before it is known whose the messages are");
    browser.pass(10_000);
    assert_eq!(browser.log("s1"), ["hello", "one", "two", "three", "four"]);
    assert_eq!(browser.client(page).texts(), ["hello", "Hi there", "one", "two", "three", "four"]);
    assert_eq!(browser.client(page).delivery("d4"), Some(Delivery::Sent));
    browser.pass(60_000);
    assert!(browser.kept().is_empty());
}

#[test]
fn messages_typed_offline_are_stored_before_anything_is_sent_and_go_out_after_the_reload() {
    let mut browser = talking();
    browser.server.is_down = true;
    browser.cut(0);
    browser.run();
    browser.send(0, "d2", "one");
    browser.send(0, "d3", "two");
    let record = browser.record().unwrap();
    assert_eq!(browser.kept(), ["one", "two"]);
    assert!(record["drafts"].as_array().unwrap().iter().all(|draft| draft.get("isWritten").is_none()), "{record}");
    let page = browser.reload(0);
    browser.pass(20_000);
    assert_eq!(browser.client(page).delivery("d2"), Some(Delivery::Pending));
    browser.server.is_down = false;
    browser.pass(40_000);
    assert_eq!(browser.log("s1"), ["hello", "one", "two"]);
    assert_eq!(browser.session(page), Some("s1"));
}

#[test]
fn what_is_accepted_offline_is_stored_however_large_and_what_is_too_much_is_refused() {
    let mut browser = talking();
    browser.server.is_down = true;
    browser.cut(0);
    browser.run();
    let texts: Vec<_> = (0..8).map(|at| char::from(b'a' + at).to_string().repeat(128 * 1024 - 200)).collect();
    for (at, text) in texts.iter().enumerate() {
        browser.send(0, &format!("large{at}"), text);
    }
    browser.send(0, "small", "the last of them");
    assert_eq!(browser.pages[0].client.refuses(&texts[0]), Some(ErrorCode::TransportNotConnected));
    assert!(browser.kept() == [&texts[..], &["the last of them".to_owned()]].concat());
    let page = browser.reload(0);
    browser.server.is_down = false;
    browser.pass(60_000);
    assert_eq!(browser.client(page).delivery("small"), Some(Delivery::Sent));
    assert!(browser.log("s1")[1..] == browser.client(page).texts()[2..]);
    assert_eq!(browser.log("s1").len(), 10);
}

#[test]
fn messages_typed_before_there_is_a_session_are_stored_with_it() {
    let mut browser = Browser::new();
    browser.server.is_down = true;
    let page = browser.load_with(persistent());
    browser.send(page, "d1", "early");
    browser.server.is_down = false;
    browser.server.swallows = true;
    browser.pass(10_000);
    assert_eq!(browser.kept(), ["early"]);
    let first = &browser.storage.stored[0].1;
    assert_eq!(first["drafts"][0]["text"], "early", "in the very record that the session is first stored in");
}

#[test]
fn what_is_settled_leaves_the_record() {
    let mut browser = talking();
    browser.server.is_down = true;
    browser.cut(0);
    browser.send(0, "d2", "discarded");
    browser.send(0, "d3", "kept");
    browser.give(0, Input::Discard { draft_id: "d2".into() });
    assert_eq!(browser.kept(), ["kept"]);
    browser.server.is_down = false;
    browser.pass(60_000);
    assert!(browser.kept().is_empty());
}

#[test]
fn metadata_goes_along_with_a_stored_message() {
    let mut browser = talking();
    browser.server.swallows = true;
    let call = browser.pages[0].client.call();
    let mut metadata = Metadata::default();
    metadata.push("page".into(), "/a\"b".into());
    browser.give(0, Input::Send { call, draft_id: "d2".into(), text: "hi".into(), metadata, is_in_doubt: false });
    browser.server.swallows = false;
    browser.reload(0);
    browser.pass(10_000);
    let echo = browser.server.sessions["s1"].events.last().unwrap();
    assert_eq!(echo["metadata"]["custom"], json!({ "client_event_id": "d2", "page": "/a\"b" }));
}

#[test]
fn the_replay_counts_as_complete_only_when_it_has_come_as_far_as_is_known() {
    let mut browser = talking();
    browser.server.swallows = true;
    browser.send(0, "d2", "where was I?");
    browser.pass(1_000);
    let record = browser.storage.record.clone().unwrap().replace(r#""cursor":5"#, r#""cursor":9"#);
    assert!(record.contains(r#""cursor":9"#), "{record}");

    let mut client = Client::with(persistent(), 99);
    client.give(Input::Start);
    answer_load(&mut client, Some(&record));
    client.open();
    client.history([session_start(1), event(2, "POLY_AGENT_JOINED", json!({}))]);
    client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    client.pass(600);
    answer_load(&mut client, Some(&record));
    client.pass(2_000);
    assert_eq!(client.frame_types(), Vec::<&str>::new(), "written before the history was there");
    client.history([echo(9, "d2", "where was I?")]);
    client.pass(10_000);
    assert_eq!(client.delivery("d2"), Some(Delivery::Sent));
    assert_eq!(client.frame_types(), Vec::<&str>::new());
}

#[test]
fn a_history_that_never_comes_as_far_is_not_waited_for_long() {
    let mut browser = talking();
    browser.server.swallows = true;
    browser.send(0, "d2", "again");
    browser.storage.record = browser.storage.record.map(|record| record.replace(r#""cursor":5"#, r#""cursor":900"#));
    browser.kill(0);
    browser.server.swallows = false;
    browser.open();
    browser.pass(8_000);
    assert_eq!(browser.log("s1"), ["hello", "again"]);
}

/// Answers the load that is asked for.
fn answer_load(client: &mut Client, record: Option<&str>) {
    let is_load = |task: &Output| matches!(task, Output::Load { .. });
    let at = client.tasks.iter().position(is_load).expect("a load to answer");
    let Some(Output::Load { id, .. }) = client.tasks.remove(at) else { unreachable!() };
    client.give(Input::Loaded { id, record: record.map(str::to_owned) });
}

// ---------------------------------------------------------------------------------- records that are not good

/// Opens a page over what the last one left, changed by `change`, after `ms`.
fn reopen(browser: &mut Browser, ms: u64, change: impl Fn(String) -> String) -> usize {
    browser.kill(0);
    browser.storage.record = browser.storage.record.take().map(change);
    browser.pass(ms);
    browser.open()
}

#[test]
fn a_session_that_was_idle_for_too_long_is_replaced() {
    let mut browser = talking();
    let page = reopen(&mut browser, 600_000, |record| record);
    assert_eq!(browser.session(page), Some("s1"), "as long as it may be there");

    let mut browser = talking();
    let page = reopen(&mut browser, 660_001, |record| record);
    assert_eq!((browser.session(page), browser.client(page).texts().len()), (Some("s2"), 0));
    let client = browser.client(page);
    let replaced = client.events.iter().find(|event| event["type"] == "sessionReplaced").unwrap();
    assert_eq!((&replaced["previousSessionId"], &replaced["sessionId"]), (&json!("s1"), &json!("s2")));
    assert!(client.state.messages.is_empty(), "{:?}", client.state.messages);
    assert_eq!(client.urls.len(), 1, "the old session was tried");
    assert_eq!(browser.record().unwrap()["session"], "s2");
}

#[test]
fn messages_of_a_session_that_expired_are_shown_as_failed_and_can_be_sent_again() {
    let mut browser = talking();
    browser.server.is_down = true;
    browser.cut(0);
    browser.send(0, "d2", "one");
    browser.send(0, "d3", "two");
    browser.server.is_down = false;
    let page = reopen(&mut browser, 700_000, |record| record);
    let client = browser.client(page);
    assert_eq!(client.texts(), ["one", "two"]);
    let errors = client.events.iter().filter(|event| event["type"] == "messageFailed");
    assert!(errors.clone().all(|event| event["error"]["code"] == "session/expired") && errors.count() == 2);
    browser.give(page, Input::Discard { draft_id: "d2".into() });
    let call = browser.call(page, |call| Input::Retry { call, draft_id: "d3".into() });
    browser.pass(10_000);
    assert_eq!(browser.client(page).result(call), Some(Ok(())));
    assert_eq!((browser.log("s1"), browser.log("s2")), (vec!["hello".to_owned()], vec!["two".to_owned()]));
}

#[test]
fn a_session_that_expired_ends_the_chat_where_that_is_wanted() {
    let mut browser = talking();
    browser.kill(0);
    browser.pass(700_000);
    let page = browser.open_with(Options { on_session_lost: OnSessionLost::End, ..persistent() });
    let client = browser.client(page);
    assert_eq!(client.state.ended.as_ref().map(|ended| ended.reason.as_str()), Some("REASON_SESSION_LOST"));
    assert_eq!((client.status().as_str(), client.deadline), ("closed", None));
    assert_eq!((browser.record(), browser.server.sessions.len()), (None, 1));
}

#[test]
fn a_clock_that_went_back_costs_nothing() {
    let mut browser = talking();
    browser.pass(500_000);
    browser.kill(0);
    let page = browser.load_with(persistent());
    browser.pages[page].client.wall_offset = -400_000;
    browser.run();
    assert_eq!(browser.session(page), Some("s1"));
}

#[test]
fn a_token_that_expired_costs_the_session() {
    for (late, session) in [(0, "s1"), (1, "s2")] {
        let mut browser = talking();
        let obtained = START;
        let expires = browser.record().unwrap()["expires"].as_u64().unwrap();
        assert_eq!(expires, obtained + 86_400_000);
        // What was said last is recent; the device's clock may be fast by five minutes.
        let expires_now = format!(r#""expires":{}"#, browser.now - 300_000 - late);
        let page = reopen(&mut browser, 0, |record| record.replace(&format!(r#""expires":{expires}"#), &expires_now));
        assert_eq!(browser.session(page), Some(session), "{late}");
    }
}

#[test]
fn a_token_of_the_applications_own_expires_when_it_says_so_itself() {
    let mut browser = Browser::new();
    let page = browser.load_with(Options { connector_token: None, ..persistent() });
    browser.run();
    let (id, _) = browser.client(page).tokens_asked[0];
    // {"exp":1800000000}
    let access_token = "SECRET.eyJleHAiOjE4MDAwMDAwMDB9.x".to_owned();
    browser.give(page, Input::Token { id, result: Ok(AccessToken { access_token, expires_in: None }) });
    assert_eq!(browser.record().unwrap()["expires"], 1_800_000_000_000u64);
}

#[test]
fn what_is_no_record_of_this_version_starts_a_new_session() {
    let large = " ".repeat(5 << 20);
    let changes: [&dyn Fn(String) -> String; 6] = [
        &|record| record.replace(r#""v":1"#, r#""v":2"#),
        &|record| record.replace(r#""session":"s1""#, r#""session":["s1"]"#),
        &|record| record.replace(r#""active":"#, r#""active":-"#),
        &|record| record[..record.len() / 2].to_owned(),
        &|_| "\u{0}garbage".to_owned(),
        &|record| [record.as_str(), &large].concat(),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut browser = talking();
        let page = reopen(&mut browser, 1_000, change);
        assert_eq!((browser.session(page), browser.client(page).status().as_str()), (Some("s2"), "open"), "{at}");
        assert!(!browser.client(page).event_types().contains(&"sessionReplaced"), "{at}: there was none");
        assert_eq!(browser.record().unwrap()["session"], "s2", "{at}");
    }
}

#[test]
fn a_session_that_the_server_refuses_is_replaced_and_unwritten_messages_go_along() {
    let mut browser = talking();
    browser.server.swallows = true;
    browser.send(0, "d2", "in doubt");
    browser.send(0, "d3", "never written");
    browser.server.swallows = false;
    browser.expire("s1");
    browser.kill(0);
    // What the page did about it is not stored.
    let stored = browser.storage.stored.iter().rev().find(|(_, record)| record["session"] == "s1").unwrap();
    browser.storage.record = Some(stored.1.to_string());
    let page = browser.open();
    browser.pass(60_000);
    let session = browser.session(page).unwrap().to_owned();
    assert_ne!(session, "s1");
    assert_eq!(browser.log(&session), ["never written"]);
    assert_eq!(browser.client(page).delivery("d2"), Some(Delivery::Failed));
    assert!(browser.client(page).event_types().contains(&"sessionReplaced"));
    assert_eq!(browser.record().unwrap()["session"], session);
}

#[test]
fn whether_a_record_can_be_taken_up_is_told_without_a_chat() {
    let browser = talking();
    let record = browser.storage.record.clone().unwrap();
    let now = |wall| Now { mono: 0, wall };
    let config = |change: fn(&mut Options)| {
        let mut options = persistent();
        change(&mut options);
        Config::parse(options).unwrap()
    };
    assert!(is_resumable(&config(|_| {}), &record, now(browser.now)));
    assert!(!is_resumable(&config(|options| options.fresh = true), &record, now(browser.now)));
    assert!(!is_resumable(&config(|options| options.session_timeout_ms = 1_000), &record, now(browser.now + 70_000)));
    assert!(!is_resumable(&config(|_| {}), &record.replace("s1", ""), now(browser.now)));
    assert!(!is_resumable(&config(|_| {}), "", now(browser.now)));
}

// ------------------------------------------------------------------------------------------ the end of a record

#[test]
fn the_end_of_a_session_is_the_end_of_its_record() {
    let mut browser = talking();
    let call = browser.call(0, |call| Input::End { call });
    browser.pass(1_000);
    assert_eq!((browser.client(0).result(call), browser.record()), (Some(Ok(())), None));
    assert_eq!((browser.storage.lock, browser.client(0).deadline), (None, None));

    let mut browser = talking();
    browser.say("s1", "SESSION_END", json!({ "reason": "REASON_NATURAL_END" }), &json!(null));
    browser.run();
    assert_eq!(browser.record(), None);
    let page = browser.open();
    assert_eq!(browser.session(page), Some("s2"));
}

#[test]
fn close_leaves_the_record_and_reconnect_goes_on() {
    let mut browser = talking();
    browser.server.swallows = true;
    browser.send(0, "d2", "still here?");
    browser.call(0, |call| Input::Close { call });
    assert_eq!((browser.kept(), browser.client(0).deadline), (vec!["still here?".to_owned()], None));
    browser.server.swallows = false;
    browser.call(0, |call| Input::Reconnect { call });
    browser.pass(10_000);
    assert_eq!(browser.log("s1"), ["hello", "still here?"]);
}

#[test]
fn a_restart_takes_the_place_of_what_is_stored() {
    let mut browser = talking();
    let call = browser.call(0, |call| Input::Restart { call });
    browser.pass(1_000);
    assert_eq!(browser.client(0).result(call), Some(Ok(())));
    assert_eq!(browser.record().unwrap()["session"], "s2");
    let page = browser.reload(0);
    assert_eq!(browser.session(page), Some("s2"));
}

#[test]
fn a_restart_before_the_stored_session_was_taken_up_starts_another() {
    let mut browser = talking();
    browser.kill(0);
    let page = browser.load_with(persistent());
    browser.call(page, |call| Input::Restart { call });
    assert_eq!((browser.session(page), browser.client(page).texts().len()), (Some("s2"), 0));
    assert_eq!(browser.record().unwrap()["session"], "s2");
}

#[test]
fn a_record_of_another_session_is_left_alone() {
    let mut browser = talking();
    let other = browser.storage.record.clone().unwrap().replace(r#""session":"s1""#, r#""session":"theirs""#);
    browser.storage.record = Some(other.clone());
    browser.send(0, "d2", "unstored");
    browser.pass(120_000);
    assert_eq!(browser.storage.record.as_deref(), Some(other.as_str()));
    assert_eq!(browser.log("s1"), ["hello", "unstored"], "the chat goes on");
    browser.call(0, |call| Input::End { call });
    browser.pass(10_000);
    assert_eq!(browser.storage.record.as_deref(), Some(other.as_str()));
}

// ------------------------------------------------------------------------------------------- what storage costs

#[test]
fn a_quiet_conversation_is_saved_every_half_minute_at_most() {
    let mut browser = talking();
    browser.storage.stored.clear();
    browser.pass(10 * 60_000);
    let times = browser.storage.stored.len();
    assert!((15..=20).contains(&times), "{times} times in ten minutes");
    browser.say("s1", "POLY_AGENT_MESSAGE", json!({ "message_id": "m2", "text": "Still there?" }), &json!(null));
    browser.pass(31_000);
    assert_eq!(browser.record().unwrap()["cursor"], browser.server.sessions["s1"].events.len());
    let idle = browser.now - browser.record().unwrap()["active"].as_u64().unwrap();
    assert!(idle <= 60_000, "{idle} ms");
}

#[test]
fn a_storage_that_never_answers_delays_the_start_by_three_seconds() {
    let mut browser = Browser::new();
    browser.storage.is_mute = true;
    let page = browser.open();
    browser.pass(2_999);
    assert_eq!((browser.server.tokens, browser.client(page).status().as_str()), (0, "connecting"));
    browser.pass(1);
    browser.send(page, "d1", "hello");
    assert_eq!(browser.log("s1"), ["hello"]);
    browser.call(page, |call| Input::Restart { call });
    browser.pass(10_000);
    assert_eq!(browser.session(page), Some("s2"));
    browser.call(page, |call| Input::End { call });
    assert_eq!(browser.client(page).status(), "closed");
}

#[test]
fn a_lock_that_is_never_granted_delays_the_start_by_ten_seconds() {
    let mut browser = Browser::new();
    browser.storage.lock = Some(99);
    let page = browser.open();
    browser.pass(9_999);
    assert_eq!(browser.server.tokens, 0);
    browser.pass(1);
    assert_eq!(browser.session(page), Some("s1"));
    browser.pass(60_000);
    assert_eq!(browser.record(), None, "stored without the lock");
    browser.storage.lock = None;
    browser.run();
    assert_eq!(browser.record().unwrap()["session"], "s1");
    assert_eq!(browser.storage.lock, None);
}

#[test]
fn a_stored_session_is_taken_up_while_another_tab_holds_the_lock() {
    let mut browser = talking();
    browser.kill(0);
    browser.storage.lock = Some(99);
    let page = browser.open();
    assert_eq!((browser.session(page), browser.client(page).status().as_str()), (Some("s1"), "open"));
}

#[test]
fn a_storage_that_keeps_nothing_costs_only_the_resume() {
    let mut browser = Browser::new();
    browser.storage.is_useless = true;
    let page = browser.open();
    browser.send(page, "d1", "hello");
    browser.pass(60_000);
    browser.freeze(page);
    browser.pass(1_000);
    browser.thaw(page);
    browser.send(page, "d2", "again");
    browser.pass(1_000);
    assert_eq!((browser.log("s1"), browser.session(page)), (vec!["hello".to_owned(), "again".to_owned()], Some("s1")));
    let page = browser.reload(page);
    assert_eq!((browser.session(page), browser.client(page).status().as_str()), (Some("s2"), "open"));
}

#[test]
fn a_session_that_cannot_be_made_leaves_the_lock() {
    let mut browser = Browser::new();
    browser.server.is_down = true;
    let page = browser.open();
    assert_eq!(browser.storage.lock, Some(page), "while it is being made");
    browser.pass(60_000);
    assert_eq!((browser.client(page).status().as_str(), browser.storage.lock), ("failed", None));
    browser.server.is_down = false;
    browser.call(page, |call| Input::Reconnect { call });
    assert_eq!((browser.record().unwrap()["session"].as_str(), browser.storage.lock), (Some("s1"), None));
}

#[test]
fn the_token_stands_in_the_record_and_nowhere_else() {
    let mut browser = talking();
    browser.server.swallows = true;
    browser.send(0, "d2", "pending");
    let page = browser.reload(0);
    browser.call(page, |call| Input::Restart { call });
    browser.pass(10_000);
    assert!(browser.storage.stored.iter().all(|(_, record)| record["token"].as_str().unwrap().starts_with("SECRET")));
    // What each output shows of itself is looked at on the way.
    for page in [0, page] {
        let client = browser.client(page);
        let seen = format!("{:?} {:?} {:?} {}", client.state, client.events, client.log, client.diagnostics());
        assert!(!seen.contains("SECRET"));
    }
    assert!(!browser.news.is_empty() && !browser.news.concat().contains("SECRET"));
}

// ------------------------------------------------------------------------------------- an end right behind the start

/// The session's events that a client wrote of the end.
fn was_ended(browser: &Browser, session: &str) -> bool {
    browser.server.sessions[session].events.iter().any(|event| event["type"] == "EVENT_TYPE_SESSION_END")
}

#[test]
fn an_end_before_the_record_was_read_ends_the_stored_session() {
    for is_started in [true, false] {
        let mut browser = talking();
        browser.leave(0);
        let page = browser.load_with(persistent());
        if !is_started {
            // A chat that nobody has started knows of its session as little.
            browser.pages[page].client = Client::with_at(persistent(), 9, browser.now);
        }
        let call = browser.call(page, |call| Input::End { call });
        assert_eq!(browser.client(page).result(call), Some(Ok(())), "started {is_started}");
        assert!(was_ended(&browser, "s1"), "started {is_started}: the server hears of it");
        assert_eq!(browser.client(page).status(), "closed");
        browser.pass(1_000);
        assert_eq!(browser.record(), None, "started {is_started}");
        browser.leave(page);
        let next = browser.open();
        assert_eq!(browser.session(next), Some("s2"), "started {is_started}: nobody takes it up again");
    }
}

#[test]
fn an_end_right_behind_the_start_makes_no_session() {
    let mut browser = Browser::new();
    let page = browser.load_with(persistent());
    let call = browser.call(page, |call| Input::End { call });
    assert_eq!(browser.client(page).result(call), Some(Ok(())));
    browser.pass(60_000);
    assert!(browser.server.sessions.is_empty() && browser.server.tokens == 0);
    assert_eq!(browser.client(page).status(), "closed");
}

#[test]
fn an_end_whose_record_cannot_be_read_is_done_in_time_and_leaves_none() {
    let mut browser = talking();
    browser.leave(0);
    browser.storage.is_mute = true;
    let page = browser.load_with(persistent());
    let call = browser.call(page, |call| Input::End { call });
    assert_eq!(browser.client(page).result(call), None, "it is waited for");
    browser.pass(10_000);
    assert_eq!(browser.client(page).result(call), Some(Ok(())));
    browser.storage.is_mute = false;
    browser.run();
    browser.leave(page);
    let next = browser.open();
    assert_eq!(browser.session(next), Some("s2"));
}
