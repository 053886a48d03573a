/** Starts a server that answers as it did when it was recorded: no ears, no voice, no brain. */
import { answerHttp } from "../core/protocol/http.ts";
import type { Entry } from "../core/recording.ts";
import { replayServer } from "../core/replay.ts";
import { Tokens } from "../core/tokens/tokens.ts";
import { NodeClock } from "./clock.ts";
import { openPort, type PortOptions, type Reached } from "./port.ts";
import { seeded } from "./random.ts";

export interface ReplayOptions extends PortOptions {
  readonly recording: readonly Entry[];
  readonly seed?: number;
  readonly textFrames?: boolean;
  readonly compactFrames?: boolean;
}

/** @throws what Node's server throws when the port cannot be had. */
export async function startReplay(options: ReplayOptions): Promise<Reached> {
  const { recording, textFrames = false, compactFrames = false } = options;
  const clock = new NodeClock();
  const tokens = new Tokens();
  const random = seeded(options.seed);
  const { port, url, close } = await openPort(options, {
    connect: replayServer(recording, clock, { text: textFrames, compact: compactFrames }),
    http: (request) => answerHttp(request, tokens, { now: clock.now(), random }),
    panel: { views: { health: () => ({ status: "ok" }) }, deeds: {} },
  });
  return {
    port,
    url,
    close: async () => {
      await close();
      clock.close();
    },
  };
}
