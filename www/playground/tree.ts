/**
 * A value as a tree that is kept up to date. Parts that are the same object as before are passed over, as the snapshot promises;
 * what changed last is marked. What is folded is not made.
 */

import { make, mark } from "../dom.js";

/** One key with its value. */
class Node {
  readonly element = make("li");
  readonly #key = make("span", { class: "key" });
  readonly #value = make("span", { class: "value" });
  readonly #fresh: Set<HTMLElement>;
  #details: HTMLDetailsElement | null = null;
  #branch: Branch | null = null;
  #shown: unknown;
  #isFirst = true;
  /** Whether it is unfolded, once there is something in it. */
  #isOpen: boolean;

  constructor(key: string, fresh: Set<HTMLElement>, isOpen: boolean) {
    this.#key.textContent = key;
    this.#fresh = fresh;
    this.#isOpen = isOpen;
  }

  show(value: unknown): void {
    if (!this.#isFirst && Object.is(value, this.#shown)) return;
    if (!this.#isFirst) {
      mark(this.element, "data-fresh", "");
      this.#fresh.add(this.element);
    }
    this.#isFirst = false;
    this.#shown = value;
    this.#value.textContent = brief(value);
    mark(this.#value, "data-kind", value === null ? "null" : typeof value);
    const isFolder = entriesOf(value).length > 0;
    if (isFolder !== (this.#details !== null) || !this.#key.isConnected) this.#build(isFolder);
    if (this.#details?.open) this.#unfold();
  }

  #build(isFolder: boolean): void {
    this.#branch = null;
    this.#details = isFolder ? make("details", {}, make("summary", {}, this.#key, " ", this.#value)) : null;
    if (this.#details) {
      this.#details.open = this.#isOpen;
      this.#details.addEventListener("toggle", ({ currentTarget }) => {
        if (currentTarget !== this.#details || !this.#details) return;
        this.#isOpen = this.#details.open;
        if (this.#isOpen) this.#unfold();
      });
    }
    const line = this.#details ?? make("span", { class: "leaf" }, this.#key, " ", this.#value);
    this.element.replaceChildren(line);
  }

  #unfold(): void {
    if (!this.#branch) {
      const list = make("ul");
      this.#details?.append(list);
      this.#branch = new Branch(list, this.#fresh);
    }
    this.#branch.show(this.#shown);
  }
}

/** All keys of one value. */
class Branch {
  readonly #list: HTMLElement;
  readonly #fresh: Set<HTMLElement>;
  readonly #open: readonly string[];
  #nodes = new Map<string, Node>();

  constructor(list: HTMLElement, fresh: Set<HTMLElement>, open: readonly string[] = []) {
    this.#list = list;
    this.#fresh = fresh;
    this.#open = open;
  }

  show(value: unknown): void {
    const nodes = new Map<string, Node>();
    for (const [key, inner] of entriesOf(value)) {
      let node = this.#nodes.get(key);
      if (!node) {
        node = new Node(key, this.#fresh, this.#open.includes(key));
        this.#list.append(node.element);
      }
      node.show(inner);
      nodes.set(key, node);
    }
    for (const [key, { element }] of this.#nodes) if (!nodes.has(key)) element.remove();
    this.#nodes = nodes;
  }
}

/** The tree in a list. `open` names the keys that are unfolded from the start. */
export class Tree {
  readonly #fresh = new Set<HTMLElement>();
  readonly #branch: Branch;

  constructor(list: HTMLElement, ...open: string[]) {
    list.replaceChildren();
    this.#branch = new Branch(list, this.#fresh, open);
  }

  show(value: object): void {
    for (const element of this.#fresh) mark(element, "data-fresh", null);
    this.#fresh.clear();
    this.#branch.show(value);
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || value instanceof Date) return [];
  if (value instanceof Error) return Object.entries({ ...(value as object), message: value.message });
  return Object.entries(value);
}

/** A value in a line. */
function brief(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.length === 0 ? "[]" : `[${value.length}]`;
  if (value instanceof Error) return value.message;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  // What tells one line of the transcript, or one connection, from the next.
  const { status, role, text, phase, name, id } = value as Record<string, unknown>;
  const words = [status, role, phase, name, text, role === undefined ? id : undefined];
  return words.filter((word) => typeof word === "string").join(" · ");
}
