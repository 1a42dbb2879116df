/** What the declarations allow, what they refuse, and what they narrow to. Nothing here runs. */

// What the declarations refuse has no type of its own.
/* eslint-disable @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call */
/* eslint-disable @typescript-eslint/no-meaningless-void-operator */

import {
  clearSession,
  createChat,
  detectPlatform,
  hasResumableSession,
  init,
  PolyError,
  version,
  type AgentMessage,
  type Attachment,
  type Chat,
  type ChatEvent,
  type ChatEventOf,
  type ChatState,
  type SystemMessage,
  type UserMessage,
} from "poly-messaging-web";
import { useChat, useChatState, type ChatCalls } from "poly-messaging-web/react";

/** Does not compile unless the type of what is passed is exactly `T`. */
type Is<T> = <A>(value: A & ([A] extends [T] ? ([T] extends [A] ? unknown : never) : never)) => void;
declare function is<T>(): Is<T>;

export const chat: Chat = createChat({ connectorToken: "t" });

export function options(): void {
  createChat({ getAccessToken: () => Promise.resolve({ accessToken: "t", expiresIn: 60 }) });
  createChat({
    getAccessToken: async ({ reason, signal }) => {
      is<"start" | "restart">()(reason);
      is<AbortSignal>()(signal);
      await Promise.resolve();
      return { accessToken: "t" };
    },
    environment: { apiUrl: "https://example.com/api/v1" },
    persistence: { get: () => Promise.resolve(null), set: () => Promise.resolve(), remove: () => Promise.resolve() },
    logger: {
      log: (level) => {
        is<"error" | "warn" | "info" | "debug">()(level);
      },
    },
    beforeAgentJoin: ({ contextId }) => {
      is<string | undefined>()(contextId);
    },
  });
  for (const environment of ["us", "uk", "euw", { cluster: "us-1" }] as const)
    createChat({ connectorToken: "t", environment });

  createChat({ connectorToken: "t", getAccessToken: undefined });
  // @ts-expect-error a token is needed
  createChat({});
  // @ts-expect-error a token, or what gets one
  createChat({ connectorToken: "t", getAccessToken: () => Promise.resolve({ accessToken: "t" }) });
  // @ts-expect-error a region is one of three; a cluster is { cluster }
  createChat({ connectorToken: "t", environment: "eu" });
  // @ts-expect-error a token is a string
  createChat({ connectorToken: 7 });
  // @ts-expect-error a token is fetched by a function
  createChat({ getAccessToken: "t" });
  // @ts-expect-error the function returns a promise of an object
  createChat({ getAccessToken: () => Promise.resolve("t") });
  // @ts-expect-error the object holds the token
  createChat({ getAccessToken: () => Promise.resolve({ token: "t" }) });
  // @ts-expect-error not an environment
  createChat({ connectorToken: "t", environment: "mars" });
  // @ts-expect-error not an option
  createChat({ connectorToken: "t", hostIdentifer: "x" });
  // @ts-expect-error options are needed
  createChat();
}

export function events(): void {
  is<() => void>()(
    chat.on("languageChanged", ({ languageCode }) => {
      is<string>()(languageCode);
    }),
  );
  chat.on(
    "agentMessage",
    ({ attachments, sequence, timestamp, replayed }) => {
      is<Attachment[]>()(attachments);
      is<number | null>()(sequence);
      is<Date>()(timestamp);
      is<boolean>()(replayed);
    },
    { signal: new AbortController().signal },
  );
  chat.on("userTyping", ({ id }) => {
    is<string>()(id);
  });
  chat.on("handoffTimeout", ({ reason }) => {
    is<string | null>()(reason);
  });
  chat.on("messageFailed", ({ error }) => {
    is<PolyError>()(error);
  });
  chat.on("*", (event) => {
    is<ChatEvent>()(event);
  });

  const heard = (event: ChatEventOf<"agentMessage">): void => {
    is<string>()(event.text);
    is<number | null>()(event.sequence);
  };
  chat.on("agentMessage", heard);
  // @ts-expect-error hears another event
  chat.on("agentMessageChunk", heard);
  // @ts-expect-error not an event
  is<ChatEventOf<"agentMesage">>();

  // @ts-expect-error not an event
  chat.on("languagechanged", () => undefined);
  // @ts-expect-error of another event
  chat.on("connecting", ({ languageCode }) => languageCode);
  // @ts-expect-error what arises here has no envelope
  chat.on("connecting", ({ sequence }) => sequence);
}

export async function iteration(): Promise<void> {
  for await (const event of chat.events({ signal: new AbortController().signal })) {
    switch (event.type) {
      case "agentMessageChunk":
        is<string>()(event.delta);
        break;
      case "unknown":
        is<unknown>()(event.payload);
        is<string>()(event.wireType);
        break;
      case "reconnecting":
        is<PolyError>()(event.cause);
        break;
      default:
        // @ts-expect-error not all events have it
        void event.delta;
    }
  }
}

export function state({ connection, session, messages, ended }: ChatState): void {
  switch (connection.status) {
    case "failed":
      is<PolyError>()(connection.error);
      break;
    case "reconnecting":
      is<number>()(connection.retryInMs);
      break;
    default:
      is<"idle" | "connecting" | "open" | "closing" | "closed">()(connection.status);
      // @ts-expect-error only where it failed
      void connection.error;
  }
  for (const message of messages) {
    if (message.role === "user") is<UserMessage>()(message);
    else if (message.role === "agent") is<AgentMessage>()(message);
    else is<SystemMessage>()(message);
  }
  // @ts-expect-error there may be no session
  void session.id;
  // @ts-expect-error it may not have ended
  void ended.reason;
  // @ts-expect-error a snapshot is not to be changed
  messages.push();
  // @ts-expect-error a snapshot is not to be changed
  connection.status = "open";
}

export async function calls(): Promise<void> {
  is<UserMessage>()(await chat.send("Hello", { metadata: { page: "home" } }));
  is<UserMessage>()(await chat.retry("d"));
  is<Promise<void>>()(chat.ready());
  is<Promise<void>>()(chat.end());
  is<Promise<void>>()(chat.restart());
  is<Promise<void>>()(chat.reconnect());
  is<Promise<void>>()(chat.close());
  chat.raw.send({ type: "EVENT_TYPE_X" });
  is<() => void>()(
    chat.raw.on(({ direction }) => {
      is<"in" | "out">()(direction);
    }),
  );
  is<Record<string, unknown>>()(chat.diagnostics());
  is<string>()(version);
  is<"mobile" | "tablet" | "desktop">()(detectPlatform().deviceType);
  is<boolean>()(await hasResumableSession({ connectorToken: "t" }));
  await clearSession({ connectorToken: "t" });
  await init();
  await init(new URL("https://example.com/poly_messaging_web.wasm"));

  // @ts-expect-error a message is a string
  void chat.send(7);
  // @ts-expect-error metadata holds strings
  void chat.send("Hello", { metadata: { page: 7 } });
  // @ts-expect-error a frame has a type
  chat.raw.send({ payload: {} });
  // @ts-expect-error a type is a string
  chat.raw.send({ type: 7 });
}

export function errors(error: unknown): void {
  if (!(error instanceof PolyError)) return;
  is<number | null>()(error.retryAfterMs);
  is<boolean>()(error.retryable);
  if (error.code === "message/too-large") is<string>()(error.message);
  // @ts-expect-error not a code
  if (error.code === "message/unknown") return;
}

export async function disposal(): Promise<void> {
  await using own = createChat({ connectorToken: "t" });
  await own.ready();
}

export function hooks(): void {
  const whole = useChat({ connectorToken: "t" });
  is<ChatState["messages"]>()(whole.messages);
  is<Chat>()(whole.chat);
  is<Chat["send"]>()(whole.send);
  const part = useChat({ connectorToken: "t" }, ({ language, agent }) => ({ language, name: agent?.name ?? null }));
  is<{ language: string | null; name: string | null } & ChatCalls>()(part);
  is<number>()(useChatState(chat, ({ messages }) => messages.length));
  is<ChatState>()(useChatState(chat));

  // @ts-expect-error not selected
  void part.messages;
  // @ts-expect-error fields are needed, to stand beside the calls
  useChat({ connectorToken: "t" }, ({ messages }) => messages.length);
  // @ts-expect-error a chat, not its options
  useChatState({ connectorToken: "t" });
}
