//! The two HTTP endpoints: access tokens and sessions.
//!
//! Source: Messaging API, "Sessions" and "Errors".

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tower_http::cors::{Any, CorsLayer};

use crate::auth::{connector_id, fingerprint};
use crate::config::ErrorField;
use crate::faults::{Endpoint, HttpFault, Target};
use crate::host::RegisteredHost;
use crate::server::{Connector, Shared};
use crate::session::SessionSpec;
use crate::stats::Counter;

/// The routes under `/api/v1`, with the CORS headers a browser needs: only the documented request headers are
/// allowed, so a page that adds another one fails here as it would there.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("x-token"),
            HeaderName::from_static("x-host"),
        ])
        .expose_headers([header::RETRY_AFTER]);
    Router::new()
        .route("/api/v1/access-token", post(access_token))
        .route("/api/v1/sessions", post(create_session))
        .route_layer(cors)
}

/// Answers 503 while the server plays dead. The control API has routes of its own, which this does not touch.
pub(crate) async fn refuse_while_down(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if shared.is_down() { StatusCode::SERVICE_UNAVAILABLE.into_response() } else { next.run(request).await }
}

/// A refusal: its status and text.
struct Refused(StatusCode, &'static str);

const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;
const BAD_REQUEST: StatusCode = StatusCode::BAD_REQUEST;

async fn access_token(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let token = header_text(&headers, "x-token");
    let connector = token.and_then(|token| shared.connector(token));
    let id = token.map(connector_id);
    let target = Target { session: None, connector_id: id.as_deref() };
    let fault = shared.faults.http(Endpoint::AccessToken, target);
    let response = answer(&shared, ErrorField::Message, connector.as_deref(), fault, || {
        let (Some(_), Some(host)) = (token, header_text(&headers, "x-host")) else {
            return Err(Refused(UNAUTHORIZED, "Missing authentication headers"));
        };
        let connector = connector.as_deref().ok_or(Refused(UNAUTHORIZED, "Connector token does not exist"))?;
        let hosts = &connector.settings.hosts;
        if hosts.is_empty() {
            return Err(Refused(UNAUTHORIZED, "Connector missing host domain"));
        }
        if !hosts.iter().filter_map(|host| RegisteredHost::parse(host).ok()).any(|known| known.matches(host)) {
            return Err(Refused(UNAUTHORIZED, "Failed to validate connector"));
        }
        json_body(&headers, &body)?;
        let lifetime = connector.settings.token_lifetime_seconds;
        let access_token = shared.signer().mint(&connector.id, lifetime);
        Ok(json!({ "access_token": access_token, "expires_in": lifetime, "token_type": "Bearer" }))
    })
    .await;
    let registered = connector.as_ref().map(|connector| connector.id.as_str());
    shared.stats.count(Counter::AccessToken, response.status().as_u16(), registered);
    response
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionRequest {
    #[serde(default)]
    streaming_enabled: bool,
    #[serde(default)]
    platform: Platform,
    device_type: Option<DeviceType>,
}

/// Source: Messaging API, "Sessions".
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Platform {
    #[default]
    Web,
    IosWeb,
    AndroidWeb,
    Ios,
    Android,
    Custom,
}

impl Platform {
    fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::IosWeb => "ios-web",
            Self::AndroidWeb => "android-web",
            Self::Ios => "ios",
            Self::Android => "android",
            Self::Custom => "custom",
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DeviceType {
    Mobile,
    Tablet,
    Desktop,
}

impl DeviceType {
    fn name(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Tablet => "tablet",
            Self::Desktop => "desktop",
        }
    }
}

async fn create_session(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let authorization = header_text(&headers, "authorization");
    let bearer = authorization.and_then(|text| text.strip_prefix("Bearer"));
    let token = bearer.filter(|rest| rest.is_empty() || rest.starts_with(' ')).map(str::trim);
    let claims = token.and_then(|token| shared.signer().verify(token));
    let connector = claims.as_ref().and_then(|claims| shared.connector_by_id(&claims.connector_id));
    let target = Target { session: None, connector_id: connector.as_ref().map(|connector| connector.id.as_str()) };
    let fault = shared.faults.http(Endpoint::Sessions, target);
    let response = answer(&shared, ErrorField::Error, connector.as_deref(), fault, || {
        let token = token.ok_or(Refused(UNAUTHORIZED, "Missing authentication headers"))?;
        if token.is_empty() {
            return Err(Refused(BAD_REQUEST, "Missing access token"));
        }
        let claims = claims.as_ref().ok_or(Refused(UNAUTHORIZED, "Invalid access token"))?;
        let connector = connector
            .as_deref()
            .ok_or(Refused(StatusCode::INTERNAL_SERVER_ERROR, "Unable to get agent details from connector service"))?;
        let body = Value::Object(json_body(&headers, &body)?);
        let request: SessionRequest =
            serde_json::from_value(body).map_err(|_| Refused(BAD_REQUEST, "Error parsing request"))?;
        let session = shared.create_session(SessionSpec {
            token: fingerprint(token),
            user: claims.sub.clone(),
            connector_id: connector.id.clone(),
            settings: Arc::clone(&connector.settings),
            streaming: request.streaming_enabled && connector.settings.streaming_allowed,
            platform: request.platform.name().to_owned(),
            device_type: request.device_type.map(|device| device.name().to_owned()),
            base_url: base_url(&headers, &shared.base_url),
            vector: connector.vector.clone().or_else(|| shared.silent()),
        });
        tracing::info!(session = session.id, connector = connector.id, "session created");
        Ok(json!({ "session_id": session.id }))
    })
    .await;
    let registered = connector.as_ref().map(|connector| connector.id.as_str());
    shared.stats.count(Counter::Sessions, response.status().as_u16(), registered);
    response
}

/// The answer of an endpoint: what a fault says, 429 over the limit, else what `decide` says.
async fn answer(
    shared: &Shared,
    usual: ErrorField,
    connector: Option<&Connector>,
    fault: Option<HttpFault>,
    decide: impl FnOnce() -> Result<Value, Refused>,
) -> Response {
    let of_connector = connector.and_then(|connector| connector.settings.error_field);
    let field = shared.faults.error_field().or(of_connector).unwrap_or(usual).name();
    if let Some(fault) = fault {
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
        if let Some(status) = fault.status.and_then(|status| StatusCode::from_u16(status).ok()) {
            return faulty(status, usual, field, fault);
        }
    }
    if connector.is_some_and(|connector| !connector.allows_call()) {
        let body = Json(json!({ field: "Too many requests" }));
        return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1")], body).into_response();
    }
    match decide() {
        Ok(body) => Json(body).into_response(),
        Err(Refused(status, text)) => {
            tracing::info!(status = status.as_u16(), text, "refused");
            (status, Json(json!({ field: text }))).into_response()
        }
    }
}

fn faulty(status: StatusCode, endpoint: ErrorField, field: &str, fault: HttpFault) -> Response {
    let text = match (status, endpoint) {
        (StatusCode::TOO_MANY_REQUESTS, _) => "Too many requests",
        (StatusCode::UNAUTHORIZED, ErrorField::Message) => "Failed to validate connector",
        (StatusCode::UNAUTHORIZED, ErrorField::Error) => "Invalid access token",
        (_, ErrorField::Message) => "Failed to create access token",
        (_, ErrorField::Error) => "Failed to create session",
    };
    let mut response = match fault.body {
        Some(Value::String(text)) => (status, text).into_response(),
        body => (status, Json(body.unwrap_or_else(|| json!({ field: text })))).into_response(),
    };
    if let Some(seconds) = fault.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// A header that is there, readable and not empty.
fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}

/// The JSON object a request must bring, with the content type to match.
fn json_body(headers: &HeaderMap, body: &Result<Bytes, BytesRejection>) -> Result<Map<String, Value>, Refused> {
    let refused = Refused(BAD_REQUEST, "Error parsing request");
    let content_type = header_text(headers, "content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    match body {
        Ok(body) if media_type.eq_ignore_ascii_case("application/json") => {
            serde_json::from_slice(body).map_err(|_| refused)
        }
        _ => Err(refused),
    }
}

/// How the client reaches this server, so that the addresses it is given work for it.
fn base_url(headers: &HeaderMap, fallback: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-' | '[' | ']');
    match header_text(headers, "host") {
        Some(host) if host.chars().all(allowed) => format!("http://{host}"),
        _ => fallback.to_owned(),
    }
}
