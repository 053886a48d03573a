/**
 * A turn through Pipecat's Gemini transport in Chromium. It has no address setting: Google's host name is redirected.
 */
import { servePage } from "./browser-page.ts";
import { NAME, type Front } from "./front.ts";
import type { Turn } from "./turn.ts";

export interface PipecatPage {
  /** The page's origin. */
  readonly origin: string;
  turn(front: Front, apiKey: string, samples: Int16Array): Promise<Turn>;
  close(): void;
}

interface Global {
  turn(key: string, samples: readonly number[]): Promise<number[]>;
}

/** Serves the page; each turn opens a browser. */
export async function openPipecatPage(): Promise<PipecatPage> {
  const served = await servePage("pipecat-page.ts");
  const turn: PipecatPage["turn"] = ({ port }, apiKey, samples) =>
    served.open(
      async (page) => {
        const answer = await page.evaluate(
          ([apiKey, samples]) => (globalThis as unknown as Global).turn(apiKey, samples),
          [apiKey, [...samples]] as const,
        );
        return { audio: Int16Array.from(answer) };
      },
      [`--host-resolver-rules=MAP ${NAME}:443 127.0.0.1:${port}`, "--ignore-certificate-errors"],
    );
  return { origin: served.origin, turn, close: () => served.close() };
}
