/**
 * Which server the page talks to. Settings stand in the part of the page's address behind the #, save the connector token:
 * one that is given there is used, but one that is typed stays in memory.
 */

import type { AccessToken, ChatOptions } from "/pkg/index.js";
import { find } from "./dom.js";

const NAMES = [
  "environment",
  "cluster",
  "apiUrl",
  "socketUrl",
  "tokenEndpoint",
  "hostIdentifier",
  "platform",
  "streaming",
  "persistence",
  "onSessionLost",
  "sessionTimeoutMs",
  "confirmTimeoutMs",
  "heartbeatIntervalMs",
  "maxReconnectAttempts",
] as const;

/** Options that are numbers; what is no number is for the package to refuse. */
const NUMBERS = ["sessionTimeoutMs", "confirmTimeoutMs", "heartbeatIntervalMs", "maxReconnectAttempts"] as const;

const dialog = find("#settings", HTMLDialogElement);
const form = find("#settings-form", HTMLFormElement);
const problem = find("#settings-error");

/** The settings that the page's address gives. */
export function settingsFromAddress(): URLSearchParams {
  return new URLSearchParams(location.hash.slice(1));
}

/** The options of a chat with these settings; by default it is with this page's own sandbox. */
export function optionsFrom(settings: URLSearchParams): ChatOptions {
  const given = (name: string): string | undefined => {
    const value = settings.get(name)?.trim();
    return value === "" ? undefined : value;
  };
  const environment = given("environment") ?? "sandbox";
  const endpoint = given("tokenEndpoint");
  const options: ChatOptions = {
    environment: environmentOf(environment, given),
    streaming: given("streaming") !== "false",
  };
  if (endpoint) options.getAccessToken = ({ signal }) => tokenFrom(endpoint, signal);
  else options.connectorToken = given("connectorToken") ?? (environment === "sandbox" ? "sandbox-connector-token" : "");
  const host = given("hostIdentifier");
  if (host) options.hostIdentifier = host;
  const platform = given("platform");
  if (platform) options.platform = platform as NonNullable<ChatOptions["platform"]>;
  const persistence = given("persistence");
  if (persistence) options.persistence = persistence as "local" | "tab" | "none";
  const lost = given("onSessionLost");
  if (lost) options.onSessionLost = lost as "restart" | "end";
  for (const name of NUMBERS) {
    const number = given(name);
    if (number) options[name] = Number(number);
  }
  return options;
}

function environmentOf(
  name: string,
  given: (name: string) => string | undefined,
): NonNullable<ChatOptions["environment"]> {
  const socketUrl = given("socketUrl");
  switch (name) {
    case "sandbox":
      return { apiUrl: `${location.origin}/api/v1` };
    case "cluster":
      return { cluster: given("cluster") ?? "" };
    case "custom":
      return { apiUrl: given("apiUrl") ?? "", ...(socketUrl ? { socketUrl } : {}) };
    default:
      return name as "us";
  }
}

/** A backend's answer may be the token endpoint's own, passed on as it is. */
async function tokenFrom(endpoint: string, signal: AbortSignal): Promise<AccessToken> {
  const response = await fetch(endpoint, { method: "POST", signal });
  if (!response.ok) throw new Error(`The token endpoint answered with status ${response.status}.`);
  const answer = (await response.json()) as Record<string, unknown>;
  return {
    accessToken: (answer.accessToken ?? answer.access_token) as string,
    expiresIn: (answer.expiresIn ?? answer.expires_in) as number,
  };
}

/** Lets the user change the settings. `open` opens a chat with them, and throws where they do not do. */
export function offerSettings(open: (settings: URLSearchParams) => void): void {
  let current = settingsFromAddress();
  const field = (name: string): HTMLInputElement | HTMLSelectElement =>
    form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement;
  const streaming = field("streaming") as HTMLInputElement;

  const showFields = (): void => {
    for (const label of form.querySelectorAll<HTMLElement>("[data-for]")) {
      label.hidden = label.dataset.for !== field("environment").value;
    }
  };
  field("environment").addEventListener("change", showFields);

  find("#settings-open").onclick = () => {
    for (const name of NAMES) field(name).value = current.get(name) ?? (name === "environment" ? "sandbox" : "");
    streaming.checked = current.get("streaming") !== "false";
    problem.textContent = "";
    showFields();
    dialog.showModal();
  };
  find("#settings-cancel").onclick = () => {
    dialog.close();
  };

  form.onsubmit = (event) => {
    event.preventDefault();
    const settings = new URLSearchParams();
    for (const name of [...NAMES, "connectorToken"]) {
      const { value, name: key } = field(name);
      if (key !== "streaming" && value) settings.set(key, value);
    }
    if (!streaming.checked) settings.set("streaming", "false");
    try {
      open(settings);
    } catch (error) {
      problem.textContent = error instanceof Error ? error.message : String(error);
      return;
    }
    current = settings;
    const shared = new URLSearchParams(settings);
    shared.delete("connectorToken");
    history.replaceState(null, "", `#${shared}`);
    dialog.close();
  };
}
