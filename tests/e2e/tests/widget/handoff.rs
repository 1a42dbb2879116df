//! From the agent to a person and back, told step by step; and what a screen reader says of it.

use e2e::{Screen, Setup, Widget, inside, part};
use serde_json::{Value, json};

#[test]
fn the_way_to_a_person_is_told_step_by_step() {
    for screen in Screen::ALL {
        e2e::on_sandbox(async |page, sandbox| {
            page.resize(screen).await;
            // A step long enough to be seen, whatever the machine.
            let steps = Setup { settings: json!({ "step_ms": 400 }), ..Setup::default() };
            let widget = Widget::open_with(page, sandbox, "handoff", &steps, json!({})).await;
            page.wait_until("inside('[part~=name]').textContent === 'Ada'").await;
            page.eval(
                "window.steps = [];
                new MutationObserver(() => {
                    const { dataset, hidden, innerText } = inside('[part~=handoff]');
                    const step = hidden ? 'none' : `${dataset.phase}: ${innerText.replaceAll(/\\s+/g, ' ')}`;
                    if (step !== steps.at(-1)) steps.push(step);
                }).observe(inside('[part~=handoff]'), {
                    childList: true, characterData: true, subtree: true, attributes: true,
                });",
                &[],
            )
            .await;
            widget.say("Talk to a human").await;
            page.wait_until("inside('[part~=name]').textContent === 'Sarah'").await;
            widget.hears("Hi, this is Sarah").await;
            let steps: Vec<String> = serde_json::from_value(page.eval("return steps;", &[]).await).expect("texts");
            let queue: Vec<&String> = steps.iter().filter(|step| step.starts_with("queued")).collect();
            let places = ["3", "2", "1"].map(|place| format!("Your place in the queue: {place}"));
            let told: Vec<bool> = places.iter().map(|place| queue.iter().any(|step| step.contains(place))).collect();
            assert_eq!(told, [true; 3], "{steps:?}");
            assert!(queue.iter().any(|step| step.contains("General Support")), "{steps:?}");
            assert!(queue.iter().any(|step| step.contains("minute")), "{steps:?}");
            assert!(steps.last().is_some_and(|last| last.starts_with("connected")), "{steps:?}");
            let lines = "return insideAll('li[data-role=system]').map(({ dataset }) => dataset.event);";
            let lines = page.eval(lines, &[]).await;
            assert_eq!(lines, json!(["agentTriggeredHandoff", "handoffAccepted", "liveAgentJoined"]));
            assert_eq!(page.attribute(&part("header"), "data-agent").await.as_deref(), Some("live"));

            widget.say("A table by the window?").await;
            widget.hears("I've put you down for the table by the window.").await;
            widget.choose("Thanks, that's all").await;
            page.wait_until("inside('[part~=name]').textContent === 'Ada'").await;
            widget.hears("It's Ada again.").await;
            page.wait_until("inside('[part~=handoff]').hidden").await;

            let spoken = page.eval("return spoken;", &[]).await;
            for place in &places {
                assert_eq!(times(&spoken, place), 1, "{spoken}");
            }
            for text in ["Hello, I'm Ada", "Hi, this is Sarah", "I've put you down", "It's Ada again."] {
                assert_eq!(times(&spoken, text), 1, "{text}: {spoken}");
            }
            // What the user has written is not read back.
            assert_eq!(times(&spoken, "A table by the window?"), 0, "{spoken}");
        });
    }
}

/// How often a text was said.
fn times(spoken: &Value, text: &str) -> usize {
    let said = spoken.as_array().expect("a list");
    said.iter().filter(|line| line.as_str().is_some_and(|line| line.contains(text))).count()
}

#[test]
fn a_screen_reader_says_each_message_once_and_no_history() {
    e2e::on_sandbox(async |page, sandbox| {
        let slow = Setup { settings: json!({ "pace_ms": 40 }), ..Setup::default() };
        let widget = Widget::open_with(page, sandbox, "spoken", &slow, json!({})).await;
        widget.say("Opening hours").await;
        widget.hears("On Mondays we rest.").await;
        widget.say("Where are you?").await;
        widget.hears("right by the river").await;
        let spoken = page.eval("return spoken;", &[]).await;
        for text in ["Hello, I'm Ada", "On Mondays we rest.", "right by the river"] {
            assert_eq!(times(&spoken, text), 1, "{text}: {spoken}");
        }
        // Whole, with the name of who said it, and of what came along; not piece by piece.
        assert_eq!(times(&spoken, "Ada: We are open from Tuesday"), 1, "{spoken}");
        assert_eq!(times(&spoken, "How to find us"), 1, "{spoken}");
        assert_eq!(times(&spoken, "Ada: "), 3, "{spoken}");
        // The log itself is silent.
        assert_eq!(page.attribute(&inside("[role=log]"), "aria-live").await.as_deref(), Some("off"));

        widget.reload().await;
        page.click(&part("launcher")).await;
        widget.hears("right by the river").await;
        widget.say("still there").await;
        widget.hears("still there").await;
        let spoken = page.eval("return spoken;", &[]).await;
        assert_eq!((times(&spoken, "right by the river"), times(&spoken, "still there")), (0, 1), "{spoken}");
    });
}
