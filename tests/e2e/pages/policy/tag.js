// What the script tag of the page does not know: the address of the API and the connector. It runs once the page is there.

new MutationObserver((_, observer) => {
  const script = document.querySelector("script[data-connector-token]");
  if (!script) return;
  observer.disconnect();
  const query = new URLSearchParams(location.search);
  script.dataset.apiUrl = `${query.get("api")}/api/v1`;
  script.dataset.connectorToken = query.get("connector");
}).observe(document.documentElement, { childList: true, subtree: true });

Object.defineProperty(globalThis, "chat", { get: () => globalThis.PolyChat?.chat ?? undefined });
globalThis.inside = (selector) => document.querySelector("poly-chat").shadowRoot.querySelector(selector);
