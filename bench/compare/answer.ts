/**
 * The end of speech to the first reply audio, with the emulator as the upstream: through parley, and directly to it.
 * Rounds with and without the relay alternate.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { clipSamples } from "../../test/support/wavs.ts";
import { speak } from "../../test/support/speaker.ts";
import { startEmulatorProcess } from "../load/emulator.ts";
import { lastWord } from "../show/answer.ts";
import type { Receiver } from "./clients/client.ts";
import { contenders, direct, parleyProtocols, type Contender } from "./contenders.ts";
import type { Relay } from "./relay.ts";

/** The service calls a turn over after about 1.2 s of silence: the microphone stays open for longer. */
const silenceMs = 4_000;
/** The emulator ends the work for a client that has left. */
const pauseMs = 500;
/** Of the microphone, in ms. */
const frameMs = 100;
/**
 * How much later each round's question begins, in ms: the emulator listens in steps of 32 ms, and the median must be that
 * of all places in a step and in a frame, the same for all contenders.
 */
const stepMs = 37;

/** @returns ms from the last word to the first audio, one for each round, by contender. */
export async function measureAnswers(
  rounds: number,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const chosen = contenders.filter(
    ({ name }) =>
      [direct, ...parleyProtocols].some((each) => each === name) && names.includes(name),
  );
  const times = new Map<string, number[]>(chosen.map(({ name }) => [name, []]));
  const emulator = await startEmulatorProcess();
  const relays = await Promise.all(
    chosen.map((contender) => contender.start(emulator.base.replace(/^ws/, "http"))),
  );
  try {
    // The first round warms up the models and does not count.
    for (let round = 0; round <= rounds; round++)
      for (const [at, contender] of inTurn([...chosen.entries()], round)) {
        const relay = relays[at];
        if (!relay) continue;
        const ms = await answer(
          contender,
          relay,
          `answer${round}-${at}`,
          (round * stepMs) % frameMs,
        );
        if (round > 0) times.get(contender.name)?.push(ms);
        await sleep(pauseMs);
      }
  } finally {
    await Promise.all([...relays.map((relay) => relay.stop()), emulator.stop()]);
  }
  return times;
}

/** Another comes first in each round: the emulator's own time differs with what it did just before. */
const inTurn = <T>(all: readonly T[], round: number): readonly T[] => {
  const first = round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
};

async function answer(
  { connect }: Contender,
  { url }: Relay,
  conversation: string,
  leadMs: number,
): Promise<number> {
  const heard = Promise.withResolvers<number>();
  const receiver: Receiver = {
    onAudio: () => heard.resolve(performance.now()),
    onSkipped: () => undefined,
    onClosed: (reason) => heard.reject(new Error(`the connection was closed: ${reason}`)),
  };
  const client = await connect(url, conversation, receiver);
  const enough = new AbortController();
  const words = lastWord(clipSamples("espeak-paris.wav"));
  const question = new Int16Array([...new Int16Array(leadMs * 16), ...words]);
  const { spoken, done } = speak(
    question,
    (frame) => client.send(new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength)),
    { frame: frameMs, silence: silenceMs, signal: enough.signal },
  );
  try {
    const [first, lastWordAt] = await Promise.all([heard.promise, spoken]);
    return first - lastWordAt;
  } finally {
    enough.abort();
    await done;
    client.close();
  }
}
