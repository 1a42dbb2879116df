/** The pictures on the widget's buttons: paths in a square of 24, drawn in the colour of the text. */

const PATHS = {
  /** Filled; three dots are left out of it. */
  chat: "M12 3c5.2 0 9.5 3.5 9.5 8s-4.3 8-9.5 8c-1 0-2-.1-2.9-.4L4.4 21c-.5.2-1-.2-.8-.8l1-3.2C3.3 15.4 2.5 13.3 2.5 11c0-4.5 4.3-8 9.5-8zM8 9.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4zM12 9.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4zM16 9.8a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12l16-8-5 16-3-6z",
  menu: "M5 12h.01M12 12h.01M19 12h.01",
  down: "M6 9l6 6 6-6",
  phone: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1A16 16 0 0 1 4 5a1 1 0 0 1 1-1z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0",
};

export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

/** Makes a picture that a screen reader passes over. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24",
    "aria-hidden": "true",
    class: `icon icon-${name}`,
  })) {
    svg.setAttribute(key, value);
  }
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
