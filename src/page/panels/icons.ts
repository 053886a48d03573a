/** The icons of the drawer. */
import { svg } from "lit";
import { icon } from "../view/icons.ts";

export const settingsIcon = icon(
  svg`<path d="M4 7h9M17.5 7H20M4 17h2.5M11 17h9" /><circle cx="15" cy="7" r="2.4" /><circle cx="8.8" cy="17" r="2.4" />`,
);
export const historyIcon = icon(
  svg`<path d="M4 12a8 8 0 1 0 2.6-5.9L4 8.5M4 4v4.5h4.5M12 8v4.5l3 1.8" />`,
);
export const shareIcon = icon(
  svg`<circle cx="6.5" cy="12" r="2.6" /><circle cx="17" cy="6" r="2.6" /><circle cx="17" cy="18" r="2.6" /><path d="M8.8 10.8l5.9-3.4M8.8 13.2l5.9 3.4" />`,
);
export const latencyIcon = icon(svg`<path d="M4 6h6M8 12h8M13 18h7" stroke-width="3" />`);
export const costIcon = icon(
  svg`<circle cx="12" cy="12" r="8.5" /><path d="M14.8 9.2c-.6-1-1.6-1.4-2.8-1.4-1.6 0-2.8.8-2.8 2.1 0 3 5.8 1.3 5.8 4.3 0 1.3-1.3 2.1-3 2.1-1.4 0-2.6-.6-3.1-1.7M12 5.9v12.2" />`,
);
export const eventsIcon = icon(svg`<path d="M8.5 7.5L4 12l4.5 4.5M15.5 7.5L20 12l-4.5 4.5" />`);
export const copyIcon = icon(
  svg`<rect x="8.5" y="8.5" width="11" height="11" rx="2" /><path d="M15.5 8.5V6.5a2 2 0 0 0-2-2h-7a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h2" />`,
);
export const trashIcon = icon(
  svg`<path d="M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.3 10.5v5.5M13.7 10.5v5.5" />`,
);
export const pauseIcon = icon(svg`<path d="M9 6v12M15 6v12" stroke-width="2.5" />`);
export const playIcon = icon(svg`<path d="M8 5.5v13l10.5-6.5z" />`);
