/** The labels of the drawer's tabs. */
import type { TemplateResult } from "lit";
import { costIcon, eventsIcon, latencyIcon, settingsIcon } from "./icons.ts";
import type { PanelTab } from "./panel-tabs.ts";

export const tabLabels: Readonly<Record<PanelTab, string>> = {
  settings: "Settings",
  latency: "Latency",
  cost: "Cost",
  events: "Events",
};

export const tabIcons: Readonly<Record<PanelTab, TemplateResult>> = {
  settings: settingsIcon,
  latency: latencyIcon,
  cost: costIcon,
  events: eventsIcon,
};
