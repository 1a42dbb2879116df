"use client";

import { useChat } from "poly-messaging-web/react";

const options = {
  connectorToken: "sandbox-connector-token",
  environment: { apiUrl: process.env.NEXT_PUBLIC_API_URL },
};

export function Chat() {
  const { connection, messages, send } = useChat(options);

  function submit(event) {
    event.preventDefault();
    send(new FormData(event.target).get("text"));
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
