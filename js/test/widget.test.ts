import assert from "node:assert/strict";
import { test } from "node:test";

import { defineWidget } from "../src/widget.js";

test("on a server the widget is not defined, and nothing is thrown", () => {
  assert.equal(typeof window, "undefined");
  assert.equal(typeof customElements, "undefined");
  defineWidget();
  defineWidget("my-chat");
});
