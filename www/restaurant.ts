/** The restaurant's page: its chat, and the buttons that open the chat and say something in it. */

import { defineWidget, type PolyChatElement } from "/pkg/widget.js";
import { find } from "./dom.js";

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
    await chat.send(text);
  } catch {
    // What went wrong is seen in the chat.
  }
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-say]")) {
  button.addEventListener("click", () => void say(button.dataset.say ?? ""));
}

const today = document.querySelector(`[data-day="${new Date().getDay()}"]`);
today?.setAttribute("data-today", "");
today?.setAttribute("aria-current", "date");
