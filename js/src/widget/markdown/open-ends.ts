/** The end of a text that is still being written: what was begun there is shown as if it were finished, or not yet. */

import { beside, isPunctuation } from "./scripts.js";

/** A line that holds nothing yet but what makes it an item, a heading, a quote or a rule. */
const BARE_MARKER = /^[-+*=#>|: \t]*(?:\d{1,9}[.)]?[ \t]*)?$/;
/** A line of a table, and one that says where its head ends: as far as they go. */
const ROW = /^ {0,3}\|[^\n]*[^\s|]/;
const HEAD_END = /^ {0,3}\|?[-:| \t]*$/;

/** How far back a text is looked at, in characters. */
const REACH = 2_000;
/** Most marks that stand open at once. */
const MOST_OPEN = 16;
/** Most links that stand open in one another. */
const MOST_LINKS = 4;

/** The text with its last lines as the blocks that they are about to be. */
export function withBlockEnds(text: string): string {
  const far = Math.max(0, text.length - REACH);
  const lines = text.slice(far).split("\n");
  const isHead = (at: number): boolean => ROW.test(lines[at] ?? "") && !ROW.test(lines[at - 1] ?? "");
  const last = lines.length - 1;
  // A table is one from its first line on.
  if (isHead(last)) lines.push(headEnd(lines[last] ?? ""));
  else if (last > 0 && isHead(last - 1) && HEAD_END.test(lines[last] ?? "")) {
    const wanted = headEnd(lines[last - 1] ?? "");
    if (cellsOf(lines[last] ?? "") < cellsOf(wanted) || !/-[ \t]*\|?[ \t]*$/.test(lines[last] ?? ""))
      lines[last] = wanted;
  } else if (BARE_MARKER.test(lines[last] ?? "")) lines.pop();
  return text.slice(0, far) + lines.join("\n");
}

function headEnd(head: string): string {
  return `|${"---|".repeat(cellsOf(head))}`;
}

function cellsOf(row: string): number {
  return row
    .trim()
    .replace(/^\||(?:\\\\)*\|$/g, "")
    .replace(/\\\|/g, "")
    .split("|").length;
}

/** The last run of a text with what was begun in it finished or, if nothing is to be seen of it yet, taken away. */
export function withEnds(run: string): string {
  const far = Math.max(0, run.length - REACH);
  if (/^\s*\[[ xX]?\]?\s*$/.test(run)) return "";
  let text = withoutHalves(run.slice(far));
  let found = scan(text);
  for (let links = 0; found.link && links < MOST_LINKS; links++) {
    const [start, label] = found.link;
    text = withoutHalves(text.slice(0, start) + label);
    found = scan(text);
  }
  return run.slice(0, far) + text + found.closing;
}

/** A text without what is half of an entity, or of a pair of marks, or the first mark of more, at its end. */
function withoutHalves(text: string): string {
  const shorter = text.replace(/(?:&#?\w{0,8}|[*_~]+|`+|[!<\\])$/, "").trimEnd();
  return shorter === text ? text : withoutHalves(shorter);
}

/** What stands open at the end of a text: the marks that would close it, and a link: where it begins, and its text. */
function scan(text: string): { closing: string; link: [start: number, label: string] | null } {
  const open: { mark: string; count: number; length: number; isBoth: boolean }[] = [];
  const brackets: number[] = [];
  let inCode = "";
  const marks =
    /\\[^]|(`+)|(!?\[)|\](\((?:\s*<[^<>\n]*>|(?:[^()\s]|\((?:[^()\s])*\))*)(?:\s+(?:"[^"]*"|'[^']*'))?\s*\))?|(\*+|_+|~~)/g;
  for (let found = marks.exec(text); found; found = marks.exec(text)) {
    const [whole, ticks, bracket, destination, mark] = found;
    if (ticks !== undefined) {
      const end = endOfTicks(text, marks.lastIndex, ticks);
      // Nothing else is looked for in code.
      if (end === null) {
        inCode = ticks;
        break;
      }
      marks.lastIndex = end;
    } else if (bracket !== undefined) brackets.push(found.index);
    else if (whole.startsWith("]")) {
      const start = brackets.pop();
      const rest = text.slice(marks.lastIndex);
      if (start === undefined || destination !== undefined || !/^(?:$|\()/.test(rest) || rest.includes("\n\n"))
        continue;
      if (/^\((?:[^()\s]|\([^()\s]*\)?|<[^<>]*)*(?:\s+(?:["'][^"']*["']?\s*)?)?$|^$/.test(rest)) {
        return { closing: "", link: [start, text.slice(start, found.index).replace(/^!?\[/, "")] };
      }
    } else if (mark !== undefined) {
      stack(open, mark, ...beside(text, found.index, marks.lastIndex));
      if (open.length > MOST_OPEN) return { closing: "", link: null };
    }
  }
  const start = brackets.at(-1);
  const link: [number, string] | null = start === undefined ? null : [start, text.slice(start).replace(/^!?\[/, "")];
  return { closing: inCode + closing(open), link };
}

function endOfTicks(text: string, from: number, ticks: string): number | null {
  const runs = /`+/g;
  runs.lastIndex = from;
  for (let found = runs.exec(text); found; found = runs.exec(text)) if (found[0] === ticks) return runs.lastIndex;
  return null;
}

/** Has a run of marks close what is open, as far as it does, and open what it opens: see CommonMark, "Emphasis". */
function stack(
  open: { mark: string; count: number; length: number; isBoth: boolean }[],
  marks: string,
  before: string,
  after: string,
): void {
  const [isBlankBefore, isBlankAfter] = [before.trim() === "", after.trim() === ""];
  const [isSignBefore, isSignAfter] = [isPunctuation(before), isPunctuation(after)];
  const isLeft = !isBlankAfter && (!isSignAfter || isBlankBefore || isSignBefore);
  const isRight = !isBlankBefore && (!isSignBefore || isBlankAfter || isSignAfter);
  const mark = marks.charAt(0);
  const isWordy = mark === "_";
  const opens = isLeft && (!isWordy || !isRight || isSignBefore);
  let count = marks.length;
  if (isRight && (!isWordy || !isLeft || isSignAfter)) {
    for (let at = open.length - 1; at >= 0 && count > 0; at--) {
      const entry = open[at];
      if (entry?.mark !== mark) continue;
      const isThird = (entry.length + marks.length) % 3 === 0 && (entry.length % 3 !== 0 || marks.length % 3 !== 0);
      if (mark !== "~" && (opens || entry.isBoth) && isThird) continue;
      const closed = Math.min(count, entry.count);
      count -= closed;
      entry.count -= closed;
      open.length = entry.count > 0 ? at + 1 : at;
    }
  }
  if (count > 0 && opens) open.push({ mark, count, length: marks.length, isBoth: isRight });
}

function closing(open: readonly { mark: string; count: number }[]): string {
  return open
    .map(({ mark, count }) => mark.repeat(count))
    .reverse()
    .join("");
}
