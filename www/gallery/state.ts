/** What a state of the gallery is. */

import type { ChatState } from "/pkg/index.js";
import type { PolyChatElement, WidgetOptions } from "/pkg/widget.js";
import { type FakeChat, NOTHING } from "./fake-chat.js";
import { ADA, SARAH } from "./lines.js";

/** One state of the widget. */
export interface GalleryState {
  /** As in `?state=`. */
  name: string;
  title: string;
  /** Pixels of the window that it is best seen in. Default: `SIZE`. */
  size?: { width: number; height: number };
  /** The widget's options; its chat panel stands inline unless they say otherwise. */
  options?: WidgetOptions;
  /** The chat's state. */
  chat: () => ChatState;
  /** Whether the browser is offline. */
  isOffline?: boolean;
  /** What happens once the widget has been shown: a click, a text that is typed, another message. */
  then?: (widget: PolyChatElement, chat: FakeChat) => void;
}

/** Pixels of the window that most states are best seen in. */
export const SIZE = { width: 400, height: 680 };

/** A chat that is connected with Ada, and this beside. */
export function open(more: Partial<ChatState> = {}): ChatState {
  return {
    ...NOTHING,
    connection: { status: "open" },
    session: { id: "session-1", resumed: false, streaming: true },
    agent: { kind: "poly", name: "Ada", avatarUrl: ADA },
    ...more,
  };
}

/** Sarah, a person, has taken over. */
export const WITH_SARAH: ChatState["agent"] = { kind: "live", name: "Sarah", avatarUrl: SARAH };

/** A handoff that stands as this says. */
export function handoff(
  phase: ChatState["handoff"]["phase"],
  more: Partial<ChatState["handoff"]> = {},
): ChatState["handoff"] {
  return { ...NOTHING.handoff, phase, ...more };
}

/** The first of the widget's elements that `selector` names. */
export function inside(widget: PolyChatElement, selector: string): HTMLElement | null {
  return widget.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
}

/** Types a text into the widget. */
export function type(widget: PolyChatElement, text: string): void {
  const input = inside(widget, "[part~=input]");
  if (!(input instanceof HTMLTextAreaElement)) return;
  input.value = text;
  input.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
}
