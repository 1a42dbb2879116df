/** Tokens of Markdown to elements, from a fixed list of both, and to plain text. No string is ever parsed as HTML. */

import type { MarkedToken, Token, Tokens } from "marked";

import { make, type Child } from "../dom.js";
import { decodeEntities } from "./entities.js";
import type { Group } from "./fold.js";
import { addressOf, plainDirection, warningFor, wordsOf } from "./links.js";

type AnyToken = MarkedToken | Group;

/** What is shown of a table, in cells; the rest is shown as text. */
const MAX_COLUMNS = 12;
const MAX_ROWS = 100;
/** What is shown of an address that cannot be opened, in characters. */
const MAX_REFUSED = 100;

/** The element of a block; null where there is nothing to be seen. */
export function blockOf(token: Token): HTMLElement | null {
  const block = drawBlock(token as AnyToken);
  if (block && !block.hasAttribute("dir")) block.dir = "auto";
  return block;
}

function drawBlock(token: AnyToken): HTMLElement | null {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      // Not a heading of the page: its outline is none of the message's business.
      return make(
        "p",
        { class: "heading", "data-level": String(token.depth) },
        make("strong", {}, ...lines(token.tokens)),
      );
    case "hr":
      return make("hr");
    case "code":
      return make("pre", { dir: "ltr", tabindex: "0" }, make("code", {}, token.text.replace(/\n$/, "")));
    case "blockquote":
      return make("blockquote", {}, ...blocks(token.tokens));
    case "group":
      return token.tokens.length > 0 ? make("div", { class: "group" }, ...blocks(token.tokens)) : null;
    case "list":
      return list(token);
    case "table":
      return table(token);
    case "paragraph":
    case "text":
      return token.tokens?.length === 0 ? null : make("p", {}, ...lines(token.tokens ?? [token]));
    default:
      return make("p", {}, ...inlines([token]));
  }
}

function blocks(tokens: readonly Token[]): HTMLElement[] {
  return tokens.flatMap((token) => drawBlock(token as AnyToken) ?? []);
}

function list(token: Tokens.List): HTMLElement {
  const items = token.items.map((item) =>
    make(
      "li",
      item.task ? { class: "task" } : {},
      ...item.tokens.flatMap((part): Child[] => {
        if (part.type === "checkbox") return inlines([part]);
        // The text of an item whose list is not spaced out.
        if (part.type === "text") return lines((part as Tokens.Text).tokens ?? [part]);
        return blocks([part]);
      }),
    ),
  );
  if (!token.ordered) return make("ul", {}, ...items);
  const start = token.start === "" ? 1 : token.start;
  return make(
    "ol",
    {
      // There must be room for all digits.
      ...(start + items.length > 10 ? { class: "wide" } : {}),
      ...(start === 1 ? {} : { start: String(start) }),
    },
    ...items,
  );
}

function table({ header, rows }: Tokens.Table): HTMLElement {
  const row = (cells: readonly Tokens.TableCell[], tag: "th" | "td"): HTMLElement => {
    const shown = cells
      .slice(0, MAX_COLUMNS)
      .map(({ tokens, align }) =>
        make(tag, { ...(tag === "th" ? { scope: "col" } : {}), ...(align ? { class: align } : {}) }, ...lines(tokens)),
      );
    const rest = cells.slice(MAX_COLUMNS);
    if (rest.length > 0) shown.push(make(tag, {}, rest.map(({ text }) => text).join(" | ")));
    return make("tr", {}, ...shown);
  };
  const rest = rows.slice(MAX_ROWS).map((cells) => cells.map(({ text }) => text).join(" | "));
  return make(
    "div",
    { class: "scroll", tabindex: "0" },
    make(
      "table",
      {},
      make("thead", {}, row(header, "th")),
      make("tbody", {}, ...rows.slice(0, MAX_ROWS).map((cells) => row(cells, "td"))),
    ),
    ...(rest.length > 0 ? [make("p", {}, rest.join("\n"))] : []),
  );
}

/** A run of text: what its links are part of is looked at before. */
function lines(tokens: readonly Token[]): Child[] {
  const links: { token: Token; start: number; end: number }[] = [];
  const text = readTo(tokens, "", links);
  if (links.length > 0) {
    const wordAt = wordsOf(text);
    for (const { token, start, end } of links) words.set(token, wordAt(start, end));
  }
  return inlines(tokens);
}

/** The word that a link is a part of, where more than its text belongs to it. */
const words = new WeakMap<Token, string>();

/** What the tokens read, behind what was read before; where links stand in it. */
function readTo(
  tokens: readonly Token[],
  before: string,
  links: { token: Token; start: number; end: number }[],
): string {
  let text = before;
  for (const token of tokens) {
    const start = text.length;
    const isLink = token.type === "link" || token.type === "image";
    const inner = "tokens" in token ? (token.tokens as readonly Token[] | undefined) : undefined;
    if (!isLink && inner) text = readTo(inner, text, links);
    else text += plainText(token as AnyToken);
    if (isLink) links.push({ token, start, end: text.length });
  }
  return text;
}

function inlines(tokens: readonly Token[] | undefined): Child[] {
  return (tokens ?? []).flatMap((token) => inline(token as AnyToken));
}

function inline(token: AnyToken): Child[] {
  switch (token.type) {
    case "strong":
      return [make("strong", {}, ...inlines(token.tokens))];
    case "em":
      return [make("em", {}, ...inlines(token.tokens))];
    case "del":
      return [make("del", {}, ...inlines(token.tokens))];
    case "codespan":
      return [make("code", { dir: "auto" }, plainDirection(token.text))];
    case "br":
      return [make("br")];
    case "checkbox":
      return [token.checked ? "☑ " : "☐ "];
    case "link":
      return link(token);
    case "image":
      // Nothing is loaded that a text names: what it shows would tell its server of the reader.
      return link(token);
    case "text":
      return token.tokens ? inlines(token.tokens) : [token.text];
    case "escape":
      return [token.text];
    case "list":
    case "paragraph":
    case "group":
      // What HTML puts where Markdown has lines alone.
      return blocks([token]);
    default:
      return [token.raw];
  }
}

function link(token: Tokens.Link | Tokens.Image): Child[] {
  const address = addressOf(decodeEntities(token.href));
  const text = labelOf(token) || (address?.target ?? "");
  if (!address) {
    const written = plainDirection(token.href);
    return [text === written || written === "" ? text : `${text} (${written.slice(0, MAX_REFUSED)})`];
  }
  const warning = warningFor(text, address, words.get(token));
  const shown = make(
    "a",
    { href: address.href, target: "_blank", rel: "noopener noreferrer nofollow", dir: "auto" },
    ...(token.type === "link" && token.text !== "" && !("autolink" in token)
      ? isolated(inlines(token.tokens))
      : [text]),
  );
  return warning === null ? [shown] : [shown, make("bdi", { class: "target" }, ` (${warning})`)];
}

/** What a link's text reads. */
function labelOf(token: Tokens.Link | Tokens.Image): string {
  return plainDirection(decodeEntities(plainOf(token.tokens)));
}

/** The same without characters that would turn the order of what stands beside it. */
function isolated(children: Child[]): Child[] {
  for (const child of children) if (typeof child !== "string") strip(child);
  return children.map((child) => (typeof child === "string" ? plainDirection(child) : child));
}

function strip(node: Node): void {
  for (const child of node.childNodes) {
    if (child.nodeType === 3) child.nodeValue = plainDirection(child.nodeValue ?? "");
    else strip(child);
  }
}

/** What the tokens read, as a screen reader is to say it: the texts of links, and no marks. */
export function plainOf(tokens: readonly Token[] | undefined): string {
  return (tokens ?? []).map((token) => plainText(token as AnyToken)).join("");
}

function plainText(token: AnyToken): string {
  switch (token.type) {
    case "space":
    case "def":
    case "hr":
      return "";
    case "br":
      return "\n";
    case "checkbox":
      return token.checked ? "☑ " : "☐ ";
    case "code":
      return `${token.text}\n`;
    case "list":
      return token.items.map(({ tokens }) => `${plainOf(tokens).trim()}\n`).join("");
    case "table":
      return [token.header, ...token.rows]
        .map((row) => `${row.map(({ tokens }) => plainOf(tokens)).join(", ")}\n`)
        .join("");
    case "group":
      return plainOf(token.tokens);
    case "heading":
    case "paragraph":
    case "blockquote":
      return `${plainOf(token.tokens).trim()}\n`;
    case "link":
    case "image":
      return labelOf(token) || (addressOf(decodeEntities(token.href))?.target ?? "");
    case "strong":
    case "em":
    case "del":
      return plainOf(token.tokens);
    case "text":
      return token.tokens ? plainOf(token.tokens) : token.text;
    case "codespan":
    case "escape":
      return token.text;
    default:
      return token.raw;
  }
}
