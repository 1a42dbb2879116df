// How the cost of the published package grows, module, border and face together: twice as many chunks in one message,
// and twice as many events of history, may take at most 2.2 times as long. Fails when they take longer.
// Runs on Node.js, with a socket and a fetch of its own; the state is read as a page reads it, once a frame.

import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Chunks or events of the smaller run. */
const N = 10_000;
/** Most times that the larger run may take as long as the smaller one. */
const LIMIT = 2.2;
/** Runs of each size; the quickest counts, since nothing makes a run quicker than it is. */
const RUNS = 15;
/** Milliseconds of a frame. */
const FRAME = 16;

setFlagsFromString("--expose-gc");
/** Clears away what the run before has left, which is no cost of this one. */
const collectGarbage = runInNewContext("gc");

let socket;
globalThis.window = globalThis;
globalThis.location = { origin: "https://www.example.com", href: "https://www.example.com/" };
globalThis.fetch = async () =>
  new Response(JSON.stringify({ access_token: "a.b.c", session_id: "s" }), { status: 200 });
globalThis.WebSocket = class {
  readyState = 1;
  constructor() {
    socket = this;
  }
  send() {}
  close() {}
};

const { createChat, init } = await import("../pkg/index.js");
await init(readFileSync(new URL("../pkg/poly_messaging_web.wasm", import.meta.url)));

function event(sequence, name, payload) {
  const id = `00000000-0000-7000-8000-${String(sequence).padStart(12, "0")}`;
  return { id, sequence, timestamp: "2026-05-18T10:00:00.000Z", type: `EVENT_TYPE_${name}`, payload };
}

const start = event(1, "SESSION_START", { capabilities: { streaming: true, heartbeat_interval_seconds: 0 } });
const joined = event(2, "POLY_AGENT_JOINED", { agent_name: "Ada" });
const batch = (events) => JSON.stringify({ type: "EVENT_TYPE_EVENT_BATCH", sequence: null, payload: { events } });

function chunks(n) {
  return Array.from({ length: n }, (_, at) => {
    const payload = { message_id: "m", text: "word ", chunk_index: at + 1, is_complete: at + 1 === n };
    return JSON.stringify(event(at + 3, "POLY_AGENT_MESSAGE_CHUNK", payload));
  });
}

function turn(sequence) {
  return sequence % 2
    ? event(sequence, "USER_MESSAGE", { message_id: `u${sequence}`, text: `Question ${sequence}` })
    : event(sequence, "POLY_AGENT_MESSAGE", { message_id: `a${sequence}`, text: "An answer of some length." });
}

function history(n) {
  const frames = [];
  for (let at = 0; at < n; at += 50) frames.push(batch(Array.from({ length: 50 }, (_, i) => turn(at + i + 3))));
  return frames;
}

const live = (n) => Array.from({ length: n }, (_, at) => JSON.stringify(turn(at + 3)));

/** Milliseconds that the package takes for `frames`, and how long its transcript is then. */
async function run(frames) {
  const chat = createChat({ connectorToken: "token", logger: "none" });
  await new Promise((resolve) => {
    const wait = () => (socket?.onopen ? resolve() : setTimeout(wait, 1));
    wait();
  });
  socket.onopen({ type: "open" });
  socket.onmessage({ type: "message", data: batch([start, joined]) });
  collectGarbage();
  const began = performance.now();
  let looked = began;
  for (const data of frames) {
    socket.onmessage({ type: "message", data });
    const now = performance.now();
    if (now - looked < FRAME) continue;
    looked = now;
    chat.getSnapshot();
  }
  const { messages } = chat.getSnapshot();
  const took = performance.now() - began;
  socket = undefined;
  await chat.close();
  return { took, shown: messages.length };
}

const row = (...cells) => console.log(cells[0].padEnd(44), ...cells.slice(1).map((cell) => cell.padStart(12)));
row("package, on Node.js", "n = 10,000", "2n", "growth", "each at 2n");
let isLinear = true;
for (const [name, make, expected] of [
  ["chunks of one message", chunks, () => 1],
  ["history in batches of 50", history, (n) => n],
  ["live events, one by one", live, (n) => n],
]) {
  const frames = [make(N), make(2 * N)];
  const best = [Infinity, Infinity];
  for (let turn = 0; turn < RUNS; turn++) {
    for (const size of [0, 1]) {
      const { took, shown } = await run(frames[size]);
      if (shown !== expected((size + 1) * N)) throw new Error(`${name}: ${shown} messages are shown`);
      best[size] = Math.min(best[size], took);
    }
  }
  const growth = best[1] / best[0];
  isLinear &&= growth <= LIMIT;
  const each = `${((best[1] * 1_000) / (2 * N)).toFixed(1)} µs`;
  row(name, `${best[0].toFixed(1)} ms`, `${best[1].toFixed(1)} ms`, growth.toFixed(2), each);
}
console.log(isLinear ? `every growth is at most ${LIMIT}` : `a growth is over ${LIMIT}`);
process.exit(isLinear ? 0 : 1);
