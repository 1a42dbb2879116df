/**
 * The inside of one `<poly-chat>`: puts the parts together, shows the chat's state to each, and keeps what is the widget's own:
 * whether the panel is open, the language, what is unread.
 */

import { IDLE } from "../idle.js";
import type { Chat, ChatState } from "../index.js";
import css from "#style";
import { Announcer } from "./announcer.js";
import { Banner } from "./banner.js";
import { Composer } from "./composer.js";
import { Disclaimer } from "./disclaimer.js";
import { make, mark } from "./dom.js";
import { Ending } from "./ending.js";
import { Handoff } from "./handoff.js";
import { Header } from "./header.js";
import { Launcher } from "./launcher.js";
import type { Context, Part } from "./part.js";
import { Suggestions } from "./suggestions.js";
import type { Texts } from "./texts.js";
import { Transcript } from "./transcript.js";
import type { PolyChatOptions, WidgetEvent } from "./types.js";
import { Words, type OwnTexts } from "./words.js";

/** One widget in one shadow root. */
export class Widget implements Context {
  chat: Chat | null = null;
  options: PolyChatOptions = {};
  texts: OwnTexts = {};
  isOpen = false;
  unread = 0;
  readonly #emit: (event: WidgetEvent) => void;
  readonly #root = make("div", { class: "root" });
  readonly #problem = make("p", { role: "alert", part: "problem" });
  readonly #announcer = new Announcer(this);
  readonly #composer = new Composer(this);
  readonly #transcript = new Transcript(this);
  readonly #launcher = new Launcher(this, () => {
    this.toggle();
  });
  readonly #parts: readonly Part[] = [
    new Header(this, () => {
      this.close();
    }),
    new Disclaimer(this),
    new Banner(this),
    new Handoff(this),
    this.#transcript,
    new Suggestions(this),
    new Ending(this),
    this.#composer,
    this.#announcer,
  ];
  readonly #panel = make("div", { part: "panel", class: "panel", role: "dialog" });
  #words = new Words([]);
  #shown: ChatState | null = null;
  #leave = (): void => undefined;

  constructor(root: ShadowRoot, emit: (event: WidgetEvent) => void) {
    this.#emit = emit;
    this.#panel.append(...this.#parts.map(({ element }) => element), this.#problem);
    this.#root.append(this.#launcher.element, this.#panel);
    root.append(this.#root);
    dress(root);
  }

  get language(): string {
    return this.#words.language;
  }

  get isSeen(): boolean {
    return this.isOpen && !document.hidden;
  }

  say(text: keyof Texts, values?: Readonly<Record<string, string | number>>): string {
    return this.#words.say(text, values);
  }

  announce(text: string): void {
    text;
  }

  emit(event: WidgetEvent): void {
    this.#emit(event);
  }

  send(text: string): boolean {
    this.#problem.textContent = "";
    if (!this.chat || text.trim() === "") return false;
    try {
      void this.chat.send(text);
      this.#transcript.scrollToEnd();
      return true;
    } catch (thrown) {
      this.#problem.textContent = thrown instanceof Error ? thrown.message : String(thrown);
      return false;
    }
  }

  open(): void {
    this.isOpen = true;
    this.#draw();
    this.#composer.focus();
  }

  close(): void {
    this.isOpen = false;
    this.#draw();
    this.#launcher.button.focus();
  }

  toggle(): void {
    if (this.isOpen) this.close();
    else this.open();
  }

  /** Shows this chat from now on, and what is wrong where there is none. */
  show(chat: Chat | null, problem: string): void {
    this.#problem.textContent = problem;
    this.#leave();
    this.chat = chat;
    this.#shown = null;
    this.#leave =
      chat?.subscribe(() => {
        this.#draw();
      }) ?? (() => undefined);
    this.#draw();
  }

  #draw(): void {
    const state = this.chat?.getSnapshot() ?? IDLE;
    const before = this.#shown;
    this.#shown = state;
    const mode = this.options.renderMode ?? "floating";
    mark(this.#root, "data-mode", mode);
    this.#panel.hidden = mode === "floating" && !this.isOpen;
    this.#launcher.element.hidden = mode !== "floating";
    this.#launcher.update(this.isOpen, this.unread);
    for (const part of this.#parts) part.update(state, before);
  }
}

/** A sheet that a script has made needs no `style-src` in the page's content policy; Safari has it from 16.4 on. */
function dress(root: ShadowRoot): void {
  if (!("adoptedStyleSheets" in root)) {
    (root as ShadowRoot).append(make("style", {}, css));
    return;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
}
