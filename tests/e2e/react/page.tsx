/**
 * A page with React, as its address says: ?api=ADDRESS&connector=NAME&options=JSON, &strict for StrictMode, &hydrate to take over
 * what a server has rendered, &mismatch to render something else than that server. All a test needs is in globals.
 */

import * as React from "react";
import { StrictMode, useLayoutEffect, type ReactElement } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";

import type { Chat, ChatEvent, ChatMessage, ChatOptions, CommonChatOptions } from "poly-messaging-web";
import { App, chats, counts, type Shown } from "./app.js";

declare global {
  var show: (change: Partial<Shown> & { label?: string }) => void;
  var page: unknown;
  var chat: Chat | undefined;
  var transcript: (of: Chat) => unknown;
  var options: ChatOptions;
}

const query = new URLSearchParams(location.search);
const api = query.get("api") ?? "";
const tokenOf = (connector: string): string => `connector-token-of-${connector}`;

/** Given to the functions among the options; those of which rendering are called can be told by it. */
let label = "first";
/** Which label the functions had that were asked for a token. */
const asked: string[] = [];

/** A new object with new functions each time, as components write them in place. */
function optionsOf(connector: string): ChatOptions {
  const now = label;
  return {
    ...(query.has("backend")
      ? {
          getAccessToken: async () => {
            asked.push(now);
            // What a backend does.
            const headers = {
              "X-Token": tokenOf(connector),
              "X-Host": location.origin,
              "Content-Type": "application/json",
            };
            const answer = await fetch(`${api}/api/v1/access-token`, { method: "POST", headers, body: "{}" });
            const { access_token: accessToken } = (await answer.json()) as { access_token: string };
            return { accessToken };
          },
        }
      : { connectorToken: tokenOf(connector) }),
    environment: { apiUrl: `${api}/api/v1` },
    ...(JSON.parse(query.get("options") ?? "{}") as Partial<CommonChatOptions>),
  };
}

let shown: Shown = {
  connector: query.get("connector") ?? "",
  parts: ["Connection", "Transcript", "Own"],
  mount: 0,
  isHidden: false,
  beside: [],
  optionsOf,
};

/** How often the page was to be changed, and the change that it now shows. */
let changes = 0;
let committed = 0;

function Committed({ change }: { change: number }): null {
  useLayoutEffect(() => {
    committed = change;
  });
  return null;
}

function tree(): ReactElement {
  const app = (
    <>
      <App {...shown} />
      <Committed change={changes} />
    </>
  );
  const all = query.has("mismatch") ? <div>{app}</div> : app;
  return query.has("strict") ? <StrictMode>{all}</StrictMode> : all;
}

const container = document.querySelector("#root");
if (!container) throw new Error("The page has no #root.");
const root = query.has("hydrate") ? hydrateRoot(container, tree()) : createRoot(container);
if (!query.has("hydrate")) root.render(tree());

/** Draws the page again, with a change. */
globalThis.show = ({ label: next, ...change }) => {
  changes += 1;
  label = next ?? label;
  shown = { ...shown, ...change };
  root.render(tree());
};

/** Animation frames so far. */
let frames = 0;
requestAnimationFrame(function frame() {
  frames += 1;
  requestAnimationFrame(frame);
});

/** What `page.say` begins with. */
let before = { counts: {} as Record<string, number>, frames: 0, time: 0 };
const heard: ChatEvent["type"][] = [];

globalThis.page = {
  react: React.version,
  asked,
  get isShown() {
    return committed === changes;
  },
  get chats() {
    return chats.size;
  },
  /** Says something, and counts from here on. */
  say(text: string) {
    const { chat } = globalThis;
    if (!chat) throw new Error("There is no chat.");
    chat.on("*", ({ type }) => heard.push(type));
    before = { counts: { ...counts }, frames, time: performance.now() };
    void chat.send(text);
  },
  /** How often each component was drawn since then, how many animation frames there were and milliseconds, and how many chunks came. */
  counted() {
    const drawn = Object.entries(counts).map(([name, count]) => [name, count - (before.counts[name] ?? 0)]);
    const chunks = heard.filter((type) => type === "agentMessageChunk").length;
    const elapsed = Math.ceil(performance.now() - before.time);
    return { ...(Object.fromEntries(drawn) as object), frames: frames - before.frames, elapsed, chunks };
  },
};

/** The chat that was last made. */
Object.defineProperty(globalThis, "chat", { get: () => [...chats].at(-1) });

const delivery = (message: ChatMessage): unknown =>
  message.role === "user" ? message.delivery : message.role === "agent" && message.isStreaming;

/** The conversation as the chat has it: `[role, text, delivery or isStreaming]`. */
globalThis.transcript = (of) =>
  of
    .getSnapshot()
    .messages.filter(({ role }) => role !== "system")
    .map((message) => [message.role, message.text, delivery(message)]);

globalThis.options = optionsOf(shown.connector);
