//! How a window goes, or stands still, without its page having a say.

use fantoccini::wd::WindowHandle;
use serde_json::json;

use crate::{Engine, Page};

/// What happens to a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// The user closes it.
    Closed,
    /// The user goes to another page with it.
    Elsewhere,
    /// The browser freezes its page, as it does to those that nobody has looked at for long.
    Frozen,
    /// The process of its page is killed.
    Killed,
}

impl Gone {
    /// What can be brought about in this engine.
    pub fn ways(engine: Engine) -> Vec<Self> {
        match engine {
            Engine::Chromium => vec![Self::Closed, Self::Elsewhere, Self::Frozen, Self::Killed],
            // Windows of one site may have one process, and no page is frozen by order.
            Engine::Firefox | Engine::WebKit => vec![Self::Closed, Self::Elsewhere],
        }
    }

    /// Whether the window is still there, and nothing answers in it any more.
    pub fn leaves_a_wreck(self) -> bool {
        matches!(self, Self::Frozen | Self::Killed)
    }
}

impl Page {
    /// Has this happen to the window that orders go to, and switches to another.
    pub async fn let_go(&self, way: Gone, next: &WindowHandle) {
        match way {
            Gone::Closed => return self.close_window(next).await,
            Gone::Elsewhere => self.open("about:blank").await,
            Gone::Frozen => drop(self.devtools("Page.setWebLifecycleState", json!({ "state": "frozen" })).await),
            // There is nobody left to answer.
            Gone::Killed => drop(self.client().goto("chrome://crash").await),
        }
        self.switch_to(next).await;
    }

    /// Closes another window in which nothing answers.
    pub async fn discard(&self, window: &WindowHandle) {
        let id: String = window.clone().into();
        self.devtools("Target.closeTarget", json!({ "targetId": id })).await;
    }
}
