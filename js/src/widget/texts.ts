/** What the widget says: its texts, and how values are put into them. The languages are in languages/, the choice in words.ts. */

/**
 * One text, or one for each plural category that the language has (`Intl.PluralRules`). `{name}` in a text stands for a value; the
 * values of a text are in its line of `Texts`.
 */
export type Text =
  | string
  | ({
      /** What also stands for a category that is missing. */
      other: string;
    } & Partial<Record<Intl.LDMLPluralRule, string>>);

/**
 * All texts of one language. Each may count: where a text has the value `{count}`, an object by plural category says it for each
 * number. A value that is not put into the text is left out; numbers are written as the language does.
 */
export interface Texts {
  /** Title of the panel while no agent has joined, and its name for screen readers. */
  heading: Text;
  /** Name of the launcher's button while the panel is closed. */
  openChat: Text;
  /** Name of the button that closes the panel. */
  closeChat: Text;
  /** How many messages have come meanwhile, after the name of the launcher's button: `{count}`. */
  unread: Text;
  /** Name of the list of messages, for screen readers. */
  conversation: Text;
  /** How many messages of several that came at once are not read out, before the last of them, for screen readers: `{count}`. */
  leftOut: Text;
  /** After the part of a long message that is read out, for screen readers: the rest is where one can read it. */
  restBelow: Text;
  /** Button that leads to the end of the conversation, where something new has come. */
  newMessages: Text;
  /** Button above the first message that is shown. */
  earlierMessages: Text;
  /** Button below a text too long to be shown at once. */
  showMore: Text;
  /** Name of a box with program code, which may scroll, for screen readers. */
  code: Text;
  /** Name of a box with a table, which may scroll, for screen readers. */
  table: Text;
  /** An image: what it is called where it has no title, and before its title where it is read out. */
  picture: Text;
  /** Before a text that is struck out, such as an old price, for screen readers. */
  struckOut: Text;
  /** What a picture of an agent shows: `{name}`. */
  avatarOf: Text;
  /** An agent of PolyAI that has no name. */
  assistant: Text;
  /** A person of the company who has no name. */
  liveAgent: Text;
  /** Who wrote the user's own messages, for screen readers. */
  you: Text;
  /** An agent is writing: `{name}`. */
  isTyping: Text;
  /** Name of the text box, for screen readers. */
  messageLabel: Text;
  /** What stands in the empty text box. */
  messagePlaceholder: Text;
  /** Name of the button that sends. */
  send: Text;
  /** How much can still be written, near the limit: `{count}` characters. */
  charactersLeft: Text;
  /** How far the text is over the limit: `{count}` characters. */
  charactersOver: Text;
  /** A text is too long to be sent, by the limit of the server. */
  tooLong: Text;
  /** Name of the list of suggested replies, for screen readers. */
  suggestions: Text;
  /** How many suggested replies there are, for screen readers: `{count}`. */
  suggestionCount: Text;
  /** Below a message of the user that is on its way. */
  sending: Text;
  /** Below a message of the user that has arrived. */
  sent: Text;
  /** Below a message of the user that has not arrived. */
  notDelivered: Text;
  /** Button that sends such a message again. */
  retry: Text;
  /** Button that takes such a message away. */
  discard: Text;
  /** Name of the header's menu. */
  menu: Text;
  /** Button that ends the conversation. */
  endChat: Text;
  /** Asked before the conversation is ended. */
  endChatQuestion: Text;
  /** Button that does not end it. */
  cancel: Text;
  /** Button that begins another conversation. */
  newChat: Text;
  /** The conversation was ended. */
  chatEnded: Text;
  /** The server ended the conversation after too long a silence. */
  chatTimedOut: Text;
  /** The server no longer knows the conversation. */
  chatLost: Text;
  /** The server is about to end the conversation because nobody says anything. */
  idleWarning: Text;
  /** Button that keeps the conversation, and what it says for the user. */
  stay: Text;
  /** The chat connects for the first time. */
  connecting: Text;
  /** The browser has no network. */
  offline: Text;
  /** The connection is lost: `{count}` seconds until the next try. */
  reconnectingIn: Text;
  /** The connection is lost, and a try is under way. */
  reconnecting: Text;
  /** Button that does not wait for the next try. */
  connectNow: Text;
  /** The connection is back, for screen readers. */
  connectedAgain: Text;
  /** The chat could not connect, and does not try by itself any more. */
  failed: Text;
  /** The chat cannot connect, and to try again is of no use. */
  unavailable: Text;
  /** The chat was closed by the page. */
  closed: Text;
  /** An agent of PolyAI has joined: `{name}`. */
  agentJoined: Text;
  /** The agent of PolyAI has left. */
  agentLeft: Text;
  /** A person has joined: `{name}`. */
  liveAgentJoined: Text;
  /** The person has left. */
  liveAgentLeft: Text;
  /** Handoff: the agent has asked for a person. */
  handoffRequested: Text;
  /** Handoff: a person will come. */
  handoffAccepted: Text;
  /** Handoff: the user is in the queue. */
  handoffQueued: Text;
  /** Handoff: the person is there. */
  handoffConnected: Text;
  /** Handoff: it did not come about. */
  handoffFailed: Text;
  /** Handoff: nobody took it in time. */
  handoffTimedOut: Text;
  /** Handoff: the page leads the user to where a person is. */
  handoffElsewhere: Text;
  /** Name of the steps of a handoff, for screen readers. */
  handoffProgress: Text;
  /** The user's place in the queue: `{position}`. */
  queuePosition: Text;
  /** How long the user may have to wait: `{count}` minutes. */
  queueWait: Text;
  /** How long the user may have to wait: under a minute. */
  queueWaitShort: Text;
  /** The session was lost, and another has begun. */
  newConversation: Text;
  /** Name of the button that an image is. */
  openImage: Text;
  /** Name of the button that closes the enlarged image. */
  closeImage: Text;
  /** After the name of a link that opens in a new tab, for screen readers. */
  opensInNewTab: Text;
  /** A button that calls a number and has no title: `{title}` is the number. */
  call: Text;
  /** Button that agrees to the disclaimer. */
  agree: Text;
  /** Above the disclaimer that the user has to agree to. */
  consentNeeded: Text;
  /** Name of the button that puts the prompt bubble away. */
  promptClose: Text;
  /** Name of the button that puts the disclaimer away. */
  dismiss: Text;
}
