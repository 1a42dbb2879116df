//! `<poly-chat>` on a page (`pages/widget.html`).

use e2e::{Chat, Page, Sandbox, Setup};
use serde_json::{Value, json};

/// Opens the page with a widget of its own connector; `more` goes into the address.
async fn open<'a>(page: &'a Page, sandbox: &'a Sandbox, name: &str, more: &str) -> Chat<'a> {
    let chat = Chat::prepare(page, sandbox, name, &Setup::default()).await;
    page.open(&format!("{}&{more}", chat.address().replace("/chat.html", "/widget.html"))).await;
    chat
}

/// The lines that the widget shows: who, and what.
const LINES: &str = "insideAll('ol > li:not([hidden]):not([data-role=system])')
    .map((line) => [line.dataset.role, line.querySelector('p').textContent])";

/// Waits until the widget's last line is as wanted.
async fn until_last(chat: &Chat<'_>, role: &str, text: &str) {
    chat.until(&format!(
        "{LINES}.slice(-1).some(([role, text]) => role === {} && text.includes({}))",
        json!(role),
        json!(text)
    ))
    .await;
}

/// How many sockets the connector's only session has had, and how many of them are open.
async fn sockets(chat: &Chat<'_>) -> (Value, Value) {
    let sessions = chat.sessions().await;
    assert_eq!(sessions.len(), 1, "{sessions:?}");
    (sessions[0]["sockets_opened"].clone(), sessions[0]["sockets_open"].clone())
}

#[test]
fn a_widget_holds_a_conversation() {
    e2e::on_sandbox(async |page, sandbox| {
        let chat = open(page, sandbox, "talk", "attributes").await;
        chat.settle(&[]).await;
        until_last(&chat, "agent", "Hello, I'm Ada").await;
        chat.until("inside('[role=status]').textContent === 'Connected'").await;
        assert_eq!(chat.value("wasDefined").await, false);
        assert_eq!(sockets(&chat).await, (json!(1), json!(1)));

        // A suggestion is tapped, and gone once it is.
        chat.until("insideAll('ul button').some(({ textContent }) => textContent === 'Book a table')").await;
        page.eval("insideAll('ul button').find(({ textContent }) => textContent === 'Book a table').click();", &[])
            .await;
        until_last(&chat, "agent", "For how many people?").await;
        assert_eq!(chat.value("enter('2 people')").await, "");
        until_last(&chat, "agent", "2 people, noted.").await;
        chat.settle(&["Book a table", "2 people"]).await;
        assert_eq!(chat.value(&format!("{LINES}.length")).await, 5);
        chat.until("inside('[role=log]').getAttribute('aria-busy') === 'false'").await;

        // A link card, an image, a number to call.
        for (reply, answer) in [("Saturday", "Saturday it is."), ("7:30 pm", "A table for 2"), ("Yes, please", "Done")]
        {
            page.eval("enter(arguments[0]);", &[json!(reply)]).await;
            until_last(&chat, "agent", answer).await;
        }
        chat.until("inside('a[href^=\"tel:\"]') && inside('a[target=_blank] img, img')").await;

        // What cannot be sent stays where it is, and the user is told.
        assert_eq!(chat.value("enter('  ')").await, "  ");
        assert_eq!(chat.value("enter('long '.repeat(50_000)).length").await, 250_000);
        chat.until("inside('[role=alert]').textContent.includes('too long')").await;

        page.eval("enter('Bye');", &[]).await;
        chat.until("inside('[role=status]').textContent === 'Closed' && inside('input').disabled").await;
        page.eval("insideAll('button').find((button) => button.textContent === 'New conversation').click();", &[])
            .await;
        chat.until("inside('[role=status]').textContent === 'Connected' && !inside('input').disabled").await;
        chat.until(&format!("{LINES}.length === 1")).await;
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
        page.eval("enter('moved');", &[]).await;
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
        until_last(&chat, "agent", "moved").await;
        assert_eq!(sockets(&chat).await, (json!(2), json!(1)));
    });
}

#[test]
fn a_widget_shows_a_chat_it_is_given_and_leaves_it_open() {
    e2e::on_sandbox(async |page, sandbox| {
        let chat = open(page, sandbox, "given", "").await;
        page.wait_until("globalThis.inside").await;
        assert_eq!(chat.value("widget.chat").await, Value::Null);
        assert_eq!(chat.value("inside('[role=status]').textContent").await, "Not connected");
        page.eval("widget.chat = widget.own = polyMessaging.createChat(options);", &[]).await;
        chat.settle(&[]).await;
        until_last(&chat, "agent", "Hello, I'm Ada").await;
        page.eval("widget.remove(); widget.chat = null;", &[]).await;
        page.eval_async("await widget.own.send('still here');", &[]).await;
        assert_eq!(chat.value("widget.own.getSnapshot().connection.status").await, "open");
        assert_eq!(sockets(&chat).await, (json!(1), json!(1)));

        // What is wrong with the options is said where it is seen, and put right by others.
        page.eval("document.querySelector('#here').append(widget); widget.options = { connectorToken: 5 };", &[]).await;
        page.wait_until("inside('[role=alert]').textContent.startsWith('connectorToken must be')").await;
        page.eval("void widget.own.close(); widget.options = options;", &[]).await;
        chat.settle(&["still here"]).await;
        assert_eq!(chat.value("inside('[role=alert]').textContent").await, "");
        // A screen reader has a name for it.
        assert_eq!(chat.value("inside('input').labels[0].textContent").await, "Message");
    });
}
