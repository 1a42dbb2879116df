//! What a browser is allowed, and what it is not.

use serde_json::json;

use crate::client::Bench;

async fn preflight(bench: &Bench, path: &str, headers: &str) -> reqwest::Response {
    let request = bench.http.request(reqwest::Method::OPTIONS, bench.url(path));
    let request = request.header("origin", "http://localhost:3000");
    let request = request.header("access-control-request-method", "POST");
    request.header("access-control-request-headers", headers).send().await.expect("an answer")
}

#[tokio::test]
async fn a_preflight_allows_the_documented_headers_and_no_other() {
    let bench = Bench::start().await;
    for path in ["/api/v1/access-token", "/api/v1/sessions"] {
        let response = preflight(&bench, path, "x-client-version").await;
        let header = |name: &str| response.headers()[name].to_str().expect("text").to_lowercase();
        assert_eq!(response.status(), 200);
        assert_eq!(header("access-control-allow-origin"), "*");
        assert_eq!(header("access-control-allow-methods"), "post");
        let allowed = header("access-control-allow-headers");
        let mut allowed: Vec<_> = allowed.split(',').map(str::trim).collect();
        allowed.sort_unstable();
        assert_eq!(allowed, ["authorization", "content-type", "x-host", "x-token"]);
    }
}

#[tokio::test]
async fn answers_can_be_read_by_a_page_with_retry_after() {
    let bench = Bench::start().await;
    let rule = json!({ "endpoint": "access-token", "status": 429, "retry_after": 1 });
    bench.control("faults", json!({ "http": [rule] })).await;
    let request = bench.http.post(bench.url("/api/v1/access-token")).header("origin", "http://localhost:3000");
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    assert_eq!(response.headers()["access-control-expose-headers"], "retry-after");
}

#[tokio::test]
async fn any_page_may_use_the_control_api_and_no_other_path() {
    let bench = Bench::start().await;
    let response = preflight(&bench, "/control/faults", "content-type").await;
    assert!(response.status().is_success());
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    let elsewhere = preflight(&bench, "/elsewhere", "content-type").await;
    assert!(!elsewhere.headers().contains_key("access-control-allow-origin"));
}
