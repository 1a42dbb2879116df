/**
 * The inside of one `<poly-chat>`: puts the parts together, shows the chat's state to each, and keeps what is the widget's own:
 * whether the panel is open, the language, the theme.
 */

import css from "#style";
import { isBlank } from "../blank.js";
import { IDLE } from "../idle.js";
import type { Chat, ChatMessage, ChatState } from "../index.js";
import { Announcer } from "./announcer.js";
import { WIDGET_OPTIONS } from "./attributes.js";
import { Banner, kindOf } from "./banner.js";
import { Composer } from "./composer.js";
import { hasConsent } from "./consent.js";
import { Disclaimer } from "./disclaimer.js";
import { make, mark } from "./dom.js";
import { Ending } from "./ending.js";
import { Focus } from "./focus.js";
import { Handoff } from "./handoff.js";
import { Header } from "./header.js";
import { Idle } from "./idle.js";
import { fence, isOfInputMethod } from "./keys.js";
import { Launcher } from "./launcher.js";
import { Layer } from "./layer.js";
import { media } from "./media.js";
import { Memory } from "./memory.js";
import { Panel } from "./panel.js";
import type { Context, Part } from "./part.js";
import { addStyle } from "./style.js";
import { Suggestions } from "./suggestions.js";
import type { Texts } from "./texts.js";
import { tonguesOf } from "./tongues.js";
import { Transcript } from "./transcript.js";
import type { IconAnimation, PolyChatOptions, WidgetEvent } from "./types.js";
import { Unread } from "./unread.js";
import { Viewport } from "./viewport.js";
import { languageTag, Words, type OwnTexts } from "./words.js";

/** An element that stands in the page has a height, unless the page gives it another; any other takes no room there. */
const INLINE = ":host{display:block;block-size:var(--poly-chat-height,640px)}";

/** What tells where the user goes. */
const FOCUS = ["focus", "focusin", "pointerdown"] as const;

const nothing = (): void => undefined;

/** One widget in one shadow root. */
export class Widget implements Context {
  chat: Chat | null = null;
  options: PolyChatOptions = {};
  readonly memory: Memory;
  readonly #emit: (event: WidgetEvent) => void;
  readonly #root = make("div", { class: "root" });
  readonly #announcer = new Announcer(this);
  readonly #transcript = new Transcript(this);
  readonly #close = (): void => {
    this.close();
  };
  readonly #header = new Header(this, this.#close);
  readonly #launcher = new Launcher(this, () => {
    this.toggle();
  });
  readonly #composer = new Composer(this);
  readonly #parts: readonly Part[] = [
    this.#header,
    new Disclaimer(this),
    new Banner(this),
    new Handoff(this),
    this.#transcript,
    new Idle(this),
    new Suggestions(this),
    new Ending(this),
    this.#composer,
    this.#announcer,
  ];
  readonly #panel = new Panel(
    this,
    this.#close,
    this.#parts.map(({ element }) => element),
  );
  readonly #redraw = (): void => {
    this.keepFocus(() => {
      this.#draw();
    });
  };
  readonly #viewport = new Viewport(this.#root, this.#redraw);
  readonly #unread: Unread;
  readonly #focus: Focus;
  readonly #layer: Layer;
  readonly #inlineStyle: { disabled: boolean };
  #isOpen = false;
  #texts: OwnTexts | null = null;
  #words = new Words([]);
  /** What the words were chosen by. */
  #wanted = "";
  #dark: MediaQueryList | null = null;
  #shown: ChatState | null = null;
  #leave: (() => void) | null = null;
  /** The chat that was shown when the element was taken out of a document. */
  #last: Chat | null | undefined;

  /** `renew`: what this browser remembers has changed elsewhere, so that it is time for another `show`. */
  constructor(root: ShadowRoot, emit: (event: WidgetEvent) => void, renew: () => void) {
    this.#emit = emit;
    this.memory = new Memory((isForgotten) => {
      if (isForgotten) this.#composer.forget();
      renew();
    });
    this.#unread = new Unread(this.memory);
    this.#focus = new Focus(root, this.#panel.element, (from) => {
      if (this.#isApart) this.#raise(from);
    });
    this.#layer = new Layer(root, this.#root, this.#close);
    this.#launcher.controls(this.#panel.element);
    this.#root.append(this.#launcher.element, this.#panel.element);
    this.#root.addEventListener("keydown", (event) => {
      this.#pressed(event);
    });
    fence(this.#root, () => this.#isApart);
    root.append(this.#root);
    addStyle(root, css);
    this.#inlineStyle = addStyle(root, INLINE);
    this.#inlineStyle.disabled = true;
  }

  get language(): string {
    return this.#words.language;
  }

  get conversationLanguage(): string | null {
    return languageTag(this.chat?.getSnapshot().language);
  }

  languageOf(message: ChatMessage): string | null {
    return this.chat && tonguesOf(this.chat).of(message);
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

  get texts(): OwnTexts | null {
    return this.#texts;
  }

  set texts(texts: OwnTexts | null) {
    this.#texts = texts;
    this.#wanted = "";
  }

  /** Whether what is open lies over the page. */
  get #isApart(): boolean {
    return this.isOpen && this.#mode !== "inline";
  }

  get #mode(): NonNullable<PolyChatOptions["renderMode"]> {
    return this.options.renderMode ?? "floating";
  }

  say(text: keyof Texts, values?: Readonly<Record<string, string | number>>): string {
    return this.#words.say(text, values);
  }

  announce(text: string): void {
    this.#announcer.say(text);
  }

  hush(isHushed: boolean): void {
    this.#announcer.hush(isHushed);
  }

  goOn(): void {
    this.#focus.move(this.#panel.entrance);
  }

  keepFocus(change: () => void): void {
    this.#focus.during(change, (lost) => {
      if (this.isOpen) this.#focus.move(this.#panel.exitOf(lost));
      else this.#launcher.button.focus({ preventScroll: true });
    });
  }

  emit(event: WidgetEvent): void {
    this.#emit(event);
  }

  send(text: string): boolean {
    this.#panel.say("");
    if (!this.chat || isBlank(text) || !hasConsent(this)) return false;
    try {
      void this.chat.send(text);
      this.#transcript.scrollToEnd();
      return true;
    } catch (thrown) {
      const { code } = (thrown ?? {}) as { code?: unknown };
      this.#panel.say(this.say(code === "message/too-large" ? "tooLong" : "notDelivered"));
      return false;
    }
  }

  /** `focus`: the user asked for it, and goes on in the panel. */
  open(focus = true): void {
    const was = this.isOpen;
    this.#isOpen = true;
    this.#launcher.dismiss();
    this.#launcher.animate("none");
    this.#layer.renew();
    this.#draw();
    if (!was) this.#emit({ type: "widgetOpened" });
    // Whoever is told may have closed it again.
    if (!focus || !this.isOpen) return;
    this.#focus.enter(this.#panel.entrance);
    if (this.#isApart && this.#focus.isRefused) this.#raise(this.#panel.entrance);
  }

  close(): void {
    if (!this.#isOpen || this.#mode !== "floating") return;
    const { button: launcher } = this.#launcher;
    // A hidden element gives the focus away before it can be asked for.
    this.#launcher.element.hidden = false;
    this.#layer.lower();
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

  /**
   * Shows this chat from now on, with these options. To be called after each change of texts too. `isRefused`: there can be no chat
   * with them, which is all that a visitor is told of it.
   */
  show(chat: Chat | null, options: PolyChatOptions, isRefused: boolean): void {
    if (!isSame(options, this.options)) this.#shown = null;
    this.options = options;
    const isBack = !this.#leave && this.#last !== undefined;
    // An element that is moved within the page goes on as it was.
    if (isBack && chat === this.#last && this.#shown && this.#wanted !== "") this.#transcript.resume();
    if (chat !== this.chat || !this.#leave) {
      if (this.#leave) this.#leave();
      else this.#start();
      this.chat = chat;
      // From the beginning.
      if (chat) tonguesOf(chat);
      this.#leave = chat?.subscribe(this.#redraw) ?? nothing;
      this.#shown = null;
    }
    this.#redraw();
    this.#panel.say(isRefused ? this.say("unavailable") : "");
    if (isBack) this.#focus.comeBack();
  }

  /** The element has another place in the page: what it shows is where it was. */
  settle(): void {
    this.#transcript.settle();
    this.#focus.comeBack();
  }

  /** The element is no longer in a document. */
  stop(): void {
    if (this.#leave) this.#last = this.chat;
    this.#leave?.();
    this.#leave = null;
    this.chat = null;
    this.memory.stop();
    this.#layer.stop();
    for (const name of FOCUS) window.removeEventListener(name, this.#hear, true);
    document.removeEventListener("visibilitychange", this.#redraw);
    window.removeEventListener("languagechange", this.#redraw);
    this.#dark?.removeEventListener("change", this.#redraw);
    this.#dark = null;
    this.#viewport.stop();
    this.#unread.stop();
    for (const part of this.#parts) part.stop?.();
  }

  #start(): void {
    document.addEventListener("visibilitychange", this.#redraw);
    window.addEventListener("languagechange", this.#redraw);
    this.#dark = media("(prefers-color-scheme: dark)");
    this.#dark?.addEventListener("change", this.#redraw);
    for (const name of FOCUS) window.addEventListener(name, this.#hear, true);
  }

  readonly #hear = (event: Event): void => {
    if (this.#focus.hears(event) && this.#isApart) event.stopImmediatePropagation();
  };

  /** The panel lies over the dialog of the page that keeps the user from it, and the user goes on there. */
  #raise(wanted: HTMLElement | null): void {
    if (this.#layer.isAbove || !this.#layer.raise()) return;
    this.#draw();
    this.#focus.move(wanted);
  }

  #draw(): void {
    if (!this.#leave) return;
    const state = this.chat?.getSnapshot() ?? IDLE;
    const hasOtherWords = this.#chooseWords(state.language);
    const before = hasOtherWords ? null : this.#shown;
    this.#shown = state;
    const isOtherCount = this.#unread.update(state, this.isSeen);
    this.#drawFrame(state);
    this.#launcher.update(this.#isOpen, this.#unread.count);
    for (const part of this.#parts) part.update(state, before);
    if (isOtherCount) this.#emit({ type: "widgetUnread", count: this.#unread.count });
  }

  /** What is around the parts. */
  #drawFrame(state: ChatState): void {
    const mode = this.#mode;
    const isFloating = mode === "floating";
    const isSmall = isFloating && this.#viewport.isSmall;
    const isCovering = isSmall && this.#isOpen;
    const { theme = "auto", position = "end", showHeader = true } = this.options;
    const marks = {
      "data-mode": mode,
      "data-open": String(this.isOpen),
      "data-cover": String(isCovering),
      // So that a panel keeps its size while it goes.
      "data-small": isSmall ? "" : null,
      "data-status": state.connection.status,
      // Nothing that failed can be sent again.
      "data-final": state.ended || kindOf(state, true) === "unavailable" ? "" : null,
      "data-theme": theme === "auto" ? (this.#dark?.matches ? "dark" : "light") : theme,
      "data-position": position,
      "data-consent": hasConsent(this) ? "given" : "needed",
      lang: this.language,
      dir: this.#words.direction,
    };
    for (const [name, value] of Object.entries(marks)) mark(this.#root, name, value);
    this.#inlineStyle.disabled = mode !== "inline";
    this.#panel.update({ isOpen: this.isOpen, isFloating, isCovering: isCovering || this.#layer.isAbove });
    this.#header.element.hidden = !showHeader;
    this.#launcher.element.hidden = !isFloating || isCovering;
    this.#viewport.cover(isCovering || mode === "fullscreen");
    this.#layer.float(mode !== "inline");
  }

  /** Whether there are others than before. */
  #chooseWords(ofConversation: string | null): boolean {
    const wanted = [ofConversation, this.options.language, ...languagesOf(navigator)];
    // A page may have changed how lists are written as JSON.
    const key = wanted.join("\n");
    if (key === this.#wanted) return false;
    this.#wanted = key;
    this.#words = new Words(wanted, this.#texts ?? {});
    return true;
  }

  #pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || !this.#isOpen || this.#mode !== "floating") return;
    if (isOfInputMethod(event)) {
      // It would close a dialog.
      if (event.key === "Escape" && this.#layer.isAbove) event.preventDefault();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && this.#panel.element.getAttribute("aria-modal") === "true") {
      this.#focus.keep(event);
    }
  }
}

/** What the user reads. Both are missing in some surroundings. */
function languagesOf({ languages, language }: Partial<Navigator>): readonly (string | undefined)[] {
  return languages ?? [language];
}

/** Whether all that is shown is the same. */
function isSame(some: PolyChatOptions, others: PolyChatOptions): boolean {
  return WIDGET_OPTIONS.every((name) => some[name] === others[name]);
}
