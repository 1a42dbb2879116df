/**
 * The entry `./text`: what a message reads, for those with an interface of their own. It needs no document and no module. The text is
 * looked through by the same code as in `<poly-chat>`, so that both have the same words.
 */

import type { ChatMessage } from "./state.js";
import { readable } from "./widget/markdown/html.js";
import { lex } from "./widget/markdown/lex.js";
import { plainOf } from "./widget/markdown/nodes.js";
import { endOfPiece } from "./widget/markdown/pieces.js";

/**
 * What a message reads, without marks: for a notification, a list of conversations, a search, or an interface that shows no Markdown.
 *
 * Agents write Markdown and a little HTML. Marks and tags go, entities become characters, a link leaves its words, an item or a row of
 * a table stands in a line of its own, and what HTML does not show (comments, scripts) is left out. While the message is streaming,
 * what may become a mark is left out at its end. What a user wrote, and what the server said with a line that no one wrote, is
 * given as it is; empty where there is none.
 *
 * Never HTML: put it into a page with `textContent`. Its cost grows with the length of the text.
 */
export function plainText(message: ChatMessage): string {
  if (message.role !== "agent") return message.text ?? "";
  const text = readable(message.text);
  let plain = "";
  for (let start = 0; start < text.length;) {
    const end = endOfPiece(text, start);
    plain += plainOf(lex(text.slice(start, end), message.isStreaming && end === text.length));
    start = end;
  }
  return plain.trim();
}
