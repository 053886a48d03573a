/** Starts a server that replays a recording, without recognizer, synthesizer or brain. */
import { handleTokenRequest } from "../core/protocol/http.ts";
import type { RecordingEntry } from "../core/recording.ts";
import { createReplayServer } from "../core/replay.ts";
import { EphemeralTokenRegistry } from "../core/tokens/tokens.ts";
import { NodeClock } from "./clock.ts";
import { listenOn, type ListenOptions, type ServerHandle } from "./listen.ts";
import { createRandom } from "./random.ts";

interface ReplayOptions extends ListenOptions {
  readonly recording: readonly RecordingEntry[];
  readonly seed?: number;
  readonly textFrames?: boolean;
  readonly compactFrames?: boolean;
}

/** @throws the error of Node's server when it cannot bind the port. */
export async function startReplay(options: ReplayOptions): Promise<ServerHandle> {
  const { recording, textFrames = false, compactFrames = false } = options;
  const clock = new NodeClock();
  const tokens = new EphemeralTokenRegistry();
  const random = createRandom(options.seed);
  const { port, url, close } = await listenOn(options, {
    connect: createReplayServer(recording, clock, { text: textFrames, compact: compactFrames }),
    handleHttp: (request) => handleTokenRequest(request, tokens, { now: clock.now(), random }),
    debugEndpoints: { views: { health: () => ({ status: "ok" }) }, actions: {} },
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
