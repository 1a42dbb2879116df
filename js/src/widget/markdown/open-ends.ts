/** The end of a text that is still being written: what was begun there is shown as if it were finished. */

import type { Token } from "marked";

import { lex } from "./lex.js";

/** A line that holds nothing yet but what makes it an item, a heading, a quote or a rule. */
const BARE_MARKER = /^[-+*=#>|: \t]*(?:\d{1,9}[.)]?[ \t]*)?$/;

/** A link or an image whose address has not ended: its text in 1. */
const OPEN_ADDRESS = /!?\[([^[\]\n]*)\](?:\([^()\s]*(?:\([^()\s]*\)?)?(?:\s+["'][^"'\n]*["']?)?)?$/;

/** A link or an image whose text has not ended: its text in 1. */
const OPEN_LABEL = /!?\[([^[\]\n]*)$/;

/** How far back in its last line an end is looked for, in characters. */
const REACH = 2_000;

/** The top-level blocks of a text that more is to come of. */
export function lexOpen(text: string): Token[] {
  const tokens = /```|~~~| {4}|\t/.test(text) ? lex(text) : [];
  const last = lastLeaf(tokens.at(-1));
  if (last?.type === "code") {
    // Marks are code there, but for those that may be about to end it.
    last.text = String(last.text).replace(/\n[ \t]{0,3}(?:`{1,2}|~{1,2})$/, "");
    return tokens;
  }
  const ended = lex(withEnds(text));
  const end = lastLeaf(ended.at(-1));
  // An address at the end of a text that grows is not one yet.
  if (end?.type === "link" && "autolink" in end) Object.assign(end, { type: "text", tokens: undefined });
  return ended;
}

/** What was last written of a block. */
function lastLeaf(token: Token | undefined): Token | undefined {
  if (!token || token.type === "link") return token;
  const inside = (token.type === "list" ? token.items : "tokens" in token ? token.tokens : undefined) as
    Token[] | undefined;
  return inside ? lastLeaf(inside.at(-1)) : token;
}

/** The text with what was begun in its last line finished or, if nothing is to be seen of it yet, taken away. */
function withEnds(text: string): string {
  let end = text.slice(-REACH);
  let line = end.lastIndexOf("\n") + 1;
  if (BARE_MARKER.test(end.slice(line))) {
    end = end.slice(0, Math.max(0, line - 1));
    line = end.lastIndexOf("\n") + 1;
  }
  const before = text.slice(0, Math.max(0, text.length - REACH)) + end.slice(0, line);
  end = end
    .slice(line)
    // What is half of a pair of marks, or the first mark of more.
    .replace(/(?:\*{1,3}|_{1,3}|~{1,2}|`{1,3}|!|<|\\)$/, "")
    .replace(OPEN_ADDRESS, "$1")
    .replace(OPEN_LABEL, "$1");
  return before + end + closing(end);
}

/** The marks that close what the text has opened. */
function closing(text: string): string {
  const open: string[] = [];
  const marks = /\\.|(`+)|(\*{1,3}|_{1,3}|~~)/gs;
  for (let found = marks.exec(text); found; found = marks.exec(text)) {
    const [, ticks, mark] = found;
    if (ticks !== undefined) {
      const end = text.indexOf(ticks, marks.lastIndex);
      if (end < 0) return ticks + open.reverse().join("");
      marks.lastIndex = end + ticks.length;
    } else if (mark !== undefined) {
      const before = text[found.index - 1] ?? " ";
      const after = text[marks.lastIndex] ?? " ";
      const at = open.lastIndexOf(mark);
      if (at >= 0 && before.trim() !== "") open.length = at;
      else if (after.trim() !== "" && (!mark.startsWith("_") || /[\s\p{P}]/u.test(before))) open.push(mark);
    }
    if (open.length > 8) return "";
  }
  return open.reverse().join("");
}
