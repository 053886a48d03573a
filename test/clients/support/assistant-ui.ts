/** Turns and the session list of assistant-ui's runtime in Chromium. */
import { servePage, type ServedPage } from "./browser-page.ts";
import type { Conversation, Server } from "./assistant-ui-page.ts";

export interface AssistantUiPage {
  /** The page's origin. */
  readonly origin: string;
  ask(server: Server, question: string): Promise<Conversation>;
  openSession(
    server: Server,
    session: string,
  ): Promise<{ sessions: readonly string[]; messages: readonly string[] }>;
  close(): void;
}

type Global = Pick<AssistantUiPage, "ask" | "openSession">;

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
    openSession: (server, session) =>
      served.open((page) =>
        page.evaluate(
          ([server, session]) => (globalThis as unknown as Global).openSession(server, session),
          [server, session] as const,
        ),
      ),
    close: () => served.close(),
  };
}
