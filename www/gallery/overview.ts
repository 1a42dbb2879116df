/** The gallery as a page: a frame for each state, and what they have in common to choose. */

import { find, make } from "../dom.js";
import { type GalleryState, SIZE } from "./state.js";

/** Shows all states. What is chosen stands in the address. */
export function overview(states: readonly GalleryState[]): void {
  const form = find("#look", HTMLFormElement);
  const list = find("#states");
  const frames = states.map((state) => {
    const { width, height } = state.size ?? SIZE;
    const frame = make("iframe", { title: state.title, width: String(width), height: String(height), loading: "lazy" });
    const alone = make("a", {}, state.title);
    const figure = make(
      "figure",
      { id: state.name },
      frame,
      make("figcaption", {}, alone, make("code", {}, state.name)),
    );
    list.append(make("li", {}, figure));
    return { state, frame, alone };
  });

  const given = new URLSearchParams(location.search);
  for (const field of form.querySelectorAll("select")) {
    const value = given.get(field.name);
    if (value !== null && [...field.options].some((option) => option.value === value)) field.value = value;
  }

  const look = (): void => {
    const chosen = new URLSearchParams();
    for (const field of form.querySelectorAll("select")) if (field.value) chosen.set(field.name, field.value);
    history.replaceState(null, "", `?${chosen}${location.hash}`);
    for (const { state, frame, alone } of frames) {
      const address = `?${new URLSearchParams([["state", state.name], ...chosen])}`;
      frame.src = alone.href = address;
    }
  };
  form.onchange = look;
  find("#count").textContent = String(states.length);
  look();
}
