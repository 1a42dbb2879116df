/** Texts in the language that is shown: which language that is, and values put into its texts. */

import { en } from "./languages/en.js";
import type { Text, Texts } from "./texts.js";

/** The languages of the widget. */
const LANGUAGES: Readonly<Record<string, Partial<Texts>>> = { en };

/** Texts of the application, by language code. */
export type OwnTexts = Readonly<Record<string, Partial<Texts>>>;

/** The texts of one language. */
export class Words {
  /** BCP 47 code. */
  readonly language: string;
  readonly #texts: Texts;
  readonly #plural: Intl.PluralRules;
  readonly #number: Intl.NumberFormat;

  /** The first of the `wanted` codes that there are texts for, else English. */
  constructor(wanted: readonly (string | null | undefined)[], own: OwnTexts = {}) {
    this.language = wanted.find((code) => code && (own[code] ?? LANGUAGES[code])) ?? "en";
    this.#texts = { ...en, ...LANGUAGES[this.language], ...own[this.language] };
    this.#plural = new Intl.PluralRules(this.language);
    this.#number = new Intl.NumberFormat(this.language);
  }

  /** Which way it is written. */
  get direction(): "ltr" | "rtl" {
    return /^(ar|dv|fa|he|iw|ks|ku|ps|sd|ug|ur|yi)\b/.test(this.language) ? "rtl" : "ltr";
  }

  say(name: keyof Texts, values: Readonly<Record<string, string | number>> = {}): string {
    return this.#choose(this.#texts[name], values.count).replace(/\{(\w+)\}/g, (whole, key: string) => {
      const value = values[key];
      return typeof value === "number" ? this.#number.format(value) : (value ?? whole);
    });
  }

  #choose(text: Text, count: string | number | undefined): string {
    if (typeof text === "string") return text;
    return text[this.#plural.select(Number(count ?? 0))] ?? text.other ?? "";
  }
}
