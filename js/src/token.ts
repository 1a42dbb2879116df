/** Asks the application for an access token, and checks what it gives. */

import { messageOf } from "./errors.js";
import type { AccessToken, ChatOptions } from "./types.js";

/** Rejects with a plain `Error` whose message says what is wrong, and never what the token is. */
export async function accessTokenOf(
  getAccessToken: ChatOptions["getAccessToken"],
  reason: "start" | "restart",
  signal: AbortSignal,
): Promise<AccessToken> {
  let answer: unknown;
  try {
    answer = await getAccessToken?.({ reason, signal });
  } catch (thrown) {
    throw new Error(`getAccessToken failed: ${messageOf(thrown)}`, { cause: thrown });
  }
  const { accessToken, expiresIn } = (answer ?? {}) as { accessToken?: unknown; expiresIn?: unknown };
  if (typeof accessToken !== "string" || accessToken === "") {
    throw new Error("getAccessToken must return an object with a string accessToken that is not empty.");
  }
  if (expiresIn === undefined || expiresIn === null) return { accessToken };
  if (typeof expiresIn !== "number" || !(expiresIn > 0)) {
    throw new Error("getAccessToken must return expiresIn as a number of seconds above 0, or leave it out.");
  }
  return { accessToken, expiresIn: Math.min(Math.floor(expiresIn), 0xffff_ffff) };
}
