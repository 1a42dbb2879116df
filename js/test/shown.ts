/** Texts as the widget shows them, on Node.js. */

import assert from "node:assert/strict";

import { CONTEXT } from "./context.js";
import { htmlOf } from "./dom.js";
import type { AgentMessage } from "../src/index.js";
import { plainText } from "../src/text.js";
import { MarkdownView } from "../src/widget/markdown.js";

export { CONTEXT as context };

export function view(text = "", isComplete = true): MarkdownView {
  const made = new MarkdownView(CONTEXT);
  made.set(text, isComplete);
  return made;
}

/** The blocks, without what all of them have. */
export function html(text: string, isComplete = true): string {
  return htmlOf(content(view(text, isComplete)))
    .replaceAll(' rel="noopener noreferrer nofollow" target="_blank"', "")
    .replaceAll(/ dir="(?:auto|ltr)"/g, "");
}

export function content(shown: MarkdownView): Element {
  const [first] = shown.element.children;
  assert.ok(first);
  return first;
}

/** Chance that is the same in every run. */
export function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** What a message of an agent with this text reads. */
export function plain(text: string, isStreaming = false): string {
  return plainText({ role: "agent", text, isStreaming } as AgentMessage);
}
