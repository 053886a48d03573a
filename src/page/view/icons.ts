/** The page's icons: strokes on a 24-unit grid in the text colour. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit";

export const icon = (strokes: SVGTemplateResult): TemplateResult =>
  html`<svg
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.75"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    ${strokes}
  </svg>`;

const microphone = svg`<rect x="9" y="3" width="6" height="11" rx="3" /><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />`;

export const micIcon = icon(microphone);
export const micOffIcon = icon(svg`${microphone}<path d="M4 4l16 16" />`);
export const cameraIcon = icon(
  svg`<rect x="3" y="6.5" width="12.5" height="11" rx="2.5" /><path d="M15.5 11l5-3v8l-5-3" />`,
);
export const cameraOffIcon = icon(
  svg`<rect x="3" y="6.5" width="12.5" height="11" rx="2.5" /><path d="M15.5 11l5-3v8l-5-3M4 4l16 16" />`,
);
const screen = svg`<rect x="3" y="4.5" width="18" height="12" rx="2" /><path d="M9 20h6M12 16.5V20" />`;
export const screenIcon = icon(screen);
export const screenOffIcon = icon(svg`${screen}<path d="M4 4l16 16" />`);
/** Headphones: this page only listens. */
export const listenIcon = icon(
  svg`<path d="M4.5 14v-2a7.5 7.5 0 0 1 15 0v2" /><rect x="3.5" y="13.5" width="4" height="6.5" rx="1.8" /><rect x="16.5" y="13.5" width="4" height="6.5" rx="1.8" />`,
);
/** A loudspeaker. */
export const soundIcon = icon(
  svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11" />`,
);
/** A keyboard: this page only types. */
export const typeIcon = icon(
  svg`<rect x="2.5" y="6" width="19" height="12" rx="2.5" /><path d="M6.5 10h.01M10.2 10h.01M13.8 10h.01M17.5 10h.01M8 14h8" />`,
);
/** A plug out of its socket. */
export const lostIcon = icon(
  svg`<path d="M14.5 3.5v4M18.5 7.5h-4M7 10.5l6.5 6.5-1.8 1.8a4.6 4.6 0 0 1-6.5-6.5zM4.9 19.1L3 21M13 7.5l-.7.7 3.5 3.5.7-.7M17.2 12.5l1.3-1.3a4 4 0 0 0 .9-4.1" />`,
);
export const flipIcon = icon(
  svg`<path d="M4 12a8 8 0 0 1 13.7-5.6L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 0 1-13.7 5.6L4 15.5M4 20v-4.5h4.5" />`,
);
export const cartIcon = icon(
  svg`<path d="M3 5h2.5l2.2 10.5h9.6L19.5 8H6.2" /><circle cx="9" cy="19" r="1.4" /><circle cx="16" cy="19" r="1.4" />`,
);
/** A telephone receiver that is put down. */
export const endIcon = icon(
  svg`<path d="M4.5 14.2c0-6.9 15-6.9 15 0" stroke-width="3" /><path d="M4.8 14.2h2.4M16.8 14.2h2.4" stroke-width="5" />`,
);
export const sendIcon = icon(svg`<path d="M12 19V5M5.5 11.5L12 5l6.5 6.5" />`);
export const pictureIcon = icon(
  svg`<rect x="3.5" y="4.5" width="17" height="15" rx="2.5" /><circle cx="9" cy="10" r="1.6" /><path d="M4.5 17.5l5-4.5 3.5 3 3-2.5 4 3.5" />`,
);
export const newIcon = icon(svg`<path d="M12 5v14M5 12h14" />`);
export const menuIcon = icon(
  svg`<rect x="3.5" y="5" width="17" height="14" rx="2.5" /><path d="M14.5 5v14" />`,
);
export const closeIcon = icon(svg`<path d="M6 6l12 12M18 6L6 18" />`);
export const downIcon = icon(svg`<path d="M12 5v14M5.5 12.5L12 19l6.5-6.5" />`);

/** Two overlapping circles: the two sides of a conversation. */
export const logoIcon = html`<svg viewBox="0 0 32 32" aria-hidden="true">
  <circle cx="12" cy="16" r="9" fill="var(--accent)" />
  <circle cx="20" cy="16" r="8" fill="none" stroke="var(--ink)" stroke-width="2" />
</svg>`;
