/** The languages of the widget: each has every text, with the values that English has and the plurals that it has itself. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Text, Texts } from "../src/widget/texts.js";
import { LANGUAGES, Words } from "../src/widget/words.js";

const NAMES = Object.keys(LANGUAGES.en ?? {}) as (keyof Texts)[];
const FOREIGN = Object.entries(LANGUAGES).filter(([code]) => code !== "en");

/** Texts that are the same in a language as in English, because that is how it says them. */
const SAME = [
  ...["es.heading", "de.heading", "de.code"],
  ...["fr.conversation", "fr.assistant", "fr.messageLabel", "fr.code"],
];

/** Plural categories in Arabic whose form holds the number itself, or none. */
const IN_WORDS = ["zero", "one", "two"];

const formsOf = (text: Text): string[] => (typeof text === "string" ? [text] : Object.values(text));
const valuesIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();

function textOf(code: string, name: keyof Texts): Text {
  const text = LANGUAGES[code]?.[name];
  assert.ok(text !== undefined, `${code}.${name} is missing`);
  return text;
}

test("nothing is said of fingers: a mouse or a key may be what the user has", () => {
  const fingers =
    /\btap(?:s|ped|ping)?\b|\bswipe|\btoc(?:a|ar|que)\b|\btouche[rz]\b|\btapez\b|\b(?:an)?tippen\b|タップ|スワイプ|(?<!\p{L})المس(?!\p{L})/iu;
  for (const code of Object.keys(LANGUAGES)) {
    for (const name of NAMES) for (const form of formsOf(textOf(code, name))) assert.doesNotMatch(form, fingers, code);
  }
});

test("there are the six languages that are documented", () => {
  assert.deepEqual(Object.keys(LANGUAGES).sort(), ["ar", "de", "en", "es", "fr", "ja"]);
  assert.ok(NAMES.length > 50);
});

for (const [code, texts] of Object.entries(LANGUAGES)) {
  test(`${code}: every text is there, and no other`, () => {
    assert.deepEqual(Object.keys(texts), NAMES);
    for (const name of NAMES) for (const form of formsOf(textOf(code, name))) assert.equal(form.trim(), form || null);
  });

  test(`${code}: texts have the values that English has`, () => {
    for (const name of NAMES) {
      const [wanted = []] = formsOf(textOf("en", name)).map(valuesIn);
      const text = textOf(code, name);
      if (typeof text === "string") assert.deepEqual(valuesIn(text), wanted, `${code}.${name}`);
      else {
        for (const [category, form] of Object.entries(text)) {
          if (code === "ar" && IN_WORDS.includes(category)) assert.deepEqual(valuesIn(form), [], `${code}.${name}`);
          else assert.deepEqual(valuesIn(form), wanted, `${code}.${name}.${category}`);
        }
      }
    }
  });

  test(`${code}: a text that counts has each plural category of the language, and no other`, () => {
    const { pluralCategories } = new Intl.PluralRules(code).resolvedOptions();
    let count = 0;
    for (const name of NAMES) {
      const counts = formsOf(textOf("en", name)).some((form) => form.includes("{count}"));
      const text = textOf(code, name);
      assert.equal(typeof text === "object", counts, `${code}.${name}`);
      if (typeof text !== "object") continue;
      count += 1;
      assert.deepEqual(Object.keys(text).sort(), [...pluralCategories].sort(), `${code}.${name}`);
    }
    assert.equal(count, 7);
  });

  test(`${code}: no text is written with characters that turn its direction`, () => {
    for (const name of NAMES) {
      for (const form of formsOf(textOf(code, name)))
        assert.doesNotMatch(form, /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
    }
  });
}

test("no text is that of English but for those that are the same word", () => {
  const same = FOREIGN.flatMap(([code]) =>
    NAMES.filter((name) => {
      const english = formsOf(textOf("en", name));
      return formsOf(textOf(code, name)).some((form) => english.includes(form));
    }).map((name) => `${code}.${name}`),
  );
  assert.deepEqual(same.sort(), [...SAME].sort());
});

test("a sentence ends with a full stop where English has one", () => {
  const ends = (form: string): boolean => /[.。]$/.test(form);
  for (const [code] of FOREIGN) {
    for (const name of NAMES) {
      const english = formsOf(textOf("en", name)).every(ends);
      for (const form of formsOf(textOf(code, name))) assert.equal(ends(form), english, `${code}.${name}`);
    }
  }
});

test("Arabic is written in its own letters, Japanese in its own", () => {
  for (const name of NAMES) {
    for (const form of formsOf(textOf("ar", name))) assert.match(form, /\p{Script=Arabic}/u, name);
    for (const form of formsOf(textOf("ja", name)))
      assert.match(form, /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u, name);
    for (const form of [...formsOf(textOf("ar", name)), ...formsOf(textOf("ja", name))]) {
      assert.doesNotMatch(form.replace(/\{\w+\}/g, ""), /\p{Script=Latin}/u, name);
    }
  }
});

test("Arabic counts in six ways", () => {
  const words = new Words(["ar-u-nu-latn"]);
  const said = [0, 1, 2, 3, 11, 100].map((count) => words.say("unread", { count }));
  assert.deepEqual(said, [
    "لا توجد رسائل جديدة",
    "رسالة جديدة واحدة",
    "رسالتان جديدتان",
    "3 رسائل جديدة",
    "11 رسالة جديدة",
    "100 رسالة جديدة",
  ]);
  assert.equal(words.say("queueWait", { count: 2 }), "حوالي دقيقتين");
  assert.equal(words.say("queueWait", { count: 5 }), "حوالي 5 دقائق");
  assert.equal(words.say("queueWait", { count: 15 }), "حوالي 15 دقيقة");
});

test("French counts nothing as one, Spanish says a million of them", () => {
  assert.equal(new Words(["fr"]).say("unread", { count: 0 }), "0 nouveau message");
  assert.equal(new Words(["fr"]).say("unread", { count: 2 }), "2 nouveaux messages");
  assert.equal(new Words(["es"]).say("charactersOver", { count: 1_000_000 }), "Sobran 1.000.000 de caracteres");
  assert.equal(new Words(["ja"]).say("unread", { count: 1 }), "新着メッセージ1件");
});
