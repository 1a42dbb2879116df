/**
 * The little HTML that agents write. Tags are found here, before the lexer of Markdown looks at a run of text: each stands in it as
 * one character meanwhile, so that it neither counts as a mark nor is looked through for one. fold.ts makes tokens of them.
 */

import { decodeEntities } from "./entities.js";
import { NOTHING } from "./scripts.js";

/** A tag, or a piece of code between two. */
export interface Tag {
  readonly raw: string;
  /** In small letters. */
  readonly name: string;
  readonly isEnd: boolean;
  readonly href: string | null;
  /** What stands between the tags of `code`. */
  readonly code: string | null;
}

/** The names of HTML. Another one is a tag where it is written as one: with an end, or with an attribute's value. */
const NAMES = new Set(
  (
    "a abbr address area article aside audio b base bdi bdo big blink blockquote body br button canvas caption center cite code col " +
    "colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form frame " +
    "frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark marquee " +
    "math menu meta meter nav nobr noembed noframes noscript object ol optgroup option output p param picture pre progress q rp rt " +
    "ruby s samp script search section select slot small source span strike strong style sub summary sup svg table tbody td " +
    "template textarea tfoot th thead time title tr track tt u ul var video wbr xmp"
  ).split(" "),
);

const START = /<(\/?)([a-z][a-z\d-]{0,40})(?=[\s/>]|$)/iy;
const BLANK = /[\s/]*/y;
const ATTRIBUTE = /([^\s"'<>/=`]+)(?:\s*=\s*(?:"([^"]{0,2000})"|'([^']{0,2000})'|([^\s"'<>`]+)))?/y;
/** A value that has not ended. */
const OPEN_VALUE = /[^\s"'<>/=`]+\s*=\s*(?:"[^"]{0,2000}|'[^']{0,2000})?$/y;
/** `<!doctype html>`, `<?xml version="1.0"?>`. */
const DECLARATION = /<[!?][a-z[][^<>]{0,500}>/iy;
/** The first characters of a tag, a comment or a declaration. */
const BARE = /<(?:\/|[!?][^<>]{0,500})?$/y;

/** What stands for the first tag; others follow. */
const FIRST = 0xf0001;
const STANDING = /[\u{f0000}-\u{ffffd}]/gu;
/** Most tags in one run of text. */
const MOST = 0xffff;

/** The tags of one run of text. */
export class Tags {
  readonly #tags: Tag[] = [];
  #source = "";
  /** The same in small letters, once it is asked for. */
  #small: string | undefined;
  /** Where the last end of each name stands. */
  readonly #lastEnds = new Map<string, number>();
  #isOpen = false;

  get any(): boolean {
    return this.#tags.length > 0;
  }

  /** The run with one character for each tag. One that `isOpen` may go on: what may become a tag is left out at its end. */
  take(source: string, isOpen: boolean): string {
    const run = source.replace(STANDING, "\ufffd");
    if (!run.includes("<")) return run;
    this.#source = run;
    this.#isOpen = isOpen;
    let taken = "";
    let from = 0;
    for (let at = run.indexOf("<"); at >= 0; at = run.indexOf("<", at)) {
      const end = isEscaped(run, at) ? at : this.#tagAt(at);
      if (end === null) return taken + run.slice(from, at);
      if (end === at) {
        at++;
        continue;
      }
      taken += run.slice(from, at) + String.fromCodePoint(FIRST + this.#tags.length - 1);
      from = at = end;
    }
    return taken + run.slice(from);
  }

  /** The text as it was written. */
  restore(text: string): string {
    return text.replace(STANDING, (character) => this.#standing(character)?.raw ?? "");
  }

  /** A text, and the tags in it. */
  split(text: string): (string | Tag)[] {
    return text
      .split(/([\u{f0001}-\u{ffffd}])/u)
      .flatMap((part, at) => (at % 2 ? (this.#standing(part) ?? []) : part === "" ? [] : part));
  }

  #standing(character: string): Tag | undefined {
    return this.#tags[(character.codePointAt(0) ?? 0) - FIRST];
  }

  /** Takes the tag that begins here. Where it ends; null: nothing is known yet; the same place: it is none. */
  #tagAt(at: number): number | null {
    const run = this.#source;
    const start = matchAt(START, run, at);
    if (!start) {
      const declaration = matchAt(DECLARATION, run, at);
      if (declaration) return this.#add(at, at + declaration[0].length, "", false);
      return this.#isOpen && matchAt(BARE, run, at) ? null : at;
    }
    const [, slash, written = ""] = start;
    const name = written.toLowerCase();
    let [href, isSure, words]: [string | null, boolean, number] = [null, slash === "/", 0];
    let end = at + start[0].length;
    for (;;) {
      end += matchAt(BLANK, run, end)?.[0].length ?? 0;
      if (run[end] === ">") break;
      const attribute = matchAt(ATTRIBUTE, run, end);
      const isPartial =
        this.#isOpen &&
        (end === run.length ||
          matchAt(OPEN_VALUE, run, end) !== null ||
          end + (attribute?.[0].length ?? 0) === run.length);
      // "a <b and" may be arithmetic.
      if (isPartial && (words === 0 || (name.length > 1 && NAMES.has(name)))) return null;
      if (!attribute) return at;
      end += attribute[0].length;
      const value = attribute[2] ?? attribute[3] ?? attribute[4];
      if (value === undefined) words++;
      else isSure = true;
      if (attribute[1]?.toLowerCase() === "href") href ??= value ?? null;
    }
    isSure ||= run[end - 1] === "/";
    if (!isSure && !this.#isTag(name, words, at)) return at;
    if (name !== "code" || slash) return this.#add(at, end + 1, name, slash === "/", href);
    // Nothing is looked for in code.
    const close = /<\/code\s*>/gi;
    close.lastIndex = end + 1;
    const closed = close.exec(run);
    return this.#add(at, closed ? close.lastIndex : run.length, name, false, null, run.slice(end + 1, closed?.index));
  }

  /** Whether what has no value is a tag all the same, and not arithmetic (`a<b and c>d`) or a blank to be filled in (`<your name>`). */
  #isTag(name: string, words: number, at: number): boolean {
    const isLetter = name.length === 1;
    const isKnown = NAMES.has(name);
    if (words > 0 && (isLetter || !isKnown)) return false;
    // A letter that begins nothing: "x<b>y".
    if (isKnown && (!isLetter || name === "p" || !/[\p{L}\p{N}]/u.test(this.#source[at - 1] ?? ""))) return true;
    if (this.#isOpen) return true;
    let last = this.#lastEnds.get(name);
    this.#small ??= this.#source.toLowerCase();
    if (last === undefined) this.#lastEnds.set(name, (last = this.#small.lastIndexOf(`</${name}`)));
    return last > at;
  }

  #add(
    at: number,
    end: number,
    name: string,
    isEnd: boolean,
    href: string | null = null,
    code: string | null = null,
  ): number {
    if (this.#tags.length >= MOST) return at;
    const text = code === null ? null : decodeEntities(code.replace(/<[^<>]*>?/g, "")).replace(/\s+/g, " ");
    this.#tags.push({ raw: this.#source.slice(at, end), name, isEnd, href, code: text });
    return end;
  }
}

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}

function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === "\\") before--;
  return (at - before) % 2 === 1;
}

/** Takes away the letters that stand for nothing. */
export function withoutNothing(text: string): string {
  return text.includes(NOTHING) ? text.replaceAll(NOTHING, "") : text;
}

/** What is not seen in HTML, to its end or that of the text; and what may look like it in code. */
const UNSEEN =
  /\\.|^(?:[ \t>]|[-*+] |\d+[.)] )*(`{3,}|~{3,})[^`\n]*$|(`+)|<!--(?:-?>|[^]*?(?:--!?>|$(?![^])))|<(script|style)(?=[\s/>])[^]*?(?:<\/\3[^>]*>|$(?![^]))/gim;

/** A text as it is looked through: its lines end alike, and nothing is in it that HTML does not show. */
export function readable(source: string): string {
  return withoutUnseen(source.replaceAll("\0", "\ufffd").replace(/\r\n?/g, "\n"));
}

/** The text without comments, scripts and style sheets, and without what they hold. In code they stay. */
function withoutUnseen(text: string): string {
  if (!/<(?:!--|script|style)/i.test(text)) return text;
  let seen = "";
  let from = 0;
  const pieces = new RegExp(UNSEEN);
  for (let found = pieces.exec(text); found; found = pieces.exec(text)) {
    const [whole, fence, ticks] = found;
    if (fence !== undefined) pieces.lastIndex = endOfFence(text, pieces.lastIndex, fence);
    else if (ticks !== undefined) pieces.lastIndex = endOfCode(text, pieces.lastIndex, ticks);
    else if (whole.startsWith("<")) {
      seen += text.slice(from, found.index);
      from = pieces.lastIndex;
    }
  }
  return seen + text.slice(from);
}

function endOfFence(text: string, from: number, fence: string): number {
  const end = new RegExp(`^[ \\t>]*${fence}[\`~]*[ \\t]*$`, "gm");
  end.lastIndex = from;
  return end.exec(text) ? end.lastIndex : text.length;
}

/** Where a piece of code in a paragraph ends; the place where it begins, if it does not. */
function endOfCode(text: string, from: number, ticks: string): number {
  const ends = /`+|\n[ \t]*\n/g;
  ends.lastIndex = from;
  for (let found = ends.exec(text); found?.[0].startsWith("`"); found = ends.exec(text)) {
    if (found[0] === ticks) return ends.lastIndex;
  }
  return from;
}
