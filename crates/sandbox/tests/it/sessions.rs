//! Sessions: how they are made, what they tell a client, and how they end.

use serde_json::{Value, json};

use crate::client::{Bench, kind, kinds, query};

#[tokio::test]
async fn each_reason_to_refuse_a_session_has_its_text() {
    let bench = Bench::start().await;
    let bearer = format!("Bearer {}", bench.token().await);
    let good = ("authorization", bearer.as_str());
    for (headers, body, status, text) in [
        (vec![], json!({}), 401, "Missing authentication headers"),
        (vec![("authorization", "Basic abc")], json!({}), 401, "Missing authentication headers"),
        (vec![("authorization", "Bearerabc")], json!({}), 401, "Missing authentication headers"),
        (vec![("authorization", "Bearer ")], json!({}), 400, "Missing access token"),
        (vec![("authorization", "Bearer a.b.c")], json!({}), 401, "Invalid access token"),
        (vec![good], json!([]), 400, "Error parsing request"),
        (vec![good], json!({ "streaming_enabled": "yes" }), 400, "Error parsing request"),
        (vec![good], json!({ "platform": "toaster" }), 400, "Error parsing request"),
        (vec![good], json!({ "device_type": "watch" }), 400, "Error parsing request"),
        (vec![good], json!({ "colour": "red" }), 400, "Error parsing request"),
    ] {
        let answer = bench.post("/api/v1/sessions", &headers, &body).await;
        assert_eq!(answer, (status, json!({ "error": text })), "{headers:?} {body}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let bench = Bench::start().await;
    let token = bench.token().await;
    for (content_type, body) in [("application/json", "{"), ("application/json", ""), ("text/plain", "{}")] {
        let response = bench
            .http
            .post(bench.url("/api/v1/sessions"))
            .bearer_auth(&token)
            .header("content-type", content_type)
            .body(body)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status(), 400, "{content_type} {body}");
        assert_eq!(response.json::<Value>().await.expect("JSON"), json!({ "error": "Error parsing request" }));
    }
}

#[tokio::test]
async fn session_start_tells_the_capabilities() {
    let bench = Bench::with(|settings| {
        settings.heartbeat_seconds = 7;
        settings.max_reconnect_attempts = 3;
        settings.max_message_size_bytes = 1_000;
        settings.context_id = Some("context-1".to_owned());
    })
    .await;
    let session = bench.streaming_session().await;
    let start = bench.open(&session).await.next_event().await;
    assert_eq!(kind(&start), "SESSION_START");
    assert_eq!(start["sequence"], 1);
    let payload = json!({
        "capabilities": {
            "streaming": true,
            "max_message_size_bytes": 1_000,
            "max_reconnect_attempts": 3,
            "heartbeat_interval_seconds": 7,
        },
        "context_id": "context-1",
    });
    assert_eq!(start["payload"], payload);
}

#[tokio::test]
async fn streaming_is_off_unless_asked_for_and_allowed() {
    let bench = Bench::start().await;
    let quiet = bench.session().await;
    assert_eq!(bench.log(&quiet).await["streaming"], false);
    bench.control("connectors/whole", json!({ "streaming_allowed": false })).await;
    let token = bench.token_of("whole").await;
    let refused = bench.session_with(token, json!({ "streaming_enabled": true })).await;
    assert_eq!(bench.log(&refused).await["streaming"], false);
}

#[tokio::test]
async fn only_the_token_a_session_was_made_with_opens_its_socket() {
    let bench = Bench::start().await;
    let session = bench.session().await;
    let other = bench.token().await;
    let refused = bench.try_open(&format!("session_id={}&access_token={other}", session.id)).await.err();
    assert_eq!(refused, Some((401, "authentication failed".to_owned())));
    bench.open(&session).await;
}

#[tokio::test]
async fn a_handshake_without_its_parameters_or_its_session_is_refused() {
    let bench = Bench::start().await;
    let session = bench.session().await;
    let unknown = format!("session_id={}&access_token={}", uuid::Uuid::new_v4(), session.token);
    let refused = |query: String| {
        let bench = &bench;
        async move { bench.try_open(&query).await.expect_err("a refusal") }
    };
    assert_eq!(refused(unknown).await, (404, "session not found".to_owned()));
    let parameters = (400, "invalid connection parameters".to_owned());
    assert_eq!(refused(format!("session_id={}", session.id)).await, parameters);
    assert_eq!(refused(format!("access_token={}", session.token)).await, parameters);
    assert_eq!(refused(format!("session_id=7&access_token={}", session.token)).await, parameters);
    let plain = bench.http.get(bench.url(&format!("/ws?{}", query(&session, None)))).send().await.expect("an answer");
    assert_eq!(plain.status(), 400);
}

#[tokio::test]
async fn the_user_ends_a_session_with_an_echo_and_a_clean_close() {
    let bench = Bench::start().await;
    let (session, mut socket) = bench.conversation().await;
    let mut other = bench.open(&session).await;
    socket.send("USER_END_SESSION", json!({})).await;
    let events = socket.until("SESSION_END").await;
    assert_eq!(kinds(&events), ["USER_END_SESSION", "SESSION_END"]);
    assert_eq!(events[1]["payload"], json!({ "reason": "REASON_USER_END" }));
    assert_eq!((socket.close_code().await, other.close_code().await), (1000, 1000));
    let mut late = bench.open(&session).await;
    assert_eq!(kinds(&late.until("SESSION_END").await).last(), Some(&"SESSION_END"));
    assert_eq!(late.close_code().await, 1000);
}

#[tokio::test]
async fn an_ended_session_may_refuse_its_sockets() {
    let bench = Bench::with(|settings| settings.refuse_ended = true).await;
    let (session, mut socket) = bench.conversation().await;
    socket.send("USER_END_SESSION", json!({})).await;
    assert_eq!(socket.close_code().await, 1000);
    assert_eq!(bench.try_open(&query(&session, None)).await.err().map(|refused| refused.0), Some(404));
}

#[tokio::test]
async fn a_session_that_hears_nothing_expires() {
    let bench = Bench::with(|settings| settings.idle_timeout_seconds = 1.0).await;
    let (session, mut socket) = bench.conversation().await;
    let events = socket.until("SESSION_END").await;
    assert_eq!(events[events.len() - 1]["payload"], json!({ "reason": "REASON_USER_ABANDONED" }));
    assert_eq!(socket.close_code().await, 1000);
    let refused = bench.try_open(&query(&session, None)).await.err();
    assert_eq!(refused, Some((404, "session not found".to_owned())));
}
