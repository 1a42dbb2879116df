/** Tabs, by the pattern of the ARIA Authoring Practices: arrow keys choose, and only the chosen one is in the tab order. */

import { find } from "../dom.js";

/** Makes the tabs in `list` work; the first is chosen. `chosen` is told the id of the panel that is shown. */
export function makeTabs(list: HTMLElement, chosen: (panel: string) => void): void {
  const tabs = [...list.querySelectorAll<HTMLElement>("[role=tab]")];
  const choose = (tab: HTMLElement): void => {
    for (const other of tabs) {
      const isChosen = other === tab;
      other.setAttribute("aria-selected", String(isChosen));
      other.tabIndex = isChosen ? 0 : -1;
      panelOf(other).hidden = !isChosen;
    }
    chosen(panelOf(tab).id);
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => {
      choose(tab);
    });
    tab.addEventListener("keydown", ({ key }) => {
      const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[key];
      if (to === undefined) return;
      const next = tabs[(to + tabs.length) % tabs.length];
      if (!next) return;
      choose(next);
      next.focus();
    });
  });
  if (tabs[0]) choose(tabs[0]);
}

function panelOf(tab: HTMLElement): HTMLElement {
  return find(`#${tab.getAttribute("aria-controls") ?? ""}`);
}
