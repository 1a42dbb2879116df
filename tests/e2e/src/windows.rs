//! The windows of one browser. They share its storage, as tabs do; that they are windows keeps them all in sight.

use fantoccini::wd::WindowHandle;

use crate::Page;

impl Page {
    /// All windows, in no order that means anything.
    pub async fn windows(&self) -> Vec<WindowHandle> {
        self.client().windows().await.expect("the browser knows its windows")
    }

    /// The window that orders go to.
    pub async fn window(&self) -> WindowHandle {
        self.client().window().await.expect("there is a window")
    }

    /// Opens a window and switches to it.
    pub async fn new_window(&self) -> WindowHandle {
        let window = self.client().new_window(false).await.expect("another window opens");
        self.switch_to(&window.handle).await;
        window.handle
    }

    /// From now on, orders go to this window.
    pub async fn switch_to(&self, window: &WindowHandle) {
        self.client().switch_to_window(window.clone()).await.expect("the window is there");
    }

    /// Closes the window that orders go to, and switches to another.
    pub async fn close_window(&self, next: &WindowHandle) {
        self.sweep().await;
        self.client().close_window().await.expect("the window closes");
        self.switch_to(next).await;
    }
}
