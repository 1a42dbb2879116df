/**
 * Keeps a box that scrolls at its end for as long as the reader is there. Where the reader is, is known from scroll events; what grows
 * is followed after the layout and before the picture, so that nothing is ever laid out twice.
 */

/** Pixels from the end that count as the end for a reader who comes from above. */
const NEAR = 24;

/** A box's measures, in pixels. */
export interface Measures {
  /** Distance scrolled. */
  readonly top: number;
  /** Height of what is in the box. */
  readonly inner: number;
  /** Height of the box. */
  readonly outer: number;
}

/** Whether the reader is at the end after this scrolling. */
export function isAtEndAfter(wasAtEnd: boolean, before: Measures, now: Measures): boolean {
  const distance = now.inner - now.top - now.outer;
  if (distance <= 1) return true;
  // Upwards, and not because there is less to see: the reader goes away, be it by a pixel while a reply grows.
  if (now.top < before.top && now.inner >= before.inner) return false;
  return wasAtEnd || distance <= NEAR;
}

/** The scrolling of one box. */
export class Scroll {
  /** Whether the reader is at the end. */
  isAtEnd = true;
  readonly #box: HTMLElement;
  readonly #content: HTMLElement;
  readonly #moved: () => void;
  readonly #observer =
    typeof ResizeObserver === "function"
      ? new ResizeObserver(() => {
          this.#follow();
        })
      : null;
  #last: Measures = { top: 0, inner: 0, outer: 0 };

  /** `moved` is called when the reader has come to the end or left it. */
  constructor(box: HTMLElement, content: HTMLElement, moved: () => void) {
    this.#box = box;
    this.#content = content;
    this.#moved = moved;
    this.#anchor();
    box.addEventListener("scroll", () => {
      this.#look();
    });
  }

  /** Follows what grows, from now on. */
  start(): void {
    this.settle();
    this.#observer?.observe(this.#box);
    this.#observer?.observe(this.#content);
  }

  /** A box that has been put elsewhere in the page may have lost its place: it has it again. */
  settle(): void {
    this.#box.scrollTop = this.isAtEnd ? this.#box.scrollHeight : this.#last.top;
    const now = this.#measures();
    if (now.outer > 0) this.#last = now;
  }

  /** Until `start` is called again. */
  stop(): void {
    this.#observer?.disconnect();
  }

  /** Goes to the end and stays there. */
  toEnd(): void {
    this.#set(true);
    this.#last = this.#measures();
    this.#follow();
  }

  /** The reader wants to stay where they are, even at the end. */
  leaveEnd(): void {
    this.#set(false);
  }

  /** Has the element stay where it is seen while the change is made. */
  keep(element: Element, change: () => void): void {
    const before = element.getBoundingClientRect().top;
    change();
    const moved = element.getBoundingClientRect().top - before;
    if (moved !== 0) this.#box.scrollTop += moved;
    this.#last = this.#measures();
  }

  #follow(): void {
    const now = this.#measures();
    // Who has just gone away is not fetched back, though no event has told of it yet.
    if (now.outer > 0 && this.isAtEnd) this.#set(isAtEndAfter(true, this.#last, now));
    if (this.isAtEnd) this.#box.scrollTop = now.inner;
    this.#last = this.#measures();
  }

  #look(): void {
    const now = this.#measures();
    // A box that is hidden is at no place.
    if (now.outer === 0) return;
    const isAtEnd = isAtEndAfter(this.isAtEnd, this.#last, now);
    this.#last = now;
    this.#set(isAtEnd);
  }

  #set(isAtEnd: boolean): void {
    if (isAtEnd === this.isAtEnd) return;
    this.isAtEnd = isAtEnd;
    this.#anchor();
    this.#moved();
  }

  /** The browser keeps the place of a reader who is not at the end; at the end it would hide that somebody goes away. */
  #anchor(): void {
    this.#box.style.setProperty("overflow-anchor", this.isAtEnd ? "none" : "auto");
  }

  #measures(): Measures {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    return { top: scrollTop, inner: scrollHeight, outer: clientHeight };
  }
}
