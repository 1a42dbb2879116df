/** The TypeScript of the guides compiles in the projects that `npm create vite` makes, which are stricter than most. */

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import ts from "typescript";

/** What Vite's own templates `react-ts` and `vanilla-ts` say, but for the types of Vite, which is not installed here. */
const TEMPLATE = {
  target: "es2023",
  lib: ["ES2023", "DOM"],
  module: "esnext",
  types: [],
  allowArbitraryExtensions: true,
  skipLibCheck: true,
  moduleResolution: "bundler",
  allowImportingTsExtensions: true,
  verbatimModuleSyntax: true,
  moduleDetection: "force",
  noEmit: true,
  jsx: "react-jsx",
  noUnusedLocals: true,
  noUnusedParameters: true,
  erasableSyntaxOnly: true,
  noFallthroughCasesInSwitch: true,
};

/** What careful teams add. */
const STRICTEST = {
  ...TEMPLATE,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUncheckedSideEffectImports: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noPropertyAccessFromIndexSignature: true,
  isolatedModules: true,
};

/** The React template's application, with what the guide makes in it. */
const APP = `import { Chat } from "./Chat.tsx";
import { Widget } from "./Widget";

export default function App() {
  return (
    <>
      <Chat />
      <Widget onEvent={(event) => console.log(event.type)} />
    </>
  );
}
`;

/** The errors of a guide's listings in TypeScript, in a project of their own inside this one, where the package is itself. */
function errorsOf(guide: string, options: object, more: Record<string, string> = {}): string[] {
  const folder = join("target/guide-types", guide.replace(".md", ""));
  rmSync(folder, { recursive: true, force: true });
  const text = readFileSync(`docs/guides/${guide}`, "utf8");
  const listings = [...text.matchAll(/^```tsx? title="(src\/.*?)"\n([^]*?)^```/gm)].map(
    ([, path = "", content = ""]) => [path, content] as const,
  );
  assert.ok(listings.length > 0, `${guide} has no listings`);
  const files = [...listings, ...Object.entries(more)].map(([path, content]) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  });
  const parsed = ts.convertCompilerOptionsFromJson(options, folder);
  assert.deepEqual(parsed.errors, []);
  const program = ts.createProgram(files, parsed.options);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
}

const CASES: [string, string, object, Record<string, string>?][] = [
  ["react.md", "in Vite's own template", TEMPLATE, { "src/App.tsx": APP }],
  ["react.md", "under the strictest settings", STRICTEST, { "src/App.tsx": APP }],
  ["vite.md", "under the strictest settings", STRICTEST],
  ["widget.md", "under the strictest settings", STRICTEST],
  ["next.md", "under the strictest settings", STRICTEST],
];

for (const [guide, where, options, more] of CASES) {
  test(`the listings of ${guide} compile ${where}`, () => {
    assert.deepEqual(errorsOf(guide, options, more), []);
  });
}
