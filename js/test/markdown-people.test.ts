/** What people and models write, in all kinds of scripts, as the widget shows it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { html } from "./shown.js";

/** Texts, and what is bold, italic or struck out in them. */
const MARKED: Readonly<Record<string, string>> = {
  "Mon~Fri 10:00~18:00": "Mon~Fri 10:00~18:00",
  "~one~ 3~4~5": "~one~ 3~4~5",
  "~~£20~~ £15 10~~20~~": "<del>£20</del> £15 10<del>20</del>",
  "営業時間は10:00~18:00、土日は11:00~17:00です。": "営業時間は10:00~18:00、土日は11:00~17:00です。",
  "**注意：**予約": "<strong>注意：</strong>予約",
  "**注意:**予約が必要です": "<strong>注意:</strong>予約が必要です",
  "これは**「大切」**です。": "これは<strong>「大切」</strong>です。",
  'これは**"大切"**です。': 'これは<strong>"大切"</strong>です。',
  "これは*（大切）*です。": "これは<em>（大切）</em>です。",
  "価格は~~1,000円（税込）~~800円": "価格は<del>1,000円（税込）</del>800円",
  "请注意：**“预约”**是必须的。": "请注意：<strong>“预约”</strong>是必须的。",
  "**50%**の割引": "<strong>50%</strong>の割引",
  "**강조(설명)**을 **“인용”**은": "<strong>강조(설명)</strong>을 <strong>“인용”</strong>은",
  "**หมายเหตุ:**ข้อความ": "<strong>หมายเหตุ:</strong>ข้อความ",
  "**[予約](https://a.com)**はこちら": '<strong><a href="https://a.com/">予約</a></strong>はこちら',
  "**`code`**です": "<strong><code>code</code></strong>です",
  "**完了✅**です": "<strong>完了✅</strong>です",
  "***重要：***予約": "<em><strong>重要：</strong></em>予約",
  "**重要**。**次**": "<strong>重要</strong>。<strong>次</strong>",
  "**Note:**please": "<strong>Note:</strong>please",
  "Hello,**world**": "Hello,<strong>world</strong>",
  "5 * 3 * 2, 2 ** 3 ** 4": "5 * 3 * 2, 2 ** 3 ** 4",
  "snake_case_name __init__.py": "snake_case_name <strong>init</strong>.py",
};

for (const [text, shown] of Object.entries(MARKED)) {
  test(`marks in ${text}`, () => {
    const seen = html(text).replaceAll("&quot;", '"').replaceAll(' data-said="struckOut"', "");
    assert.equal(seen, `<p>${shown}</p>`);
  });
}

/** Texts with one address each between bars. */
const ADDRESSES = [
  "詳しくは|https://example.com/menu|をご覧ください。",
  "见|https://example.com/a|，谢谢",
  "见|https://example.com/a|。谢谢",
  "「|https://example.com/a|」と（|https://example.com/b|）",
  "【|https://example.com/a|】！",
  "“|https://example.com/a|” ‘|https://example.com/b|’ «|https://example.com/c|»",
  "\"|https://example.com/a|\", '|https://example.com/b|'.",
  '"|https://example.com/a|"です',
  "see |https://example.com/a|… or |https://example.com/b|...",
  "زوروا |https://example.com/a|، أو |https://example.com/b|؟ |https://example.com/c|؛",
  "देखें |https://example.com/a|। और",
  "(|https://example.com/a|) [|https://example.com/b|] {|https://example.com/c|}",
  "(|https://example.com/a_(b)|), |https://example.com/[c]|",
  "링크는 |https://example.com/a|에서 보세요",
  "ดู|https://example.com/a|ได้",
  "|https://example.com/caf%C3%A9?x=1&y=2#z|!",
  "|https://example.com/straße/Москва|, ok",
  "|https://example.com/a|—and |https://example.com/b|–c",
  "|https://example.com|を、",
  "(|www.example.com/a|)",
  "メールは|info@example.com|まで。",
];

for (const text of ADDRESSES) {
  test(`an address ends where a reader sees its end: ${text}`, () => {
    const found = [...html(text.replaceAll("|", "")).matchAll(/<a href="[^"]*">([^<]*)<\/a>/g)];
    const wanted = [...text.matchAll(/\|([^|]*)\|/g)].map(([, address]) => address);
    assert.deepEqual(
      found.map(([, address]) => address?.replaceAll("&amp;", "&")),
      wanted,
    );
    assert.ok(!html(text.replaceAll("|", "")).includes("target"));
  });
}

test("an address with signs in it that are not seen is none", () => {
  assert.equal(html("https://exam\u200bple.com/a"), "<p>https://exam\u200bple.com/a</p>");
  assert.equal(html("https://example.com\u2060.evil.com"), "<p>https://example.com\u2060.evil.com</p>");
});

test("a year begins no list, a number of an item does", () => {
  assert.equal(html("2019. It was a good year."), "<p>2019. It was a good year.</p>");
  assert.equal(html("- 1998) a year"), "<ul><li>1998) a year</li></ul>");
  assert.equal(html("12. a\n13. b"), '<ol class="wide" start="12"><li>a</li><li>b</li></ol>');
  assert.equal(html("1. a\n2. b"), "<ol><li>a</li><li>b</li></ol>");
});
