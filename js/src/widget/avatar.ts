/** A small picture of who writes. */

import { make } from "./dom.js";
import { icon } from "./icons.js";

/** Makes one: the picture, or the name's first letter where there is none or it does not load. A screen reader passes over it. */
export function avatarOf(address: string | null, name: string | null): HTMLElement {
  const avatar = make("span", { part: "avatar", class: "avatar", "aria-hidden": "true" });
  const [letter] = name?.trim() ?? "";
  avatar.append(letter === undefined ? icon("person") : letter.toLocaleUpperCase());
  if (address) {
    const image = make("img", { alt: "", width: "28", height: "28", decoding: "async", referrerpolicy: "no-referrer" });
    image.addEventListener("error", () => {
      image.remove();
    });
    image.src = address;
    avatar.append(image);
  }
  return avatar;
}
