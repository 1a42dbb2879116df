/** A page to run chats in, as far as they look at one: window, location, document, animation frames. */

/** Frames that were asked for and have not come. */
const frames = new Map<number, () => void>();
let lastFrame = 0;

/** The document that chats see. */
export const document = { hidden: false };

/** Makes the globals of a page at `origin`; returns the undo. */
export function openPage(origin = "https://www.example.com"): () => void {
  const globals: Record<string, unknown> = {
    window: globalThis,
    location: { origin },
    document,
    navigator: { userAgent: "", platform: "", maxTouchPoints: 0, onLine: true },
    requestAnimationFrame: (callback: () => void) => {
      frames.set(++lastFrame, callback);
      return lastFrame;
    },
    ...("dispatchEvent" in globalThis ? {} : { dispatchEvent: () => true }),
    cancelAnimationFrame: (frame: number) => frames.delete(frame),
  };
  const before = new Map<string, PropertyDescriptor | undefined>();
  for (const [name, value] of Object.entries(globals)) {
    before.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
    frames.clear();
    document.hidden = false;
  };
}

/** Shows the next animation frame; says how many callbacks it ran. */
export function nextFrame(): number {
  const due = [...frames.values()];
  frames.clear();
  for (const callback of due) callback();
  return due.length;
}
