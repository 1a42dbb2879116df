//! Keys as a user presses them, and what has the focus: both reach through shadow roots.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use serde_json::json;

use crate::{Engine, Page};

/// Keys that write nothing (WebDriver, "Keyboard actions").
pub mod key {
    #![expect(missing_docs, reason = "the names are those on the keys")]

    pub const ENTER: char = '\u{E007}';
    pub const ESCAPE: char = '\u{E00C}';
    pub const SHIFT: char = '\u{E008}';
    pub const TAB: char = '\u{E004}';
    pub const SPACE: char = ' ';
    pub const BACKSPACE: char = '\u{E003}';
    pub const UP: char = '\u{E013}';
    pub const DOWN: char = '\u{E015}';
    pub const LEFT: char = '\u{E012}';
    pub const RIGHT: char = '\u{E014}';
    pub const HOME: char = '\u{E011}';
    pub const END: char = '\u{E010}';
    pub const PAGE_UP: char = '\u{E00E}';
}

/// How often a user would press Tab before giving up.
const MOST_TABS: usize = 40;
/// Follows the focus into shadow roots.
const FOCUSED: &str = "let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;";

impl Page {
    /// Presses a key, wherever the focus is.
    pub async fn press(&self, key: char) {
        self.press_all(&[key]).await;
    }

    /// Presses a key while another is held down: `(key::SHIFT, key::TAB)` goes back.
    pub async fn press_with(&self, held: char, key: char) {
        let keys = KeyActions::new("keys".to_owned());
        let keys = keys.then(KeyAction::Down { value: held }).then(KeyAction::Down { value: key });
        self.act(keys.then(KeyAction::Up { value: key }).then(KeyAction::Up { value: held })).await;
    }

    /// Presses a key until it has done this, as a user would: a browser that is busy scrolls by no page for one that is up again before
    /// it has drawn.
    ///
    /// # Panics
    ///
    /// When it never does.
    pub async fn press_until(&self, key: char, is_done: &str) {
        let script = format!("return Boolean({is_done});");
        let look = || async {
            self.press(key).await;
            if self.eval(&script, &[]).await == true { Ok(()) } else { Err("not yet") }
        };
        self.keep_looking(&format!("a key to bring about `{is_done}`"), look).await;
    }

    /// Holds Enter down until it has repeated itself so often.
    pub async fn hold_enter(&self, repeats: usize) {
        let enter = |kind: &str| json!({ "type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r" });
        if self.engine() == Engine::Chromium {
            // To its driver, a key that goes down again is another one.
            for at in 0..=repeats {
                let mut down = enter("keyDown");
                down["autoRepeat"] = json!(at > 0);
                self.devtools("Input.dispatchKeyEvent", down).await;
            }
            self.devtools("Input.dispatchKeyEvent", enter("keyUp")).await;
            return;
        }
        let down = |keys: KeyActions, _| keys.then(KeyAction::Down { value: key::ENTER });
        let keys = (0..=repeats).fold(KeyActions::new("keys".to_owned()), down);
        self.act(keys.then(KeyAction::Up { value: key::ENTER })).await;
    }

    /// Writes a text, wherever the focus is.
    pub async fn write(&self, text: &str) {
        self.press_all(&text.chars().collect::<Vec<_>>()).await;
    }

    /// Presses Tab until this element has the focus.
    ///
    /// # Panics
    ///
    /// When it does not get there: with what had the focus on the way.
    pub async fn tab_to(&self, selector: &str) {
        self.walk_to(selector, async || self.press(key::TAB).await).await;
    }

    /// As [`Page::tab_to`], backwards.
    ///
    /// # Panics
    ///
    /// As [`Page::tab_to`].
    pub async fn tab_back_to(&self, selector: &str) {
        self.walk_to(selector, async || self.press_with(key::SHIFT, key::TAB).await).await;
    }

    async fn walk_to(&self, selector: &str, step: impl AsyncFn()) {
        self.wait_for(selector).await;
        let mut way = Vec::new();
        for _ in 0..MOST_TABS {
            if self.has_focus(selector).await {
                return;
            }
            step().await;
            way.push(self.focus().await);
        }
        panic!("Tab does not lead to {selector}, but to: {}", way.join(", "));
    }

    /// Whether the first element that matches has the focus.
    pub async fn has_focus(&self, selector: &str) -> bool {
        let script = format!("{FOCUSED} return focused !== null && focused === arguments[0];");
        let Ok(element) = self.find(selector).await else { return false };
        let Ok(element) = serde_json::to_value(element) else { return false };
        self.eval(&script, &[element]).await == true
    }

    /// Waits until the first element that matches has the focus.
    pub async fn wait_for_focus(&self, selector: &str) {
        let look = || async { if self.has_focus(selector).await { Ok(()) } else { Err(self.focus().await) } };
        self.keep_looking(&format!("the focus to be on {selector}"), look).await;
    }

    /// What has the focus, for a message: its part, id or tag, and its name or text.
    pub async fn focus(&self) -> String {
        let script = format!(
            "{FOCUSED}
            if (!focused) return 'nothing';
            const name = focused.getAttribute('part') || focused.id || focused.localName;
            const label = focused.getAttribute('aria-label') || focused.textContent.trim().slice(0, 40);
            return label ? `${{name}} “${{label}}”` : name;"
        );
        self.eval(&script, &[]).await.as_str().unwrap_or_default().to_owned()
    }

    async fn press_all(&self, keys: &[char]) {
        let mut actions = KeyActions::new("keys".to_owned());
        for key in keys {
            actions = actions.then(KeyAction::Down { value: *key }).then(KeyAction::Up { value: *key });
        }
        self.act(actions).await;
    }

    async fn act(&self, keys: KeyActions) {
        self.client().perform_actions(keys).await.expect("the browser takes keys");
    }
}
