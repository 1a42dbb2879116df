// The body of an async function: everything that the page's client stored and said, area by area, as text.

// A byte each: whatever the encoding, ASCII stays readable.
const latin1 = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

async function plain(value, depth = 0) {
  if (typeof CryptoKey !== "undefined" && value instanceof CryptoKey) {
    const raw = await crypto.subtle.exportKey("raw", value).then(
      (buffer) => `key that can be exported: ${latin1(new Uint8Array(buffer))}`,
      () => "key",
    );
    return `${raw} extractable=${value.extractable}`;
  }
  if (value instanceof ArrayBuffer) return latin1(new Uint8Array(value));
  if (ArrayBuffer.isView(value)) return latin1(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (value instanceof Blob) return latin1(new Uint8Array(await value.arrayBuffer()));
  if (value instanceof Map || value instanceof Set) return plain([...value], depth);
  if (typeof value === "object" && value !== null && depth < 20) {
    const parts = Object.entries(value).map(async ([name, inner]) => `${name}: ${await plain(inner, depth + 1)}`);
    return `{ ${(await Promise.all(parts)).join(", ")} }`;
  }
  return String(value);
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error ?? new Error("blocked"));
  });
}

async function databases() {
  const texts = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await answer(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const objects = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([answer(objects.getAllKeys()), answer(objects.getAll())]);
      texts.push(`${name}/${store}: ${await plain(keys)} ${await plain(values)}`);
    }
    database.close();
  }
  return texts.join("\n");
}

async function cached() {
  const texts = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const response = await cache.match(request);
      texts.push(request.url, await plain([...request.headers, ...response.headers]), await response.text());
    }
  }
  return texts.join("\n");
}

const contents = (name) => plain((globalThis.trace?.contentsOf ?? Object.entries)(globalThis[name]));
const lacks = globalThis.trace?.lacks ?? [];
const chat = globalThis.chat;
const areas = {
  localStorage: () => contents("localStorage"),
  sessionStorage: () => contents("sessionStorage"),
  indexedDB: databases,
  caches: cached,
  cookies: () => document.cookie,
  "history.state": () => JSON.stringify(history.state),
  "window.name": () => globalThis.name,
  address: () => location.href,
  document: () => document.documentElement.outerHTML,
  log: () => (globalThis.trace?.lines ?? []).join("\n"),
  events: () => JSON.stringify(globalThis.events ?? []),
  state: () => (chat?.getSnapshot ? plain(chat.getSnapshot()) : ""),
  diagnostics: () => (chat?.diagnostics ? JSON.stringify(chat.diagnostics()) : ""),
};
const found = {};
const unread = {};
for (const [name, read] of Object.entries(areas)) {
  try {
    found[name] = (await read()) ?? "";
  } catch (error) {
    unread[name] = String(error);
  }
}
return {
  found,
  unread,
  secrets: [...(globalThis.trace?.secrets ?? [])],
  connector: globalThis.options?.connectorToken ?? null,
  // A page without an origin has no storage; one that is to lack it cannot be read everywhere.
  mayBeUnread: globalThis.origin === "null" || lacks.length > 0,
  // Where a token may lie in clear: "tab" mode, and what steps down to it.
  mayHoldToken:
    globalThis.options?.persistence === "tab" || ["indexeddb", "crypto"].some((name) => lacks.includes(name)),
};
