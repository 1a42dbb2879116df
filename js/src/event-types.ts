/** The public types of a chat's events: what `on` and `events()` give. */

import type { PolyError } from "./errors.js";
import type { Attachment, CallAction, Suggestion } from "./state.js";

/** Fields every event that came over the wire carries. */
export interface Envelope {
  /** Unique; empty where the server sent none. */
  readonly id: string;
  /** Place in the history; null for what is not part of it. */
  readonly sequence: number | null;
  /** When the server sent it; when it arrived where the server did not say. */
  readonly timestamp: Date;
  /** What was sent along with it, `send`'s `metadata` for one. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether it came from the history rather than live. */
  readonly replayed: boolean;
}

/** The events of the connection and of delivery, which arise here, by type. */
interface LocalEvents {
  /** A connection is being made, for the first time or anew. */
  connecting: object;
  /** The connection is open; its history comes next. */
  connected: {
    /** Whether the session was taken up again rather than made new. */
    resumed: boolean;
  };
  /** The connection was lost; another try follows by itself. */
  reconnecting: {
    /** Which try comes next, from 1. */
    attempt: number;
    /** Milliseconds to that try. */
    retryInMs: number;
    /** What broke the connection. */
    cause: PolyError;
  };
  /** The connection is gone and stays so: closed, ended or failed. */
  disconnected: {
    /** Why, where it was not meant. */
    error: PolyError | null;
  };
  /** The server no longer knew the session, and a new one took its place. */
  sessionReplaced: {
    /** The session that is gone. */
    previousSessionId: string;
    /** The one in its place. */
    sessionId: string;
  };
  /** A message of the user is on its way. */
  messagePending: {
    /** As `send` made it, and as `retry` and `discard` take it. */
    draftId: string;
    /** What was written. */
    text: string;
  };
  /** The server has the message. */
  messageConfirmed: {
    /** As `send` made it, and as `retry` and `discard` take it. */
    draftId: string;
    /** Given by the server. */
    messageId: string;
  };
  /** The message is known not to have arrived. */
  messageFailed: {
    /** As `send` made it, and as `retry` and `discard` take it. */
    draftId: string;
    /** Why. */
    error: PolyError;
  };
}

/** A whole message, by the agent or a human. */
interface WholeMessage {
  /** Given by the server. */
  messageId: string;
  /** The text. */
  text: string;
  /** Links and images beside the text. */
  attachments: Attachment[];
  /** Replies to tap. */
  suggestions: Suggestion[];
  /** Numbers to call. */
  callActions: CallAction[];
  /** Name of who wrote it, where the server says it. */
  agentName: string | null;
  /** Picture of who wrote it: an http(s) address. */
  avatarUrl: string | null;
}

/** The events of the wire, by type. */
interface WireEvents {
  /** The first event of every session. */
  sessionStart: {
    /** What the session can do, and what it asks for. */
    capabilities: {
      /** Whether replies are streamed. */
      streaming: boolean;
      /** Largest frame, in bytes. */
      maxMessageSizeBytes: number;
      /** Seconds between heartbeats; 0 = none needed; null: not said. */
      heartbeatIntervalSeconds: number | null;
      /** Attempts to reconnect; 0 = no limit; null: not said. */
      maxReconnectAttempts: number | null;
    };
    /** Set on projects with verified context. */
    contextId: string | null;
  };
  /** The conversation is over; nothing follows. Told once, also where a message of the agent was the end (`agent_ended`). */
  sessionEnd: {
    /** As in `ChatState.ended`. */
    reason: string;
  };
  /** The server will end the conversation soon if nobody says anything: `ChatState.idleWarning` until somebody does. */
  sessionIdleWarning: object;
  /** The server has a message of the user, from here or another device. */
  userMessage: {
    /** Given by the server. */
    messageId: string;
    /** What was written. */
    text: string;
  };
  /** Echo: the user types. */
  userTyping: object;
  /** Echo: the user has ended the conversation. */
  userEndSession: object;
  /** Echo: the agent was asked to join. */
  requestPolyAgentJoin: object;
  /** Echo of a heartbeat. */
  heartbeat: object;
  /** The agent is there. */
  agentJoined: {
    /** Name, where the server says it. */
    agentName: string | null;
    /** Picture, where the server gives one: an http(s) address. */
    avatarUrl: string | null;
  };
  /** The agent is about to answer. */
  agentThinking: object;
  /** A whole message of the agent. */
  agentMessage: WholeMessage;
  /** A piece of a message of the agent, as it came; `ChatState.messages` holds the pieces put together. */
  agentMessageChunk: {
    /** Of the message it is a piece of. */
    messageId: string;
    /** What this piece adds to the text. */
    delta: string;
    /** Place of the piece in its message, from 1. */
    chunkIndex: number;
    /** Whether it is the last one. */
    isComplete: boolean;
    /** Links and images beside the text; those that came with this piece. */
    attachments: Attachment[];
    /** Replies to tap; those that came with this piece. */
    suggestions: Suggestion[];
  };
  /** The agent has left. */
  agentLeft: {
    /** Why, as the server says it. */
    reason: string | null;
  };
  /** The agent asked for a human. */
  agentTriggeredHandoff: object;
  /** A human is there. */
  liveAgentJoined: {
    /** Who it is, where the server says it. */
    agentId: string | null;
    /** Name, where the server says it. */
    agentName: string | null;
    /** Picture, where the server gives one: an http(s) address. */
    avatarUrl: string | null;
  };
  /** The human types, or has stopped. */
  liveAgentTyping: {
    /** Which of the two. */
    state: "started" | "stopped";
    /** Who it is, where the server says it. */
    agentId: string | null;
    /** Name, where the server says it. */
    agentName: string | null;
  };
  /** A message of the human. */
  liveAgentMessage: WholeMessage & {
    /** Who it is, where the server says it. */
    agentId: string | null;
  };
  /** The human has left. The conversation may go on. */
  liveAgentLeft: {
    /** Who it is, where the server says it. */
    agentId: string | null;
    /** Name, where the server says it. */
    agentName: string | null;
    /** Why, as the server says it. */
    reason: string | null;
  };
  /** The user will be handed to a human. */
  handoffAccepted: {
    /** The queue the user waits in. */
    queueName: string | null;
  };
  /** How the wait for a human goes. */
  handoffQueueStatus: {
    /** The queue the user waits in. */
    queueName: string | null;
    /** Place in the queue. */
    position: number | null;
    /** Seconds the wait is expected to take. */
    estimatedWaitSeconds: number | null;
    /** What the server would have the user read. */
    displayMessage: string | null;
  };
  /** This application is to take the user to a human by means of its own. */
  clientHandoffRequired: {
    /** Why a human is needed, as the server says it. */
    reason: string | null;
    /** The queue to take the user to. */
    queueName: string | null;
    /** Where to take the user, as configured in the project. */
    route: string | null;
  };
  /** No human could be reached; the conversation goes on. */
  handoffFailed: {
    /** Why, as the server says it. */
    reason: string | null;
  };
  /** No human came in time; the conversation goes on. */
  handoffTimeout: {
    /** Why, as the server says it. */
    reason: string | null;
  };
  /** The server has something to say that is no message of an agent. */
  systemMessage: {
    /** How serious it is. */
    level: "info" | "warning" | "error";
    /** What the server says. */
    text: string;
  };
  /** The conversation's language, a BCP 47 code. */
  languageChanged: {
    /** Such as `en-GB`. */
    languageCode: string;
  };
  /** Anything this version has no name for, whole. */
  unknown: {
    /** The server's own name for it. */
    wireType: string;
    /** As it came. */
    payload: unknown;
  };
}

/**
 * Something that happened; tell them apart by `type`. A `switch` over `type` should have a `default`: later versions
 * may name more of what is `unknown` now.
 */
export type ChatEvent =
  | { [T in keyof LocalEvents]: { type: T } & LocalEvents[T] }[keyof LocalEvents]
  | { [T in keyof WireEvents]: { type: T } & WireEvents[T] & Envelope }[keyof WireEvents];

/** The events of one type: `ChatEventOf<"agentMessage">`. */
export type ChatEventOf<T extends ChatEvent["type"]> = Extract<ChatEvent, { type: T }>;
