/** The panels of the drawer, and which of them a user had open: remembered across reloads. */
import type { KeyValueStorage } from "../identity.ts";

export const panelTabs = ["history", "settings", "share", "latency", "cost", "events"] as const;

export type PanelTab = (typeof panelTabs)[number];

export interface DrawerState {
  readonly open: boolean;
  readonly tab: PanelTab;
}

const storageKey = "parley.drawer";

/** @param beside whether the drawer stands beside the conversation: a sheet over it must not open by itself. */
export function loadDrawer(storage: KeyValueStorage, beside: boolean): DrawerState {
  const { open, tab } = parse(storage);
  return {
    open: open === true && beside,
    tab: panelTabs.find((name) => name === tab) ?? panelTabs[0],
  };
}

export function saveDrawer(storage: KeyValueStorage, state: DrawerState): void {
  try {
    storage.setItem(storageKey, JSON.stringify(state));
  } catch {
    // Private window: the drawer is remembered as long as the page lasts.
  }
}

function parse(storage: KeyValueStorage): { open?: unknown; tab?: unknown } {
  try {
    return Object(JSON.parse(storage.getItem(storageKey) ?? "{}")) as object;
  } catch {
    return {};
  }
}

/** As in drawer.ts and drawer-layout.css. */
export const drawerFitsBeside = (): boolean => matchMedia("(min-width: 75rem)").matches;
