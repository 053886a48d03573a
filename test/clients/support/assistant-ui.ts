/** Turns and the session list of assistant-ui's runtime in Chromium. */
import { servePage, type ServedPage } from "./browser-page.ts";
import type { Server } from "./assistant-ui-page.ts";

export interface AssistantUiPage {
  /** The page's origin. */
  readonly origin: string;
  /** Each message as "role: text". */
  ask(server: Server, question: string): Promise<string[]>;
  openNewest(server: Server): Promise<{ sessions: number; messages: string[] }>;
  close(): void;
}

type Global = Pick<AssistantUiPage, "ask" | "openNewest">;

export async function openAssistantUiPage(): Promise<AssistantUiPage> {
  const served: ServedPage = await servePage("assistant-ui-page.ts");
  return {
    origin: served.origin,
    ask: (server, question) =>
      served.open((page) =>
        page.evaluate(
          ([server, question]) => (globalThis as unknown as Global).ask(server, question),
          [server, question] as const,
        ),
      ),
    openNewest: (server) =>
      served.open((page) =>
        page.evaluate((server) => (globalThis as unknown as Global).openNewest(server), server),
      ),
    close: () => served.close(),
  };
}
