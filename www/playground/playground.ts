/** The playground: one widget with all its settings, and what goes on in it. `chat` and `polyMessaging` are there for the console. */

import * as polyMessaging from "/pkg/index.js";
import type { Chat, ChatOptions } from "/pkg/index.js";
import { defineWidget, type PolyChatElement } from "/pkg/widget.js";
import { find, mark } from "../dom.js";
import { aimFaults, offerFaults, showFaults } from "./faults.js";
import { GROUPS } from "./fields.js";
import { offerSettings } from "./form.js";
import { clear, listen, listenToWidget } from "./logs.js";
import { optionsFrom, type Settings, settingsFromAddress, settingsToAddress, snippetOf } from "./settings.js";
import { makeTabs } from "./tabs.js";
import { Tree } from "./tree.js";

declare global {
  var chat: Chat | undefined;
  var polyMessaging: unknown;
}

const widget = find("#widget") as PolyChatElement;
const connection = find('[data-testid="connection"]');
const resumed = find('[data-testid="resumed"]');
const diagnostics = find("#diagnostics");
const elsewhere = find("#elsewhere");
const leaveFullscreen = find("#leave-fullscreen");

let settings: Settings = new Map();
let watched: Chat | null = null;
let unwatch = (): void => undefined;

globalThis.polyMessaging = polyMessaging;
defineWidget();
listenToWidget(widget);
widget.onEvent(() => {
  watch();
});

/** Has the widget go by these settings. Throws where they do not do. */
function apply(wanted: Settings): void {
  const { renderMode, ...options } = optionsFrom(wanted);
  check(options);
  settings = wanted;
  widget.options = renderMode ? { renderMode, ...options } : options;
  settingsToAddress(settings);
  find("#snippet").textContent = snippetOf(settings);
  const mode = renderMode ?? "floating";
  document.body.dataset.mode = mode;
  elsewhere.hidden = mode === "inline";
  elsewhere.textContent = mode === "floating" ? "The chat floats in the corner." : "The chat covers the page.";
  leaveFullscreen.hidden = mode !== "fullscreen";
  watch();
}

/** A chat that does not connect says what is wrong with the options. */
function check(options: ReturnType<typeof optionsFrom>): void {
  const own = new Set<string>(
    GROUPS.filter(({ isLive }) => isLive).flatMap(({ fields }) => fields.map(({ name }) => name)),
  );
  const entries = Object.entries(options).filter(([name]) => !own.has(name));
  const chatOptions = Object.fromEntries(entries) as unknown as ChatOptions;
  void polyMessaging.createChat({ ...chatOptions, autoConnect: false }).close();
}

/** Shows the widget's chat, if it is another than before. */
function watch(): void {
  const { chat } = widget;
  if (chat === watched && chat !== null) return;
  unwatch();
  watched = chat;
  globalThis.chat = chat ?? undefined;
  void aimFaults(chat, settings);
  if (!chat) {
    unwatch = () => undefined;
    return;
  }
  const tree = new Tree(find("#state"), "messages");
  const show = (): void => {
    const state = chat.getSnapshot();
    mark(connection, "data-status", state.connection.status);
    find("#connection-text").textContent = state.connection.status;
    resumed.hidden = state.session?.resumed !== true;
    mark(resumed, "data-session", state.session?.id ?? null);
    tree.show(state);
    showFaults();
    if (!diagnostics.parentElement?.hidden) showDiagnostics();
  };
  const off = [listen(chat), chat.subscribe(show)];
  unwatch = () => {
    for (const undo of off) undo();
  };
  show();
}

function showDiagnostics(): void {
  diagnostics.textContent = watched ? JSON.stringify(watched.diagnostics(), null, 2) : "";
}

function showView(name: string): void {
  document.body.dataset.view = name;
  for (const button of document.querySelectorAll<HTMLElement>("[data-show]")) {
    mark(button, "aria-pressed", String(button.dataset.show === name));
  }
}

for (const button of document.querySelectorAll<HTMLElement>("[data-show]")) {
  button.onclick = () => {
    showView(button.dataset.show ?? "stage");
  };
}

find("#clear").onclick = clear;
find("#copy").onclick = () => {
  const button = find("#copy");
  navigator.clipboard.writeText(find("#snippet").textContent).then(
    () => (button.textContent = "Copied"),
    () => (button.textContent = "Not allowed"),
  );
};
leaveFullscreen.onclick = () => {
  const place = find('[name="renderMode"]', HTMLSelectElement);
  place.value = "inline";
  place.dispatchEvent(new Event("change", { bubbles: true }));
  place.focus();
};

showView("stage");
makeTabs(find("[role=tablist]"), (panel) => {
  find("#clear").hidden = panel !== "events-panel" && panel !== "wire-panel";
  if (panel === "diagnostics-panel") showDiagnostics();
});
offerFaults();
offerSettings(settingsFromAddress(), apply);
