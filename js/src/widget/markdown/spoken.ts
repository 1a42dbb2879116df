/**
 * What a text in Markdown reads when it is heard rather than seen: lists with their numbers, cells with the heads of their
 * columns, what is struck out as such.
 */

import type { MarkedToken, Token, Tokens } from "marked";

import type { Group } from "./fold.js";
import { readable } from "./html.js";
import { lex } from "./lex.js";
import { plainOf } from "./nodes.js";

/** What is said, and whether it is less than all of it. */
export interface Spoken {
  readonly text: string;
  readonly isCut: boolean;
}

/** Characters of a source that are looked at, for each that may be said: marks and addresses take the others. */
const SOURCE_PER_CHARACTER = 4;

/** What a text reads, in at most so many characters. `struckOut` is said before what is struck out. */
export function spoken(markdown: string, most: number, struckOut: string): Spoken {
  const source = shortened(markdown, most * SOURCE_PER_CHARACTER);
  const all = new Voice(struckOut).lines(lex(readable(source))).join("\n");
  const text = shortened(all, most);
  return { text, isCut: text.length < all.length || source.length < markdown.length };
}

/** The beginning of a text, up to the end of a sentence or else of a word. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const start = text.slice(0, most);
  // Not so far from where it has to end.
  const sentence = Math.max(...[". ", "! ", "? ", "\n", "。"].map((end) => start.lastIndexOf(end) + 1));
  if (sentence > most / 2) return start.slice(0, sentence).trimEnd();
  const word = start.lastIndexOf(" ");
  return word > most / 2 ? start.slice(0, word) : start.replace(/[\ud800-\udbff]$/, "");
}

/** Ends with a stop, so that the next one is not read as part of it. */
export function asSentence(text: string): string {
  return /[\p{L}\p{N}]$/u.test(text) ? `${text}.` : text;
}

class Voice {
  readonly #struckOut: string;

  constructor(struckOut: string) {
    this.#struckOut = struckOut;
  }

  /** One line for each block, item and row. */
  lines(tokens: readonly Token[]): string[] {
    return tokens.flatMap((token) => this.#block(token as MarkedToken | Group)).filter((line) => line !== "");
  }

  #block(token: MarkedToken | Group): string[] {
    switch (token.type) {
      case "list":
        return token.items.flatMap((item, at) => this.#item(token, item, at));
      case "table":
        return this.#table(token);
      case "blockquote":
      case "group":
        return this.lines(token.tokens);
      case "heading":
      case "paragraph":
      case "text":
        return [asSentence(this.#inline(token.tokens ?? [token]).trim())];
      default:
        return [plainOf([token]).trim()];
    }
  }

  #item({ ordered, start }: Tokens.List, { tokens }: Tokens.ListItem, at: number): string[] {
    const [first = "", ...rest] = this.#itemLines(tokens);
    return [ordered ? `${Number(start) + at}. ${first}` : first, ...rest];
  }

  /** A box to tick stands with the text after it. */
  #itemLines(tokens: readonly Token[]): string[] {
    const [box, ...others] = tokens;
    if (box?.type !== "checkbox") return this.lines(tokens);
    const [first = "", ...rest] = this.lines(others);
    return [plainOf([box]) + first, ...rest];
  }

  #table({ header, rows }: Tokens.Table): string[] {
    const heads = header.map(({ tokens }) => this.#inline(tokens).trim());
    if (rows.length === 0) return [asSentence(heads.filter((head) => head !== "").join(", "))];
    return rows.map((cells) => {
      const said = cells.map(({ tokens }, at) => {
        const [head = "", cell] = [heads[at], this.#inline(tokens).trim()];
        return head === "" || cell === "" ? cell : `${head}: ${cell}`;
      });
      return asSentence(said.filter((cell) => cell !== "").join(", "));
    });
  }

  #inline(tokens: readonly Token[]): string {
    return tokens
      .map((token) => {
        const { type, tokens: inner } = token as Tokens.Generic;
        if (type === "del") return `(${this.#struckOut}: ${this.#inline(inner ?? [])})`;
        return (type === "strong" || type === "em" || type === "text") && inner
          ? this.#inline(inner)
          : plainOf([token]);
      })
      .join("");
  }
}
