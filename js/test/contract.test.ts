/**
 * What the package declares is what the engine sends: its table of errors, events, states and changes against the source of the
 * declarations, against those that are published, and against the reference; and that each kind of drift is found.
 */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import ts from "typescript";

import {
  CONVERTED,
  declaredIn,
  differences,
  exportsOf,
  membersOf,
  programOf,
  storedContract,
  type Contract,
  type Fields,
} from "./contract.js";
import { eventsPage } from "./contract-page.js";

const contract = storedContract();
const [SOURCE, PUBLISHED, REFERENCE] = ["js/src/index.ts", "pkg/index.d.ts", "tests/types/api.d.ts"];

for (const file of [SOURCE, PUBLISHED, REFERENCE]) {
  test(`${file} declares what the engine sends`, () => {
    const declared = declaredIn(programOf([file]), file, contract);
    assert.deepEqual(differences(contract, declared), []);
    assert.ok(declared.codes.length > 20 && Object.keys(declared.events).length > 30);
  });
}

test("the border is declared with the changes and members that cross it", () => {
  const file = "js/src/boundary.ts";
  const program = programOf([file]);
  const checker = program.getTypeChecker();
  const border = exportsOf(program, file);
  const names = (type: ts.Type): string[] =>
    checker
      .getPropertiesOfType(type)
      .map(({ name }) => name)
      .sort();
  const tagOf = (type: ts.Type, tag: string): ts.Type => {
    const property = checker.getPropertyOfType(type, tag);
    assert.ok(property, tag);
    return checker.getTypeOfSymbol(property);
  };
  const literals = (type: ts.Type): string[] =>
    membersOf(type).map((member) => (member.isStringLiteral() ? member.value : assert.fail("no literal")));

  const changes = Object.fromEntries(
    membersOf(border("Change")).flatMap((type) =>
      literals(tagOf(type, "op")).map((op) => [op, names(type).filter((name) => name !== "op")]),
    ),
  );
  assert.deepEqual(changes, contract.changes);
  const connection = Object.fromEntries(
    membersOf(border("PlainConnection")).flatMap((type) =>
      literals(tagOf(type, "status")).map((status) => [status, names(type).filter((name) => name !== "status")]),
    ),
  );
  const crossing = Object.entries(contract.connection).map(([status, fields]) => [status, Object.keys(fields).sort()]);
  assert.deepEqual(connection, Object.fromEntries(crossing));
  assert.deepEqual(names(border("PlainError")), Object.keys(contract.types.PolyError ?? {}).sort());
  assert.deepEqual(names(border("PlainMessage")), [...Object.keys(contract.message), "body"].sort());
  const envelope = checker.getNonNullableType(tagOf(border("PlainEvent"), "envelope"));
  assert.deepEqual(names(envelope), Object.keys(contract.envelope).sort());
});

/** A change of the declarations that nobody made in the engine, and the place at which it shows. */
const DECLARED: [what: string, file: string, from: string, to: string, place: string][] = [
  [
    "a field is renamed",
    "event-types",
    "languageCode: string",
    "language: string",
    "events.languageChanged.fields.language",
  ],
  ["a field is added", "event-types", "sessionEnd: {", "sessionEnd: { by: string;", "events.sessionEnd.fields.by"],
  [
    "a field is left out",
    "event-types",
    "previousSessionId: string;",
    "",
    "events.sessionReplaced.fields.previousSessionId",
  ],
  [
    "a field may be null",
    "event-types",
    "delta: string",
    "delta: string | null",
    "events.agentMessageChunk.fields.delta",
  ],
  [
    "a field may not be null",
    "event-types",
    "error: PolyError | null",
    "error: PolyError",
    "events.disconnected.fields.error",
  ],
  ["a field may be missing", "event-types", "wireType: string", "wireType?: string", "events.unknown.fields.wireType?"],
  [
    "a field has another type",
    "event-types",
    "chunkIndex: number",
    "chunkIndex: string",
    "events.agentMessageChunk.fields.chunkIndex",
  ],
  ["a value less", "event-types", '"started" | "stopped"', '"started"', "events.liveAgentTyping.fields.state"],
  [
    "an event is renamed",
    "event-types",
    "  handoffTimeout:",
    "  handoffTimedOut:",
    "events.handoffTimedOut.fields.reason",
  ],
  [
    "an event has no envelope",
    "event-types",
    "& Envelope }[keyof WireEvents]",
    "}[keyof WireEvents]",
    "events.heartbeat.envelope",
  ],
  [
    "the envelope differs",
    "event-types",
    "replayed: boolean",
    "replayed: boolean; readonly size: number",
    "events.heartbeat.fields.size",
  ],
  [
    "a capability is renamed",
    "event-types",
    "maxMessageSizeBytes",
    "maxMessageBytes",
    "types.Capabilities.maxMessageBytes",
  ],
  ["a code is left out", "errors", '  | "session/lost"\n', "", "codes"],
  ["a code is renamed", "errors", '| "transport/network"', '| "transport/offline"', "codes"],
  [
    "an error says more",
    "errors",
    "readonly retryable: boolean;",
    "readonly retryable: boolean; readonly status!: number;",
    "types.PolyError.status",
  ],
  ["a phase is renamed", "state", '| "timedOut"', '| "timeout"', "types.Handoff.phase"],
  ["a status is added", "state", '"closing" | "closed"', '"closing" | "closed" | "paused"', "connection.paused"],
  ["a delivery is left out", "state", '"pending" | "sent" | "failed"', '"pending" | "sent"', "messages.user.delivery"],
  [
    "an attachment's field may not be null",
    "state",
    "contentUrl: string | null",
    "contentUrl: string",
    "types.Attachment.contentUrl",
  ],
  ["a part of the state is renamed", "state", "isAgentTyping", "isTyping", "state.isTyping"],
  ["a time is a number", "state", "readonly timestamp: Date", "readonly timestamp: number", "message.timestamp"],
];

for (const [what, name, from, to, place] of DECLARED) {
  test(`a drift of the declarations is found: ${what}`, () => {
    const path = `js/src/${name}.ts`;
    const text = readFileSync(path, "utf8");
    const drifted = text.replace(from, to);
    assert.notEqual(drifted, text, `${path} no longer holds ${from}`);
    const found = differences(contract, declaredIn(programOf([SOURCE], { [path]: drifted }), SOURCE, contract));
    assert.ok(
      found.some((line) => line.startsWith(`${place}:`)),
      found.join("\n") || "nothing was found",
    );
  });
}

function put(fields: Fields | undefined, name: string, text: string): string {
  assert.ok(fields);
  return (fields[name] = text);
}

/** A change of the engine that nobody made in the declarations. */
const SENT: [what: string, drift: (table: Contract) => void, place: string][] = [
  ["a code is added", ({ errors }) => errors.push({ code: "auth/blocked", retryable: false, message: "No." }), "codes"],
  [
    "an event is added",
    ({ events }) => (events.csatRequested = { envelope: true, fields: {} }),
    "events.csatRequested.envelope",
  ],
  ["an event is left out", ({ events }) => delete events.heartbeat, "events.heartbeat.envelope"],
  [
    "a field is added",
    ({ events }) => put(events.agentLeft?.fields, "agentId", "string"),
    "events.agentLeft.fields.agentId",
  ],
  ["a field may be null", ({ messages }) => put(messages.agent, "text", "string | null"), "messages.agent.text"],
  ["a field may be missing", ({ types }) => put(types.Agent, "name?", "string"), "types.Agent.name?"],
  ["a state is added", ({ state }) => (state.rating = "number | null"), "state.rating"],
  ["a status has a field", ({ connection }) => put(connection.closed, "reason", "string"), "connection.closed.reason"],
  ["what is converted changes", ({ envelope }) => (envelope.timestamp = "string"), "envelope.timestamp"],
];

for (const [what, drift, place] of SENT) {
  test(`a drift of the engine is found: ${what}`, () => {
    const drifted = structuredClone(contract);
    drift(drifted);
    const found = differences(drifted, declaredIn(programOf([SOURCE]), SOURCE, drifted));
    assert.ok(
      found.some((line) => line.startsWith(`${place}:`)),
      found.join("\n") || "nothing was found",
    );
  });
}

test("docs/events.md is the table", () => {
  const page = eventsPage(contract, programOf([SOURCE]));
  if (process.env.CONTRACT === "write") writeFileSync("docs/events.md", page);
  assert.equal(readFileSync("docs/events.md", "utf8"), page, "`cargo xtask contract` writes it anew");
});

test("no conversion is of what the table does not have", () => {
  for (const place of Object.keys(CONVERTED)) {
    if (place === "types.PolyError.cause?") continue;
    const value = place.split(".").reduce<unknown>((tree, name) => (tree as Record<string, unknown>)[name], contract);
    assert.equal(typeof value, "string", place);
  }
});
