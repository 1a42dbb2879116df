/** What `npm start` and `npm test` do on a machine without Rust, and that with Rust they are `cargo xtask`. */

import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, test } from "node:test";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };

const folder = mkdtempSync(join(tmpdir(), "npm-scripts-"));
after(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a script of package.json as npm does, on a machine whose PATH has Node.js and these folders. */
function run(name: string, { path = [] as string[], home = join(folder, "empty") } = {}): SpawnSyncReturns<string> {
  const [program, ...args] = (scripts[name] ?? assert.fail(`there is no script ${name}`)).split(" ");
  assert.equal(program, "node");
  return spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: { PATH: [dirname(process.execPath), ...path].join(":"), HOME: home, npm_lifecycle_event: name },
    timeout: 30_000,
  });
}

/** A `cargo` that says what it was asked, and then does `then`. */
function cargo(place: string, then: string): string {
  const bin = join(folder, place);
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "cargo"), `#!/bin/sh\necho "$@"\n${then}\n`, { mode: 0o755 });
  return bin;
}

const hasCargo = (path: string): boolean => spawnSync(join(path, "cargo"), ["--version"]).status === 0;
const skip = hasCargo(dirname(process.execPath)) && "cargo is beside node";

for (const [name, command] of [
  ["start", "npm start"],
  ["test", "npm test"],
  ["build", "build"],
] as const) {
  test(`without Rust, \`npm run ${name}\` says what to install, in one sentence`, { skip }, () => {
    const { status, stdout, stderr } = run(name);
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(
      stderr,
      new RegExp(`^\`${command}\` needs Rust.*: get it from https://rustup\\.rs and try again\\.\n$`),
    );
  });
}

test("with Rust, a script is cargo xtask, with its arguments and its status", { skip }, () => {
  const path = [cargo("bin", "exit 7")];
  for (const [name, said] of Object.entries({ start: "xtask demo", "test:packaging": "xtask test packaging" })) {
    const { status, stdout, stderr } = run(name, { path });
    assert.deepEqual([status, stdout.trim(), stderr], [7, said, ""]);
  }
});

test("a terminal that was open while Rust was installed finds it too", { skip }, () => {
  cargo("home/.cargo/bin", "exit 0");
  const { status, stdout } = run("start", { home: resolve(folder, "home") });
  assert.deepEqual([status, stdout.trim()], [0, "xtask demo"]);
});

test("a script that is ended ends by the same signal", { skip }, () => {
  const { signal } = run("start", { path: [cargo("ended", "kill -TERM $$")] });
  assert.equal(signal, "SIGTERM");
});
