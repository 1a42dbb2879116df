//! The exported class as JavaScript meets it: in a browser, against a scripted server. See `support/page.js`.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, reason = "tests say what they show by their names")]

use js_sys::Reflect;
use poly_messaging_web::{Client, Host};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/tests/support/page.js")]
extern "C" {
    type Page;
    #[wasm_bindgen(constructor)]
    fn new() -> Page;
    #[wasm_bindgen(method)]
    fn leave(this: &Page);
    #[wasm_bindgen(method)]
    fn options(this: &Page) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn host(this: &Page) -> Host;
    #[wasm_bindgen(catch)]
    async fn play(class: &JsValue, body: &str) -> Result<JsValue, JsValue>;
}

/// Runs a test written in JavaScript.
async fn run(body: &str) {
    let page = Page::new();
    let client = Client::new(&page.options(), page.host(), 0, &"none".into()).ok().map(JsValue::from).unwrap();
    page.leave();
    let class = Reflect::get(&client, &"constructor".into()).unwrap();
    if let Err(error) = play(&class, body).await {
        let text = |name: &str| Reflect::get(&error, &name.into()).ok().and_then(|text| text.as_string());
        panic!("{}", text("stack").or_else(|| text("message")).unwrap_or_else(|| format!("{error:?}")));
    }
}

#[wasm_bindgen_test]
async fn a_conversation_goes_from_token_to_agent() {
    run(r#"
        const client = new Client(page.options(), page.host, 0, "none");
        client.ready(1);
        await page.converse(client);
        equal(page.requests, [
            ["https://api.test/api/v1/access-token", { "content-type": "application/json", "x-host": "https://page.test", "x-token": "connector" }],
            ["https://api.test/api/v1/sessions", { authorization: "Bearer server-token", "content-type": "application/json" }],
        ]);
        equal(page.socket.url, "wss://api.test/ws?session_id=11111111-1111-4111-8111-111111111111&access_token=server-token");
        equal(page.socket.sent.map((frame) => frame.type), ["EVENT_TYPE_REQUEST_POLY_AGENT_JOIN"]);
        const ready = page.told.find(([method]) => method === "settle");
        equal(ready, ["settle", 1, null]);
        page.socket.say(event(3, "POLY_AGENT_MESSAGE", { message_id: "m1", text: "Hello \u{1F469}\u200D\u{1F373}" }));
        const last = page.told.at(-1)[1];
        equal([last.body.type, last.body.text, last.envelope.sequence, typeof last.envelope.timestamp],
            ["agentMessage", "Hello \u{1F469}\u200D\u{1F373}", 3, "number"]);
        client.close(2);
        equal(page.socket.closed, 1000);
        equal(page.told.at(-1), ["settle", 2, null]);
        equal(page.errors, []);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn changes_come_before_the_event_they_belong_to() {
    run(r#"
        const client = new Client(page.options(), page.host, 0, "none");
        await page.converse(client);
        page.told.length = 0;
        page.socket.say(event(3, "POLY_AGENT_MESSAGE_CHUNK", { message_id: "m", text: "a", chunk_index: 1 }),
            event(4, "POLY_AGENT_MESSAGE_CHUNK", { message_id: "m", text: "b", chunk_index: 2 }));
        equal(page.told.map(([method, value]) => value.op ?? value.body.type),
            ["insert", "agentMessageChunk", "append", "agentMessageChunk"]);
        client.close(1);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn a_refused_command_throws_a_plain_error_and_changes_nothing() {
    run(r#"
        const client = new Client(page.options(), page.host, 0, "none");
        await page.converse(client);
        page.told.length = 0;
        let thrown;
        try { client.send(1, "d1", "  ", {}) } catch (error) { thrown = error }
        equal(Object.keys(thrown), ["code", "message", "retryable", "retryAfterMs"]);
        equal([thrown.code, thrown.retryable, thrown.retryAfterMs], ["message/empty", false, null]);
        equal(Object.getPrototypeOf(thrown) === Object.prototype, true);
        for (const call of [() => client.retry(2, "no"), () => client.discard("no"), () => client.rawSend("no")]) {
            thrown = null;
            try { call() } catch (error) { thrown = error.code }
            equal(typeof thrown, "string");
        }
        equal(page.told, []);
        client.close(3);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn commands_from_within_a_listener_are_handled_at_once_and_told_of_later() {
    run(r#"
        const client = new Client(page.options(), page.host, 0, "none");
        let seen;
        page.onTold = (method, value) => {
            if (method !== "event" || value.body.type !== "agentMessage") return;
            const before = page.told.length;
            let refusal;
            try { client.send(1, "d0", "", {}) } catch (error) { refusal = error.code }
            client.send(2, "d1", "from within", {});
            client.typing();
            client.diagnostics();
            seen = { refusal, told: page.told.length - before, sent: page.socket.sent.length };
        };
        await page.converse(client);
        const sent = page.socket.sent.length;
        page.socket.say({ type: "EVENT_TYPE_EVENT_BATCH", payload: { events: [
            event(3, "POLY_AGENT_MESSAGE", { message_id: "m1", text: "one" }),
            event(4, "LANGUAGE_CHANGED", { language_code: "de" }),
        ] } });
        equal(seen, { refusal: "message/empty", told: 0, sent });
        equal(page.deepest, 1, "no method of the host is called while another runs");
        equal(page.socket.sent.slice(sent).map((frame) => frame.payload.text ?? frame.type)[0], "from within");
        const order = page.events;
        equal(order.indexOf("languageChanged") < order.indexOf("messagePending"), true, "first what was under way");
        client.close(3);
        equal(page.errors, []);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn a_chat_closed_from_within_a_listener_hears_no_more_of_its_socket() {
    run(r#"
        const client = new Client(page.options(), page.host, 0, "none");
        page.onTold = (method, value) => {
            if (method === "event" && value.body.type === "agentMessage") client.close(7);
        };
        await page.converse(client);
        page.socket.say(event(3, "POLY_AGENT_MESSAGE", { message_id: "m1", text: "one" }),
            event(4, "POLY_AGENT_MESSAGE", { message_id: "m2", text: "two" }));
        equal(page.told.filter(([method]) => method === "settle"), [["settle", 7, null]]);
        equal(page.events.filter((type) => type === "agentMessage").length, 1);
        equal([page.socket.onmessage, page.socket.onclose], [null, null]);
        equal(page.errors, []);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn a_host_that_throws_is_reported_and_breaks_nothing() {
    run(r#"
        let count = 0;
        page.onTold = () => { count += 1; throw new Error("of the page") };
        const client = new Client(page.options(), page.host, 4, "none");
        client.ready(1);
        await page.converse(client);
        client.send(2, "d1", "hi", {});
        page.socket.say(event(3, "USER_MESSAGE", { message_id: "u1", text: "hi" }, { custom: { client_event_id: "d1" } }));
        client.close(3);
        equal(page.told.filter(([method]) => method === "settle").map(([, call, error]) => [call, error]), [[1, null], [2, null], [3, null]]);
        equal(page.errors.length, count, "each exception reaches the page once");
        equal(page.errors.every((error) => error.message === "of the page"), true);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn a_host_without_its_methods_breaks_nothing() {
    run(r#"
        const host = { token: page.host.token, get event() { throw new Error("getter") }, change: 7 };
        const client = new Client(page.options(), host, 0, "none");
        await page.converse(client);
        equal(client.diagnostics().link, "socket");
        equal(page.errors.length > 0, true);
        client.close(1);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn bad_options_are_refused_by_name() {
    run(r#"
        const cyclic = {}; cyclic.self = cyclic;
        const hostile = [undefined, null, 7, "x", Symbol("x"), 1n, [], cyclic, () => {}, NaN, Infinity, -1, 2.5, 4294967296,
            new Proxy({}, { get() { throw new Error("trap") } }), { toString() { throw 1 }, valueOf() { throw 2 } }];
        const refused = (options, ...hosts) => {
            try { new Client(options, hosts.length ? hosts[0] : page.host, 0, "none") } catch (error) { return error }
            return null;
        };
        equal(refused(page.options()), null);
        for (const name of Object.keys(page.options())) {
            const kind = typeof page.options()[name];
            for (const value of hostile) {
                const options = page.options({ [name]: value });
                const fits = typeof value === kind && (kind !== "number" || value === 7)
                    && !(kind === "string" && ["apiUrl", "socketUrl", "onSessionLost"].includes(name))
                    || (name === "connectorToken" && value === null);
                const error = refused(options);
                if (fits) { equal(error, null, name); continue }
                equal(error?.code, "config/invalid", `${name} = ${typeof value}`);
                equal(error.message.includes(name), true, error.message);
                equal(error.message.includes("trap"), false);
            }
            const thrower = page.options();
            Object.defineProperty(thrower, name, { get() { throw new Error("secret") } });
            equal(refused(thrower)?.code, "config/invalid", name);
            equal(refused(thrower).message.includes("secret"), false);
        }
        for (const options of hostile) equal(refused(options)?.code, "config/invalid");
        for (const host of [undefined, null, 7, "x"]) equal(refused(page.options(), host)?.code, "config/invalid");
        const proxied = new Proxy(page.options(), {});
        equal(refused(proxied), null, "a proxy that answers is as good as an object");
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn bad_arguments_are_refused_by_name() {
    run(r#"
        const client = new Client(page.options(), page.host, 0, "none");
        await page.converse(client);
        page.told.length = 0;
        const refused = (call) => { try { call() } catch (error) { return [error.code, error.message.split(" ")[0]] } return null };
        for (const bad of [undefined, null, 7, {}, [], Symbol("x"), 1n, () => {}]) {
            equal(refused(() => client.send(1, bad, "text", {})), ["config/invalid", "draftId"]);
            equal(refused(() => client.send(1, "d", bad, {})), ["config/invalid", "text"]);
            equal(refused(() => client.retry(1, bad)), ["config/invalid", "draftId"]);
            equal(refused(() => client.discard(bad)), ["config/invalid", "draftId"]);
            equal(refused(() => client.rawSend(bad)), ["config/invalid", "frame"]);
        }
        const throwing = new Proxy({}, { ownKeys() { throw new Error("trap") } });
        for (const bad of [7, "x", { a: 1 }, { a: null }, { get a() { throw new Error("trap") } }, throwing]) {
            equal(refused(() => client.send(1, "d", "text", bad)), ["config/invalid", "metadata"]);
        }
        equal(page.told, []);
        client.send(2, "d", "text", { page: "/a\"b", [Symbol("x")]: 1 });
        equal(page.socket.sent.at(-1).metadata.custom, { client_event_id: "d", page: "/a\"b" });
        client.close(3);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn half_a_character_and_other_odd_text_can_be_sent() {
    run(r#"
        const client = new Client(page.options(), page.host, 0, "none");
        await page.converse(client);
        client.send(1, "d1", "a\ud83d b\u0000\u2028\"\\", { "__proto__x": "\udc69" });
        equal(page.socket.sent.at(-1).payload.text, "a\ufffd b\u0000\u2028\"\\");
        client.close(2);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn an_unknown_event_arrives_whole_whatever_it_holds() {
    run(r#"
        const client = new Client(page.options(), page.host, 0, "none");
        await page.converse(client);
        const payload = '{"__proto__":{"polluted":1},"big":123456789012345678901234567890,"deep":[[{"a":null}]],"x":1.50}';
        page.socket.say(`{"type":"EVENT_TYPE_NEW","sequence":3,"id":"e3","payload":${payload}}`);
        const told = page.told.at(-1)[1].body;
        equal([told.wireType, told.payload], ["EVENT_TYPE_NEW", payload], "JSON text, to the last digit");
        client.close(1);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn frames_are_told_while_they_are_watched_in_order_with_the_events() {
    run(r#"
        const client = new Client(page.options(), page.host, 0, "none");
        await page.converse(client);
        equal(page.told.some(([method]) => method === "frame"), false);
        client.watchFrames(true);
        page.told.length = 0;
        const frame = JSON.stringify(event(3, "POLY_AGENT_LEFT"));
        page.socket.say(frame, "not json");
        equal(page.told.filter(([method]) => method !== "change").map(([method, a, b]) => method === "frame" ? [a, b] : a.body.type),
            [["in", frame], "agentLeft", ["in", "not json"]]);
        page.told.length = 0;
        client.rawSend('{"type":"X"}');
        equal(page.told, [["frame", "out", '{"type":"X","payload":{}}']]);
        page.socket.readyState = 2;
        client.rawSend('{"type":"Y"}');
        equal(page.told.length, 1, "what was not written is not told of");
        client.watchFrames(false);
        page.socket.say(event(4, "POLY_AGENT_LEFT"));
        equal(page.told.filter(([method]) => method === "frame").length, 1);
        client.close(1);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn a_token_of_the_application_is_used() {
    run(r#"
        let asked;
        page.token = async (reason, signal) => { asked = [reason, signal.aborted]; return { accessToken: "own-token" } };
        const client = new Client(page.options({ connectorToken: null }), page.host, 0, "none");
        client.start();
        await page.until(() => page.socket);
        equal(asked, ["start", false]);
        equal(page.requests.length, 1, "no access token is asked of the server");
        equal(page.requests[0][1].authorization, "Bearer own-token");
        client.close(1);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn a_token_callback_that_fails_in_any_way_is_an_error_without_its_secrets() {
    run(r#"
        const hostile = new Proxy({}, { get() { throw new Error("trap") } });
        const failing = {
            "rejects": () => Promise.reject(new Error("no token today")),
            "rejects with text": () => Promise.reject("no token today"),
            "rejects with nothing": () => Promise.reject(),
            "rejects with a trap": () => Promise.reject({ get message() { throw new Error("trap") } }),
            "throws": () => { throw new Error("no token today") },
            "returns nothing": () => undefined,
            "returns a string": () => "own-token",
            "returns the wrong thing": () => ({ access_token: "own-token" }),
            "returns an empty token": () => ({ accessToken: "" }),
            "returns a trap": () => Promise.resolve({ get accessToken() { throw new Error("trap") } }),
            "returns a thenable that throws": () => hostile,
        };
        for (const [what, token] of Object.entries(failing)) {
            page.token = token;
            page.told.length = 0;
            const client = new Client(page.options({ connectorToken: null }), page.host, 4, "none");
            client.start();
            client.ready(1);
            await page.until(() => page.told.some(([method]) => method === "settle"));
            const [, call, error] = page.told.find(([method]) => method === "settle");
            equal([call, error.code], [1, "auth/token-failed"], what);
            equal(JSON.stringify(page.told).includes("own-token"), false, what);
            client.close(2);
        }
        equal([page.requests, page.errors], [[], []]);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn closing_takes_back_what_is_under_way() {
    run(r#"
        let signal;
        page.token = (_, its) => { signal = its; return new Promise(() => {}) };
        const asking = new Client(page.options({ connectorToken: null }), page.host, 0, "none");
        asking.start();
        await page.until(() => signal);
        asking.close(1);
        equal(signal.aborted, true);
        equal(page.told.at(-1), ["settle", 1, null]);

        let init;
        globalThis.fetch = (_, its) => { init = its; return new Promise(() => {}) };
        const requesting = new Client(page.options(), page.host, 0, "none");
        requesting.start();
        await page.until(() => init);
        requesting.close(2);
        equal(init.signal.aborted, true);
        equal(page.told.at(-1), ["settle", 2, null]);
        equal(page.errors, []);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn no_secret_is_told_to_the_host() {
    run(r#"
        const client = new Client(page.options({ connectorToken: "connector-secret" }), page.host, 4, "none");
        await page.converse(client);
        page.socket.say("garbage", { type: 7 });
        page.socket.fire("close", { code: 1006 });
        client.close(1);
        const told = JSON.stringify([page.told, client.diagnostics()]);
        for (const secret of ["connector-secret", "server-token"]) equal(told.includes(secret), false, secret);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn the_log_keeps_to_its_level() {
    run(r#"
        for (const level of [0, 1, 4]) {
            page.told.length = 0;
            const client = new Client(page.options(), page.host, level, "none");
            await page.converse(client);
            page.socket.say("garbage");
            client.close(1);
            const levels = page.told.filter(([method]) => method === "log").map(([, level]) => level);
            equal(levels.every((its) => its <= level), true, `at level ${level}: ${levels}`);
            equal(levels.length > 0, level === 4, `at level ${level}: ${levels}`);
            page.sockets.length = 0;
        }
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn a_chat_that_is_written_in_after_the_server_closed_it_hears_the_page_again() {
    run(r#"
        const client = new Client(page.options(), page.host, 0, "none");
        await page.converse(client);
        page.socket.fire("close", { code: 1000 });
        client.send(1, "d1", "Hello", {});
        await page.until(() => page.sockets.length === 2);
        page.socket.open();
        page.socket.say({ type: "EVENT_TYPE_EVENT_BATCH", payload: { events: [] } });
        const beats = () => page.socket.sent.filter(({ type }) => type === "EVENT_TYPE_HEARTBEAT").length;
        const before = beats();
        dispatchEvent(new Event("online"));
        equal(beats(), before + 1, "an open socket is checked when there is a network again");
        client.close(2);
    "#)
    .await;
}

#[wasm_bindgen_test]
async fn the_next_socket_is_opened_when_its_time_has_come() {
    run(r#"
        const client = new Client(page.options(), page.host, 0, "none");
        await page.converse(client);
        const before = performance.now();
        page.socket.fire("close", { code: 1006 });
        const pause = page.told.findLast(([, change]) => change.op === "connection")[1].connection;
        equal([pause.status, pause.attempt], ["reconnecting", 1]);
        await page.until(() => page.sockets.length === 2);
        equal(performance.now() - before >= pause.retryInMs - 2, true, "not before its time");
        equal(new URL(page.socket.url).searchParams.get("cursor"), "2");
        client.close(1);
    "#)
    .await;
}
