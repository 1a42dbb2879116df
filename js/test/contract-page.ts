/** docs/events.md: the engine's table for those who write an application, with the words of the declarations' comments. */

import ts from "typescript";

import { CONVERTED, exportsOf, membersOf, type Contract, type Fields } from "./contract.js";

/** Makes the page. `program` holds the source of the declarations. */
export function eventsPage(contract: Contract, program: ts.Program): string {
  const words = new Words(program);
  /** As declared, where that is another type than what crosses. */
  const declared = (place: string, crosses: string): string => {
    const [, after] = CONVERTED[place] ?? [];
    return after === "ChatEvent types" ? 'ChatEvent["type"]' : (after ?? crosses);
  };
  const fieldTable = (fields: Fields, place: string, of: ts.Type): string[] => [
    "| field | type | what |",
    "| --- | --- | --- |",
    ...Object.entries(fields).map(
      ([name, type]) => `| \`${name}\` | ${code(declared(`${place}.${name}`, type))} | ${cell(words.of(of, name))} |`,
    ),
    "",
  ];

  const errors = contract.errors.map(
    (error) =>
      `| \`${error.code}\` | ${error.retryable ? "yes" : "no"} | ${cell(words.ofCode(error.code))} | ${cell(error.message)} |`,
  );
  const events = (isOfWire: boolean): string[] => {
    const declaredIn = words.type("js/src/event-types.ts", isOfWire ? "WireEvents" : "LocalEvents");
    const names = words.names(declaredIn).filter((name) => contract.events[name]?.envelope === isOfWire);
    return names.map((name) => {
      const fields = Object.entries(contract.events[name]?.fields ?? {}).map(([field, type]) => {
        const text = words.of(words.memberType(declaredIn, name), field);
        return `\`${field}\`: ${code(declared(`events.${name}.fields.${field}`, type))}${text && `. ${cell(text)}`}`;
      });
      return `| \`${name}\` | ${cell(words.of(declaredIn, name))} | ${fields.join("<br>")} |`;
    });
  };
  const state = words.type("js/src/state.ts", "ChatState");
  const connection = words.type("js/src/state.ts", "ConnectionState");
  const statuses = Object.entries(contract.connection).map(([status, fields]) => {
    const variant = membersOf(connection).find((type) => words.literals(type, "status").includes(status));
    const parts = Object.entries(fields).map(
      ([name, type]) => `\`${name}\`: ${code(type)}. ${cell(words.of(variant, name))}`,
    );
    return `| \`${status}\` | ${parts.join("<br>")} |`;
  });
  const roles = { user: "UserMessage", agent: "AgentMessage", system: "SystemMessage" };
  const messages = Object.entries(roles).flatMap(([role, name]) => {
    const type = words.type("js/src/state.ts", name);
    const fields = { ...contract.message, ...contract.messages[role] };
    return [
      `### \`role: "${role}"\``,
      "",
      words.ofType("js/src/state.ts", name),
      "",
      "| field | type | what |",
      "| --- | --- | --- |",
      ...Object.entries(fields).map(([field, text]) => {
        const place = field in contract.message ? `message.${field}` : `messages.${role}.${field}`;
        return `| \`${field}\` | ${code(declared(place, text))} | ${cell(words.of(type, field))} |`;
      }),
      "",
    ];
  });
  const parts = (
    [
      ["Session", "session"],
      ["Agent", "agent"],
      ["Ended", "ended"],
    ] as const
  ).flatMap(([name, member]) => [
    `### ${name}`,
    "",
    ...fieldTable(contract.types[name] ?? {}, `types.${name}`, words.memberType(state, member)),
  ]);
  const shapes = (["HandoffState", "Attachment", "Suggestion", "CallAction"] as const).flatMap((name) => {
    const called = name === "HandoffState" ? "Handoff" : name;
    return [
      `### ${called}`,
      "",
      words.ofType("js/src/state.ts", name),
      "",
      ...fieldTable(contract.types[called] ?? {}, `types.${called}`, words.type("js/src/state.ts", name)),
    ];
  });
  const capabilities = words.memberType(
    words.memberType(words.type("js/src/event-types.ts", "WireEvents"), "sessionStart"),
    "capabilities",
  );

  return [
    "<!-- Made from the engine's own types and the declarations' comments: `cargo xtask contract` writes it, a test compares it. -->",
    "",
    "# Errors, events and states",
    "",
    "Everything that a chat tells an application, by the names of `ChatEvent`, `ChatState` and `PolyError`. A type that ends in",
    "`| null` may be null, and no other; no field but the `cause` of an error is ever missing.",
    "",
    "## Errors",
    "",
    "Decide by `code`. `retryable` says whether the same call may succeed when it is made again later. The text is what `message`",
    "says unless there is more to say; `config/invalid`, for one, names the option.",
    "",
    "| code | retryable | when | text |",
    "| --- | --- | --- | --- |",
    ...errors,
    "",
    "### PolyError",
    "",
    ...fieldTable(
      { ...contract.types.PolyError, "cause?": "unknown" },
      "none",
      words.type("js/src/errors.ts", "PolyError"),
    ),
    "## Events of the connection and of delivery",
    "",
    "They arise in the client, and have no fields but these.",
    "",
    "| `type` | when | fields |",
    "| --- | --- | --- |",
    ...events(false),
    "",
    "## Events of the wire",
    "",
    "Each of these also has the fields of the envelope, below.",
    "",
    "| `type` | when | fields |",
    "| --- | --- | --- |",
    ...events(true),
    "",
    "### The envelope",
    "",
    ...fieldTable(contract.envelope, "envelope", words.type("js/src/event-types.ts", "Envelope")),
    "### Capabilities",
    "",
    ...fieldTable(contract.types.Capabilities ?? {}, "types.Capabilities", capabilities),
    "## State",
    "",
    "What `getSnapshot()` returns, beside `connection` and `messages`:",
    "",
    ...fieldTable(contract.state, "state", state),
    "### Connection",
    "",
    cell(words.of(membersOf(connection)[0], "status")),
    "",
    "| `status` | further fields |",
    "| --- | --- |",
    ...statuses,
    "",
    ...parts,
    ...shapes,
    "## Messages",
    "",
    ...messages,
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
}

/** Reads the comments of declarations. */
class Words {
  readonly #checker: ts.TypeChecker;

  constructor(readonly program: ts.Program) {
    this.#checker = program.getTypeChecker();
  }

  type(file: string, name: string): ts.Type {
    return exportsOf(this.program, file)(name);
  }

  memberType(of: ts.Type, name: string): ts.Type {
    const member = this.#checker.getPropertyOfType(of, name);
    if (!member) throw new Error(`no member ${name}`);
    return this.#checker.getNonNullableType(this.#checker.getTypeOfSymbol(member));
  }

  /** The names of a type's members, in the order in which they stand there. */
  names(of: ts.Type): string[] {
    return this.#checker.getPropertiesOfType(of).map(({ name }) => name);
  }

  literals(of: ts.Type, name: string): string[] {
    return membersOf(this.memberType(of, name)).flatMap((type) => (type.isStringLiteral() ? [type.value] : []));
  }

  /** The comment of a member; empty where its name and type say all. */
  of(of: ts.Type | undefined, name: string): string {
    const member = of && this.#checker.getPropertyOfType(of, name.replace("?", ""));
    return this.#text(member);
  }

  ofType(file: string, name: string): string {
    return this.#text(this.type(file, name).getSymbol());
  }

  /** A union's members have no symbols, and so no comments but in the text. */
  ofCode(name: string): string {
    const text = this.program.getSourceFile("js/src/errors.ts")?.text ?? "";
    const comment = new RegExp(`/\\*\\* ([^*]+) \\*/\\s+\\| "${name}"`).exec(text)?.[1];
    if (comment === undefined) throw new Error(`${name} has no comment`);
    return comment;
  }

  #text(symbol: ts.Symbol | undefined): string {
    // What the library says of its own `Error` is nothing to tell here.
    const isOurs = symbol?.declarations?.some(
      (declaration) => !declaration.getSourceFile().fileName.includes("/typescript/lib/"),
    );
    if (symbol?.name === "message" && !isOurs) return "What happened and what to do, fit for a user's eyes.";
    return symbol && isOurs ? ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)) : "";
  }
}

/** Text for a cell of a table. */
function cell(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|");
}

function code(type: string): string {
  return `\`${type.replaceAll("|", "\\|")}\``;
}
