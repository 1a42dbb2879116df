/**
 * What a session is reported as: `platform` and `device_type` of the Messaging API, "Sessions". The decision is a pure
 * function of what a browser says about itself; tests run it over a table of real user agents.
 */

import type { DeviceType, Platform } from "./types.js";

/**
 * What a browser says about itself.
 *
 * @internal
 */
export interface BrowserTraits {
  /** `navigator.userAgent`. */
  userAgent: string;
  /** `navigator.platform`. */
  platform: string;
  /** `navigator.maxTouchPoints`. */
  maxTouchPoints: number;
  /** `navigator.userAgentData`, where the browser has it. */
  userAgentData?: { mobile: boolean; platform: string } | undefined;
  /** Whether there is a `window.webkit.messageHandlers`, as in every WKWebView, and in WebKitGTK's web views too. */
  hasWebkitMessageHandlers: boolean;
}

/**
 * What a session is reported as.
 *
 * @internal
 */
export interface Detected {
  platform: Platform;
  deviceType: DeviceType;
}

/** Sets with a large screen and no fingers on it. Fire TV models begin with AFT. */
const TELEVISION = /\b(TV|SmartTV|GoogleTV|AppleTV|HbbTV|BRAVIA|CrKey|Web0S|AFT[A-Z]+\d*)\b/;
/** Android tablets whose browsers say "Mobile" all the same: models of Amazon, Samsung and Lenovo. */
const TABLET_MODEL = /\b(KF[A-Z]{2,}|SM-[TXP]\d{3}|(TB|YT)-)/;

/**
 * Decides what `traits` are the traits of.
 *
 * @internal
 */
export function classify(traits: BrowserTraits): Detected {
  const { userAgent: agent, platform: system, maxTouchPoints: fingers, userAgentData: hints } = traits;
  const found = (platform: Platform, deviceType: DeviceType): Detected => ({ platform, deviceType });

  // Windows Phone calls itself an iPhone and an Android as well.
  if (/Windows Phone|IEMobile/.test(agent)) return found("web", "mobile");

  if (/iPhone|iPod/.test(agent)) return found("ios-web", "mobile");
  if (/\biPad\b/.test(agent)) return found("ios-web", "tablet");
  // An iPad calls itself a Mac unless it is asked for the mobile page. No Mac has a touch screen.
  if (agent.includes("Mac") && /Mac|iPad/.test(system) && fingers > 1) return found("ios-web", "tablet");
  if (/Mac OS X|Macintosh/.test(agent)) return found("web", "desktop");
  // A native app may give its web view any user agent: the system's name is left.
  if (/^(iPhone|iPod)/.test(system)) return found("ios-web", "mobile");
  if (system.startsWith("iPad")) return found("ios-web", "tablet");
  if (traits.hasWebkitMessageHandlers && system.startsWith("Mac") && fingers > 1) return found("ios-web", "tablet");

  if (TELEVISION.test(agent)) return found(agent.includes("Android") ? "android-web" : "web", "desktop");

  // Where the desktop page is asked for, Android calls itself a Linux PC, but its processor's name stays. Amazon's
  // browser does the same, and keeps its own name.
  const disguised = agent.includes("Linux x86_64") && (/^Linux a(rm|arch)/.test(system) || /\bSilk\//.test(agent));
  // An app's own user agent, in a web view without hints: no browser on a Linux PC leaves out "Mozilla".
  const unnamed = agent !== "" && !agent.includes("Mozilla/") && /^Linux a(rm|arch)/.test(system) && fingers > 0;
  if (agent.includes("Android") || hints?.platform === "Android" || disguised || unnamed) {
    const mobile = hints?.mobile === true || /\bMobile\b/.test(agent) || (unnamed && !hints?.platform);
    return found("android-web", mobile && !TABLET_MODEL.test(agent) ? "mobile" : "tablet");
  }

  if (/Tablet(?! PC)|PlayBook/.test(agent)) return found("web", "tablet");
  return found("web", hints?.mobile === true || /Mobi|Phone/.test(agent) ? "mobile" : "desktop");
}

/**
 * What this browser's sessions are reported as by default. `ios-web` on iPhones and iPads, in any browser or web view
 * there; `android-web` on Android, in the same way; else `web`. On a server: `web` and `desktop`. An iPhone that is
 * asked for the desktop page cannot be told from an iPad.
 */
export function detectPlatform(): {
  /** Of which kind the page's surroundings are. */
  platform: Platform;
  /** By its size, and by whether it has a keyboard. */
  deviceType: DeviceType;
} {
  const page = globalThis as {
    navigator?: Partial<Navigator> & { userAgentData?: { mobile: boolean; platform: string } };
    webkit?: { messageHandlers?: unknown };
  };
  const navigator = typeof window === "undefined" ? undefined : page.navigator;
  return classify({
    userAgent: navigator?.userAgent ?? "",
    // Deprecated, but the one thing that a changed user agent leaves as it is.
    platform: navigator?.platform ?? "",
    maxTouchPoints: navigator?.maxTouchPoints ?? 0,
    userAgentData: navigator?.userAgentData,
    hasWebkitMessageHandlers: page.webkit?.messageHandlers !== undefined,
  });
}
