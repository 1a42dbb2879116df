//! The WebSocket handshake, and its refusals before the upgrade.
//!
//! Source: Messaging API, "WebSocket".

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;

use crate::auth::fingerprint;
use crate::faults::Target;
use crate::server::Shared;
use crate::session::Slot;
use crate::socket;
use crate::stats::Counter;

/// The library's own bound of a frame. The session's is checked beneath it, where the socket can still be closed with
/// a code.
const FRAME_BOUND: usize = 16 * 1024 * 1024;

#[derive(Deserialize)]
pub(crate) struct HandshakeQuery {
    session_id: Option<String>,
    access_token: Option<String>,
    cursor: Option<String>,
}

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// `GET /ws`
pub(crate) async fn handshake(
    State(shared): State<Arc<Shared>>,
    query: Result<Query<HandshakeQuery>, QueryRejection>,
    upgrade: Upgrade,
) -> Response {
    let session_id = query.as_ref().ok().and_then(|query| query.session_id.clone());
    let session = session_id.as_deref().and_then(|id| shared.session(id));
    let connector_id = session.as_ref().map(|session| session.spec.connector_id.clone());
    let target = Target { session: session_id.as_deref(), connector_id: connector_id.as_deref() };
    let fault = shared.faults.handshake(target);
    if let Some(fault) = &fault {
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
    }
    let status = fault.and_then(|fault| fault.status).and_then(|status| StatusCode::from_u16(status).ok());
    let response = match status {
        Some(status) => refusal(status),
        None => match check(&shared, query, upgrade) {
            Ok((upgrade, slot, cursor)) => accept(shared.clone(), upgrade, slot, cursor),
            Err(status) => refusal(status),
        },
    };
    shared.stats.count(Counter::Handshakes, response.status().as_u16(), connector_id.as_deref());
    response
}

fn check(
    shared: &Shared,
    query: Result<Query<HandshakeQuery>, QueryRejection>,
    upgrade: Upgrade,
) -> Result<(WebSocketUpgrade, Slot, Option<u64>), StatusCode> {
    let Ok(Query(HandshakeQuery { session_id: Some(id), access_token: Some(token), cursor })) = query else {
        return Err(StatusCode::BAD_REQUEST);
    };
    let upgrade = upgrade.map_err(|_| StatusCode::BAD_REQUEST)?;
    uuid::Uuid::try_parse(&id).map_err(|_| StatusCode::BAD_REQUEST)?;
    let session = shared.session(&id).ok_or(StatusCode::NOT_FOUND)?;
    {
        let state = session.lock();
        if state.expired || (state.ended.is_some() && session.spec.settings.refuse_ended) {
            return Err(StatusCode::NOT_FOUND);
        }
    }
    // A valid token is not enough: it must be the one the session was created with.
    if shared.signer().verify(&token).is_none() || fingerprint(&token) != session.spec.token {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let slot = session.reserve().ok_or(StatusCode::TOO_MANY_REQUESTS)?;
    Ok((upgrade, slot, cursor.as_deref().and_then(cursor_of)))
}

/// A sequence, also in its older form `seq:17`. Anything else is as if it were left out: the full history.
fn cursor_of(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("seq:").unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn accept(shared: Arc<Shared>, upgrade: WebSocketUpgrade, slot: Slot, cursor: Option<u64>) -> Response {
    let tasks = shared.tasks.clone();
    upgrade
        .max_frame_size(FRAME_BOUND)
        .max_message_size(FRAME_BOUND)
        .on_failed_upgrade(|error| tracing::debug!(%error, "upgrade failed"))
        .on_upgrade(move |socket| tasks.track_future(socket::serve(socket, shared, slot, cursor)))
}

fn refusal(status: StatusCode) -> Response {
    let text = match status {
        StatusCode::NOT_FOUND => "session not found",
        StatusCode::UNAUTHORIZED => "authentication failed",
        StatusCode::TOO_MANY_REQUESTS => "connection limit exceeded for session",
        StatusCode::BAD_REQUEST => "invalid connection parameters",
        _ => "handshake failed",
    };
    tracing::info!(status = status.as_u16(), text, "handshake refused");
    (status, Json(json!({ "error": text }))).into_response()
}
