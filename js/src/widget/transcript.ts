/** The messages: which of them stand in the document, and where the reader is among them. */

import type { Chat, ChatState } from "../index.js";
import { IDLE } from "../idle.js";
import { button, make, mark, setText } from "./dom.js";
import { isGone } from "./focus.js";
import { icon } from "./icons.js";
import { Lightbox } from "./lightbox.js";
import { Lines } from "./lines.js";
import type { Tools } from "./message.js";
import type { Context, Part } from "./part.js";
import { Scroll } from "./scroll.js";
import { Times } from "./times.js";
import { Typing } from "./typing.js";
import { earlierStart, startOf } from "./window.js";

/** How far from the top earlier lines are fetched. */
const AHEAD = "300px";

/** The messages, in a box that scrolls. */
export class Transcript implements Part {
  readonly element = make("div", { class: "transcript-area" });
  // Not a live region: the announcer says each message once it is whole.
  readonly #box = make("div", {
    part: "transcript",
    class: "transcript",
    role: "log",
    "aria-live": "off",
    tabindex: "0",
  });
  readonly #content = make("div", { class: "scrolled" });
  readonly #lines = new Lines();
  readonly #typing: Typing;
  readonly #earlier: HTMLButtonElement;
  readonly #jump: HTMLButtonElement;
  readonly #jumpWords = make("span");
  readonly #scroll: Scroll;
  readonly #top: IntersectionObserver | null;
  readonly #context: Context;
  readonly #lightbox: Lightbox;
  #tools: Tools | null = null;
  #chat: Chat | null = null;
  #state: ChatState = IDLE;
  #start = 0;
  #isWhole = true;
  #cancelRest = (): void => undefined;
  #isWatching = false;
  #isResumed = false;

  constructor(context: Context) {
    this.#context = context;
    this.#lightbox = new Lightbox(context, this.element);
    this.#typing = new Typing(context);
    this.#earlier = button({ part: "earlier", class: "earlier" }, () => {
      this.#showEarlier();
    });
    this.#earlier.hidden = true;
    this.#jump = button(
      { part: "jump", class: "jump" },
      () => {
        this.scrollToEnd();
        this.#box.focus({ preventScroll: true });
      },
      icon("down"),
      this.#jumpWords,
    );
    this.#jump.hidden = true;
    this.#content.append(this.#earlier, this.#lines.element, this.#typing.element);
    this.#box.append(this.#content);
    this.element.append(this.#box, this.#jump);
    this.#scroll = new Scroll(this.#box, this.#content, () => {
      this.#moved();
    });
    // Without one there is the button alone.
    this.#top =
      typeof IntersectionObserver !== "function"
        ? null
        : new IntersectionObserver(
            (entries) => {
              // Who is at the end has not come here to read what was before.
              if (entries.some(({ isIntersecting }) => isIntersecting) && !this.#scroll.isAtEnd) this.#showEarlier();
            },
            { root: this.#box, rootMargin: `${AHEAD} 0px 0px` },
          );
  }

  /** The next update is of the same conversation in the same words: the reader stays where they are. */
  resume(): void {
    this.#isResumed = true;
  }

  /** It stands elsewhere in the page, where a box begins at its top. */
  settle(): void {
    if (this.#isWatching) this.#scroll.settle();
  }

  /** Goes to the newest message and stays with it. */
  scrollToEnd(): void {
    this.#scroll.toEnd();
  }

  update(state: ChatState, before: ChatState | null): void {
    if (!this.#isWatching) {
      this.#isWatching = true;
      this.#scroll.start();
      this.#top?.observe(this.#earlier);
    }
    this.#state = state;
    const isResumed = this.#isResumed;
    this.#isResumed = false;
    this.#keepFocus(() => {
      if (before === null && !isResumed) this.#begin();
      if (state.messages !== before?.messages) {
        if (before && !this.#scroll.isAtEnd && hasNews(before, state)) this.#jump.hidden = false;
        this.#draw();
      }
      this.#typing.update(state, before);
    });
  }

  stop(): void {
    this.#cancelRest();
    this.#scroll.stop();
    this.#top?.disconnect();
    this.#lightbox.close();
    this.#isWatching = false;
  }

  /** All of it anew: another language, or another chat, which is read from its end. */
  #begin(): void {
    const { chat, language } = this.#context;
    if (this.#tools?.times.language !== language) {
      this.#tools = { context: this.#context, times: new Times(language), lightbox: this.#lightbox };
    }
    mark(this.#box, "aria-label", this.#context.say("conversation"));
    setText(this.#earlier, this.#context.say("earlierMessages"));
    setText(this.#jumpWords, this.#context.say("newMessages"));
    this.#lines.clear();
    if (chat === this.#chat) return;
    this.#chat = chat;
    this.#start = 0;
    this.#jump.hidden = true;
    this.#lightbox.close();
    this.#scroll.toEnd();
  }

  #draw(): void {
    this.#cancelRest();
    if (!this.#tools) return;
    const { messages } = this.#state;
    const { isAtEnd } = this.#scroll;
    this.#start = startOf(this.#start, messages.length, isAtEnd, this.#focusedLine());
    this.#isWhole = this.#lines.show(messages, this.#start, this.#tools, isAtEnd, (element, change) => {
      this.#scroll.keep(element, change);
    });
    this.#earlier.hidden = this.#start === 0;
    if (!this.#isWhole) this.#drawRest();
  }

  /** Draws on in the next frame; a page that is hidden gets none. */
  #drawRest(): void {
    const draw = (): void => {
      this.#keepFocus(() => {
        this.#draw();
      });
    };
    if (document.hidden) {
      const timer = setTimeout(draw);
      this.#cancelRest = () => {
        clearTimeout(timer);
      };
    } else {
      const frame = requestAnimationFrame(draw);
      this.#cancelRest = () => {
        cancelAnimationFrame(frame);
      };
    }
  }

  #moved(): void {
    if (!this.#scroll.isAtEnd) return;
    this.#keepFocus(() => {
      this.#jump.hidden = true;
      // What was fetched for a reader who went up is of no more use.
      this.#draw();
    });
  }

  #showEarlier(): void {
    if (this.#start === 0 || !this.#isWhole) return;
    this.#start = earlierStart(this.#start);
    this.#scroll.leaveEnd();
    this.#keepFocus(() => {
      this.#draw();
    });
    // So that it is told again should the button still be in sight.
    this.#top?.unobserve(this.#earlier);
    this.#top?.observe(this.#earlier);
  }

  /** What has the focus, where that is in the transcript or floats over it. */
  #focused(): Element | null {
    const root = this.element.getRootNode();
    const focused = root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null;
    return focused && focused !== this.#box && this.element.contains(focused) ? focused : null;
  }

  /** Makes a change. Who loses what had the focus goes on reading. */
  #keepFocus(change: () => void): void {
    const focused = this.#focused();
    change();
    if (focused && isGone(focused)) this.#box.focus({ preventScroll: true });
  }

  /** The place of the line that has the focus. */
  #focusedLine(): number | null {
    const focused = this.#focused();
    const id = focused && this.#lines.idOf(focused);
    if (!id) return null;
    const at = this.#state.messages.findIndex((message) => message.id === id);
    return at < 0 ? null : at;
  }
}

/** Whether somebody else has written since. */
function hasNews(before: ChatState, { messages }: ChatState): boolean {
  const last = messages.at(-1);
  return last?.role === "agent" && last.id !== before.messages.at(-1)?.id;
}
