/** Character references of HTML (`&amp;`, `&#8364;`), put into characters without a parser of HTML. */

/** The named ones of HTML 4 but Greek and mathematics, and some more that texts are seen to use; others stay as they were written. */
const NAMED: ReadonlyMap<string, string> = new Map([
  // From U+00A0 on.
  ...(
    "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot " +
    "cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml " +
    "Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig " +
    "agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute " +
    "ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml"
  )
    .split(" ")
    .map((name, at): [string, string] => [name, String.fromCharCode(0xa0 + at)]),
  // A name and its character.
  ...(
    "amp& lt< gt> quot\" apos' hellip… mdash— ndash– lsquo‘ rsquo’ ldquo“ rdquo” sbquo‚ bdquo„ lsaquo‹ rsaquo› bull• trade™ euro€ " +
    "larr← uarr↑ rarr→ darr↓ harr↔ check✓ cross✗ star☆ starf★ hearts♥ prime′ Prime″ minus− ne≠ le≤ ge≥ asymp≈ infin∞ OEligŒ " +
    "permil‰ dagger† num# dollar$ percnt% commat@ lpar( rpar) ast* plus+ comma, period. sol/ colon: semi; equals= excl! quest? " +
    "lsqb[ rsqb] lcub{ rcub} lowbar_ vert| tilde˜ circˆ scaronš ScaronŠ oeligœ"
  )
    .split(" ")
    .map((pair): [string, string] => [pair.slice(0, -1), pair.slice(-1)]),
  ["ensp", "\u2002"],
  ["emsp", "\u2003"],
  ["thinsp", "\u2009"],
  ["zwnj", "\u200c"],
  ["zwj", "\u200d"],
  ["lrm", "\u200e"],
  ["rlm", "\u200f"],
  ["NewLine", "\n"],
  ["Tab", "\t"],
]);

/** What numbers from 128 to 159 stand for: the characters of Windows, as browsers have them. */
const OF_WINDOWS = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** The text with its character references put into characters, once: `&amp;lt;` is `&lt;`. */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-zA-Z]\w{1,7}));/g, (whole, decimal, hex, name) => {
    if (typeof name === "string") return NAMED.get(name) ?? whole;
    const code = typeof decimal === "string" ? parseInt(decimal, 10) : parseInt(String(hex), 16);
    if (code >= 0x80 && code < 0xa0) return OF_WINDOWS.charAt(code - 0x80);
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : "\ufffd";
  });
}
