/** Lines of a transcript, as the gallery's states are written with them. */

import type {
  AgentMessage,
  Attachment,
  CallAction,
  ChatEvent,
  PolyError,
  Suggestion,
  SystemMessage,
  UserMessage,
} from "/pkg/index.js";
import { minutesAgo } from "./clock.js";

/** A picture that stands beside this page. */
const picture = (name: string): string => new URL(`assets/${name}`, location.href).href;

export const ADA = picture("ada.svg");
export const SARAH = picture("sarah.svg");

let count = 0;

/** Counts lines from the first again. Ids are the same each time that a state is made. */
export function startLines(): void {
  count = 0;
}

/** A line's id and time. */
function base(ago: number): { id: string; timestamp: Date } {
  count += 1;
  return { id: `line-${count}`, timestamp: minutesAgo(ago) };
}

/** What Ada wrote, `ago` minutes before now. */
export function ada(ago: number, text: string, more: Partial<AgentMessage> = {}): AgentMessage {
  const { id, timestamp } = base(ago);
  return {
    id,
    timestamp,
    role: "agent",
    agent: "poly",
    agentName: "Ada",
    avatarUrl: ADA,
    messageId: id,
    text,
    isStreaming: false,
    attachments: [],
    suggestions: [],
    callActions: [],
    ...more,
  };
}

/** What Sarah wrote, a person. */
export function sarah(ago: number, text: string, more: Partial<AgentMessage> = {}): AgentMessage {
  return ada(ago, text, { agent: "live", agentName: "Sarah", avatarUrl: SARAH, ...more });
}

/** What the user wrote. */
export function user(ago: number, text: string, more: Partial<UserMessage> = {}): UserMessage {
  const { id, timestamp } = base(ago);
  return { id, timestamp, role: "user", text, draftId: id, messageId: id, delivery: "sent", error: null, ...more };
}

/** A line that no one wrote. */
export function system(
  ago: number,
  event: ChatEvent["type"],
  text: string | null = null,
  level: SystemMessage["level"] = "info",
): SystemMessage {
  return { ...base(ago), role: "system", event, text, level };
}

/** What the user wrote, and the server did not get. */
export function unsent(ago: number, text: string, error: PolyError): UserMessage {
  return user(ago, text, { delivery: "failed", messageId: null, error });
}

export function replies(...texts: string[]): Suggestion[] {
  return texts.map((text) => ({ text, payload: null }));
}

export function link(title: string, preview: string | null, button: string | null): Attachment {
  return {
    kind: "link",
    contentType: "text/html",
    title,
    contentUrl: "https://example.com/booking",
    previewImageUrl: preview === null ? null : picture(preview),
    callToActionText: button,
  };
}

export function image(title: string | null, file: string): Attachment {
  const contentUrl = picture(file);
  return {
    kind: "image",
    contentType: "image/svg+xml",
    title,
    contentUrl,
    previewImageUrl: null,
    callToActionText: null,
  };
}

export function call(title: string, contactNumber: string): CallAction {
  return { title, contactNumber };
}
