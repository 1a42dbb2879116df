/** The state of a chat that has done nothing yet: what a new chat shows, and what a server renders. */

import type { ChatState } from "./state.js";

const { freeze } = Object;

export const IDLE: ChatState = freeze({
  connection: freeze({ status: "idle" }),
  session: null,
  messages: freeze([]),
  agent: null,
  isAgentTyping: false,
  suggestions: freeze([]),
  handoff: freeze({
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
