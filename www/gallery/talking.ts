/** States of the gallery: a conversation that goes well. */

import type { ChatMessage } from "/pkg/index.js";
import { NOTHING } from "./fake-chat.js";
import { CONVERSATIONS } from "./languages.js";
import { ada, call, image, link, replies, sarah, system, user } from "./lines.js";
import { type GalleryState, handoff, inside, open, WITH_SARAH } from "./state.js";

const GREETING =
  "Hello, I'm Ada, the assistant of The Corner Table. I can book a table, tell you when we are open, or find someone to talk to. What can I do for you?";

const FIRST = ["Book a table", "Opening hours", "Talk to a human"];

/** A table is about to be booked. */
export function booking(): ChatMessage[] {
  return [
    system(12, "agentJoined", "Ada"),
    ada(12, GREETING),
    user(11, "Book a table"),
    ada(11, "With pleasure. For how many people?"),
    user(10, "We'll be four, one of us in a wheelchair"),
    ada(10, "Four, noted, and the round table by the door has room for a wheelchair."),
    ada(10, "Which day would you like to come?"),
    user(2, "Saturday, please"),
    ada(2, "Saturday it is. And at what time?"),
  ];
}

const MARKDOWN = `Of course! Here is what **tonight's menu** has *without* meat:

1. Beetroot tartare with horseradish
2. Handmade ravioli
   - with ricotta and lemon
   - with pumpkin and sage
3. Chocolate cake, ~~8.50~~ **6.50** today

> The kitchen takes its last orders at 10 pm.

All of it is on [our menu](https://example.com/menu). Give the code \`CORNER-10\` at the table for ten per cent off.

| Dish | Price |
| :--- | ---: |
| Tartare | 9.00 |
| Ravioli | 16.50 |

\`\`\`
Table 7 · 4 people · 19:30
\`\`\``;

/** In the middle of a conversation in another language. */
function inLanguage(name: string, title: string, code: keyof typeof CONVERSATIONS): GalleryState {
  const { greeting, question, answer, thanks, offer, suggestions } = CONVERSATIONS[code];
  return {
    name,
    title,
    chat: () =>
      open({
        language: code,
        messages: [
          system(6, "agentJoined", "Ada"),
          ada(6, greeting),
          user(5, question),
          ada(5, answer),
          user(1, thanks),
          ada(1, offer),
        ],
        suggestions: replies(...suggestions),
      }),
  };
}

const CARDS = (): ChatMessage[] => [
  user(3, "Yes, please"),
  ada(2, "Done: a table for 4 people, Saturday, 7:30 pm. Your booking and a picture of your table are below.", {
    attachments: [
      link("Your booking", "map.svg", "Show booking"),
      image("Your table by the window", "table.svg"),
      link("Terms of our bookings, with what happens if you come late", null, null),
    ],
    callActions: [call("Call the restaurant", "+44 20 7123 4567")],
  }),
];

export const TALKING: readonly GalleryState[] = [
  { name: "empty", title: "Nothing said yet", chat: () => open({ agent: null }) },
  { name: "connecting", title: "Connecting", chat: () => ({ ...NOTHING, connection: { status: "connecting" } }) },
  {
    name: "greeting",
    title: "Greeting",
    chat: () => open({ messages: [system(1, "agentJoined", "Ada"), ada(0, GREETING)], suggestions: replies(...FIRST) }),
  },
  { name: "conversation", title: "Conversation", chat: () => open({ messages: booking() }) },
  {
    name: "streaming",
    title: "A reply as it is written",
    chat: () =>
      open({
        messages: [
          ada(3, GREETING),
          user(0, "When are you open?"),
          ada(0, "We are open from **Tuesday to Sunday**, noon to 11 pm; the kit", { isStreaming: true }),
        ],
      }),
  },
  {
    name: "markdown",
    title: "Markdown",
    size: { width: 400, height: 900 },
    chat: () => open({ messages: [user(1, "What do you have without meat?"), ada(0, MARKDOWN)] }),
  },
  {
    name: "suggestions",
    title: "Suggested replies",
    chat: () =>
      open({
        messages: booking(),
        suggestions: replies("6 pm", "7:30 pm", "9 pm", "Is there a table outside, in the garden by the river?"),
      }),
  },
  {
    name: "cards",
    title: "Cards, a picture, a number to call",
    size: { width: 400, height: 960 },
    chat: () => open({ messages: CARDS() }),
  },
  {
    name: "image-open",
    title: "A picture, enlarged",
    chat: () => open({ messages: CARDS() }),
    then: (widget) => {
      inside(widget, "[part~=image]")?.click();
    },
  },
  {
    name: "typing",
    title: "An answer is being written",
    chat: () => open({ messages: [...booking(), user(0, "7:30 pm")], isAgentTyping: true }),
  },
  {
    name: "handoff-requested",
    title: "Handoff: asked for",
    chat: () => open({ messages: asking(), handoff: handoff("requested") }),
  },
  {
    name: "handoff-queued",
    title: "Handoff: in the queue",
    chat: () =>
      open({
        messages: [...asking(), system(1, "handoffAccepted", "General Support")],
        handoff: handoff("queued", {
          queueName: "General Support",
          position: 3,
          estimatedWaitSeconds: 240,
          displayMessage: "Thank you for waiting. It is Saturday evening, and many want a table.",
        }),
      }),
  },
  {
    name: "handoff-connected",
    title: "Handoff: a person is there",
    chat: () =>
      open({
        agent: WITH_SARAH,
        messages: [
          ...asking(),
          system(1, "handoffAccepted", "General Support"),
          system(1, "liveAgentJoined", "Sarah"),
          sarah(1, "Hi, this is Sarah from The Corner Table. How can I help?"),
          user(0, "Can you put two tables together for twelve people?"),
          sarah(0, "I can, if you come before seven. Shall I?"),
        ],
        handoff: handoff("connected", { queueName: "General Support" }),
      }),
  },
  {
    name: "handoff-failed",
    title: "Handoff: nobody there",
    chat: () =>
      open({
        messages: [
          ...asking(),
          system(0, "handoffFailed", "NO_AGENTS", "warning"),
          ada(0, "I could not reach anyone just now."),
        ],
        handoff: handoff("failed", { reason: "NO_AGENTS" }),
      }),
  },
  {
    name: "handoff-elsewhere",
    title: "Handoff: goes on elsewhere",
    chat: () =>
      open({
        agent: null,
        messages: [...asking(), system(0, "clientHandoffRequired", "COMPLEX_QUERY"), system(0, "agentLeft")],
        handoff: handoff("clientRequired", { queueName: "Phone Team", reason: "COMPLEX_QUERY", route: "whatsapp" }),
      }),
  },
  inLanguage("spanish", "Spanish", "es-ES"),
  inLanguage("french", "French", "fr-FR"),
  inLanguage("german", "German", "de-DE"),
  inLanguage("arabic", "Arabic, from right to left", "ar"),
  inLanguage("japanese", "Japanese", "ja-JP"),
];

/** A person is asked for. */
function asking(): ChatMessage[] {
  return [
    ada(4, GREETING),
    user(2, "Can I talk to a human? We are twelve."),
    ada(2, "Of course. One moment, I'll find a colleague for you."),
    system(1, "agentTriggeredHandoff"),
  ];
}
