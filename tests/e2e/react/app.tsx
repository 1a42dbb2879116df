/** What the React pages show. How often each component is drawn is counted. */

import * as React from "react";
import { Fragment, type ReactElement, type ReactNode } from "react";

import type { Chat, ChatMessage, ChatOptions } from "poly-messaging-web";
import { useChat, useChatState } from "poly-messaging-web/react";

/** What a test may change. */
export interface Shown {
  connector: string;
  /** Components, in order. */
  parts: string[];
  /** Another one, and all is mounted anew. */
  mount: number;
  isHidden: boolean;
  /** Components that are shown all the same. */
  beside: string[];
  /** Makes the options of each rendering. */
  optionsOf: (connector: string) => ChatOptions;
}

export const counts: Record<string, number> = {};

/** The chats that the components had, without repetition. */
export const chats = new Set<Chat>();

function drawn(name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** The connection alone. */
function Connection({ options }: { options: ChatOptions }): ReactElement {
  drawn("connection");
  const { connection } = useChat(options, ({ connection }) => ({ connection }));
  return <p data-testid="connection">{connection.status}</p>;
}

/** Everything. */
function Transcript({ options }: { options: ChatOptions }): ReactElement {
  drawn("transcript");
  const { messages, chat } = useChat(options);
  chats.add(chat);
  return (
    <ol data-testid="transcript">
      {messages.map((message) => (
        <li key={message.id}>{textOf(message)}</li>
      ))}
    </ol>
  );
}

const textOf = (message: ChatMessage): string | null => message.text;

/** What is selected is a new list each time, of the same messages. */
function Own({ options }: { options: ChatOptions }): ReactElement {
  drawn("own");
  const { chat, send } = useChat(options, () => ({}));
  const own = useChatState(chat, ({ messages }) => messages.filter(({ role }) => role === "user"));
  return (
    <button data-testid="own" onClick={() => void send("tapped")}>
      {own.length} sent
    </button>
  );
}

const PARTS: Partial<Record<string, (props: { options: ChatOptions }) => ReactElement>> = {
  Connection,
  Transcript,
  Own,
};

/** React 18 has none. */
const Activity = (React as Partial<typeof React>).Activity ?? Always;

function Always({ children }: { children?: ReactNode }): ReactElement {
  return <Fragment>{children}</Fragment>;
}

export function App({ connector, parts, mount, isHidden, beside, optionsOf }: Shown): ReactElement {
  const draw = (name: string): ReactElement | undefined => {
    const Part = PARTS[name];
    return Part && <Part key={name} options={optionsOf(connector)} />;
  };
  return (
    <>
      <Activity mode={isHidden ? "hidden" : "visible"}>
        <Fragment key={mount}>{parts.map(draw)}</Fragment>
      </Activity>
      {beside.map(draw)}
    </>
  );
}
