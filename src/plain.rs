//! Values that cross the border as plain data: options and arguments in, changes, events and errors out.
//!
//! Nothing that JavaScript hands over can throw through this module: properties are read where an exception is caught,
//! and a value of the wrong type is an error of ours that names it.

use js_sys::{JSON, JsString, Reflect};
use poly_messaging_engine::{Error, ErrorCode, Metadata, OnSessionLost, Options, ToJson};
use wasm_bindgen::{JsCast, JsValue};

/// Longest text taken over, in UTF-16 units: far above what the protocol allows, far below what memory holds.
pub(crate) const MAX_TEXT: u32 = 16 << 20;

/// `value` as a plain object.
pub(crate) fn to_js(value: &dyn ToJson) -> JsValue {
    JSON::parse(&value.to_json()).unwrap_or(JsValue::UNDEFINED)
}

/// The property `name` of `value`; undefined where there is none or reading it fails.
pub(crate) fn get(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// `value` where it is a string of at most `max` UTF-16 units.
pub(crate) fn text(value: &JsValue, max: u32) -> Option<String> {
    value.dyn_ref::<JsString>().filter(|string| string.length() <= max).and_then(|_| value.as_string())
}

/// The argument `name` of a command: a string.
pub(crate) fn argument(value: &JsValue, name: &str) -> Result<String, JsValue> {
    text(value, MAX_TEXT).ok_or_else(|| to_js(&wrong(name, " must be a string.")))
}

/// An object of strings; undefined and null count as empty.
pub(crate) fn metadata(value: &JsValue) -> Result<Metadata, Error> {
    let error = || wrong("metadata", " must be an object of strings.");
    let mut metadata = Metadata::default();
    if value.is_undefined() || value.is_null() {
        return Ok(metadata);
    }
    for key in Reflect::own_keys(value).map_err(|_| error())?.iter() {
        // Symbols are no part of the data.
        let Some(name) = text(&key, MAX_TEXT) else { continue };
        let value = Reflect::get(value, &key).ok().and_then(|value| text(&value, MAX_TEXT)).ok_or_else(error)?;
        metadata.push(name, value);
    }
    Ok(metadata)
}

/// The options of a chat, every default filled in (`EngineOptions` in `js/src/boundary.ts`).
pub(crate) fn options(value: &JsValue) -> Result<Options, Error> {
    let string = |name| text(&get(value, name), MAX_TEXT).ok_or_else(|| wrong(name, " must be a string."));
    let flag = |name| get(value, name).as_bool().ok_or_else(|| wrong(name, " must be true or false."));
    let number = |name| {
        let number = get(value, name).as_f64().unwrap_or(-1.0);
        let whole = number as u32;
        if f64::from(whole) == number {
            Ok(whole)
        } else {
            Err(wrong(name, " must be a whole number from 0 to 2^32-1."))
        }
    };
    let connector_token = get(value, "connectorToken");
    Ok(Options {
        api_url: string("apiUrl")?,
        socket_url: string("socketUrl")?,
        host_identifier: string("hostIdentifier")?,
        connector_token: if connector_token.is_null() { None } else { Some(string("connectorToken")?) },
        streaming: flag("streaming")?,
        platform: string("platform")?,
        device_type: string("deviceType")?,
        on_session_lost: match string("onSessionLost")?.as_str() {
            "restart" => OnSessionLost::Restart,
            "end" => OnSessionLost::End,
            _ => return Err(wrong("onSessionLost", " must be \"restart\" or \"end\".")),
        },
        heartbeat_interval_ms: number("heartbeatIntervalMs")?,
        session_timeout_ms: number("sessionTimeoutMs")?,
        confirm_timeout_ms: number("confirmTimeoutMs")?,
        persistent: flag("persistent")?,
        fresh: flag("fresh")?,
        before_agent_join: flag("beforeAgentJoin")?,
        max_reconnect_attempts: number("maxReconnectAttempts")?,
    })
}

/// Where a session is kept, the option `persistence`, as `src/browser/storage.js` takes it.
pub(crate) fn place(value: &JsValue) -> Result<(), Error> {
    if value.is_object() || ["local", "tab", "none"].iter().any(|mode| value == mode) {
        Ok(())
    } else {
        Err(wrong("persistence", " must be \"local\", \"tab\", \"none\" or an object."))
    }
}

/// The error for the option or argument `name`; `what` it must be.
pub(crate) fn wrong(name: &str, what: &str) -> Error {
    Error::with_message(ErrorCode::ConfigInvalid, [name, what].concat())
}
