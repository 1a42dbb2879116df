/** The few things that every part of the page does with the document. */

/** The element of the page that `selector` names; the page is not this page without it. */
export function find(selector: string): HTMLElement;
export function find<T extends HTMLElement>(selector: string, type: new () => T): T;
export function find(selector: string, type = HTMLElement): HTMLElement {
  const element = document.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`The page has no ${selector}.`);
  return element;
}

/** A new element with attributes and content; text goes in as text, never as HTML. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...content: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...content);
  return element;
}

/** Sets an attribute, or takes it away where there is nothing to say. */
export function mark(element: Element, name: string, value: string | number | null): void {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

/** Does `change`, and keeps the end of `scroll` in sight if it was before. */
export function keepingEnd(scroll: HTMLElement, change: () => void): void {
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 48;
  change();
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
}
