/** Shows one state of the gallery, still: nothing moves, blinks or depends on the machine. */

import type { PolyChatElement, WidgetOptions } from "/pkg/widget.js";
import { find, make } from "../dom.js";
import { FakeChat } from "./fake-chat.js";
import { startLines } from "./lines.js";
import type { GalleryState } from "./state.js";

/** The families of fonts.css, from which pictures are made that are the same everywhere. */
const FONTS = ["Inter", "Noto Sans Arabic", "Noto Sans JP"];

/** What keeps a widget still. The sheet goes into its shadow root, which the page's own does not reach. */
const STILL = `*, *::before, *::after {
  animation: none !important;
  transition: none !important;
  caret-color: transparent !important;
  scroll-behavior: auto !important;
}`;

/** Shows the state alone in the page. */
export async function showState(state: GalleryState, parameters: URLSearchParams): Promise<void> {
  document.title = `${state.title} · Gallery`;
  document.body.className = "single";
  const theme = parameters.get("theme") ?? "light";
  document.documentElement.dataset.theme = theme;
  document.documentElement.style.colorScheme = theme === "auto" ? "light dark" : theme;
  if (state.isOffline) Object.defineProperty(navigator, "onLine", { get: () => false });

  forgetAll();
  startLines();
  const chat = new FakeChat(state.chat());
  const fonts = parameters.get("fonts") === "test";
  if (fonts) await loadFonts(JSON.stringify([chat.getSnapshot(), parameters.get("language")]));

  const widget = document.createElement("poly-chat");
  if (fonts) widget.style.setProperty("--poly-chat-font", FONTS.map((name) => `"${name}"`).join());
  widget.options = optionsOf(state, theme, parameters);
  widget.chat = chat;
  keepStill(widget);
  // What a page has to have.
  const heading = make("h1", { class: "unseen" }, state.title);
  find("main").replaceChildren(heading, widget);
  await frame();
  state.then?.(widget, chat);
  // What follows from a click, a scroll or a size is there a frame later.
  for (let count = 0; count < 4; count += 1) await frame();
  if (fonts) await document.fonts.ready;
  document.documentElement.dataset.ready = "true";
}

/** Nothing is remembered from one state to the next: no draft, no consent, nothing that was seen. */
function forgetAll(): void {
  Storage.prototype.getItem = () => null;
  Storage.prototype.setItem = () => undefined;
}

function optionsOf({ options }: GalleryState, theme: string, parameters: URLSearchParams): WidgetOptions {
  const given: WidgetOptions = { renderMode: "inline", language: "en", ...options, theme: theme as "light" };
  const mode = parameters.get("mode");
  if (mode && !options?.renderMode) Object.assign(given, { renderMode: mode, autoOpen: true });
  const language = parameters.get("language");
  if (language) given.language = language;
  return given;
}

/** A page loads fonts when it comes upon a letter of theirs; here they are there before. */
async function loadFonts(texts: string): Promise<void> {
  // The widget's own texts are in the language that the parameters name.
  const japanese = /[\u3040-\u30ff]|"ja/.test(texts) ? ["Noto Sans JP"] : [];
  const arabic = /[\u0600-\u06ff]|"ar/.test(texts) ? ["Noto Sans Arabic"] : [];
  const families = ["Inter", ...arabic, ...japanese];
  const faces = [...document.fonts].filter(({ family }) => families.includes(family.replaceAll('"', "")));
  await Promise.all(faces.map((face) => face.load()));
}

function keepStill({ shadowRoot }: PolyChatElement): void {
  if (!shadowRoot) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STILL);
  shadowRoot.adoptedStyleSheets = [...shadowRoot.adoptedStyleSheets, sheet];
}

const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(resolve));
