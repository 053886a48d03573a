/** The worker thread for recognition and synthesis, one job at a time. */
import { serveRequests } from "./threads/worker-thread.ts";
import { Moonshine } from "./ears/moonshine.ts";
import { Flite } from "./voice/flite.ts";
import { synthesize } from "./voice/synthesize.ts";

export type SpeechJob =
  | { readonly utterance: Int16Array }
  | { readonly say: string; readonly voice: string };

export type SpeechResult = string | Int16Array;

async function loadHandler() {
  const [moonshine, flite] = await Promise.all([Moonshine.open(), Flite.open()]);
  return async (job: SpeechJob): Promise<SpeechResult> =>
    "utterance" in job
      ? moonshine.transcribe(Float32Array.from(job.utterance, (sample) => sample / 32_768))
      : synthesize(flite, job.say, job.voice);
}

/** The first run of each model is slow, so it happens before any client waits. */
await serveRequests(loadHandler, { say: "Hello.", voice: "" }, { utterance: new Int16Array(8000) });
