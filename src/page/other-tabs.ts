/** Finds out whether another tab of this browser takes part in the same conversation. */

interface TabEvents {
  /** The conversation of this tab. */
  readonly conversation: () => string;
  readonly isConnected: () => boolean;
  /** Another tab is connected to this tab's conversation. */
  readonly found: () => void;
}

type TabMessage = { readonly asks: string } | { readonly connected: string };

export class OtherTabs {
  readonly #channel = new BroadcastChannel("parley.tabs");
  readonly #events: TabEvents;

  constructor(events: TabEvents) {
    this.#events = events;
    this.#channel.addEventListener("message", ({ data }: MessageEvent<TabMessage>) => {
      const own = events.conversation();
      if ("asks" in data && data.asks === own && events.isConnected())
        this.#channel.postMessage({ connected: own } satisfies TabMessage);
      if ("connected" in data && data.connected === own) events.found();
    });
  }

  /** `found` is called once for each such tab. */
  ask(): void {
    this.#channel.postMessage({ asks: this.#events.conversation() } satisfies TabMessage);
  }

  close(): void {
    this.#channel.close();
  }
}
