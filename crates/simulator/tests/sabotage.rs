//! That the properties can fail: each of these breaks something on purpose, in conversations that keep every property
//! otherwise, and the property that is about it says so.

use poly_messaging_simulator::{Sabotage, run, run_sabotaged};

/// Has conversations with something broken until `property` is found not to hold.
fn is_noticed(sabotage: Sabotage, property: &str) {
    let notices = |seed: &u64| {
        let outcome = run_sabotaged(*seed, sabotage);
        outcome.violations.iter().any(|violation| violation.property == property)
    };
    let seed = (0..3_000).find(notices).unwrap_or_else(|| panic!("{property} holds in spite of {sabotage:?}"));
    assert_eq!(run(seed).violations, [], "the conversation itself breaks a property");
}

#[test]
fn a_server_that_writes_messages_twice_is_noticed() {
    is_noticed(Sabotage::ServerDoubles, "once");
}

#[test]
fn a_server_that_turns_messages_around_is_noticed() {
    is_noticed(Sabotage::ServerReorders, "order");
}

#[test]
fn a_session_given_up_for_nothing_is_noticed() {
    is_noticed(Sabotage::ServerDisowns, "sessions");
}

#[test]
fn a_token_that_shows_is_noticed() {
    is_noticed(Sabotage::ServerTells, "tokens");
}

#[test]
fn a_client_that_writes_messages_twice_is_noticed() {
    is_noticed(Sabotage::WritesTwice, "once");
}

#[test]
fn a_message_that_is_called_sent_and_was_not_is_noticed() {
    is_noticed(Sabotage::LosesAMessage, "delivered");
}

#[test]
fn an_engine_that_does_not_hear_of_a_closed_socket_is_noticed() {
    is_noticed(Sabotage::DropsCloses, "open");
}

#[test]
fn heartbeats_that_are_late_are_noticed() {
    is_noticed(Sabotage::DelaysTimers, "heartbeats");
}

#[test]
fn attempts_that_are_late_are_noticed() {
    is_noticed(Sabotage::DelaysTimers, "backoff");
}

#[test]
fn sockets_that_are_opened_again_and_again_are_noticed() {
    is_noticed(Sabotage::TriesAtOnce, "budget");
}

#[test]
fn sessions_that_are_made_again_and_again_are_noticed() {
    is_noticed(Sabotage::TriesAtOnce, "restraint");
}

#[test]
fn a_transcript_that_lacks_a_piece_is_noticed() {
    is_noticed(Sabotage::LosesChanges, "transcript");
}

#[test]
fn a_call_that_is_never_settled_is_noticed() {
    is_noticed(Sabotage::LosesSettles, "calls");
}
