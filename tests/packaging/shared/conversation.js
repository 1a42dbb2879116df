/** The page of every project: it shows a conversation, and sends what is typed. */

export function converse(createChat) {
  const api = new URLSearchParams(location.search).get("api");
  const chat = createChat({ connectorToken: "sandbox-connector-token", environment: { apiUrl: `${api}/api/v1` } });

  const transcript = document.createElement("pre");
  const text = document.createElement("input");
  document.body.append(transcript, text);
  text.addEventListener("change", () => {
    chat.send(text.value);
    text.value = "";
  });
  chat.subscribe(() => {
    const { connection, messages } = chat.getSnapshot();
    transcript.textContent = [
      connection.status,
      connection.error?.message,
      ...messages.map((message) => `${message.role}: ${message.text}`),
    ].join("\n");
  });
}
