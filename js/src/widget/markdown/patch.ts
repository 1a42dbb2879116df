/** Brings what stands in the document up to date with what is wanted, and leaves alone what is the same. */

import { takeOut } from "../dom.js";

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
    takeOut(present);
    present = next;
  }
}

/** Makes a node like another one of the same name and attributes; false: they differ in that. */
function adapt(node: Node, wanted: Node): boolean {
  if (node.nodeType !== wanted.nodeType) return false;
  if (node.nodeType === 3) {
    grow(node as Text, wanted.nodeValue ?? "");
    return true;
  }
  if (!node.cloneNode(false).isEqualNode(wanted.cloneNode(false))) return false;
  patch(node as Element, 0, [...wanted.childNodes]);
  return true;
}

/** Sets a text, of which what stays the same is left alone: what the reader has selected in it stays selected. */
function grow(node: Text, wanted: string): void {
  const { data } = node;
  const most = Math.min(data.length, wanted.length);
  let same = 0;
  while (same < most && data[same] === wanted[same]) same++;
  node.replaceData(same, data.length - same, wanted.slice(same));
}
