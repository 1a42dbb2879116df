/** The end of a text that is still being written: what was begun there is shown as if it were finished. */

/** A line that holds nothing yet but what makes it an item, a heading, a quote or a rule. */
const BARE_MARKER = /^[-+*=#>|: \t]*(?:\d{1,9}[.)]?[ \t]*)?$/;

/** A link or an image whose address has not ended: its text in 1. */
const OPEN_ADDRESS = /!?\[([^[\]\n]*)\](?:\([^()\s]*(?:\([^()\s]*\)?)?(?:\s+["'][^"'\n]*["']?)?)?$/;

/** A link or an image whose text has not ended: its text in 1. */
const OPEN_LABEL = /!?\[([^[\]\n]*)$/;

/** How far back an end is looked for, in characters. */
const REACH = 2_000;

/** The text as it is to be lexed while more of it is to come. */
export function withEnds(text: string): string {
  const start = Math.max(0, text.length - REACH);
  const paragraph = Math.max(start, text.lastIndexOf("\n\n") + 2);
  if (isInFence(text)) {
    // A fence that is being closed.
    return text.replace(/\n[ \t]{0,3}(?:`{1,2}|~{1,2})$/, "\n");
  }
  let end = text.slice(paragraph);
  const line = end.lastIndexOf("\n") + 1;
  if (BARE_MARKER.test(end.slice(line))) end = end.slice(0, Math.max(0, line - 1));
  // What is half of a pair of marks, or the first mark of more.
  end = end.replace(/(?:\*{1,3}|_{1,3}|~{1,2}|`{1,3}|!|<|\\)$/, "");
  end = end.replace(OPEN_ADDRESS, "$1").replace(OPEN_LABEL, "$1");
  return text.slice(0, paragraph) + end + closing(end);
}

/** Whether the end of the text is inside a fenced block of code. */
function isInFence(text: string): boolean {
  let fence = "";
  for (const [, marks = "", rest = ""] of text.matchAll(/^ {0,3}(?:(?:[-+*]|\d{1,9}[.)]) +| {1,12})?(`{3,}|~{3,})(.*)$/gm)) {
    if (fence === "") {
      if (marks.startsWith("~") || !rest.includes("`")) fence = marks;
    } else if (marks[0] === fence[0] && marks.length >= fence.length && rest.trim() === "") {
      fence = "";
    }
  }
  return fence !== "";
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
      else if (after.trim() !== "" && (mark[0] !== "_" || /[\s\p{P}]/u.test(before))) open.push(mark);
    }
    if (open.length > 8) return "";
  }
  return open.reverse().join("");
}
