import { createChat, init } from "poly-messaging-web";
import wasm from "poly-messaging-web/poly_messaging_web.wasm";
import { converse } from "./conversation.js";

init(new URL(wasm, import.meta.url));
converse(createChat);
