/**
 * What has been chosen, by name, and the options that it means. Settings stand in the part of the page's address behind the #,
 * save the connector token: one that is given there is used, but one that is typed stays in memory.
 */

import type { AccessToken } from "/pkg/index.js";
import type { PolyChatOptions } from "/pkg/widget.js";
import { FIELDS } from "./fields.js";

/** Values by the field's name; what is at its default is not in it. */
export type Settings = ReadonlyMap<string, string>;

const SANDBOX_TOKEN = "sandbox-connector-token";

/** The settings that the page's address gives. */
export function settingsFromAddress(): Settings {
  const given = new URLSearchParams(location.hash.slice(1));
  const settings = new Map<string, string>();
  for (const { name } of FIELDS) {
    const value = given.get(name)?.trim();
    if (value) settings.set(name, value);
  }
  // The playground has its chat beside the settings, where the widget itself would float.
  if (!settings.has("renderMode")) settings.set("renderMode", "inline");
  if (settings.get("renderMode") === "floating") settings.delete("renderMode");
  if (settings.get("environment") === "sandbox") settings.delete("environment");
  return settings;
}

/** Writes the settings into the page's address, so that it can be shared. */
export function settingsToAddress(settings: Settings): void {
  const shared = new URLSearchParams([...settings]);
  shared.delete("connectorToken");
  const mode = settings.get("renderMode");
  if (mode === undefined) shared.set("renderMode", "floating");
  if (mode === "inline") shared.delete("renderMode");
  history.replaceState(null, "", `#${shared}`);
}

/** The options of a widget with these settings; by default it talks with this page's own sandbox. */
export function optionsFrom(settings: Settings): PolyChatOptions {
  const options: Record<string, unknown> = { environment: environmentOf(settings) };
  for (const { name, kind } of FIELDS) {
    const value = settings.get(name);
    if (value === undefined || SERVER.includes(name)) continue;
    options[name] = kind === "number" ? Number(value) : kind === "flag" ? value === "true" : value;
  }
  const endpoint = settings.get("tokenEndpoint");
  if (endpoint === undefined) options.connectorToken ??= settings.has("environment") ? "" : SANDBOX_TOKEN;
  else {
    delete options.connectorToken;
    options.getAccessToken = ({ signal }: { signal: AbortSignal }) => tokenFrom(endpoint, signal);
  }
  return options;
}

/** Settings that are put together into other options. */
const SERVER: readonly string[] = ["environment", "cluster", "apiUrl", "socketUrl", "tokenEndpoint"];

function environmentOf(settings: Settings): NonNullable<PolyChatOptions["environment"]> {
  const environment = settings.get("environment");
  switch (environment) {
    case undefined:
      return { apiUrl: `${location.origin}/api/v1` };
    case "cluster":
      return { cluster: settings.get("cluster") ?? "" };
    case "custom": {
      const socketUrl = settings.get("socketUrl");
      return { apiUrl: settings.get("apiUrl") ?? "", ...(socketUrl ? { socketUrl } : {}) };
    }
    default:
      return environment as "us";
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

/** The element that has these settings, as it would stand in a page. Its token is left out. */
export function snippetOf(settings: Settings): string {
  const attributes = new Map<string, string>();
  const add = (name: string, value: string): void => {
    attributes.set(
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
      value,
    );
  };
  if (!settings.has("tokenEndpoint")) add("connectorToken", "…");
  const environment = environmentOf(settings);
  if (typeof environment === "string") add("environment", environment);
  else if ("cluster" in environment) add("cluster", environment.cluster);
  else {
    add("apiUrl", environment.apiUrl);
    if (environment.socketUrl) add("socketUrl", environment.socketUrl);
  }
  for (const [name, value] of settings) if (!SERVER.includes(name) && name !== "connectorToken") add(name, value);
  const quoted = [...attributes].map(
    ([name, value]) => `\n  ${name}="${value.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"`,
  );
  const tag = `<poly-chat${quoted.join("")}\n></poly-chat>`;
  return settings.has("tokenEndpoint")
    ? `${tag}\n<script type="module">\n  document.querySelector("poly-chat").options = { getAccessToken };\n</script>`
    : tag;
}
