/** The icons of the drawer's tabs. */
import type { TemplateResult } from "lit";
import {
  costIcon,
  eventsIcon,
  historyIcon,
  latencyIcon,
  settingsIcon,
  shareIcon,
} from "./icons.ts";
import type { PanelTab } from "./panel-tabs.ts";

export const tabIcons: Readonly<Record<PanelTab, TemplateResult>> = {
  history: historyIcon,
  settings: settingsIcon,
  share: shareIcon,
  latency: latencyIcon,
  cost: costIcon,
  events: eventsIcon,
};
