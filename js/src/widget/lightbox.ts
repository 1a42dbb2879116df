/** An image over all else, as large as the window allows. */

import { button, make, mark, setText, takeOut } from "./dom.js";
import { isGone } from "./focus.js";
import { icon } from "./icons.js";
import type { Context } from "./part.js";

/** The only one of a widget. It stands in the document while it is open. */
export class Lightbox {
  readonly #context: Context;
  readonly #root: HTMLElement;
  readonly #image = make("img", { referrerpolicy: "no-referrer" });
  readonly #caption = make("p", { class: "lightbox-caption", dir: "auto" });
  readonly #close: HTMLButtonElement;
  readonly #dialog: HTMLDialogElement;
  #opener: HTMLElement | null = null;

  /** It stands in `root` while it is open. */
  constructor(context: Context, root: HTMLElement) {
    this.#context = context;
    this.#root = root;
    this.#close = button({ part: "lightbox-close", class: "lightbox-close" }, () => undefined, icon("close"));
    this.#dialog = make(
      "dialog",
      { part: "lightbox", class: "lightbox" },
      make("div", { class: "lightbox-frame" }, this.#image, this.#caption),
      this.#close,
    );
    // Wherever one clicks, on the image too.
    this.#dialog.addEventListener("click", () => {
      this.close();
    });
    this.#dialog.addEventListener("keydown", (event) => {
      // It closes the image, not the panel.
      if (event.key === "Escape") event.stopPropagation();
    });
    this.#dialog.addEventListener("close", () => {
      takeOut(this.#dialog);
      this.#context.hush(false);
      this.#image.removeAttribute("src");
      // Its message may have gone meanwhile.
      if (this.#opener && isGone(this.#opener)) this.#context.goOn();
      else this.#opener?.focus();
      this.#opener = null;
    });
    this.#image.addEventListener("error", () => {
      this.close();
    });
  }

  /** Shows an image until the user closes it; the focus then returns to `opener`. `label` names it, and may be empty. */
  open(source: string, label: string, opener: HTMLElement): void {
    const { showModal } = this.#dialog as Partial<HTMLDialogElement>;
    if (!showModal) {
      // Firefox before 98.
      window.open(source, "_blank", "noopener,noreferrer");
      return;
    }
    this.#opener = opener;
    const name = label.trim() === "" ? this.#context.say("picture") : label;
    mark(this.#dialog, "aria-label", name);
    mark(this.#close, "aria-label", this.#context.say("closeImage"));
    mark(this.#image, "alt", name);
    setText(this.#caption, label);
    this.#image.src = source;
    this.#root.append(this.#dialog);
    this.#dialog.showModal();
    this.#context.hush(true);
  }

  /** Closes it, if it is open. */
  close(): void {
    if (this.#dialog.open) this.#dialog.close();
  }
}
