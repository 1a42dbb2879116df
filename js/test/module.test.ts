import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";

import type { PolyError } from "../src/errors.js";
import { guard } from "../src/guard.js";
import { ModuleLoader, type Glue, type User } from "../src/module.js";
import { FakeClient } from "./fake-module.js";

/** The smallest module there is. */
const BYTES = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
const ADDRESS = "https://www.example.com/chat/poly_messaging_web.wasm";

type Init = ReturnType<Glue>["init"];

function loaderWith(init: Init = () => Promise.resolve()): ModuleLoader {
  const loader = new ModuleLoader(() => ({ init, Client: FakeClient, endAll: () => undefined }));
  loader.origin = () => new URL(ADDRESS);
  return loader;
}

/** The next fetches get these, in order. */
function serve(...answers: (Response | Error)[]): string[] {
  const asked: string[] = [];
  mock.method(globalThis, "fetch", (address: unknown) => {
    asked.push(String(address));
    const answer = answers.shift() ?? new Error("one fetch too many");
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  return asked;
}

const wasm = (type = "application/wasm", bytes: BodyInit = BYTES): Response =>
  new Response(bytes, { headers: { "content-type": type } });

/** What loading fails with. */
async function failureOf(loader: ModuleLoader, source?: Parameters<ModuleLoader["load"]>[0]): Promise<PolyError> {
  const error = await loader.load(source).then(
    () => assert.fail("it was loaded"),
    (thrown: unknown) => thrown as PolyError,
  );
  assert.equal(error.code, "config/wasm-unavailable");
  assert.equal(loader.state, "failed");
  return error;
}

afterEach(() => {
  mock.restoreAll();
});

test("the module is loaded from beside the script, once, however often it is asked for", async () => {
  const asked = serve(wasm());
  let inits = 0;
  const loader = loaderWith((module) => {
    assert.ok(module instanceof WebAssembly.Module);
    inits += 1;
    return Promise.resolve();
  });
  assert.equal(loader.state, "none");
  const [first, second] = await Promise.all([loader.load(), loader.load("https://elsewhere.example/x.wasm")]);
  assert.equal(first, FakeClient);
  assert.equal(second, FakeClient);
  assert.equal(await loader.load(), FakeClient);
  assert.deepEqual(asked, [ADDRESS]);
  assert.equal(inits, 1);
  assert.equal(loader.state, "loaded");
});

for (const type of [
  "application/wasm",
  "application/wasm; charset=utf-8",
  "application/octet-stream",
  "text/html",
  "",
]) {
  test(`a module served as "${type}" is loaded`, async () => {
    serve(wasm(type));
    assert.equal(await loaderWith().load(), FakeClient);
  });
}

test("any kind of source is taken", async () => {
  const asked = serve(wasm(), wasm(), wasm());
  const sources = [
    ADDRESS,
    new URL(ADDRESS),
    new Request(ADDRESS),
    wasm(),
    BYTES,
    BYTES.buffer,
    await WebAssembly.compile(BYTES),
  ];
  for (const source of sources) assert.equal(await loaderWith().load(source), FakeClient);
  assert.equal(asked.length, 3);
});

test("a failed load may be tried again", async () => {
  serve(new TypeError("fetch failed"), new Response("gone", { status: 404 }), wasm());
  const loader = loaderWith();
  await failureOf(loader);
  await failureOf(loader);
  assert.equal(await loader.load(), FakeClient);
  assert.equal(loader.state, "loaded");
});

test("an address that is not there is named, with its status", async () => {
  serve(new Response("gone", { status: 404 }));
  const error = await failureOf(loaderWith());
  assert.match(error.message, /answered with status 404/);
  assert.equal(error.retryable, true);
});

test("no answer says which address, and what may be in the way", async () => {
  serve(new TypeError("fetch failed"));
  const error = await failureOf(loaderWith());
  assert.ok(error.message.includes(ADDRESS));
  assert.match(error.message, /network is down.*connect-src.*CORS/);
  assert.equal(error.retryable, true);
  assert.ok(error.cause instanceof TypeError);
});

test("no answer on a device that is offline says so", async () => {
  serve(new TypeError("fetch failed"));
  Object.defineProperty(globalThis, "navigator", { value: { onLine: false }, configurable: true });
  try {
    assert.match((await failureOf(loaderWith())).message, /the device is offline/);
  } finally {
    Reflect.deleteProperty(globalThis, "navigator");
  }
});

test("a page served in place of the module is told from one", async () => {
  serve(wasm("text/html", "<!doctype html>"), wasm("application/wasm", "<!doctype html>"));
  assert.match((await failureOf(loaderWith())).message, /no usable WebAssembly module at .*text\/html/);
  assert.match((await failureOf(loaderWith())).message, /no usable WebAssembly module at/);
});

const IN_VITES_CACHE = "http://localhost:5173/node_modules/.vite/deps/poly_messaging_web.wasm";

for (const [what, answer] of [
  ["its page", () => wasm("text/html", "<!doctype html>")],
  ["404", () => new Response("gone", { status: 404 })],
  ["no answer", () => new TypeError("fetch failed")],
] as const) {
  test(`a module that an older Vite has left behind (${what}) is an error that names the setting`, async () => {
    serve(answer(), answer());
    const advice =
      /\/\.vite\/deps.*\. Vite has .*optimizeDeps: \{ exclude: \["poly-messaging-web"\] \} to vite\.config/;
    const loader = loaderWith();
    loader.origin = () => new URL(IN_VITES_CACHE);
    assert.match((await failureOf(loader)).message, advice);
    assert.doesNotMatch((await failureOf(loaderWith())).message, /vite/i);
  });
}

const REFUSALS = [
  "WebAssembly.compileStreaming(): Compiling or instantiating WebAssembly module violates the following Content Security policy directive because neither 'wasm-eval' nor 'unsafe-eval' is an allowed source of script",
  "call to WebAssembly.compile() blocked by CSP",
  "Refused to create a WebAssembly object because 'unsafe-eval' or 'wasm-unsafe-eval' is not an allowed source of script",
];

for (const text of REFUSALS) {
  test(`a refusal by the page's policy says what to add: ${text.slice(0, 40)}…`, async () => {
    serve(wasm());
    mock.method(WebAssembly, "compileStreaming", () => Promise.reject(new WebAssembly.CompileError(text)));
    const error = await failureOf(loaderWith());
    assert.match(
      error.message,
      /Content Security Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src/,
    );
    assert.equal(error.retryable, false);
  });
}

for (const name of ["WebAssembly", "TextDecoder"]) {
  test(`without ${name} nothing is fetched`, async () => {
    const asked = serve();
    const before = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
    Reflect.deleteProperty(globalThis, name);
    try {
      const error = await failureOf(loaderWith());
      assert.match(error.message, /WebAssembly or TextDecoder is switched off or not supported/);
      assert.equal(error.retryable, false);
    } finally {
      Object.defineProperty(globalThis, name, before);
    }
    assert.deepEqual(asked, []);
  });
}

test("a module that does not run is an error that says so", async () => {
  serve(wasm());
  const error = await failureOf(
    loaderWith(() => Promise.reject(new WebAssembly.LinkError("import object field missing"))),
  );
  assert.match(error.message, /does not run: import object field missing/);
});

/** A loader whose instances export `work`, and what their glue uses in its place; how often all was ended. */
function failing(work: () => unknown): { loader: ModuleLoader; instances: (() => unknown)[]; ended: () => number } {
  const instances: (() => unknown)[] = [];
  let ended = 0;
  const loader = new ModuleLoader((guarded) => ({
    init: () => {
      instances.push(guarded({ work }).work as () => unknown);
      return Promise.resolve();
    },
    Client: FakeClient,
    endAll: () => {
      ended += 1;
    },
  }));
  return { loader, instances, ended: () => ended };
}

const trap = (): never => {
  throw new WebAssembly.RuntimeError("unreachable");
};

test("whoever uses an instance that fails is told once, after what it was called from, and the next is of the same module", async () => {
  const asked = serve(wasm());
  const { loader, instances, ended } = failing(trap);
  loader.origin = () => new URL(ADDRESS);
  const told: unknown[] = [];
  const user: User = { failed: (thrown, isHopeless) => told.push([String(thrown), isHopeless, ended()]) };
  await loader.load(undefined, user);
  await loader.load(undefined, user);
  const [instance] = instances;
  assert.ok(instance);
  assert.deepEqual(instance(), []);
  assert.deepEqual(told, []);
  assert.deepEqual(instance(), []);
  await Promise.resolve();
  assert.deepEqual(told, [["RuntimeError: unreachable", false, 1]]);
  await loader.load(undefined, user);
  assert.equal(instances.length, 2);
  assert.equal(loader.state, "loaded");
  assert.equal(asked.length, 1);
});

test("after two failures within a minute, a third is one too many; a minute later it is not", async () => {
  serve(wasm());
  const { loader, instances } = failing(trap);
  loader.origin = () => new URL(ADDRESS);
  const told: boolean[] = [];
  const user: User = { failed: (_, isHopeless) => told.push(isHopeless) };
  let now = 5;
  mock.method(performance, "now", () => now);
  for (const at of [5, 10, 60_004, 60_011, 120_011, 120_012]) {
    now = at;
    await loader.load(undefined, user);
    instances.at(-1)?.();
    await Promise.resolve();
  }
  assert.deepEqual(told, [false, false, true, false, false, false]);
});

test("a user that is gone is not told, and is not kept", async () => {
  serve(wasm());
  const { loader, instances } = failing(trap);
  loader.origin = () => new URL(ADDRESS);
  const told: string[] = [];
  const gone: User = { failed: () => told.push("gone") };
  const here: User = { failed: () => told.push("here") };
  await loader.load(undefined, gone);
  await loader.load(undefined, here);
  mock.method(WeakRef.prototype, "deref", function (this: WeakRef<User>) {
    return undefined;
  });
  instances.at(-1)?.();
  await Promise.resolve();
  assert.deepEqual(told, []);
});

test("what an instance exports works through the guard as it is", () => {
  const memory = { buffer: 1 };
  const guarded = guard({ add: (one: number, other: number) => one + other, memory } as never, () => assert.fail());
  assert.equal((guarded.add as (one: number, other: number) => number)(1, 2), 3);
  assert.equal(guarded.memory, memory);
});

test("where an instance fails within a call of its own, all of it ends, and its callers go on", () => {
  const failures: unknown[] = [];
  const course: string[] = [];
  const guarded = guard(
    {
      outer: () => {
        inside();
        course.push("what has failed goes on");
      },
      trap,
    },
    (thrown) => failures.push(thrown),
  ) as unknown as Record<"outer" | "trap", () => unknown>;
  let inside = (): void => {
    guarded.trap();
  };
  assert.deepEqual(guarded.outer(), []);
  // Whoever listens may catch what comes of it, and calls again.
  inside = (): void => {
    try {
      guarded.trap();
    } catch {
      course.push("caught");
    }
    guarded.trap();
  };
  assert.deepEqual(guarded.outer(), []);
  assert.equal(failures.length, 1);
  assert.deepEqual(course, []);
});
