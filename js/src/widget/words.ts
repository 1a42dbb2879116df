/**
 * The words of the language that is shown: which of those that are wanted there are texts for, and values put into these texts.
 * Codes come from the server and from the page, so that nothing is taken on trust: what is no BCP 47 code is no language.
 */

import { ar } from "./languages/ar.js";
import { de } from "./languages/de.js";
import { en } from "./languages/en.js";
import { es } from "./languages/es.js";
import { fr } from "./languages/fr.js";
import { ja } from "./languages/ja.js";
import type { Text, Texts } from "./texts.js";

/** The languages of the widget. */
export const LANGUAGES: Readonly<Record<string, Texts>> = { en, es, fr, de, ar, ja };

/** Texts of the application, by language code. */
export type OwnTexts = Readonly<Record<string, Partial<Texts>>>;

/** Characters of a code; more than any that is in use has (RFC 5646, section 4.4.1, counts 35). */
const MOST = 64;

/** Scripts that are written from right to left. Not all browsers tell it of a locale. */
const RIGHT_TO_LEFT = ["Adlm", "Arab", "Hebr", "Nkoo", "Rohg", "Syrc", "Thaa"];

/** Characters that turn the direction of the text after them. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/** Characters that are written from right to left: Hebrew to Arabic Extended-A, and their presentation forms. */
const FROM_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

/** Texts and the language they are in. */
interface Entry {
  readonly locale: Intl.Locale;
  readonly texts: Readonly<Partial<Record<keyof Texts, unknown>>>;
}

/** The texts of one language. */
export class Words {
  /** BCP 47 code: as it was wanted, region and all, so that numbers and times are those of the user's region. */
  readonly language: string;
  /** Which way it is written. */
  readonly direction: "ltr" | "rtl";
  readonly #texts: Texts;
  readonly #plural: Intl.PluralRules;
  readonly #number: Intl.NumberFormat;

  /** The first of the `wanted` codes that there are texts for, else English. What is wrong in `own` is set aside. */
  constructor(wanted: readonly unknown[], own: unknown = {}) {
    const entries = [...entriesOf(LANGUAGES), ...entriesOf(own)];
    const locale = wanted
      .map(localeOf)
      .find((code) => code !== null && entries.some((entry) => isReadBy(code, entry.locale)));
    const chosen = locale ?? new Intl.Locale("en");
    this.language = chosen.toString();
    this.direction = RIGHT_TO_LEFT.includes(chosen.maximize().script ?? "") ? "rtl" : "ltr";
    this.#texts = textsOf(chosen, entries);
    // English for a language that the browser knows nothing of: its own would be another on each machine.
    this.#plural = new Intl.PluralRules([this.language, "en"]);
    this.#number = new Intl.NumberFormat([this.language, "en"]);
  }

  /** A text with its values; `count` also chooses the plural. */
  say(name: keyof Texts, values: Readonly<Record<string, string | number>> = {}): string {
    return this.#choose(this.#texts[name], values.count).replace(/\{(\w+)\}/g, (whole, key: string) => {
      const value = Object.hasOwn(values, key) ? values[key] : undefined;
      return typeof value === "number" ? this.#number.format(value) : value === undefined ? whole : this.#apart(value);
    });
  }

  #choose(text: Text, count: string | number | undefined): string {
    if (typeof text === "string") return text;
    return text[this.#plural.select(Number(count ?? 0))] ?? text.other;
  }

  /** A value that neither turns the text around it nor is turned by it. */
  #apart(value: string): string {
    const plain = value.replace(TURNS, "");
    return this.direction === "rtl" || FROM_RIGHT.test(plain) ? `\u2068${plain}\u2069` : plain;
  }
}

/** A code as it stands in `lang`; null for what is none. */
export function languageTag(code: unknown): string | null {
  return localeOf(code)?.baseName ?? null;
}

/** The locale of a code; null for what is none. */
function localeOf(code: unknown): Intl.Locale | null {
  if (typeof code !== "string" || code.length > MOST) return null;
  try {
    const locale = new Intl.Locale(code);
    return locale.language === "und" ? null : locale;
  } catch {
    return null;
  }
}

function entriesOf(all: unknown): Entry[] {
  return Object.entries(typeof all === "object" && all !== null ? all : {}).flatMap(([code, texts]) => {
    const locale = localeOf(code);
    return locale && typeof texts === "object" && texts !== null ? [{ locale, texts: texts as Entry["texts"] }] : [];
  });
}

/** Whether who wants one of these can read the other: the same language in the same script. */
function isReadBy(wanted: Intl.Locale, there: Intl.Locale): boolean {
  return wanted.language === there.language && wanted.maximize().script === there.maximize().script;
}

/** How near a language is to the one that is wanted: another region, none or the usual one, the same. */
function nearness(wanted: Intl.Locale, there: Intl.Locale): number {
  const { language, script, region } = there.maximize();
  if (region === wanted.maximize().region) return 2;
  return region === new Intl.Locale(script ? `${language}-${script}` : language).maximize().region ? 1 : 0;
}

/** English, and over it all that the reader of this language can read, the nearest last; what is no text is left out. */
function textsOf(locale: Intl.Locale, entries: readonly Entry[]): Texts {
  const english = new Intl.Locale("en");
  const layers = [
    ...entries.filter((entry) => entry.locale.baseName === english.baseName),
    ...entries
      .filter((entry) => isReadBy(locale, entry.locale))
      .sort((one, other) => nearness(locale, one.locale) - nearness(locale, other.locale)),
  ];
  const texts: Texts = { ...en };
  for (const layer of layers) {
    for (const name of Object.keys(en) as (keyof Texts)[]) {
      const text = Object.hasOwn(layer.texts, name) ? layer.texts[name] : undefined;
      if (isText(text)) texts[name] = text;
    }
  }
  return texts;
}

function isText(value: unknown): value is Text {
  if (typeof value === "string") return true;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "other")) return false;
  return Object.values(value).every((text) => typeof text === "string");
}
