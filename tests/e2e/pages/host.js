// Somebody else's page, which has a chat by one script tag, as the address says: ?api=ADDRESS&connector=NAME, &attributes=JSON for
// the tag's, &style=CSS and &script=JAVASCRIPT for what the page does to itself before, &body=HTML for what more is in it.

(() => {
  const query = new URLSearchParams(location.search);
  const attributes = {
    "api-url": `${query.get("api")}/api/v1`,
    "connector-token": `connector-token-of-${query.get("connector")}`,
    language: "en",
    ...JSON.parse(query.get("attributes") ?? "{}"),
  };
  const { createElement, head } = document;
  const add = (name, text) => {
    const element = createElement.call(document, name);
    element.textContent = text;
    head.appendChild(element);
  };

  /** What the page has heard of what the user does. */
  globalThis.heard = [];
  /** What a test asks of the widget, by means that no page has changed. */
  const { querySelector, querySelectorAll } = DocumentFragment.prototype;
  globalThis.inside = (selector) => widget && querySelector.call(widget.shadowRoot, selector);
  globalThis.insideAll = (selector) => [...querySelectorAll.call(widget.shadowRoot, selector)];
  /** How many pixels of the window are one of a part's own box: a page may be zoomed by its sheet, which not all browsers reckon in. */
  const scale = () => {
    const zoom = [document.documentElement, document.body].map((of) => Number(getComputedStyle(of).zoom) || 1);
    const area = inside(".launcher-area");
    const isReckoned = Math.abs(area.getBoundingClientRect().width - area.offsetWidth) > 1;
    return isReckoned ? 1 : zoom[0] * zoom[1];
  };
  /** Where a part is in the window. */
  globalThis.boxOf = (selector) => {
    const { left, top, width, height } = inside(selector).getBoundingClientRect();
    const [x, y, across, down] = [left, top, width, height].map((length) => length * scale());
    return { left: x, top: y, width: across, height: down, right: x + across, bottom: y + down };
  };
  /** What is seen at the middle of a part of the widget is the part itself: nothing covers it, and it is in the window. */
  globalThis.isOnTop = (selector) => {
    const { left, top, right, bottom, width, height } = boxOf(selector);
    const isInWindow = left >= -1 && top >= -1 && right <= innerWidth + 1 && bottom <= innerHeight + 1;
    if (!isInWindow || width === 0 || height === 0) return false;
    const [x, y] = [left + width / 2, top + height / 2];
    const found = document.elementFromPoint(x, y) === widget && widget.shadowRoot.elementFromPoint(x, y);
    return Boolean(found) && (found === inside(selector) || inside(selector).contains(found));
  };
  globalThis.focused = () => widget.shadowRoot.activeElement;
  Object.defineProperty(globalThis, "widget", { get: () => globalThis.PolyChat });
  Object.defineProperty(globalThis, "chat", { get: () => globalThis.PolyChat?.chat ?? undefined });

  addEventListener("DOMContentLoaded", () => {
    const more = createElement.call(document, "div");
    more.innerHTML = query.get("body") ?? "";
    while (more.firstChild) document.body.appendChild(more.firstChild);
    add("style", query.get("style") ?? "");
    add("script", query.get("script") ?? "");
    const script = createElement.call(document, "script");
    for (const name in attributes) {
      if (Object.hasOwn(attributes, name)) script.setAttribute(`data-${name}`, attributes[name]);
    }
    script.src = "/pkg/poly-chat.js";
    script.onload = () => {
      globalThis.isStarted = true;
    };
    head.appendChild(script);
  });
})();
