/** Questions about the window. Where a page is tested without a browser there may be no one to ask. */

/** The answer to a media query, or null. */
export function media(query: string): MediaQueryList | null {
  return typeof matchMedia === "function" ? matchMedia(query) : null;
}
