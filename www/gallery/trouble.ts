/** States of the gallery: what does not go well, and the end. */

import { PolyError } from "/pkg/index.js";
import { NOTHING } from "./fake-chat.js";
import { ada, system, unsent, user } from "./lines.js";
import { type GalleryState, open, type } from "./state.js";
import { booking } from "./talking.js";

const LIMIT = 200;
const SENTENCE = "We would like to sit by the window, and one of us brings a dog that is small and very quiet. ";

export const TROUBLE: readonly GalleryState[] = [
  {
    name: "pending",
    title: "On its way",
    chat: () => open({ messages: [...booking(), user(0, "7:30 pm", { delivery: "pending", messageId: null })] }),
  },
  {
    name: "failed-message",
    title: "Not delivered",
    chat: () =>
      open({
        messages: [
          ...booking(),
          unsent(
            0,
            "7:30 pm",
            new PolyError("message/not-delivered", "The message was not delivered. Send it again.", {
              retryable: true,
            }),
          ),
        ],
      }),
  },
  {
    name: "system",
    title: "Notices",
    chat: () =>
      open({
        messages: [
          system(1500, "agentJoined", "Ada"),
          ada(1500, "Hello, I'm Ada. What can I do for you?"),
          system(1490, "agentLeft"),
          system(9, "agentJoined", "Ada"),
          system(8, "systemMessage", "This conversation is recorded."),
          user(7, "Book a table"),
          system(7, "systemMessage", "Our system is experiencing high load. Please try again in a moment.", "warning"),
          system(6, "systemMessage", "Sorry, I'm having trouble responding right now. Please try again.", "error"),
          system(1, "sessionIdleWarning"),
        ],
      }),
  },
  {
    name: "offline",
    title: "Offline",
    isOffline: true,
    chat: () =>
      open({
        messages: [...booking(), user(0, "7:30 pm", { delivery: "pending", messageId: null })],
        connection: { status: "reconnecting", attempt: 1, retryInMs: 1000 },
      }),
  },
  {
    name: "reconnecting",
    title: "Reconnecting",
    chat: () => open({ messages: booking(), connection: { status: "reconnecting", attempt: 3, retryInMs: 8000 } }),
  },
  {
    name: "failed",
    title: "Could not connect",
    chat: () => ({
      ...NOTHING,
      connection: {
        status: "failed",
        error: new PolyError("transport/network", "The chat server cannot be reached. Check your connection.", {
          retryable: true,
        }),
      },
    }),
  },
  {
    name: "ended",
    title: "Ended",
    chat: () =>
      open({
        agent: null,
        messages: [
          ...booking(),
          user(1, "Bye"),
          ada(0, "Goodbye, and thank you. See you at The Corner Table!"),
          system(0, "sessionEnd", "REASON_NATURAL_END"),
        ],
        connection: { status: "closed" },
        ended: { reason: "REASON_NATURAL_END" },
      }),
  },
  {
    name: "idle",
    title: "About to end",
    chat: () => open({ messages: booking(), idleWarning: true }),
  },
  {
    name: "timed-out",
    title: "Ended after a long silence",
    chat: () =>
      open({
        agent: null,
        messages: [...booking(), system(1, "sessionIdleWarning"), system(0, "sessionEnd", "REASON_USER_ABANDONED")],
        connection: { status: "closed" },
        ended: { reason: "REASON_USER_ABANDONED" },
      }),
  },
  {
    name: "near-limit",
    title: "Near the longest message",
    options: { maxLength: LIMIT },
    chat: () => open({ messages: booking() }),
    then: (widget) => {
      type(widget, SENTENCE.repeat(3).slice(0, LIMIT - 12));
    },
  },
  {
    name: "over-limit",
    title: "Over the longest message",
    options: { maxLength: LIMIT },
    chat: () => open({ messages: booking() }),
    then: (widget) => {
      type(widget, SENTENCE.repeat(3).slice(0, LIMIT + 34));
    },
  },
];
