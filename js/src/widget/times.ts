/** Times and days as a language writes them. */

import { isOneDay } from "./places.js";

const DAY_MS = 86_400_000;

/** The formats of one language, made once: to make them takes longer than to use them a thousand times. */
export class Times {
  /** BCP 47 code. */
  readonly language: string;
  readonly #time: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #dayAndYear: Intl.DateTimeFormat;
  readonly #relative: Intl.RelativeTimeFormat;

  constructor(language: string) {
    this.language = language;
    this.#time = new Intl.DateTimeFormat(language, { timeStyle: "short" });
    this.#day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
    this.#dayAndYear = new Intl.DateTimeFormat(language, { dateStyle: "long" });
    this.#relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  }

  /** The time of day. */
  time(moment: Date): string {
    return this.#time.format(moment);
  }

  /** The day: today, yesterday, or which one. */
  day(moment: Date, now: Date): string {
    if (isOneDay(moment, now)) return this.#begun(this.#relative.format(0, "day"));
    if (isOneDay(new Date(moment.getTime() + DAY_MS), now)) return this.#begun(this.#relative.format(-1, "day"));
    const format = moment.getFullYear() === now.getFullYear() ? this.#day : this.#dayAndYear;
    return this.#begun(format.format(moment));
  }

  /** As it stands alone. */
  #begun(text: string): string {
    const [first = ""] = text;
    return first.toLocaleUpperCase(this.language) + text.slice(first.length);
  }
}
