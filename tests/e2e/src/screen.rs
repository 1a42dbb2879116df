//! The screen that a page is shown on: its size, and what its user prefers.

use serde_json::{Value, json};

use crate::{Engine, Page};

/// A size that people use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// 1280×800, with a mouse.
    Desktop,
    /// 390×844, in WebKit 450×844; Chromium also takes it for one that is touched.
    Phone,
}

/// What a user may prefer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preference {
    /// `prefers-color-scheme: dark`
    Dark,
    /// `prefers-reduced-motion: reduce`
    ReducedMotion,
    /// `forced-colors: active`
    ForcedColors,
}

impl Screen {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Desktop, Self::Phone];

    /// Width and height of what a page has to itself, in CSS pixels. `WebKitWebDriver`'s browser is not narrower than the tools
    /// at its top.
    pub fn size_in(self, engine: Engine) -> (u32, u32) {
        match (self, engine) {
            (Self::Desktop, _) => (1280, 800),
            (Self::Phone, Engine::WebKit) => (450, 844),
            (Self::Phone, _) => (390, 844),
        }
    }
}

impl Preference {
    fn media(self) -> (&'static str, &'static str) {
        match self {
            Self::Dark => ("prefers-color-scheme", "dark"),
            Self::ReducedMotion => ("prefers-reduced-motion", "reduce"),
            Self::ForcedColors => ("forced-colors", "active"),
        }
    }
}

impl Page {
    /// Shows the page on such a screen.
    ///
    /// # Panics
    ///
    /// When the page then has another size.
    pub async fn resize(&self, screen: Screen) {
        let (width, height) = screen.size_in(self.engine());
        if self.engine() == Engine::Chromium {
            let is_phone = screen == Screen::Phone;
            self.set_metrics(width, height, is_phone).await;
            let touch = json!({ "enabled": is_phone, "maxTouchPoints": 5 });
            self.devtools("Emulation.setTouchEmulationEnabled", touch).await;
        } else {
            // A page that is not made for phones has more room on one than there is.
            self.resize_to(width, height).await;
        }
    }

    /// Shows the page in a window without a frame, of exactly these CSS pixels; in Chromium, each of them is one of the screen. No
    /// page in `WebKitWebDriver`'s browser is narrower than 450 pixels.
    ///
    /// # Panics
    ///
    /// When the page then has another size.
    pub async fn resize_to(&self, width: u32, height: u32) {
        match self.engine() {
            Engine::Chromium => self.set_metrics(width, height, false).await,
            Engine::Firefox => {
                // No window of Firefox is as small as a phone, but what it shows a page in may be.
                self.size_window(width.max(600), height.max(300) + 200).await;
                let script = "
                    const { style } = gBrowser.selectedBrowser;
                    style.setProperty('width', `${arguments[0]}px`);
                    style.setProperty('height', `${arguments[1]}px`);
                    style.setProperty('flex', 'none');
                    style.setProperty('min-height', '0');";
                self.eval_as_browser(script, &[json!(width), json!(height)]).await;
            }
            Engine::WebKit => {
                // The browser takes some of the window for itself.
                let outside = "return [outerWidth - innerWidth, outerHeight - innerHeight];";
                let [across, above]: [u32; 2] =
                    serde_json::from_value(self.eval(outside, &[]).await).expect("two lengths");
                self.size_window(width + across, height + above).await;
            }
        }
        self.wait_until(&format!("innerWidth === {width} && innerHeight === {height}")).await;
    }

    async fn set_metrics(&self, width: u32, height: u32, is_mobile: bool) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_mobile });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Has the user prefer these and no others. False where the engine's driver has no way to say so, and nothing is changed.
    pub async fn prefer(&self, preferences: &[Preference]) -> bool {
        match self.engine() {
            Engine::Chromium => {
                let features: Vec<Value> = preferences
                    .iter()
                    .map(|preference| preference.media())
                    .map(|(name, value)| json!({ "name": name, "value": value }))
                    .collect();
                self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
            }
            Engine::Firefox => {
                let has = |preference| i32::from(preferences.contains(&preference));
                let script = "
                    const [dark, reduced, forced] = arguments;
                    gBrowser.selectedBrowser.browsingContext.prefersColorSchemeOverride = dark ? 'dark' : 'light';
                    Services.prefs.setIntPref('ui.prefersReducedMotion', reduced);
                    Services.prefs.setIntPref('browser.display.document_color_use', forced ? 2 : 0);";
                let values = [Preference::Dark, Preference::ReducedMotion, Preference::ForcedColors];
                self.eval_as_browser(script, &values.map(|preference| json!(has(preference)))).await;
            }
            Engine::WebKit => return false,
        }
        for preference in preferences {
            let (name, value) = preference.media();
            self.wait_until(&format!("matchMedia('({name}: {value})').matches")).await;
        }
        true
    }

    /// Has the user prefer letters of this size, in CSS pixels: 16 where nobody has chosen another. False where the engine's driver has
    /// no way to say so, and nothing is changed.
    pub async fn prefer_letters(&self, size: u32) -> bool {
        if self.engine() != Engine::Chromium {
            return false;
        }
        self.devtools("Page.setFontSizes", json!({ "fontSizes": { "standard": size } })).await;
        self.wait_until(&format!("getComputedStyle(document.documentElement).fontSize === '{size}px'")).await;
        true
    }

    /// Has the page believe that it is behind another tab, or in sight again: no driver has a command for it.
    pub async fn set_hidden(&self, is_hidden: bool) {
        let script = "
            const [isHidden] = arguments;
            Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true });
            const state = isHidden ? 'hidden' : 'visible';
            Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));";
        self.eval(script, &[json!(is_hidden)]).await;
    }

    async fn size_window(&self, width: u32, height: u32) {
        self.client().set_window_size(width, height).await.expect("the window changes its size");
    }
}
