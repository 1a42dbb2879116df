//! `<poly-chat>` as an element of a page (`pages/widget.html`): it comes, goes and moves, shares its chat, and is given one.

use e2e::{Chat, Page, Sandbox, Setup, inside, key, part};
use serde_json::{Value, json};

/// Opens the page with a widget of its own connector; `more` goes into the address.
async fn open<'a>(page: &'a Page, sandbox: &'a Sandbox, name: &str, more: &str) -> Chat<'a> {
    let chat = Chat::prepare(page, sandbox, name, &Setup::default()).await;
    page.open(&format!("{}&{more}", chat.address().replace("/chat.html", "/widget.html"))).await;
    page.wait_until("globalThis.inside && widget.isConnected").await;
    chat
}

/// Waits until the widget's last line is one of the agent and says this.
async fn hears(page: &Page, text: &str) {
    let last = "insideAll('li[data-role=agent], li[data-role=user]').at(-1)";
    page.wait_until(&format!("{last}?.dataset.role === 'agent' && {last}.textContent.includes({})", json!(text))).await;
}

async fn say(page: &Page, text: &str) {
    page.click(&part("input")).await;
    page.write(text).await;
    page.press(key::ENTER).await;
}

/// How many sockets the connector's only session has had, and how many of them are open.
async fn sockets(chat: &Chat<'_>) -> (Value, Value) {
    let sessions = chat.sessions().await;
    assert_eq!(sessions.len(), 1, "{sessions:?}");
    (sessions[0]["sockets_opened"].clone(), sessions[0]["sockets_open"].clone())
}

#[test]
fn a_widget_of_attributes_holds_a_conversation() {
    e2e::on_sandbox(async |page, sandbox| {
        let chat = open(page, sandbox, "talk", "attributes").await;
        chat.settle(&[]).await;
        hears(page, "Hello, I'm Ada").await;
        page.wait_for(&inside(".root[data-status=open]")).await;
        assert_eq!(chat.value("wasDefined").await, false);
        assert_eq!(sockets(&chat).await, (json!(1), json!(1)));
        say(page, "attributes alone").await;
        hears(page, "attributes alone").await;

        // What is empty, or too long for the server, stays where it is.
        page.write("  ").await;
        page.press(key::ENTER).await;
        assert_eq!(chat.value("inside('textarea').value").await, "  ");
        let long = "const input = inside('textarea');
            input.value = 'long '.repeat(50_000);
            input.dispatchEvent(new InputEvent('input', { bubbles: true }));";
        page.eval(long, &[]).await;
        page.wait_for(&inside("textarea[aria-invalid=true]")).await;
        page.press(key::ENTER).await;
        assert_eq!(chat.value("inside('textarea').value.length").await, 250_000);
        chat.settle(&["attributes alone"]).await;
        page.eval(
            "const input = inside('textarea'); input.value = ''; input.dispatchEvent(new InputEvent('input'));",
            &[],
        )
        .await;

        say(page, "Bye").await;
        page.wait_for(&part("ending")).await;
        page.wait_for_none(&inside("textarea:enabled")).await;
        page.click(&part("new-chat")).await;
        hears(page, "Hello, I'm Ada").await;
        page.wait_for(&inside("textarea:enabled")).await;
        assert_eq!(page.count(&inside("li[data-role=user]")).await, 0);
        // The page has put a connector token into the document, where no other may be.
        page.eval("widget.remove();", &[]).await;
    });
}

#[test]
fn a_widget_opens_and_closes_its_chat_as_it_comes_and_goes() {
    e2e::on_sandbox(async |page, sandbox| {
        let chat = open(page, sandbox, "moves", "early").await;
        chat.settle(&[]).await;
        assert_eq!(chat.value("Object.keys(widget)").await, json!([]));
        page.eval("widget.first = widget.chat; document.querySelector('#there').append(widget);", &[]).await;
        // Equal options are the same chat, attributes that say what the options say are too.
        page.eval("widget.options = { ...options }; widget.setAttribute('environment', 'uk');", &[]).await;
        say(page, "moved").await;
        chat.settle(&["moved"]).await;
        assert_eq!(chat.value("widget.first === widget.chat").await, true);
        assert_eq!(sockets(&chat).await, (json!(1), json!(1)));

        page.eval("widget.remove();", &[]).await;
        page.wait_until("widget.first.getSnapshot().connection.status === 'closed'").await;
        let session = chat.sessions().await[0]["session_id"].as_str().expect("an id").to_owned();
        chat.log_when(&session, |log| log["sockets_open"] == 0).await;
        assert_eq!(chat.value("widget.chat").await, Value::Null);
        page.eval("document.querySelector('#here').append(widget);", &[]).await;
        chat.settle(&["moved"]).await;
        assert_eq!(chat.value("chat.getSnapshot().session.resumed").await, true);
        hears(page, "moved").await;
        assert_eq!(sockets(&chat).await, (json!(2), json!(1)));
    });
}

#[test]
fn two_widgets_with_equal_options_share_a_chat() {
    e2e::on_sandbox(async |page, sandbox| {
        let chat = open(page, sandbox, "shared", "early").await;
        chat.settle(&[]).await;
        page.eval(
            "window.other = document.createElement('poly-chat');
            other.options = { ...options, theme: 'dark' };
            document.querySelector('#there').append(other);",
            &[],
        )
        .await;
        assert_eq!(chat.value("other.chat === widget.chat").await, true);
        say(page, "to both").await;
        chat.settle(&["to both"]).await;
        page.wait_until("other.shadowRoot.querySelectorAll('li[data-role=user]').length === 1").await;
        // It stays with the one that stays.
        page.eval("other.remove();", &[]).await;
        say(page, "to one").await;
        chat.settle(&["to both", "to one"]).await;
        assert_eq!(sockets(&chat).await, (json!(1), json!(1)));
    });
}

#[test]
fn a_widget_shows_a_chat_it_is_given_and_leaves_it_open() {
    e2e::on_sandbox(async |page, sandbox| {
        let chat = open(page, sandbox, "given", "").await;
        assert_eq!(chat.value("widget.chat").await, Value::Null);
        assert_eq!(chat.value("inside('.root').dataset.status").await, "idle");
        page.eval(
            "const { renderMode, language, ...own } = options;
            widget.setAttribute('render-mode', 'inline');
            widget.setAttribute('language', 'en');
            widget.chat = widget.own = polyMessaging.createChat(own);",
            &[],
        )
        .await;
        chat.settle(&[]).await;
        hears(page, "Hello, I'm Ada").await;
        page.eval("widget.remove(); widget.chat = null;", &[]).await;
        page.eval_async("await widget.own.send('still here');", &[]).await;
        assert_eq!(chat.value("widget.own.getSnapshot().connection.status").await, "open");
        assert_eq!(sockets(&chat).await, (json!(1), json!(1)));

        // What is wrong with the options is said on the console; a visitor reads that there is no chat. Others put it right.
        page.eval("document.querySelector('#here').append(widget); widget.options = { connectorToken: 5 };", &[]).await;
        page.wait_until("inside('[role=alert]').textContent === 'The chat is not available at the moment.'").await;
        page.eval("void widget.own.close(); widget.options = options;", &[]).await;
        chat.settle(&["still here"]).await;
        assert_eq!(chat.value("inside('[role=alert]').textContent").await, "");
        // A screen reader has a name for it.
        assert_eq!(chat.value("inside('textarea').labels[0].textContent").await, "Message");
    });
}

/// Has the page keep in `said` what widgets say on the console from now on, and after how many milliseconds.
const LISTEN: &str = "
    window.said = [];
    const { console } = window;
    const start = performance.now();
    for (const level of ['warn', 'error']) {
        const write = console[level];
        console[level] = (...values) => {
            const [, text] = /^<poly-chat>: (.*)$/.exec(values[0]) ?? [];
            if (text !== undefined) said.push([level, text, performance.now() - start]);
            write.apply(console, values);
        };
    }";

#[test]
fn what_does_nothing_and_what_is_missing_is_said_once_on_the_console() {
    e2e::on_sandbox(async |page, sandbox| {
        open(page, sandbox, "told", "").await;
        page.eval(LISTEN, &[]).await;
        // One is given its options once it is there, the other has attributes alone, and no token.
        page.eval(
            "widget.remove();
            const [late, bare] = [0, 1].map(() => document.createElement('poly-chat'));
            document.body.append(late);
            const given = { ...options, renderMode: 'floating', theme: 'neon', them: 'dark', wobble: 1 };
            late.options = given;
            late.options = { ...given };
            late.hideHeader();
            const names = ['conector-token', 'wobble', 'data-theme', 'data-testid', 'title', 'x-cloak'];
            for (const name of names) bare.setAttribute(name, '');
            document.body.append(bare);
            bare.hideHeader();
            bare.showHeader();",
            &[],
        )
        .await;
        page.wait_until("said.some(([, text]) => text.includes('no connector-token'))").await;
        let said = "await new Promise((done) => setTimeout(done, 200));
            return said.map(([level, text]) => [level, text]);";
        let wanted = json!([
            ["error", r#"theme must be "auto", "light", "dark"; found "neon"."#],
            ["warn", r#""them" is no option. Did you mean theme?"#],
            ["warn", r#""wobble" is no option."#],
            ["warn", r#""conector-token" is no attribute of it. Did you mean "connector-token"?"#],
            ["warn", r#""wobble" is no attribute of it."#],
            ["warn", r#""data-theme" is no attribute of it. Did you mean "theme"?"#],
            ["warn", "there is no connector-token, and no getAccessToken in options: nothing can be said here."]
        ]);
        assert_eq!(page.eval_async(said, &[]).await, wanted);
        // There was time to set one.
        let waited = page.eval("return said.at(-1)[2];", &[]).await.as_f64().expect("milliseconds");
        assert!(waited > 2_900.0, "it was said after {waited} ms");
    });
}
