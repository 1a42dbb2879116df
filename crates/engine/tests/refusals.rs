//! Handshakes that fail: a dead network keeps the session, a refusal is put to the test, and only a session that its
//! server refuses while it takes another one is lost.

mod support;

use poly_messaging_engine::*;
use serde_json::json;
use support::*;

/// A server that answers at once.
struct Server {
    /// Whether anything answers at all.
    is_reachable: bool,
    /// Status of a request for a session.
    status: u16,
    /// Sessions whose sockets open; `None`: no socket opens.
    takes: Option<fn(&str) -> bool>,
    made: u32,
}

impl Server {
    fn new(status: u16, takes: Option<fn(&str) -> bool>) -> Self {
        Self { is_reachable: true, status, takes, made: 1 }
    }

    /// Answers what is asked, until nothing is.
    fn answer(&mut self, client: &mut Client) {
        loop {
            let refuses = self.takes.is_none_or(|takes| !client.urls.is_empty() && !takes(client.last_session()));
            if !client.probes.is_empty() {
                client.probe(self.is_reachable);
            } else if !client.requests.is_empty() {
                if !self.is_reachable {
                    client.outcome(HttpOutcome::Network);
                } else if client.requests[0].1.url.ends_with("/access-token") {
                    client.answer_token();
                } else if self.status == 200 {
                    self.made += 1;
                    client.answer_session(&format!("s{}", self.made));
                } else {
                    client.answer(self.status, json!({ "message": "Failed to create session" }));
                }
            } else if client.socket.is_none_or(|(_, is_open)| is_open) {
                return;
            } else if refuses || !self.is_reachable {
                client.refuse_socket();
            } else {
                client.open();
                if client.socket.is_some_and(|(_, is_open)| is_open) {
                    client.history([session_start(1)]);
                }
            }
        }
    }

    /// Answers for so many milliseconds.
    fn run(&mut self, client: &mut Client, ms: u64) {
        let until = client.now + ms;
        self.answer(client);
        while let Some(deadline) = client.deadline.filter(|deadline| deadline.at <= until) {
            client.pass(deadline.at - client.now);
            self.answer(client);
        }
        client.pass(until - client.now);
    }
}

/// Which session each socket from the `from`th on was for.
fn sessions(client: &Client, from: usize) -> Vec<&str> {
    client.urls[from..].iter().map(|url| url.split(['=', '&']).nth(1).unwrap()).collect()
}

/// A client whose socket died, and whose handshakes were refused `times` times by a server that answers.
fn refused(times: u32, options: Options) -> Client {
    let mut client = Client::joined_with(options);
    client.receive(agent_message(3, "Hello"));
    client.drop_socket(1006);
    for _ in 0..times {
        client.wait_for_socket();
        client.refuse_socket();
        client.probe(true);
    }
    client
}

fn unlimited() -> Options {
    Options { max_reconnect_attempts: 0, ..options() }
}

#[test]
fn a_handshake_that_fails_is_followed_by_a_probe_of_the_api() {
    let mut client = Client::joined();
    client.drop_socket(1006);
    assert!(client.probes.is_empty(), "a socket that was open tells nothing about a refusal");
    client.wait_for_socket();
    client.refuse_socket();
    assert_eq!(client.probes.len(), 1);
    assert_eq!(client.status(), "reconnecting");
}

#[test]
fn a_handshake_that_hangs_is_followed_by_a_probe_too() {
    let mut client = Client::joined();
    client.drop_socket(1006);
    client.wait_for_socket();
    client.pass(15_000);
    assert_eq!(client.probes.len(), 1);
}

#[test]
fn a_dead_network_never_puts_the_session_to_the_test() {
    let mut client = Client::joined_with(unlimited());
    let mut server = Server::new(200, Some(|_| true));
    server.is_reachable = false;
    client.drop_socket(1006);
    server.run(&mut client, 3_600_000);
    assert_eq!(client.diagnostics()["trials"], 0);
    assert!(sessions(&client, 0).iter().all(|session| *session == "s1"));
    assert!(client.urls.len() > 100, "one try every 30 seconds at least, but {} in all", client.urls.len());
    server.is_reachable = true;
    server.run(&mut client, 30_000);
    assert_eq!((client.status().as_str(), client.last_session()), ("open", "s1"));
}

#[test]
fn one_refusal_is_not_enough() {
    let mut client = refused(1, options());
    assert!(client.requests.is_empty());
    client.wait_for_socket();
    assert_eq!(client.last_session(), "s1");
}

#[test]
fn a_network_that_dies_between_two_refusals_starts_the_count_anew() {
    let mut client = refused(1, unlimited());
    client.wait_for_socket();
    client.refuse_socket();
    client.probe(false);
    client.wait_for_socket();
    client.refuse_socket();
    client.probe(true);
    assert!(client.requests.is_empty(), "one in a row");
    client.wait_for_socket();
    client.refuse_socket();
    client.probe(true);
    assert_eq!(client.requests.len(), 1);
}

#[test]
fn a_socket_that_opens_clears_the_session() {
    let mut client = refused(1, options());
    client.come_back([]);
    client.drop_socket(1006);
    client.wait_for_socket();
    client.refuse_socket();
    client.probe(true);
    assert!(client.requests.is_empty(), "one in a row");
}

#[test]
fn a_probe_that_answers_after_the_socket_opened_counts_for_nothing() {
    let mut client = refused(1, options());
    client.wait_for_socket();
    client.refuse_socket();
    let probe = client.probes[0];
    client.wait_for_socket();
    client.open();
    assert_eq!(client.aborted, [probe]);
    client.give(Input::Probed { id: probe, is_answered: true });
    assert_eq!((client.diagnostics()["refusals"].clone(), client.requests.len()), (json!(0), 0));
}

#[test]
fn a_probe_that_answers_during_the_next_handshake_waits_for_its_outcome() {
    let mut client = refused(1, options());
    client.wait_for_socket();
    client.refuse_socket();
    client.wait_for_socket();
    client.probe(true);
    assert!(client.requests.is_empty() && client.socket.is_some());
    client.refuse_socket();
    assert_eq!(client.requests.len(), 1, "the candidate");
}

#[test]
fn the_second_refusal_asks_for_a_candidate_with_the_same_token_at_once() {
    let client = refused(2, options());
    let (_, request) = &client.requests[0];
    assert_eq!(request.url, "https://api.example/api/v1/sessions");
    assert!(request.headers.contains(&("Authorization", "Bearer SECRET.jwt.x".to_owned())));
    assert_eq!((client.requests.len(), client.socket, client.deadline), (1, None, None));
    assert_eq!(client.status(), "reconnecting");
}

#[test]
fn a_session_that_opens_after_the_candidate_is_kept_and_nothing_is_lost() {
    let mut client = refused(2, options());
    let events = client.events.len();
    let sent = client.send("d1", "still here");
    client.answer_session("candidate");
    assert_eq!(client.last_session(), "candidate");
    assert!(!client.urls.last().unwrap().contains("cursor"));
    client.open();
    assert_eq!(client.closed_with, [1000]);
    assert_eq!(client.last_session(), "s1");
    assert!(client.urls.last().unwrap().ends_with("&cursor=3"), "what was missed is told");
    client.open();
    client.history([session_start(1), agent_message(4, "Hello again")]);
    client.receive(json!({ "type": "EVENT_TYPE_HEARTBEAT", "payload": {} }));
    client.pass(1_000);
    assert_eq!(client.status(), "open");
    assert_eq!(client.frame_types(), ["USER_MESSAGE"]);
    client.receive(echo(5, "d1", "still here"));
    assert_eq!(client.result(sent), Some(Ok(())));
    assert_eq!(client.texts(), ["Hello", "Hello again", "still here"]);
    let told: Vec<_> = client.event_types().split_off(events);
    assert!(!told.iter().any(|name| ["sessionReplaced", "connecting", "disconnected"].contains(name)), "{told:?}");
    assert_eq!(client.diagnostics()["refusals"], 0);
}

#[test]
fn a_dead_session_is_replaced_after_exactly_the_experiment() {
    let mut client = refused(2, options());
    let (begun, tried) = (client.now, client.urls.len());
    let waiting = client.send("d1", "anyone?");
    let mut server = Server::new(200, Some(|session| session != "s1"));
    server.answer(&mut client);
    assert_eq!(
        (client.now, sessions(&client, tried)),
        (begun, vec!["s2", "s1", "s2"]),
        "no pause within the experiment"
    );
    server.run(&mut client, 3_000);
    server.run(&mut client, 3_000);
    assert_eq!(sessions(&client, tried + 3), ["s1", "s2", "s1", "s2", "s1", "s2", "s1", "s2", "s2"], "twice more");
    assert!(client.requests.is_empty() && server.made == 2, "the candidate is the new session");
    let replaced = client.events.iter().find(|event| event["type"] == "sessionReplaced").unwrap();
    assert_eq!((&replaced["previousSessionId"], &replaced["sessionId"]), (&json!("s1"), &json!("s2")));
    client.receive(event(2, "POLY_AGENT_JOINED", json!({})));
    assert_eq!(client.frame_types(), ["REQUEST_POLY_AGENT_JOIN", "USER_MESSAGE"]);
    client.receive(echo(3, "d1", "anyone?"));
    assert_eq!(client.result(waiting), Some(Ok(())));
    assert_eq!(client.texts(), ["Hello", "anyone?"], "what was said stays");
}

#[test]
fn a_session_that_opens_after_an_experiment_went_against_it_is_kept() {
    for findings in 1..3 {
        let mut client = refused(2, options());
        let mut server = Server::new(200, Some(|session| session != "s1"));
        server.answer(&mut client);
        for _ in 1..findings {
            client.wait_for_socket();
            server.answer(&mut client);
        }
        let begun = client.now;
        server.takes = Some(|_| true);
        server.run(&mut client, 3_000);
        assert_eq!((client.status().as_str(), client.last_session()), ("open", "s1"), "{findings} in {begun}");
        assert!(!client.event_types().contains(&"sessionReplaced"));
    }
}

#[test]
fn nothing_of_the_experiment_shows_but_reconnecting() {
    let mut client = refused(2, options());
    let told = client.events.len();
    for step in 0..4 {
        assert_eq!(client.status(), "reconnecting", "step {step}");
        assert_eq!(client.state.session.as_ref().unwrap().id, "s1");
        match step {
            0 => client.answer_session("candidate"),
            1 => client.open(),
            2 => client.refuse_socket(),
            _ => {}
        }
    }
    assert_eq!(client.event_types().split_off(told), [] as [&str; 0]);
}

#[test]
fn a_lost_session_ends_the_chat_where_the_application_wants_that() {
    let mut client = refused(2, Options { on_session_lost: OnSessionLost::End, ..options() });
    Server::new(200, Some(|session| session != "s1")).run(&mut client, 6_000);
    assert_eq!(client.state.ended, Some(Ended { reason: "REASON_SESSION_LOST".into() }));
    assert_eq!((client.status().as_str(), client.socket, client.deadline), ("closed", None, None));
    assert!(!client.event_types().contains(&"sessionReplaced"));
}

#[test]
fn a_server_that_makes_no_session_has_lost_none() {
    for status in [400, 404, 429, 500, 502, 503] {
        let mut client = refused(2, unlimited());
        let mut server = Server::new(status, None);
        server.run(&mut client, 600_000);
        assert_eq!(client.status(), "reconnecting", "{status}");
        assert!(sessions(&client, 0).iter().all(|session| *session == "s1"), "{status}");
        let tries = client.urls.len();
        assert!((20..200).contains(&tries), "{tries} sockets in ten minutes");
        server = Server::new(200, Some(|_| true));
        server.run(&mut client, 31_000);
        assert_eq!((client.status().as_str(), client.last_session()), ("open", "s1"), "{status}");
        assert!(!client.event_types().contains(&"sessionReplaced"));
    }
}

#[test]
fn the_budget_ends_the_tries_but_not_the_session() {
    let mut client = refused(2, options());
    Server::new(503, None).run(&mut client, 600_000);
    let ConnectionView::Failed { error } = &client.state.connection else { panic!("{}", client.status()) };
    assert_eq!(error.code, ErrorCode::SessionReconnectExhausted);
    let call = client.call();
    client.give(Input::Reconnect { call });
    client.open();
    client.history([session_start(1)]);
    assert_eq!((client.result(call), client.last_session()), (Some(Ok(())), "s1"));
}

#[test]
fn a_network_that_dies_during_the_experiment_keeps_the_session() {
    for outcome in [HttpOutcome::Network, HttpOutcome::Timeout] {
        let mut client = refused(2, unlimited());
        client.outcome(outcome);
        assert_eq!(client.diagnostics()["refusals"], 0);
        client.wait_for_socket();
        assert_eq!(client.last_session(), "s1");
    }
    // It dies after the candidate has opened: that the session does not open then proves nothing.
    let mut client = refused(2, unlimited());
    client.answer_session("candidate");
    client.open();
    assert_eq!(client.last_session(), "s1");
    client.refuse_socket();
    assert_eq!(client.last_session(), "candidate");
    client.pass(15_000);
    assert_eq!((client.status().as_str(), client.state.ended.clone()), ("reconnecting", None));
    client.come_back([]);
    assert_eq!((client.status().as_str(), client.last_session()), ("open", "s1"));
}

#[test]
fn a_429_is_given_thirty_seconds_before_another_candidate() {
    let mut client = refused(2, unlimited());
    let begun = client.now;
    client.answer(429, json!({}));
    while client.requests.is_empty() {
        client.wait_for_socket();
        client.refuse_socket();
    }
    assert!(client.now - begun >= 30_000, "{} ms", client.now - begun);
}

#[test]
fn a_dead_token_is_a_dead_session_without_further_tries() {
    for status in [401, 403] {
        let mut client = refused(2, options());
        let tried = client.urls.len();
        client.answer(status, json!({ "message": "Invalid access token" }));
        assert_eq!(client.requests[0].1.url, "https://api.example/api/v1/access-token", "another token");
        client.answer_token();
        client.answer_session("s2");
        client.open();
        assert_eq!(sessions(&client, tried), ["s2"]);
        assert!(client.event_types().contains(&"sessionReplaced"));
    }
}

#[test]
fn sockets_that_are_refused_in_general_keep_the_session_and_the_candidate() {
    let mut client = refused(2, unlimited());
    let mut server = Server::new(200, None);
    server.answer(&mut client);
    assert_eq!((client.last_session(), client.status().as_str()), ("s2", "reconnecting"));
    let tried = client.urls.len();
    client.wait_for_socket();
    server.answer(&mut client);
    assert_eq!(sessions(&client, tried), ["s1"], "a crowd that tries twice as often keeps itself out");
    client.wait_for_socket();
    server.answer(&mut client);
    assert_eq!(sessions(&client, tried), ["s1", "s1", "s2"], "the same candidate once more");
    assert_eq!(server.made, 2);

    server.run(&mut client, 600_000);
    assert_eq!(client.status(), "reconnecting");
    assert!(server.made <= 12, "{} sessions made in ten minutes", server.made);
    server.takes = Some(|_| true);
    server.run(&mut client, 31_000);
    assert_eq!((client.status().as_str(), client.last_session()), ("open", "s1"));
}

#[test]
fn a_candidate_that_the_server_forgot_as_well_does_not_hide_that_the_session_is_lost() {
    let mut client = refused(2, unlimited());
    let mut server = Server::new(200, None);
    server.answer(&mut client);
    // The server comes back without any of its sessions.
    server.takes = Some(|session| session != "s1" && session != "s2");
    server.run(&mut client, 60_000 + 2 * 31_000 + 2 * 3_000);
    assert_eq!((client.status().as_str(), client.last_session()), ("open", "s3"));
}

#[test]
fn a_session_refused_by_its_close_code_takes_a_candidate_that_stands_by() {
    let mut client = refused(2, unlimited());
    let mut server = Server::new(200, None);
    server.answer(&mut client);
    client.wait_for_socket();
    client.drop_socket(4001);
    assert_eq!(client.last_session(), "s2");
    assert!(client.requests.is_empty());
}

#[test]
fn a_server_that_forgets_every_session_is_not_asked_for_ever() {
    let mut client = Client::connected();
    client.history([session_start(1)]);
    client.drop_socket(1006);
    // Candidates open, and are refused once they are the session.
    for _ in 0..200 {
        match client.last_session() {
            _ if client.status() == "failed" => break,
            _ if !client.probes.is_empty() => client.probe(true),
            _ if client.requests.is_empty() && client.socket.is_none() => drop(client.wait_for_socket()),
            _ if client.socket.is_none() && client.requests[0].1.url.ends_with("token") => client.answer_token(),
            _ if client.socket.is_none() => client.answer_session(&format!("c{}", client.urls.len())),
            session if client.state.session.as_ref().is_some_and(|shown| shown.id == session) => client.refuse_socket(),
            _ => client.open(),
        }
    }
    let ConnectionView::Failed { error } = &client.state.connection else { panic!("{}", client.status()) };
    assert_eq!(error.code, ErrorCode::SessionCreationFailed);
    let replaced = client.event_types().iter().filter(|name| **name == "sessionReplaced").count();
    assert_eq!(replaced, 3);
}

/// Brings the experiment as far as `step`.
fn in_trial(step: u32) -> Client {
    let mut client = refused(2, options());
    for step in 0..step {
        match step {
            0 => client.answer_session("candidate"),
            1 => client.open(),
            _ => client.refuse_socket(),
        }
    }
    client
}

#[test]
fn close_in_the_middle_of_the_experiment_leaves_nothing_behind() {
    for step in 0..4 {
        let mut client = in_trial(step);
        let request = client.requests.first().map(|(id, _)| *id);
        let call = client.call();
        client.give(Input::Close { call });
        assert_eq!(client.result(call), Some(Ok(())));
        assert_eq!((client.status().as_str(), client.socket, client.deadline), ("closed", None, None), "step {step}");
        assert!(client.requests.is_empty());
        if let Some(id) = request {
            let body = json!({ "session_id": "late" }).to_string();
            client.give(Input::Http { id, outcome: HttpOutcome::Response { status: 200, retry_after: None, body } });
            assert_eq!((client.status().as_str(), client.socket), ("closed", None), "an answer that comes too late");
        }
        let again = client.call();
        client.give(Input::Reconnect { call: again });
        client.open();
        client.history([session_start(1)]);
        assert_eq!((client.result(again), client.last_session()), (Some(Ok(())), "s1"), "step {step}");
    }
}

#[test]
fn restart_in_the_middle_of_the_experiment_makes_a_session_of_its_own() {
    for step in 0..4 {
        let mut client = in_trial(step);
        let call = client.call();
        client.give(Input::Restart { call });
        assert_eq!((client.requests.len(), client.socket), (1, None), "step {step}");
        client.answer_token();
        client.answer_session("fresh");
        client.open();
        client.history([session_start(1)]);
        assert_eq!((client.result(call), client.last_session()), (Some(Ok(())), "fresh"));
        assert_eq!(client.diagnostics()["refusals"], 0);
    }
}

#[test]
fn reconnect_in_the_middle_of_the_experiment_waits_for_it() {
    for step in 0..4 {
        let mut client = in_trial(step);
        let tried = client.urls.len();
        let call = client.call();
        client.give(Input::Reconnect { call });
        assert_eq!(client.urls.len(), tried, "step {step}");
        Server::new(200, Some(|_| true)).run(&mut client, 3_000);
        assert_eq!(client.result(call), Some(Ok(())), "step {step}");
    }
}

#[test]
fn end_in_the_middle_of_the_experiment_still_tells_the_session() {
    for step in 0..4 {
        let mut client = in_trial(step);
        let call = client.call();
        client.give(Input::End { call });
        Server::new(200, Some(|_| true)).answer(&mut client);
        assert_eq!((client.last_session(), client.frame_types()), ("s1", vec!["USER_END_SESSION"]), "step {step}");
        client.receive(event(9, "SESSION_END", json!({ "reason": "REASON_USER_END" })));
        assert_eq!(client.result(call), Some(Ok(())));
        assert!(!client.event_types().contains(&"sessionReplaced"));
    }
}

#[test]
fn an_end_while_refused_neither_probes_nor_experiments() {
    let mut client = refused(1, options());
    let call = client.call();
    client.give(Input::End { call });
    client.refuse_socket();
    let mut server = Server::new(200, None);
    server.run(&mut client, 5_000);
    assert_eq!(client.result(call), Some(Ok(())));
    assert_eq!((server.made, client.diagnostics()["trials"].clone()), (1, json!(0)));
    assert_eq!((client.status().as_str(), client.deadline), ("closed", None));
}

/// A client that has lost ten sockets, each with this code, and a server that refuses its session from now on.
fn lost_ten_sockets(code: u16) -> (Client, Server) {
    let mut client = Client::joined_with(Options { max_reconnect_attempts: 0, ..options() });
    for _ in 0..9 {
        client.drop_socket(code);
        client.come_back([]);
        client.pass(5_000);
    }
    client.drop_socket(code);
    (client, Server::new(200, Some(|session| session != "s1")))
}

#[test]
fn a_refusal_proves_nothing_while_the_server_may_count_ten_sockets_that_died() {
    let (mut client, mut server) = lost_ten_sockets(1006);
    server.run(&mut client, 30_000);
    assert_eq!((server.made, client.last_session()), (1, "s1"), "it may be that they are ten");
    server.run(&mut client, 90_000);
    assert_ne!(client.last_session(), "s1", "a server notices in time");
}

#[test]
fn sockets_that_were_closed_are_no_reason_to_doubt_a_refusal() {
    let (mut client, mut server) = lost_ten_sockets(1001);
    server.run(&mut client, 60_000);
    assert_eq!(client.status(), "open");
    assert_ne!(client.last_session(), "s1");
}
