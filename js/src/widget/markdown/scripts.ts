/** Signs of the scripts that are written without blanks between words, and what is wanted of signs beside marks. */

/** Letters and punctuation of Chinese, Japanese, Korean, Thai and their neighbours. */
const UNSPACED =
  "\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Hang}\\p{sc=Bopo}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}" +
  "\\u3001-\\u303f\\u30fb\\u30fc\\uff01-\\uffef";

export const isUnspaced = tester(`[${UNSPACED}]`);
export const isPunctuation = tester("[\\p{P}\\p{S}]");
/** What may stand at the end of a bold heading that a text goes on behind: `**Note:**text`. */
const isEnding = tester("[\\p{Pe}\\p{Pf}:;.,!?%]");
const isLetter = tester("[\\p{L}\\p{N}]");

/** Stands beside a mark as a letter, and for nothing. */
export const NOTHING = "\u{f0000}";

function tester(pattern: string): (character: string) => boolean {
  const expression = new RegExp(pattern, "u");
  return (character) => expression.test(character);
}

/** The characters before and behind a place in a text; empty at its ends. */
export function beside(text: string, start: number, end: number): [string, string] {
  const before = text.codePointAt(start - 2);
  return [
    before !== undefined && before > 0xffff ? String.fromCodePoint(before) : text.charAt(start - 1),
    end < text.length ? String.fromCodePoint(text.codePointAt(end) ?? 0) : "",
  ];
}

/**
 * The text, with a letter that stands for nothing where a mark would neither begin nor end anything only because of punctuation
 * beside it, and no one puts a blank there: `**注意：**予約`, `**"강조"**는`.
 */
export function withFreeMarks(text: string): string {
  if (!/\*|~~/.test(text)) return text;
  return text.replace(/\*+|~~/g, (marks, at: number) => {
    const [before, after] = beside(text, at, at + marks.length);
    if (before === "" || after === "" || before === "\\") return marks;
    const isBetween = isUnspaced(before) || isUnspaced(after);
    const ends = isBetween || (marks === "**" && isEnding(before) && isLetter(after));
    return (ends && isPunctuation(before) ? NOTHING : "") + marks + (isBetween && isPunctuation(after) ? NOTHING : "");
  });
}
