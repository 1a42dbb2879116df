/**
 * What the user does in the widget is not the page's: its shortcuts ("/" for its search, "j" for the next item), its handlers of
 * what is pasted, copied, dropped or scrolled must not hear of it. A page cannot see what the user writes in: of an event from
 * within a shadow root it knows the host alone.
 */

/** What comes of writing and of marking text. None of it is for the page. */
const WRITING = [
  ...["beforeinput", "input", "textInput", "paste", "copy", "cut", "selectstart", "contextmenu"],
  ...["compositionstart", "compositionupdate", "compositionend"],
];

/** With Ctrl or Cmd they edit what is written. */
const EDITING = /^(?:[acvxyz]|Enter|Backspace|Delete|Insert|Home|End|Page(?:Up|Down)|Arrow.*)$/i;

/** Whether an input method has this key; Safari says so after the end of a composition, and by the old code alone. */
export function isOfInputMethod(event: KeyboardEvent): boolean {
  return event.isComposing || (event as { readonly keyCode: number }).keyCode === 229;
}

/**
 * Keeps it within `root`. To be called after all listeners of `root` itself are in place. `isApart`: the widget lies over the page,
 * so that neither Tab, Escape nor scrolling is for what is around it.
 */
export function fence(root: HTMLElement, isApart: () => boolean): void {
  for (const name of WRITING) root.addEventListener(name, stop);
  for (const name of ["wheel", "touchmove"]) {
    const listener = (event: Event): void => {
      if (isApart()) stop(event);
    };
    root.addEventListener(name, listener, { passive: true });
  }
  fenceKeys(root, isApart);
  fenceFiles(root);
}

function stop(event: Event): void {
  event.stopPropagation();
}

function fenceKeys(root: HTMLElement, isApart: () => boolean): void {
  /** Keys that went down unheard: neither is it heard that they come up. */
  const held = new Set<string>();
  const fenceKey = (event: KeyboardEvent): void => {
    if (isForPage(event, isApart())) return;
    held.add(event.code);
    stop(event);
  };
  root.addEventListener("keydown", fenceKey);
  root.addEventListener("keypress", fenceKey);
  root.addEventListener("keyup", (event) => {
    const isWritten = isTextBox(event.target) && event.key.length === 1 && !isForPage(event, true);
    if (held.delete(event.code) || isWritten) stop(event);
  });
  // A key that is held down does nothing in the place that its first press has led to.
  const once = (event: KeyboardEvent): void => {
    const isNewLine = isTextBox(event.target) && event.shiftKey;
    if (event.key !== "Enter" || !event.repeat || isNewLine || isOfInputMethod(event)) return;
    event.preventDefault();
    stop(event);
  };
  root.addEventListener("keydown", once, true);
}

function isTextBox(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement;
}

/** The page's own shortcuts, and, where the widget is part of the page, what leads out of it. */
function isForPage(event: KeyboardEvent, isApart: boolean): boolean {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (key === "Tab" || key === "Escape") return !isApart && !isOfInputMethod(event);
  // AltGr, which writes: Windows tells of it as both.
  if ((ctrlKey && altKey) || event.getModifierState("AltGraph")) return false;
  return (ctrlKey || metaKey) && !EDITING.test(key);
}

/** A file that is dropped on it would be opened in place of the page. Text that is dropped goes into the text box. */
function fenceFiles(root: HTMLElement): void {
  const listener = (event: DragEvent): void => {
    stop(event);
    const { dataTransfer } = event;
    if (!dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    dataTransfer.dropEffect = "none";
  };
  root.addEventListener("dragover", listener);
  root.addEventListener("drop", listener);
}
