//! When the widget connects, what it says of its connection, and what outlives a loss of it.

use e2e::{Screen, Setup, Widget, inside, part};
use serde_json::{Value, json};

/// How many access tokens were asked for.
async fn tokens(widget: &Widget<'_>) -> u64 {
    let stats = widget.stats().await;
    let counts = stats["access_token"].as_object().cloned().unwrap_or_default();
    counts.values().filter_map(Value::as_u64).sum()
}

#[test]
fn a_closed_widget_asks_for_nothing_until_it_is_opened() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Phone).await;
        let widget = Widget::closed(page, sandbox, "lazy", json!({})).await;
        page.wait_for(&part("launcher")).await;
        page.eval_async("await new Promise((resolve) => setTimeout(resolve, 500));", &[]).await;
        assert_eq!(tokens(&widget).await, 0);
        let loaded = "return performance.getEntriesByType('resource').map(({ name }) => name)
            .filter((name) => name.includes('.wasm') || name.includes('/api/'));";
        assert_eq!(page.eval(loaded, &[]).await, json!([]));
        page.click(&part("launcher")).await;
        widget.hears("Hello, I'm Ada").await;
        assert_eq!(tokens(&widget).await, 1);

        // From now on there is a session, which comes back by itself: what was said meanwhile is counted.
        page.click(&part("close")).await;
        widget.is_told("Are you still there?").await;
        page.wait_for_text(&part("badge"), "1").await;
        assert_eq!(page.eval("return widget.unread;", &[]).await, 1);
        let session = widget.session().await;
        page.open(&sandbox.page("/elsewhere.html")).await;
        let frame = json!({
            "type": "EVENT_TYPE_POLY_AGENT_MESSAGE",
            "payload": { "message_id": "away", "text": "There is one table left.", "agent_name": "Ada" },
        });
        sandbox.order(&format!("/sessions/{session}/send"), &json!({ "frames": [frame], "log": true })).await;
        page.open(widget.address()).await;
        page.wait_for_text(&part("badge"), "2").await;
        assert_eq!((page.eval("return widget.isOpen;", &[]).await, tokens(&widget).await), (json!(false), 1));
        page.click(&part("launcher")).await;
        widget.hears("There is one table left.").await;
        page.wait_until("inside('[part~=badge]').hidden && widget.unread === 0").await;
    });
}

#[test]
fn the_user_is_told_of_a_lost_connection_and_when_it_is_tried_again() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "banner", json!({ "max-reconnect-attempts": "5" })).await;
        assert_eq!(page.eval("return inside('[part~=banner]').hidden;", &[]).await, true);
        widget.fault(json!({ "handshake": [{ "status": 503, "times": 3 }] })).await;
        page.eval(
            "window.seconds = [];
            new MutationObserver(() => {
                const number = Number(inside('[part~=banner]').innerText.match(/\\d+/)?.[0]);
                if (number && number !== seconds.at(-1)) seconds.push(number);
            }).observe(inside('[part~=banner]'), { childList: true, characterData: true, subtree: true });",
            &[],
        )
        .await;
        widget.order("drop", json!({})).await;
        page.wait_for(&inside("[part~=banner][data-kind=reconnecting]")).await;
        page.wait_for(&inside(".root[data-status=reconnecting]")).await;
        // It counts down, and the user need not wait for it.
        page.wait_until("seconds.some((number, at) => number === seconds[at - 1] - 1)").await;
        page.click(&part("reconnect")).await;
        widget.say("hello again").await;
        page.wait_until("inside('.root').dataset.status === 'open' && inside('[part~=banner]').hidden").await;
        widget.settle(&["hello again"]).await;
    });
}

#[test]
fn a_chat_that_could_not_connect_says_so_and_tries_again_when_told() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Phone).await;
        let setup = Setup::default();
        let widget =
            Widget::on(page, sandbox, "refused", &setup, "attributes", json!({ "max-reconnect-attempts": "1" })).await;
        // What no visitor can mend is not said to them, and they are not asked to try again.
        widget.fault(json!({ "http": [{ "endpoint": "access-token", "status": 401, "times": 1 }] })).await;
        page.click(&part("launcher")).await;
        page.wait_for(&inside("[part~=banner][data-kind=unavailable]")).await;
        let shown = "const { innerText } = inside('[part~=banner]');
            return [/available/.test(innerText), /token|host|server/i.test(innerText), inside('[part~=reconnect]').hidden];";
        assert_eq!(page.eval(shown, &[]).await, json!([true, false, true]));

        widget.fault(json!({ "http": [{ "endpoint": "access-token", "status": 500, "times": 4 }] })).await;
        page.eval("chat.reconnect().catch(() => {});", &[]).await;
        page.wait_for(&inside("[part~=banner][data-kind=failed]")).await;
        page.click(&part("reconnect")).await;
        widget.hears("Hello, I'm Ada").await;
        page.wait_until("inside('[part~=banner]').hidden").await;
    });
}

#[test]
fn a_user_without_network_is_told_and_what_they_wrote_waits() {
    e2e::on_private_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "offline", json!({ "confirm-timeout-ms": "700" })).await;
        // Not every engine takes the network from a socket that is open.
        widget.order("freeze", json!({})).await;
        page.set_offline(true).await;
        page.wait_for(&inside("[part~=banner][data-kind=offline]")).await;
        widget.say("from the tunnel").await;
        page.wait_for(&inside("li[data-role=user][data-delivery=pending]")).await;
        page.set_offline(false).await;
        page.wait_for(&inside("li[data-role=user][data-delivery=sent]")).await;
        page.wait_until("inside('[part~=banner]').hidden").await;
        widget.hears("from the tunnel").await;
        widget.settle(&["from the tunnel"]).await;
    });
}

#[test]
fn a_conversation_outlives_a_reload_and_a_drop_amid_a_reply() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Phone).await;
        let slow = Setup { settings: json!({ "pace_ms": 120 }), ..Setup::default() };
        let widget = Widget::open_with(page, sandbox, "outlives", &slow, json!({})).await;
        let session = widget.session().await;
        widget.say("Opening hours").await;
        page.wait_for(&inside("li[data-role=agent][data-streaming=true]")).await;
        widget.order("drop", json!({})).await;
        widget.hears("We are open from Tuesday to Sunday, noon to 11 pm; the kitchen closes at 10 pm.").await;
        widget.say("Where are you?").await;
        page.wait_for(&inside("li[data-role=agent][data-streaming=true]")).await;
        page.click(&part("input")).await;
        page.write("half a wo").await;
        widget.reload().await;
        page.click(&part("launcher")).await;
        widget.hears("right by the river").await;
        assert_eq!(widget.session().await, session);
        // What was being written is there too.
        assert_eq!(page.eval("return inside('textarea').value;", &[]).await, "half a wo");
        page.click(&part("input")).await;
        page.write("rd").await;
        page.click(&part("send")).await;
        widget.hears("half a word").await;
        widget.settle(&["Opening hours", "Where are you?", "half a word"]).await;
        let lines = page.count(&inside("li[data-role=agent]")).await;
        assert_eq!((lines, page.count(&inside("li[data-role=user]")).await), (4, 3));
    });
}
