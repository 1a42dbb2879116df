// Has the module fail where a test wants it. Whatever calls the module has it ask for the time, and there an instruction of
// WebAssembly's is run that always fails.

/** (module (func (export "trap") unreachable)) */
const bytes = [
  [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0],
  [7, 8, 1, 4, 0x74, 0x72, 0x61, 0x70, 0, 0, 0x0a, 5, 1, 3, 0, 0, 0x0b],
].flat();
const { trap } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes))).exports;

const { setTimeout: later } = globalThis;
const { now } = Date;
/** From where the module is called, unless it is by something else of the page. */
let path = "page";

const along = (name, work) =>
  work &&
  ((...values) => {
    const before = path;
    path = name;
    try {
      return work(...values);
    } finally {
      path = before;
    }
  });

/** Paths on which the module is to fail: "page" (also for commands), "socket", "timer", "fetch". */
globalThis.planted = JSON.parse(new URLSearchParams(location.search).get("traps"));
/** How often it has. */
globalThis.traps = 0;

Date.now = () => {
  if (planted[0] === path) {
    planted.shift();
    traps++;
    trap();
  }
  return now();
};
globalThis.setTimeout = (work, ...rest) => later(along("timer", work), ...rest);
for (const name of ["onopen", "onmessage", "onclose"]) {
  // The page's own is one that keeps a trace.
  let { prototype } = WebSocket;
  while (!Object.hasOwn(prototype, name)) prototype = Object.getPrototypeOf(prototype);
  const { get, set, ...descriptor } = Object.getOwnPropertyDescriptor(prototype, name);
  const planting = function (listener) {
    set.call(this, along("socket", listener));
  };
  Object.defineProperty(prototype, name, { get, set: planting, ...descriptor });
}
// The last thing that is read of an answer before the module is told.
const { get } = Headers.prototype;
Headers.prototype.get = function (name) {
  if (name === "Retry-After") {
    path = "fetch";
    later(() => (path = "page"));
  }
  return get.call(this, name);
};
