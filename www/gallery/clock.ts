/**
 * The gallery's time stands still, so that "today" is the same day whenever one looks. Times are local ones: they read the same in
 * every time zone.
 */

const RealDate = Date;

/** When it is in the gallery: a Saturday evening. */
export const NOW = new RealDate(2026, 2, 14, 18, 30).getTime();

/** From here on, `new Date()` and `Date.now()` are `NOW`, and no time passes for what measures it: a countdown stands still. */
export function stopClock(): void {
  class FixedDate extends RealDate {
    constructor(...given: [] | [number | string | Date]) {
      super(...((given.length === 0 ? [NOW] : given) as [number]));
    }

    static override now(): number {
      return NOW;
    }
  }
  globalThis.Date = FixedDate as DateConstructor;
  const start = performance.now();
  performance.now = () => start;
}

/** Some minutes before `NOW`. */
export function minutesAgo(minutes: number): Date {
  return new RealDate(NOW - minutes * 60_000);
}
