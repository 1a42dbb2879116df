/** The public types of a chat's state: what `getSnapshot()` returns. */

import type { PolyError } from "./errors.js";
import type { ChatEvent } from "./event-types.js";

/** All there is to show. Immutable; parts that did not change are the same objects as in the snapshot before. */
export interface ChatState {
  /** Where the connection stands. */
  readonly connection: ConnectionState;
  /** The session; null until the server has given one. */
  readonly session: {
    /** Given by the server. */
    readonly id: string;
    /** Whether it was taken up again rather than made new. */
    readonly resumed: boolean;
    /** Whether replies come in pieces as they are written. */
    readonly streaming: boolean;
  } | null;
  /** The transcript, oldest first. */
  readonly messages: readonly ChatMessage[];
  /** Who the user talks with; null before anyone has joined and after everyone has left. */
  readonly agent: {
    /** PolyAI's agent or a human. */
    readonly kind: "poly" | "live";
    /** Name, where the server says it. */
    readonly name: string | null;
    /** Picture, where the server gives one: an http(s) address. */
    readonly avatarUrl: string | null;
  } | null;
  /** Whether to show that an answer is being written. */
  readonly isAgentTyping: boolean;
  /**
   * Whether the server has warned that it is about to end the conversation because nobody says anything. Cleared as soon as
   * somebody does: the user types or sends, or an agent writes. To stay, call `send`.
   */
  readonly idleWarning: boolean;
  /** Those of the last agent message; empty once the user has answered. */
  readonly suggestions: readonly Suggestion[];
  /** The way to a human. */
  readonly handoff: HandoffState;
  /** The conversation's language, a BCP 47 code; null until the server has named one. */
  readonly language: string | null;
  /** Set once the conversation is over. */
  readonly ended: {
    /**
     * The server's reason: `REASON_USER_END`, `REASON_USER_ABANDONED` (idle for too long), `REASON_NATURAL_END`;
     * `agent_ended` where the agent ended it with a message; or `REASON_SESSION_LOST` where the server no longer knows the
     * session.
     */
    readonly reason: string;
  } | null;
}

/** Where the connection stands. */
export type ConnectionState =
  | {
      /**
       * `idle`: not asked to connect yet. `connecting`: for the first time, or anew. `open`: messages flow. `closing`,
       * `closed`: left by `close()` or at the end of the conversation.
       */
      readonly status: "idle" | "connecting" | "open" | "closing" | "closed";
    }
  | {
      /** The connection was lost; another try follows by itself. */
      readonly status: "reconnecting";
      /** Which try comes next, from 1. */
      readonly attempt: number;
      /** Milliseconds from this change to that try. */
      readonly retryInMs: number;
    }
  | {
      /** Nothing more happens by itself: call `reconnect()`, or `restart()`. */
      readonly status: "failed";
      /** Why. */
      readonly error: PolyError;
    };

/** Where a handoff to a human stands. What is not known is null. */
export interface HandoffState {
  /**
   * `none`: no handoff. `requested`: the agent asked for one. `accepted`, `queued`: the user waits for a human.
   * `connected`: a human is there. `ended`: the human has left. `clientRequired`: this application is to take the user
   * to a human by means of its own. `failed`, `timedOut`: no human could be reached; the conversation goes on.
   */
  readonly phase:
    "none" | "requested" | "accepted" | "queued" | "connected" | "ended" | "clientRequired" | "failed" | "timedOut";
  /** The queue the user waits in, or is to be taken to. */
  readonly queueName: string | null;
  /** Place in the queue. */
  readonly position: number | null;
  /** Seconds the wait is expected to take. */
  readonly estimatedWaitSeconds: number | null;
  /** What the server would have the user read. */
  readonly displayMessage: string | null;
  /** Why a human is needed, or could not be reached, as the server says it. */
  readonly reason: string | null;
  /** Where the application is to take the user, as configured in the project. */
  readonly route: string | null;
}

/** A line of the transcript; tell them apart by `role`. */
export type ChatMessage = UserMessage | AgentMessage | SystemMessage;

/** What every line of the transcript has. */
export interface MessageBase {
  /** Stays the same for as long as the line is there: fit for a list's keys. */
  readonly id: string;
  /** When the server received it or, until then, when it was made here. */
  readonly timestamp: Date;
}

/** What the user wrote. */
export interface UserMessage extends MessageBase {
  readonly role: "user";
  /** What was written. */
  readonly text: string;
  /** Made by `send`, for `retry` and `discard`; null where the message was sent from elsewhere. */
  readonly draftId: string | null;
  /** Given by the server once it has the message. */
  readonly messageId: string | null;
  /** `pending`: not known to have arrived. `sent`: the server has it. `failed`: known not to have arrived. */
  readonly delivery: "pending" | "sent" | "failed";
  /** Why it failed. */
  readonly error: PolyError | null;
}

/** What the agent, or a human who took over, wrote. */
export interface AgentMessage extends MessageBase {
  readonly role: "agent";
  /** PolyAI's agent or a human. */
  readonly agent: "poly" | "live";
  /** Name of who wrote it, where the server says it. */
  readonly agentName: string | null;
  /** Picture of who wrote it: an http(s) address. */
  readonly avatarUrl: string | null;
  /** Given by the server. */
  readonly messageId: string;
  /** What there is of the text so far. */
  readonly text: string;
  /** Whether more of it is to come. */
  readonly isStreaming: boolean;
  /** Links and images beside the text. */
  readonly attachments: readonly Attachment[];
  /** Replies to tap that came with it; those to show now are `ChatState.suggestions`. */
  readonly suggestions: readonly Suggestion[];
  /** Numbers to call that came with it. */
  readonly callActions: readonly CallAction[];
}

/** A line of the transcript that no one wrote: a handoff step, an error notice, the end. */
export interface SystemMessage extends MessageBase {
  readonly role: "system";
  /** The event it stands for. */
  readonly event: ChatEvent["type"];
  /**
   * What the server said with it, null where that is nothing: the message of a `systemMessage`, the name of who joined,
   * the queue of `handoffAccepted`, else the reason. To be put into words by `event`.
   */
  readonly text: string | null;
  /** How serious it is. */
  readonly level: "info" | "warning" | "error";
}

/** A link or an image beside a message. */
export interface Attachment {
  /** What it is; `unknown` where this version has no name for it. */
  readonly kind: "link" | "image" | "unknown";
  /** The server's own name for what it is. */
  readonly contentType: string | null;
  /** Title. */
  readonly title: string | null;
  /** What it leads to. Only http(s), mailto and tel addresses come through; anything else is null. */
  readonly contentUrl: string | null;
  /** A picture of it: an http(s) address. */
  readonly previewImageUrl: string | null;
  /** What to write on its button. */
  readonly callToActionText: string | null;
}

/** A reply to tap: pass `text` to `send`. */
export interface Suggestion {
  /** What to show, and to send. */
  readonly text: string;
  /** What the server attached to it. */
  readonly payload: string | null;
}

/** A number to call. */
export interface CallAction {
  /** What to write on its button. */
  readonly title: string;
  /** The number, as the server wrote it. */
  readonly contactNumber: string;
}
