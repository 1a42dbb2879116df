/** What parts of the widget are given, on Node.js: a text is its name and its values. */

import { Memory } from "../src/widget/memory.js";
import type { Context } from "../src/widget/part.js";

/** A widget that is seen, without a chat. */
export const CONTEXT: Context = {
  chat: null,
  memory: new Memory(() => undefined),
  options: {},
  language: "en",
  conversationLanguage: null,
  languageOf: () => null,
  isSeen: true,
  say: (text, values) => [text, ...Object.values(values ?? {})].join(" "),
  announce: () => undefined,
  hush: () => undefined,
  goOn: () => undefined,
  keepFocus: (change) => {
    change();
  },
  emit: () => undefined,
  send: () => true,
};
