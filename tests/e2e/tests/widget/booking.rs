//! A table is booked in the floating widget: by keyboard alone, and on a phone.

use e2e::{Page, Screen, Widget, inside, key, part};
use serde_json::json;

/// Leaves the text box backwards for a suggestion, and chooses it.
async fn choose_by_keyboard(page: &Page, at: usize, text: &str) {
    let suggestion = inside(&format!("li:nth-child({at}) > [part~=suggestion]"));
    page.wait_for_text(&suggestion, text).await;
    page.tab_back_to(&suggestion).await;
    page.press(key::ENTER).await;
    page.wait_until(&format!(
        "!insideAll('[part~=suggestion]').some(({{ textContent }}) => textContent === {})",
        json!(text)
    ))
    .await;
    // Who has answered goes on writing.
    page.wait_for_focus(&part("input")).await;
    // The transcript is drawn a frame later.
    page.wait_until(&format!(
        "insideAll('li[data-role=user] [part~=bubble]').some(({{ textContent }}) => textContent === {})",
        json!(text)
    ))
    .await;
}

#[test]
fn a_table_is_booked_by_keyboard_alone() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::closed(page, sandbox, "keyboard", json!({})).await;
        page.tab_to("#after").await;
        page.tab_to(&part("launcher")).await;
        page.press(key::ENTER).await;
        page.wait_for_focus(&part("input")).await;
        widget.hears("Hello, I'm Ada").await;

        choose_by_keyboard(page, 1, "Book a table").await;
        widget.hears("For how many people?").await;
        for (reply, answer) in [
            ("2 people", "2 people, noted."),
            ("Saturday", "Saturday it is."),
            ("7:30 pm", "A table for 2 people, Saturday, 7:30 pm."),
        ] {
            page.write(reply).await;
            page.press(key::ENTER).await;
            widget.hears(answer).await;
        }
        choose_by_keyboard(page, 1, "Yes, please").await;
        widget.hears("Done: a table for 2 people").await;

        // What came with it: a page, a number to call, and an image, which opens large and closes again.
        page.tab_back_to(&part("call")).await;
        assert_eq!(page.attribute(&part("call"), "href").await.as_deref(), Some("tel:+442071234567"));
        page.tab_back_to(&part("image")).await;
        page.press(key::ENTER).await;
        page.wait_for(&inside("dialog[part~=lightbox][open] img")).await;
        page.wait_until("inside('dialog img').naturalWidth > 0").await;
        page.press(key::ESCAPE).await;
        page.wait_for_none(&inside("dialog[open]")).await;
        page.wait_for_focus(&part("image")).await;
        assert_eq!(page.eval("return widget.isOpen;", &[]).await, true);
        page.tab_back_to(&part("card")).await;
        let address = page.attribute(&part("card"), "href").await.unwrap_or_default();
        assert!(address.ends_with("/assets/booking.html"), "{address}");

        // Escape leaves the panel for where one came from, and Enter leads back to a draft.
        page.tab_to(&part("input")).await;
        page.write("Thank").await;
        page.press(key::ESCAPE).await;
        page.wait_for_focus(&part("launcher")).await;
        assert_eq!(page.attribute(&inside(".root"), "data-open").await.as_deref(), Some("false"));
        page.press(key::SPACE).await;
        page.wait_for_focus(&part("input")).await;
        page.write(" you").await;
        page.press(key::ENTER).await;
        widget.hears("Thank you").await;

        // The end, which is asked for twice, and another chat.
        page.tab_back_to(&part("menu")).await;
        page.press(key::ENTER).await;
        page.wait_for_focus(&part("end-chat")).await;
        page.press(key::ENTER).await;
        // One Enter more than needed ends nothing.
        page.wait_for_focus(&part("cancel")).await;
        page.tab_back_to(&part("end-chat")).await;
        page.press(key::ENTER).await;
        page.wait_for(&part("ending")).await;
        page.wait_for_none(&inside("[part~=input]:enabled")).await;
        page.tab_to(&part("new-chat")).await;
        page.press(key::ENTER).await;
        widget.hears("Hello, I'm Ada").await;
        page.wait_for_focus(&part("input")).await;
        assert_eq!(widget.sessions().await.len(), 2);
    });
}

#[test]
fn a_table_is_booked_on_a_phone() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Phone).await;
        let widget = Widget::open(page, sandbox, "phone", json!({})).await;
        // The panel has the whole screen, and the page below is out of reach.
        let cover = "(({ left, top, width, height }) =>
            left <= 0 && top <= 0 && width >= innerWidth && height >= innerHeight
        )(inside('[part~=panel]').getBoundingClientRect())";
        page.wait_until(cover).await;
        assert_eq!(page.attribute(&part("panel"), "aria-modal").await.as_deref(), Some("true"));
        for (reply, answer) in [
            ("Book a table", "For how many people?"),
            ("4 people", "4 people, noted."),
            ("Tomorrow", "Tomorrow it is."),
            ("9 pm", "A table for 4 people, Tomorrow, 9 pm."),
            ("Yes, please", "Done: a table for 4 people"),
        ] {
            widget.choose(reply).await;
            widget.hears(answer).await;
        }
        widget.choose("Opening hours").await;
        widget.hears("On Mondays we rest.").await;
        assert_eq!(page.count(&inside("li[data-role=user]")).await, 6);
        page.wait_for(&part("suggestion")).await;

        // Nothing is wider than the screen, and what is touched is large enough.
        assert_eq!(page.eval("return document.documentElement.scrollWidth <= innerWidth;", &[]).await, true);
        let small = "return insideAll('button, a[href]')
            .map((element) => [element, element.getBoundingClientRect()])
            .filter(([element, { width, height }]) =>
                !element.closest('p, li .markdown') && width > 0 && (width < 24 || height < 24))
            .map(([element]) => element.outerHTML.slice(0, 100));";
        assert_eq!(page.eval(small, &[]).await, json!([]));

        page.click(&part("image")).await;
        page.wait_for(&inside("dialog[open] img")).await;
        page.click(&part("lightbox-close")).await;
        page.wait_for_none(&inside("dialog[open]")).await;
        page.click(&part("close")).await;
        page.wait_for(&part("launcher")).await;
        page.click("#before").await;
        widget.settle(&["Book a table", "4 people", "Tomorrow", "9 pm", "Yes, please", "Opening hours"]).await;
    });
}
