/**
 * The number of unread messages in the page's title, "(2) Title", while the page is hidden. It is taken away when the page is
 * seen, and what the page itself writes meanwhile is what the title is then. All widgets of a page share it: it shows the largest
 * of their numbers.
 */

const counts = new Map<object, number>();

/** The title as the page wants it, and as it is now. */
let badge: { title: string; shown: string } | null = null;
let watch: MutationObserver | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Milliseconds in which the page may write its title as often as it likes. */
const PAUSE = 200;

/** `owner` has this many unread; with 0 it takes no part any more. */
export function countInTitle(owner: object, count: number): void {
  if (count > 0) counts.set(owner, count);
  else counts.delete(owner);
  show();
}

function show(): void {
  const most = document.hidden ? Math.max(0, ...counts.values()) : 0;
  // What else stands there now, the page has written.
  const title = badge?.shown === document.title ? badge.title : document.title;
  clearTimeout(timer);
  timer = undefined;
  if (most === 0) {
    watch?.disconnect();
    watch = null;
    if (document.title !== title) document.title = title;
    badge = null;
    return;
  }
  badge = { title, shown: `(${most}) ${title}` };
  if (document.title !== badge.shown) document.title = badge.shown;
  // A title is written by setting its text, or by putting another element into the head.
  watch ??= new MutationObserver(() => {
    // Not at once: a page that insists on its own title would never end.
    if (badge && document.title !== badge.shown) timer ??= setTimeout(show, PAUSE);
  });
  watch.observe(document.head, { childList: true, characterData: true, subtree: true });
}
