/** Conversations that talk at one time: every frame must arrive, each way, once and in order. */
import { setTimeout as sleep } from "node:timers/promises";
import { processTimeMs } from "../compare/process-usage.ts";
import { gapsIn, sumOfGaps } from "./frames.ts";
import type { LoadModel } from "./model.ts";
import { LoadServer, speakAll, until } from "./server.ts";
import type { Talker } from "./talker.ts";
import { faultsIn, type Verdict } from "./verdict.ts";

/** A frame is lost if none has arrived for so long after the last was sent, or so long in all. */
const [stillMs, arrivalMs] = [5_000, 60_000];

export async function exchangeAudio(conversations: number, seconds: number): Promise<Verdict> {
  const server = await LoadServer.start("echo");
  try {
    const talkers = await server.connect(conversations);
    const [cpuMs, from] = [processTimeMs(server.pid), performance.now()];
    const speech = speakAll(talkers);
    await sleep(seconds * 1_000);
    speech.stop();
    const cpu = (processTimeMs(server.pid) - cpuMs) / (performance.now() - from);
    const figures = await arrivals(server.model, talkers, speech.done);
    return {
      part: `audio, ${conversations} conversations for ${seconds} s`,
      figures: { ...figures, "processor of the relay": `${Math.round(cpu * 100)} %` },
      faults: faultsOf(figures),
    };
  } finally {
    await server.stop();
  }
}

export interface Arrivals extends Record<string, number> {
  readonly "frames each way": number;
  readonly "lost up": number;
  readonly "lost down": number;
  readonly "twice or misplaced": number;
  readonly "ms skipped": number;
  readonly "clients closed": number;
}

/** @param frames that all talkers together have sent. */
export async function arrivals(
  model: LoadModel,
  talkers: readonly Talker[],
  frames: number,
): Promise<Arrivals> {
  const sent = (at: number): number => Math.ceil((frames - at) / talkers.length);
  const heardBy = ({ conversation }: Talker): number[] =>
    model.sessionsOf(conversation).flatMap((session) => session.frames);
  let [count, at] = [-1, 0];
  await until(() => {
    const arrived = talkers.reduce((sum, { heard }) => sum + heard.length, 0);
    if (arrived !== count) [count, at] = [arrived, performance.now()];
    return arrived >= frames || performance.now() - at >= stillMs;
  }, arrivalMs);
  const up = sumOfGaps(talkers.map((talker, at) => gapsIn(heardBy(talker), sent(at))));
  const down = sumOfGaps(talkers.map(({ heard }, at) => gapsIn(heard, sent(at))));
  return {
    "frames each way": frames,
    "lost up": up.lost,
    "lost down": down.lost,
    "twice or misplaced": up.duplicates + up.misplaced + down.duplicates + down.misplaced,
    "ms skipped": talkers.reduce((sum, { skippedMs }) => sum + skippedMs, 0),
    "clients closed": talkers.filter(({ closes }) => closes.length > 0).length,
  };
}

export const faultsOf = (figures: Arrivals): string[] =>
  faultsIn({
    "frames were lost on the way up": figures["lost up"] === 0,
    "frames were lost on the way down": figures["lost down"] === 0,
    "frames came twice or misplaced": figures["twice or misplaced"] === 0,
    "audio was skipped": figures["ms skipped"] === 0,
    "clients were closed": figures["clients closed"] === 0,
  });
