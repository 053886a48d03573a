/** The thread that recognises and speaks, one thing at a time. */
import { answerQuestions } from "./threads/thread.ts";
import { Moonshine } from "./ears/moonshine.ts";
import { Flite } from "./voice/flite.ts";
import { speak } from "./voice/speaker.ts";

export type SpeechQuestion =
  | { readonly utterance: Int16Array }
  | { readonly say: string; readonly voice: string };

export type SpeechAnswer = string | Int16Array;

async function open() {
  const [moonshine, flite] = await Promise.all([Moonshine.open(), Flite.open()]);
  return async (question: SpeechQuestion): Promise<SpeechAnswer> =>
    "utterance" in question
      ? moonshine.words(Float32Array.from(question.utterance, (sample) => sample / 32_768))
      : speak(flite, question.say, question.voice);
}

/** The first run of a module is slow: it is taken before anybody waits for it. */
await answerQuestions(open, { say: "Hello.", voice: "" }, { utterance: new Int16Array(8000) });
