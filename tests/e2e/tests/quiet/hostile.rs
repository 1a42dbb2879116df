//! Large texts in `<poly-chat>` on a page under a strict policy: none freezes the page, and none costs a long task.

use std::time::Duration;

use e2e::{
    Engine, Recording,
    hostile::{LONGEST_PAUSE, LONGEST_QUIET_PAUSE, ROUNDS, corpus, frames_of, open, tell, until_handled},
};
use serde_json::{Value, json};

/// How long a test with so many messages may take.
const LIMIT: Duration = Duration::from_secs(600);
/// What a megabyte that someone has made up may cost at once, in time of a slow processor: what people write is held to less
/// (`speed.rs`).
const LONGEST_TASK: Duration = Duration::from_millis(75);

#[test]
fn texts_of_a_megabyte_freeze_nothing() {
    e2e::on_private_sandbox_within(LIMIT, async |page, sandbox| {
        // The other engines do not measure, and are not alone.
        let is_alone = page.engine() == Engine::Chromium;
        let pause = if is_alone { LONGEST_QUIET_PAUSE } else { LONGEST_PAUSE };
        assert_eq!(tell(page, sandbox, "large.json", pause).await, [""; 0]);
    });
}

#[test]
fn texts_of_a_megabyte_cost_no_long_task() {
    e2e::on_private_sandbox_within(LIMIT, async |page, sandbox| {
        let chat = open(page, sandbox, "tasks").await;
        let mut long = Vec::new();
        for (at, message) in corpus("large.json").iter().enumerate() {
            let mut longest = Duration::MAX;
            for round in 0..ROUNDS {
                let Some(recording) = Recording::start(page).await else { return };
                let id = format!("large {at} {round}");
                chat.order("send", json!({ "frames": frames_of(message, &id), "log": true })).await;
                until_handled(&chat, page, &format!("mark {id}")).await;
                let timeline = recording.stop(page).await;
                report(message, &timeline.tasks);
                longest = longest.min(timeline.longest_task());
                if longest <= LONGEST_TASK {
                    break;
                }
            }
            if longest > LONGEST_TASK {
                long.push(format!("{}: {longest:?}", message["name"]));
            }
        }
        assert_eq!(long, [""; 0]);
    });
}

#[expect(clippy::print_stdout, reason = "what was measured is worth knowing, and libtest shows it where asked to")]
fn report(message: &Value, tasks: &[Duration]) {
    println!("{}: {:?}", message["name"], &tasks[..tasks.len().min(2)]);
}
