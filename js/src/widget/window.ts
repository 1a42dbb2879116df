/**
 * Which lines of a long transcript stand in the document: those from a start to the end. Nothing here touches the document.
 */

/** Lines that stand there to begin with, and again once the reader is back at the end. */
export const FEW = 100;
/** Lines more for a reader who comes to the first of them. */
export const MORE = 50;
/** Lines too many that are let be, so that not each new message takes an old one away. */
const SLACK = 50;

/** The start after the list has changed or the reader has moved. `keep`: a line that may not go, as it has the focus. */
export function startOf(start: number, total: number, isAtEnd: boolean, keep: number | null): number {
  const most = Math.max(0, total - FEW);
  if (start > most) return most;
  if (!isAtEnd || total - start <= FEW + SLACK) return start;
  return keep === null ? most : Math.max(start, Math.min(most, keep));
}

/** The start for a reader who wants to see earlier lines. */
export function earlierStart(start: number): number {
  return Math.max(0, start - MORE);
}

/**
 * In which order the lines from a start to the end are drawn, where there may not be time for all of them at once: what the reader
 * looks at first, and always without a gap. `present`: the place, among the `count` lines, of the first that is there already.
 */
export function drawingOrder(count: number, isAtEnd: boolean, present: number | null): number[] {
  // A page may have an `Array.from` of its own, which makes no lists of nothing.
  const places: number[] = [];
  for (let at = 0; at < count; at++) places.push(at);
  if (isAtEnd) return places.reverse();
  const from = present ?? 0;
  return [...places.slice(from), ...places.slice(0, from).reverse()];
}
