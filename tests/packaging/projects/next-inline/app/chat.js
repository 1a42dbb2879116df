"use client";

import { useState, useSyncExternalStore } from "react";
import { createChat } from "poly-messaging-web/inline";

const options = {
  connectorToken: "sandbox-connector-token",
  environment: { apiUrl: process.env.NEXT_PUBLIC_API_URL },
};

/** What the server renders, and the browser begins with. */
const idle = { connection: { status: "idle" }, messages: [] };

export function Chat() {
  const [chat] = useState(() => createChat(options));
  const { connection, messages } = useSyncExternalStore(chat.subscribe, chat.getSnapshot, () => idle);

  function submit(event) {
    event.preventDefault();
    chat.send(new FormData(event.target).get("text"));
    event.target.reset();
  }

  return (
    <form onSubmit={submit}>
      <p role="status">{connection.status}</p>
      {messages.map((message) => (
        <p key={message.id}>{message.text}</p>
      ))}
      <input name="text" />
    </form>
  );
}
