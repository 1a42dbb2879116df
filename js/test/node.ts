/** Runs code in a Node.js of its own, with the built package as others see it. */

import { spawnSync } from "node:child_process";

/**
 * What `code`, an ES module, hands to `tell` as JSON. It must say nothing, throw nothing and end by itself. `folder` is where
 * it seems to lie, by default where `poly-messaging-web` means the built package.
 */
export function inNode(code: string, folder = "."): unknown {
  const prelude = `import { writeSync } from "node:fs";
    const tell = (value) => writeSync(3, JSON.stringify(value));\n`;
  const { status, output } = spawnSync(process.execPath, ["--input-type=module", "--eval", prelude + code], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    timeout: 30_000,
  });
  const [, stdout, stderr, told] = output;
  if (status !== 0 || stdout || stderr || !told) {
    throw new Error(`status ${status}, told ${JSON.stringify(told)}, printed: ${stdout ?? ""}${stderr ?? ""}`);
  }
  return JSON.parse(told);
}
