/**
 * Tags of HTML among the tokens of Markdown, put into tokens of Markdown: `b` is `strong`, `ul` a list. Tags of no use here go, and
 * what they hold stays. What is not closed ends with what it stands in; what crosses goes on behind.
 */

import type { Token, Tokens } from "marked";

import type { Tag, Tags } from "./html.js";

/** The tags in a run, by its tokens. */
type TagsOf = (tokens: Token[] | undefined) => Tags | undefined;

/** Blocks that stand for one of Markdown. */
export interface Group {
  type: "group";
  raw: string;
  tokens: Token[];
}

const MARKS: Readonly<Record<string, "strong" | "em">> = { b: "strong", strong: "strong", i: "em", em: "em" };
/** Tags that go, and leave what they hold in lines of its own. */
const BLOCKS = new Set(
  (
    "p address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 " +
    "h3 h4 h5 h6 header hr legend main nav option pre section summary table tbody tfoot thead title tr"
  ).split(" "),
);
/** How deep lists may stand in one another, and how deep anything. */
const MOST_LISTS = 8;
const MOST = 32;

/** The blocks with their tags put into tokens. */
export function foldBlocks(tokens: Token[], tagsOf: TagsOf): Token[] {
  const folded: Token[] = [];
  let fold: Fold | null = null;
  for (const token of tokens) {
    foldInside(token, tagsOf);
    const run = token.type === "paragraph" || token.type === "text" ? tokensOf(token) : undefined;
    const tags = tagsOf(run);
    if (!fold && !(run && tags?.any)) {
      folded.push(token);
      continue;
    }
    fold ??= new Fold(token.type === "text" ? "text" : "paragraph");
    if (run) fold.run(token.raw, run, tags);
    else fold.block(token);
    if (fold.isOpen) continue;
    folded.push(fold.end());
    fold = null;
  }
  if (fold) folded.push(fold.end());
  return folded;
}

function foldInside(token: Token, tagsOf: TagsOf): void {
  const given = token as Tokens.List | Tokens.Table | Tokens.Blockquote | Tokens.Heading | Tokens.Hr;
  if (given.type === "list") for (const item of given.items) item.tokens = foldBlocks(item.tokens, tagsOf);
  else if (given.type === "blockquote") given.tokens = foldBlocks(given.tokens, tagsOf);
  else if (given.type === "heading") given.tokens = foldInline(given.tokens, tagsOf(given.tokens));
  else if ("rows" in given) {
    for (const cell of [given.header, ...given.rows].flat()) {
      const tags = tagsOf(cell.tokens);
      if (!tags?.any) continue;
      const fold = new Fold("paragraph");
      fold.run("", cell.tokens, tags);
      cell.tokens = fold.tokens();
    }
  }
}

/** Tokens within a line: what would be a block is a line of its own. */
function foldInline(tokens: Token[] | undefined, tags: Tags | undefined): Token[] {
  if (!tags?.any) return tokens ?? [];
  const fold = new Fold("line");
  fold.feed(tokens ?? [], tags);
  return fold.tokens();
}

/** What stands open. */
interface Frame {
  readonly name: string;
  readonly kind: "root" | "list" | "item" | "paragraph" | "mark";
  readonly tokens: Token[];
  readonly href: string;
}

class Fold {
  readonly #kind: "paragraph" | "text" | "line";
  readonly #stack: Frame[] = [{ name: "", kind: "root", tokens: [], href: "" }];
  #raw = "";

  /** `kind`: of a paragraph, of the text of a list's item, or of what stands within a line. */
  constructor(kind: "paragraph" | "text" | "line") {
    this.#kind = kind;
  }

  /** Whether a list goes on behind the last block. */
  get isOpen(): boolean {
    return this.#stack.length > 1;
  }

  /** Adds a run of text, which ends all that stands open but lists. */
  run(raw: string, run: readonly Token[], tags: Tags | undefined): void {
    this.#raw += raw;
    const { kind, tokens } = this.#top;
    if (kind === "item" && tokens.length > 0) this.#push("p", "paragraph");
    if (tags) this.feed(run, tags);
    else for (const token of run) this.#append(token);
    this.#closeTo((frame) => frame.kind !== "mark" && frame.kind !== "paragraph");
  }

  block(token: Token): void {
    this.#raw += token.raw;
    if (token.type !== "space") this.#append(token);
  }

  feed(tokens: readonly Token[], tags: Tags): void {
    for (const token of tokens) {
      const given = tokensOf(token);
      if (given) {
        const inside = foldInline(given, tags);
        Object.assign(token, { tokens: inside });
        // No link stands in a link.
        const isInLink = this.#stack.some(({ name }) => name === "a");
        if (isInLink && token.type === "link") for (const child of inside) this.#append(child);
        else this.#append(token);
      } else if (token.type === "text") {
        for (const part of tags.split((token as Tokens.Text).text)) {
          if (typeof part === "string") this.#append({ type: "text", raw: part, text: part });
          else if (part.code !== null) this.#append({ type: "codespan", raw: part.raw, text: part.code });
          else this.#tag(part);
        }
      } else this.#append(token);
    }
  }

  /** All of it, as it stands. */
  tokens(): Token[] {
    this.#closeTo((frame) => frame.kind === "root");
    return trimmed(this.#top.tokens);
  }

  /** All of it, as a block. */
  end(): Token {
    const tokens = this.tokens();
    if (this.#kind === "text") return { type: "text", raw: this.#raw, text: "", tokens };
    const blocks = wrapped(tokens, "paragraph");
    const [first] = blocks;
    if (first && blocks.length === 1) return { ...first, raw: this.#raw };
    return { type: "group", raw: this.#raw, tokens: blocks } satisfies Group;
  }

  get #top(): Frame {
    const top = this.#stack.at(-1);
    if (!top) throw new RangeError();
    return top;
  }

  #push(name: string, kind: Frame["kind"], href = "", tokens: Token[] = []): void {
    if (this.#stack.length < MOST) this.#stack.push({ name, kind, tokens, href });
  }

  #append(token: Token): void {
    const { kind, tokens } = this.#top;
    if (kind === "list") {
      if (token.type === "br" || (token.type === "text" && token.raw.trim() === "")) return;
      this.#openItem(true);
      this.#append(token);
      return;
    }
    const last = tokens.at(-1);
    if (token.type === "br" && last?.type === "br") {
      // A line's end in the source beside a tag that says the same.
      const isTag = token.raw.startsWith("<");
      if (isTag !== last.raw.startsWith("<")) {
        if (isTag) tokens[tokens.length - 1] = token;
        return;
      }
    }
    if (token.type === "text" && last?.type === "br" && !tokensOf(token)) {
      const text = (token as Tokens.Text).text.replace(/^[ \t]+/, "");
      if (text !== "") tokens.push({ ...token, text });
      return;
    }
    tokens.push(token);
  }

  #tag({ name, raw, isEnd, href }: Tag): void {
    const mark = MARKS[name];
    if (name === "br") this.#append({ type: "br", raw });
    else if (name === "td" || name === "th") this.#append({ type: "text", raw: " ", text: " " });
    else if (isEnd && (Object.hasOwn(MARKS, name) || name === "a")) this.#closeMark(name);
    else if (Object.hasOwn(MARKS, name) && mark) this.#push(name, "mark");
    else if (name === "a" && href !== null) {
      this.#closeMark("a");
      this.#push("a", "mark", href);
    } else if (name === "ul" || name === "ol" || name === "li" || BLOCKS.has(name)) {
      if (this.#kind === "line") this.#line(name === "li" && !isEnd);
      else this.#container(name, isEnd);
    }
  }

  /** A block, where there can be none. */
  #line(isItem: boolean): void {
    const { tokens } = this.#top;
    if (tokens.length > 0 && tokens.at(-1)?.type !== "br") this.#append({ type: "br", raw: "<br>" });
    if (isItem) this.#append({ type: "text", raw: "• ", text: "• " });
  }

  #container(name: string, isEnd: boolean): void {
    const marks = this.#stack.slice(lastIndex(this.#stack, ({ kind }) => kind !== "mark") + 1);
    const isInParagraph = this.#stack.at(-1 - marks.length)?.kind === "paragraph";
    if (name === "li") {
      if (isEnd) this.#closeNearest("item");
      else this.#openItem(false);
    } else if (name === "ul" || name === "ol") {
      if (isEnd) this.#closeNearest("list");
      else this.#openList(name);
    } else {
      this.#closeMarks();
      if (isInParagraph) this.#closeNearest("paragraph");
      if (this.#top.kind === "list") this.#openItem(true);
      // Also behind an end that closes nothing here: what follows is a line of its own.
      if (!(isInParagraph && isEnd)) this.#push(name, "paragraph");
    }
    this.#again(marks);
  }

  /** Begins again what was closed with what it stood in. */
  #again(marks: readonly Frame[]): void {
    for (const frame of marks) if (!this.#stack.includes(frame) && frame.name !== "a") this.#push(frame.name, "mark");
  }

  #openList(name: string): void {
    if (this.#stack.filter(({ kind }) => kind === "list").length >= MOST_LISTS) return;
    this.#closeTo(({ kind }) => kind !== "mark" && kind !== "paragraph");
    if (this.#top.kind === "list") {
      // A list right in a list belongs to the item before it.
      const before = this.#top.tokens.pop() as Tokens.ListItem | undefined;
      this.#push("li", "item", "", before?.tokens ?? []);
    }
    this.#push(name, "list");
  }

  #openItem(isImplied: boolean): void {
    if (!isImplied) {
      const list = lastIndex(this.#stack, ({ kind }) => kind === "list");
      if (list < 0) this.#openList("ul");
      else this.#closeTo((frame) => frame === this.#stack[list]);
    }
    this.#push("li", "item");
  }

  /** Closes the innermost of this kind, if there is one in the list that is open. */
  #closeNearest(kind: Frame["kind"]): void {
    const at = lastIndex(this.#stack, (frame) => frame.kind === kind || frame.kind === "list");
    if (at <= 0 || this.#stack[at]?.kind !== kind) return;
    const below = this.#stack[at - 1];
    this.#closeTo((frame) => frame === below);
  }

  #closeMarks(): void {
    this.#closeTo(({ kind }) => kind !== "mark");
  }

  /** Closes a mark, and begins again those that stand in it. */
  #closeMark(name: string): void {
    const at = lastIndex(this.#stack, (frame) => frame.name === name || frame.kind !== "mark");
    if (this.#stack[at]?.name !== name) return;
    const inner = this.#stack.slice(at + 1);
    const below = this.#stack[at - 1];
    this.#closeTo((frame) => frame === below);
    for (const frame of inner) this.#push(frame.name, frame.kind, frame.href);
  }

  /** Closes all above a frame. */
  #closeTo(isIt: (frame: Frame) => boolean): void {
    while (this.#stack.length > 1 && !isIt(this.#top)) {
      const { name, kind, tokens, href } = this.#top;
      this.#stack.pop();
      if (kind === "mark" && tokens.every(isBlank)) for (const token of tokens) this.#append(token);
      if (tokens.every(isBlank)) continue;
      const raw = "";
      if (kind === "list") {
        const items = tokens as Tokens.ListItem[];
        this.#append({ type: "list", raw, ordered: name === "ol", start: name === "ol" ? 1 : "", loose: false, items });
      } else if (kind === "item") {
        const item = { type: "list_item", raw, task: false, loose: false, text: "", tokens: wrapped(tokens, "text") };
        this.#top.tokens.push(item);
      } else if (kind === "paragraph") {
        const inner = trimmed(tokens);
        if (inner.length > 0) this.#append({ type: "paragraph", raw, text: "", tokens: inner });
      } else if (name === "a") this.#append({ type: "link", raw, href, text: href, tokens });
      else this.#append({ type: MARKS[name] ?? "em", raw, text: "", tokens });
    }
  }
}

function tokensOf(token: Token): Token[] | undefined {
  return "tokens" in token ? token.tokens : undefined;
}

function lastIndex<T>(list: readonly T[], isIt: (value: T) => boolean): number {
  let at = list.length - 1;
  while (at >= 0 && !isIt(list[at] as T)) at--;
  return at;
}

const isBlock = ({ type }: Token): boolean =>
  !["text", "br", "strong", "em", "del", "link", "image", "codespan", "escape", "checkbox"].includes(type);
const isBlank = (token: Token | undefined): boolean =>
  token?.type === "br" || (token?.type === "text" && !tokensOf(token) && (token as Tokens.Text).text.trim() === "");

/** Without lines at the beginning and the end that hold nothing. */
function trimmed(tokens: Token[]): Token[] {
  let [start, end] = [0, tokens.length];
  while (start < end && isBlank(tokens[start])) start++;
  while (start < end && isBlank(tokens[end - 1])) end--;
  return tokens.slice(start, end);
}

/** Blocks, and what stands between them in blocks of this type. */
function wrapped(tokens: readonly Token[], type: "paragraph" | "text"): Token[] {
  const blocks: Token[] = [];
  let run: Token[] = [];
  const wrap = (): void => {
    const inner = trimmed(run);
    if (inner.length > 0) blocks.push({ type, raw: "", text: "", tokens: inner });
    run = [];
  };
  for (const token of tokens) {
    if (!isBlock(token)) run.push(token);
    else {
      wrap();
      blocks.push(token);
    }
  }
  wrap();
  return blocks;
}
