//! The whole story, through the widget on the playground as a user walks through it.

use e2e::{Page, Sandbox, inside, part};

/// The selector of an event in the inspector.
fn event(kind: &str) -> String {
    format!("[data-testid=events] [data-type={kind}]")
}

async fn tap_suggestion(page: &Page, text: &str) {
    let script = format!(
        "[...document.querySelector('poly-chat').shadowRoot.querySelectorAll('[part~=suggestion]')]\
         .find((button) => button.textContent === {text:?})"
    );
    page.wait_until(&format!("Boolean({script})")).await;
    page.eval(&format!("({script}).setAttribute('data-next', '')"), &[]).await;
    page.click(&inside("[data-next]")).await;
}

async fn say(page: &Page, text: &str) {
    page.type_into(&part("input"), text).await;
    page.click(&part("send")).await;
}

/// Waits until the agent's last message is complete and says this.
async fn wait_for_answer(page: &Page, text: &str) {
    page.wait_for_text(&inside("[data-role=agent]:last-child [part~=bubble]"), text).await;
    page.wait_for_none(&inside("[data-streaming=true]")).await;
}

async fn open(page: &Page, sandbox: &Sandbox) {
    page.open(&sandbox.url("/playground.html")).await;
    page.wait_for(&inside(".root[data-status=open]")).await;
}

#[test]
fn a_user_walks_through_a_whole_conversation() {
    e2e::on_sandbox(async |page, sandbox| {
        open(page, sandbox).await;

        // The greeting comes in pieces.
        wait_for_answer(page, "Hello, I'm Ada").await;
        assert_eq!(page.wait_for_text(&part("name"), "Ada").await, "Ada");
        assert!(page.count(&event("agentMessageChunk")).await > 5, "the greeting did not stream");

        // A suggestion is tapped until the table is booked.
        for (reply, answer) in [
            ("Book a table", "For how many people?"),
            ("2 people", "2 people, noted."),
            ("Saturday", "Saturday it is."),
            ("7:30 pm", "A table for 2 people, Saturday, 7:30 pm."),
            ("Yes, please", "Done: a table for 2 people"),
        ] {
            tap_suggestion(page, reply).await;
            wait_for_answer(page, answer).await;
        }

        // The booking brings a link, an image and a number to call.
        page.wait_for(&inside("a[part~=card][href$='/assets/booking.html']")).await;
        page.wait_for(&inside("[part~=image] img")).await;
        let image = "document.querySelector('poly-chat').shadowRoot.querySelector('[part~=image] img')";
        page.wait_until(&format!("{image}.naturalWidth > 0")).await;
        assert_eq!(page.attribute(&part("call"), "href").await.as_deref(), Some("tel:+442071234567"));

        // A typed message is confirmed, and quoted. What the user writes is text; the agent's little HTML is shown.
        say(page, "Do you have <b>vegan</b> food?").await;
        wait_for_answer(page, "You said “Do you have vegan food?”.").await;
        let said = page.texts(&inside("[data-role=user] [part~=bubble]")).await;
        assert_eq!(said.last().map(String::as_str), Some("Do you have <b>vegan</b> food?"));
        let bold = "[data-role=agent]:last-child [part~=bubble] strong";
        assert_eq!(page.texts(&inside(bold)).await, ["vegan"]);
        page.wait_for(&inside("[data-role=user][data-delivery=sent]:nth-last-child(2)")).await;
        page.wait_for_none(&inside("[data-role=user]:not([data-delivery=sent])")).await;

        // The language changes.
        say(page, "in Spanish, please").await;
        wait_for_answer(page, "Claro, sigamos en español.").await;
        page.wait_for(&inside(".root[lang|=es]")).await;
        assert_eq!(page.eval("return chat.getSnapshot().language;", &[]).await, "es-ES");
        tap_suggestion(page, "In English").await;
        wait_for_answer(page, "Of course, back to English.").await;

        // A person is asked for, waited for, and takes over.
        say(page, "Can I talk to a human?").await;
        page.wait_for_text(&part("name"), "Sarah").await;
        page.wait_for(&inside("[part~=handoff][data-phase=connected]")).await;
        assert_eq!(page.count(&event("handoffQueueStatus")).await, 3);
        wait_for_answer(page, "Hi, this is Sarah").await;
        say(page, "A table by the window?").await;
        wait_for_answer(page, "I've put you down for the table by the window.").await;
        tap_suggestion(page, "Thanks, that's all").await;
        page.wait_for_text(&part("name"), "Ada").await;
        wait_for_answer(page, "It's Ada again.").await;

        // The conversation is ended, and a new one begun.
        page.click(&part("menu")).await;
        page.click(&part("end-chat")).await;
        page.wait_for_text(&part("menu-list"), "End this chat?").await;
        page.click(&part("end-chat")).await;
        page.wait_for(&part("ending")).await;
        page.wait_for(&inside("[part~=input]:disabled")).await;
        page.click(&inside("[part~=ending] [part~=new-chat]")).await;
        page.wait_for(&inside(".root[data-status=open]")).await;
        wait_for_answer(page, "Hello, I'm Ada").await;
        page.wait_for_none(&inside("[part~=ending]:not([hidden])")).await;
        page.wait_for(&inside("[part~=input]:enabled")).await;
        assert_eq!(page.count(&inside("[data-role=user]")).await, 0);

        let sessions = sandbox.ask("/sessions").await;
        let sessions = sessions["sessions"].as_array().expect("a list of sessions");
        assert_eq!(sessions.len(), 2, "{sessions:?}");
        for session in sessions {
            assert_eq!(session["repeated_joins"], 0, "{session}");
        }
    });
}
