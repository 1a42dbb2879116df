// Asks PolyAI for an access token. Source: Messaging API, "Sessions".

/** Far more than an answer holds. */
const MAX_ANSWER_BYTES = 65_536;
/** What a client is told to wait at most, in seconds, and where PolyAI does not say. */
const MAX_RETRY_AFTER = 60;
const DEFAULT_RETRY_AFTER = 5;

/** @typedef {{ accessToken: string, expiresIn?: number }} AccessToken */

/**
 * Why there is no token. `status` and `code` are what the page is told; `message` is for the log. None of them holds a word
 * of PolyAI's answer or of the request.
 */
export class UpstreamError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {number} [retryAfter] Seconds.
   */
  constructor(status, code, message, retryAfter) {
    super(message);
    this.name = "UpstreamError";
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/**
 * @param {import("./config.js").Config} config
 * @param {AbortSignal} signal Aborts when nobody waits any more.
 * @returns {Promise<AccessToken>}
 * @throws {UpstreamError}
 */
export async function mintAccessToken({ tokenUrl, connectorToken, hostIdentifier, upstreamTimeoutMs }, signal) {
  const limit = new AbortController();
  const abort = () => limit.abort();
  const timer = setTimeout(abort, upstreamTimeoutMs);
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    const answer = await fetch(tokenUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Token": connectorToken, "X-Host": hostIdentifier },
      body: "{}",
      // The connector token goes to this one address.
      redirect: "error",
      signal: limit.signal,
    });
    if (!answer.ok) {
      await answer.body?.cancel();
      throw refusal(answer);
    }
    return accessTokenOf(await bodyOf(answer));
  } catch (thrown) {
    if (thrown instanceof UpstreamError) throw thrown;
    if (signal.aborted) throw new UpstreamError(499, "client_gone", "the client left before there was an answer");
    if (limit.signal.aborted) throw new UpstreamError(504, "upstream_timeout", "PolyAI did not answer in time");
    throw new UpstreamError(502, "upstream_unreachable", "PolyAI could not be reached");
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/**
 * What an answer other than 200 means for the page. Only PolyAI's own limits are worth a wait; a refusal is a matter of this
 * backend's configuration, and so never the page's 401.
 *
 * @param {Response} answer
 */
function refusal({ status, headers }) {
  if (status === 429) {
    const seconds = Number(headers.get("retry-after") ?? NaN);
    const wait = seconds > 0 ? Math.min(Math.ceil(seconds), MAX_RETRY_AFTER) : DEFAULT_RETRY_AFTER;
    return new UpstreamError(503, "upstream_busy", "PolyAI asks to slow down (429)", wait);
  }
  if (status >= 500) return new UpstreamError(502, "upstream_failed", `PolyAI answered ${status}`);
  const advice = "check POLYAI_CONNECTOR_TOKEN, and that POLYAI_HOST is registered for it";
  return new UpstreamError(502, "upstream_refused", `PolyAI answered ${status}: ${advice}`);
}

/** @param {Response} answer */
async function bodyOf(answer) {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw unreadable();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * @param {string} text
 * @returns {AccessToken}
 */
function accessTokenOf(text) {
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw unreadable();
  }
  const { access_token: accessToken, expires_in: expiresIn } = answer ?? {};
  if (typeof accessToken !== "string" || accessToken === "") throw unreadable();
  return typeof expiresIn === "number" && expiresIn > 0 ? { accessToken, expiresIn } : { accessToken };
}

function unreadable() {
  return new UpstreamError(502, "upstream_unreadable", "PolyAI's answer holds no access token");
}
