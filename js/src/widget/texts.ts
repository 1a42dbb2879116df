/** What the widget says: its texts, and how values are put into them. The languages are in languages/. */

/**
 * All texts, in one language. `{name}` stands for a value; the values of each are in its line here. A text that counts may be an
 * object by plural category of `Intl.PluralRules` (`{ one, other }`), chosen by `count`.
 */
export interface Texts {
  /** Name of the panel, and title while no agent has joined. */
  heading: Text;
  openChat: Text;
  closeChat: Text;
  /** `{count}` */
  unread: Text;
  conversation: Text;
  newMessages: Text;
  earlierMessages: Text;
  showMore: Text;
  /** `{name}` */
  avatarOf: Text;
  assistant: Text;
  liveAgent: Text;
  you: Text;
  /** `{name}` */
  isTyping: Text;
  messageLabel: Text;
  messagePlaceholder: Text;
  send: Text;
  /** `{count}` characters left. */
  charactersLeft: Text;
  /** `{count}` characters too many. */
  charactersOver: Text;
  suggestions: Text;
  sending: Text;
  sent: Text;
  notDelivered: Text;
  retry: Text;
  discard: Text;
  menu: Text;
  endChat: Text;
  /** Asked before the chat is ended. */
  endChatQuestion: Text;
  cancel: Text;
  newChat: Text;
  chatEnded: Text;
  /** The server ended it after too long a silence. */
  chatTimedOut: Text;
  /** The server no longer knows it. */
  chatLost: Text;
  connecting: Text;
  offline: Text;
  /** `{count}` seconds until the next try. */
  reconnectingIn: Text;
  reconnecting: Text;
  connectNow: Text;
  connectedAgain: Text;
  failed: Text;
  closed: Text;
  /** `{name}` */
  agentJoined: Text;
  agentLeft: Text;
  /** `{name}` */
  liveAgentJoined: Text;
  liveAgentLeft: Text;
  handoffRequested: Text;
  handoffAccepted: Text;
  handoffQueued: Text;
  handoffConnected: Text;
  handoffFailed: Text;
  handoffTimedOut: Text;
  handoffElsewhere: Text;
  handoffProgress: Text;
  /** `{position}`: place in the queue. */
  queuePosition: Text;
  /** `{count}` minutes to wait. */
  queueWait: Text;
  queueWaitShort: Text;
  newConversation: Text;
  openImage: Text;
  closeImage: Text;
  opensInNewTab: Text;
  /** `{title}` */
  call: Text;
  agree: Text;
  consentNeeded: Text;
  promptClose: Text;
  dismiss: Text;
}

/** One text, or one for each plural category. */
export type Text = string | Partial<Record<Intl.LDMLPluralRule, string>>;
