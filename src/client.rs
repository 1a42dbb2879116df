//! The one class JavaScript sees. Its mirror on the other side is `js/src/boundary.ts`.
//!
//! Methods check no more than that an argument is of the right type; whether a command makes sense is decided by the
//! engine. A command that is refused throws a plain object `{ code, message, retryable, retryAfterMs }` and changes
//! nothing. Every method may be called from within a method of the host.

use std::rc::Rc;

use poly_messaging_engine::{Config, Input, Options, is_resumable};
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

    /// A promise of what chats with these options have stored; undefined where there is nothing that can be read.
    ///
    /// # Errors
    /// As the constructor.
    #[wasm_bindgen(unchecked_return_type = "Promise<string | undefined>")]
    pub fn stored(
        #[wasm_bindgen(unchecked_param_type = "object")] options: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "unknown")] persistence: &JsValue,
    ) -> Result<JsValue, JsValue> {
        Ok(storage::open(&parse(options, persistence)?.storage_key(), persistence, &JsValue::UNDEFINED).read().into())
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

    /// Removes what chats with these options have stored; a promise of that.
    ///
    /// # Errors
    /// As the constructor.
    #[wasm_bindgen(js_name = forgetStored, unchecked_return_type = "Promise<void>")]
    pub fn forget_stored(
        #[wasm_bindgen(unchecked_param_type = "object")] options: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "unknown")] persistence: &JsValue,
    ) -> Result<JsValue, JsValue> {
        Ok(storage::open(&parse(options, persistence)?.storage_key(), persistence, &JsValue::UNDEFINED).remove().into())
    }

    /// Opens the chat. A second call is ignored.
    ///
    /// # Errors
    /// As the engine refuses it.
    pub fn start(&self) -> Result<(), JsValue> {
        self.command(Input::Start)
    }

    /// Settles `call` when the first connection is open with its history in place, or when that became impossible.
    ///
    /// # Errors
    /// As the engine refuses it.
    pub fn ready(&self, call: u32) -> Result<(), JsValue> {
        self.command(Input::Ready { call })
    }

    /// Sends a message; settles `call` with its delivery. `draft_id`: a new UUID; `metadata`: an object of strings.
    ///
    /// # Errors
    /// `message/empty`, `message/too-large`, `session/ended`; `config/invalid` where an argument is of the wrong type.
    pub fn send(
        &self,
        call: u32,
        #[wasm_bindgen(unchecked_param_type = "string")] draft_id: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "string")] text: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Record<string, string>")] metadata: &JsValue,
    ) -> Result<(), JsValue> {
        let draft_id = plain::argument(draft_id, "draftId")?;
        let text = plain::argument(text, "text")?;
        let metadata = plain::metadata(metadata).map_err(|error| plain::to_js(&error))?;
        self.command(Input::Send { call, draft_id, text, metadata })
    }

    /// Sends a failed message again; settles `call` with its delivery.
    ///
    /// # Errors
    /// `message/unknown-draft`.
    pub fn retry(
        &self,
        call: u32,
        #[wasm_bindgen(unchecked_param_type = "string")] draft_id: &JsValue,
    ) -> Result<(), JsValue> {
        self.command(Input::Retry { call, draft_id: plain::argument(draft_id, "draftId")? })
    }

    /// Takes a message that was not sent out of the transcript.
    ///
    /// # Errors
    /// `message/unknown-draft`.
    pub fn discard(&self, #[wasm_bindgen(unchecked_param_type = "string")] draft_id: &JsValue) -> Result<(), JsValue> {
        self.command(Input::Discard { draft_id: plain::argument(draft_id, "draftId")? })
    }

    /// The user pressed a key.
    ///
    /// # Errors
    /// As the engine refuses it.
    pub fn typing(&self) -> Result<(), JsValue> {
        self.command(Input::Typing)
    }

    /// Ends the conversation; settles `call` when it is over.
    ///
    /// # Errors
    /// As the engine refuses it.
    pub fn end(&self, call: u32) -> Result<(), JsValue> {
        self.command(Input::End { call })
    }

    /// Ends the conversation, if any, and starts a new one; settles `call` when that is open.
    ///
    /// # Errors
    /// As the engine refuses it.
    pub fn restart(&self, call: u32) -> Result<(), JsValue> {
        self.command(Input::Restart { call })
    }

    /// Connects now; settles `call` when the connection is open.
    ///
    /// # Errors
    /// As the engine refuses it.
    pub fn reconnect(&self, call: u32) -> Result<(), JsValue> {
        self.command(Input::Reconnect { call })
    }

    /// Leaves without ending; settles `call` when the socket is closed.
    ///
    /// # Errors
    /// As the engine refuses it.
    pub fn close(&self, call: u32) -> Result<(), JsValue> {
        self.command(Input::Close { call })
    }

    /// Writes a frame of the application's own: the text of a JSON object with a `type`.
    ///
    /// # Errors
    /// As the engine refuses it.
    #[wasm_bindgen(js_name = rawSend)]
    pub fn raw_send(&self, #[wasm_bindgen(unchecked_param_type = "string")] frame: &JsValue) -> Result<(), JsValue> {
        self.command(Input::RawSend { frame: plain::argument(frame, "frame")? })
    }

    /// Whether `frame` of the host is told of each frame on the wire.
    #[wasm_bindgen(js_name = watchFrames)]
    pub fn watch_frames(&self, on: bool) {
        self.driver.watch_frames(on);
    }

    /// What support asks for, as a plain object. Never a token, never a message text.
    #[wasm_bindgen(unchecked_return_type = "Record<string, unknown>")]
    pub fn diagnostics(&self) -> JsValue {
        self.driver.diagnostics()
    }

    fn command(&self, input: Input) -> Result<(), JsValue> {
        match self.driver.submit(input) {
            None => Ok(()),
            Some(error) => Err(plain::to_js(&error)),
        }
    }
}

fn parse(options: &JsValue, persistence: &JsValue) -> Result<Config, JsValue> {
    let options = plain::options(options).map(|options| Options { shares: options.persistent && shares(), ..options });
    let checked = options.and_then(Config::parse);
    checked.and_then(|config| plain::place(persistence).map(|()| config)).map_err(|error| plain::to_js(&error))
}
