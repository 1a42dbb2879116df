//! What the page can do with the widget: attributes, methods, callbacks, the script tag; consent, languages, texts.

use e2e::{Screen, Widget, inside, key, part};
use serde_json::{Value, json};

#[test]
fn the_page_opens_hides_and_prompts() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::closed(page, sandbox, "methods", json!({})).await;
        let call = async |script: &str| page.eval(script, &[]).await;
        // A bubble beside the button; it opens the panel.
        call("widget.showPrompt('Book a table?');").await;
        page.wait_for_text(&part("prompt"), "Book a table?").await;
        call("widget.hidePrompt();").await;
        page.wait_until("inside('[part~=prompt]').hidden").await;
        call("widget.showPrompt('Hungry?');").await;
        page.click(&part("prompt-text")).await;
        widget.hears("Hello, I'm Ada").await;
        page.wait_until("readies === 1 && widget.isOpen").await;
        let told = call("return told;").await;
        for event in ["widgetPromptClicked", "widgetOpened", "connected", "agentJoined"] {
            assert!(told.as_array().is_some_and(|told| told.contains(&json!(event))), "{event}: {told}");
        }

        call("widget.close();").await;
        page.wait_until("!widget.isOpen && inside('[part~=panel]').hidden && told.includes('widgetClosed')").await;
        call("widget.toggle();").await;
        page.wait_until("widget.isOpen && !inside('[part~=panel]').hidden").await;
        call("widget.toggle();").await;
        page.wait_until("!widget.isOpen").await;
        call("widget.hideIcon();").await;
        page.wait_until("inside('[part~=launcher]').offsetWidth === 0").await;
        call("widget.open();").await;
        page.wait_for_focus(&part("input")).await;
        call("widget.hideHeader();").await;
        page.wait_until("inside('[part~=header]').offsetHeight === 0").await;
        call("widget.showHeader(); widget.showIcon(); widget.close();").await;
        page.wait_for(&part("launcher")).await;

        // It moves until it is told not to, or is opened.
        call("widget.animateIcon('pulse');").await;
        page.wait_for(&inside("[part~=launcher][data-animation=pulse]")).await;
        page.wait_until("inside('[part~=launcher]').getAnimations({ subtree: true }).length > 0").await;
        call("widget.animateIcon('none');").await;
        page.wait_until("inside('[part~=launcher]').getAnimations({ subtree: true }).length === 0").await;

        // A listener that has been taken back hears no more.
        let count = call("for (const take of undo) take(); widget.open(); return told.length;").await;
        widget.say("quiet").await;
        widget.hears("quiet").await;
        assert_eq!(call("return told.length;").await, count);

        // Late, and at once.
        call("widget.onReady((chat) => (window.late = chat === widget.chat));").await;
        page.wait_until("globalThis.late").await;
        // The attributes rule what the methods have left alone.
        call("widget.setAttribute('theme', 'dark'); widget.setAttribute('position', 'start');").await;
        page.wait_for(&inside(".root[data-theme=dark][data-position=start]")).await;
        call("widget.setAttribute('heading', 'Front desk');").await;
        page.wait_until("inside('[part~=panel]').getAttribute('aria-label') === 'Front desk'").await;
    });
}

#[test]
fn a_panel_that_is_opened_again_as_it_goes_takes_the_focus() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        Widget::open(page, sandbox, "again", json!({})).await;
        // It takes 200 ms to go. A page that is busy meanwhile sees that late.
        let script = "
            const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
            const hold = (until) => { while (performance.now() < until); };
            window.entered = [];
            (async () => {
                for (const held of [0, 60, 120]) {
                    for (const waited of [0, 100, 150, 190, 200, 210, 250]) {
                        inside('[part~=input]').focus();
                        // The panel has come.
                        await pause(300);
                        widget.close();
                        await pause(waited);
                        hold(performance.now() + held);
                        widget.open();
                        entered.push(widget.shadowRoot.activeElement?.part[0]);
                    }
                }
            })();";
        page.eval(script, &[]).await;
        page.wait_until("entered.length === 21").await;
        assert_eq!(page.eval("return entered;", &[]).await, json!(vec!["input"; 21]));
    });
}

#[test]
fn one_script_tag_makes_a_chat_with_the_vendors_names() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let attributes = json!({ "platform": "web", "auto-open": "true", "show-header": "false", "language": "en" });
        let widget = Widget::of_script_tag(page, sandbox, "tag", attributes).await;
        widget.hears("Hello, I'm Ada").await;
        assert_eq!(page.eval("return PolyChat === document.querySelector('poly-chat');", &[]).await, true);
        assert_eq!(page.eval("return PolyChat.isOpen;", &[]).await, true);
        page.wait_until("inside('[part~=header]').offsetHeight === 0").await;
        widget.say("by one tag").await;
        widget.hears("by one tag").await;
        page.eval("PolyChat.close(); PolyChat.showHeader();", &[]).await;
        page.wait_for(&part("launcher")).await;

        // A window of its own.
        let other = json!({ "render-mode": "fullscreen", "show-icon": "false", "language": "en" });
        let widget = Widget::of_script_tag(page, sandbox, "tag-full", other).await;
        widget.hears("Hello, I'm Ada").await;
        page.wait_for(&inside(".root[data-mode=fullscreen][data-open=true]")).await;
        page.wait_until("inside('[part~=launcher]').offsetWidth === 0").await;
        let fills = "const { width, height } = inside('[part~=panel]').getBoundingClientRect();
            return width >= innerWidth - 1 && height >= innerHeight - 1;";
        assert_eq!(page.eval(fills, &[]).await, true);
        page.eval("PolyChat.close();", &[]).await;
        assert_eq!(page.eval("return PolyChat.isOpen;", &[]).await, true);
    });
}

#[test]
fn nothing_connects_before_the_user_agrees() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Phone).await;
        let attributes =
            json!({ "disclaimer": "We keep [what you say](https://example.com/privacy).", "require-consent": "" });
        let widget = Widget::closed(page, sandbox, "consent", attributes).await;
        page.click(&part("launcher")).await;
        page.wait_for_text(&part("disclaimer"), "We keep what you say").await;
        assert_eq!(
            page.attribute(&inside("[part~=disclaimer] a"), "href").await.as_deref(),
            Some("https://example.com/privacy")
        );
        page.wait_for_none(&inside("[part~=input]:enabled")).await;
        page.eval_async("await new Promise((resolve) => setTimeout(resolve, 500));", &[]).await;
        let stats = widget.stats().await;
        assert_eq!((&stats["access_token"], &stats["sessions"]), (&json!({}), &json!({})), "{stats}");
        page.click(&part("agree")).await;
        widget.hears("Hello, I'm Ada").await;
        page.wait_until("told.includes('widgetConsented') && inside('[part~=disclaimer]').hidden").await;

        // It is not asked again.
        widget.reload().await;
        page.click(&part("launcher")).await;
        widget.hears("Hello, I'm Ada").await;
        page.wait_until("inside('[part~=disclaimer]').hidden && !inside('[part~=input]').disabled").await;
        // Other terms are.
        page.eval("widget.setAttribute('disclaimer', 'Other terms.');", &[]).await;
        page.wait_for_text(&part("disclaimer"), "Other terms.").await;
        page.wait_for_none(&inside("[part~=input]:enabled")).await;
    });
}

/// Language and direction of the widget.
async fn language(page: &e2e::Page) -> Value {
    page.eval("const { lang, dir } = inside('.root'); return [lang, dir];", &[]).await
}

#[test]
fn the_widget_speaks_the_language_of_the_conversation() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "languages", json!({ "language": "ar" })).await;
        assert_eq!(language(page).await, json!(["ar", "rtl"]));
        let placeholder = async || page.attribute(&part("input"), "placeholder").await.unwrap_or_default();
        let arabic = placeholder().await;
        // The panel stands at the other side, and each message reads as its own language does.
        let left = "return inside('[part~=panel]').getBoundingClientRect().left;";
        let at = page.eval(left, &[]).await.as_f64().unwrap_or(f64::MAX);
        assert!(at < 200.0, "the panel is {at} pixels from the left");
        assert_eq!(page.eval("return getComputedStyle(inside('li [part~=bubble]')).direction;", &[]).await, "ltr");

        let mut seen = vec![arabic];
        for (wish, answer, code) in [
            ("in Spanish", "Claro, sigamos en español.", "es"),
            ("in French", "continuons en français", "fr"),
            ("in English", "Of course, back to English.", "en"),
        ] {
            widget.say(wish).await;
            widget.hears(answer).await;
            let [lang, dir]: [String; 2] = serde_json::from_value(language(page).await).expect("two texts");
            assert!(lang.starts_with(code) && dir == "ltr", "{lang} {dir}");
            seen.push(placeholder().await);
        }
        assert_eq!(seen[3], "Write a message");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 4, "{seen:?}");
        page.wait_for_focus(&part("input")).await;
    });
}

#[test]
fn texts_are_replaced_and_languages_added() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::closed(page, sandbox, "texts", json!({ "language": "cy" })).await;
        assert_ne!(language(page).await, json!(["cy", "ltr"]));
        page.eval(
            "widget.texts = {
                en: { send: 'Off you go' },
                cy: { openChat: 'Agor sgwrs', messagePlaceholder: 'Ysgrifennwch neges' },
            };",
            &[],
        )
        .await;
        page.wait_for(&inside("[part~=launcher][aria-label='Agor sgwrs']")).await;
        assert_eq!(language(page).await, json!(["cy", "ltr"]));
        page.click(&part("launcher")).await;
        widget.hears("Hello, I'm Ada").await;
        assert_eq!(page.attribute(&part("input"), "placeholder").await.as_deref(), Some("Ysgrifennwch neges"));
        page.eval("widget.setAttribute('language', 'en');", &[]).await;
        page.wait_for(&inside("[part~=send][aria-label='Off you go']")).await;
        assert_eq!(page.attribute(&part("input"), "placeholder").await.as_deref(), Some("Write a message"));
    });
}

#[test]
fn what_is_unread_is_counted_on_the_button_and_in_the_title() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let widget = Widget::open(page, sandbox, "unread", json!({})).await;
        page.press(key::ESCAPE).await;
        page.wait_until("!widget.isOpen").await;
        for (count, text) in [("1", "One more thing."), ("2", "And another.")] {
            widget.is_told(text).await;
            page.wait_for_text(&part("badge"), count).await;
        }
        let label = page.attribute(&part("launcher"), "aria-label").await.unwrap_or_default();
        assert!(label.contains("2 new messages"), "{label}");
        assert_eq!(page.eval("return document.title;", &[]).await, "shop");
        page.click(&part("launcher")).await;
        page.wait_until("widget.unread === 0 && inside('[part~=badge]').hidden").await;

        // While the page is hidden, an open panel is not read either.
        page.set_hidden(true).await;
        widget.is_told("Are you there?").await;
        page.wait_until("document.title === '(1) shop'").await;
        widget.is_told("Hello?").await;
        page.wait_until("document.title === '(2) shop' && widget.unread === 2").await;
        page.set_hidden(false).await;
        page.wait_until("document.title === 'shop' && widget.unread === 0").await;
    });
}
