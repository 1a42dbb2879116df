/** Checks the widget's own options: what is wrong is named and left out, and the rest goes on. */

import { CHAT_OPTIONS, didYouMean } from "../names.js";
import type { PolyChatOptions, WidgetOptions } from "./types.js";

type Check = readonly [fits: (value: unknown) => boolean, allowed: string];

const one = (...allowed: string[]): Check => [
  (value) => allowed.includes(value as string),
  `"${allowed.join('", "')}"`,
];
const flag: Check = [(value) => typeof value === "boolean", "true or false"];
const text: Check = [(value) => typeof value === "string", "a string"];

const CHECKS: Readonly<Record<keyof WidgetOptions, Check>> = {
  renderMode: one("floating", "fullscreen", "inline"),
  autoOpen: flag,
  showIcon: flag,
  showHeader: flag,
  position: one("start", "end"),
  theme: one("auto", "light", "dark"),
  language: text,
  heading: text,
  prompt: text,
  disclaimer: text,
  requireConsent: flag,
  maxLength: [
    (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 100_000,
    "a whole number from 1 to 100000",
  ],
};

const ANIMATIONS: Check = one("none", "pulse", "bounce", "shake");

/** What is wrong with an animation of the launcher's button; null: nothing. */
export function checkAnimation(animation: unknown): string | null {
  const [fits, allowed] = ANIMATIONS;
  return fits(animation) ? null : complaint("animation", allowed, animation);
}

/** What is wrong with all options together; null: nothing. */
export function checkObject(options: unknown): string | null {
  return typeof options === "object" ? null : complaint("options", "an object", options);
}

const KNOWN = [...Object.keys(CHECKS), ...CHAT_OPTIONS];

/**
 * The options without those that are wrong or are none, and a sentence on each of these for who made the page: `problems` and
 * `warnings`.
 */
export function checkOptions(given: PolyChatOptions): {
  options: PolyChatOptions;
  problems: string[];
  warnings: string[];
} {
  const options: Record<string, unknown> = { ...given };
  const problems = [];
  const warnings = [];
  for (const [name, value] of Object.entries(options)) {
    if (KNOWN.includes(name)) continue;
    Reflect.deleteProperty(options, name);
    if (value != null) warnings.push(`${show(name)} is no option.${didYouMean(name, KNOWN)}`);
  }
  for (const [name, [fits, allowed]] of Object.entries(CHECKS)) {
    const value = options[name];
    if (value === undefined) continue;
    // Null is what a framework sets for nothing.
    if (value !== null && fits(value)) continue;
    if (value !== null) problems.push(complaint(name, allowed, value));
    Reflect.deleteProperty(options, name);
    // Rather asked once too often.
    if (name === "requireConsent" && value !== null) options.requireConsent = true;
  }
  return { options, problems, warnings };
}

function complaint(name: string, allowed: string, value: unknown): string {
  return `${name} must be ${allowed}; found ${show(value)}.`;
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return typeof value === "number" || typeof value === "boolean" ? String(value) : `a ${typeof value}`;
}
