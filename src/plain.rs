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
pub(crate) fn argument(value: &JsValue, name: &str) -> Result<String, Error> {
    text(value, MAX_TEXT).ok_or_else(|| wrong(name, " must be a string."))
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
    let mut properties = Properties { value, wrong: None };
    let options = Options {
        api_url: properties.string("apiUrl"),
        socket_url: properties.string("socketUrl"),
        host_identifier: properties.string("hostIdentifier"),
        connector_token: match get(value, "connectorToken").is_null() {
            true => None,
            false => Some(properties.string("connectorToken")),
        },
        streaming: properties.flag("streaming"),
        platform: properties.string("platform"),
        device_type: properties.string("deviceType"),
        on_session_lost: match properties.string("onSessionLost").as_str() {
            "restart" => OnSessionLost::Restart,
            "end" => OnSessionLost::End,
            _ => properties.refuse("onSessionLost", " must be \"restart\" or \"end\"."),
        },
        heartbeat_interval_ms: properties.number("heartbeatIntervalMs"),
        session_timeout_ms: properties.number("sessionTimeoutMs"),
        confirm_timeout_ms: properties.number("confirmTimeoutMs"),
        persistent: properties.flag("persistent"),
        shares: false,
        fresh: properties.flag("fresh"),
        before_agent_join: properties.flag("beforeAgentJoin"),
        max_reconnect_attempts: properties.number("maxReconnectAttempts"),
    };
    properties.wrong.map_or(Ok(options), Err)
}

/// Reads properties. One that is wrong is remembered rather than returned: there is no way out after each of them, with
/// all that was read so far to be dropped.
struct Properties<'a> {
    value: &'a JsValue,
    /// The first that is wrong.
    wrong: Option<Error>,
}

impl Properties<'_> {
    fn string(&mut self, name: &str) -> String {
        text(&get(self.value, name), MAX_TEXT).unwrap_or_else(|| self.refuse(name, " must be a string."))
    }

    fn flag(&mut self, name: &str) -> bool {
        get(self.value, name).as_bool().unwrap_or_else(|| self.refuse(name, " must be true or false."))
    }

    fn number(&mut self, name: &str) -> u32 {
        let number = get(self.value, name).as_f64().unwrap_or(-1.0);
        let whole = number as u32;
        if f64::from(whole) == number { whole } else { self.refuse(name, " must be a whole number from 0 to 2^32-1.") }
    }

    fn refuse<T: Default>(&mut self, name: &str, what: &str) -> T {
        self.wrong.get_or_insert_with(|| wrong(name, what));
        T::default()
    }
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
