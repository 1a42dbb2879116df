// Mints PolyAI access tokens for the pages of one site, so that the connector token stays on this server. Configured by the
// environment (README.md); stopped by SIGTERM or Ctrl-C, a second one of which does not wait.

import { everyVisitor } from "./authorize.js";
import { createBackend } from "./backend.js";
import { ConfigError, readConfig } from "./config.js";

// Put your site's own sign-in here: `signedIn({ cookie, find })` of authorize.js, or a function like it.
const authorize = everyVisitor;

/** @type {import("./backend.js").Log} One line of JSON each, on stderr. No line holds a token, a header or a body. */
const log = (level, message, fields) => {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
};

try {
  const config = readConfig(process.env);
  // What starts other programs from here does not hand it on.
  delete process.env.POLYAI_CONNECTOR_TOKEN;
  const { server, stop } = createBackend(config, { authorize, log });
  server.on("error", (error) => {
    log("error", `cannot listen on ${config.host}:${config.port}: ${error.message}`);
    process.exitCode = 1;
  });
  server.listen(config.port, config.host, () => {
    const { address, family, port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    const host = family === "IPv6" ? `[${address}]` : address;
    process.stdout.write(`listening on http://${host}:${port}${config.path}\n`);
    if (authorize === everyVisitor) log("warn", "every visitor of the allowed pages gets a token: see authorize.js");
  });
  let isStopping = false;
  for (const signal of ["SIGTERM", "SIGINT"]) {
    process.on(signal, () => {
      if (isStopping) process.exit(1);
      isStopping = true;
      const stopped = stop();
      // Said once nobody new is let in.
      log("info", "stopping");
      void stopped.then(() => log("info", "stopped"));
    });
  }
} catch (thrown) {
  if (!(thrown instanceof ConfigError)) throw thrown;
  for (const problem of thrown.problems) process.stderr.write(`${problem}\n`);
  process.exitCode = 2;
}
