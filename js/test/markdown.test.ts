import assert from "node:assert/strict";
import { test } from "node:test";

import { htmlOf } from "./dom.js";
import { MarkdownView } from "../src/widget/markdown.js";
import { CORPUS } from "./markdown-corpus.js";
import { chance, content, context, html, plain, view } from "./shown.js";

function pressMore(shown: MarkdownView): boolean {
  const more = shown.element.querySelector("button");
  more?.dispatchEvent(new (more.ownerDocument.defaultView as unknown as { Event: typeof Event }).Event("click"));
  return more !== null;
}

const SHOWN: Readonly<Record<string, readonly [string, string]>> = {
  "a paragraph": ["Hello", "<p>Hello</p>"],
  "a line break at a single newline": ["a\nb", "<p>a<br>b</p>"],
  "bold, italics, strikethrough": [
    "**a** __b__ *c* _d_ ~~e~~",
    '<p><strong>a</strong> <strong>b</strong> <em>c</em> <em>d</em> <del data-said="struckOut">e</del></p>',
  ],
  "code, and no Markdown in it": ["`**a** <b>`", "<p><code>**a** &lt;b></code></p>"],
  "a block of code in a list": [
    "- a\n  ```\n  b\n  ```",
    '<ul><li>a<pre aria-label="code" role="group" tabindex="0"><code>b</code></pre></li></ul>',
  ],
  "a block of code": [
    "```js\nlet a = '<b>';\n```",
    `<pre aria-label="code" role="group" tabindex="0"><code>let a = '&lt;b>';</code></pre>`,
  ],
  "nested lists": ["- a\n  - b\n- c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"],
  "an ordered list with its start": ["3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'],
  "a spaced list": ["- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"],
  "tasks as text": ["- [x] a\n- [ ] b", '<ul><li class="task">☑ a</li><li class="task">☐ b</li></ul>'],
  "a quote": ["> a\n> b", "<blockquote><p>a<br>b</p></blockquote>"],
  "headings that are none of the page's": [
    "## A *b*",
    '<p class="heading" data-level="2"><strong>A <em>b</em></strong></p>',
  ],
  "a rule, also right below a text": ["a\n---\nb", "<p>a</p><hr><p>b</p>"],
  "a table": [
    "| a | b |\n|---|--:|\n| 1 | **2** |",
    '<div aria-label="table" class="scroll" role="group" tabindex="0"><table><thead><tr><th scope="col">a</th><th class="right" scope="col">b</th></tr></thead>' +
      '<tbody><tr><td>1</td><td class="right"><strong>2</strong></td></tr></tbody></table></div>',
  ],
  "a link": ["[our *menu*](https://a.com/menu)", '<p><a href="https://a.com/menu">our <em>menu</em></a></p>'],
  "an address by itself": ["see https://a.com/b.", '<p>see <a href="https://a.com/b">https://a.com/b</a>.</p>'],
  "an address with an entity": [
    "https://a.com/?a=1&amp;b=2",
    '<p><a href="https://a.com/?a=1&amp;b=2">https://a.com/?a=1&amp;b=2</a></p>',
  ],
  "a mail address": ["a@b.com", '<p><a href="mailto:a@b.com">a@b.com</a></p>'],
  "a number to call": ["[call](tel:+44-20-7946)", '<p><a href="tel:+44-20-7946">call</a></p>'],
  "an image as a link": ["![The room](https://a.com/x.png)", '<p><a href="https://a.com/x.png">The room</a></p>'],
  "an image without words by its host": [
    "![](https://www.a.com/x.png)",
    '<p><a href="https://www.a.com/x.png">a.com</a></p>',
  ],
  "HTML without its attributes": ["<b onclick=x>a</b>", "<p><strong>a</strong></p>"],
  "Markdown in HTML": ["<div>\n**a**\n</div>", "<p><strong>a</strong></p>"],
  entities: ["&lt;b&gt; &amp;amp; &#8364; &#x1F600; &nosuch; &#0;", "<p>&lt;b> &amp;amp; € 😀 &amp;nosuch; \ufffd</p>"],
  "no entity in code": ["`&lt;`", "<p><code>&amp;lt;</code></p>"],
  "a definition as text": ["[a]: https://b.com\n[a]", '<p>[a]: <a href="https://b.com/">https://b.com</a><br>[a]</p>'],
  "an address of a scheme that is not opened": ["[a](javascript:alert%281%29)", "<p>a (javascript:alert%281%29)</p>"],
  "an address that leads nowhere by itself": ["[a](/menu)", "<p>a (/menu)</p>"],
  "a scheme written with entities": ["[a](javascript&#58;x)", "<p>a (javascript&#58;x)</p>".replace("&#", "&amp;#")],
  "a number with codes": ["[a](tel:*21*1#)", "<p>a (tel:*21*1#)</p>"],
  "a link whose text is another host": [
    "[https://bank.com](https://evil.com/x)",
    '<p><a href="https://evil.com/x">https://bank.com</a><bdi class="target"> (evil.com)</bdi></p>',
  ],
  "an address with a name before its host": [
    "https://bank.com@evil.com/",
    '<p><a href="https://evil.com/">https://bank.com@evil.com/</a><bdi class="target"> (evil.com)</bdi></p>',
  ],
  "a host in letters that look like others": ["https://\u0430pple.com/", "<p>https://\u0430pple.com/</p>"],
  "a link to a host in letters that look like others": [
    "[\u0430pple.com](https://\u0430pple.com/)",
    '<p><a href="https://xn--pple-43d.com/">\u0430pple.com</a><bdi class="target"> (xn--pple-43d.com)</bdi></p>',
  ],
  "no direction in a link's text": ["[a\u202eb](https://a.com)", '<p><a href="https://a.com/">ab</a></p>'],
  "a null character": ["a\0b", "<p>a\ufffdb</p>"],
  "line ends of other systems": ["a\r\nb\rc", "<p>a<br>b<br>c</p>"],
};

for (const [name, [text, expected]] of Object.entries(SHOWN)) {
  test(`shows ${name}`, () => {
    assert.equal(html(text), expected);
  });
}

const GROWING: Readonly<Record<string, readonly [string, string]>> = {
  bold: ["a **bo", "<p>a <strong>bo</strong></p>"],
  "bold that is being closed": ["a **bold*", "<p>a <strong>bold</strong></p>"],
  "bold that has just begun": ["a **", "<p>a</p>"],
  "a list item that has just begun": ["a\n- b\n-", "<p>a</p><ul><li>b</li></ul>"],
  "a mark at the start of a line": ["Hello\n-", "<p>Hello</p>"],
  "a link whose address is not there yet": ["see [our menu](htt", "<p>see our menu</p>"],
  "a link whose text is not there yet": ["see [our me", "<p>see our me</p>"],
  "an address that may go on": ["see https://exam", "<p>see https://exam</p>"],
  "a block of code": ["```js\nlet a", '<pre aria-label="code" role="group" tabindex="0"><code>let a</code></pre>'],
  "a block of code that is being closed": [
    "```js\nlet a\n``",
    '<pre aria-label="code" role="group" tabindex="0"><code>let a</code></pre>',
  ],
  code: ["a `b", "<p>a <code>b</code></p>"],
  arithmetic: ["2 * 3 = 6", "<p>2 * 3 = 6</p>"],
};

for (const [name, [text, expected]] of Object.entries(GROWING)) {
  test(`while the text grows, shows ${name}`, () => {
    assert.equal(html(text, false), expected);
  });
}

test("a text that comes in pieces is shown as one that comes whole, at each step", () => {
  for (const [index, text] of CORPUS.entries()) {
    for (let round = 0; round < 4; round++) {
      const random = chance(index * 7 + round + 1);
      const growing = new MarkdownView(context);
      const longest = [1, 5, 30, 200][round] ?? 1;
      for (let end = 0; end < text.length;) {
        end = Math.min(text.length, end + 1 + random(longest));
        growing.set(text.slice(0, end), false);
        // Every step of some, and some of all.
        if (round !== 0 && random(4) !== 0) continue;
        const whole = view(text.slice(0, end), false);
        assert.equal(htmlOf(growing.element), htmlOf(whole.element), JSON.stringify(text.slice(0, end)));
        assert.equal(growing.plain, whole.plain);
      }
      growing.set(text, true);
      const whole = view(text);
      assert.equal(htmlOf(growing.element), htmlOf(whole.element), JSON.stringify(text));
      assert.equal(growing.plain, whole.plain);
    }
  }
});

test("random marks that come in pieces are shown as if they came whole", () => {
  const parts = [
    "**",
    "*",
    "_",
    "`",
    "```",
    "\n",
    "\n\n",
    "- ",
    "1. ",
    "> ",
    "# ",
    "| a | b |\n",
    "|---|---|\n",
    "[",
    "](",
    ")",
    "word ",
    "<b>",
    "https://a.com ",
    "    ",
    "---\n",
    "~~",
    "!",
    "\\",
    "a",
    " ",
    "+ ",
    "~~~\n",
    "&amp;",
    "  ",
    "\r\n",
    "x\ny",
  ];
  for (let seed = 1; seed <= 150; seed++) {
    const random = chance(seed);
    const growing = new MarkdownView(context);
    let text = "";
    for (let step = 0; step < 25; step++) {
      text += parts[random(parts.length)] ?? "";
      const isComplete = step === 24;
      growing.set(text, isComplete);
      assert.equal(htmlOf(growing.element), htmlOf(view(text, isComplete).element), JSON.stringify(text));
    }
  }
});

test("blocks that are finished stay the same elements", () => {
  const shown = new MarkdownView(context);
  const blocks = [
    "# Title",
    "A **bold** word.",
    "- a\n- b",
    "> quote",
    "```\ncode\n```",
    "| a |\n|---|\n| b |",
    "End.",
  ];
  let text = "";
  let before: Element[] = [];
  for (const block of blocks) {
    for (const character of `${block}\n\n`) {
      text += character;
      shown.set(text, false);
      const now = [...content(shown).children];
      before.slice(0, -1).forEach((element, at) => {
        assert.equal(now[at], element, JSON.stringify(text));
      });
      before = now;
    }
  }
  const last = before.at(-1);
  shown.set(text, true);
  assert.equal(content(shown).lastElementChild, last);
  assert.equal(before.length, blocks.length);
});

test("a text that is not the one before with more to it is shown anew", () => {
  const shown = view("one\n\ntwo\n\nthree\n\nfour");
  shown.set("five\n\nthree", true);
  assert.equal(htmlOf(shown.element), htmlOf(view("five\n\nthree").element));
  shown.set("", true);
  assert.equal(content(shown).childElementCount, 0);
});

test("a long text is shown in pieces, each on demand, and loses nothing", () => {
  for (const unit of ["word ", "😀", "line\n", "**bold** and more\n\n", "- item\n"]) {
    const text = unit.repeat(Math.ceil(45_001 / unit.length));
    const shown = view(text);
    let steps = 0;
    assert.ok(shown.plain.length <= 20_000);
    while (steps < 100 && pressMore(shown)) {
      steps++;
      assert.ok(!/[\ud800-\udbff]$/.test(content(shown).textContent), "a character is not cut in two");
    }
    assert.ok(steps >= 2 && steps < 60, `${steps} steps for ${unit}`);
    assert.equal(content(shown).textContent.replace(/\s/g, ""), text.replace(/[\s*-]/g, ""));
  }
});

test("plain text has the words of links and images, and no marks", () => {
  assert.equal(
    plain(
      "# Hi\n\nA **bold** [link](https://a.com), ![a picture](https://a.com/x.png)\n\n- one\n- two\n\n| a | b |\n|---|---|\n| c | d |",
    ),
    "Hi\nA bold link, a picture\none\ntwo\na, b\nc, d",
  );
  assert.equal(plain("<script>alert(1)</script> &lt;"), "<");
});
