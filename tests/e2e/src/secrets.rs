//! Looks for tokens where none may be: in every byte that the client stored, and in all that it logged, told and showed.
//! Runs at the end of each test, and before each page that is left.
//!
//! What the page itself holds in memory and what the browser says of failed connections on its own is not looked at: a
//! socket's address holds the access token, because the protocol wants it there.

use std::{collections::BTreeSet, sync::Mutex};

use serde_json::Value;

use crate::Page;

const SWEEP: &str = include_str!("sweep.js");
/// What an access token begins with: the Base64 of `{"alg"`, which is how any JSON Web Token's header may begin.
const JWT: &str = "eyJhbGci";
/// Where a token may be in "tab" mode.
const TAB_STORE: &str = "sessionStorage";

/// The secrets that a browser has seen so far.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    access_tokens: Mutex<BTreeSet<String>>,
}

/// What a sweep found beside no secret.
#[derive(Debug)]
pub struct Swept {
    /// By name: what it held, as text.
    pub areas: Value,
    /// How many access tokens were looked for.
    pub tokens: usize,
}

impl Page {
    /// Reads all that the page's client stored and said.
    ///
    /// # Panics
    ///
    /// When a token is in it, when a key could be taken out of the browser, and when an area cannot be read.
    pub async fn sweep(&self) -> Swept {
        let mut report = self.eval_async(SWEEP, &[]).await;
        let place = report["found"]["address"].as_str().unwrap_or_default().to_owned();
        let unread = &report["unread"];
        assert!(
            report["mayBeUnread"] == true || unread.as_object().is_some_and(serde_json::Map::is_empty),
            "{place}: cannot read {unread}"
        );
        let texts = |list: &Value| -> Vec<String> { serde_json::from_value(list.clone()).unwrap_or_default() };
        let tokens = {
            let mut known = self.secrets().access_tokens.lock().expect("no test panicked with it");
            known.extend(texts(&report["secrets"]));
            known.clone()
        };
        let connector = report["connector"].as_str().map(ToOwned::to_owned);
        let may_hold_token = report["mayHoldToken"] == true;
        for (area, text) in report["found"].as_object().expect("areas") {
            let text = text.as_str().unwrap_or_default();
            if let Some(connector) = &connector {
                assert!(!holds(text, connector), "{place}: the connector token is in {area}: {text}");
            }
            if !(may_hold_token && area == TAB_STORE) {
                let found = holds(text, JWT) || tokens.iter().any(|token| holds_part(text, token));
                assert!(!found, "{place}: an access token is in {area}: {text}");
            }
            assert!(!text.contains("extractable=true"), "{place}: a key in {area} can be taken out: {text}");
        }
        for line in self.console_of_page().await {
            let found = tokens.iter().chain(&connector).any(|token| holds_part(&line, token)) || holds(&line, JWT);
            assert!(!found, "{place}: a token is on the console: {line}");
        }
        Swept { areas: report["found"].take(), tokens: tokens.len() }
    }
}

/// Whether any of the three parts of a token is in a text: its header alone is in each of them.
fn holds_part(text: &str, token: &str) -> bool {
    token.split('.').skip(1).chain([token]).any(|part| part.len() >= 16 && holds(text, part))
}

/// Whether a text holds another: as it is, as UTF-16, or in Base64 or hexadecimal.
pub fn holds(text: &str, secret: &str) -> bool {
    let wide: String = secret.chars().flat_map(|letter| [letter, '\0']).collect();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    text.contains(secret)
        || text.contains(&wide)
        || text.to_lowercase().contains(&hex)
        || (0..3).any(|skip| {
            let inner = base64_inside(secret.as_bytes(), skip);
            text.contains(&inner) || text.contains(&inner.replace('+', "-").replace('/', "_"))
        })
}

/// What is sure to be in the Base64 of any text that holds these bytes at an offset of 3 n - `skip`.
fn base64_inside(bytes: &[u8], skip: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bytes[skip..]
        .chunks_exact(3)
        .flat_map(|chunk| {
            let bits = u32::from(chunk[0]) << 16 | u32::from(chunk[1]) << 8 | u32::from(chunk[2]);
            [18, 12, 6, 0].map(|shift| char::from(LETTERS[(bits >> shift & 63) as usize]))
        })
        .collect()
}
