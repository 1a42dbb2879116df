/**
 * Markdown to tokens: marked's lexer, without the parts of Markdown that a chat has no use for, and with bounds.
 *
 * The lexer's time grows with the square of some texts, and its depth with theirs. So a run of text is looked over first, and
 * one that no person writes stays as it is; lists and quotes nest only so deep.
 */

import { Lexer, Tokenizer, type Token, type Tokens } from "marked";

import { decodeEntities } from "./entities.js";

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

/** The top-level blocks of a text, in its order; their `raw` put together are the text. */
export function lex(source: string): Token[] {
  const tokenizer = new ChatTokenizer();
  const lexer = new Lexer({ gfm: true, breaks: true, tokenizer });
  // There are no definitions to look for.
  Object.assign(lexer.tokens, { links: undefined });
  const tokens: Token[] = [];
  try {
    if (!isTameText(source)) throw new RangeError();
    lexer.blockTokens(source, tokens);
  } catch {
    return [plain(source)];
  }
  for (const run of lexer.inlineQueue) {
    try {
      if (!isTame(run.src)) throw new RangeError();
      lexer.inlineTokens(run.src, run.tokens);
    } catch {
      run.tokens.length = 0;
      run.tokens.push(plain(run.src));
    }
  }
  return tokens;
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
  #depth = 0;

  /** HTML is text. */
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

  override blockquote(source: string): Tokens.Blockquote | undefined {
    return this.#nest(() => super.blockquote(source));
  }

  override list(source: string): Tokens.List | undefined {
    return this.#nest(() => super.list(source));
  }

  override emStrong(source: string, masked: string, before: string): Tokens.Em | Tokens.Strong | undefined {
    return this.#nest(() => super.emStrong(source, masked, before), 2 * MAX_DEPTH);
  }

  override del(source: string, masked: string, before: string): Tokens.Del | undefined {
    return this.#nest(() => super.del(source, masked, before), 2 * MAX_DEPTH);
  }

  override inlineText(source: string): Tokens.Text | undefined {
    const token = super.inlineText(source);
    if (token) token.text = decodeEntities(token.raw);
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
