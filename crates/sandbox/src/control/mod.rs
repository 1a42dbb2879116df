//! The control API: what tests tell the server, under `/control/`. The crate's README.md has the table.

mod server;
mod sessions;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower_http::cors::CorsLayer;

use crate::outgoing::End;
use crate::server::Shared;

/// The longest body taken: a vector or a history of some ten thousand events.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// The routes. Any page may call them.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/control/sessions", get(sessions::list))
        .route("/control/sessions/{id}/log", get(sessions::log))
        .route("/control/sessions/{id}/drop", post(sessions::drop_sockets))
        .route("/control/sessions/{id}/freeze", post(sessions::freeze))
        .route("/control/sessions/{id}/thaw", post(sessions::thaw))
        .route("/control/sessions/{id}/send", post(sessions::send))
        .route("/control/sessions/{id}/expire", post(sessions::expire))
        .route("/control/sessions/{id}/end", post(sessions::end))
        .route("/control/stats", get(server::stats))
        .route("/control/faults", get(server::faults).post(server::add_faults).delete(server::clear_faults))
        .route("/control/silent", post(server::silent))
        .route("/control/vectors/{name}", post(server::register_vector))
        .route("/control/connectors/{token}", post(server::register_connector).delete(server::remove_connector))
        .route("/control/restart", post(server::restart))
        .route_layer(DefaultBodyLimit::max(MAX_BODY))
        .route_layer(CorsLayer::permissive())
}

/// Why a control call failed: its status, and a text that says what to do.
struct Failure(StatusCode, String);

impl Failure {
    fn bad_request(text: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, text.into())
    }

    fn not_found(text: impl Into<String>) -> Self {
        Self(StatusCode::NOT_FOUND, text.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

type Answer = Result<Json<Value>, Failure>;

/// The answer of a call that only does something.
fn done() -> Answer {
    Ok(Json(json!({ "ok": true })))
}

/// Reads a body as JSON, whatever its content type; an empty one as `{}`.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Failure> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| Failure::bad_request(error.to_string()))?;
    json.end().map_err(|error| Failure::bad_request(error.to_string()))?;
    Ok(value)
}

/// A close with the code, or a cut connection when there is none.
fn end_of(code: Option<u16>, reason: String) -> Result<End, Failure> {
    match code {
        None => Ok(End::Cut),
        Some(1000..=1003 | 1007..=1014 | 3000..=4999) if reason.len() > 123 => {
            Err(Failure::bad_request("reason must be at most 123 bytes"))
        }
        Some(code @ (1000..=1003 | 1007..=1014 | 3000..=4999)) => Ok(End::Close { code, reason }),
        Some(code) => Err(Failure::bad_request(format!("code {code} cannot be sent in a close frame"))),
    }
}
