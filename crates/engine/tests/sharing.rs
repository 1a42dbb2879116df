//! One socket for all tabs of a browser: who holds it, how the others read along, and what happens when the holder is gone.

mod support;

use poly_messaging_engine::*;
use support::tabs::{Browser, Page, sharing};

/// So many tabs on one session, opened one after the other.
fn tabs(count: usize) -> Browser {
    let mut browser = Browser::new();
    for _ in 0..count {
        browser.open_with(sharing());
        browser.pass(1_000);
    }
    browser
}

/// The same, and nobody sees them.
fn unseen(count: usize) -> Browser {
    let mut browser = tabs(count);
    for page in 0..count {
        browser.give(page, Input::Page(PageEvent::Hidden));
    }
    browser
}

/// The tabs that have a socket.
fn sockets(browser: &Browser) -> Vec<Page> {
    let has_socket = |page: &Page| browser.pages[*page].is_running && browser.client(*page).socket.is_some();
    (0..browser.pages.len()).filter(has_socket).collect()
}

fn holder(browser: &Browser) -> Page {
    let sockets = sockets(browser);
    assert_eq!(sockets.len(), 1, "{sockets:?} have a socket");
    sockets[0]
}

fn running(browser: &Browser) -> Vec<Page> {
    (0..browser.pages.len()).filter(|page| browser.pages[*page].is_running).collect()
}

/// Every tab writes a message, and all that run show all of them, once and in order; and are open.
fn talk(browser: &mut Browser, name: &str) {
    let before = browser.log("s1").len();
    for page in running(browser) {
        let text = format!("{name} {page}");
        browser.send(page, &format!("{name}-{page}"), &text);
        browser.pass(1_000);
    }
    let log = browser.log("s1");
    assert_eq!(log.len(), before + running(browser).len(), "{log:?}");
    for page in running(browser) {
        assert_eq!(browser.client(page).texts(), log, "in tab {page}");
        assert_eq!(browser.client(page).status(), "open", "tab {page}");
    }
}

#[test]
fn tabs_of_a_session_have_one_socket_however_many_they_are() {
    for count in [2, 3, 14] {
        let mut browser = tabs(count);
        holder(&browser);
        talk(&mut browser, "hello");
        holder(&browser);
        assert_eq!(browser.server.sessions.len(), 1);
    }
}

#[test]
fn tabs_opened_at_once_have_one_socket_in_the_end() {
    let mut browser = Browser::new();
    for _ in 0..14 {
        browser.load_with(sharing());
    }
    browser.pass(60_000);
    holder(&browser);
    talk(&mut browser, "hello");
    assert_eq!(browser.server.sessions.len(), 1);
}

#[test]
fn another_tab_takes_over_from_one_that_is_closed_crashes_or_freezes() {
    type Goes = fn(&mut Browser, Page);
    let ways: [(&str, Goes); 4] = [
        ("is left", Browser::leave),
        ("crashes", |browser, page| {
            browser.kill(page);
            browser.run();
        }),
        ("freezes", Browser::freeze),
        ("is closed by its application", |browser, page| {
            browser.call(page, |call| Input::Close { call });
            browser.kill(page);
        }),
    ];
    for (how, goes) in ways {
        let mut browser = unseen(4);
        for round in 0..3 {
            let before = holder(&browser);
            goes(&mut browser, before);
            browser.pass(500);
            assert_ne!(holder(&browser), before, "the tab {how}");
            talk(&mut browser, &format!("round {round}"));
        }
    }
}

#[test]
fn what_is_said_while_nobody_holds_the_socket_is_missing_nowhere() {
    let mut browser = tabs(3);
    let before = holder(&browser);
    browser.kill(before);
    browser.say("s1", "POLY_AGENT_MESSAGE", serde_json::json!({ "message_id": "a1", "text": "unheard" }), &().into());
    browser.run();
    browser.pass(500);
    for page in running(&browser) {
        assert_eq!(browser.client(page).texts(), ["unheard"], "in tab {page}");
    }
}

#[test]
fn a_tab_that_is_seen_finds_out_within_two_seconds_that_the_holder_hangs() {
    let mut browser = tabs(3);
    let hung = holder(&browser);
    browser.hang(hung);
    assert_eq!(browser.line, Some(hung), "the lock does not tell");
    browser.pass(2_000);
    assert!(!sockets(&browser).is_empty());
    browser.pass(2_000);
    assert_ne!(holder(&browser), hung);
    talk(&mut browser, "after");
    // It goes on, and finds that it is the holder no more.
    browser.go_on(hung);
    browser.pass(2_000);
    holder(&browser);
}

#[test]
fn a_tab_that_is_looked_at_takes_the_socket_from_one_that_is_not() {
    let mut browser = unseen(3);
    let before = holder(&browser);
    let other = (before + 1) % 3;
    let opened = browser.client(other).urls.len();
    browser.give(other, Input::Page(PageEvent::Visible));
    browser.pass(1_000);
    assert_eq!(holder(&browser), other);
    assert_eq!(browser.client(other).urls.len(), opened + 1);
    assert!(browser.client(other).urls.last().unwrap().contains("&cursor="), "from where it stands");
    for page in 0..3 {
        assert_eq!(
            browser.client(page).events.iter().filter(|event| event["type"] == "reconnecting").count(),
            0,
            "tab {page} shows nothing of it"
        );
    }
    talk(&mut browser, "looked at");
}

#[test]
fn two_tabs_that_are_seen_do_not_take_the_socket_from_each_other() {
    let mut browser = tabs(2);
    let opened = |browser: &Browser| (0..2).map(|page| browser.client(page).urls.len()).sum::<usize>();
    let (before, sockets) = (holder(&browser), opened(&browser));
    for _ in 0..5 {
        for page in 0..2 {
            browser.give(page, Input::Page(PageEvent::Visible));
            browser.pass(1_000);
        }
    }
    assert_eq!((holder(&browser), opened(&browser)), (before, sockets));
}

#[test]
fn a_message_that_was_on_its_way_as_the_holder_crashed_arrives_once() {
    for is_heard in [true, false] {
        let mut browser = tabs(3);
        let before = holder(&browser);
        let writer = (before + 1) % 3;
        (browser.server.swallows, browser.server.is_silent) = (!is_heard, true);
        browser.send(writer, "d1", "on its way");
        browser.kill(before);
        (browser.server.swallows, browser.server.is_silent) = (false, false);
        browser.run();
        browser.pass(10_000);
        assert_eq!(browser.log("s1"), ["on its way"]);
        for page in running(&browser) {
            assert_eq!(browser.client(page).texts(), ["on its way"], "in tab {page}");
        }
        holder(&browser);
    }
}

#[test]
fn whoever_watches_the_wire_sees_the_same_frames_in_a_tab_that_reads_along() {
    let mut browser = tabs(2);
    let reader = 1 - holder(&browser);
    browser.pages[reader].seen.clear();
    browser.send(reader, "d1", "over another's socket");
    browser.pass(500);
    let seen = &browser.pages[reader].seen;
    let of_message: Vec<_> = seen.iter().filter(|(_, text)| text.contains("d1")).map(|(is_in, _)| *is_in).collect();
    assert_eq!(of_message, [false, true], "{seen:?}");
    assert!(browser.pages[1 - reader].seen.is_empty());
}

#[test]
fn while_the_network_is_down_one_tab_tries_and_the_others_show_the_same() {
    let mut browser = unseen(3);
    let trying = holder(&browser);
    browser.server.is_down = true;
    let opened: Vec<_> = (0..3).map(|page| browser.client(page).urls.len()).collect();
    browser.cut(trying);
    for _ in 0..20 {
        browser.pass(500);
        let shown = browser.client(trying).state.connection.clone();
        for page in 0..3 {
            assert_eq!(browser.client(page).state.connection, shown, "tab {page}");
        }
    }
    for page in (0..3).filter(|page| *page != trying) {
        assert_eq!(browser.client(page).urls.len(), opened[page], "tab {page}");
    }
    assert!(browser.client(trying).urls.len() > opened[trying] + 1);
    browser.pass(60_000);
    for page in 0..3 {
        assert_eq!(browser.client(page).status(), "failed", "tab {page}");
    }
    browser.server.is_down = false;
    for page in 0..3 {
        browser.call(page, |call| Input::Reconnect { call });
    }
    browser.pass(1_000);
    holder(&browser);
    talk(&mut browser, "again");
}

#[test]
fn ten_changes_of_the_network_under_six_tabs_cost_neither_the_session_nor_a_second() {
    let mut browser = tabs(6);
    for ghosts in 1..=9 {
        let before = holder(&browser);
        browser.cut(before);
        // The server counts the one that is dead.
        browser.server.ghosts = ghosts;
        for page in 0..6 {
            browser.give(page, Input::Page(PageEvent::Online));
        }
        browser.pass(1_000);
        holder(&browser);
    }
    talk(&mut browser, "still here");
    assert_eq!(browser.server.sessions.len(), 1);
}

#[test]
fn a_restart_and_an_end_are_for_all_tabs() {
    let mut browser = tabs(3);
    let reader = (holder(&browser) + 1) % 3;
    browser.call(reader, |call| Input::Restart { call });
    browser.pass(3_000);
    for page in 0..3 {
        assert_eq!(browser.session(page), Some("s2"));
    }
    holder(&browser);
    let call = browser.call(reader, |call| Input::End { call });
    browser.pass(3_000);
    assert_eq!(browser.client(reader).result(call), Some(Ok(())));
    for page in 0..3 {
        assert_eq!(browser.client(page).status(), "closed", "tab {page}");
    }
    assert!(sockets(&browser).is_empty());
    assert_eq!(browser.line, None);
}

#[test]
fn a_server_that_closes_for_good_is_not_asked_by_the_others() {
    let mut browser = tabs(3);
    let before = holder(&browser);
    let opened: Vec<_> = (0..3).map(|page| browser.client(page).urls.len()).collect();
    browser.pages[before].client.drop_socket(1000);
    browser.pass(60_000);
    for (page, opened) in opened.into_iter().enumerate() {
        assert_eq!(browser.client(page).status(), "closed", "tab {page}");
        assert_eq!(browser.client(page).urls.len(), opened, "tab {page}");
    }
}

#[test]
fn what_no_tab_of_this_version_says_is_set_aside() {
    let mut browser = tabs(2);
    let tab = holder(&browser);
    let reader = 1 - tab;
    let sessions = ["s1", "s2", ""];
    for kind in "FWCABTRGLDEX\u{1f600}".chars() {
        for (version, session) in ["1", "2", "", "{"].into_iter().flat_map(|v| sessions.map(|s| (v, s))) {
            for rest in [
                "",
                "\n",
                "\n\n\n",
                "\nother\n\n{}",
                "\nother\nnobody\n1 2 3",
                "\nother\n\n1 x -1 99999999999999999999999",
                "\nother\n\n[1,",
            ] {
                if (version, session) == ("1", "s1") && rest.starts_with("\nother\n\n") {
                    // Well made; whoever can say this on the page's origin can do worse.
                    continue;
                }
                for page in [tab, reader] {
                    browser.give(page, Input::News { text: format!("{version}{kind}{session}{rest}") });
                }
            }
        }
    }
    assert_eq!(holder(&browser), tab);
    talk(&mut browser, "undisturbed");
}

#[test]
fn tabs_without_locks_or_channels_have_a_socket_each() {
    let mut browser = Browser::new();
    for _ in 0..3 {
        browser.open();
    }
    browser.pass(5_000);
    assert_eq!(sockets(&browser), [0, 1, 2]);
    assert_eq!(browser.line, None);
}

/// Three tabs that nobody sees, and that have waited for the network for a while, which is back now. Returns one of those that wait.
fn waiting() -> (Browser, Page) {
    let mut browser = unseen(3);
    let trying = holder(&browser);
    browser.server.is_down = true;
    browser.cut(trying);
    browser.pass(15_000);
    browser.server.is_down = false;
    (browser, (trying + 1) % 3)
}

#[test]
fn a_tab_that_waits_connects_where_its_user_asks_for_that() {
    let (mut browser, page) = waiting();
    let call = browser.call(page, |call| Input::Reconnect { call });
    browser.pass(500);
    assert_eq!(browser.client(page).result(call), Some(Ok(())));
    assert_eq!(browser.client(page).status(), "open");
}

#[test]
fn an_end_in_a_tab_that_waits_reaches_the_server() {
    let (mut browser, page) = waiting();
    browser.call(page, |call| Input::End { call });
    browser.pass(500);
    let is_end = |event: &serde_json::Value| event["type"] == "EVENT_TYPE_SESSION_END";
    assert!(browser.server.sessions["s1"].events.iter().any(is_end));
}

#[test]
fn a_tab_that_cannot_connect_disturbs_no_other() {
    let mut browser = tabs(3);
    let before = holder(&browser);
    let writer = (before + 1) % 3;
    // What is written arrives, and nothing is heard of it.
    (browser.server.is_silent, browser.server.refuses_sockets) = (true, true);
    browser.send(writer, "d1", "once");
    browser.open_with(sharing());
    browser.pass(4_500);
    assert_eq!(browser.log("s1"), ["once"]);
    for page in 0..3 {
        assert_eq!(browser.client(page).status(), "open", "tab {page}");
        assert!(!browser.client(page).event_types().contains(&"reconnecting"), "tab {page}");
    }
    assert_eq!(browser.client(before).socket.map(|(_, is_open)| is_open), Some(true));
}
