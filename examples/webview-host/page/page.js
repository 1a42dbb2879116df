// The page in the application: opens the chat, bridges it, and shows the transcript.

import { createChat } from "./inline.js";
import { bridgeToNative, nativeStorage } from "./webview.js";

// wry's web views listen under this name on every system.
const name = "ipc";
const chat = createChat({ ...window.chatSettings, persistence: nativeStorage({ name }) });
bridgeToNative(chat, { name });

const transcript = document.getElementById("transcript");
chat.subscribe(() => {
  const lines = chat.getSnapshot().messages.map(({ role, text }) => {
    const line = document.createElement("li");
    line.className = role;
    line.textContent = text;
    return line;
  });
  transcript.replaceChildren(...lines);
});
