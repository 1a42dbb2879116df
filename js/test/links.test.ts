/** Links that show another place than they lead to. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { html } from "./shown.js";

/** Texts whose links lead to evil.example: what they show is another address, and where they lead stands beside. */
const WARNED: Readonly<Record<string, string>> = {
  "another host": "[bank.example](https://evil.example)",
  "another host in HTML": "<a href='https://evil.example'><b>bank</b>.example</a>",
  "an address in two links": "[https://bank](https://evil.example)[.example/login](https://evil.example)",
  "a link that ends an address": "https://bank[.example](https://evil.example)",
  "a link that begins an address": "[https://bank.exa](https://evil.example)mple/login",
  "an address in a link and marks": "**[https://bank](https://evil.example)**.example",
  "parts of it in tags": "https://<b>bank</b><a href=https://evil.example>.example</a>",
  "a word joiner": "[bank\u2060.example](https://evil.example)",
  "a soft hyphen by an entity": "[ba&shy;nk.exam&#xad;ple](https://evil.example)",
  "a variation selector": "[bank\ufe0f.example](https://evil.example)",
  "a filler": "[bank\u3164.example](https://evil.example)",
  "a grapheme joiner": "[bank.ex\u034fample](https://evil.example)",
  "narrow blanks": "[bank\u200a.\u2009example](https://evil.example)",
  "a full-width dot": "[bank．example](https://evil.example)",
  "an ideographic stop": "[bank。example](https://evil.example)",
  "a one-dot leader": "[bank\u2024example](https://evil.example)",
  "a middle dot": "[bank·example](https://evil.example)",
  "an entity for a dot": "[bank&period;example](https://evil.example) [bank&#46;example](https://evil.example)",
  "a fraction slash": "[https:\u2044\u2044bank.example\u2044x](https://evil.example)",
  "a division slash in the host": "[bank.example\u2215evil.example](https://evil.example)",
  "full-width signs": "[ｈｔｔｐｓ：／／ｂａｎｋ．ｅｘａｍｐｌｅ](https://evil.example)",
  "mathematical letters": "[𝐛𝐚𝐧𝐤.𝐞𝐱𝐚𝐦𝐩𝐥𝐞](https://evil.example)",
  "a backslash": "[https:\\\\\\\\bank.example](https://evil.example)",
  "a host behind a bracket": "[(bank.example)](https://evil.example)",
  "a host in a sentence": "[Log in at bank.example now](https://evil.example)",
  "a host before a path like a host": "[bank.example/evil.example](https://evil.example)",
  "a turned text": "[\u202eelpmaxe.knab bank.example](https://evil.example)",
  "letters of another script": "[b\u0430nk.example](https://evil.example)",
  "a name before the host": "https://bank.example@evil.example",
  "a mail address": "[help@bank.example](https://evil.example)",
  "a number of a host": "[192.168.0.1](https://evil.example)",
};

for (const [name, text] of Object.entries(WARNED)) {
  test(`says where a link leads: ${name}`, () => {
    const shown = html(text);
    assert.ok(shown.includes('<bdi class="target"> (evil.example)</bdi>'), shown);
  });
}

/** Texts whose links show what they are. */
const PLAIN: readonly string[] = [
  "[our menu](https://example.com/menu)",
  "[example.com](https://www.example.com)",
  "[https://example.com/a](https://example.com/a)",
  "(see [the menu](https://example.com)), or [order](https://example.com/order).",
  "https://example.com/a/b.html?x=c.example#d.example",
  "https://example.com/@name",
  "[menu.pdf](https://example.com/menu.pdf)",
  "はhttps://example.com/menuをご覧ください。",
  "[a@b.example](mailto:a@b.example)",
  "[Call 020 7946 0000](tel:02079460000)",
];

for (const text of PLAIN) {
  test(`says no more than a link shows: ${text}`, () => {
    assert.ok(!html(text).includes("target"), html(text));
  });
}

test("numbers and mail addresses that are others are told", () => {
  assert.ok(html("[Call 0800 1111](tel:+44900)").includes(" (+44900)"));
  assert.ok(html("[911](tel:0900)").includes(" (0900)"));
  assert.ok(html("[help@bank.example](mailto:x@evil.example)").includes(" (x@evil.example)"));
  assert.ok(html("[bank.example](mailto:x@evil.example)").includes(" (x@evil.example)"));
});
