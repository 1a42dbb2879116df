/**
 * The inside of one `<poly-chat>`: puts the parts together, shows the chat's state to each, and keeps what is the widget's own:
 * whether the panel is open, the language, the theme.
 */

import css from "#style";
import { IDLE } from "../idle.js";
import type { Chat, ChatState } from "../index.js";
import { Announcer } from "./announcer.js";
import { Banner } from "./banner.js";
import { Composer } from "./composer.js";
import { hasConsent } from "./consent.js";
import { Disclaimer } from "./disclaimer.js";
import { button, make, mark, setText } from "./dom.js";
import { Ending } from "./ending.js";
import { Focus } from "./focus.js";
import { Handoff } from "./handoff.js";
import { Header } from "./header.js";
import { icon } from "./icons.js";
import { Launcher } from "./launcher.js";
import type { Context, Part } from "./part.js";
import { addStyle } from "./style.js";
import { Suggestions } from "./suggestions.js";
import type { Texts } from "./texts.js";
import { Transcript } from "./transcript.js";
import type { IconAnimation, PolyChatOptions, WidgetEvent } from "./types.js";
import { Unread } from "./unread.js";
import { Viewport } from "./viewport.js";
import { Words, type OwnTexts } from "./words.js";

/** The height of an element that stands in the page, unless the page gives it another. */
const INLINE = ":host{block-size:var(--poly-chat-height,640px)}";

const nothing = (): void => undefined;

/** One widget in one shadow root. */
export class Widget implements Context {
  chat: Chat | null = null;
  options: PolyChatOptions = {};
  readonly #emit: (event: WidgetEvent) => void;
  readonly #root = make("div", { class: "root" });
  readonly #panel = make("div", { part: "panel", class: "panel", tabindex: "-1" });
  readonly #problem = make("p", { role: "alert", part: "problem", class: "problem" });
  /** What had the focus is gone, and the user goes on writing; or reading, where writing brings up a keyboard. */
  readonly #goOn = (): void => {
    this.#focus.move(this.#entrance());
  };
  readonly #announcer = new Announcer(this);
  readonly #composer = new Composer(this);
  readonly #transcript = new Transcript(this);
  readonly #header = new Header(this, () => {
    this.close();
  });
  /** The way out of a panel that covers the window and has no header. */
  readonly #wayOut = button(
    { class: "way-out" },
    () => {
      this.close();
    },
    icon("close"),
  );
  readonly #launcher = new Launcher(this, () => {
    this.toggle();
  });
  readonly #parts: readonly Part[] = [
    this.#header,
    new Disclaimer(this, this.#goOn),
    new Banner(this),
    new Handoff(this),
    this.#transcript,
    new Suggestions(this, this.#goOn),
    new Ending(this, this.#goOn),
    this.#composer,
    this.#announcer,
  ];
  readonly #unread = new Unread();
  readonly #focus: Focus;
  readonly #viewport = new Viewport(this.#root, () => {
    this.#draw();
  });
  readonly #redraw = (): void => {
    this.#draw();
  };
  readonly #inlineStyle: { disabled: boolean };
  #isOpen = false;
  #texts: OwnTexts = {};
  #words = new Words([]);
  /** What the words were chosen by. */
  #wanted = "";
  #dark: MediaQueryList | null = null;
  #shown: ChatState | null = null;
  #leave: (() => void) | null = null;

  constructor(root: ShadowRoot, emit: (event: WidgetEvent) => void) {
    this.#emit = emit;
    this.#focus = new Focus(root, this.#panel);
    this.#panel.append(this.#wayOut, ...this.#parts.map(({ element }) => element), this.#problem);
    this.#root.append(this.#launcher.element, this.#panel);
    this.#root.addEventListener("keydown", (event) => {
      this.#pressed(event);
    });
    root.append(this.#root);
    addStyle(root, css);
    this.#inlineStyle = addStyle(root, INLINE);
  }

  get language(): string {
    return this.#words.language;
  }

  get isOpen(): boolean {
    return this.#isOpen || this.#mode !== "floating";
  }

  get isSeen(): boolean {
    return this.isOpen && !document.hidden;
  }

  get unread(): number {
    return this.#unread.count;
  }

  get texts(): OwnTexts {
    return this.#texts;
  }

  set texts(texts: OwnTexts) {
    this.#texts = texts;
    this.#wanted = "";
  }

  get #mode(): NonNullable<PolyChatOptions["renderMode"]> {
    return this.options.renderMode ?? "floating";
  }

  /** Whether the panel covers the window, though the page is there below it. */
  get #isCovering(): boolean {
    return this.#isOpen && this.#mode === "floating" && this.#viewport.isSmall;
  }

  say(text: keyof Texts, values?: Readonly<Record<string, string | number>>): string {
    return this.#words.say(text, values);
  }

  announce(text: string): void {
    this.#announcer.say(text);
  }

  emit(event: WidgetEvent): void {
    this.#emit(event);
  }

  send(text: string): boolean {
    setText(this.#problem, "");
    if (!this.chat || text.trim() === "" || !hasConsent(this.options)) return false;
    try {
      void this.chat.send(text);
      this.#transcript.scrollToEnd();
      return true;
    } catch (thrown) {
      setText(this.#problem, thrown instanceof Error ? thrown.message : String(thrown));
      return false;
    }
  }

  /** `focus`: the user asked for it, and goes on in the panel. */
  open(focus = true): void {
    const was = this.isOpen;
    this.#isOpen = true;
    this.#launcher.dismiss();
    this.#launcher.animate("none");
    this.#draw();
    if (focus) this.#focus.enter(this.#entrance());
    if (!was) this.#emit({ type: "widgetOpened" });
  }

  close(): void {
    if (!this.#isOpen || this.#mode !== "floating") return;
    const { button: launcher } = this.#launcher;
    // A hidden element gives the focus away before it can be asked for.
    this.#launcher.element.hidden = false;
    this.#focus.leave(launcher);
    this.#isOpen = false;
    this.#draw();
    this.#emit({ type: "widgetClosed" });
  }

  toggle(): void {
    if (this.#isOpen) this.close();
    else this.open();
  }

  animate(animation: IconAnimation): void {
    this.#launcher.animate(animation);
  }

  /** The bubble comes, though the user may have put it away before. */
  prompt(): void {
    this.#launcher.renew();
  }

  /** Shows this chat from now on, and what is wrong where there is none. To be called after each change of options and texts. */
  show(chat: Chat | null, problem: string): void {
    if (!this.#leave) this.#start();
    setText(this.#problem, problem);
    if (chat !== this.chat || !this.#leave) {
      this.#leave?.();
      this.chat = chat;
      this.#leave = chat?.subscribe(this.#redraw) ?? nothing;
    }
    this.#shown = null;
    this.#draw();
  }

  /** The element is no longer in a document. */
  stop(): void {
    this.#leave?.();
    this.#leave = null;
    this.chat = null;
    document.removeEventListener("visibilitychange", this.#redraw);
    this.#dark?.removeEventListener("change", this.#redraw);
    this.#viewport.stop();
    this.#unread.stop();
    for (const part of this.#parts) part.stop?.();
  }

  #start(): void {
    document.addEventListener("visibilitychange", this.#redraw);
    this.#dark = matchMedia("(prefers-color-scheme: dark)");
    this.#dark.addEventListener("change", this.#redraw);
  }

  #draw(): void {
    if (!this.#leave) return;
    const state = this.chat?.getSnapshot() ?? IDLE;
    const hasOtherWords = this.#chooseWords(state.language);
    const before = hasOtherWords ? null : this.#shown;
    this.#shown = state;
    if (this.#unread.update(state, this.isSeen)) this.#emit({ type: "widgetUnread", count: this.#unread.count });
    this.#drawFrame(state);
    this.#launcher.update(this.#isOpen, this.#unread.count);
    for (const part of this.#parts) part.update(state, before);
  }

  /** What is around the parts. */
  #drawFrame(state: ChatState): void {
    const isFloating = this.#mode === "floating";
    const isCovering = this.#isCovering;
    const { theme = "auto", position = "end", showHeader = true } = this.options;
    const marks = {
      "data-mode": this.#mode,
      "data-open": String(this.isOpen),
      "data-cover": String(isCovering),
      "data-status": state.connection.status,
      "data-theme": theme === "auto" ? (this.#dark?.matches ? "dark" : "light") : theme,
      "data-position": position,
      "data-consent": hasConsent(this.options) ? "given" : "needed",
      lang: this.language,
      dir: this.#words.direction,
    };
    this.#inlineStyle.disabled = this.#mode !== "inline";
    for (const [name, value] of Object.entries(marks)) mark(this.#root, name, value);
    mark(this.#panel, "role", isFloating ? "dialog" : "region");
    mark(this.#panel, "aria-modal", isCovering ? "true" : null);
    mark(this.#panel, "aria-label", this.options.heading ?? this.say("heading"));
    this.#panel.hidden = !this.isOpen;
    this.#header.element.hidden = !showHeader;
    this.#wayOut.hidden = showHeader || !isCovering;
    mark(this.#wayOut, "aria-label", this.say("closeChat"));
    this.#launcher.element.hidden = !isFloating || isCovering;
    this.#viewport.cover(isCovering);
  }

  /** Whether there are others than before. */
  #chooseWords(ofConversation: string | null): boolean {
    const wanted = [ofConversation, this.options.language, ...navigator.languages];
    const key = JSON.stringify(wanted);
    if (key === this.#wanted) return false;
    this.#wanted = key;
    this.#words = new Words(wanted, this.#texts);
    return true;
  }

  /** What the user came for: the text box, or what is asked before there is one. */
  #entrance(): HTMLElement | null {
    if (hasConsent(this.options)) {
      return this.#panel.querySelector("textarea:not(:disabled)") ?? this.#panel.querySelector("[part~='new-chat']");
    }
    return this.#panel.querySelector("[part~='agree']");
  }

  #pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || !this.#isOpen) return;
    if (event.key === "Escape" && this.#mode === "floating") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && this.#isCovering) {
      this.#focus.keep(event);
    }
  }
}
