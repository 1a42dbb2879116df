//! Control of the server as a whole: counts, faults, connectors, vectors, restarts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Failure, done, end_of, read};
use crate::auth::connector_id;
use crate::faults::FaultsInput;
use crate::outgoing::Frame;
use crate::server::Shared;

#[derive(Deserialize)]
pub(super) struct StatsQuery {
    connector: Option<String>,
}

/// `GET /control/stats[?connector=TOKEN]`
pub(super) async fn stats(State(shared): State<Arc<Shared>>, Query(query): Query<StatsQuery>) -> Json<Value> {
    Json(shared.stats.to_json(query.connector.as_deref().map(connector_id).as_deref()))
}

/// `GET /control/faults`
pub(super) async fn faults(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(shared.faults.left())
}

/// `POST /control/faults`
pub(super) async fn add_faults(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let input: FaultsInput = read(&body)?;
    shared.faults.add(input).map_err(Failure::bad_request)?;
    Ok(Json(shared.faults.left()))
}

/// `DELETE /control/faults`
pub(super) async fn clear_faults(State(shared): State<Arc<Shared>>) -> Answer {
    shared.faults.clear();
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Silent {
    on: bool,
    #[serde(default)]
    frames: Vec<Value>,
}

/// `POST /control/silent`
pub(super) async fn silent(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let Silent { on, frames } = read(&body)?;
    shared.set_silent(on.then(|| ready(&frames)));
    done()
}

#[derive(Deserialize)]
struct Vector {
    frames: Vec<Value>,
}

/// `POST /control/vectors/{name}`: a vector file as it is; fields beside `frames` are not looked at.
pub(super) async fn register_vector(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    body: Bytes,
) -> Answer {
    let Vector { frames } = read(&body)?;
    let token = format!("vector:{name}");
    let id = shared.register(&token, shared.base_settings.clone(), Some(ready(&frames)));
    Ok(Json(json!({ "connector_token": token, "connector_id": id })))
}

/// `POST /control/connectors/{token}`
pub(super) async fn register_connector(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    body: Bytes,
) -> Answer {
    let overrides: Value = read(&body)?;
    let settings = shared.base_settings.with_overrides(&overrides).map_err(Failure::bad_request)?;
    let id = shared.register(&token, settings.clone(), None);
    Ok(Json(json!({ "connector_id": id, "settings": settings })))
}

/// `DELETE /control/connectors/{token}`
pub(super) async fn remove_connector(State(shared): State<Arc<Shared>>, Path(token): Path<String>) -> Answer {
    if shared.unregister(&token) { done() } else { Err(Failure::not_found("no such connector")) }
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Memory {
    #[default]
    Keep,
    Forget,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Restart {
    code: Option<u16>,
    #[serde(default)]
    sessions: Memory,
    #[serde(default)]
    tokens: Memory,
    #[serde(default)]
    down_ms: u64,
    #[serde(default)]
    unreachable_ms: u64,
}

/// The longest downtime.
const MAX_DOWN_MS: u64 = 86_400_000;

/// The longest outage: nobody can call it off, since the control API is cut off too.
const MAX_UNREACHABLE_MS: u64 = 60_000;

/// `POST /control/restart`
pub(super) async fn restart(State(shared): State<Arc<Shared>>, body: Bytes) -> Answer {
    let Restart { code, sessions, tokens, down_ms, unreachable_ms } = read(&body)?;
    for (name, value, most) in
        [("down_ms", down_ms, MAX_DOWN_MS), ("unreachable_ms", unreachable_ms, MAX_UNREACHABLE_MS)]
    {
        if value > most {
            return Err(Failure::bad_request(format!("{name} must be at most {most}")));
        }
    }
    let end = end_of(code, String::new())?;
    // Down first, so that no client is back before the rest is done.
    shared.set_down_until(Instant::now() + Duration::from_millis(down_ms));
    shared.outage.last_until(Instant::now() + Duration::from_millis(unreachable_ms));
    if tokens == Memory::Forget {
        shared.renew_key().map_err(|error| Failure::bad_request(error.to_string()))?;
    }
    let before = shared.sessions();
    if sessions == Memory::Forget {
        shared.forget_sessions();
    }
    for session in before {
        session.end_sockets(&end);
        if sessions == Memory::Forget {
            session.expire();
        }
    }
    done()
}

fn ready(frames: &[Value]) -> Arc<[Frame]> {
    frames.iter().map(Frame::raw).collect()
}
