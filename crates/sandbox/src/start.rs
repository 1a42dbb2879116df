//! Starting and stopping: binds the port, puts the routes together, and sees to a clean end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, header};
use axum::routing::get;
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::config::SandboxConfig;
use crate::outage::OutageListener;
use crate::server::Shared;
use crate::{assets, control, handshake, http};

/// How long open sockets, and then open HTTP connections, have to end.
const SOCKETS_WAIT: Duration = Duration::from_millis(900);
const CONNECTIONS_WAIT: Duration = Duration::from_millis(300);

/// The server, before it runs.
#[derive(Debug)]
pub struct Sandbox;

impl Sandbox {
    /// Binds the port and serves until [`RunningSandbox::shutdown`] is called or the handle is dropped. Call it
    /// within a Tokio runtime.
    ///
    /// # Errors
    /// The port is taken or not allowed; the settings are out of bounds (`InvalidInput`); there is no randomness
    /// for a signing key.
    pub async fn start(config: SandboxConfig) -> io::Result<RunningSandbox> {
        config.settings.validate().map_err(|text| io::Error::new(io::ErrorKind::InvalidInput, text))?;
        let listener = TcpListener::bind((config.address, config.port)).await?;
        let addr = listener.local_addr()?;
        if !addr.ip().is_loopback() {
            tracing::warn!("the control API has no authentication and can be reached from the network");
        }
        let shared = Shared::new(&config, format!("http://{addr}"))?;
        let listener = OutageListener { inner: listener, outage: Arc::clone(&shared.outage) };
        let stopping = shared.stopping.clone();
        let serving = axum::serve(listener, router(&config, &shared))
            .with_graceful_shutdown(async move { stopping.cancelled().await });
        let task = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "stopped serving");
            }
        });
        tracing::info!(%addr, "listening");
        Ok(RunningSandbox { addr, shared, task })
    }
}

fn router(config: &SandboxConfig, shared: &Arc<Shared>) -> Router {
    let mut router = http::routes()
        .route("/ws", get(handshake::handshake))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), http::refuse_while_down))
        .merge(control::routes())
        .route("/assets/{name}", get(assets::asset));
    // What is being worked on must not come from a cache.
    let files = |dir| {
        let no_store = HeaderValue::from_static("no-store");
        Router::new()
            .fallback_service(ServeDir::new(dir))
            .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, no_store))
    };
    if let Some(pkg) = &config.pkg {
        router = router.nest_service("/pkg", files(pkg));
    }
    if let Some(www) = &config.www {
        router = router.fallback_service(files(www));
    }
    router.with_state(Arc::clone(shared))
}

/// A server that runs. Dropping it stops it without waiting.
pub struct RunningSandbox {
    addr: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl RunningSandbox {
    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://ADDRESS:PORT`, without a slash at the end. The socket is at `ws://ADDRESS:PORT/ws`.
    pub fn base_url(&self) -> String {
        self.shared.base_url.clone()
    }

    /// Stops: sockets are closed with 1001, and whoever does not go within 1.2 s is cut.
    pub async fn shutdown(mut self) {
        self.shared.stopping.cancel();
        self.shared.tasks.close();
        if timeout(SOCKETS_WAIT, self.shared.tasks.wait()).await.is_err() {
            tracing::warn!("sockets were cut");
        }
        if timeout(CONNECTIONS_WAIT, &mut self.task).await.is_err() {
            tracing::warn!("HTTP connections were cut");
        }
        tracing::info!("stopped");
    }
}

impl Drop for RunningSandbox {
    fn drop(&mut self) {
        self.shared.stopping.cancel();
        self.task.abort();
    }
}

impl std::fmt::Debug for RunningSandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunningSandbox").field("addr", &self.addr).finish_non_exhaustive()
    }
}
