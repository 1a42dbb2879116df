//! Access tokens: who gets one, and the texts of those who do not.

use poly_messaging_sandbox::{DEFAULT_CONNECTOR_TOKEN, SandboxConfig};
use serde_json::{Value, json};

use crate::client::{Bench, ORIGIN};

async fn refusal(bench: &Bench, headers: &[(&str, &str)]) -> (u16, String) {
    let (status, body) = bench.post("/api/v1/access-token", headers, &json!({})).await;
    (status, body["message"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_token_is_minted_for_a_new_user_each_time() {
    let bench = Bench::start().await;
    let headers = [("x-token", DEFAULT_CONNECTOR_TOKEN), ("x-host", ORIGIN)];
    let (status, body) = bench.post("/api/v1/access-token", &headers, &json!({})).await;
    assert_eq!(status, 200);
    assert_eq!(body["expires_in"], 86_400);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(3));
    let first = body["access_token"].as_str().expect("a token");
    assert_eq!(first.split('.').count(), 3);
    assert_ne!(first, bench.token().await);
}

#[tokio::test]
async fn each_reason_to_refuse_has_its_text() {
    let bench = Bench::start().await;
    bench.control("connectors/homeless", json!({ "hosts": [] })).await;
    let token = ("x-token", DEFAULT_CONNECTOR_TOKEN);
    let host = ("x-host", ORIGIN);
    for (headers, text) in [
        (vec![], "Missing authentication headers"),
        (vec![token], "Missing authentication headers"),
        (vec![host], "Missing authentication headers"),
        (vec![("x-token", ""), host], "Missing authentication headers"),
        (vec![("x-token", "nobody"), host], "Connector token does not exist"),
        (vec![token, ("x-host", "https://elsewhere.example")], "Failed to validate connector"),
        (vec![token, ("x-host", "not a host")], "Failed to validate connector"),
        (vec![("x-token", "homeless"), host], "Connector missing host domain"),
    ] {
        assert_eq!(refusal(&bench, &headers).await, (401, text.to_owned()), "{headers:?}");
    }
}

#[tokio::test]
async fn an_app_namespace_and_a_subdomain_are_taken() {
    let bench = Bench::with(|settings| settings.hosts.push("https://example.com".to_owned())).await;
    for host in ["com.example.app", "https://example.com", "https://www.example.com", "http://127.0.0.1:8080"] {
        let headers = [("x-token", DEFAULT_CONNECTOR_TOKEN), ("x-host", host)];
        assert_eq!(refusal(&bench, &headers).await.0, 200, "{host}");
    }
}

#[tokio::test]
async fn a_token_of_another_key_makes_no_session_and_of_the_same_key_does() {
    let with_key = |key| SandboxConfig { signing_key: Some([key; 32]), ..SandboxConfig::default() };
    let first = Bench::of(with_key(1)).await;
    let authorization = format!("Bearer {}", first.token().await);
    let headers = [("authorization", authorization.as_str())];
    let (status, body) = Bench::of(with_key(2)).await.post("/api/v1/sessions", &headers, &json!({})).await;
    assert_eq!((status, &body["error"]), (401, &Value::from("Invalid access token")));
    let (status, _) = Bench::of(with_key(1)).await.post("/api/v1/sessions", &headers, &json!({})).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn an_expired_token_is_invalid() {
    let bench = Bench::with(|settings| settings.token_lifetime_seconds = 0).await;
    let authorization = format!("Bearer {}", bench.token().await);
    let (status, body) = bench.post("/api/v1/sessions", &[("authorization", &authorization)], &json!({})).await;
    assert_eq!((status, &body["error"]), (401, &Value::from("Invalid access token")));
}
