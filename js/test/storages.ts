/** A browser's storages, and the events of a window, as far as a widget looks at them. */

/** One storage. */
class FakeStorage {
  readonly values = new Map<string, string>();
  /** Whether the browser denies it. */
  isDenied = false;

  get length(): number {
    return this.#open().size;
  }

  key(at: number): string | null {
    return [...this.#open().keys()][at] ?? null;
  }

  getItem(key: string): string | null {
    return this.#open().get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#open().set(key, value);
  }

  removeItem(key: string): void {
    this.#open().delete(key);
  }

  #open(): Map<string, string> {
    if (this.isDenied) throw new Error("denied");
    return this.values;
  }
}

export const local = new FakeStorage();
export const session = new FakeStorage();
const events = new EventTarget();

Object.assign(globalThis, {
  window: globalThis,
  localStorage: local,
  sessionStorage: session,
  addEventListener: events.addEventListener.bind(events),
  removeEventListener: events.removeEventListener.bind(events),
  dispatchEvent: events.dispatchEvent.bind(events),
});

/** What stands in both. */
export function stored(): Record<string, string> {
  return Object.fromEntries([...local.values, ...session.values]);
}

/** Another window writes into the storage that both share, or takes something away. */
export function elsewhere(key: string, value: string | null): void {
  if (value === null) local.values.delete(key);
  else local.values.set(key, value);
  dispatchEvent(Object.assign(new Event("storage"), { key }));
}

/** The page is there again, and knows only what is stored. */
export function comeBack(): void {
  dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
}

/** Another browser. */
export function wipe(): void {
  for (const storage of [local, session]) {
    storage.values.clear();
    storage.isDenied = false;
  }
  comeBack();
}
