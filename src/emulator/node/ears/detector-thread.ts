/** The speech detector's worker thread: separate from recognition and synthesis, so that it always answers promptly. */
import { serveRequests } from "../threads/worker-thread.ts";
import { Silero } from "./silero.ts";
import { windowSamples } from "./window.ts";

export type DetectorJob =
  | { readonly streamIds: readonly number[]; readonly windows: Float32Array }
  | { readonly closeStream: number };

async function loadHandler() {
  const silero = await Silero.open();
  return async (job: DetectorJob): Promise<Float32Array> => {
    if ("streamIds" in job) return silero.probabilities(job.streamIds, job.windows);
    silero.closeStream(job.closeStream);
    return new Float32Array(0);
  };
}

/** No stream has the id 0: it warms the thread up and is then closed. */
const warmUpJob = { streamIds: [0], windows: new Float32Array(windowSamples) };

await serveRequests(loadHandler, warmUpJob, warmUpJob, { closeStream: 0 });
