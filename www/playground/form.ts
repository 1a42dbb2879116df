/** The settings as a form. How the widget looks changes as one chooses; which server it talks to, by a button. */

import { find, make } from "../dom.js";
import { type Field, FIELDS, GROUPS } from "./fields.js";
import type { Settings } from "./settings.js";

type Control = HTMLInputElement | HTMLSelectElement;

/** Makes the form. `apply` uses what was chosen, and throws where that does not do. */
export function offerSettings(first: Settings, apply: (settings: Settings) => void): void {
  const form = find("#settings-form", HTMLFormElement);
  const controls = new Map<string, Control>();
  const rows = new Map<Field, HTMLElement>();
  const problem = make("p", { class: "problem", role: "alert", "data-testid": "settings-problem" });
  // What of the server was last applied: a change of the look is not to bring along what is half typed.
  let applied = first;

  for (const { title, isLive, isOpen, fields } of GROUPS) {
    const details = make("details", {}, make("summary", {}, title));
    details.open = isOpen;
    for (const field of fields) {
      const control = controlOf(field, first.get(field.name));
      controls.set(field.name, control);
      if (isLive) control.dataset.live = "";
      const row = make("label", { class: field.kind === "flag" ? "check" : "field" }, make("span", {}, field.label));
      if (field.kind === "flag") row.prepend(control);
      else row.append(control);
      rows.set(field, row);
      details.append(row);
    }
    form.append(details);
  }
  form.append(problem, make("button", { type: "submit", class: "primary", "data-testid": "apply" }, "Open a chat"));

  const showRows = (): void => {
    const environment = controls.get("environment")?.value;
    for (const [{ onlyFor }, row] of rows) row.hidden = onlyFor !== undefined && onlyFor !== environment;
  };

  const use = (isWanted: (control: Control) => boolean): void => {
    const settings = new Map<string, string>();
    for (const field of FIELDS) {
      const control = controls.get(field.name);
      const value = control && isWanted(control) ? valueOf(field, control) : applied.get(field.name);
      if (value) settings.set(field.name, value);
    }
    problem.textContent = "";
    try {
      apply(settings);
      applied = settings;
    } catch (error) {
      problem.textContent = error instanceof Error ? error.message : String(error);
    }
  };

  form.addEventListener("change", ({ target }) => {
    showRows();
    const isLive = (control: Control): boolean => control.dataset.live === "";
    if (isLive(target as Control)) use(isLive);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    use(() => true);
  });
  showRows();
  use(() => false);
}

function controlOf({ name, kind, choices, byDefault, placeholder }: Field, given = ""): Control {
  if (kind === "choice") {
    const options = (choices ?? []).map(([value, label]) => make("option", { value }, label));
    const select = make("select", { name }, ...options);
    if (options.some(({ value }) => value === given)) select.value = given;
    return select;
  }
  const input = make("input", { name, autocomplete: "off", spellcheck: "false" });
  if (kind === "flag") {
    input.type = "checkbox";
    input.checked = given === "" ? byDefault === true : given === "true";
    return input;
  }
  if (kind === "secret") input.type = "password";
  if (kind === "number") input.inputMode = "numeric";
  if (placeholder) input.placeholder = placeholder;
  input.value = given;
  return input;
}

/** Nothing where it is at its default. */
function valueOf({ kind, byDefault }: Field, control: Control): string {
  if (kind !== "flag") return control.value.trim();
  const { checked } = control as HTMLInputElement;
  return checked === byDefault ? "" : String(checked);
}
