/**
 * Trouble on demand: what the sandbox does to a session when its control API is told to (crates/sandbox/README.md), and things to
 * say that its agent answers with more than a text.
 */

import type { Chat } from "/pkg/index.js";
import { find, make } from "../dom.js";
import type { Settings } from "./settings.js";

/** How long each frame waits where replies are slow, in milliseconds. */
const SLOW_MS = 700;

/** A button. */
interface Fault {
  name: string;
  label: string;
  /** What is said once it is done. */
  done: string;
  /** The calls it makes: method, path under `/control/`, and what goes with it. `{id}` is the session. */
  calls: (session: string) => readonly (readonly [method: "POST" | "DELETE", path: string, body?: object])[];
}

const FAULTS: readonly Fault[] = [
  {
    name: "drop",
    label: "Drop",
    done: "The connection was cut.",
    calls: () => [["POST", "sessions/{id}/drop"]],
  },
  {
    name: "freeze",
    label: "Freeze",
    done: "The connection stands, and nothing goes through it. The heartbeat will notice.",
    calls: () => [["POST", "sessions/{id}/freeze"]],
  },
  {
    name: "thaw",
    label: "Thaw",
    done: "Frames go through again.",
    calls: () => [["POST", "sessions/{id}/thaw"]],
  },
  {
    name: "slow",
    label: "Slow",
    done: `Each frame from the server waits ${SLOW_MS} ms, until faults are cleared.`,
    calls: (session) => [
      [
        "POST",
        "faults",
        { session, frames: [{ direction: "out", action: "delay", delay_ms: SLOW_MS, probability: 1 }] },
      ],
    ],
  },
  {
    name: "refuse",
    label: "Refuse",
    done: "The connection was cut, and the next three tries are refused.",
    calls: (session) => [
      ["POST", "faults", { session, handshake: [{ status: 503, times: 3 }] }],
      ["POST", "sessions/{id}/drop"],
    ],
  },
  {
    name: "expire",
    label: "Expire",
    done: "The server knows this session no more.",
    calls: () => [["POST", "sessions/{id}/expire", { close: null }]],
  },
  {
    name: "away",
    label: "Away for 5 s",
    done: "The server answers nobody for five seconds.",
    calls: () => [["POST", "restart", { sessions: "keep", down_ms: 5000 }]],
  },
  {
    name: "end",
    label: "End",
    done: "The server ended the conversation.",
    calls: () => [["POST", "sessions/{id}/end", { reason: "natural_end" }]],
  },
  {
    name: "clear",
    label: "Clear faults",
    done: "No fault is in force.",
    calls: () => [["DELETE", "faults"]],
  },
];

/** What to say, and what comes of it. */
const SAYS: readonly (readonly [string, string])[] = [
  ["Talk to a human", "a person"],
  ["handoff fail", "a failed handoff"],
  ["handoff timeout", "nobody in time"],
  ["WhatsApp", "another channel"],
  ["high load", "system messages"],
  ["In Spanish, please", "another language"],
  ["Bye", "the end"],
];

const note = find("#faults-note");
const faults = find("#faults");
const says = find("#says");

/** Whether there is a sandbox to give orders to, and where; a text says why not. */
type Server = { control: string } | { reason: string };

let server: Server = { reason: "" };
let chat: Chat | null = null;

/** Makes the buttons. */
export function offerFaults(): void {
  for (const fault of FAULTS) {
    const button = make(
      "button",
      { type: "button", "data-testid": `fault-${fault.name}`, "aria-describedby": "faults-note" },
      fault.label,
    );
    button.onclick = () => void carryOut(fault);
    faults.append(button);
  }
  for (const [text, outcome] of SAYS) {
    const button = make("button", { type: "button", title: `Says “${text}”` }, outcome);
    button.onclick = () => {
      try {
        void chat?.send(text);
      } catch (error) {
        say(error instanceof Error ? error.message : String(error), true);
      }
    };
    says.append(button);
  }
}

/** Faults are from now on for this chat, on the server that the settings name. */
export async function aimFaults(target: Chat | null, settings: Settings): Promise<void> {
  chat = target;
  server = { reason: "Looking for a sandbox…" };
  showFaults();
  const found = await findServer(settings);
  if (chat !== target) return;
  server = found;
  showFaults();
}

/** Shows which buttons can do something. To be called whenever the chat's state has changed. */
export function showFaults(): void {
  const reason = "reason" in server ? server.reason : chat?.getSnapshot().session ? "" : "There is no session yet.";
  for (const button of faults.querySelectorAll("button")) button.disabled = reason !== "";
  for (const button of says.querySelectorAll("button")) {
    button.disabled = "reason" in server || chat?.getSnapshot().connection.status !== "open";
  }
  if (reason !== "") say(reason);
  else if (note.dataset.reason !== undefined) say("These buttons tell the sandbox what to do to this session.");
  if (reason === "") delete note.dataset.reason;
  else note.dataset.reason = "";
}

async function findServer(settings: Settings): Promise<Server> {
  const other = { reason: "Only this project's sandbox makes trouble when it is told to: choose it under Server." };
  const environment = settings.get("environment");
  if (environment !== undefined && environment !== "custom") return other;
  let origin = location.origin;
  if (environment === "custom") {
    try {
      origin = new URL(settings.get("apiUrl") ?? "").origin;
    } catch {
      return other;
    }
  }
  // Nobody else's server is asked whether it is one.
  if (origin !== location.origin && !["localhost", "127.0.0.1", "[::1]"].includes(new URL(origin).hostname))
    return other;
  try {
    const answer = await fetch(`${origin}/control/faults`);
    if (answer.ok) return { control: `${origin}/control/` };
  } catch {
    // As if it had answered with an error.
  }
  return other;
}

async function carryOut({ calls, done }: Fault): Promise<void> {
  const session = chat?.getSnapshot().session?.id;
  if (!session || "reason" in server) return;
  try {
    for (const [method, path, body] of calls(session)) {
      const answer = await fetch(server.control + path.replace("{id}", session), {
        method,
        headers: { "Content-Type": "application/json" },
        body: method === "POST" ? JSON.stringify(body ?? {}) : null,
      });
      if (!answer.ok) throw new Error(`The sandbox answered ${answer.status}: ${await answer.text()}`);
    }
    say(done);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), true);
  }
}

function say(text: string, isProblem = false): void {
  if (note.textContent !== text) note.textContent = text;
  note.classList.toggle("problem", isProblem);
}
