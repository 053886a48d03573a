/** Icons, as DOM: a page may require trusted types for HTML. */

const namespace = "http://www.w3.org/2000/svg";

const paths = {
  microphone:
    "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  muted:
    "M9 9v3a3 3 0 0 0 4.6 2.5M15 11V6a3 3 0 0 0-5.8-1M5.5 11.5a6.5 6.5 0 0 0 10.6 5M18.5 11.5a6.5 6.5 0 0 1-.6 2.7M12 18v3M4 4l16 16",
  sound: "M4 10v4h3l5 4V6l-5 4zM15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11",
  stop: "M8 8h8v8H8z",
  end: "M4 15v-2.5C8.500 8.500 15.500 8.500 20 12.500V15l-3.500-.800V12M7.500 12v2.200L4 15",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4.500 12h14M13 6l6 6-6 6",
} as const;

export type IconName = keyof typeof paths;

export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(namespace, "svg");
  const path = document.createElementNS(namespace, "path");
  const attributes = {
    viewBox: "0 0 24 24",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "1.8",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}
