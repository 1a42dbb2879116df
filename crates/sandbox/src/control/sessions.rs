//! Control of one session: read its log, act on its sockets, put words into its server's mouth.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{Answer, Failure, done, end_of, read};
use crate::auth::connector_id;
use crate::outgoing::{Control, SocketHandle};
use crate::server::Shared;
use crate::session::{EndReason, Session};

#[derive(Deserialize)]
pub(super) struct ListQuery {
    connector: Option<String>,
}

/// `GET /control/sessions[?connector=TOKEN]`
pub(super) async fn list(State(shared): State<Arc<Shared>>, Query(query): Query<ListQuery>) -> Json<Value> {
    let connector = query.connector.as_deref().map(connector_id);
    let of_connector =
        |session: &&Arc<Session>| connector.as_ref().is_none_or(|connector| session.spec.connector_id == *connector);
    let sessions: Vec<_> = shared.sessions().iter().filter(of_connector).map(|session| session.summary()).collect();
    Json(json!({ "sessions": sessions }))
}

/// `GET /control/sessions/{id}/log`
pub(super) async fn log(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Answer {
    Ok(Json(find(&shared, &id)?.log()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Drop {
    code: Option<u16>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    delay_ms: u64,
    socket: Option<u64>,
}

/// `POST /control/sessions/{id}/drop`
pub(super) async fn drop_sockets(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Answer {
    let session = find(&shared, &id)?;
    let Drop { code, reason, delay_ms, socket } = read(&body)?;
    let end = end_of(code, reason)?;
    let act = move || session.for_each_socket(|handle| on(socket, handle, |handle| handle.end(end.clone())));
    if delay_ms == 0 {
        act();
    } else {
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            act();
        });
    }
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    socket: Option<u64>,
}

/// `POST /control/sessions/{id}/freeze`
pub(super) async fn freeze(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Answer {
    set_frozen(&shared, &id, &body, true)
}

/// `POST /control/sessions/{id}/thaw`
pub(super) async fn thaw(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Answer {
    set_frozen(&shared, &id, &body, false)
}

fn set_frozen(shared: &Shared, id: &str, body: &Bytes, frozen: bool) -> Answer {
    let session = find(shared, id)?;
    let Which { socket } = read(body)?;
    let set = |control: &mut Control| control.frozen = frozen;
    session.for_each_socket(|handle| on(socket, handle, |handle| handle.control.send_modify(set)));
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Send {
    frame: Option<Value>,
    text: Option<String>,
    #[serde(default)]
    frames: Vec<Value>,
    #[serde(default)]
    log: bool,
}

/// `POST /control/sessions/{id}/send`
pub(super) async fn send(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Answer {
    let session = find(&shared, &id)?;
    let Send { frame, text, frames, log } = read(&body)?;
    let frames: Vec<_> = text.map(Value::String).into_iter().chain(frame).chain(frames).collect();
    if frames.is_empty() {
        return Err(Failure::bad_request("nothing to send: give `frame`, `text` or `frames`"));
    }
    session.send_raw(frames, log);
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    /// Absent: the sockets stay open. Null: they are cut. A code: they are closed with it.
    #[serde(default, deserialize_with = "present")]
    close: Option<Option<u16>>,
}

/// Tells a field that is null from one that is not there.
fn present<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<u16>>, D::Error> {
    Option::deserialize(field).map(Some)
}

/// `POST /control/sessions/{id}/expire`
pub(super) async fn expire(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Answer {
    let session = find(&shared, &id)?;
    let Expire { close } = read(&body)?;
    let end = close.map(|code| end_of(code, String::new())).transpose()?;
    session.expire();
    if let Some(end) = end {
        session.end_sockets(&end);
    }
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndInput {
    reason: Option<EndReason>,
}

/// `POST /control/sessions/{id}/end`
pub(super) async fn end(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Answer {
    let session = find(&shared, &id)?;
    let EndInput { reason } = read(&body)?;
    session.end(reason.unwrap_or(EndReason::NaturalEnd));
    done()
}

fn find(shared: &Shared, id: &str) -> Result<Arc<Session>, Failure> {
    shared.session(id).ok_or_else(|| Failure::not_found("no such session"))
}

/// Acts on a socket if it is the one asked for, or if none is named.
fn on(wanted: Option<u64>, handle: &SocketHandle, act: impl FnOnce(&SocketHandle)) {
    if wanted.is_none_or(|wanted| wanted == handle.number) {
        act(handle);
    }
}
