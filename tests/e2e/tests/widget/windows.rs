//! What the widgets of several windows, and several on one page, know of each other.

use e2e::{Screen, Widget, part};
use serde_json::json;

#[test]
fn windows_share_what_was_read_and_who_signs_out_in_one_leaves_nothing_in_the_other() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "windows", json!({})).await;
        let first = page.window().await;
        let second = page.new_window().await;
        page.open(widget.address()).await;
        page.wait_until("globalThis.isStarted && widget.chat?.getSnapshot().messages.length > 0").await;

        // Closed here; read there.
        page.switch_to(&first).await;
        page.click(&part("close")).await;
        widget.is_told("Are you there?").await;
        page.wait_for_text(&part("badge"), "1").await;
        page.switch_to(&second).await;
        page.wait_for_text(&part("badge"), "1").await;
        page.click(&part("launcher")).await;
        widget.hears("Are you there?").await;
        page.switch_to(&first).await;
        page.wait_until("inside('[part~=badge]').hidden && widget.unread === 0").await;

        // Something is being written in both, and the page has another chat.
        let texts = "[...Object.entries(localStorage), ...Object.entries(sessionStorage)]
            .filter(([key]) => key.startsWith('poly-chat'))";
        page.click(&part("launcher")).await;
        page.click(&part("input")).await;
        page.write("to be sent from here").await;
        page.wait_until(&format!("{texts}.some(([, value]) => value.endsWith('to be sent from here'))")).await;
        page.switch_to(&second).await;
        page.click(&part("input")).await;
        page.write("to be sent from there").await;
        page.wait_until(&format!("{texts}.some(([, value]) => value.endsWith('to be sent from there'))")).await;
        page.eval_async(
            "const { clearSession } = await import('/pkg/index.js');
            const { connectorToken, environment } = { connectorToken: widget.getAttribute('connector-token'),
                environment: { apiUrl: widget.getAttribute('api-url') } };
            await chat.end();
            await clearSession({ connectorToken, environment });",
            &[],
        )
        .await;
        for window in [&second, &first] {
            page.switch_to(window).await;
            page.wait_until(&format!("inside('[part~=input]').value === '' && {texts}.length === 0")).await;
        }
        page.switch_to(&second).await;
        page.close_window(&first).await;
    });
}
