/** What stands beside a message's text, on Node.js: numbers to call, cards, pictures of who writes. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { CONTEXT } from "./context.js";
import { htmlOf } from "./dom.js";
import type { Attachment } from "../src/index.js";
import { avatarOf } from "../src/widget/avatar.js";
import { attachmentOf, callOf } from "../src/widget/cards.js";
import type { Lightbox } from "../src/widget/lightbox.js";

const lightbox = { open: () => undefined } as unknown as Lightbox;

/** Numbers as they are given, and what is dialled. */
const NUMBERS: readonly (readonly [given: string, dialled: string | null, title?: string])[] = [
  ["+44 20 7946 0000", "+442079460000"],
  ["(020) 7946-0000", "02079460000"],
  ["+44 (0)20 7946 0000", "+442079460000"],
  ["030/123 45 67", "0301234567"],
  ["020\u20117946\u00a00000", "02079460000"],
  ["０２０－７９４６", "0207946"],
  ["\u202a020 7946\u202c", "0207946"],
  ["112", "112"],
  ["0800 1111 or 0900 2222", null],
  ["0207946000002079461111", null],
  ["1-800-FLOWERS", null],
  ["020 7946 ext. 5", null],
  ["020,,5", null],
  ["*21*123#", null],
  ["٠٢٠ 7946", null],
  ["+44+20", null],
  ["tel:020", null],
  ["none", null],
  ["0900 2222", null, "Call 0800 1111"],
  ["0800 1111", "08001111", "Call 0800 1111 (free)"],
  ["0800 1111", "08001111", "Call us"],
];

test("a call dials what it shows, or nothing", () => {
  for (const [given, dialled, title = ""] of NUMBERS) {
    const shown = callOf({ title, contactNumber: given }, CONTEXT);
    assert.equal(shown.getAttribute("href"), dialled === null ? null : `tel:${dialled}`, given);
    const number = shown.querySelector("bdi")?.textContent ?? "";
    assert.equal(number, given.replace(/[\u202a\u202c]/g, ""));
    if (dialled !== null) {
      const digits = number.normalize("NFKC").replace("(0)", "").replace(/\D/g, "");
      assert.equal(digits, dialled.replace("+", ""));
    }
  }
});

function attachment(given: Partial<Attachment>): string {
  const made = attachmentOf(
    {
      kind: "link",
      title: null,
      contentUrl: null,
      previewImageUrl: null,
      callToActionText: null,
      ...given,
    } as Attachment,
    CONTEXT,
    lightbox,
  );
  return made ? htmlOf(made) : "";
}

test("a card or a link that shows another address says where it leads", () => {
  const contentUrl = "https://evil.example/x";
  const told = '<bdi class="target"> (evil.example)</bdi>';
  for (const title of [
    "https://bank.example/login",
    "bank\u2024example",
    "Log in: bank.exam\u00adple",
    "a@bank.example",
  ]) {
    assert.ok(attachment({ title, contentUrl }).includes(told), title);
    assert.ok(attachment({ title: "Log in", callToActionText: title, contentUrl }).includes(told), title);
    assert.ok(attachment({ kind: "unknown", title, contentUrl }).includes(told), title);
  }
  assert.ok(!attachment({ title: "Our menu", callToActionText: "evil.example", contentUrl }).includes("target"));
  assert.ok(!attachment({ title: "\u202emoc.knab", contentUrl }).includes("\u202e"));
});

test("the letter of a name is all that a reader takes for one", () => {
  const letters: Readonly<Record<string, string>> = {
    " ada": "A",
    "e\u0301ric": "E\u0301",
    "👩‍💻 Sam": "👩‍💻",
    "🇬🇧 Desk": "🇬🇧",
    "👍🏽": "👍🏽",
    नी: "नी",
    한국: "한",
    ßen: "SS",
    "\ud83d": "\ud83d",
    ["Z" + "\u0351".repeat(300)]: "Z",
  };
  for (const [name, letter] of Object.entries(letters)) assert.equal(avatarOf(null, name).textContent, letter, name);
  assert.ok(avatarOf(null, "  ").querySelector("svg"), "no name, no letter");
  const { Segmenter } = Intl;
  Object.assign(Intl, { Segmenter: undefined });
  delete (Intl as { Segmenter?: unknown }).Segmenter;
  try {
    assert.equal(avatarOf(null, "e\u0301ric").textContent, "E\u0301");
  } finally {
    Object.assign(Intl, { Segmenter });
  }
});
