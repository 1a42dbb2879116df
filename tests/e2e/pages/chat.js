// One chat, as the address says: ?api=ADDRESS&connector=NAME&options=JSON. All of it is in globals for a test to use.

import * as polyMessaging from "/pkg/index.js";

const query = new URLSearchParams(location.search);
const given = JSON.parse(query.get("options") ?? "{}");

if (query.has("traps")) await import("/traps.js");

const tokenOf = (connector) => `connector-token-of-${connector}`;

globalThis.polyMessaging = polyMessaging;
/** The events of the chat, and the codes with which promises of `say` were rejected. */
globalThis.events = [];
globalThis.failures = [];
globalThis.prepared = [];

globalThis.options = {
  // The token is in no address, which would bring it into every stack trace.
  connectorToken: tokenOf(query.get("connector")),
  environment: { apiUrl: `${query.get("api")}/api/v1` },
  logger: {
    log: (level, message, fields) => trace.lines.push(`${level} ${message} ${JSON.stringify(fields ?? null)}`),
  },
  ...given,
};
// How long the application takes until the agent may join; "never" for one that does not come to an end.
const preparing = query.get("preparing");
if (preparing) {
  options.beforeAgentJoin = async ({ sessionId, contextId, signal }) => {
    const entry = { sessionId, contextId, at: Date.now(), isAborted: false };
    prepared.push(entry);
    signal.addEventListener("abort", () => (entry.isAborted = true));
    if (preparing === "throw") throw new Error("not prepared");
    if (preparing === "never") await new Promise(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, Number(preparing)));
  };
}

globalThis.openChat = () => {
  globalThis.chat = polyMessaging.createChat(options);
  chat.on("*", (event) => events.push(JSON.parse(JSON.stringify(event))));
};
globalThis.say = (...texts) => {
  for (const text of texts) chat.send(text).catch(({ code }) => failures.push(code));
};
/** The present session's conversation as the page shows it: `[role, text, delivery or isStreaming]`. */
globalThis.transcript = (of = chat) => {
  const { messages } = of.getSnapshot();
  return messages
    .slice(messages.findLastIndex(({ event }) => event === "sessionReplaced") + 1)
    .filter(({ role }) => role !== "system")
    .map(({ role, text, delivery, isStreaming }) => [role, text, delivery ?? isStreaming]);
};
globalThis.told = (type) => events.filter((event) => event.type === type);

/**
 * Says each of the texts in a chat of its own connector, with the API at this address, after what `faults` has for it: calls of
 * the control API, in which SESSION stands for the session. Waits for each to be confirmed before the next.
 */
globalThis.soak = async (connector, api, texts, faults) => {
  const environment = { apiUrl: `${api}/api/v1` };
  const one = polyMessaging.createChat({ ...options, environment, connectorToken: tokenOf(connector) });
  (globalThis.soaked ??= {})[connector] = one;
  // What a failure is found by: each event and frame with its time, and each fault.
  const course = ((globalThis.courses ??= {})[connector] = []);
  const note = (kind, what) => course.push(`${Math.round(performance.now())} ${kind} ${what}`);
  one.on("*", (event) => note("event", JSON.stringify(event)));
  one.raw.on(({ direction, text }) => note(direction, text));
  await one.ready();
  for (const [at, text] of texts.entries()) {
    for (const { path, body } of faults[at]) {
      note("fault", JSON.stringify({ path, body }));
      const { id } = one.getSnapshot().session;
      const answer = await fetch(`${api}/control${path.replaceAll("SESSION", id)}`, {
        method: "POST",
        body: JSON.stringify(body).replaceAll("SESSION", id),
      });
      if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    }
    await one.send(text);
  }
};

// Tabs that are to open together wait for a word.
if (query.has("waits")) new BroadcastChannel("test").onmessage = openChat;
else openChat();
