/** The restaurant's page: its chat, and the buttons that open the chat and say something in it. */

import type { Chat } from "/pkg/index.js";
import { defineWidget, type PolyChatElement } from "/pkg/widget.js";
import { find } from "./dom.js";

const LONGEST_GREETING_MS = 5000;

const widget = find("poly-chat") as PolyChatElement;

widget.options = {
  connectorToken: "sandbox-connector-token",
  environment: { apiUrl: `${location.origin}/api/v1` },
};
defineWidget();

/** Opens the chat and says this in it; an ended conversation is followed by a new one. */
async function say(text: string): Promise<void> {
  widget.open();
  const { chat } = widget;
  if (!chat) return;
  try {
    if (chat.getSnapshot().ended) await chat.restart();
    await greeting(chat);
    await chat.send(text);
  } catch {
    // What went wrong is seen in the chat.
  }
}

/** Resolves once the agent has greeted, so that what is said reads as an answer; a greeting that does not come is not waited for. */
function greeting(chat: Chat): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { messages } = chat.getSnapshot();
      if (messages.some((message) => message.role === "user" || (message.role === "agent" && !message.isStreaming)))
        done();
    };
    const done = (): void => {
      clearTimeout(timer);
      leave();
      resolve();
    };
    const timer = setTimeout(done, LONGEST_GREETING_MS);
    const leave = chat.subscribe(look);
    look();
  });
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-say]")) {
  button.addEventListener("click", () => void say(button.dataset.say ?? ""));
}

const today = document.querySelector(`[data-day="${new Date().getDay()}"]`);
today?.setAttribute("data-today", "");
today?.setAttribute("aria-current", "date");
