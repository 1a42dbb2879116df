/**
 * Markdown to tokens: marked's lexer, without the parts of Markdown that a chat has no use for, and with bounds.
 *
 * The lexer's time grows with the square of some texts, and its depth with theirs. So a run of text is looked over first, and
 * one that no person writes stays as it is; lists and quotes nest only so deep.
 */

import { Lexer, Tokenizer, type Token, type Tokens } from "marked";

import { decodeEntities } from "./entities.js";
import { foldBlocks } from "./fold.js";
import { Tags, withoutNothing } from "./html.js";
import { endOfAddress } from "./links.js";
import { withBlockEnds, withEnds } from "./open-ends.js";
import { withFreeMarks } from "./scripts.js";

/** How deep lists and quotes may stand in one another. What is deeper is text. */
const MAX_DEPTH = 8;
/** Longest run of text (a paragraph, a cell) that is looked through for Markdown, in characters. */
const MAX_RUN = 10_000;
/** Most characters in such a run that may begin or end something: so many, and one more for each of so many characters. */
const MAX_MARKS = 60;
const CHARACTERS_PER_MARK = 6;
/** The same, however long the run is. */
const MAX_MARKS_AT_ALL = 500;
/** Longest word, and longest stretch of blanks, in such a run. */
const MAX_WORD = 2_100;
const MAX_BLANK = 200;
/** Longest row of backticks. */
const MAX_TICKS = 16;
/** Most lines of one piece that look like the second line of a table. */
const MAX_RULES = 100;

/**
 * The top-level blocks of a text, in its order; their `raw` put together are the text. Of one that `isOpen`, and may go on, what was
 * begun in its last run is shown as if it were finished.
 */
export function lex(source: string, isOpen = false): Token[] {
  const tokenizer = new ChatTokenizer();
  try {
    const isCode = isOpen && endsInCode(source, tokenizer);
    const [tokens, runs] = blocksOf(isOpen && !isCode ? withBlockEnds(source) : source, tokenizer);
    const last = isCode ? lastLeaf(tokens.at(-1)) : undefined;
    // Marks are code there, but for those that may be about to end it.
    if (last?.type === "code") last.text = String(last.text).replace(/\n[ \t]{0,3}(?:`{1,2}|~{1,2})$/, "");
    const open = isOpen && !isCode ? lastRun(tokens.at(-1)) : undefined;
    const tags = new Map(runs.map((run) => [run.tokens, fill(run, tokenizer, run.tokens === open)]));
    const hasTags = [...tags.values()].some((found) => found.any);
    return hasTags ? foldBlocks(tokens, (inside) => tags.get(inside ?? [])) : tokens;
  } catch {
    return [plain(source)];
  }
}

/** Whether the end of a text is in a block of code. */
function endsInCode(source: string, tokenizer: ChatTokenizer): boolean {
  return /```|~~~| {4}|\t/.test(source) && lastLeaf(blocksOf(source, tokenizer)[0].at(-1))?.type === "code";
}

interface Run {
  readonly src: string;
  readonly tokens: Token[];
}

/** The blocks of a text, and the runs in them that have still to be filled. */
function blocksOf(source: string, tokenizer: ChatTokenizer): [blocks: Token[], runs: Run[]] {
  if (!isTameText(source)) throw new RangeError();
  const lexer = new Lexer({ gfm: true, breaks: true, tokenizer });
  // There are no definitions to look for.
  Object.assign(lexer.tokens, { links: undefined });
  const blocks: Token[] = [];
  lexer.blockTokens(source, blocks);
  return [blocks, lexer.inlineQueue];
}

/** Gives a run its tokens; the tags in it. */
function fill({ src, tokens }: Run, tokenizer: ChatTokenizer, isOpen: boolean): Tags {
  const tags = (tokenizer.tags = new Tags());
  try {
    const taken = withFreeMarks(tags.take(src, isOpen));
    const text = isOpen ? withEnds(taken) : taken;
    if (!isTame(text)) throw new RangeError();
    tokenizer.lexer.inlineTokens(text, tokens);
  } catch {
    tokens.length = 0;
    tokens.push(plain(src));
  }
  // An address at the end of a text that grows is not one yet.
  const end = isOpen ? lastLeaf(tokens.at(-1)) : undefined;
  if (end?.type === "link" && "autolink" in end) Object.assign(end, { type: "text", tokens: undefined });
  return tags;
}

/** What a token holds. */
function inside(token: Token | undefined): Token[] | undefined {
  return token && "tokens" in token ? token.tokens : undefined;
}

/** What was last written of a block or a run. */
function lastLeaf(token: Token | undefined): Token | undefined {
  if (!token || token.type === "link") return token;
  const parts = token.type === "list" ? ((token as Tokens.List).items as Token[]) : inside(token);
  return parts?.length ? lastLeaf(parts.at(-1)) : token;
}

/** The run at the end of a block, which has still to be filled; none where another block or a blank line would follow. */
function lastRun(token: Token | undefined): Token[] | undefined {
  switch (token?.type) {
    case "list":
      return lastRun((token as Tokens.List).items.at(-1));
    case "blockquote":
    case "list_item":
      return lastRun(inside(token)?.at(-1));
    case "table": {
      const { header, rows } = token as Tokens.Table;
      return (rows.at(-1) ?? header).filter(({ text }) => text !== "").at(-1)?.tokens;
    }
    default:
      return inside(token);
  }
}

/** Has an address be this one. */
function setAddress(token: Tokens.Link, text: string): void {
  token.href = token.href.slice(0, token.href.length - token.text.length) + text;
  token.text = text;
  token.tokens = [{ type: "text", raw: text, text }];
}

/** Text that is shown as it was written. */
function plain(source: string): Tokens.Text {
  return { type: "text", raw: source, text: source };
}

/** Whether the lexer of blocks is quick with this text. */
function isTameText(source: string): boolean {
  let blank = 0;
  for (const character of source) {
    blank = character === " " || character === "\t" ? blank + 1 : 0;
    if (blank > MAX_BLANK) return false;
  }
  // Where a table may begin, the lexer looks at all of what follows.
  const rules = source.match(/^[ \t]*\|?[ \t]*:?-[-:| \t]*$/gm)?.length ?? 0;
  return rules <= MAX_RULES;
}

/** Whether the lexer is quick with this run of text: see the bounds above. */
function isTame(run: string): boolean {
  if (run.length > MAX_RUN) return false;
  let marks = Math.min(MAX_MARKS + run.length / CHARACTERS_PER_MARK, MAX_MARKS_AT_ALL);
  let word = 0;
  let blank = 0;
  let ticks = 0;
  for (const character of run) {
    const isBlank = character <= " ";
    word = isBlank ? 0 : word + 1;
    blank = isBlank ? blank + 1 : 0;
    ticks = character === "`" ? ticks + 1 : 0;
    if ("*_~`[]!<>()@\\".includes(character)) marks--;
    if (word > MAX_WORD || blank > MAX_BLANK || ticks > MAX_TICKS || marks < 0) return false;
  }
  return true;
}

/** marked's tokenizer for a chat. */
class ChatTokenizer extends Tokenizer {
  /** The tags of the run that is looked at. */
  tags = new Tags();
  #depth = 0;

  /** HTML is not marked's business: see html.ts. */
  override html(): undefined {
    return undefined;
  }

  override tag(): undefined {
    return undefined;
  }

  /** A definition is text: it would change what was shown before it came. */
  override def(): undefined {
    return undefined;
  }

  override reflink(): undefined {
    return undefined;
  }

  /** A line below a text is a rule, not what makes a heading of the text. */
  override lheading(): undefined {
    return undefined;
  }

  /** A year is no number of an item: `2019. It was`. */
  override list(source: string): Tokens.List | undefined {
    return /^ {0,3}\d{4}/.test(source) ? undefined : this.#nest(() => super.list(source));
  }

  override blockquote(source: string): Tokens.Blockquote | undefined {
    return this.#nest(() => super.blockquote(source));
  }

  override emStrong(source: string, masked: string, before: string): Tokens.Em | Tokens.Strong | undefined {
    return this.#nest(() => super.emStrong(source, masked, before), 2 * MAX_DEPTH);
  }

  override del(source: string, masked: string, before: string): Tokens.Del | undefined {
    // One tilde is a range: "10:00~18:00".
    return source.startsWith("~~") ? this.#nest(() => super.del(source, masked, before), 2 * MAX_DEPTH) : undefined;
  }

  override codespan(source: string): Tokens.Codespan | undefined {
    const token = super.codespan(source);
    if (token) token.text = this.tags.restore(token.text);
    return token;
  }

  override link(source: string): Tokens.Link | Tokens.Image | undefined {
    const token = super.link(source);
    if (token) token.href = this.tags.restore(token.href);
    return token;
  }

  override autolink(source: string): Tokens.Link | undefined {
    const token = super.autolink(source);
    if (token) setAddress(token, withoutNothing(token.text));
    return token;
  }

  override url(source: string): Tokens.Link | undefined {
    const token = super.url(source);
    if (!token) return undefined;
    const end = endOfAddress(token.text);
    if (end === 0) return undefined;
    token.raw = token.raw.slice(0, end);
    setAddress(token, token.text.slice(0, end));
    return token;
  }

  override inlineText(source: string): Tokens.Text | undefined {
    const token = super.inlineText(source);
    if (token) token.text = decodeEntities(withoutNothing(token.raw));
    return token;
  }

  /** Goes one level deeper, unless that is too deep. */
  #nest<T>(tokenize: () => T | undefined, limit = MAX_DEPTH): T | undefined {
    if (this.#depth >= limit) return undefined;
    this.#depth++;
    try {
      return tokenize();
    } finally {
      this.#depth--;
    }
  }
}
