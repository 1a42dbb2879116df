/** How lines stand together: groups of one author, days, and which lines are shown at all. Nothing here touches the document. */

import type { AgentMessage, ChatMessage } from "../index.js";

/** Milliseconds of silence after which the same author begins a new group. */
const PAUSE_MS = 5 * 60_000;

/** Where a line stands among its neighbours. */
export interface Place {
  /** Whether a group begins with it: who wrote it is shown. */
  readonly isFirst: boolean;
  /** Whether a group ends with it: its time is shown. */
  readonly isLast: boolean;
  /** Whether a day begins with it. */
  readonly isNewDay: boolean;
  /** Whether it is the last of the user's messages: that it has arrived is shown. */
  readonly isLatestOwn: boolean;
}

/** The place of a line between the lines shown before and after it. `now` is what "today" means. */
export function placeOf(
  before: ChatMessage | null,
  message: ChatMessage,
  after: ChatMessage | null,
  isLatestOwn: boolean,
  now: Date,
): Place {
  return {
    isFirst: !before || !isOneGroup(before, message),
    isLast: !after || !isOneGroup(message, after),
    isNewDay: !isOneDay(before?.timestamp ?? now, message.timestamp),
    isLatestOwn,
  };
}

/** Whether two places are the same. */
export function isSamePlace(one: Place, other: Place): boolean {
  return (
    one.isFirst === other.isFirst &&
    one.isLast === other.isLast &&
    one.isNewDay === other.isNewDay &&
    one.isLatestOwn === other.isLatestOwn
  );
}

/** Whether two moments are on the same day, where the user is. */
export function isOneDay(one: Date, other: Date): boolean {
  return one.toDateString() === other.toDateString();
}

function isOneGroup(one: ChatMessage, other: ChatMessage): boolean {
  const isOneAuthor = one.role === "agent" && other.role === "agent" ? isOneAgent(one, other) : one.role === other.role;
  if (!isOneAuthor || !isOneDay(one.timestamp, other.timestamp)) return false;
  // What was not delivered says so below itself.
  if (one.role === "user" && one.delivery === "failed") return false;
  return other.timestamp.getTime() - one.timestamp.getTime() < PAUSE_MS;
}

function isOneAgent(one: AgentMessage, other: AgentMessage): boolean {
  return one.agent === other.agent && one.agentName === other.agentName;
}
