/** The Messaging API as the module meets it in a page: `fetch` and `WebSocket`, answered by the test. */

import { readFileSync } from "node:fs";

/** The access token of every session. */
export const ACCESS_TOKEN = "access-token-that-is-secret";

/** The real module, as the build has put it beside the tests. */
export function moduleBytes(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL("./poly_messaging_web.wasm", import.meta.url)));
}

/** A frame that a client sends. */
export interface Frame {
  type: string;
  payload: Record<string, unknown>;
  metadata?: { custom?: Record<string, string> };
}

/** A socket of which the test is the other end. */
export class FakeSocket {
  readyState = 0;
  /** Frames that were written, in order. */
  readonly sent: Frame[] = [];
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: Event) => void) | null = null;
  onclose: ((event: Event) => void) | null = null;

  constructor(readonly url: string) {
    FakeServer.current.sockets.push(this);
    queueMicrotask(() => {
      if (this.readyState !== 0) return;
      this.readyState = 1;
      this.onopen?.(new Event("open"));
    });
  }

  send(text: string): void {
    const frame = JSON.parse(text) as Frame;
    this.sent.push(frame);
    FakeServer.current.onFrame(frame, this);
  }

  close(): void {
    this.readyState = 3;
  }

  /** Sends a frame to the client: a string as it stands, anything else as JSON. */
  receive(frame: unknown): void {
    const data = typeof frame === "string" ? frame : JSON.stringify(frame);
    this.onmessage?.(Object.assign(new Event("message"), { data }));
  }

  /** Ends the connection from this end. */
  drop(code: number): void {
    this.readyState = 3;
    this.onclose?.(Object.assign(new Event("close"), { code }));
  }
}

/** Answers for one page. Create it after the page. */
export class FakeServer {
  static current: FakeServer;
  /** Requests in order: path, headers, body. */
  readonly requests: { path: string; headers: Headers; body: string }[] = [];
  /** Sockets in the order they were opened. */
  readonly sockets: FakeSocket[] = [];
  /** Run for each frame of the client. */
  onFrame: (frame: Frame, socket: FakeSocket) => void = () => undefined;
  #sequence = 0;

  constructor() {
    FakeServer.current = this;
    const globals = { WebSocket: Object.assign(FakeSocket, { OPEN: 1 }), fetch: this.#answer };
    for (const [name, value] of Object.entries(globals)) {
      Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
  }

  #answer = (url: string, { headers, body }: { headers: Headers; body: string }): Promise<Response> => {
    const path = new URL(url).pathname;
    this.requests.push({ path, headers, body });
    const answer = path.endsWith("/access-token")
      ? { access_token: ACCESS_TOKEN, expires_in: 86_400, token_type: "Bearer" }
      : { session_id: "11111111-1111-4111-8111-111111111111" };
    return Promise.resolve(new Response(JSON.stringify(answer)));
  };

  /** The last socket. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }

  /** A frame as the server sends it, with the next place in the history. */
  event(type: string, payload: object, more: object = {}): object {
    this.#sequence += 1;
    const id = `event-${this.#sequence}`;
    return {
      id,
      sequence: this.#sequence,
      timestamp: new Date().toISOString(),
      type: `EVENT_TYPE_${type}`,
      payload,
      ...more,
    };
  }

  /** The history so far, as it is sent on a new socket. */
  batch(...events: object[]): object {
    return { type: "EVENT_TYPE_EVENT_BATCH", payload: { events } };
  }
}

/** Waits until `condition` holds; fails after ten seconds with what `state` then says. */
export async function until(condition: () => boolean, state: () => unknown): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`It did not come to it: ${JSON.stringify(state())}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
