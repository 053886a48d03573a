/** Opens and closes the page's drawer, remembers that, and loads the drawer's file when it is needed. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { KeyValueStorage } from "../identity.ts";
import {
  drawerFitsBeside,
  loadDrawer,
  saveDrawer,
  type DrawerState,
  type PanelTab,
} from "./panel-tabs.ts";

export class DrawerControl implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #storage: KeyValueStorage;
  readonly #loaded: (succeeded: boolean) => void;
  #state: DrawerState;
  #isUsers = false;

  /** @param loaded is told whether the drawer's file could be loaded, each time that it is needed. */
  constructor(
    host: ReactiveControllerHost & Element,
    storage: KeyValueStorage,
    loaded: (succeeded: boolean) => void,
  ) {
    this.#host = host;
    this.#storage = storage;
    this.#loaded = loaded;
    this.#state = loadDrawer(storage, drawerFitsBeside());
    host.addController(this);
  }

  get open(): boolean {
    return this.#state.open;
  }

  get tab(): PanelTab {
    return this.#state.tab;
  }

  /** A user has opened it, and not a reload, which opens it again. */
  get isUsers(): boolean {
    return this.#isUsers;
  }

  hostConnected(): void {
    this.#show();
  }

  toggle(open = !this.#state.open): void {
    this.#isUsers = true;
    this.#set({ open });
  }

  select(tab: PanelTab): void {
    this.#set({ tab });
  }

  #set(change: Partial<DrawerState>): void {
    this.#state = { ...this.#state, ...change };
    saveDrawer(this.#storage, this.#state);
    this.#show();
    this.#host.requestUpdate();
  }

  #show(): void {
    this.#host.toggleAttribute("drawer", this.#state.open);
    if (this.#state.open) void this.#load();
  }

  async #load(): Promise<void> {
    try {
      await import("./drawer.ts");
      this.#loaded(true);
    } catch {
      this.#set({ open: false });
      this.#loaded(false);
    }
  }
}
