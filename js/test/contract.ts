/** What the declarations say of errors, events, states and changes, in the form of the engine's table (crates/engine/contract.json). */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";

/** Names and types, the types in the way of TypeScript: unions in alphabetical order, `null` last. */
export type Fields = Record<string, string>;

/** What a file of declarations says. */
export interface Declared {
  codes: string[];
  types: Record<string, Fields>;
  envelope: Fields;
  events: Record<string, { envelope: boolean; fields: Fields }>;
  connection: Record<string, Fields>;
  state: Fields;
  message: Fields;
  messages: Record<string, Fields>;
}

/** The engine's table. */
export interface Contract extends Omit<Declared, "codes"> {
  errors: { code: string; retryable: boolean; message: string }[];
  changes: Record<string, string[]>;
}

/** As it stands in the repository. */
export function storedContract(): Contract {
  return JSON.parse(readFileSync("crates/engine/contract.json", "utf8")) as Contract;
}

/** Parsed files, so that the next program needs not read them again. */
const parsed = new Map<string, ts.SourceFile>();

/** Reads files of declarations, with `changed` texts in place of some. */
export function programOf(roots: string[], changed: Record<string, string> = {}): ts.Program {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: [
      "lib.es2022.d.ts",
      "lib.dom.d.ts",
      "lib.dom.iterable.d.ts",
      "lib.dom.asynciterable.d.ts",
      "lib.esnext.disposable.d.ts",
    ],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  const texts = new Map(Object.entries(changed).map(([path, text]) => [resolve(path), text]));
  host.getSourceFile = (name, language) => {
    const text = texts.get(resolve(name));
    if (text !== undefined) return ts.createSourceFile(name, text, language);
    const file = parsed.get(name) ?? read(name, language);
    if (file) parsed.set(name, file);
    return file;
  };
  return ts.createProgram(roots, options, host);
}

/** What the exported types of `file` say. Shapes that the table has a name for are called by it. */
export function declaredIn(program: ts.Program, file: string, contract: Contract): Declared {
  const checker = program.getTypeChecker();
  const exported = exportsOf(program, file);
  const reader = new Reader(checker, contract);
  const part = (of: ts.Type, name: string): ts.Type => {
    const property = checker.getPropertyOfType(of, name);
    if (!property) throw new Error(`${file} has no ${name} where one is looked for`);
    return checker.getTypeOfSymbol(property);
  };
  const present = (type: ts.Type): ts.Type => checker.getNonNullableType(type);

  const state = exported("ChatState");
  const events = reader.variants(exported("ChatEvent"), "type");
  const envelopeNames = Object.keys(contract.envelope);
  const sessionStart = membersOf(exported("ChatEvent")).find((type) =>
    reader.texts(part(type, "type")).includes('"sessionStart"'),
  );
  if (!sessionStart) throw new Error(`${file} has no event sessionStart`);
  const messages = reader.variants(exported("ChatMessage"), "role");
  const declared: Declared = {
    codes: reader.texts(exported("PolyErrorCode")).map((text) => text.slice(1, -1)),
    types: {
      Agent: reader.fields(present(part(state, "agent"))),
      Attachment: reader.fields(exported("Attachment")),
      CallAction: reader.fields(exported("CallAction")),
      Capabilities: reader.fields(part(sessionStart, "capabilities")),
      Ended: reader.fields(present(part(state, "ended"))),
      Handoff: reader.fields(part(state, "handoff")),
      PolyError: reader.fields(exported("PolyError")),
      Session: reader.fields(present(part(state, "session"))),
      Suggestion: reader.fields(exported("Suggestion")),
    },
    envelope: {},
    events: {},
    connection: reader.variants(part(state, "connection"), "status"),
    state: reader.fields(state),
    message: {},
    messages: {},
  };
  delete declared.state.connection;
  delete declared.state.messages;
  // What every event of the wire has is told once; so is what every line of the transcript has.
  for (const [type, fields] of Object.entries(events)) {
    const hasEnvelope = "replayed" in fields;
    declared.events[type] = { envelope: hasEnvelope, fields: hasEnvelope ? without(fields, envelopeNames) : fields };
    if (hasEnvelope) declared.envelope = only(fields, envelopeNames, declared.envelope, type);
  }
  for (const [role, fields] of Object.entries(messages)) {
    declared.messages[role] = without(fields, Object.keys(contract.message));
    declared.message = only(fields, Object.keys(contract.message), declared.message, role);
  }
  return declared;
}

/** Looks up the types that a file exports. */
export function exportsOf(program: ts.Program, file: string): (name: string) => ts.Type {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`${file} is no module`);
  return (name) => {
    // A file of the project's own may keep a type to itself.
    const local =
      checker.tryGetMemberInModuleExports(name, module) ??
      checker.resolveName(name, source, ts.SymbolFlags.Type, false);
    if (!local) throw new Error(`${file} declares no ${name}`);
    const target = local.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(local) : local;
    return checker.getDeclaredTypeOfSymbol(target);
  };
}

/** The members of a union; a type that is none is its own. */
export function membersOf(type: ts.Type): ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

/** Says what types are. */
class Reader {
  readonly #names: Map<string, string>;
  readonly #codes: string;

  constructor(
    readonly checker: ts.TypeChecker,
    contract: Contract,
  ) {
    this.#codes = contract.errors
      .map(({ code }) => JSON.stringify(code))
      .sort()
      .join(" | ");
    this.#names = new Map(Object.entries(contract.types).map(([name, fields]) => [inline(fields), name]));
  }

  /** The parts of a union, as text. */
  texts(type: ts.Type): string[] {
    const texts = membersOf(type).map((member) => this.#single(member));
    const isBoolean = texts.includes("true") && texts.includes("false");
    const parts = isBoolean ? ["boolean", ...texts.filter((text) => text !== "true" && text !== "false")] : texts;
    return [...new Set(parts)];
  }

  text(type: ts.Type): string {
    const texts = this.texts(type);
    const literals = texts.filter((text) => text.startsWith('"')).sort();
    const known = literals.join(" | ") === this.#codes ? ["PolyErrorCode"] : literals;
    const rank = ["boolean", "number", "string"];
    const plain = texts.filter((text) => rank.includes(text)).sort();
    const rest = texts.filter((text) => !literals.includes(text) && !plain.includes(text) && text !== "null");
    return [...known, ...plain, ...rest.sort(), ...texts.filter((text) => text === "null")].join(" | ");
  }

  /** The members of an object. */
  fields(type: ts.Type): Fields {
    const fields: Fields = {};
    for (const property of this.checker.getPropertiesOfType(type)) {
      // What the language gives to errors, and what has no name that a page could write.
      const isForeign = property.declarations?.every((declaration) =>
        declaration.getSourceFile().fileName.includes("/typescript/lib/"),
      );
      if (property.name.startsWith("__@") || (isForeign && property.name !== "message")) continue;
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      fields[property.name + (isOptional ? "?" : "")] = this.text(this.checker.getTypeOfSymbol(property));
    }
    return sorted(fields);
  }

  /** The members of a union, by what they have in `tag`. */
  variants(type: ts.Type, tag: string): Record<string, Fields> {
    const variants: Record<string, Fields> = {};
    for (const member of membersOf(type)) {
      const property = this.checker.getPropertyOfType(member, tag);
      if (!property) throw new Error(`a variant has no ${tag}: ${this.checker.typeToString(member)}`);
      for (const text of this.texts(this.checker.getTypeOfSymbol(property))) {
        variants[text.slice(1, -1)] = without(this.fields(member), [tag]);
      }
    }
    return variants;
  }

  #single(type: ts.Type): string {
    if (type.isStringLiteral()) return JSON.stringify(type.value);
    // What the language itself has, `string` or `true`, is no declaration's.
    if (!type.getSymbol()) return this.checker.typeToString(type);
    const name = type.symbol.name;
    if (name === "Date" || name === "PolyError") return name;
    if (this.checker.isArrayType(type)) {
      const [item] = this.checker.getTypeArguments(type as ts.TypeReference);
      const text = item ? this.text(item) : "";
      return text.includes(" | ") ? `(${text})[]` : `${text}[]`;
    }
    const values = this.checker.getIndexInfoOfType(type, ts.IndexKind.String);
    const fields = this.fields(type);
    if (values && Object.keys(fields).length === 0) return `Record<string, ${this.text(values.type)}>`;
    return this.#names.get(inline(fields)) ?? inline(fields);
  }
}

/** An object's members as one text. */
function inline(fields: Fields): string {
  const members = Object.entries(sorted(fields)).map(([name, text]) => `${name}: ${text}`);
  return `{ ${members.join("; ")} }`;
}

function sorted(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function without(fields: Fields, names: string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** The members of these names, which must be as `before` wherever there was something before. */
function only(fields: Fields, names: string[], before: Fields, where: string): Fields {
  const found = Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
  if (Object.keys(before).length > 0 && inline(before) !== inline(found)) {
    throw new Error(`${where} has ${inline(found)} where others have ${inline(before)}`);
  }
  return found;
}

/**
 * What the face makes of what crosses, by place: the type in the table and the declared one. Nothing else may differ.
 */
export const CONVERTED: Record<string, [crosses: string, declared: string]> = {
  "envelope.timestamp": ["number", "Date"],
  "message.timestamp": ["number", "Date"],
  "events.unknown.fields.payload": ["string", "unknown"],
  // Crosses as any text; the engine's tests hold every line they see to the table.
  "messages.system.event": ["string", "ChatEvent types"],
  // What was thrown underneath is known to the face alone.
  "types.PolyError.cause?": ["", "unknown"],
};

/** How declarations differ from the table, a line each. */
export function differences(contract: Contract, declared: Declared): string[] {
  const eventTypes = Object.keys(declared.events)
    .map((type) => JSON.stringify(type))
    .sort()
    .join(" | ");
  const { types, envelope, events, connection, state, message, messages } = contract;
  const crosses = new Map(leaves({ types, envelope, events, connection, state, message, messages }));
  const { codes: declaredCodes, ...others } = declared;
  const said = new Map(leaves(others));
  const lines: string[] = [];
  const codes = contract.errors.map(({ code }) => code);
  const missing = codes.filter((code) => !declaredCodes.includes(code));
  const extra = declaredCodes.filter((code) => !codes.includes(code));
  if (missing.length + extra.length > 0) {
    lines.push(`codes: not declared: ${missing.join(", ") || "none"}; declared only: ${extra.join(", ") || "none"}`);
  }
  for (const [place, [before, after]] of Object.entries(CONVERTED)) {
    // A conversion of what is not there is itself a difference.
    if ((crosses.get(place) ?? "") !== before)
      lines.push(`${place}: the face converts ${before}, but ${crosses.get(place) ?? "nothing"} crosses`);
    else crosses.set(place, after === "ChatEvent types" ? eventTypes : after);
  }
  for (const place of new Set([...crosses.keys(), ...said.keys()])) {
    const [one, other] = [crosses.get(place), said.get(place)];
    if (one !== other) lines.push(`${place}: ${one ?? "nothing"} crosses, ${other ?? "nothing"} is declared`);
  }
  return lines;
}

/** The ends of a tree of objects, by place; an empty object is one. */
function leaves(tree: object, place = ""): [string, string][] {
  return Object.entries(tree).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    const here = place === "" ? name : `${place}.${name}`;
    if (typeof value !== "object" || value === null) return [[here, String(value)]];
    return Object.keys(value).length === 0 ? [[here, "{}"]] : leaves(value, here);
  });
}
