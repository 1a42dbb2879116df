// A chat under a content policy, as the address says: ?api=ADDRESS&connector=TOKEN&policy=TEXT. The policy is a header that the
// server makes of it; with &meta=TEXT there is another in the document.

(() => {
  const query = new URLSearchParams(location.search);
  /** What the policy was found to forbid: `directive what`. */
  globalThis.violations = [];
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
    // Browsers ask for an icon on their own.
    if (!blockedURI.endsWith("/favicon.ico")) violations.push(`${effectiveDirective} ${blockedURI}`);
  });
  globalThis.failures = [];
  if (query.has("meta")) {
    const meta = document.createElement("meta");
    Object.assign(meta, { httpEquiv: "Content-Security-Policy", content: query.get("meta") });
    document.head.append(meta);
  }

  globalThis.openChat = ({ createChat }) => {
    globalThis.chat = createChat({
      connectorToken: query.get("connector"),
      environment: { apiUrl: `${query.get("api")}/api/v1` },
      logger: {
        log: (level, message, fields) => trace.lines.push(`${level} ${message} ${JSON.stringify(fields ?? null)}`),
      },
    });
    chat.ready().catch(({ code, message }) => failures.push(`${code} ${message}`));
  };

  /** What the agent and the user have said, once nothing is under way. */
  globalThis.said = () => {
    const { messages } = chat.getSnapshot();
    const isQuiet = messages.every(({ delivery, isStreaming }) => delivery !== "pending" && !isStreaming);
    return isQuiet ? messages.filter(({ role }) => role !== "system").map(({ role, text }) => `${role}: ${text}`) : [];
  };
})();
