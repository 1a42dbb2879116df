/** What a server does: renders the React page to standard output. */

import { stdout } from "node:process";

import { StrictMode } from "react";
import { renderToString } from "react-dom/server";

import { App } from "./app.js";

const app = renderToString(
  <StrictMode>
    <App
      connector="server"
      parts={["Connection", "Transcript", "Own"]}
      mount={0}
      isHidden={false}
      beside={[]}
      optionsOf={() => ({ connectorToken: "of-the-server" })}
    />
  </StrictMode>,
);

stdout.write(app);
