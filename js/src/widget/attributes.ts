/** The attributes of `<poly-chat>` as options: each text, number or yes/no of `createChat` and of the widget, in kebab case. */

import type { ChatOptions } from "../index.js";
import { didYouMean } from "../names.js";
import type { PolyChatOptions, WidgetOptions } from "./types.js";

type Kind = "text" | "number" | "flag";

/** Options of `createChat`. `environment` is put together from four attributes; the rest are functions or objects. */
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

/** More of a name is not repeated. */
const LONGEST = 60;

/** Those that say where the server is: the name of a region, that of a cluster, or addresses. */
export const PLACES: readonly string[] = ["environment", "cluster", "api-url", "socket-url"];

/** All attributes. */
export const ATTRIBUTES: readonly string[] = [...OPTION_OF.keys(), ...PLACES];

/** The options that these attributes say. What is no number or no yes/no is left as it stands, for the check of options to name. */
export function optionsOf(attribute: (name: string) => string | null): PolyChatOptions {
  const options: Record<string, unknown> = {};
  for (const [name, option] of OPTION_OF) {
    const value = attribute(name);
    if (value !== null) options[option] = parse(value, KINDS[option]);
  }
  const [environment, cluster, apiUrl, socketUrl] = PLACES.map(attribute);
  // What does not go together is for the check to refuse.
  const address = { ...(cluster && { cluster }), ...(apiUrl && { apiUrl }), ...(socketUrl && { socketUrl }) };
  if (Object.keys(address).length > 0) options.environment = address;
  else if (environment) options.environment = environment;
  return options;
}

/** Attributes that any element may have, or any framework may put on one. */
const FOREIGN =
  /^(on|aria-|data-|[a-z]{1,2}-|item|[^a-z])|[:.@]|^(accesskey|autocapitalize|autofocus|class|contenteditable|dir|draggable|enterkeyhint|exportparts|hidden|id|inert|inputmode|is|lang|nonce|part|popover|role|slot|spellcheck|style|tabindex|title|translate)$/;

const quoted = (name: string): string => `"${name}"`;

/** What is said of attributes of `<poly-chat>` that do nothing. */
export function unknownAttributes(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    if (ATTRIBUTES.includes(name)) return [];
    const hint = didYouMean(name.replace(/^data-/, ""), ATTRIBUTES, quoted);
    // What has a meaning elsewhere is only told where it looks like one of ours.
    if (FOREIGN.test(name) && !(hint && name.startsWith("data-"))) return [];
    return [`${quoted(name.slice(0, LONGEST))} is no attribute of it.${hint}`];
  });
}

/** The same of attributes of the script tag, where ours begin with `data-`. */
export function unknownOfScript(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const isData = name.startsWith("data-");
    const own = isData ? name.slice(5) : name;
    if (isData && ATTRIBUTES.includes(own)) return [];
    const hint = didYouMean(own, ATTRIBUTES, (found) => quoted(`data-${found}`));
    const isOwn = /^(src|async|defer|type|id|class|nonce|charset|language)$/.test(name);
    return hint && !isOwn ? [`${quoted(name.slice(0, LONGEST))} does nothing on the script.${hint}`] : [];
  });
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
  return Object.fromEntries(own) as unknown as ChatOptions;
}
