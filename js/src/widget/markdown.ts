/** Markdown as elements. */

import { make, setText } from "./dom.js";
import type { Context } from "./part.js";

/** A text in Markdown. */
export class MarkdownView {
  readonly element = make("div", { class: "markdown" });
  plain = "";

  constructor(_context: Context) {
    this.element.style.whiteSpace = "pre-wrap";
  }

  set(text: string, _isComplete: boolean): void {
    this.plain = text;
    setText(this.element, text);
  }
}

/** The text without its signs. */
export function plainText(markdown: string): string {
  return markdown;
}
