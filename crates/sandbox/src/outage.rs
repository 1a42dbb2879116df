//! A dead network on demand: for a while, connections are cut as soon as they are made, and those that are open as
//! soon as something comes in.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Until when nothing gets through.
#[derive(Debug, Default)]
pub(crate) struct Outage {
    until: Mutex<Option<Instant>>,
}

impl Outage {
    pub(crate) fn last_until(&self, until: Instant) {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }

    pub(crate) fn is_on(&self) -> bool {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }
}

/// A TCP listener that an outage affects.
#[derive(Debug)]
pub(crate) struct OutageListener {
    pub(crate) inner: TcpListener,
    pub(crate) outage: Arc<Outage>,
}

impl Listener for OutageListener {
    type Io = OutageStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (inner, addr) = Listener::accept(&mut self.inner).await;
            if self.outage.is_on() {
                continue;
            }
            // Without this a small frame may wait for the acknowledgement of the one before it.
            if let Err(error) = inner.set_nodelay(true) {
                tracing::debug!(%error, "no TCP_NODELAY");
            }
            return (OutageStream { inner, outage: Arc::clone(&self.outage) }, addr);
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.inner.local_addr()
    }
}

/// A TCP stream that an outage affects.
#[derive(Debug)]
pub(crate) struct OutageStream {
    inner: TcpStream,
    outage: Arc<Outage>,
}

impl AsyncRead for OutageStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.inner).poll_read(cx, buffer))?;
        Poll::Ready(if self.outage.is_on() { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) })
    }
}

impl AsyncWrite for OutageStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
