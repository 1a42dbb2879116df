/** Texts that come in pieces: no marks are seen of what will be closed, and the end is that of the whole text. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { htmlOf } from "./dom.js";
import { MarkdownView } from "../src/widget/markdown.js";
import { chance, content, context, view } from "./shown.js";

/** Texts in which each mark belongs to something: none of them is seen in the end. */
const TEXTS: readonly string[] = [
  "**Our opening hours** are *10 to 6*. Call `npm start` now.",
  "Hello **Anna and** more, **bold *and* so** on.",
  "A **bold *italic* more** and ***both*** and ***a** b* and ~~old~~ new.",
  "_a_ __b__ *c **d** e* **f *g***",
  "a **bold\nover two lines** and\n*more\nof it* end",
  'See [our *best* menu](https://example.com/menu "Menu") and [b](<https://example.com/a b>) now.',
  "![A picture](https://example.com/x.png) and [![i](https://example.com/i.png)](https://example.com).",
  "Parens [a (b)](https://example.com/a_(b)) done.",
  "| Dish | Price |\n|:-----|------:|\n| **Soup** | `5` |\n| [Fish](https://a.com/fish) | 12 |\n\nAll *fresh*.",
  "Prices:\n| a | b |\n|---|---|\n| 1 | *2* |",
  "- **Mon:** 9\n- *Tue:* [10](https://a.com)\n  1. `x`\n     - **deep** one\n\n> **quote** *it*\n> more\n\n# Head **line**\n\nend",
  "1. one\n2. **two** three\n\n```js\nlet a = 1;\n```\n\nAfter **code** `a` end",
  "- [x] done **now**\n- [ ] open\n",
  "Hello.<br><br>How <b>are</b> <i>you</i>? <a href=\"https://example.com/?a=1\" class='x'>Link <em>it</em></a> end",
  "<ul>\n<li>One <strong>two</strong></li>\n<li>Three</li>\n</ul>\n<p>After</p><ol><li>a<li>b</ol>",
  "A <span style=\"color: red\">b</span> <code>c d</code> <foo>e</foo> <!-- no <b>comment</b> --> f <script>let a = '<b>';</script> g",
  "Fish &ndash; chips cost &#163;5 &mdash; caf&eacute; &quot;x&quot;",
  "**注意：**予約は**「必須」**です。*（大切）*な~~古い~~こと。",
  "**[予約](https://a.com)**はこちら、**`code`**です",
  "`` a`b `` and **`x`** and *a `y` b*",
  "Use **a_b_c** and snake `d_e` or __f__.",
  "**Line one**\n**Line two**\n\n**Para** two\n***\nend",
  "| a |\n|---|\n| b<br>**c** |\n\n<b>Bold **and** more</b>",
];

/** What is seen of a mark that has not become anything. */
const RAW = /[*`[\]|<>&]|~~|__|\]\(|(?:^|\s)#|https?:\/\/(?!\S)/;

/** How many texts of random parts are tried. */
const SEEDS = Number(process.env.MARKDOWN_SEEDS ?? 10);

function seen(text: string): string {
  const shown = new MarkdownView(context);
  shown.set(text, false);
  return content(shown).textContent;
}

test("no marks are seen of what will be closed, wherever a text is cut", () => {
  const found: string[] = [];
  for (const text of TEXTS) {
    const whole = content(view(text)).textContent.replaceAll("a`b", "");
    assert.ok(!RAW.test(whole), `${whole} shows marks in the end`);
    for (let end = 1; end < text.length; end++) {
      const shown = seen(text.slice(0, end)).replaceAll("a`b", "").replace(/^a`?$/, "").replaceAll("'<b>'", "");
      if (RAW.test(shown)) found.push(`${JSON.stringify(text.slice(0, end))} is shown as ${JSON.stringify(shown)}`);
    }
  }
  assert.deepEqual(found, []);
});

/** A text of random parts, each of which is closed. */
function randomText(random: (below: number) => number): string {
  const pick = (list: readonly string[]): string => list[random(list.length)] ?? "";
  const word = (): string => pick(["one", "two words", "three.", "vier,", "予約", "a b c", "(d)", "e: f"]);
  const inline = (depth: number): string => {
    const inner = (): string => (depth > 1 ? word() : `${word()} ${inline(depth + 1)} ${word()}`);
    return pick([
      word(),
      depth > 0 ? word() : `**${inner()}**`,
      `*${word()}*`,
      `~~${word()}~~`,
      "`code`",
      `<b>${inner()}</b>`,
      `<i>${inner()}</i>`,
      `<span class="x">${inner()}</span>`,
      depth > 0 ? word() : `[${inner()}](https://example.com/a)`,
      depth > 0 ? word() : `<a href="https://example.com/b">${inner()}</a>`,
      "<br>",
      "&nbsp;&eacute;",
    ]);
  };
  const line = (): string => Array.from({ length: 1 + random(4) }, () => inline(0)).join(" ");
  const block = (): string =>
    pick([
      line(),
      `${line()}\n${line()}`,
      `- ${line()}\n- ${line()}\n  - ${line()}`,
      `1. ${line()}\n2. ${line()}`,
      `> ${line()}`,
      `## ${line()}`,
      `| ${line()} | x |\n|---|---|\n| ${line()} | y |`,
      `<ul><li>${line()}</li><li>${line()}</li></ul>`,
      `<p>${line()}</p>`,
    ]);
  return Array.from({ length: 1 + random(3) }, block).join("\n\n");
}

test("no marks are seen of random parts that will be closed", () => {
  const found: string[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const text = randomText(chance(seed));
    if (RAW.test(content(view(text)).textContent)) continue;
    for (let end = 1; end < text.length; end++) {
      const shown = seen(text.slice(0, end));
      if (RAW.test(shown))
        found.push(`${seed}: ${JSON.stringify(text.slice(0, end))} is shown as ${JSON.stringify(shown)}`);
    }
  }
  assert.deepEqual(found.slice(0, 12), []);
});

test("however a text is cut, its end is that of the whole", () => {
  for (const [index, text] of TEXTS.entries()) {
    const whole = htmlOf(view(text).element);
    const random = chance(index + 1);
    for (let cut = 1; cut < text.length; cut += 1 + random(5)) {
      const shown = new MarkdownView(context);
      shown.set(text.slice(0, cut), false);
      shown.set(text, true);
      assert.equal(htmlOf(shown.element), whole, JSON.stringify([text.slice(0, cut), text.slice(cut)]));
    }
    for (let round = 0; round < 2; round++) {
      const growing = new MarkdownView(context);
      for (let end = 0; end < text.length;) {
        end = Math.min(text.length, end + 1 + random(9));
        growing.set(text.slice(0, end), false);
        assert.equal(htmlOf(growing.element), htmlOf(view(text.slice(0, end), false).element));
      }
      growing.set(text, true);
      assert.equal(htmlOf(growing.element), whole);
    }
  }
});

test("words that have been written stay, but for the last", () => {
  for (const text of TEXTS) {
    let before: readonly string[] = [];
    for (let end = 1; end <= text.length; end++) {
      const words: readonly string[] = seen(text.slice(0, end)).match(/\p{L}{3,}/gu) ?? [];
      for (const word of before.slice(0, -2)) {
        assert.ok(words.includes(word), `${JSON.stringify(text.slice(0, end))} loses ${word}`);
      }
      before = words;
    }
  }
});
