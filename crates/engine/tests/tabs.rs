//! Several tabs over one record: one session, one conversation, and every message seen to by one tab.

mod support;

use poly_messaging_engine::*;
use serde_json::json;
use support::tabs::{Browser, persistent};
use support::{agent_message, event};

/// Two tabs on one session.
fn two() -> Browser {
    tabs(2)
}

/// So many tabs on one session.
fn tabs(count: usize) -> Browser {
    let mut browser = Browser::new();
    for _ in 0..count {
        browser.open();
    }
    browser.pass(1_000);
    assert_eq!(sessions(&browser), vec![Some("s1"); count]);
    browser
}

/// How many tabs are connected.
fn connected(browser: &Browser) -> usize {
    (0..browser.pages.len()).filter(|page| browser.client(*page).status() == "open").count()
}

fn sessions(browser: &Browser) -> Vec<Option<&str>> {
    (0..browser.pages.len()).map(|page| browser.session(page)).collect()
}

fn ops(browser: &Browser) -> Vec<String> {
    let op =
        |text: &String| serde_json::from_str::<serde_json::Value>(text).unwrap()["op"].as_str().unwrap().to_owned();
    browser.news.iter().map(op).collect()
}

/// Two tabs, the second of which can reach no server and has written this.
fn second_is_cut_off(texts: &[(&str, &str)]) -> Browser {
    let mut browser = two();
    browser.server.is_down = true;
    browser.cut(1);
    for (draft, text) in texts {
        browser.send(1, draft, text);
    }
    browser
}

// ------------------------------------------------------------------------------------------------ one session

#[test]
fn tabs_opened_together_make_one_session() {
    let mut browser = Browser::new();
    for _ in 0..3 {
        browser.load_with(persistent());
    }
    browser.run();
    browser.pass(1_000);
    assert_eq!(sessions(&browser), [Some("s1"); 3]);
    assert_eq!((browser.server.tokens, browser.server.sessions.len(), browser.invitations("s1")), (1, 1, 1));
    let resumed = |page| browser.client(page).state.session.as_ref().unwrap().resumed;
    assert_eq!([resumed(0), resumed(1), resumed(2)], [false, true, true]);
    assert_eq!(browser.storage.lock, None);
}

#[test]
fn tabs_show_the_same_conversation_live() {
    let mut browser = two();
    browser.send(0, "d1", "from the first");
    browser.send(1, "d2", "from the second");
    browser.pass(1_000);
    for page in [0, 1] {
        assert_eq!(browser.client(page).texts(), ["from the first", "from the second"]);
    }
}

#[test]
fn a_tab_whose_session_cannot_be_made_lets_the_next_one_try() {
    let mut browser = Browser::new();
    browser.server.is_down = true;
    browser.load_with(persistent());
    browser.load_with(persistent());
    browser.run();
    assert_eq!(browser.storage.lock, Some(0));
    browser.server.is_down = false;
    browser.kill(0);
    browser.run();
    assert_eq!(browser.session(1), Some("s1"));
}

#[test]
fn a_tab_that_is_frozen_while_it_makes_the_session_lets_the_next_one() {
    let mut browser = Browser::new();
    browser.server.is_down = true;
    browser.load_with(persistent());
    browser.load_with(persistent());
    browser.run();
    browser.freeze(0);
    browser.server.is_down = false;
    browser.pass(20_000);
    assert_eq!(browser.session(1), Some("s1"));
    browser.thaw(0);
    browser.pass(1_000);
    assert_eq!(browser.session(0), Some("s1"));
    assert_eq!(browser.server.sessions.len(), 1);
}

#[test]
fn two_tabs_over_a_record_that_expired_replace_it_once() {
    let mut browser = Browser::new();
    browser.open();
    browser.server.is_down = true;
    browser.cut(0);
    browser.send(0, "d1", "too late");
    browser.kill(0);
    browser.server.is_down = false;
    browser.pass(700_000);
    browser.load_with(persistent());
    browser.load_with(persistent());
    browser.run();
    browser.pass(2_000);
    assert_eq!((browser.session(1), browser.session(2)), (Some("s2"), Some("s2")));
    let failed = [1, 2].map(|page| browser.client(page).delivery("d1"));
    assert_eq!(failed, [Some(Delivery::Failed), None], "shown where it was found");
}

// --------------------------------------------------------------------------------------------- following along

#[test]
fn a_session_that_is_lost_in_all_tabs_is_replaced_by_one() {
    let mut browser = Browser::new();
    for _ in 0..3 {
        browser.open();
    }
    browser.send(1, "d1", "hello");
    browser.expire("s1");
    browser.pass(2_000);
    assert_eq!(sessions(&browser), [Some("s2"); 3]);
    assert_eq!(browser.server.sessions.len(), 2);
    for page in 0..3 {
        assert_eq!(browser.client(page).texts(), ["hello"], "what was said stays");
        let replaced = browser.client(page).events.iter().filter(|event| event["type"] == "sessionReplaced").count();
        assert_eq!(replaced, 1);
    }
}

#[test]
fn a_tab_that_has_not_noticed_follows_to_the_new_session() {
    let mut browser = two();
    browser.pages[0].client.drop_socket(4001);
    browser.pass(2_000);
    assert_eq!(sessions(&browser), [Some("s2"); 2]);
    assert!(ops(&browser).contains(&"replaced".to_owned()));
    assert_eq!(browser.record().unwrap()["session"], "s2");
}

#[test]
fn the_eleventh_tab_of_a_session_costs_no_session_and_is_served_once_there_is_room() {
    let mut browser = tabs(10);
    let eleventh = browser.open();
    browser.pass(300_000);
    assert_eq!((browser.server.sessions.len(), connected(&browser)), (1, 10));
    let ConnectionView::Failed { error } = &browser.client(eleventh).state.connection else { panic!() };
    assert_eq!(error.code, ErrorCode::SessionReconnectExhausted);
    assert!(browser.client(eleventh).log.iter().any(|line| line.contains("too many tabs")));
    browser.leave(3);
    browser.give(eleventh, Input::Page(PageEvent::Visible));
    browser.pass(5_000);
    assert_eq!((browser.session(eleventh), browser.client(eleventh).status().as_str()), (Some("s1"), "open"));
}

#[test]
fn tabs_whose_old_sockets_the_server_still_counts_keep_their_session() {
    let mut browser = tabs(6);
    for page in 0..6 {
        browser.cut(page);
    }
    browser.server.ghosts = 6;
    browser.pass(12_000);
    assert_eq!((browser.server.sessions.len(), connected(&browser)), (1, 4));
    browser.server.ghosts = 0;
    browser.pass(60_000);
    assert_eq!((browser.server.sessions.len(), connected(&browser)), (1, 6));
}

#[test]
fn dead_sockets_of_all_tabs_together_are_a_reason_to_doubt_a_refusal() {
    let mut browser = tabs(5);
    for _ in 0..2 {
        for page in 0..5 {
            browser.cut(page);
        }
        browser.pass(5_000);
    }
    browser.server.ghosts = 10;
    for page in 0..5 {
        browser.cut(page);
    }
    browser.pass(20_000);
    assert_eq!((browser.server.sessions.len(), sessions(&browser)), (1, vec![Some("s1"); 5]));
    browser.server.ghosts = 0;
    browser.pass(40_000);
    assert_eq!(connected(&browser), 5);
}

#[test]
fn a_restart_in_one_tab_is_one_in_all() {
    let mut browser = two();
    browser.send(0, "d1", "hello");
    let call = browser.call(1, |call| Input::Restart { call });
    browser.pass(2_000);
    assert_eq!(browser.client(1).result(call), Some(Ok(())));
    assert_eq!(sessions(&browser), [Some("s2"); 2]);
    assert_eq!((browser.client(0).texts().len(), browser.client(0).state.ended.clone()), (0, None));
    assert_eq!((browser.server.sessions.len(), browser.invitations("s2")), (2, 1));
    assert_eq!(browser.record().unwrap()["session"], "s2");
}

#[test]
fn a_restart_is_followed_where_the_server_has_not_told_the_end() {
    let mut browser = two();
    browser.server.is_down = true;
    browser.cut(0);
    browser.cut(1);
    browser.run();
    browser.call(1, |call| Input::Restart { call });
    browser.server.is_down = false;
    browser.pass(60_000);
    assert_eq!(sessions(&browser), [Some("s2"); 2]);
    assert_eq!(browser.client(0).status(), "open");
}

#[test]
fn two_restarts_at_once_make_one_session() {
    let mut browser = two();
    for page in [0, 1] {
        let call = browser.pages[page].client.call();
        browser.pages[page].client.give(Input::Restart { call });
    }
    browser.pass(2_000);
    assert_eq!(sessions(&browser), [Some("s2"); 2]);
    assert_eq!(browser.server.sessions.len(), 2);
}

#[test]
fn an_end_in_one_tab_is_one_in_all() {
    let mut browser = two();
    browser.server.is_down = true;
    browser.cut(0);
    browser.cut(1);
    browser.run();
    browser.call(0, |call| Input::End { call });
    browser.pass(6_000);
    for page in [0, 1] {
        let ended = browser.client(page).state.ended.as_ref().map(|ended| ended.reason.as_str());
        assert_eq!((ended, browser.client(page).status().as_str()), (Some("REASON_USER_END"), "closed"), "{page}");
    }
    assert_eq!((browser.record(), browser.storage.lock), (None, None));
}

#[test]
fn the_last_words_show_in_the_slower_tab_too() {
    let reason = |browser: &Browser| browser.client(1).state.ended.as_ref().map(|ended| ended.reason.clone());
    let told = || {
        let mut browser = two();
        let text = r#"{"v":1,"op":"ended","was":"s1","reason":"REASON_NATURAL_END"}"#.into();
        browser.give(1, Input::News { text });
        assert_eq!((browser.client(1).status().as_str(), reason(&browser)), ("open", None));
        browser.pass(1_999);
        browser
    };
    let natural = || Some("REASON_NATURAL_END".to_owned());

    let mut browser = told();
    browser.pages[1].client.receive(agent_message(20, "Goodbye!"));
    browser.pages[1].client.receive(event(21, "SESSION_END", json!({ "reason": "REASON_NATURAL_END" })));
    assert_eq!((browser.client(1).texts(), reason(&browser)), (vec!["Goodbye!".to_owned()], natural()));
    browser.pass(60_000);
    let ends = browser.client(1).event_types().iter().filter(|name| **name == "sessionEnd").count();
    assert_eq!((ends, browser.client(1).status().as_str()), (1, "closed"));

    let mut browser = told();
    browser.pass(1);
    assert_eq!((browser.client(1).status().as_str(), reason(&browser)), ("closed", natural()), "they never came");

    let mut browser = told();
    browser.pages[1].client.drop_socket(1000);
    assert_eq!((browser.client(1).status().as_str(), reason(&browser)), ("closed", natural()), "nor will they");

    let mut browser = told();
    browser.cut(1);
    browser.pass(1);
    assert_eq!((browser.client(1).status().as_str(), reason(&browser)), ("closed", natural()), "nor can they");

    // Whatever happens meanwhile, there is no other session, and no way back to this one.
    let close = Input::Close { call: 99 };
    for input in [Input::SocketClosed { socket: 1, code: 4001 }, Input::Page(PageEvent::Left), close] {
        let mut browser = told();
        browser.pages[1].client.socket =
            browser.pages[1].client.socket.filter(|_| !matches!(input, Input::SocketClosed { .. }));
        browser.give(1, input.clone());
        browser.pass(60_000);
        assert_eq!((browser.client(1).status().as_str(), reason(&browser)), ("closed", natural()), "{input:?}");
        assert_eq!(browser.server.sessions.len(), 1);
    }

    // What is told again tells nothing new.
    let mut browser = told();
    let text = r#"{"v":1,"op":"ended","was":"s1","reason":"ANOTHER"}"#.into();
    browser.give(1, Input::News { text });
    browser.pass(1);
    assert_eq!(reason(&browser), natural());
}

#[test]
fn a_closed_chat_follows_nothing() {
    let mut browser = two();
    browser.call(0, |call| Input::Close { call });
    browser.call(1, |call| Input::Restart { call });
    browser.pass(2_000);
    assert_eq!((browser.session(0), browser.client(0).status().as_str()), (Some("s1"), "closed"));
    assert_eq!(browser.client(0).socket, None);
}

#[test]
fn a_tab_that_was_frozen_takes_the_session_that_the_others_have_gone_on_to() {
    let mut browser = two();
    browser.send(0, "d1", "hello");
    browser.freeze(0);
    browser.expire("s1");
    browser.pass(2_000);
    assert_eq!(browser.session(1), Some("s2"));
    browser.thaw(0);
    browser.pass(2_000);
    assert_eq!((browser.session(0), browser.client(0).status().as_str()), (Some("s2"), "open"));
    assert_eq!(browser.server.sessions.len(), 2);
}

#[test]
fn news_that_make_no_sense_are_set_aside() {
    let mut browser = two();
    let long = format!(r#"{{"v":1,"op":"ended","was":"s1","reason":"{}"}}"#, "x".repeat(5_000));
    for bad in [
        "",
        "null",
        "[1]",
        r#"{"op":"ended","was":"s1","reason":"R"}"#,
        r#"{"v":2,"op":"ended","was":"s1","reason":"R"}"#,
        r#"{"v":1,"op":"ended","was":"s7","reason":"R"}"#,
        r#"{"v":1,"op":"ended","was":1,"reason":"R"}"#,
        r#"{"v":1,"op":7,"was":"s1"}"#,
        r#"{"v":1,"op":"dance","was":"s1"}"#,
        r#"{"v":1,"op":"here","was":"s1"}"#,
        r#"{"v":1,"op":"who","was":"s1"}"#,
        &long,
    ] {
        browser.give(0, Input::News { text: bad.to_owned() });
        assert_eq!((browser.session(0), browser.client(0).status().as_str()), (Some("s1"), "open"), "{bad}");
    }
    assert_eq!(browser.news.len(), 0, "{:?}", browser.news);
}

// -------------------------------------------------------------------------------------- whose message is whose

#[test]
fn the_messages_of_a_living_tab_are_left_to_it() {
    let mut browser = second_is_cut_off(&[("d1", "mine")]);
    browser.server.is_down = false;
    browser.server.swallows = true;
    let third = browser.open();
    browser.pass(2_000);
    assert_eq!(ops(&browser), ["owes", "who", "here", "owes"]);
    assert_eq!(browser.client(third).delivery("d1"), None);
    let owner = browser.record().unwrap()["drafts"][0]["tab"].clone();
    browser.pass(20_000);
    assert_eq!(browser.record().unwrap()["drafts"][0]["tab"], owner);
    browser.server.swallows = false;
    browser.pass(60_000);
    assert_eq!(browser.log("s1"), ["mine"]);
}

#[test]
fn the_messages_of_a_dead_tab_are_claimed_by_one_of_two() {
    let mut browser = second_is_cut_off(&[("d1", "one"), ("d2", "two")]);
    browser.kill(1);
    browser.server.is_down = false;
    browser.load_with(persistent());
    browser.load_with(persistent());
    browser.run();
    browser.pass(30_000);
    assert_eq!(browser.log("s1"), ["one", "two"]);
    let pending = [2, 3].map(|page| browser.client(page).event_types().contains(&"messagePending"));
    assert_eq!(pending.iter().filter(|claims| **claims).count(), 1, "{pending:?}");
    for page in [0, 2, 3] {
        assert_eq!(browser.client(page).texts(), ["one", "two"], "{page}");
    }
    assert!(browser.kept().is_empty());
}

#[test]
fn the_messages_of_a_tab_that_ended_without_a_word_are_claimed_by_one_that_is_there() {
    let mut browser = second_is_cut_off(&[("d1", "last words")]);
    browser.kill(1);
    browser.server.is_down = false;
    browser.pass(14_000);
    assert_eq!(browser.log("s1"), ["last words"]);
    assert_eq!(browser.client(0).delivery("d1"), Some(Delivery::Sent));
    assert!(browser.kept().is_empty());
}

#[test]
fn a_tab_that_missed_it_finds_the_messages_of_one_that_ended() {
    let mut browser = second_is_cut_off(&[]);
    browser.server.is_down = true;
    browser.cut(0);
    browser.run();
    browser.send(1, "d1", "last words");
    browser.kill(1);
    browser.server.is_down = false;
    browser.pass(120_000);
    assert_eq!(browser.log("s1"), ["last words"]);
}

#[test]
fn the_messages_of_a_tab_that_was_closed_are_claimed_by_one_that_is_there() {
    let mut browser = second_is_cut_off(&[("d1", "last words")]);
    browser.leave(1);
    browser.server.is_down = false;
    browser.pass(9_000);
    assert_eq!(browser.log("s1"), Vec::<String>::new(), "it may be back");
    browser.pass(5_000);
    assert_eq!(browser.log("s1"), ["last words"]);
    assert_eq!(browser.client(0).delivery("d1"), Some(Delivery::Sent));
    assert!(!browser.client(0).event_types().contains(&"reconnecting"), "nothing of it shows");
}

#[test]
fn a_claimed_message_that_has_arrived_is_not_written_again() {
    let mut browser = two();
    browser.server.is_silent = true;
    browser.send(1, "d1", "arrived");
    browser.server.is_silent = false;
    browser.cut(0);
    browser.leave(1);
    browser.pass(60_000);
    assert_eq!(browser.log("s1"), ["arrived"]);
    assert_eq!(browser.client(0).texts(), ["arrived"]);
    let third = browser.open();
    browser.pass(60_000);
    assert_eq!((browser.log("s1"), browser.client(third).texts().len()), (vec!["arrived".to_owned()], 1));
    assert!(browser.kept().is_empty(), "{:?}", browser.kept());
}

#[test]
fn a_frozen_tab_whose_messages_were_claimed_never_writes_them() {
    let mut browser = second_is_cut_off(&[("d1", "mine once")]);
    browser.freeze(1);
    browser.server.is_down = false;
    // Claimed by the first tab, and not arrived yet.
    browser.server.swallows = true;
    browser.pass(12_000);
    assert_eq!(browser.client(0).delivery("d1"), Some(Delivery::Pending));
    let written = browser.client(1).frames.len();
    browser.thaw(1);
    browser.pass(20_000);
    let frames = &browser.client(1).frames[written..];
    assert!(frames.iter().all(|frame| frame["type"] != "EVENT_TYPE_USER_MESSAGE"), "{frames:?}");
    assert_eq!(browser.client(1).delivery("d1"), Some(Delivery::Pending));
    browser.server.swallows = false;
    browser.pass(60_000);
    assert_eq!(browser.log("s1"), ["mine once"]);
    assert_eq!([0, 1].map(|page| browser.client(page).delivery("d1")), [Some(Delivery::Sent); 2]);
}

#[test]
fn a_frozen_tab_whose_messages_nobody_claimed_goes_on_with_them() {
    let mut browser = Browser::new();
    browser.open();
    browser.server.is_down = true;
    browser.cut(0);
    let call = browser.send(0, "d1", "mine");
    browser.freeze(0);
    browser.server.is_down = false;
    browser.pass(60_000);
    browser.thaw(0);
    browser.pass(5_000);
    assert_eq!((browser.log("s1"), browser.client(0).result(call)), (vec!["mine".to_owned()], Some(Ok(()))));
}

#[test]
fn a_message_claimed_from_a_frozen_tab_comes_back_to_it_when_the_claimant_dies() {
    let mut browser = second_is_cut_off(&[("d1", "to and fro")]);
    browser.freeze(1);
    browser.pass(12_000);
    assert_eq!(browser.client(0).delivery("d1"), Some(Delivery::Pending));
    browser.thaw(1);
    browser.pass(1_000);
    browser.leave(0);
    browser.server.is_down = false;
    browser.pass(60_000);
    assert_eq!(
        (browser.log("s1"), browser.client(1).delivery("d1")),
        (vec!["to and fro".to_owned()], Some(Delivery::Sent))
    );
    assert!(browser.kept().is_empty());
}

#[test]
fn a_tab_that_cannot_look_whose_its_messages_are_writes_them_all_the_same() {
    let mut browser = two();
    browser.server.swallows = true;
    browser.send(1, "d1", "hello");
    browser.freeze(1);
    browser.server.swallows = false;
    browser.storage.is_mute = true;
    browser.thaw(1);
    browser.pass(2_000);
    assert_eq!(browser.log("s1"), Vec::<String>::new());
    browser.pass(3_000);
    assert_eq!(browser.log("s1"), ["hello"]);
}

#[test]
fn messages_of_several_tabs_are_stored_side_by_side() {
    let mut browser = two();
    browser.server.swallows = true;
    browser.send(0, "d1", "first");
    browser.send(1, "d2", "second");
    browser.send(0, "d3", "third");
    let mut kept = browser.kept();
    kept.sort();
    assert_eq!(kept, ["first", "second", "third"]);
    browser.server.swallows = false;
    browser.pass(60_000);
    let mut log = browser.log("s1");
    log.sort();
    assert_eq!((log, browser.kept().len()), (vec!["first".to_owned(), "second".to_owned(), "third".to_owned()], 0));
}

#[test]
fn a_message_that_may_have_been_claimed_does_not_go_along_to_another_session() {
    let mut browser = second_is_cut_off(&[("d1", "once")]);
    browser.freeze(1);
    browser.server.is_down = false;
    browser.pass(20_000);
    assert_eq!(browser.log("s1"), ["once"]);
    browser.expire("s1");
    browser.thaw(1);
    browser.pass(20_000);
    assert_eq!((browser.session(1), browser.log("s2")), (Some("s2"), vec![]));
    assert_eq!(browser.client(1).delivery("d1"), Some(Delivery::Failed));
}

#[test]
fn a_message_that_nobody_claimed_goes_along_to_another_session() {
    let mut browser = second_is_cut_off(&[("d1", "once")]);
    browser.kill(1);
    browser.server.is_down = false;
    browser.expire("s1");
    browser.pass(60_000);
    assert_eq!(browser.session(0), Some("s2"));
    assert_eq!((browser.log("s2"), browser.kept().len()), (vec!["once".to_owned()], 0), "the other tab claims it");
}

#[test]
fn a_closed_chat_does_not_store_again_what_was_claimed_from_it() {
    let mut browser = second_is_cut_off(&[("d1", "claimed")]);
    browser.call(1, |call| Input::Close { call });
    browser.server.is_down = false;
    browser.pass(20_000);
    assert_eq!((browser.log("s1"), browser.kept().len()), (vec!["claimed".to_owned()], 0));
    browser.send(1, "d2", "typed in vain");
    assert_eq!(browser.kept(), ["typed in vain"]);
    browser.call(1, |call| Input::Reconnect { call });
    browser.pass(10_000);
    assert_eq!(browser.log("s1"), ["claimed", "typed in vain"]);
    assert_eq!(browser.client(1).texts(), ["claimed", "typed in vain"]);
}

#[test]
fn a_chat_closed_before_its_first_socket_opened_reads_what_others_did_with_its_messages() {
    let mut browser = Browser::new();
    browser.server.refuses_sockets = true;
    browser.open();
    browser.send(0, "d1", "once");
    browser.call(0, |call| Input::Close { call });
    browser.server.refuses_sockets = false;
    browser.open();
    browser.pass(20_000);
    assert_eq!((browser.log("s1"), browser.kept().len()), (vec!["once".to_owned()], 0), "the other tab claims it");
    // An attempt that fails does not make the session new again.
    browser.server.refuses_sockets = true;
    browser.call(0, |call| Input::Reconnect { call });
    browser.server.refuses_sockets = false;
    browser.pass(20_000);
    assert_eq!((browser.log("s1"), browser.client(0).texts()), (vec!["once".to_owned()], vec!["once".to_owned()]));
}

#[test]
fn a_record_that_names_a_message_twice_shows_it_once() {
    let mut browser = second_is_cut_off(&[("d1", "one")]);
    browser.kill(1);
    browser.server.is_down = false;
    let mut record = browser.record().unwrap();
    let again = record["drafts"][0].clone();
    record["drafts"].as_array_mut().unwrap().push(again);
    browser.storage.record = Some(record.to_string());
    browser.open();
    browser.pass(10_000);
    assert_eq!((browser.log("s1"), browser.client(2).texts()), (vec!["one".to_owned()], vec!["one".to_owned()]));
}

#[test]
fn the_messages_of_a_tab_that_is_behind_are_left_to_it() {
    let mut browser = two();
    browser.server.is_down = true;
    for page in [0, 1] {
        browser.cut(page);
    }
    browser.send(1, "d1", "for later");
    // Until they give up.
    browser.pass(600_000);
    assert_eq!((browser.client(0).status(), browser.client(1).status()), ("failed".to_owned(), "failed".to_owned()));
    browser.server.is_down = false;
    browser.expire("s1");
    browser.call(0, |call| Input::Reconnect { call });
    browser.pass(60_000);
    let third = browser.open();
    browser.pass(5_000);
    assert_eq!((browser.session(0), browser.session(third), browser.session(1)), (Some("s2"), Some("s2"), Some("s1")));
    assert_eq!((browser.log("s2"), browser.kept()), (vec![], vec!["for later".to_owned()]));
    browser.call(1, |call| Input::Reconnect { call });
    browser.pass(60_000);
    assert_eq!((browser.session(1), browser.log("s2")), (Some("s2"), vec!["for later".to_owned()]));
}

#[test]
fn a_chat_that_was_down_looks_whether_the_others_have_gone_on() {
    let mut browser = two();
    browser.server.is_down = true;
    for page in [0, 1] {
        browser.cut(page);
    }
    browser.pass(600_000);
    browser.call(0, |call| Input::Close { call });
    browser.send(0, "d1", "to be ended");
    let call = browser.pages[1].client.call();
    browser.give(1, Input::Restart { call });
    browser.server.is_down = false;
    browser.pass(20_000);
    assert_eq!((browser.session(0), browser.session(1)), (Some("s1"), Some("s2")));
    browser.call(0, |call| Input::Reconnect { call });
    browser.pass(5_000);
    assert_eq!((browser.session(0), browser.client(0).status().as_str()), (Some("s2"), "open"));
}

#[test]
fn a_closed_chat_claims_nothing() {
    let mut browser = second_is_cut_off(&[("d1", "left behind")]);
    browser.kill(1);
    browser.server.is_down = false;
    let third = browser.open();
    browser.call(third, |call| Input::Close { call });
    browser.send(third, "d2", "typed in vain");
    assert_eq!(
        (browser.client(third).deadline, ops(&browser)),
        (None, ["owes", "who", "owes"].map(str::to_owned).to_vec())
    );
    browser.pass(5_000);
    assert_eq!(browser.kept(), ["left behind", "typed in vain"]);
}

#[test]
fn a_tab_that_hears_nothing_does_not_make_the_session_look_older() {
    let mut browser = second_is_cut_off(&[]);
    browser.server.is_down = false;
    browser.pass(40_000);
    browser.server.is_down = true;
    browser.cut(1);
    browser.pass(100_000);
    let (active, cursor) = (browser.record().unwrap()["active"].clone(), browser.record().unwrap()["cursor"].clone());
    assert!(active.as_u64().unwrap() > browser.now - 60_000, "kept up by the first tab");
    browser.send(1, "d1", "meanwhile");
    let record = browser.record().unwrap();
    assert_eq!(
        (&record["active"], &record["cursor"], browser.kept()),
        (&active, &cursor, vec!["meanwhile".to_owned()])
    );
}
