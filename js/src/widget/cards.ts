/** What stands below a message's text: link cards, images, numbers to call. */

import type { Attachment, CallAction } from "../index.js";
import { button, make, takeOut } from "./dom.js";
import { icon } from "./icons.js";
import type { Lightbox } from "./lightbox.js";
import { addressOf, numberOf, plainDirection, warningFor, withoutUnseen } from "./markdown/links.js";
import type { Context } from "./part.js";

/** Makes one attachment; null where it has nothing to show. */
export function attachmentOf(given: Attachment, context: Context, lightbox: Lightbox): HTMLElement | null {
  const [contentUrl, previewImageUrl] = [addressed(given.contentUrl), webAddress(addressed(given.previewImageUrl))];
  const [title, callToActionText] = [plain(given.title), plain(given.callToActionText)];
  const attachment = { ...given, title, callToActionText, contentUrl, previewImageUrl };
  const { kind } = attachment;
  const source = webAddress(contentUrl) ?? previewImageUrl;
  if (kind === "image" && source) return imageOf(attachment, source, context, lightbox);
  return kind === "link" ? cardOf(attachment, context) : linkOf(attachment, context);
}

/**
 * Makes a number to call. It dials what is shown, or nothing: what is no plain number is shown as it is, and so is one whose title
 * shows another.
 */
export function callOf({ title, contactNumber }: CallAction, context: Context): HTMLElement {
  const shown = withoutUnseen(contactNumber);
  const address = numberOf(shown);
  const name = title === "" ? context.say("call", { title: shown }) : plainDirection(title);
  const number = make("bdi", { class: "detail", dir: "ltr" }, shown);
  const inner = [icon("phone"), make("span", { class: "label", dir: "auto" }, name), number];
  if (!address || warningFor(title, address) !== null) return make("p", { part: "call", class: "call" }, ...inner);
  return make("a", { part: "call", class: "call", href: address.href }, ...inner);
}

/** What an attachment is called, where it is not seen. */
export function nameOfAttachment(
  { kind, title, contentUrl, previewImageUrl, ...given }: Attachment,
  context: Context,
): string {
  const address = addressed(contentUrl) ?? webAddress(addressed(previewImageUrl));
  const name = title?.trim() ? title : null;
  if (kind === "image" && webAddress(address)) {
    const picture = context.say("picture");
    return name === null ? picture : `${picture}: ${name}`;
  }
  return name ?? (kind === "link" ? given.callToActionText : null) ?? addressShown(address);
}

/** What a number to call is called, and the number. */
export function nameOfCall({ title, contactNumber }: CallAction, context: Context): string {
  return title === "" ? context.say("call", { title: contactNumber }) : `${title}, ${contactNumber}`;
}

function cardOf(attachment: Attachment, context: Context): HTMLElement | null {
  const { title, contentUrl, previewImageUrl, callToActionText } = attachment;
  const name = title ?? callToActionText ?? addressShown(contentUrl);
  if (!name) return null;
  const inner: HTMLElement[] = [];
  if (previewImageUrl) {
    const image = pictureOf(previewImageUrl, () => {
      takeOut(frame);
    });
    const frame = make("span", { class: "preview" }, image);
    inner.push(frame);
  }
  const words = make(
    "span",
    { class: "words" },
    make("span", { class: "label", dir: "auto" }, name, ...told(name, contentUrl)),
  );
  if (contentUrl) words.append(make("bdi", { class: "detail" }, addressShown(contentUrl)));
  inner.push(words);
  if (callToActionText && callToActionText !== name) {
    const shown = told(callToActionText, contentUrl);
    inner.push(make("span", { class: "action", dir: "auto" }, callToActionText, ...shown));
  }
  if (!contentUrl) return make("div", { part: "card", class: "card" }, ...inner);
  return make("a", { part: "card", class: "card", ...leadingTo(contentUrl) }, ...inner, ...hint(contentUrl, context));
}

function linkOf({ title, contentUrl, previewImageUrl }: Attachment, context: Context): HTMLElement | null {
  const address = contentUrl ?? previewImageUrl;
  const name = title ?? addressShown(address);
  if (!name) return null;
  if (!address) return make("p", { class: "plain-link", dir: "auto" }, name);
  const link = make("a", { part: "link", ...leadingTo(address) }, name, ...hint(address, context));
  return make("p", { class: "plain-link", dir: "auto" }, link, ...told(name, address));
}

function imageOf(attachment: Attachment, source: string, context: Context, lightbox: Lightbox): HTMLElement {
  const { title, previewImageUrl } = attachment;
  const enlarge = context.say("openImage");
  const frame = make("span", { class: "frame" });
  const opener = button(
    { part: "image", class: "image", "aria-label": title ? `${enlarge}: ${title}` : enlarge },
    () => {
      lightbox.open(source, title ?? "", opener);
    },
    frame,
  );
  frame.append(
    pictureOf(previewImageUrl ?? source, () => {
      // What it is called, and where it is, remain.
      const link = linkOf({ ...attachment, contentUrl: source }, context);
      if (!link) return;
      const hadFocus = (opener.getRootNode() as ShadowRoot).activeElement === opener;
      opener.replaceWith(link);
      if (hadFocus) link.querySelector("a")?.focus({ preventScroll: true });
    }),
  );
  if (title) opener.append(make("span", { class: "caption", dir: "auto" }, title));
  return opener;
}

/** A text without what would have it read otherwise than it is written. */
function plain(text: string | null): string | null {
  return text === null ? null : plainDirection(text);
}

/** Where a link leads, beside a text that reads like another address. */
function told(text: string, address: string | null): HTMLElement[] {
  const known = address === null ? null : addressOf(address);
  const warning = known && warningFor(text, known);
  return warning === null ? [] : [make("bdi", { class: "target" }, ` (${warning})`)];
}

/** A picture that is loaded when it comes into sight. */
function pictureOf(source: string, fail: () => void): HTMLImageElement {
  const image = make("img", { alt: "", loading: "lazy", decoding: "async", referrerpolicy: "no-referrer" });
  image.addEventListener("error", fail, { once: true });
  image.src = source;
  return image;
}

/** The attributes of a link: a page of the web opens in a tab of its own, and learns nothing of this one. */
function leadingTo(address: string): Record<string, string> {
  return webAddress(address) ? { href: address, target: "_blank", rel: "noopener noreferrer" } : { href: address };
}

/** What a screen reader says beside the link's name. */
function hint(address: string, context: Context): HTMLElement[] {
  return webAddress(address) ? [make("span", { class: "unseen" }, ` (${context.say("opensInNewTab")})`)] : [];
}

/** The address as a browser understands it; null where it does not, or where it is not one to open. */
function addressed(address: string | null): string | null {
  return address === null ? null : (addressOf(address)?.href ?? null);
}

function webAddress(address: string | null): string | null {
  return address && /^https?:/i.test(address) ? address : null;
}

/** The host of a page, and what follows `mailto:` or `tel:`. */
function addressShown(address: string | null): string {
  if (!address) return "";
  return webAddress(address) ? new URL(address).host : address.replace(/^\w+:/, "");
}
