//! The pictures and pages the agent refers to, so that nothing outside this server needs to be reachable.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

const SVG: &str = "image/svg+xml";
const HTML: &str = "text/html; charset=utf-8";

/// `GET /assets/{name}`
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let (content_type, body) = match name.as_str() {
        "ada.svg" => (SVG, include_str!("../assets/ada.svg")),
        "sarah.svg" => (SVG, include_str!("../assets/sarah.svg")),
        "table.svg" => (SVG, include_str!("../assets/table.svg")),
        "map.svg" => (SVG, include_str!("../assets/map.svg")),
        "booking.html" => (HTML, include_str!("../assets/booking.html")),
        "directions.html" => (HTML, include_str!("../assets/directions.html")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, body).into_response()
}
