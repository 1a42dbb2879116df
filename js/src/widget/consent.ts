/** Whether the user has agreed to the disclaimer: remembered for as long as its text stays the same. */

import { hashOf } from "../place.js";
import type { Context } from "./part.js";

type Asked = Pick<Context, "options" | "memory">;

/** Whether the chat may begin. */
export function hasConsent({ options, memory }: Asked): boolean {
  return options.requireConsent !== true || memory.get("consent") === nameOf(options);
}

/** The user agrees. */
export function giveConsent({ options, memory }: Asked): void {
  memory.set("consent", nameOf(options));
}

/** Another text is another agreement. */
function nameOf({ disclaimer = "" }: Context["options"]): string {
  return hashOf(disclaimer);
}
