/** Elements made one by one: no text is ever parsed as HTML. */

export type Child = Node | string;

/** Makes an element. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...inner: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inner);
  return element;
}

/** Makes a button that does this. */
export function button(
  attributes: Readonly<Record<string, string>>,
  act: () => unknown,
  ...inner: readonly Child[]
): HTMLButtonElement {
  const made = make("button", { type: "button", ...attributes }, ...inner);
  made.addEventListener("click", act);
  return made;
}

/** Takes a node out of where it stands, if it stands anywhere. A page may have a `remove` of its own that asks for that. */
export function takeOut(node: ChildNode | null | undefined): void {
  node?.parentNode?.removeChild(node);
}

/** Sets a text, unless it stands there already: to set it again would be read out again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets an attribute, or takes it away where the value is null; leaves alone what is as wanted. */
export function mark(element: Element, name: string, value: string | null): void {
  if (element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}
