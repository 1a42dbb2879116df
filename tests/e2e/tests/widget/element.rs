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
