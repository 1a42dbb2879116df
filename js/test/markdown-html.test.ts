/** The little HTML that agents write, as the widget shows it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { html, plain } from "./shown.js";

/** A text, what is shown of it, and, where it is not what the elements hold, what it reads. */
const SHOWN: Readonly<Record<string, readonly [text: string, shown: string, plain?: string]>> = {
  "line breaks": [
    "Hello.<br><br>How are <BR/>you?",
    "<p>Hello.<br><br>How are <br>you?</p>",
    "Hello.\n\nHow are \nyou?",
  ],
  "a line break at the end of a line once": ["a<br>\nb<br />\n<br>c", "<p>a<br>b<br><br>c</p>"],
  "an end of a line break as one": ["a</br>b", "<p>a<br>b</p>"],
  "bold and italics of all names": [
    "<b>a</b> <strong>b</strong> <i>c</i> <em>d</em>",
    "<p><strong>a</strong> <strong>b</strong> <em>c</em> <em>d</em></p>",
  ],
  "letters large and small": ["<B>a</b> <STRONG>b</sTrOnG>", "<p><strong>a</strong> <strong>b</strong></p>"],
  paragraphs: ["<p>a</p><p>b</p>", '<div class="group"><p>a</p><p>b</p></div>', "a\nb"],
  "one paragraph": ["<p>a</p>", "<p>a</p>"],
  "a list": ["<ul><li>a</li><li>b</li></ul>", "<ul><li>a</li><li>b</li></ul>", "a\nb"],
  "an ordered list over lines": ["<ol>\n  <li>a</li>\n  <li>b</li>\n</ol>", "<ol><li>a</li><li>b</li></ol>"],
  "a list in a text": [
    "We have:<ul><li>a</ul>Enjoy!",
    '<div class="group"><p>We have:</p><ul><li>a</li></ul><p>Enjoy!</p></div>',
  ],
  "a list with blank lines in it": [
    "<ul>\n\n<li>a</li>\n\n<li>b</li>\n\n</ul>\n\nc",
    "<ul><li>a</li><li>b</li></ul><p>c</p>",
  ],
  "items that do not end": ["<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"],
  "items without a list": ["<li>a</li><li>b</li>", "<ul><li>a</li><li>b</li></ul>"],
  "a list in a list": ["<ul><li>a<ol><li>b</li></ol></li></ul>", "<ul><li>a<ol><li>b</li></ol></li></ul>"],
  "a list right in a list": ["<ul><li>a</li><ul><li>b</li></ul></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"],
  "Markdown's list in a list": ["<ul>\n- a\n- b\n</ul>", "<ul><li><ul><li>a</li><li>b</li></ul></li></ul>"],
  "code as it is written": ["<code>a **b** &lt;c&gt;</code>", "<p><code>a **b** &lt;c></code></p>"],
  "a link": ['<a href="https://a.com/b" onclick="x" style=\'y\'>a</a>', '<p><a href="https://a.com/b">a</a></p>'],
  "a link's address with entities, and without quotes": [
    "<a href=https://a.com/?x=1&amp;y=2>a</a>",
    '<p><a href="https://a.com/?x=1&amp;y=2">a</a></p>',
  ],
  "a link that is none": ["<a href='javascript:alert(1)'>a</a>", "<p>a (javascript:alert(1))</p>"],
  "a link whose address is written with entities": [
    "<a href='java&#10;script&colon;x'>a</a>",
    "<p>a (java&amp;#10;script&amp;colon;x)</p>",
  ],
  "a link without an address": ["<a name=x>a</a> <a>b</a>", "<p>a b</p>"],
  "a link that shows another address": [
    "<a href=https://evil.com>https://bank.com</a>",
    '<p><a href="https://evil.com/">https://bank.com</a><bdi class="target"> (evil.com)</bdi></p>',
  ],
  "a link in a link once": [
    "<a href=https://a.com>x [y](https://b.com)</a>",
    '<p><a href="https://a.com/">x y</a></p>',
  ],
  "links that do not end": [
    "<a href=https://a.com>x<a href=https://b.com>y",
    '<p><a href="https://a.com/">x</a><a href="https://b.com/">y</a></p>',
  ],
  "an attribute with what would end a tag": ['<b title="a > b\n<i>">x</b>', "<p><strong>x</strong></p>"],
  "what other tags hold": [
    '<span style="x">a</span> <u>b</u> <font color=red>c</font> <img src=x onerror=y>d <blink>e</blink>',
    "<p>a b c d e</p>",
  ],
  "what tags of no name hold": ["<foo>a</foo> <my-tag x=1>b <self/>c", "<p>a b c</p>"],
  "blocks of other tags in lines of their own": [
    "<div>a</div><h1>b</h1>c<hr>d",
    '<div class="group"><p>a</p><p>b</p><p>c</p><p>d</p></div>',
    "a\nb\nc\nd",
  ],
  "a table's cells": [
    "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
    '<div class="group"><p>a b</p><p>c</p></div>'.replace("a b", "a  b"),
    "a  b\nc",
  ],
  "no comment": ["a<!-- b\n\n<b>c</b> -->d", "<p>ad</p>"],
  "no script and no style": ["a<script type=x>\n\nalert(1)</script>b<STYLE>c{}</STYLE >d", "<p>abd</p>"],
  "no script that does not end": ["a <script>alert(1)", "<p>a </p>"],
  "no declaration": ["<!doctype html><?xml version='1.0'?>a", "<p>a</p>"],
  "what crosses": ["<b>a<i>b</b>c</i>d", "<p><strong>a<em>b</em></strong><em>c</em>d</p>"],
  "what does not end": ["<b>a\n\nb", "<p><strong>a</strong></p><p>b</p>"],
  "ends of nothing": ["</b>a</ul></p></a>", "<p>a</p>"],
  "marks round a block, in it": ["<b><p>a</p></b>", "<p><strong>a</strong></p>"],
  "Markdown in HTML": [
    "<b>a *b* [c](https://a.com)</b>",
    '<p><strong>a <em>b</em> <a href="https://a.com/">c</a></strong></p>',
  ],
  "HTML in Markdown": [
    "**a <i>b</i>** ~~<b>c</b>~~ [<b>d</b>](https://a.com)",
    '<p><strong>a <em>b</em></strong> <del data-said="struckOut"><strong>c</strong></del> <a href="https://a.com/"><strong>d</strong></a></p>',
  ],
  "marks right beside tags": ["**<b>a</b>**b", "<p><strong><strong>a</strong></strong>b</p>"],
  "HTML in a heading, a list and a quote": [
    "# <i>a</i><p>b\n\n- <b>c</b><br>d\n\n> <b>e</b>",
    '<p class="heading" data-level="1"><strong><em>a</em><br>b</strong></p><ul><li><strong>c</strong><br>d</li></ul><blockquote><p><strong>e</strong></p></blockquote>',
  ],
  "lines and lists in a table": [
    "| a |\n|---|\n| b<br>c<ul><li>d</li></ul> |",
    '<div aria-label="table" class="scroll" role="group" tabindex="0"><table><thead><tr><th scope="col">a</th></tr></thead>' +
      "<tbody><tr><td>b<br>c<ul><li>d</li></ul></td></tr></tbody></table></div>",
  ],
  "no tag in code": [
    "`<b>a</b> <!-- b -->`\n\n```\n<b>c</b>\n<!-- d -->\n```",
    '<p><code>&lt;b>a&lt;/b> &lt;!-- b --></code></p><pre aria-label="code" role="group" tabindex="0"><code>&lt;b>c&lt;/b>\n&lt;!-- d --></code></pre>',
  ],
  "no tag behind a backslash": ["\\<b>a", "<p>&lt;b>a</p>"],
  "arithmetic and hearts": [
    "a < b, c > d, <3, 1<2>0, x<y>z, x<b>z, a<b and c>d, a<-b",
    "<p>a &lt; b, c > d, &lt;3, 1&lt;2>0, x&lt;y>z, x&lt;b>z, a&lt;b and c>d, a&lt;-b</p>",
  ],
  "a blank to be filled in": ["Dear <your name>, <ORDER>", "<p>Dear &lt;your name>, &lt;ORDER></p>"],
  "an address in angles": ["<https://a.com/x>", '<p><a href="https://a.com/x">https://a.com/x</a></p>'],
  "an address before a tag": ["https://a.com/x<br>b", '<p><a href="https://a.com/x">https://a.com/x</a><br>b</p>'],
  "entities, once": [
    "&lt;b&gt; &amp;lt; &#39;&#x27; &nbsp;| &eacute;&Uuml;&ntilde; &#146;",
    "<p>&lt;b> &amp;lt; '' \u00a0| éÜñ ’</p>",
  ],
  "nothing of what holds nothing": ["<div></div>\n\n<b></b>\n\n<ul><li></li></ul>", ""],
};

for (const [name, [text, shown, reads]] of Object.entries(SHOWN)) {
  test(`shows ${name}`, () => {
    assert.equal(html(text), shown);
    if (reads !== undefined) assert.equal(plain(text), reads);
  });
}

test("lists and marks nest only so deep, and nothing of them is lost", () => {
  const text = "<ul><li>a<b>".repeat(2_000);
  const shown = html(text);
  assert.ok((shown.match(/<ul>/g) ?? []).length <= 32);
  assert.equal(shown.match(/a/g)?.length, 1_666, "as much as is shown at first");
});
