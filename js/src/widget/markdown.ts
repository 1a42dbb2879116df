/**
 * A message's text, which may be Markdown and a little HTML and may still be growing, as elements. What may be seen of it is in
 * markdown/nodes.ts, what is looked for in markdown/lex.ts and markdown/html.ts.
 */

import type { Token } from "marked";

import { button, make, mark, setText, takeOut } from "./dom.js";
import { readable } from "./markdown/html.js";
import { lex } from "./markdown/lex.js";
import { blockOf, plainOf } from "./markdown/nodes.js";
import { patch } from "./markdown/patch.js";
import { startOf } from "./markdown/pieces.js";
import type { Context } from "./part.js";

/** A block that is shown. */
interface Block {
  /** Where it ends in the text. */
  readonly end: number;
  readonly token: Token;
  /** Null: nothing is seen of it. */
  readonly element: HTMLElement | null;
}

/** One text. */
export class MarkdownView {
  readonly element = make("div", { class: "markdown" });
  readonly #context: Context;
  readonly #content = make("div", { class: "prose" });
  readonly #more: HTMLButtonElement;
  #text = "";
  #isComplete = false;
  /** How much of the text is shown: more with each "Show more". */
  #pieces = 1;
  #shown: string | null = null;
  /** The same as it was looked through. */
  #read = "";
  #isEnded = false;
  #blocks: Block[] = [];

  constructor(context: Context) {
    this.#context = context;
    this.#more = button({ part: "more", class: "show-more" }, () => {
      this.#pieces++;
      this.#draw();
    });
    this.element.append(this.#content);
  }

  /** What is shown, as plain text. */
  get plain(): string {
    return plainOf(this.#blocks.map(({ token }) => token)).trim();
  }

  /** Whether nothing is to be seen of it, or not yet. */
  get isEmpty(): boolean {
    return this.#content.childElementCount === 0;
  }

  /** Shows this text; one that is complete is not expected to grow. */
  set(text: string, isComplete: boolean): void {
    this.#text = text;
    this.#isComplete = isComplete;
    this.#draw();
  }

  #draw(): void {
    const shown = startOf(this.#text, this.#pieces);
    const hasMore = shown.length < this.#text.length;
    const isEnded = this.#isComplete && !hasMore;
    if (shown !== this.#shown || isEnded !== this.#isEnded) this.#show(shown, isEnded);
    this.#offer(hasMore);
  }

  #show(source: string, isEnded: boolean): void {
    const text = readable(source);
    // What has been added may change the last block, and give the one before it its last line back.
    let kept = this.#stable();
    if (!text.startsWith(this.#read.slice(0, this.#blocks[kept - 1]?.end ?? 0))) kept = 0;
    const start = this.#blocks[kept - 1]?.end ?? 0;
    const tokens = lex(text.slice(start), !isEnded);
    let end = start;
    const fresh = tokens.map((token): Block => {
      end += token.raw.length;
      const element = blockOf(token);
      if (element) this.#name(element);
      return { token, end, element };
    });
    const before = this.#blocks.slice(0, kept);
    patch(this.#content, elementsOf(before).length, elementsOf(fresh));
    const shown = [...this.#content.children] as HTMLElement[];
    this.#blocks = [...before, ...fresh];
    let at = 0;
    this.#blocks = this.#blocks.map((block) => (block.element ? { ...block, element: shown[at++] ?? null } : block));
    this.#shown = source;
    this.#read = text;
    this.#isEnded = isEnded;
  }

  /** Names the boxes of a block that scroll, as the keyboard stops at each, and what is struck out, which a screen reader passes over. */
  #name(block: HTMLElement): void {
    const boxes = block.matches("[tabindex='0']") ? [block] : block.querySelectorAll("[tabindex='0']");
    for (const box of boxes) {
      mark(box, "role", "group");
      mark(box, "aria-label", this.#context.say(box.localName === "pre" ? "code" : "table"));
    }
    for (const struck of block.querySelectorAll("del")) mark(struck, "data-said", this.#context.say("struckOut"));
  }

  /** How many blocks stay as they are, whatever is added to the text: all but the last two. */
  #stable(): number {
    let count = this.#blocks.length;
    for (let seen = 0; count > 0 && seen < 2; count--) if (this.#blocks[count - 1]?.element) seen++;
    return count;
  }

  #offer(hasMore: boolean): void {
    if (!hasMore) {
      if (!this.#more.parentNode) return;
      // The focus stays near what was read last.
      const hadFocus = (this.#more.getRootNode() as ShadowRoot).activeElement === this.#more;
      takeOut(this.#more);
      if (!hadFocus) return;
      this.element.tabIndex = -1;
      this.element.focus({ preventScroll: true });
      return;
    }
    setText(this.#more, this.#context.say("showMore"));
    if (!this.#more.parentNode) this.element.append(this.#more);
  }
}

function elementsOf(blocks: readonly Block[]): HTMLElement[] {
  return blocks.flatMap(({ element }) => element ?? []);
}
