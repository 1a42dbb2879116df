/** A long text in pieces: the lexer's time is bounded for each of them. */

/** How long a piece is at most: characters and lines, whichever is reached first. */
const MAX_CHARACTERS = 20_000;
const MAX_LINES = 500;

/** The first pieces of a text, cut at the end of a line or else between two characters. */
export function startOf(text: string, pieces: number): string {
  let end = 0;
  for (let piece = 0; piece < pieces && end < text.length; piece++) end = endOfPiece(text, end);
  return text.slice(0, end);
}

/** Where the piece that begins here ends. */
export function endOfPiece(text: string, start: number): number {
  const limit = Math.min(text.length, start + MAX_CHARACTERS);
  let at = start;
  for (let line = 0; line < MAX_LINES; line++) {
    const next = text.indexOf("\n", at) + 1;
    if (next === 0 || next > limit) break;
    at = next;
    if (line === MAX_LINES - 1) return at;
  }
  const code = text.charCodeAt(limit - 1);
  return limit < text.length && code >= 0xd800 && code < 0xdc00 ? limit - 1 : limit;
}
