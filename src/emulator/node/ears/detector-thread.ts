/** The thread of the speech detector: apart from recognition and synthesis, so that it always answers at once. */
import { serveRequests } from "../threads/worker-thread.ts";
import { Silero } from "./silero.ts";
import { windowSamples } from "./window.ts";

export type DetectorJob =
  | { readonly hearings: readonly number[]; readonly windows: Float32Array }
  | { readonly forget: number };

async function open() {
  const silero = await Silero.open();
  return async (question: DetectorJob): Promise<Float32Array> => {
    if ("hearings" in question) return silero.probabilities(question.hearings, question.windows);
    silero.closeStream(question.forget);
    return new Float32Array(0);
  };
}

/** No hearing is called 0: it is there to warm the thread up, and forgotten. */
const exercise = { hearings: [0], windows: new Float32Array(windowSamples) };

await serveRequests(open, exercise, exercise, { forget: 0 });
