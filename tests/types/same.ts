/**
 * The package's declarations say the same as the reference in api.d.ts: each type can stand for the other. The comparison is by
 * name, for what each entry exports.
 */

import type * as Ours from "poly-messaging-web";
import type { useChat } from "poly-messaging-web/react";
import type { defineWidget } from "poly-messaging-web/widget";
import type * as Inline from "poly-messaging-web/inline";
import type * as OurReact from "poly-messaging-web/react";
import type * as WebView from "poly-messaging-web/webview";
import type * as PlainText from "poly-messaging-web/text";
import type * as Widget from "poly-messaging-web/widget";
import type {} from "poly-messaging-web/classic";
import type * as Reference from "./api.js";

/** True where each of the two can be assigned to the other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Does not compile unless `T` is true. */
type Holds<T extends true> = T;

export type Types = [
  Holds<Same<Ours.AccessToken, Reference.AccessToken>>,
  Holds<Same<Ours.AgentMessage, Reference.AgentMessage>>,
  Holds<Same<Ours.Attachment, Reference.Attachment>>,
  Holds<Same<Ours.CallAction, Reference.CallAction>>,
  Holds<Same<Ours.Chat, Reference.Chat>>,
  Holds<Same<Ours.ChatEvent, Reference.ChatEvent>>,
  Holds<Same<Ours.ChatMessage, Reference.ChatMessage>>,
  Holds<Same<Ours.ChatEventOf<"agentMessage">, Reference.ChatEventOf<"agentMessage">>>,
  Holds<Same<Ours.ChatOptions, Reference.ChatOptions>>,
  Holds<Same<Ours.CommonChatOptions, Reference.CommonChatOptions>>,
  Holds<Same<Ours.ConnectorTokenOption, Reference.ConnectorTokenOption>>,
  Holds<Same<Ours.AccessTokenOption, Reference.AccessTokenOption>>,
  Holds<Same<Ours.ChatState, Reference.ChatState>>,
  Holds<Same<Ours.DeviceType, Reference.DeviceType>>,
  Holds<Same<Ours.Logger, Reference.Logger>>,
  Holds<Same<Ours.LogLevel, Reference.LogLevel>>,
  Holds<Same<Ours.Platform, Reference.Platform>>,
  Holds<Same<Ours.PolyError, Reference.PolyError>>,
  Holds<Same<Ours.PolyErrorCode, Reference.PolyErrorCode>>,
  Holds<Same<Ours.SessionStorageAdapter, Reference.SessionStorageAdapter>>,
  Holds<Same<Ours.Suggestion, Reference.Suggestion>>,
  Holds<Same<Ours.SystemMessage, Reference.SystemMessage>>,
  Holds<Same<Ours.UserMessage, Reference.UserMessage>>,
];

export type Functions = [
  Holds<Same<typeof Ours.clearSession, typeof Reference.clearSession>>,
  Holds<Same<typeof Ours.createChat, typeof Reference.createChat>>,
  Holds<Same<typeof Ours.detectPlatform, typeof Reference.detectPlatform>>,
  Holds<Same<typeof Ours.hasResumableSession, typeof Reference.hasResumableSession>>,
  Holds<Same<typeof Ours.init, typeof Reference.init>>,
  Holds<Same<typeof Ours.version, typeof Reference.version>>,
  // With a selector it does more.
  Holds<typeof useChat extends typeof Reference.useChat ? true : false>,
  Holds<Same<typeof defineWidget, typeof Reference.defineWidget>>,
];

/** What `A` is can be used as a `B`; it may do more. */
type Serves<A, B> = [A] extends [B] ? true : false;

export type Entries = [
  Holds<Same<typeof Inline, typeof Ours>>,
  Holds<Serves<typeof OurReact.useChat, typeof Reference.useChat>>,
  Holds<Serves<typeof WebView.bridgeToNative, typeof Reference.bridgeToNative>>,
  Holds<Same<typeof PlainText.plainText, typeof Reference.plainText>>,
  Holds<Serves<typeof Widget.defineWidget, typeof Reference.defineWidget>>,
  Holds<Serves<typeof globalThis.PolyMessaging, typeof Ours>>,
  Holds<Same<typeof globalThis.PolyMessaging.bridgeToNative, typeof WebView.bridgeToNative>>,
];

/** The comparison can fail: a type that lacks something is not the same. */
export type Differences = [
  // @ts-expect-error a code less
  Holds<Same<Exclude<Ours.PolyErrorCode, "internal">, Reference.PolyErrorCode>>,
  // @ts-expect-error an event less
  Holds<Same<Exclude<Ours.ChatEvent, { type: "languageChanged" }>, Reference.ChatEvent>>,
  // @ts-expect-error a function less
  Holds<Serves<Omit<typeof Inline, "init">, typeof Ours>>,
  // @ts-expect-error an option less
  Holds<Same<Required<Ours.ChatOptions>, Reference.ChatOptions>>,
];
