/** What the tabs of the drawer are called. */
import type { TemplateResult } from "lit";
import { eventsIcon } from "./icons.ts";
import type { PanelTab } from "./panel-tabs.ts";

export const tabLabels: Readonly<Record<PanelTab, string>> = { events: "Events" };

export const tabIcons: Readonly<Record<PanelTab, TemplateResult>> = { events: eventsIcon };
