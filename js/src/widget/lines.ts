/** The lines that stand in the document, each for as long as its message is among those wanted. */

import type { ChatMessage } from "../index.js";
import { make, takeOut } from "./dom.js";
import { type Line, lineOf, type Tools } from "./message.js";
import { isShown } from "./notices.js";
import { type Place, placeOf } from "./places.js";
import { drawingOrder } from "./window.js";

/**
 * Most new lines at a time, and the milliseconds after which no further one is begun: more than can be seen at once, and little
 * enough, with the layout that follows, for nobody to wait.
 */
const AT_ONCE = 20;
const BUDGET_MS = 8;

/** Has an element stay where it is seen while a change is made. */
export type Keep = (element: Element, change: () => void) => void;

/** A list of lines. */
export class Lines {
  // No list to a screen reader, but messages, one step for each: a list in a message has items of its own.
  readonly element = make("ol", { part: "lines", class: "lines", role: "none" });
  #lines = new Map<string, Line>();
  #inPlace: readonly Line[] = [];

  /** Forgets all lines. */
  clear(): void {
    this.#lines.clear();
    this.#inPlace = [];
    this.element.replaceChildren();
  }

  /** The line that the element stands in: its message's id. */
  idOf(element: Element): string | null {
    for (const [id, line] of this.#lines) if (line.element.contains(element)) return id;
    return null;
  }

  /**
   * Shows the messages from a start on. False where that would have taken too long: what the reader looks at is there then, and
   * the rest comes with the next calls. `keep` has the reader stay at the line they read while lines are put above it.
   */
  show(messages: readonly ChatMessage[], start: number, tools: Tools, isAtEnd: boolean, keep: Keep): boolean {
    const wanted = wantedOf(messages, start);
    const lines = new Map<string, Line>();
    for (const { id } of wanted) {
      const line = this.#lines.get(id);
      if (line) lines.set(id, line);
    }
    const inPlace = new Set(this.#inPlace);
    const present = wanted.findIndex(({ id }) => {
      const line = lines.get(id);
      return line !== undefined && inPlace.has(line);
    });
    const places = placesOf(messages, start, wanted);
    const order = drawingOrder(wanted.length, isAtEnd, present < 0 ? null : present);
    const until = performance.now() + BUDGET_MS;
    const drawn: (Line | undefined)[] = [];
    let isWhole = true;
    let made = 0;
    for (const at of order) {
      const message = wanted[at];
      const place = places[at];
      if (!message || !place) continue;
      let line = lines.get(message.id);
      if (!line) {
        // One at least, so that it comes to an end.
        if (made === AT_ONCE || (made > 0 && performance.now() > until)) {
          isWhole = false;
          break;
        }
        made += 1;
        line = lineOf(message, tools);
        lines.set(message.id, line);
      }
      line.show(message, place);
      drawn[at] = line;
    }
    this.#lines = lines;
    const next = drawn.filter((line) => line !== undefined);
    const anchor = present > 0 && !isAtEnd && drawn[present - 1] ? drawn[present] : undefined;
    const put = (): void => {
      this.#put(next);
    };
    if (anchor) keep(anchor.element, put);
    else put();
    return isWhole;
  }

  #put(next: readonly Line[]): void {
    const staying = new Set(next);
    for (const line of this.#inPlace) if (!staying.has(line)) takeOut(line.element);
    let there = this.element.firstElementChild;
    for (const { element } of next) {
      if (element === there) there = there.nextElementSibling;
      else this.element.insertBefore(element, there);
    }
    this.#inPlace = next;
  }
}

const isSeen = (message: ChatMessage): boolean => message.role !== "system" || isShown(message);

/** The messages from a start on that are shown. */
function wantedOf(messages: readonly ChatMessage[], start: number): ChatMessage[] {
  return messages.slice(start).filter(isSeen);
}

function placesOf(messages: readonly ChatMessage[], start: number, wanted: readonly ChatMessage[]): Place[] {
  let earlier: ChatMessage | null = null;
  for (let at = start - 1; at >= 0 && !earlier; at--) {
    const message = messages[at];
    if (message && isSeen(message)) earlier = message;
  }
  const latestOwn = wanted.map(({ role }) => role).lastIndexOf("user");
  const now = new Date();
  return wanted.map((message, at) =>
    placeOf(wanted[at - 1] ?? earlier, message, wanted[at + 1] ?? null, at === latestOwn, now),
  );
}
