/**
 * The guides for native applications, as far as they can run here: the listing for React Native is compiled and given hostile
 * pages; what the listings in other languages compare with is read from them.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import ts from "typescript";

const GUIDES = ["ios.md", "android.md", "react-native-and-flutter.md", "web-views.md"];
const read = (name: string): string => readFileSync(`docs/guides/${name}`, "utf8");

const ORIGIN = "https://chat.example.com";
const KEY = "poly-messaging.1.0123456789abcdef";

/** What a listing hands to the web view. */
interface Props {
  source: { html: string; baseUrl: string };
  originWhitelist: string[];
  onMessage(event: { nativeEvent: { url: string; data: string } }): void;
  onShouldStartLoadWithRequest(request: { url: string }): boolean;
  injectedJavaScriptBeforeContentLoaded?: string;
}

interface Application {
  props: Props;
  /** The keychain, with an entry that is not the chat's. */
  keychain: Map<string, string>;
  /** Which keys were asked for. */
  asked: string[];
  injected: string[];
  opened: string[];
  events: unknown[];
}

/** The listing for React Native, run with a keychain and a web view that note what they are told. */
function application(): Application {
  const listing = /```tsx\n([^]*?)```/.exec(read("react-native-and-flutter.md"))?.[1] ?? "";
  const { outputText } = ts.transpileModule(listing, {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      jsx: ts.JsxEmit.React,
      jsxFactory: "element",
    },
  });
  const keychain = new Map([["wallet", "a secret of the application"]]);
  const app = { keychain, asked: [] as string[], injected: [] as string[], opened: [] as string[] };
  const asked = <T>(key: string, answer: () => T): Promise<T> => {
    app.asked.push(key);
    return Promise.resolve(answer());
  };
  const modules: Record<string, unknown> = {
    "expo-secure-store": {
      getItemAsync: (key: string) => asked(key, () => keychain.get(key) ?? null),
      setItemAsync: (key: string, value: string) => asked(key, () => keychain.set(key, value)),
      deleteItemAsync: (key: string) => asked(key, () => keychain.delete(key)),
    },
    react: {
      useRef: () => ({ current: { injectJavaScript: (script: string) => app.injected.push(script) } }),
    },
    "react-native": {
      Linking: {
        openURL: (url: string) => {
          app.opened.push(url);
          return Promise.resolve();
        },
      },
    },
    "react-native-webview": { WebView: "WebView" },
    "./chatPage": { chatPage: "<!doctype html><p>The page</p>" },
  };
  const exports: { Chat?: (props: { onEvent: (event: unknown) => void }) => Props } = {};
  const load = (name: string): unknown => modules[name] ?? assert.fail(`the listing imports ${name}`);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  new Function("exports", "require", "element", outputText)(exports, load, (_type: string, props: Props) => props);
  assert.ok(exports.Chat);
  const events: unknown[] = [];
  return { ...app, events, props: exports.Chat({ onEvent: (event) => events.push(event) }) };
}

/** Addresses of pages that are not the application's own, however much they look like it. */
const STRANGERS = [
  "https://chat.example.com.evil.example/",
  "https://chat.example.com.evil.example",
  "https://chat.example.community/",
  "https://chat.example.com:8443/",
  "https://chat.example.com@evil.example/",
  "https://chat.example.com:pass@evil.example/",
  "https://evil.example/https://chat.example.com/",
  "https://evil.example/?https://chat.example.com/",
  "https://evil.example/#https://chat.example.com/",
  "https://xchat.example.com/",
  "http://chat.example.com/",
  "//chat.example.com/",
  "https:chat.example.com/",
  "javascript:https://chat.example.com/",
  "data:text/html,https://chat.example.com/",
  "file:///android_asset/index.html",
  "null",
  "",
];

for (const url of STRANGERS) {
  test(`React Native: a page at "${url}" is not loaded, and not heard`, async () => {
    const { props, asked, injected, events } = application();
    assert.equal(props.onShouldStartLoadWithRequest({ url }), false);
    const storage = { version: 1, kind: "storage", id: "1", operation: "get", key: KEY };
    for (const message of [storage, { version: 1, kind: "event", event: { type: "sessionEnd" } }]) {
      props.onMessage({ nativeEvent: { url, data: JSON.stringify(message) } });
    }
    await new Promise(setImmediate);
    assert.deepEqual([asked, injected, events], [[], [], []]);
  });
}

test("React Native: the page's own address is loaded and heard, as iOS and as Android name it", async () => {
  for (const url of [ORIGIN, `${ORIGIN}/`, `${ORIGIN}/#top`]) {
    const { props, injected, events } = application();
    assert.equal(props.onShouldStartLoadWithRequest({ url }), true);
    const say = (message: object): void => {
      props.onMessage({ nativeEvent: { url, data: JSON.stringify({ version: 1, ...message }) } });
    };
    say({ kind: "event", event: { type: "connected" } });
    say({ kind: "storage", id: "1", operation: "set", key: KEY, value: "record" });
    say({ kind: "storage", id: "2", operation: "get", key: KEY });
    await new Promise(setImmediate);
    assert.deepEqual(events, [{ type: "connected" }]);
    assert.equal(injected.length, 2);
    // What is injected asks the page where it is, and says nothing anywhere else.
    const heard: unknown[] = [];
    const window = { polyMessagingReceive: (json: string) => heard.push(JSON.parse(json)) };
    for (const origin of ["https://chat.example.com.evil.example", "null", ORIGIN]) {
      // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
      for (const script of injected) new Function("window", "location", script)(window, { origin });
    }
    assert.deepEqual(
      heard.map((command) => [(command as { id: string }).id, (command as { value?: string }).value]),
      [
        ["1", null],
        ["2", "record"],
      ],
    );
  }
});

test("React Native: links go to the system, and nothing that is none", () => {
  const { props, opened } = application();
  const links = ["https://example.com/menu", "mailto:a@example.com", "tel:+123"];
  const others = ["javascript:alert(1)", "data:text/html,x", "file:///etc/hosts", "intent://x#Intent;end", "app:x", ""];
  for (const url of [...links, ...others]) assert.equal(props.onShouldStartLoadWithRequest({ url }), false);
  assert.deepEqual(opened, links);
});

test("React Native: the connector token is in the page alone, as the text that it is", () => {
  const { props } = application();
  assert.equal(props.injectedJavaScriptBeforeContentLoaded, undefined);
  assert.equal(props.source.baseUrl, ORIGIN);
  const script = /^<!doctype html><script>([^<]*)<\/script><!doctype html><p>/.exec(props.source.html)?.[1];
  assert.ok(script);
  const window: { chatSettings?: { connectorToken: string; platform?: string } } = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  new Function("window", script)(window);
  assert.equal(window.chatSettings?.connectorToken, "YOUR-CONNECTOR-TOKEN");
});

const FOREIGN_KEYS = [
  "wallet",
  "",
  "poly-messaging.1.",
  "poly-messaging.1.0123456789abcde",
  "poly-messaging.1.0123456789abcdef0",
  "poly-messaging.1.0123456789ABCDEF",
  "poly-messaging.1.0123456789abcdeg",
  "poly-messaging.x.0123456789abcdef",
  "poly-messaging..0123456789abcdef",
  "poly-messagingx1x0123456789abcdef",
  `x${KEY}`,
  `${KEY}\n`,
  `wallet\n${KEY}`,
  "../poly-messaging.1.0123456789abcdef",
];

test("React Native: keys that are not of the chat's own form reach no keychain", async () => {
  const { props, asked, injected, keychain } = application();
  for (const key of FOREIGN_KEYS) {
    for (const operation of ["get", "set", "remove"]) {
      const call = { version: 1, kind: "storage", id: "1", operation, key, value: "x" };
      props.onMessage({ nativeEvent: { url: ORIGIN, data: JSON.stringify(call) } });
    }
  }
  await new Promise(setImmediate);
  assert.deepEqual(asked, []);
  assert.equal(keychain.get("wallet"), "a secret of the application");
  assert.equal(injected.length, FOREIGN_KEYS.length * 3);
  for (const script of injected) assert.match(script, /failed/);
});

/** The form of a key, as each listing writes it. */
const FORMS: [string, string, RegExp][] = [
  ["Swift", "ios.md", /#"(\\Apoly-messaging.*?\\z)"#/],
  ["Kotlin", "android.md", /Regex\("(poly-messaging.*?)"\)/],
  ["TypeScript", "react-native-and-flutter.md", /const KEY = \/(.*?)\/;/],
  ["Dart", "react-native-and-flutter.md", /RegExp\(r'(.*?)'\)/],
  ["the guide itself", "web-views.md", /`(\^poly-messaging.*?)`/],
];

for (const [language, guide, pattern] of FORMS) {
  test(`the form of a key in ${language} is that of the chat's own keys`, () => {
    let form = pattern.exec(read(guide))?.[1];
    assert.ok(form, `${guide} has no form for keys`);
    if (language === "Kotlin") form = `^${form.replaceAll("\\\\", "\\")}$`; // `matches` compares the whole text.
    if (language === "Swift") form = form.replace(/^\\A/, "^").replace(/\\z$/, "$");
    const expression = new RegExp(form);
    assert.ok(expression.test(KEY));
    for (const key of FOREIGN_KEYS) assert.ok(!expression.test(key), key);
  });
}

for (const guide of GUIDES) {
  test(`${guide} names no platform, and compares no origin by its beginning`, () => {
    const code = [...read(guide).matchAll(/```\w+\n([^]*?)```/g)].map((match) => match[1] ?? "").join("\n");
    assert.doesNotMatch(code, /["']?platform["']?\s*[:=,]/);
    assert.doesNotMatch(code, /startsWith\((ORIGIN|origin)\)/);
    assert.doesNotMatch(code, /(startsWith|hasPrefix)\(["']\w+:(\/\/[^/"']*)?["']\)/);
  });
}
