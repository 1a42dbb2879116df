/** Addresses in texts: which of them may be opened, and what is to be told of where they lead. */

import { isUnspaced } from "./scripts.js";

/** An address that may be opened. */
export interface Address {
  /** As the browser is to be given it. */
  readonly href: string;
  /** Where it leads, in a form that cannot be mistaken: an ASCII host, a mail address, a number. */
  readonly target: string;
}

/** Characters that change the direction of what follows them. */
const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/** Characters that are not seen, and blanks too narrow to part anything. */
const INVISIBLE = /[\p{Cf}\p{DI}\u2000-\u200a\u202f\u205f]/gu;

/** What looks like the dots, slashes and colons of addresses, beside what compatibility makes of them (NFKC). */
const DOTS = /[\u00b7\u06d4\u0701\u0702\u2022\u2027\u2219\u22c5\u3002\u30fb\ua4f8\ua60e\ua78f]/g;
const SLASHES = /[\\\u2044\u2215\u2571\u27cb\u29f8\u3033\u31d3\u4e3f]/g;
const COLONS = /[\u02d0\u02f8\u0589\u05c3\u2236\ua789]/g;

/** Longest text of a link that is looked through, in characters. */
const MAX_LABEL = 1_000;

const HOST = /(?:[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*\.)+(?:xn--[a-z\d-]+|\p{L}[\p{L}\p{M}]+)|\d{1,3}(?:\.\d{1,3}){3}/gu;
const LIKE_A_FILE = /\.(?:pdf|docx?|xlsx?|pptx?|csv|txt|html?|jpe?g|png|gif)$/;

/** The address, if it is of a scheme that is safe to open from a chat: http, https, mailto, or tel with a plain number. */
export function addressOf(written: string): Address | null {
  let url: URL;
  try {
    // Without a base: an address that does not say where it leads is none.
    url = new URL(written.trim());
  } catch {
    return null;
  }
  switch (url.protocol) {
    case "http:":
    case "https:":
      // A name before the host serves only to be taken for it.
      url.username = url.password = "";
      return { href: url.href, target: url.hostname.replace(/^www\./, "") };
    case "mailto:":
      return { href: url.href, target: url.pathname };
    case "tel:":
      // No codes with * and #, which a telephone may carry out, and nothing behind the number.
      return /^\+?[\d().-]{2,24}$/.test(url.pathname) && url.href === `tel:${url.pathname}`
        ? { href: url.href, target: url.pathname }
        : null;
    default:
      return null;
  }
}

/**
 * What the reader must be told beside a link's text: its target, where the text looks like another address. An international
 * host counts as another one than its ASCII form, since it may look like any. `near` is the word that the link is a part of: more
 * than its text, where another text or link stands right beside it.
 */
export function warningFor(text: string, { href, target }: Address, near = text): string | null {
  if (text.length > MAX_LABEL) return target;
  const seen = asSeen(text);
  if (href.startsWith("tel:")) {
    const digits = digitsOf(seen);
    return digits.length > 2 && digits !== digitsOf(target) ? target : null;
  }
  if (href.startsWith("mailto:")) {
    if (/\S@\S/.test(seen)) return seen.trim().replace(/^mailto:/, "") === target.toLowerCase() ? null : target;
    return showsOther(seen, "") ? target : null;
  }
  const isOther = !isItself(text, href) && (/\S@\S/.test(seen) || showsOther(seen, target));
  return isOther || (near !== text && showsOther(asSeen(near), target)) ? target : null;
}

/** Whether a text is the address, in letters that look like no others. */
function isItself(text: string, href: string): boolean {
  if (!/^https?:\/\/[\x21-\x7e]+$/.test(text)) return false;
  try {
    const { username, href: own } = new URL(text);
    return username === "" && own === href;
  } catch {
    return false;
  }
}

/** A text as a reader takes it. */
function asSeen(text: string): string {
  return text
    .replace(INVISIBLE, "")
    .normalize("NFKC")
    .toLowerCase()
    .replace(DOTS, ".")
    .replace(SLASHES, "/")
    .replace(COLONS, ":")
    .replace(INVISIBLE, "");
}

/** Whether something in a text reads like another host. */
function showsOther(seen: string, target: string): boolean {
  return seen
    .split(/[\s"'<>()[\]«»“”„‘’]+/)
    .flatMap((word) => word.split(/\/{2,}/))
    .flatMap((word) => word.split(/[/?#]/, 1)[0]?.match(HOST) ?? [])
    .some((found) => {
      const host = found.replace(/^www\./, "");
      if (host === target || LIKE_A_FILE.test(host)) return false;
      // A text goes on right behind it, in a script that is written without blanks.
      return !(target !== "" && host.startsWith(target) && isUnspaced(host.charAt(target.length)));
    });
}

/** Signs of which a part is not of an address by itself, and all of them beside it are of the word that it stands in. */
const BESIDE =
  /(?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}])[\p{L}\p{M}\p{N}\p{Cf}\p{DI}\p{Pd}\p{Pc}.:/@%·۔܁܂‧∙⋅⁄∕╱⧸：／．․。｡])+/gu;
/** How far beside a link is looked, in characters. */
const REACH = 80;

/** The words of a text, as far as they may be parts of addresses: finds the one in which a part stands, and more than that part. */
export function wordsOf(text: string): (start: number, end: number) => string {
  const starts = new Map<number, number>();
  const ends = new Map<number, number>();
  for (const { 0: word, index } of text.matchAll(BESIDE)) {
    for (let at = index; at <= index + word.length; at++) {
      // Where a word ends another one may begin.
      if (at > index) starts.set(at, index);
      if (at < index + word.length) ends.set(at, index + word.length);
    }
  }
  return (start, end) =>
    text.slice(
      Math.max(starts.get(start) ?? start, start - REACH),
      Math.min(Math.max(ends.get(end) ?? end, end), end + REACH),
    );
}

/** Characters of an address that is written by itself; all else ends it. */
const OF_AN_ADDRESS = /^[\w\-.~:/?#@!$&'*+,;=%()[\]{}|^]|[\p{L}\p{M}\p{N}]$/u;

/**
 * Where an address ends that is written by itself, as a reader sees it: before a mark or a quotation, before a letter of a script
 * that is written without blanks, before a bracket that was not opened in it, before what ends a sentence. 0: it is none that can be told.
 */
export function endOfAddress(written: string): number {
  const open: string[] = [];
  let end = 0;
  for (const character of written) {
    const isOwn = OF_AN_ADDRESS.test(character) && !isUnspaced(character);
    if (!isOwn) {
      // Something that is not seen stands in it.
      if (character.replace(INVISIBLE, "") === "") return 0;
      break;
    }
    if ("([{".includes(character)) open.push(character === "(" ? ")" : character === "[" ? "]" : "}");
    if (")]}".includes(character) && open.pop() !== character) break;
    // Another link.
    if (character === "[" && /^\[[^\]]{0,200}\]\(/.test(written.slice(end, end + 204))) break;
    if (character === "&" && /^&(?!amp;)#?\w{2,8};/.test(written.slice(end, end + 12))) break;
    end += character.length;
  }
  return written.slice(0, end).replace(/(?:[?!.,:;*_'~([{&|^]|&\w*;)+$/, "").length;
}

/** Most digits of a number, as the telephone network has it. */
const MOST_DIGITS = 15;

/** The address of a number to call, as a reader has it before them; null for what is no number, a code, or more than one. */
export function numberOf(shown: string): Address | null {
  const number = shown.normalize("NFKC").trim();
  if (!/^\+?[\d\s().\p{Pd}/]+$/u.test(number)) return null;
  // In "+44 (0)20" the zero is for those who leave the code out.
  const digits = digitsOf(number.startsWith("+") ? number.replace("(0)", "") : number);
  if (digits.length < 2 || digits.length > MOST_DIGITS) return null;
  const target = (number.startsWith("+") ? "+" : "") + digits;
  return { href: `tel:${target}`, target };
}

/** A text without characters that are not seen. */
export function withoutUnseen(text: string): string {
  return text.replace(/[\p{Cf}\p{DI}]/gu, "");
}

/** A link's text without what would have it read otherwise than it is written. */
export function plainDirection(text: string): string {
  return text.replace(BIDI_CONTROLS, "");
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, "");
}
