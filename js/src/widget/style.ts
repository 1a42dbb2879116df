/** Style sheets of a shadow root. */

import { make } from "./dom.js";

/**
 * Adds a style sheet, and gives it to be switched off. A sheet that a script has made needs no `style-src` in the page's content
 * policy; Safari has it from 16.4 on.
 */
export function addStyle(root: ShadowRoot, css: string): { disabled: boolean } {
  if (!("adoptedStyleSheets" in root) || typeof CSSStyleSheet.prototype.replaceSync !== "function") {
    const element = make("style", {}, css);
    root.append(element);
    return element;
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return sheet;
}
