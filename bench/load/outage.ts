/**
 * The model's service dies under conversations and comes back: each client must be told, each conversation must go on, and no
 * word may be lost, whether it was spoken or typed before or meanwhile.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { frameMs, framesPerPhrase } from "./frames.ts";
import { pace } from "../compare/pace.ts";
import type { ModelSession } from "./model.ts";
import { LoadServer, until } from "./server.ts";
import type { Talker } from "./talker.ts";
import { faultsIn, type Verdict } from "./verdict.ts";

/** Text is typed in the outage, and the service comes back after so long. */
const typedBeforeMs = 2_000;
const recoveryMs = 40_000;
/** The phrase begins before the outage and ends within it; then silence. */
const loudFrames = 3 * framesPerPhrase;
const allFrames = 6 * framesPerPhrase;
const framesBefore = framesPerPhrase;

const answered = (talker: Talker, number: number): boolean =>
  talker.hasEvent(
    ({ outputTranscription }) =>
      outputTranscription?.text?.includes(`Answer ${talker.conversation}-${number}.`) === true,
  );

const all = (talkers: readonly Talker[], number: number): Promise<boolean> =>
  until(() => talkers.every((talker) => answered(talker, number)), recoveryMs);

const ask = (talkers: readonly Talker[], number: number): void => {
  for (const talker of talkers) talker.say(`question ${talker.conversation}-${number}`);
};

export async function outage(conversations: number): Promise<Verdict> {
  const server = await LoadServer.start("listen");
  try {
    const { model } = server;
    const talkers = await server.connect(conversations);
    ask(talkers, 1);
    const began = await all(talkers, 1);
    const speech = pace(frameMs, (frame) => {
      if (frame < allFrames) for (const talker of talkers) talker.speak(frame, frame < loudFrames);
    });
    await until(() => speech.done >= framesBefore, recoveryMs);
    const killed = model.sessions.length;
    const revive = await model.kill();
    await until(() => speech.done >= allFrames, recoveryMs);
    ask(talkers, 2);
    await sleep(typedBeforeMs);
    await revive();
    const at = performance.now();
    await all(talkers, 2);
    const recoveredS = (performance.now() - at) / 1_000;
    speech.stop();
    ask(talkers, 3);
    await all(talkers, 3);
    return verdictOf(model.sessions.slice(killed), talkers, { began, recoveredS });
  } finally {
    await server.stop();
  }
}

/** @param later the sessions after the outage. */
function verdictOf(
  later: readonly ModelSession[],
  talkers: readonly Talker[],
  { began, recoveredS }: { readonly began: boolean; readonly recoveredS: number },
): Verdict {
  const phrase = Array.from({ length: loudFrames }, (_, frame) => frame);
  const count = (condition: (talker: Talker) => boolean): number =>
    talkers.filter(condition).length;
  const figures = {
    told: count((talker) => talker.hasEvent(({ errorCode }) => errorCode === "UPSTREAM_LOST")),
    "phrase heard whole by the next session": count(({ conversation }) =>
      later.some(
        (session) =>
          session.conversation === conversation &&
          phrase.every((frame) => session.frames.includes(frame)),
      ),
    ),
    "text of the outage answered": count((talker) => answered(talker, 2)),
    "go on": count((talker) => answered(talker, 3)),
    "clients closed": count(({ closes }) => closes.length > 0),
    "answered after": `${recoveredS.toFixed(1)} s`,
  };
  const isAll = (value: number): boolean => value === talkers.length;
  return {
    part: `outage under ${talkers.length} conversations`,
    figures,
    faults: faultsIn({
      "a conversation did not begin": began,
      "a client was not told": isAll(figures.told),
      "spoken words were lost": isAll(figures["phrase heard whole by the next session"]),
      "typed words were lost": isAll(figures["text of the outage answered"]),
      "a conversation did not go on": isAll(figures["go on"]),
      "a client was closed": figures["clients closed"] === 0,
    }),
  };
}
