// A chat whose access tokens come from a backend: ?api=ADDRESS&backend=ADDRESS. The page is told nothing else.

import * as polyMessaging from "/pkg/index.js";
import { tokensFrom } from "/guides/tokens/access-token.js";

const query = new URLSearchParams(location.search);
const getToken = tokensFrom(query.get("backend"));

globalThis.events = [];
/** Why tokens were asked for. */
globalThis.reasons = [];
globalThis.chat = polyMessaging.createChat({
  getAccessToken: (context) => {
    reasons.push(context.reason);
    return getToken(context);
  },
  environment: { apiUrl: `${query.get("api")}/api/v1` },
  logger: {
    log: (level, message, fields) => trace.lines.push(`${level} ${message} ${JSON.stringify(fields ?? null)}`),
  },
});
chat.on("*", (event) => events.push(JSON.parse(JSON.stringify(event))));

/** The conversation as `[role, text]`, once nothing is under way. */
globalThis.said = () => {
  const { connection, messages } = chat.getSnapshot();
  const isQuiet = messages.every(({ delivery, isStreaming }) => delivery !== "pending" && !isStreaming);
  const lines = messages.filter(({ role }) => role !== "system").map(({ role, text }) => [role, text]);
  return connection.status === "open" && isQuiet ? lines : [];
};
