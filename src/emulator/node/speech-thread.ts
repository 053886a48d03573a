/** The thread that recognises and speaks, one thing at a time. */
import { serveRequests } from "./threads/worker-thread.ts";
import { Moonshine } from "./ears/moonshine.ts";
import { Flite } from "./voice/flite.ts";
import { synthesize } from "./voice/synthesize.ts";

export type SpeechJob =
  | { readonly utterance: Int16Array }
  | { readonly say: string; readonly voice: string };

export type SpeechResult = string | Int16Array;

async function open() {
  const [moonshine, flite] = await Promise.all([Moonshine.open(), Flite.open()]);
  return async (question: SpeechJob): Promise<SpeechResult> =>
    "utterance" in question
      ? moonshine.transcribe(Float32Array.from(question.utterance, (sample) => sample / 32_768))
      : synthesize(flite, question.say, question.voice);
}

/** The first run of a module is slow: it is taken before anybody waits for it. */
await serveRequests(open, { say: "Hello.", voice: "" }, { utterance: new Int16Array(8000) });
