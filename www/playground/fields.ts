/** What can be set: every option of a chat and of the widget that is a text, a number, a choice or a yes/no. */

import type { ChatOptions } from "/pkg/index.js";
import type { WidgetOptions } from "/pkg/widget.js";

/** Options that are set as they are, under their own name. */
type OptionName = Exclude<
  keyof ChatOptions | keyof WidgetOptions,
  "environment" | "getAccessToken" | "beforeAgentJoin"
>;

/** One setting. Where nothing is chosen, the option is left out. */
export interface Field {
  name: OptionName | "environment" | "cluster" | "apiUrl" | "socketUrl" | "tokenEndpoint";
  label: string;
  kind: "choice" | "text" | "number" | "flag" | "secret";
  /** Values of a choice with what they are called; the empty one is the default. */
  choices?: readonly (readonly [string, string])[];
  /** What a flag is where it is left out. */
  byDefault?: boolean;
  placeholder?: string;
  /** It is shown only where the environment is this. */
  onlyFor?: string;
}

/** Settings that belong together. */
export interface Group {
  title: string;
  /** Whether they are the widget's own, and a change is applied at once; else all of them together, by the button below. */
  isLive: boolean;
  isOpen: boolean;
  fields: readonly Field[];
}

const asNamed = (...names: string[]): [string, string][] => names.map((name) => [name, name]);

/** All settings, as the form shows them. */
export const GROUPS: readonly Group[] = [
  {
    title: "Look",
    isLive: true,
    isOpen: true,
    fields: [
      {
        name: "renderMode",
        label: "Place",
        kind: "choice",
        choices: [
          ["inline", "inline: in this page"],
          ["", "floating: in the corner"],
          ["fullscreen", "fullscreen: over the page"],
        ],
      },
      {
        name: "theme",
        label: "Theme",
        kind: "choice",
        choices: [["", "auto: as the system"], ...asNamed("light", "dark")],
      },
      {
        name: "language",
        label: "Language",
        kind: "choice",
        choices: [["", "as the browser"], ...asNamed("en", "es", "fr", "de", "ar", "ja")],
      },
      {
        name: "position",
        label: "Corner",
        kind: "choice",
        choices: [
          ["", "end"],
          ["start", "start"],
        ],
      },
      { name: "heading", label: "Heading", kind: "text", placeholder: "Chat" },
      { name: "prompt", label: "Prompt", kind: "text", placeholder: "none" },
      { name: "disclaimer", label: "Disclaimer (Markdown)", kind: "text", placeholder: "none" },
      { name: "maxLength", label: "Longest message", kind: "number", placeholder: "what the server takes" },
      { name: "showHeader", label: "Header", kind: "flag", byDefault: true },
      { name: "showIcon", label: "Launcher", kind: "flag", byDefault: true },
      { name: "autoOpen", label: "Open from the start", kind: "flag", byDefault: false },
      { name: "requireConsent", label: "Ask for consent", kind: "flag", byDefault: false },
    ],
  },
  {
    title: "Server",
    isLive: false,
    isOpen: true,
    fields: [
      {
        name: "environment",
        label: "Server",
        kind: "choice",
        choices: [
          ["", "This page's sandbox"],
          ["us", "PolyAI, United States"],
          ["uk", "PolyAI, United Kingdom"],
          ["euw", "PolyAI, Europe West"],
          ["cluster", "PolyAI, another cluster"],
          ["custom", "Another address"],
        ],
      },
      { name: "cluster", label: "Cluster", kind: "text", placeholder: "us-1", onlyFor: "cluster" },
      {
        name: "apiUrl",
        label: "API address",
        kind: "text",
        placeholder: "https://example.com/api/v1",
        onlyFor: "custom",
      },
      {
        name: "socketUrl",
        label: "Socket address",
        kind: "text",
        placeholder: "made from the API address",
        onlyFor: "custom",
      },
      { name: "connectorToken", label: "Connector token", kind: "secret", placeholder: "the sandbox needs none" },
      {
        name: "tokenEndpoint",
        label: "or your own token endpoint",
        kind: "text",
        placeholder: "https://example.com/chat-token",
      },
      { name: "hostIdentifier", label: "Host identifier", kind: "text", placeholder: "this page's origin" },
      {
        name: "platform",
        label: "Platform",
        kind: "choice",
        choices: [["", "detected"], ...asNamed("web", "ios-web", "android-web", "ios", "android", "custom")],
      },
      {
        name: "deviceType",
        label: "Device",
        kind: "choice",
        choices: [["", "detected"], ...asNamed("mobile", "tablet", "desktop")],
      },
      { name: "streaming", label: "Stream replies", kind: "flag", byDefault: true },
    ],
  },
  {
    title: "Session",
    isLive: false,
    isOpen: false,
    fields: [
      {
        name: "persistence",
        label: "Keep the session",
        kind: "choice",
        choices: [
          ["", "local: for all tabs, sealed"],
          ["tab", "tab: for this tab"],
          ["none", "none: not at all"],
        ],
      },
      {
        name: "onSessionLost",
        label: "When the server has lost it",
        kind: "choice",
        choices: [
          ["", "restart: begin a new one"],
          ["end", "end"],
        ],
      },
      { name: "sessionTimeoutMs", label: "Session timeout (ms)", kind: "number", placeholder: "600000" },
      { name: "confirmTimeoutMs", label: "Confirm timeout (ms)", kind: "number", placeholder: "5000" },
      { name: "heartbeatIntervalMs", label: "Heartbeats (ms, 0: none)", kind: "number", placeholder: "30000" },
      { name: "maxReconnectAttempts", label: "Reconnect attempts (0: no limit)", kind: "number", placeholder: "10" },
      {
        name: "logger",
        label: "Log",
        kind: "choice",
        choices: [["", "warn"], ...asNamed("none", "error", "info", "debug")],
      },
      { name: "fresh", label: "Discard a stored session", kind: "flag", byDefault: false },
      { name: "autoConnect", label: "Connect by itself", kind: "flag", byDefault: true },
    ],
  },
];

/** All fields. */
export const FIELDS: readonly Field[] = GROUPS.flatMap(({ fields }) => fields);
