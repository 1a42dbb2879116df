/**
 * The gallery: every state of the widget, side by side; with `?state=NAME` one alone, as it is for pictures and tests. Further
 * parameters: `theme`, `language`, `mode` (the render mode), `fonts=test` for the same fonts on every machine.
 */

import { defineWidget } from "/pkg/widget.js";
import { stopClock } from "./clock.js";
import { overview } from "./overview.js";
import { PLACES } from "./places.js";
import { showState } from "./show.js";
import { type GalleryState, SIZE } from "./state.js";
import { TALKING } from "./talking.js";
import { TROUBLE } from "./trouble.js";

declare global {
  var gallery: {
    /** Every state, in the order in which the page shows them. */
    states: { name: string; title: string; size: { width: number; height: number } }[];
    /** Resolves once the page shows what it is to show, with its fonts. */
    ready: Promise<void>;
  };
}

const STATES: readonly GalleryState[] = [...TALKING, ...TROUBLE, ...PLACES];

function show(): Promise<void> {
  const parameters = new URLSearchParams(location.search);
  const name = parameters.get("state");
  if (name === null) {
    overview(STATES);
    return Promise.resolve();
  }
  const state = STATES.find((state) => state.name === name);
  if (!state) throw new Error(`The gallery has no state ${name}.`);
  stopClock();
  defineWidget();
  return showState(state, parameters);
}

globalThis.gallery = {
  states: STATES.map(({ name, title, size }) => ({ name, title, size: size ?? SIZE })),
  ready: show(),
};
