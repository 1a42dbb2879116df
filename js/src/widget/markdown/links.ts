/** Addresses in texts: which of them may be opened, and what is to be told of where they lead. */

/** An address that may be opened. */
export interface Address {
  /** As the browser is to be given it. */
  readonly href: string;
  /** Where it leads, in a form that cannot be mistaken: an ASCII host, a mail address, a number. */
  readonly target: string;
}

/** Characters that change the direction of what follows them. */
const BIDI_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/** Characters that are not seen. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/** Longest text of a link that is looked through, in characters. */
const MAX_LABEL = 1_000;

const LIKE_A_HOST = /[^.]\.(?:xn--[a-z\d-]+|\p{L}{2,})$/u;
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
 * host counts as another one than its ASCII form, since it may look like any.
 */
export function warningFor(text: string, { href, target }: Address): string | null {
  if (text.length > MAX_LABEL) return target;
  const seen = text
    .toLowerCase()
    .replace(INVISIBLE, "")
    .replace(/[。．｡]/g, ".")
    .trim();
  if (href.startsWith("tel:")) {
    const digits = digitsOf(seen);
    return digits.length > 4 && digits !== digitsOf(target) ? target : null;
  }
  if (href.startsWith("mailto:")) {
    return seen.includes("@") && seen.replace("mailto:", "") !== target.toLowerCase() ? target : null;
  }
  if (/\S@\S/.test(seen)) return target;
  for (const word of seen.split(/[\s"'«»“”()<>[\]]+/)) {
    const host = word
      .replace(/^[a-z][a-z\d+.-]{0,20}:[/\\]*/, "")
      .split(/[/\\?#:]/, 1)[0]
      ?.replace(/^www\./, "")
      .replace(/[.,;!…]+$/, "");
    if (host !== undefined && LIKE_A_HOST.test(host) && !LIKE_A_FILE.test(host) && host !== target) return target;
  }
  return null;
}

/** A link's text without what would have it read otherwise than it is written. */
export function plainDirection(text: string): string {
  return text.replace(BIDI_CONTROLS, "");
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, "");
}
