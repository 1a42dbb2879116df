//! What holds whatever pages are opened, left, frozen and lost, and whatever their server does meanwhile.

mod support;

use std::{collections::BTreeMap, env};

use poly_messaging_engine::*;
use proptest::{prelude::*, test_runner::RngSeed};
use support::tabs::{Browser, persistent};

/// Anything that can happen to the pages of a browser. Numbers choose among those that are there.
#[derive(Debug, Clone)]
enum Act {
    Open,
    OpenTwo,
    Kill(usize),
    Leave(usize),
    Freeze(usize),
    Thaw(usize),
    Send(usize),
    Cut(usize),
    Close(usize),
    Reconnect(usize),
    Restart(usize),
    Expire,
    Reject(usize),
    Server { is_down: bool, swallows: bool, is_silent: bool },
    Storage { is_mute: bool },
    Pass(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let page = || 0usize..4;
    prop_oneof![
        3 => Just(Act::Open),
        1 => Just(Act::OpenTwo),
        2 => page().prop_map(Act::Kill),
        2 => page().prop_map(Act::Leave),
        2 => page().prop_map(Act::Freeze),
        2 => page().prop_map(Act::Thaw),
        8 => page().prop_map(Act::Send),
        3 => page().prop_map(Act::Cut),
        1 => page().prop_map(Act::Close),
        1 => page().prop_map(Act::Reconnect),
        1 => page().prop_map(Act::Restart),
        1 => Just(Act::Expire),
        1 => page().prop_map(Act::Reject),
        3 => (any::<bool>(), any::<bool>(), any::<bool>())
            .prop_map(|(is_down, swallows, is_silent)| Act::Server { is_down, swallows, is_silent }),
        1 => any::<bool>().prop_map(|is_mute| Act::Storage { is_mute }),
        8 => prop_oneof![0u64..700, 0u64..20_000].prop_map(Act::Pass),
    ]
}

struct World {
    browser: Browser,
    sent: u32,
    /// A chat was started anew, or storage did not answer: what was on its way may be given up, or written twice by two
    /// pages that cannot know of each other.
    is_blind: bool,
}

impl World {
    /// The pages that `wanted` accepts; the one that this number chooses.
    fn choose(&self, number: usize, is_running: bool) -> Option<usize> {
        let pages = self.browser.pages.iter().enumerate();
        let pages: Vec<_> = pages.filter(|(_, tab)| !tab.is_gone && tab.is_running == is_running).collect();
        (!pages.is_empty()).then(|| pages[number % pages.len()].0)
    }

    fn apply(&mut self, act: &Act) {
        let browser = &mut self.browser;
        let alive = browser.pages.iter().filter(|tab| !tab.is_gone).count();
        match act {
            Act::Open if alive < 4 => drop(browser.load_with(persistent())),
            Act::OpenTwo if alive < 3 => {
                browser.load_with(persistent());
                browser.load_with(persistent());
            }
            Act::Open | Act::OpenTwo => {}
            Act::Server { is_down, swallows, is_silent } => {
                // A network that comes and goes takes the sockets with it.
                (browser.server.is_down, browser.server.swallows) = (*is_down, *swallows);
                browser.server.is_silent = *is_silent;
                for page in 0..browser.pages.len() {
                    if *is_down && browser.pages[page].is_running && browser.client(page).socket.is_some() {
                        browser.cut(page);
                    }
                }
            }
            Act::Storage { is_mute } => {
                browser.storage.is_mute = *is_mute;
                self.is_blind |= *is_mute;
            }
            Act::Expire => {
                if let Some(id) = browser.server.sessions.keys().next_back().cloned() {
                    browser.expire(&id);
                }
            }
            Act::Pass(ms) => browser.pass(*ms),
            Act::Thaw(number) => {
                if let Some(page) = self.choose(*number, false) {
                    self.browser.thaw(page);
                }
            }
            Act::Kill(number)
            | Act::Leave(number)
            | Act::Freeze(number)
            | Act::Send(number)
            | Act::Cut(number)
            | Act::Close(number)
            | Act::Reconnect(number)
            | Act::Restart(number)
            | Act::Reject(number) => {
                if let Some(page) = self.choose(*number, true) {
                    self.apply_to(page, act);
                }
            }
        }
        self.browser.run();
    }

    fn apply_to(&mut self, page: usize, act: &Act) {
        let browser = &mut self.browser;
        let is_connected = browser.client(page).socket.is_some();
        let call = browser.pages[page].client.call();
        match act {
            Act::Kill(_) => browser.kill(page),
            Act::Leave(_) => browser.leave(page),
            Act::Freeze(_) => browser.freeze(page),
            Act::Cut(_) if is_connected => browser.cut(page),
            Act::Reject(_) if is_connected => browser.pages[page].client.drop_socket(4001),
            Act::Cut(_) | Act::Reject(_) => {}
            Act::Close(_) => drop(browser.give(page, Input::Close { call })),
            Act::Reconnect(_) => drop(browser.give(page, Input::Reconnect { call })),
            Act::Restart(_) => {
                self.is_blind = true;
                drop(browser.give(page, Input::Restart { call }));
            }
            Act::Send(_) => {
                let (draft_id, text) = (format!("d{}", self.sent), format!("message {}", self.sent));
                self.sent += 1;
                drop(browser.give(
                    page,
                    Input::Send { call, draft_id, text, metadata: Metadata::default(), is_in_doubt: false },
                ));
            }
            _ => unreachable!(),
        }
    }
}

/// Has pages do this, makes all well again, and judges what came of it.
fn come_and_go(acts: &[Act]) -> Result<(), TestCaseError> {
    let mut world = World { browser: Browser::new(), sent: 0, is_blind: false };
    for act in acts {
        world.apply(act);
        for (page, tab) in world.browser.pages.iter().enumerate() {
            let holds = world.browser.storage.lock == Some(page);
            prop_assert!(!holds || tab.is_running, "page {} holds the lock and does not run", page);
        }
    }
    // All is well again, and every chat goes on.
    let World { mut browser, mut is_blind, .. } = world;
    (browser.server.is_down, browser.server.swallows, browser.server.is_silent) = (false, false, false);
    browser.storage.is_mute = false;
    for page in 0..browser.pages.len() {
        if !browser.pages[page].is_gone && !browser.pages[page].is_running {
            browser.thaw(page);
        }
    }
    browser.run();
    for page in 0..browser.pages.len() {
        if browser.pages[page].is_running {
            let call = browser.pages[page].client.call();
            browser.give(page, Input::Reconnect { call });
        }
    }
    browser.open();
    browser.pass(200_000);
    // Whoever has waited for the lock for too long makes a session of its own.
    is_blind |= browser.pages.iter().any(|tab| tab.client.log.iter().any(|line| line.contains("going on without")));

    let running = || browser.pages.iter().enumerate().filter(|(_, tab)| tab.is_running);
    let record = browser.record();
    prop_assert_eq!(browser.storage.lock, None, "the lock is never given back");
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for session in browser.server.sessions.values() {
        for id in session.events.iter().filter_map(|event| event["metadata"]["custom"]["client_event_id"].as_str()) {
            *found.entry(id).or_default() += 1;
        }
    }
    if !is_blind {
        for (id, times) in &found {
            prop_assert_eq!(*times, 1, "{} arrived {} times", id, times);
        }
        let ended = running().filter(|(page, _)| browser.client(*page).state.ended.is_some()).count();
        prop_assert_eq!(ended, 0);
    }
    for (page, tab) in running() {
        if !is_blind || tab.client.state.ended.is_none() {
            prop_assert_eq!(tab.client.status(), "open", "page {}", page);
        }
        if let Some(record) = record.as_ref().filter(|_| !is_blind) {
            prop_assert_eq!(browser.session(page), record["session"].as_str(), "page {}", page);
        }
        for message in &tab.client.state.messages {
            let MessageBody::User { delivery, draft_id: Some(id), .. } = &message.body else { continue };
            prop_assert_ne!(*delivery, Delivery::Pending, "{} is pending for ever on page {}", id, page);
            if *delivery == Delivery::Sent {
                prop_assert!(found.contains_key(id.as_str()), "{} is said to be sent", id);
            }
        }
    }
    prop_assert!(browser.kept().is_empty(), "still in the record: {:?}", browser.kept());
    Ok(())
}

#[test]
fn a_page_that_asks_for_a_connection_over_a_socket_that_only_looks_alive_has_its_whole_budget() {
    let server = |is_down, is_silent| Act::Server { is_down, swallows: false, is_silent };
    let acts = [
        [Act::Open, Act::Kill(0), Act::Open, Act::Open].as_slice(),
        &[server(true, false), Act::Kill(2), Act::Pass(12_935)],
        &[server(false, true), Act::Pass(8_110), Act::Send(0), Act::Pass(8_504)],
    ];
    come_and_go(&acts.concat()).expect("every chat goes on");
}

/// Not mended yet: a message that another tab took over, and lost with the record, waits for ever in the tab it was written in.
#[test]
#[ignore = "an open fault"]
fn a_message_whose_new_owner_is_gone_with_its_record_is_its_first_page_s_again() {
    let acts = [
        Act::Server { is_down: false, swallows: true, is_silent: false },
        Act::Open,
        Act::Send(0),
        Act::Freeze(0),
        Act::Open,
        Act::Thaw(0),
        Act::Freeze(0),
        Act::Pass(500),
        Act::Storage { is_mute: true },
        Act::Kill(0),
        Act::Open,
        Act::Open,
        Act::Restart(0),
        Act::Open,
    ];
    come_and_go(&acts).expect("every chat goes on");
}

/// Not mended yet: a message of a tab that was frozen as its session was lost arrives twice.
#[test]
#[ignore = "an open fault"]
fn a_message_of_a_frozen_tab_whose_session_is_lost_arrives_once() {
    let acts = [
        [Act::Open, Act::Open, Act::Send(1), Act::Open, Act::Open, Act::Open].as_slice(),
        &[Act::Kill(0), Act::Kill(0), Act::Send(1), Act::Freeze(1), Act::Kill(0), Act::Thaw(0)],
        &[Act::Expire, Act::Reject(0), Act::Freeze(0), Act::Open, Act::Pass(3_500)],
    ];
    come_and_go(&acts.concat()).expect("every chat goes on");
}

/// The same acts each time, so that what fails once fails again. `PROPTEST_RNG_SEED=7` tries others: of fifty seeds, one comes upon
/// the open faults above.
fn config() -> ProptestConfig {
    let named = env::var("PROPTEST_RNG_SEED").ok().and_then(|seed| seed.parse().ok());
    let rng_seed = named.unwrap_or(RngSeed::Fixed(1));
    ProptestConfig { cases: 1_000, failure_persistence: None, rng_seed, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn pages_that_come_and_go_lose_nothing_and_say_nothing_twice(acts in prop::collection::vec(act(), 0..60)) {
        come_and_go(&acts)?;
    }
}
