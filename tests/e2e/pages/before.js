// Runs before anything else on a test page. Keeps what the page logs, notes which secrets it holds, follows its life, and
// takes away what the address says this browser is to lack: ?lacks=storage,indexeddb,crypto,locks,channels

(() => {
  const query = new URLSearchParams(location.search);
  const lacks = (query.get("lacks") ?? "").split(",").filter(Boolean);
  const { getItem, key } = Storage.prototype;
  const length = Object.getOwnPropertyDescriptor(Storage.prototype, "length").get;
  globalThis.trace = {
    lacks,
    /** What was written to the console or given to the chat's logger. */
    lines: [],
    /** Access tokens, as they came in and went out. They are in memory alone. */
    secrets: new Set(),
    /** `pageshow`, `pagehide`, `online`, `offline`, and `close` of a socket, in order. */
    life: [],
    /** Reads a Storage whatever was done to its methods. */
    contentsOf: (storage) =>
      Array.from({ length: length.call(storage) }, (_, at) => {
        const name = key.call(storage, at);
        return [name, getItem.call(storage, name)];
      }),
  };

  for (const level of ["debug", "log", "info", "warn", "error"]) {
    const write = console[level];
    console[level] = (...values) => {
      trace.lines.push(`${level} ${values.map((value) => `${value} ${value?.stack ?? ""}`).join(" ")}`);
      write.apply(console, values);
    };
  }
  addEventListener("error", ({ message }) => trace.lines.push(`uncaught ${message}`));
  addEventListener("unhandledrejection", ({ reason }) => trace.lines.push(`unhandled ${reason}`));
  for (const name of ["pageshow", "pagehide"]) {
    addEventListener(name, ({ persisted }) => trace.life.push(persisted ? `${name} persisted` : name));
  }
  for (const name of ["online", "offline"]) addEventListener(name, () => trace.life.push(name));

  const { fetch, WebSocket } = globalThis;
  globalThis.fetch = async (...request) => {
    const response = await fetch(...request);
    if (response.url.endsWith("/access-token") && response.ok) {
      response
        .clone()
        .json()
        .then(({ access_token: token }) => trace.secrets.add(token));
    }
    return response;
  };
  globalThis.WebSocket = class extends WebSocket {
    constructor(address, ...more) {
      const token = new URL(address).searchParams.get("access_token");
      if (token) trace.secrets.add(token);
      super(address, ...more);
    }

    close(code, ...more) {
      trace.life.push(`close ${code}`);
      super.close(code, ...more);
    }
  };

  const refuse = () => {
    throw new DOMException("Storage is denied here.", "SecurityError");
  };
  if (lacks.includes("storage")) {
    for (const name of ["getItem", "setItem", "removeItem", "key", "clear"]) Storage.prototype[name] = refuse;
    Object.defineProperty(Storage.prototype, "length", { get: refuse });
  }
  if (lacks.includes("full")) {
    Storage.prototype.setItem = () => {
      throw new DOMException("There is no room.", "QuotaExceededError");
    };
  }
  if (lacks.includes("properties")) {
    for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(globalThis, name, { get: refuse });
  }
  if (lacks.includes("indexeddb")) IDBFactory.prototype.open = refuse;
  if (lacks.includes("crypto")) Object.defineProperty(crypto, "subtle", { value: undefined });
  if (lacks.includes("locks")) Object.defineProperty(navigator, "locks", { value: undefined });
  if (lacks.includes("channels")) Object.defineProperty(globalThis, "BroadcastChannel", { value: undefined });
})();
