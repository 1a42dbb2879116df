//! One socket for all windows of a browser: one of them holds it, the others read along, and another takes over.

use std::time::Duration;

use e2e::{Chat, Gone, Page, Sandbox, Setup, patient};
use tokio::time::{Instant, sleep};

/// How long it may take until one window holds the socket and all others read along with it.
const LIMIT: Duration = Duration::from_secs(20);

/// Windows that show one conversation.
async fn windows<'a>(page: &'a Page, sandbox: &'a Sandbox, name: &str, count: usize) -> Vec<Chat<'a>> {
    let mut chats = vec![Chat::greeted(page, sandbox, name, &Setup::default()).await];
    while chats.len() < count {
        let chat = chats[0].another().await;
        chat.settle(&[]).await;
        chats.push(chat);
    }
    chats
}

/// Which window has the one socket that there is, once all others read along with it.
async fn holder(chats: &[Chat<'_>], session: &str) -> usize {
    let limit = patient(LIMIT);
    let deadline = Instant::now() + limit;
    loop {
        let mut links = Vec::new();
        for chat in chats {
            links.push(chat.value("chat.diagnostics().link").await.as_str().unwrap_or_default().to_owned());
        }
        let open = chats[0].log_of(session).await["sockets_open"].clone();
        let holders: Vec<_> = (0..chats.len()).filter(|at| links[*at] == "socket").collect();
        if open == 1 && holders.len() == 1 && links.iter().filter(|link| *link == "shared").count() == chats.len() - 1 {
            return holders[0];
        }
        assert!(Instant::now() < deadline, "after {limit:?}: {open} sockets are open, and the windows have {links:?}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Has these windows say something in turn, and sees it in all of them, once and in order.
async fn talk(chats: &[Chat<'_>], speakers: impl IntoIterator<Item = usize>, said: &mut Vec<String>) {
    for at in speakers {
        said.push(format!("{} from {at}", said.len()));
        let text = said.last().map(String::as_str).unwrap_or_default();
        chats[at].say(&[text]).await;
        let said: Vec<_> = said.iter().map(String::as_str).collect();
        chats[at].settle(&said).await;
    }
    let said: Vec<_> = said.iter().map(String::as_str).collect();
    for chat in chats {
        chat.settle(&said).await;
    }
}

#[test]
fn fourteen_windows_of_a_session_have_one_socket() {
    e2e::on_private_sandbox_within(Duration::from_secs(240), async |page, sandbox| {
        let chats = windows(page, sandbox, "fourteen", 14).await;
        let session = chats[0].session().await;
        let mut said = Vec::new();
        holder(&chats, &session).await;
        talk(&chats, [0, 3, 6, 9, 13], &mut said).await;
        holder(&chats, &session).await;
        assert_eq!(chats[0].stats().await["sessions"]["200"], 1);
    });
}

#[test]
fn another_window_takes_over_from_one_that_is_gone() {
    e2e::on_private_sandbox(async |page, sandbox| {
        let ways = Gone::ways(page.engine());
        let mut chats = windows(page, sandbox, "gone", ways.len() + 2).await;
        let session = chats[0].session().await;
        let (mut said, mut lost) = (Vec::new(), Vec::new());
        for way in ways {
            let before = chats.remove(holder(&chats, &session).await);
            before.focus().await;
            page.let_go(way, &chats[0].window()).await;
            lost.extend(way.leaves_a_wreck().then(|| before.window()));
            talk(&chats, 0..chats.len(), &mut said).await;
            holder(&chats, &session).await;
        }
        for window in &lost {
            page.discard(window).await;
        }
        assert_eq!(chats[0].stats().await["sessions"]["200"], 1);
    });
}
