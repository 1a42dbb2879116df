//! The one class JavaScript sees. Its mirror on the other side is `js/src/boundary.ts`.
//!
//! Methods check no more than that an argument is of the right type; whether a command makes sense is decided by the
//! engine. What is refused is a plain object `{ code, message, retryable, retryAfterMs }` and changes nothing: a command returns it, the
//! others throw it. Every method may be called from within a method of the host.

use std::rc::Rc;

use poly_messaging_engine::{Config, Error, Input, Options, is_resumable};
use wasm_bindgen::prelude::*;

use crate::browser::clock::Clock;
use crate::browser::lifecycle::shares;
use crate::browser::storage;
use crate::driver::Driver;
use crate::{Host, plain};

/// One chat.
#[wasm_bindgen]
pub struct Client {
    driver: Rc<Driver>,
}

#[wasm_bindgen]
impl Client {
    /// An idle chat.
    ///
    /// `host` is held weakly while nothing is under way (no socket, request or timer), so that a chat which is left
    /// alone can be collected: the caller keeps a reference to it for as long as it uses the client.
    /// `log_level`: 0 (none) to 4 (debug). `persistence`: `"local"`, `"tab"`, `"none"` or an adapter.
    ///
    /// # Errors
    /// `config/invalid` where an option is missing, of the wrong type or out of bounds.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "object")] options: &JsValue,
        host: Host,
        log_level: u8,
        #[wasm_bindgen(unchecked_param_type = "unknown")] persistence: &JsValue,
    ) -> Result<Client, JsValue> {
        #[cfg(feature = "dev")]
        console_error_panic_hook::set_once();
        let config = parse(options, persistence)?;
        if !host.is_object() {
            return Err(plain::to_js(&plain::wrong("host", " must be an object.")));
        }
        Ok(Self { driver: Driver::new(config, &host, log_level, persistence) })
    }

    /// What chats with these options are kept in (`Storage` in `src/browser/storage.js`).
    ///
    /// # Errors
    /// As the constructor.
    #[wasm_bindgen(unchecked_return_type = "any")]
    pub fn storage(
        #[wasm_bindgen(unchecked_param_type = "object")] options: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "unknown")] persistence: &JsValue,
    ) -> Result<JsValue, JsValue> {
        Ok(storage::open(&parse(options, persistence)?.storage_key(), persistence, &JsValue::UNDEFINED).into())
    }

    /// Whether a chat with these options would take up the session of this record.
    ///
    /// # Errors
    /// As the constructor.
    #[wasm_bindgen(js_name = isResumable)]
    pub fn is_resumable(
        #[wasm_bindgen(unchecked_param_type = "object")] options: &JsValue,
        record: &str,
    ) -> Result<bool, JsValue> {
        Ok(is_resumable(&parse(options, &"none".into())?, record, Clock::default().now()))
    }

    /// Does this (`Command` in `js/src/boundary.ts`), with as much of the rest as it needs; why it was refused, if it was. A call is
    /// settled once it is known how it went: a connection, a delivery, an end. `draft_id`: of a message, a UUID; `text`: of the message or of
    /// the frame; `metadata`: an object of strings.
    #[wasm_bindgen(unchecked_return_type = "any")]
    pub fn command(
        &self,
        command: u8,
        call: u32,
        #[wasm_bindgen(unchecked_param_type = "unknown")] draft_id: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "unknown")] text: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "unknown")] metadata: &JsValue,
    ) -> JsValue {
        if command == 12 {
            self.driver.watch_frames(call != 0);
            return JsValue::NULL;
        }
        let input = input(command, call, draft_id, text, metadata);
        plain::to_js(&input.map_or_else(Some, |input| self.driver.submit(input)))
    }

    /// What support asks for, as a plain object. Never a token, never a message text.
    #[wasm_bindgen(unchecked_return_type = "Record<string, unknown>")]
    pub fn diagnostics(&self) -> JsValue {
        self.driver.diagnostics()
    }
}

fn input(command: u8, call: u32, draft_id: &JsValue, text: &JsValue, metadata: &JsValue) -> Result<Input, Error> {
    let draft_id = || plain::argument(draft_id, "draftId");
    Ok(match command {
        0 => Input::Start,
        1 => Input::Ready { call },
        2 | 3 => {
            let (draft_id, text) = (draft_id()?, plain::argument(text, "text")?);
            Input::Send { call, draft_id, text, metadata: plain::metadata(metadata)?, is_in_doubt: command == 3 }
        }
        4 => Input::Retry { call, draft_id: draft_id()? },
        5 => Input::Discard { draft_id: draft_id()? },
        6 => Input::Typing,
        7 => Input::End { call },
        8 => Input::Restart { call },
        9 => Input::Reconnect { call },
        10 => Input::Close { call },
        _ => Input::RawSend { frame: plain::argument(text, "frame")? },
    })
}

fn parse(options: &JsValue, persistence: &JsValue) -> Result<Config, JsValue> {
    let options = plain::options(options).map(|options| Options { shares: options.persistent && shares(), ..options });
    let checked = options.and_then(Config::parse);
    checked.and_then(|config| plain::place(persistence).map(|()| config)).map_err(|error| plain::to_js(&error))
}
