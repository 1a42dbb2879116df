/** The state of a chat that has done nothing yet: what a new chat shows, and what a server renders. */

import type { ChatState } from "./state.js";

export const IDLE: ChatState = Object.freeze({
  connection: Object.freeze({ status: "idle" }),
  session: null,
  messages: Object.freeze([]),
  agent: null,
  isAgentTyping: false,
  idleWarning: false,
  suggestions: Object.freeze([]),
  handoff: Object.freeze({
    phase: "none",
    queueName: null,
    position: null,
    estimatedWaitSeconds: null,
    displayMessage: null,
    reason: null,
    route: null,
  }),
  language: null,
  ended: null,
});
