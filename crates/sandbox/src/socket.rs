//! One WebSocket: frames in and out, the faults that befall them, and how it ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, sleep_until, timeout};

use crate::faults::{Action, Direction};
use crate::journal::Outcome;
use crate::outgoing::{Control, End, Frame, Outgoing, SocketEnd, kind_of};
use crate::rate::RateLimit;
use crate::server::Shared;
use crate::session::{Session, Slot};

/// How long a reordered frame waits for a next one.
const REORDER_WAIT: Duration = Duration::from_secs(1);
/// How long a close waits for the other side.
const CLOSE_WAIT: Duration = Duration::from_millis(700);

/// Serves one socket until it is over.
pub(crate) async fn serve(socket: WebSocket, shared: Arc<Shared>, slot: Slot, cursor: Option<u64>) {
    let session = Arc::clone(&slot.session);
    let SocketEnd { number, queue, mut control, first } = session.open_socket(cursor);
    tracing::debug!(session = session.id, socket = number, cursor, "socket opened");
    let (sink, mut stream) = socket.split();
    let link = Link { shared: Arc::clone(&shared), session: Arc::clone(&session), number, control: control.clone() };
    let mut writer = Writer { sink, link: link.clone(), held: None };
    let end = {
        let mut reader = Reader { stream: &mut stream, link, rate: RateLimit::default(), held: None };
        tokio::select! {
            biased;
            end = ordered_end(&mut control) => end,
            () = shared.stopping.cancelled() => End::Close { code: close_code::AWAY, reason: String::new() },
            end = reader.run() => end,
            end = writer.run(first, queue) => end,
        }
    };
    session.detach(number);
    let (code, by) = match &end {
        End::Cut => (close_code::ABNORMAL, "server"),
        End::Close { code, .. } => (*code, "server"),
        End::Peer(code) => (*code, "client"),
    };
    tracing::debug!(session = session.id, socket = number, code, by, "socket closed");
    session.lock().journal.closed(number, code, by);
    drop(slot);
    // Whatever is still unsent or unread does not hold the end up for longer than this.
    let _ = timeout(CLOSE_WAIT, say_goodbye(&mut writer.sink, &mut stream, end)).await;
}

async fn ordered_end(control: &mut watch::Receiver<Control>) -> End {
    let ordered = control.wait_for(|control| control.end.is_some()).await.map(|control| control.end.clone());
    match ordered {
        Ok(end) => end.unwrap_or(End::Cut),
        // Nobody holds the other end any more: nothing can be ordered.
        Err(_) => std::future::pending().await,
    }
}

async fn say_goodbye(sink: &mut SplitSink<WebSocket, Message>, stream: &mut SplitStream<WebSocket>, end: End) {
    match end {
        End::Cut => return,
        End::Close { code, reason } => {
            let frame = CloseFrame { code, reason: reason.into() };
            if sink.send(Message::Close(Some(frame))).await.is_err() {
                return;
            }
        }
        End::Peer(_) => {}
    }
    // The close handshake: what still comes in is not looked at.
    while let Some(Ok(_)) = stream.next().await {}
}

/// What reading and writing share.
#[derive(Clone)]
struct Link {
    shared: Arc<Shared>,
    session: Arc<Session>,
    number: u64,
    control: watch::Receiver<Control>,
}

impl Link {
    /// Waits while the socket is frozen.
    async fn thawed(&mut self) {
        if self.control.wait_for(|control| !control.frozen).await.is_err() {
            // The session has let go of the socket; whoever took it off the list ends it.
            std::future::pending::<()>().await;
        }
    }
}

struct Reader<'a> {
    stream: &'a mut SplitStream<WebSocket>,
    link: Link,
    rate: RateLimit,
    /// A frame that waits for the next one, and until when at most.
    held: Option<(String, tokio::time::Instant)>,
}

impl Reader<'_> {
    async fn run(&mut self) -> End {
        loop {
            self.link.thawed().await;
            let until = self.held.as_ref().map(|(_, until)| *until);
            let message = tokio::select! {
                biased;
                Ok(()) = self.link.control.changed() => continue,
                message = self.stream.next() => message,
                () = wait_until(until) => {
                    self.release_held();
                    continue;
                }
            };
            let text = match message {
                Some(Ok(Message::Text(text))) => text.as_str().to_owned(),
                // The protocol has no binary frames: answered as any other that cannot be read.
                Some(Ok(Message::Binary(bytes))) => String::from_utf8_lossy(&bytes).into_owned(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(frame))) => {
                    return End::Peer(frame.map_or(close_code::STATUS, |frame| frame.code));
                }
                Some(Err(error)) if is_too_long(&error) => return too_large(),
                Some(Err(_)) | None => return End::Peer(close_code::ABNORMAL),
            };
            // Frozen while the frame came in: it is handled once thawed.
            self.link.thawed().await;
            if let Some(end) = self.handle(text).await {
                return end;
            }
        }
    }

    async fn handle(&mut self, text: String) -> Option<End> {
        let Link { shared, session, number, .. } = &self.link;
        let settings = &session.spec.settings;
        if text.len() > settings.max_message_size_bytes {
            session.lock().journal.received(*number, "(too large to keep)", Outcome::TooLarge);
            return Some(too_large());
        }
        if !self.rate.allows(settings.messages_per_second, Instant::now()) {
            session.ignore(*number, &text);
            return None;
        }
        let Some(fault) = shared.faults.frame(Direction::In, session.target(), || kind_of(&text)) else {
            session.receive(*number, &text);
            self.release_held();
            return None;
        };
        match fault.action {
            Action::Swallow => session.lock().journal.received(*number, &text, Outcome::Swallowed),
            Action::Delay => {
                sleep(Duration::from_millis(fault.delay_ms.unwrap_or(0))).await;
                session.receive(*number, &text);
            }
            Action::Duplicate => {
                session.receive(*number, &text);
                session.receive(*number, &text);
            }
            Action::Reorder => {
                self.release_held();
                self.held = Some((text, reorder_deadline(fault.delay_ms)));
                return None;
            }
            Action::DropBefore => {
                session.lock().journal.received(*number, &text, Outcome::Swallowed);
                return Some(End::Cut);
            }
            Action::DropAfter => {
                // Off the list first, so that the echo goes to the history and to the others, but not here.
                session.detach(*number);
                session.receive(*number, &text);
                return Some(End::Cut);
            }
        }
        self.release_held();
        None
    }

    fn release_held(&mut self) {
        if let Some((text, _)) = self.held.take() {
            self.link.session.receive(self.link.number, &text);
        }
    }
}

fn too_large() -> End {
    End::Close { code: close_code::SIZE, reason: String::new() }
}

fn is_too_long(error: &axum::Error) -> bool {
    // The library's own bound, far above any session's: the text of its error is all that axum passes on.
    error.to_string().contains("too long")
}

fn reorder_deadline(delay_ms: Option<u64>) -> tokio::time::Instant {
    tokio::time::Instant::now() + delay_ms.map_or(REORDER_WAIT, Duration::from_millis)
}

async fn wait_until(until: Option<tokio::time::Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}

struct Writer {
    sink: SplitSink<WebSocket, Message>,
    link: Link,
    held: Option<(Frame, tokio::time::Instant)>,
}

impl Writer {
    async fn run(&mut self, first: Vec<Frame>, mut queue: mpsc::Receiver<Outgoing>) -> End {
        match self.run_fallible(first, &mut queue).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn run_fallible(
        &mut self,
        first: Vec<Frame>,
        queue: &mut mpsc::Receiver<Outgoing>,
    ) -> Result<std::convert::Infallible, End> {
        for frame in first {
            self.deliver(frame).await?;
        }
        loop {
            let until = self.held.as_ref().map(|(_, until)| *until);
            let outgoing = tokio::select! {
                biased;
                outgoing = queue.recv() => outgoing,
                () = wait_until(until) => {
                    self.release_held().await?;
                    continue;
                }
            };
            match outgoing {
                Some(Outgoing::Frame(frame)) => self.deliver(frame).await?,
                Some(Outgoing::Frames(frames)) => {
                    for frame in frames {
                        self.deliver(frame).await?;
                    }
                }
                Some(Outgoing::Close(code, reason)) => {
                    self.release_held().await?;
                    self.link.thawed().await;
                    return Err(End::Close { code, reason });
                }
                // Taken off the list: the reader, or an order, ends the socket.
                None => std::future::pending().await,
            }
        }
    }

    /// Sends a frame as the faults in force would have it.
    async fn deliver(&mut self, frame: Frame) -> Result<(), End> {
        let Link { shared, session, .. } = &self.link;
        let Some(fault) = shared.faults.frame(Direction::Out, session.target(), || frame.kind()) else {
            self.send(frame).await?;
            return self.release_held().await;
        };
        match fault.action {
            Action::Swallow => return Ok(()),
            Action::Delay => {
                sleep(Duration::from_millis(fault.delay_ms.unwrap_or(0))).await;
                self.send(frame).await?;
            }
            Action::Duplicate => {
                self.send(frame.clone()).await?;
                self.send(frame).await?;
            }
            Action::Reorder => {
                self.release_held().await?;
                self.held = Some((frame, reorder_deadline(fault.delay_ms)));
                return Ok(());
            }
            Action::DropBefore => return Err(End::Cut),
            Action::DropAfter => {
                self.send(frame).await?;
                return Err(End::Cut);
            }
        }
        self.release_held().await
    }

    async fn release_held(&mut self) -> Result<(), End> {
        match self.held.take() {
            Some((frame, _)) => self.send(frame).await,
            None => Ok(()),
        }
    }

    async fn send(&mut self, frame: Frame) -> Result<(), End> {
        self.link.thawed().await;
        self.sink.send(Message::Text(frame.text)).await.map_err(|_| End::Peer(close_code::ABNORMAL))
    }
}
