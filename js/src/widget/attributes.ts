/** The attributes of `<poly-chat>` as options: each text, number or yes/no of `createChat` and of the widget, in kebab case. */

import type { ChatOptions } from "../index.js";
import type { PolyChatOptions, WidgetOptions } from "./types.js";

type Kind = "text" | "number" | "flag";

/** Options of `createChat`. `environment` is put together from three attributes; the rest are functions or objects. */
const CHAT = {
  connectorToken: "text",
  hostIdentifier: "text",
  streaming: "flag",
  platform: "text",
  deviceType: "text",
  fresh: "flag",
  autoConnect: "flag",
  persistence: "text",
  onSessionLost: "text",
  heartbeatIntervalMs: "number",
  sessionTimeoutMs: "number",
  confirmTimeoutMs: "number",
  maxReconnectAttempts: "number",
  logger: "text",
} satisfies Record<Exclude<keyof ChatOptions, "environment" | "getAccessToken" | "beforeAgentJoin">, Kind>;

/** Options of the widget. */
const WIDGET = {
  renderMode: "text",
  autoOpen: "flag",
  showIcon: "flag",
  showHeader: "flag",
  position: "text",
  theme: "text",
  language: "text",
  heading: "text",
  prompt: "text",
  disclaimer: "text",
  requireConsent: "flag",
  maxLength: "number",
} satisfies Record<keyof WidgetOptions, Kind>;

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** By attribute: the option's name and kind. */
const OPTIONS = new Map<string, readonly [string, Kind]>(
  Object.entries({ ...CHAT, ...WIDGET }).map(([name, kind]) => [kebab(name), [name, kind]]),
);

/** All attributes. */
export const ATTRIBUTES: readonly string[] = [...OPTIONS.keys(), "environment", "api-url", "socket-url"];

const REGIONS = ["us", "uk", "euw"];

/** The options that these attributes say. What is no number or no yes/no is left as it stands, for the check of options to name. */
export function optionsOf(attribute: (name: string) => string | null): PolyChatOptions {
  const options: Record<string, unknown> = {};
  for (const [name, [option, kind]] of OPTIONS) {
    const value = attribute(name);
    if (value !== null) options[option] = parse(value, kind);
  }
  const [environment, apiUrl, socketUrl] = ["environment", "api-url", "socket-url"].map(attribute);
  if (apiUrl) options.environment = { apiUrl, ...(socketUrl ? { socketUrl } : {}) };
  else if (environment) options.environment = REGIONS.includes(environment) ? environment : { cluster: environment };
  return options;
}

function parse(value: string, kind: Kind): unknown {
  if (kind === "number") return value.trim() === "" || Number.isNaN(Number(value)) ? value : Number(value);
  if (kind === "flag") return value === "" || value === "true" ? true : value === "false" ? false : value;
  return value;
}

/** The options of `createChat` among these. */
export function chatOptionsOf(options: PolyChatOptions): ChatOptions {
  const own = Object.entries(options).filter(([name]) => !Object.hasOwn(WIDGET, name));
  return Object.fromEntries(own);
}
