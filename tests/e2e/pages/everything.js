// Runs before a page's other scripts. `everything()` returns what a script of the page could lay its hands on: the strings of
// all that is reached from its globals, and the WebAssembly modules' memories.

(() => {
  /** Shorter ones hold no token. */
  const SHORTEST = 12;
  const memories = [];
  const keep = (instance) => {
    memories.push(...Object.values(instance.exports).filter((value) => value instanceof WebAssembly.Memory));
  };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await instantiate.apply(WebAssembly, given);
      keep(made.instance ?? made);
      return made;
    };
  }
  // Whatever it is made by, an instance stays one to `instanceof`.
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(Instance, given) {
      const instance = new Instance(...given);
      keep(instance);
      return instance;
    },
  });

  /** Runs of printable ASCII, as the program `strings` shows them. */
  function printable(bytes) {
    const runs = [];
    for (let at = 0, start = 0; at <= bytes.length; at++) {
      if (bytes[at] >= 0x20 && bytes[at] < 0x7f) continue;
      if (at - start >= SHORTEST)
        runs.push(String.fromCharCode(...bytes.subarray(start, Math.min(at, start + 60_000))));
      start = at + 1;
    }
    return runs;
  }

  function* inside(value) {
    // By name: what a test puts here may have been made by another window's classes.
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (ArrayBuffer.isView(value)) yield* printable(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    else if (kind === "ArrayBuffer") yield* printable(new Uint8Array(value));
    else if (kind === "Map" || kind === "Set") yield* [...value].flat();
    else if (typeof value === "function") yield Function.prototype.toString.call(value);
    for (const key of Reflect.ownKeys(value)) {
      if (typeof key === "string") yield key;
      // What a getter makes up on the way is not there.
      const property = Reflect.getOwnPropertyDescriptor(value, key);
      yield property?.value;
      yield property?.get;
      yield property?.set;
    }
    yield Reflect.getPrototypeOf(value);
  }

  globalThis.everything = () => {
    const strings = new Set();
    const seen = new Set([globalThis]);
    const open = [globalThis];
    for (let object = open.pop(); object; object = open.pop()) {
      try {
        for (const value of inside(object)) {
          if (typeof value === "string" && value.length >= SHORTEST) strings.add(value);
          const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
          if (!isObject || seen.has(value) || memories.includes(value)) continue;
          seen.add(value);
          open.push(value);
        }
      } catch {
        // A window of another origin, say, which this page's scripts cannot read either.
      }
    }
    const own = [...strings].filter((string) => !string.includes("[native code]"));
    return {
      globals: own.join("\n"),
      objects: seen.size,
      memory: memories.flatMap(({ buffer }) => printable(new Uint8Array(buffer))).join("\n"),
      memories: memories.length,
    };
  };
})();
