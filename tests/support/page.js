// A page for the tests of the client: a server that the test speaks for, in place of `fetch` and `WebSocket`, and a
// host that writes down what it is told.

const original = { fetch: globalThis.fetch, WebSocket: globalThis.WebSocket };

export class Page {
  /** Requests so far: address and headers. */
  requests = [];
  /** Sockets so far. */
  sockets = [];
  /** What the host was told, in order: `[method, ...arguments]`. */
  told = [];
  /** Exceptions that reached the page. */
  errors = [];
  /** Called by the host with what it is told, before it returns. */
  onTold = () => {};
  /** What `getAccessToken` of the application does. */
  token = () => Promise.resolve({ accessToken: "own-token" });
  /** What `beforeAgentJoin` of the application does. */
  beforeAgentJoin = () => Promise.resolve();
  /** How many calls into the host are under way. */
  depth = 0;
  deepest = 0;

  constructor() {
    const page = this;
    globalThis.fetch = async (url, init) => {
      page.requests.push([String(url), Object.fromEntries(init.headers)]);
      const answer = url.endsWith("/access-token")
        ? { access_token: "server-token", expires_in: 60, token_type: "Bearer" }
        : { session_id: "11111111-1111-4111-8111-111111111111" };
      return Response.json(answer);
    };
    globalThis.WebSocket = class extends EventTarget {
      static OPEN = 1;
      readyState = 0;
      sent = [];
      closed = null;

      constructor(url) {
        super();
        this.url = url;
        page.sockets.push(this);
      }
      send(text) {
        if (this.readyState !== 1) throw new Error("not open");
        this.sent.push(JSON.parse(text));
      }
      close(code) {
        this.closed = code ?? null;
        this.readyState = 2;
      }
      fire(type, fields = {}) {
        this[`on${type}`]?.(Object.assign(new Event(type), fields));
      }
      open() {
        this.readyState = 1;
        this.fire("open");
      }
      /** Sends frames; a string as it stands. */
      say(...frames) {
        for (const frame of frames) {
          this.fire("message", { data: typeof frame === "string" ? frame : JSON.stringify(frame) });
        }
      }
    };
    const tell = (method) =>
      function (...values) {
        page.told.push([method, ...values]);
        page.depth += 1;
        page.deepest = Math.max(page.deepest, page.depth);
        try {
          return page.onTold(method, ...values);
        } finally {
          page.depth -= 1;
        }
      };
    this.host = {
      change: tell("change"),
      event: tell("event"),
      settle: tell("settle"),
      frame: tell("frame"),
      log: tell("log"),
      token: (reason, signal) => page.token(reason, signal),
      beforeAgentJoin: (...values) => page.beforeAgentJoin(...values),
    };
    this.listener = (event) => {
      page.errors.push(event.error);
      event.preventDefault();
    };
    addEventListener("error", this.listener);
  }

  /** Puts the browser's own parts back. */
  leave() {
    Object.assign(globalThis, original);
    removeEventListener("error", this.listener);
  }

  get socket() {
    return this.sockets.at(-1);
  }

  /** Types of the events told so far. */
  get events() {
    return this.told.filter(([method]) => method === "event").map(([, event]) => event.body.type);
  }

  /** Waits until `condition` holds; the test's own time limit ends a wait in vain. */
  async until(condition) {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** Options of a chat with the scripted server. */
  options(other = {}) {
    return {
      apiUrl: "https://api.test/api/v1",
      socketUrl: "wss://api.test/ws",
      hostIdentifier: "https://page.test",
      connectorToken: "connector",
      streaming: true,
      platform: "web",
      deviceType: "desktop",
      onSessionLost: "restart",
      heartbeatIntervalMs: 30000,
      sessionTimeoutMs: 600000,
      confirmTimeoutMs: 5000,
      maxReconnectAttempts: 10,
      persistent: false,
      fresh: false,
      beforeAgentJoin: false,
      ...other,
    };
  }

  /** Starts `client` and brings it to an open connection with the agent there. */
  async converse(client) {
    client.start();
    await this.until(() => this.socket);
    this.socket.open();
    this.socket.say({
      type: "EVENT_TYPE_EVENT_BATCH",
      payload: { events: [event(1, "SESSION_START", { capabilities: { streaming: true } })] },
    });
    this.socket.say(event(2, "POLY_AGENT_JOINED", { agent_name: "Ada" }));
  }
}

/** An event of the server. */
export function event(sequence, name, payload = {}, metadata = undefined) {
  const id = `00000000-0000-7000-8000-${String(sequence).padStart(12, "0")}`;
  const timestamp = "2026-05-18T10:00:00Z";
  return { id, sequence, timestamp, type: `EVENT_TYPE_${name}`, payload, metadata };
}

/**
 * Runs a test written in JavaScript: the body of an async function of `page`, `Client`, `event` and `equal`, which
 * throws where two values differ as JSON.
 */
export async function play(Exported, body) {
  const Client = named(Exported);
  const page = new Page();
  const equal = (actual, expected, what = "") => {
    const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (left !== right) throw new Error(`${what}\n  is        ${left}\n  should be ${right}`);
  };
  const AsyncFunction = play.constructor;
  try {
    await new AsyncFunction("page", "Client", "event", "equal", body)(page, Client, event, equal);
  } finally {
    page.leave();
  }
}

/** The exported class with a method for each command, which throws what it is refused for. The numbers are those of `src/client.rs`. */
function named(Exported) {
  const commands = {
    start: [0],
    ready: [1, "call"],
    send: [2, "call", "draftId", "text", "metadata"],
    sendInDoubt: [3, "call", "draftId", "text", "metadata"],
    retry: [4, "call", "draftId"],
    discard: [5, "draftId"],
    typing: [6],
    end: [7, "call"],
    restart: [8, "call"],
    reconnect: [9, "call"],
    close: [10, "call"],
    rawSend: [11, "text"],
  };
  class Client extends Exported {}
  for (const [name, [number, ...names]] of Object.entries(commands)) {
    Client.prototype[name] = function (...values) {
      const { call = 0, draftId, text, metadata } = Object.fromEntries(names.map((name, at) => [name, values[at]]));
      const refused = this.command(number, call, draftId, text, metadata);
      if (refused) throw refused;
    };
  }
  Client.prototype.watchFrames = function (on) {
    this.command(12, +on);
  };
  return Client;
}
