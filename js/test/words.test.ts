/** Which language is shown, the application's own texts, and values in texts. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { LANGUAGES, Words } from "../src/widget/words.js";

const POLISH = { heading: "Czat", unread: { one: "{count} nowa", few: "{count} nowe", other: "{count} nowych" } };

const NEGOTIATION: readonly [wanted: readonly unknown[], own: readonly string[], language: string, heading: string][] =
  [
    [[], [], "en", "Chat"],
    [["fr"], [], "fr", "Discussion"],
    [["de-AT"], [], "de-AT", "Chat"],
    [["FR-ca"], [], "fr-CA", "Discussion"],
    [["fr-Latn-BE"], [], "fr-Latn-BE", "Discussion"],
    [["ja-JP-u-ca-japanese"], [], "ja-JP-u-ca-japanese", "チャット"],
    [["es-419"], [], "es-419", "Chat"],
    // The first that there are texts for.
    [["pl", "fr", "de"], [], "fr", "Discussion"],
    [[null, undefined, "", "fr"], [], "fr", "Discussion"],
    [["pl", "sv"], [], "en", "Chat"],
    // In letters that the reader does not read there is no such language.
    [["ja-Latn", "fr"], [], "fr", "Discussion"],
    // Languages of the application.
    [["pl-PL", "fr"], ["pl"], "pl-PL", "own pl"],
    [["pl"], ["pl-PL"], "pl", "own pl-PL"],
    [["pt-AO"], ["pt-PT", "pt-BR"], "pt-AO", "own pt-BR"],
    [["pt-PT"], ["pt-PT", "pt-BR"], "pt-PT", "own pt-PT"],
    [["pt"], ["pt-PT", "pt-BR"], "pt", "own pt-BR"],
    [["zh-TW"], ["zh", "zh-Hant"], "zh-TW", "own zh-Hant"],
    [["zh-HK"], ["zh-Hant-TW", "zh-Hans"], "zh-HK", "own zh-Hant-TW"],
    [["zh-SG"], ["zh-Hant", "zh-CN"], "zh-SG", "own zh-CN"],
    [["zh-TW", "ja"], ["zh-Hans"], "ja", "チャット"],
    [["iw"], ["he"], "he", "own he"],
    // Texts for a region go over those of the language, and reach no other region.
    [["fr-CA"], ["fr-CA"], "fr-CA", "own fr-CA"],
    [["fr-CA"], ["fr", "fr-CA"], "fr-CA", "own fr-CA"],
    [["fr-CA"], ["fr-CA", "fr"], "fr-CA", "own fr-CA"],
    [["fr-BE"], ["fr", "fr-CA"], "fr-BE", "own fr"],
    [["fr-BE"], ["fr-CA"], "fr-BE", "Discussion"],
  ];

for (const [wanted, own, language, heading] of NEGOTIATION) {
  test(`${JSON.stringify(wanted)} with texts for [${own.join(", ")}] is ${language}: "${heading}"`, () => {
    const words = new Words(wanted, Object.fromEntries(own.map((code) => [code, { heading: `own ${code}` }])));
    assert.equal(words.language, language);
    assert.equal(words.say("heading"), heading);
  });
}

const HOSTILE: readonly unknown[] = [
  "../x",
  "a".repeat(10_000),
  `de-${"x".repeat(10_000)}`,
  `de${"-aaaaaaaa".repeat(100)}`,
  "",
  " ",
  "de_AT",
  "d",
  "*",
  "und",
  "und-Arab",
  "x-private",
  "__proto__",
  "constructor",
  "<b>de</b>",
  "de\u0000",
  "de\n",
  "\ud800",
  "ｄｅ",
  7,
  Number.NaN,
  true,
  {},
  ["de"],
  { toString: () => "de" },
  Symbol("de"),
];

for (const code of HOSTILE) {
  const name = JSON.stringify(typeof code === "string" ? code.slice(0, 30) : String(code));
  test(`${typeof code} ${name} is no language, and the next one is taken`, () => {
    const words = new Words([code, "fr"]);
    assert.equal(words.language, "fr");
    assert.equal(words.say("send"), "Envoyer");
    if (typeof code === "string")
      assert.equal(new Words(["fr"], { [code]: { heading: "x" } }).say("heading"), "Discussion");
  });
}

test("texts of the application replace those of the widget one by one", () => {
  const words = new Words(["de"], { de: { heading: "Hilfe" }, fr: { send: "Go" } });
  assert.equal(words.say("heading"), "Hilfe");
  assert.equal(words.say("send"), "Senden");
});

test("what an added language lacks is said in English, with the application's English over the widget's", () => {
  const words = new Words(["pl"], { pl: POLISH, en: { send: "Submit" } });
  assert.equal(words.say("heading"), "Czat");
  assert.equal(words.say("send"), "Submit");
  assert.equal(words.say("discard"), "Discard");
  assert.deepEqual(
    [1, 3, 5].map((count) => words.say("unread", { count })),
    ["1 nowa", "3 nowe", "5 nowych"],
  );
  // Polish has categories that English texts have not.
  assert.equal(words.say("charactersLeft", { count: 3 }), "3 characters left");
});

test("a language that no browser knows counts as English does", () => {
  const words = new Words(["tlh"], { tlh: { heading: "QI'lop" } });
  assert.equal(words.say("heading"), "QI'lop");
  assert.equal(words.say("unread", { count: 1 }), "1 new message");
  assert.equal(words.say("unread", { count: 1000 }), "1,000 new messages");
});

test("own texts that are none are set aside, and the rest is taken", () => {
  const wrong = [7, null, true, [], {}, { one: "x" }, { other: 7 }, { other: "x", one: null }, () => "x"];
  for (const value of wrong) {
    const words = new Words(["de"], { de: { heading: value, send: "Los" } });
    assert.equal(words.say("heading"), "Chat");
    assert.equal(words.say("send"), "Los");
  }
  for (const texts of [null, undefined, 7, "texts", [], true]) {
    assert.equal(new Words(["de"], texts).say("send"), "Senden");
    assert.equal(new Words(["de"], { de: texts }).say("send"), "Senden");
  }
});

test("texts by names that there are not, and inherited ones, are left out", () => {
  const inherited = Object.create({ heading: "inherited" }) as Record<string, string>;
  const words = new Words(["en"], { en: { ...inherited, other: "x", __proto__: { send: "x" } } });
  assert.equal(words.say("heading"), "Chat");
  assert.equal(words.say("send"), "Send");
  assert.equal(LANGUAGES.en?.send, "Send");
});

test("an empty text of the application is a text", () => {
  assert.equal(new Words(["en"], { en: { sent: "" } }).say("sent"), "");
});

test("values are put in once, and what there is no value for stays", () => {
  const words = new Words(["en"]);
  assert.equal(words.say("isTyping", { name: "{count} $& {name}" }), "{count} $& {name} is typing");
  assert.equal(words.say("isTyping"), "{name} is typing");
  const own = new Words(["en"], { en: { heading: "{constructor} {__proto__} {name} {name}" } });
  assert.equal(own.say("heading", { name: "Ada" }), "{constructor} {__proto__} Ada Ada");
});

test("numbers are written as the user's region does", () => {
  const said = (code: string): string => new Words([code]).say("charactersLeft", { count: 12_345 });
  assert.equal(said("en"), "12,345 characters left");
  assert.equal(said("de"), "Noch 12.345 Zeichen");
  assert.match(said("de-CH"), /^Noch 12['’]345 Zeichen$/);
  assert.equal(said("ar-EG"), "تبقَّى ١٢٬٣٤٥ حرفًا");
  assert.equal(said("ar-MA"), "تبقَّى 12.345 حرفًا");
});

test("a value from the right stays apart in a text from the left, and the other way round", () => {
  assert.equal(new Words(["en"]).say("agentJoined", { name: "Ada" }), "Ada joined");
  assert.equal(new Words(["en"]).say("agentJoined", { name: "آدا" }), "\u2068آدا\u2069 joined");
  assert.equal(new Words(["ar"]).say("agentJoined", { name: "Ada" }), "انضم \u2068Ada\u2069 إلى المحادثة");
});

test("a value cannot turn the text after it", () => {
  assert.equal(new Words(["en"]).say("agentJoined", { name: "\u202eadA\u2069\u2066" }), "adA joined");
});

test("the direction is that of the language's script", () => {
  const own = { he: {}, "az-Arab": {}, "ku-Arab": {}, ku: {}, ur: {}, dv: {}, tlh: {} };
  const direction = (code: string): string => new Words([code], own).direction;
  for (const code of ["ar", "ar-EG", "he", "he-IL", "az-Arab", "ku-Arab", "ur", "dv"])
    assert.equal(direction(code), "rtl", code);
  for (const code of ["en", "de", "ja", "ku", "tlh", "none"]) assert.equal(direction(code), "ltr", code);
});

test("what Intl needs long for is made once for a language, not for each text", () => {
  const { PluralRules, NumberFormat } = Intl;
  const words = new Words(["de"]);
  const refuse = (): never => assert.fail("made again");
  Object.assign(Intl, { PluralRules: refuse, NumberFormat: refuse });
  try {
    assert.equal(words.say("unread", { count: 1_000 }), "1.000 neue Nachrichten");
  } finally {
    Object.assign(Intl, { PluralRules, NumberFormat });
  }
});
