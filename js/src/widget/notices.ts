/** Lines that no one wrote, in words. */

import type { SystemMessage } from "../index.js";
import type { Context } from "./part.js";
import type { Texts } from "./texts.js";

/** The events whose words need nothing else. */
const PLAIN: Partial<Record<SystemMessage["event"], keyof Texts>> = {
  agentLeft: "agentLeft",
  liveAgentLeft: "liveAgentLeft",
  agentTriggeredHandoff: "handoffRequested",
  handoffAccepted: "handoffAccepted",
  clientHandoffRequired: "handoffElsewhere",
  handoffFailed: "handoffFailed",
  handoffTimeout: "handoffTimedOut",
  sessionReplaced: "newConversation",
};

/** What the line says; empty where there is nothing for the user to read. */
export function noticeOf({ event, text }: SystemMessage, context: Context): string {
  switch (event) {
    case "systemMessage":
      return text ?? "";
    case "agentJoined":
      return context.say(event, { name: text ?? context.say("assistant") });
    case "liveAgentJoined":
      return context.say(event, { name: text ?? context.say("liveAgent") });
    default: {
      const name = PLAIN[event];
      return name ? context.say(name) : "";
    }
  }
}

/** Whether there is something for the user to read. */
export function isShown({ event, text }: SystemMessage): boolean {
  if (event === "systemMessage") return Boolean(text?.trim());
  // That the chat has ended stands where a new one can be started.
  return event === "agentJoined" || event === "liveAgentJoined" || PLAIN[event] !== undefined;
}
