/** The Worker is killed in the middle of answers: the log must have all but the last half second of them. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Event } from "../../src/wire/adk.ts";
import { wordMs } from "./model.ts";
import { LoadServer, until } from "./server.ts";
import type { Talker } from "./talker.ts";
import { faultsIn, type Verdict } from "./verdict.ts";

/** Half a second, and the word under way. */
const maxLossMs = 500 + wordMs;
/** Answers begin within so long, so that the kill meets them at different times after they were stored. */
const startSpreadMs = 1_900;
const answerMs = 3_000;
const recoveryMs = 30_000;

const wordsIn = (text: string): number => text.split(" w").length - 1;

const isAnswered = (talker: Talker): boolean =>
  talker.hasEvent(
    ({ outputTranscription }) =>
      outputTranscription?.text?.includes(`Answer ${talker.conversation}-2.`) === true,
  );

export async function crash(conversations: number): Promise<Verdict> {
  const server = await LoadServer.start("listen");
  try {
    const talkers = await server.connect(conversations);
    for (const talker of talkers) {
      talker.say(`lecture ${talker.conversation}-1`);
      await sleep(startSpreadMs / conversations);
    }
    await sleep(answerMs);
    await server.restart();
    const received = talkers.map(({ words }) => wordsIn(words));
    const logs = await Promise.all(talkers.map(({ conversation }) => server.log(conversation)));
    const logged = logs.map((events) => wordsIn(finalWords(events)));
    const losses = received.map((words, at) => (words - (logged[at] ?? 0)) * wordMs);
    const isCut = logs.map((events) => events.some(({ interrupted }) => interrupted === true));
    await until(() => talkers.every(({ closes }) => closes.length > 0), recoveryMs);
    await sleep(1_000);
    for (const talker of talkers) talker.say(`question ${talker.conversation}-2`);
    const goOn = await until(() => talkers.every(isAnswered), recoveryMs);
    return {
      part: `crash in ${conversations} answers`,
      figures: {
        "words heard": received.reduce((sum, words) => sum + words, 0),
        "largest loss of a log": `${Math.max(...losses)} ms`,
        "marked as cut": isCut.filter(Boolean).length,
        "go on": talkers.filter(isAnswered).length,
      },
      faults: faultsIn({
        "no words were heard before the crash": received.every((words) => words > 0),
        [`a log lost more than ${maxLossMs} ms`]: losses.every((ms) => ms <= maxLossMs),
        "an answer is not marked as cut": isCut.every(Boolean),
        "a conversation did not go on": goOn,
      }),
    };
  } finally {
    await server.stop();
  }
}

const finalWords = (events: readonly Event[]): string =>
  events.map(({ outputTranscription }) => outputTranscription?.text ?? "").join("");
