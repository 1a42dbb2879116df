// What the scripts of package.json run: `cargo xtask` with the same arguments, or a sentence that says what to install.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const { env } = process;
const cargoHome = env.CARGO_HOME ?? join(homedir(), ".cargo");
const folders = (env.PATH ?? env.Path ?? "").split(delimiter).filter(Boolean);
// A terminal that was open while rustup ran does not know of cargo yet.
folders.push(join(cargoHome, "bin"));
const program = process.platform === "win32" ? "cargo.exe" : "cargo";
const folder = folders.find((folder) => existsSync(join(folder, program)));

if (!folder) {
  const script = env.npm_lifecycle_event ?? `cargo xtask ${process.argv[2] ?? ""}`.trim();
  const command = { start: "npm start", test: "npm test" }[script] ?? script;
  console.error(`\`${command}\` needs Rust, which is not installed: get it from https://rustup.rs and try again.`);
  process.exitCode = 1;
} else {
  const child = spawn(join(folder, program), ["xtask", ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...env, PATH: folders.join(delimiter) },
  });
  // Ctrl-C reaches both; this one waits until the other has put away what it started.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`${join(folder, program)} does not start: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
