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

/** Names of the widget's own options. */
export const WIDGET_OPTIONS = Object.keys(WIDGET) as (keyof WidgetOptions)[];

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const KINDS: Readonly<Record<string, Kind>> = { ...CHAT, ...WIDGET };

/** The option that an attribute stands for. Those of the environment are not among them. */
export const OPTION_OF: ReadonlyMap<string, string> = new Map(Object.keys(KINDS).map((name) => [kebab(name), name]));

/** All attributes. */
export const ATTRIBUTES: readonly string[] = [...OPTION_OF.keys(), "environment", "api-url", "socket-url"];

const REGIONS = ["us", "uk", "euw"];

/** The options that these attributes say. What is no number or no yes/no is left as it stands, for the check of options to name. */
export function optionsOf(attribute: (name: string) => string | null): PolyChatOptions {
  const options: Record<string, unknown> = {};
  for (const [name, option] of OPTION_OF) {
    const value = attribute(name);
    if (value !== null) options[option] = parse(value, KINDS[option]);
  }
  const [environment, apiUrl, socketUrl] = ["environment", "api-url", "socket-url"].map(attribute);
  // One of them alone is for the check to refuse.
  if (apiUrl || socketUrl) options.environment = { ...(apiUrl && { apiUrl }), ...(socketUrl && { socketUrl }) };
  else if (environment) options.environment = REGIONS.includes(environment) ? environment : { cluster: environment };
  return options;
}

function parse(value: string, kind: Kind | undefined): unknown {
  if (kind === "number") return value.trim() === "" || Number.isNaN(Number(value)) ? value : Number(value);
  if (kind === "flag") return value === "" || value === "true" ? true : value === "false" ? false : value;
  return value;
}

/** These options over those, as far as they are there at all. */
export function over(options: PolyChatOptions, others: PolyChatOptions | null): PolyChatOptions {
  const given = Object.entries(others ?? {}).filter(([, value]) => value !== undefined);
  return { ...options, ...Object.fromEntries(given) };
}

/** The options of `createChat` among these. */
export function chatOptionsOf(options: PolyChatOptions): ChatOptions {
  const own = Object.entries(options).filter(([name]) => !Object.hasOwn(WIDGET, name));
  return Object.fromEntries(own);
}
