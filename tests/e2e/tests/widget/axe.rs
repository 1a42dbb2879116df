//! axe-core finds nothing to complain of: in each state of the gallery, light and dark, and on the pages of the demo site.

use std::fs;

use e2e::{Engine, Page, Preference, Sandbox, Screen, inside, part};

/// Every rule of WCAG 2.2 at A and AA, and axe's own best practices. What stands in a shadow root is looked at too.
const ALL: &str = "{
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: { 'target-size': { enabled: true } },
}";

/// Those that ask for colours: what else there is to see is the same in any.
const COLOURS: &str = "{ runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } }";

/// Runs these RULES, and says what is found.
const RUN: &str = "
    const { violations } = await axe.run(document, RULES);
    return violations.map(({ id, nodes }) =>
        `${id}: ${nodes.map(({ target, any, all, none }) =>
            `${target.flat(9).join(' >>> ')} (${[...any, ...all, ...none].map(({ message }) => message).join('; ')})`)
        .join(', ')}`);";

/// Nothing fades in or moves to its place any more: what is half transparent has too little contrast.
const STILL: &str = "[document, document.querySelector('poly-chat')?.shadowRoot].every((root) =>
    (root?.getAnimations() ?? []).every((animation) =>
        animation.playState !== 'running' || animation.effect.getComputedTiming().endTime === Infinity))";

/// axe-core, as it stands in a page.
fn axe() -> String {
    let file = e2e::project_root().join("node_modules/axe-core/axe.min.js");
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// What axe finds on the page as it is.
async fn complaints(page: &Page, axe: &str, rules: &str, place: &str) -> Vec<String> {
    page.eval(axe, &[]).await;
    page.wait_until(STILL).await;
    let found = page.eval_async(&RUN.replace("RULES", rules), &[]).await;
    let found: Vec<String> = serde_json::from_value(found).expect("a list of texts");
    found.into_iter().map(|complaint| format!("{place}: {complaint}")).collect()
}

async fn open_state(page: &Page, sandbox: &Sandbox, state: &str, more: &str) {
    page.open(&sandbox.url(&format!("/gallery.html?state={state}{more}"))).await;
    page.wait_until("document.documentElement.dataset.ready === 'true'").await;
}

/// Looks at states of the gallery in a theme, and returns all that is found.
async fn look_through(page: &Page, sandbox: &Sandbox, theme: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let axe = axe();
    page.open(&sandbox.url("/gallery.html")).await;
    let states = page.wait_until("globalThis.gallery?.states").await;
    let mut found = Vec::new();
    let rules = if theme == "light" { ALL } else { COLOURS };
    let mut count = 0;
    for state in states.as_array().expect("a list") {
        let name = state["name"].as_str().expect("a name");
        if wanted(name) {
            open_state(page, sandbox, name, &format!("&theme={theme}")).await;
            found.extend(complaints(page, &axe, rules, &format!("{name}, {theme}")).await);
            count += 1;
        }
    }
    assert!(count >= 4, "{count} states were looked at");
    found
}

/// Some of the states in the engines that are slower at it.
fn is_looked_at(engine: Engine, name: &str) -> bool {
    engine == Engine::Chromium || ["cards", "over-limit", "consent", "failed", "prompt", "arabic"].contains(&name)
}

fn assert_nothing(found: &[String]) {
    assert!(found.is_empty(), "axe found {} things:\n{}", found.len(), found.join("\n"));
}

#[test]
fn nothing_is_found_in_any_light_state() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let engine = page.engine();
        assert_nothing(&look_through(page, sandbox, "light", |name| is_looked_at(engine, name)).await);
    });
}

#[test]
fn nothing_is_found_in_any_dark_state() {
    e2e::on_sandbox(async |page, sandbox| {
        page.resize(Screen::Desktop).await;
        let engine = page.engine();
        assert_nothing(&look_through(page, sandbox, "dark", |name| is_looked_at(engine, name)).await);
    });
}

#[test]
fn nothing_is_found_on_the_pages_of_the_site() {
    e2e::on_private_sandbox(async |page, sandbox| {
        let axe = axe();
        let mut found = Vec::new();
        for screen in Screen::ALL {
            page.resize(screen).await;
            for dark in [false, true] {
                page.prefer(if dark { &[Preference::Dark] } else { &[] }).await;
                page.open(&sandbox.url("/")).await;
                page.wait_for(&part("launcher")).await;
                found.extend(complaints(page, &axe, ALL, &format!("restaurant, {screen:?}, dark {dark}")).await);
                page.click(&part("launcher")).await;
                page.wait_for(&part("suggestion")).await;
                page.wait_for_none(&inside("[data-streaming=true]")).await;
                found.extend(complaints(page, &axe, ALL, &format!("restaurant, open, {screen:?}, dark {dark}")).await);
                page.open(&sandbox.url("/playground.html")).await;
                page.wait_until("document.querySelector('poly-chat')?.chat?.getSnapshot().agent").await;
                found.extend(complaints(page, &axe, ALL, &format!("playground, {screen:?}, dark {dark}")).await);
            }
        }
        assert_nothing(&found);
    });
}

#[test]
fn a_button_without_a_name_and_a_pale_text_are_found() {
    e2e::on_sandbox(async |page, sandbox| {
        open_state(page, sandbox, "conversation", "").await;
        assert_nothing(&complaints(page, &axe(), ALL, "conversation").await);
        page.eval(
            "const root = document.querySelector('poly-chat').shadowRoot;
            root.querySelector('[part~=send]').removeAttribute('aria-label');
            root.querySelector('[part~=name]').style.setProperty('color', '#777');
            root.querySelector('[part~=header]').style.setProperty('background', '#888');",
            &[],
        )
        .await;
        let found = complaints(page, &axe(), ALL, "conversation").await.join("\n");
        assert!(found.contains("button-name: ") && found.contains("color-contrast: "), "{found}");
        let found = complaints(page, &axe(), COLOURS, "conversation").await.join("\n");
        assert!(!found.contains("button-name: ") && found.contains("color-contrast: "), "{found}");
    });
}
