/** A small picture of who writes. */

import { make, takeOut } from "./dom.js";
import { icon } from "./icons.js";

/** Makes one: the picture, or the name's first letter where there is none or it does not load. A screen reader passes over it. */
export function avatarOf(address: string | null, name: string | null): HTMLElement {
  const avatar = make("span", { part: "avatar", class: "avatar", "aria-hidden": "true" });
  const letter = letterOf(name?.trim() ?? "");
  avatar.append(letter === "" ? icon("person") : letter.toLocaleUpperCase());
  if (address) {
    const image = make("img", { alt: "", width: "28", height: "28", decoding: "async", referrerpolicy: "no-referrer" });
    image.addEventListener("error", () => {
      takeOut(image);
    });
    image.src = address;
    avatar.append(image);
  }
  return avatar;
}

/** How much of a name is looked at for its first letter, and the longest letter there is room for, in characters. */
const REACH = 64;
const LONGEST = 16;

/** What a reader takes for the first letter of a name: with its marks, and an emoji or a flag whole. */
function letterOf(name: string): string {
  const start = name.slice(0, REACH);
  // Browsers have it since 2024; before, combining marks alone are kept together.
  const letter =
    "Segmenter" in Intl
      ? [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(start)][0]?.segment
      : /^.\p{M}*/su.exec(start)?.[0];
  return letter !== undefined && letter.length <= LONGEST ? letter : (/^./su.exec(start)?.[0] ?? "");
}
