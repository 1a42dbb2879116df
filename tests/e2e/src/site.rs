//! The web server of one test's own pages (`tests/e2e/pages`), apart from the sandbox: they stay there when the sandbox is
//! away, may be kept by the browser, and call an API of another origin, as an application's pages do.

use std::{collections::HashMap, future::IntoFuture, net::Ipv4Addr, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, Query, Request, State},
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

use crate::{guide::listing, project_root, remote::Line};

/// The running server.
#[derive(Debug)]
pub(crate) struct Site {
    port: u16,
    task: JoinHandle<()>,
    pub(crate) line: Arc<Line>,
}

impl Site {
    pub(crate) async fn start() -> Self {
        let root = project_root();
        let line = Arc::new(Line::default());
        // Checked again each time, but kept: a page that may not be stored may not enter the back/forward cache either.
        let no_cache = HeaderValue::from_static("no-cache");
        let router = Router::new()
            .route("/remote", post(next_order))
            .route("/guides/{guide}/{file}", get(script_of_guide))
            .nest_service("/pkg", ServeDir::new(root.join("pkg")))
            .nest_service("/react", ServeDir::new(root.join("target/react-pages")))
            .fallback_service(ServeDir::new(root.join("tests/e2e/pages")))
            .layer(middleware::from_fn(put_under_policy))
            .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, no_cache))
            .with_state(Arc::clone(&line));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("there is no free port");
        let port = listener.local_addr().expect("a listener has an address").port();
        let serving = axum::serve(listener, router).into_future();
        let task = tokio::spawn(async move { serving.await.expect("the server of the test's pages stopped") });
        Self { port, task, line }
    }

    /// The address of a page. Under the other `host`, `localhost`, the pages are of another site.
    pub(crate) fn url(&self, host: &str, path: &str) -> String {
        format!("http://{host}:{}{path}", self.port)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// `POST /remote`: takes the answer to the last order, and gives the next one as soon as there is one.
async fn next_order(State(line): State<Arc<Line>>, Json(answer): Json<Value>) -> Json<Value> {
    Json(line.next(answer).await)
}

/// A listing of a guide, as the script that it is.
async fn script_of_guide(Path((guide, file)): Path<(String, String)>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript")], listing(&guide, &file))
}

/// `?policy=TEXT` in an address: the answer comes with that content policy.
async fn put_under_policy(Query(query): Query<HashMap<String, String>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(policy) = query.get("policy") {
        let policy = HeaderValue::from_str(policy).expect("a policy is ASCII");
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
