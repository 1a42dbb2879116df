/** Brings what stands in the document up to date with what is wanted, and leaves alone what is the same. */

/** Has the parent's children, from the one at `from` on, be like these. Nodes that are equal already stay. */
export function patch(parent: Element, from: number, wanted: readonly Node[]): void {
  let present = parent.childNodes[from] ?? null;
  for (const node of wanted) {
    if (!present) {
      parent.append(node);
      continue;
    }
    const next: ChildNode | null = present.nextSibling;
    if (!present.isEqualNode(node) && !adapt(present, node)) parent.replaceChild(node, present);
    present = next;
  }
  while (present) {
    const next: ChildNode | null = present.nextSibling;
    present.remove();
    present = next;
  }
}

/** Makes a node like another one of the same name and attributes; false: they differ in that. */
function adapt(node: Node, wanted: Node): boolean {
  if (node.nodeType !== wanted.nodeType) return false;
  if (node.nodeType === 3) {
    node.nodeValue = wanted.nodeValue;
    return true;
  }
  if (!node.cloneNode(false).isEqualNode(wanted.cloneNode(false))) return false;
  patch(node as Element, 0, [...wanted.childNodes]);
  return true;
}
