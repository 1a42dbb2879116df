//! The page that the application shows, served from the application itself, and how the two are put together.

use std::borrow::Cow;

use serde_json::{Value, json};
use wry::http::{
    Request, Response, StatusCode,
    header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
};

/// The scheme of the page's own address.
pub(crate) const SCHEME: &str = "chat";
/// Where the page is.
#[cfg(not(target_os = "windows"))]
pub(crate) const ADDRESS: &str = "chat://localhost/";
/// Where the page is: Windows has schemes of one's own as hosts.
#[cfg(target_os = "windows")]
pub(crate) const ADDRESS: &str = "http://chat.localhost/";

/// What the page may do: run its own scripts and the WebAssembly in them, and talk to the server. The addresses of loopback
/// hosts are for the sandbox.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    connect-src https: wss: http://127.0.0.1:* ws://127.0.0.1:*";

const FILES: [(&str, &str, &str); 5] = [
    ("/", "text/html", include_str!("../page/index.html")),
    ("/page.css", "text/css", include_str!("../page/page.css")),
    ("/page.js", "text/javascript", include_str!("../page/page.js")),
    // `npm run build` makes these two. In an application of your own they come with the package from npm.
    ("/inline.js", "text/javascript", include_str!("../../../pkg/inline.js")),
    ("/webview.js", "text/javascript", include_str!("../../../pkg/webview.js")),
];

/// Answers the page's requests for its own files.
pub(crate) fn answer(request: &Request<Vec<u8>>) -> Response<Cow<'static, [u8]>> {
    let found = FILES.iter().find(|(path, ..)| *path == request.uri().path());
    let (status, kind, text) =
        found.map_or((StatusCode::NOT_FOUND, "text/plain", ""), |&(_, kind, text)| (StatusCode::OK, kind, text));
    let mut response = Response::new(Cow::Borrowed(text.as_bytes()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, kind.parse().expect("a type of ours is a header"));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY.parse().expect("the policy is a header"));
    response
}

/// Whether an address is the page's own. Whoever could lead the web view elsewhere would have another page talk to the application.
/// `ADDRESS` ends in a slash, so that the origin is compared whole: a host may begin as this one does.
pub(crate) fn is_ours(address: &str) -> bool {
    address.starts_with(ADDRESS)
}

/// The script that tells the page what chat to open, before its own scripts run.
pub(crate) fn settings(connector_token: &str, server: &str, identifier: &str) -> String {
    let environment = match server {
        "us" | "uk" | "euw" => json!(server),
        address => json!({ "apiUrl": address }),
    };
    let settings = json!({
        "connectorToken": connector_token,
        "environment": environment,
        "hostIdentifier": identifier,
    });
    format!("window.chatSettings = {settings};")
}

/// The script that hands a command to the page: its JSON as the text of a JavaScript string.
pub(crate) fn call(command: &Value) -> String {
    format!("window.ipcReceive?.({})", Value::String(command.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_begins_like_the_pages_own_is_not_its_own() {
        assert!(is_ours(ADDRESS));
        assert!(is_ours(&format!("{ADDRESS}page.js")));
        let host = ADDRESS.trim_end_matches('/');
        for address in [
            host.to_owned(),
            format!("{host}.evil.example/"),
            format!("{host}:80/"),
            format!("{host}@evil.example/"),
            "https://evil.example/chat://localhost/".to_owned(),
            "about:blank".to_owned(),
            String::new(),
        ] {
            assert!(!is_ours(&address), "{address}");
        }
    }
}
