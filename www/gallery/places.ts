/** States of the gallery: how the widget stands in a page, and what it says before a conversation begins. */

import { NOTHING } from "./fake-chat.js";
import { ada, system, user } from "./lines.js";
import { type GalleryState, inside, open } from "./state.js";
import { booking } from "./talking.js";

const DISCLAIMER =
  "You are talking with an AI assistant. By going on you agree to our [terms](https://example.com/terms) and our [privacy policy](https://example.com/privacy).";

const CORNER = { width: 400, height: 260 };

/** Enough for the transcript to be shown in part. */
function long(): ReturnType<GalleryState["chat"]> {
  const messages = Array.from({ length: 150 }, (_, index) => {
    const ago = 6 * (150 - index);
    return [
      user(ago, `Is table ${index + 1} free?`),
      ada(ago - 1, `Table ${index + 1} is free from ${(index % 5) + 5} pm. It has ${(index % 4) + 2} chairs.`),
    ];
  });
  return open({ messages: messages.flat() });
}

export const PLACES: readonly GalleryState[] = [
  {
    name: "disclaimer",
    title: "Disclaimer",
    options: { disclaimer: DISCLAIMER },
    chat: () => open({ messages: [system(1, "agentJoined", "Ada"), ada(0, "Hello, I'm Ada. What can I do for you?")] }),
  },
  {
    name: "consent",
    title: "Consent before it begins",
    options: { disclaimer: DISCLAIMER, requireConsent: true },
    chat: () => NOTHING,
  },
  { name: "launcher", title: "Launcher", size: CORNER, options: { renderMode: "floating" }, chat: () => NOTHING },
  {
    name: "launcher-unread",
    title: "Launcher with new messages",
    size: CORNER,
    options: { renderMode: "floating" },
    chat: () => open({ messages: booking() }),
    then: (_widget, chat) => {
      const before = chat.getSnapshot();
      chat.change({
        ...before,
        messages: [...before.messages, ada(0, "Are you still there?"), ada(0, "At 7:30 pm there is one table left.")],
      });
    },
  },
  {
    name: "prompt",
    title: "Launcher with a prompt",
    size: CORNER,
    options: { renderMode: "floating", prompt: "Book a table?" },
    chat: () => NOTHING,
  },
  {
    name: "floating",
    title: "Launcher and open panel",
    size: { width: 520, height: 800 },
    options: { renderMode: "floating", autoOpen: true },
    chat: () => open({ messages: booking() }),
  },
  { name: "long", title: "A long conversation", chat: long },
  {
    name: "jump",
    title: "New messages below",
    chat: long,
    then: (widget, chat) => {
      const box = inside(widget, "[part~=transcript]");
      if (!box) return;
      // A message that comes once the reader has gone up.
      const more = (): void => {
        const before = chat.getSnapshot();
        chat.change({ ...before, messages: [...before.messages, ada(0, "Table 151 has just become free.")] });
      };
      // Once the widget has drawn its lines and gone to the end by itself.
      const goUp = (): void => {
        if (box.querySelectorAll("li[data-role]").length < 100) {
          requestAnimationFrame(goUp);
          return;
        }
        requestAnimationFrame(() => {
          box.addEventListener("scroll", () => requestAnimationFrame(more), { once: true });
          box.scrollTop = box.scrollHeight - box.clientHeight - 600;
        });
      };
      requestAnimationFrame(goUp);
    },
  },
  {
    name: "menu",
    title: "The open menu",
    chat: () => open({ messages: booking() }),
    then: (widget) => inside(widget, "[part~=menu]")?.click(),
  },
  {
    name: "end-question",
    title: "Asked before it ends",
    chat: () => open({ messages: booking() }),
    then: (widget) => {
      inside(widget, "[part~=menu]")?.click();
      inside(widget, "[part~=end-chat]")?.click();
    },
  },
  {
    name: "no-header",
    title: "Without header",
    options: { showHeader: false },
    chat: () => open({ messages: booking() }),
  },
];
