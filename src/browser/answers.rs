//! What the facilities written in JavaScript tell (`http.js`, `storage.js`), as inputs.

use poly_messaging_engine::{AccessToken, HttpOutcome, Input};
use wasm_bindgen::prelude::*;

use super::Inbox;
use crate::plain;

/// Longest `Retry-After` and warning that are taken over, in UTF-16 units.
const MAX_LINE: u32 = 200;
/// Longest record that is taken over, in UTF-16 units; the engine's own bound is lower.
const MAX_RECORD: u32 = 8 << 20;

/// Longest news, likewise: a frame, and from whom it comes.
const MAX_NEWS: u32 = MAX_RECORD + 1_024;

/// The function that they call: kind, id of the request, and what else the kind has.
pub(crate) type Tell = Closure<dyn Fn(u8, u32, f64, JsValue, JsValue)>;

/// Passes answers on as inputs, and what does not work here to `warn`.
pub(crate) fn teller(inbox: Inbox, warn: impl Fn(String) + 'static) -> Tell {
    Closure::new(move |kind, id, number: f64, text: JsValue, more: JsValue| {
        inbox(match kind {
            0 => Input::Http {
                id,
                outcome: match number as u16 {
                    0 => HttpOutcome::Network,
                    1 => HttpOutcome::Timeout,
                    status => HttpOutcome::Response {
                        status,
                        retry_after: plain::text(&more, MAX_LINE),
                        body: plain::text(&text, plain::MAX_TEXT).unwrap_or_default(),
                    },
                },
            },
            1 => {
                let token = plain::text(&text, plain::MAX_TEXT).filter(|token| !token.is_empty());
                let expires_in = (number >= 0.0).then_some(number as u32);
                let token = token.map(|access_token| AccessToken { access_token, expires_in });
                Input::Token { id, result: token.ok_or_else(String::new) }
            }
            2 => Input::Probed { id, is_answered: number == 1.0 },
            3 => Input::JoinPrepared { id },
            4 => Input::Loaded { id, record: plain::text(&text, MAX_RECORD) },
            6 => Input::News { text: plain::text(&text, MAX_NEWS).unwrap_or_default() },
            7 => Input::LineFree,
            _ => return plain::text(&text, MAX_LINE).into_iter().for_each(&warn),
        });
    })
}
