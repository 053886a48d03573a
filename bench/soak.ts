/**
 * `npm run soak`: half an hour of one spoken conversation, with everything going wrong that does.
 *
 * The emulator's connections age four times faster, so thirty minutes of theirs are seven and a half real ones, and
 * `goAway` comes by itself, too. What is said must have one final transcript and one answer each, whatever happened.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Event } from "../src/wire/adk.ts";
import { clips, clipSamples } from "../test/support/wavs.ts";
import { Caller } from "./soak/caller.ts";
import { newRelay, startEmulator, type Emulator, type Relay } from "./soak/servers.ts";
import { judge, type Verdict } from "./soak/verdict.ts";

const speed = 4;
const minutes = Number(process.argv[2] ?? 30);
/** Nobody waits longer for an answer, ms. */
const patience = 60_000;
/** The link is parked after a minute without a word, or two where the line is changed meanwhile. */
const parkedMs = 150_000;
/** The runtime lets go of the object some ten seconds later. */
const asleepMs = 30_000;
/** Clear, and unlike each other. */
const said = ["paris", "hello", "count", "who", "date", "tokyo", "my-name", "which-name"];

/** It is being answered for a while: long enough for something to go wrong meanwhile. */
const long = "story";

interface Question {
  readonly says: string;
  readonly samples: Int16Array;
}

const questions = said.map(questionOf);

interface Scene {
  readonly emulator: Emulator;
  readonly relay: Relay;
  readonly caller: Caller;
}

interface Trouble {
  readonly name: string;
  /** In the middle of the answer, before the question, or while it is asked. */
  readonly when: "answer" | "before" | "question";
  make(scene: Scene): Promise<void>;
  /** The answer ends there. */
  readonly cuts?: true;
}

const strike = (name: string, when: Trouble["when"], what: object): Trouble => ({
  name,
  when,
  make: ({ emulator }) => emulator.strike(what),
});
const drop = (when: Trouble["when"]): Trouble => ({
  name: "client drop",
  when,
  make: async ({ caller }) => {
    caller.drop();
    await caller.until(() => caller.here, patience);
  },
});
const goAway = { goAway: { timeLeft: "8s" } };
const sleeps: Trouble = { name: "hibernation", when: "before", make: hibernate };

/** By the number of the question, from 0. */
const troubles: Readonly<Record<number, Trouble>> = {
  2: strike("goAway", "answer", goAway),
  4: strike("1011", "before", { close: "internal" }),
  6: drop("answer"),
  8: sleeps,
  10: strike("goAway", "before", goAway),
  12: strike("half-open freeze", "question", { freeze: true }),
  14: { ...strike("1011", "answer", { close: "unavailable" }), cuts: true },
  16: drop("before"),
  18: { name: "restart of the relay", when: "answer", make: restart, cuts: true },
  20: sleeps,
  22: strike("goAway", "question", goAway),
  24: drop("answer"),
};

const slept: string[] = [];
const cut: string[] = [];
const asked: string[] = [];

const emulator = await startEmulator(speed);
const relay = await newRelay(emulator.url);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => void stop().then(() => process.exit(1)));
try {
  await relay.start();
  const caller = new Caller(`ws://127.0.0.1:${relay.port}/ws/ann/soak?agent=assistant`);
  const scene = { emulator, relay, caller };
  const began = performance.now();
  await caller.until(() => caller.here, patience);
  await talk(scene, began + (minutes * 60_000) / speed);
  const conversation = ((performance.now() - began) * speed) / 60_000;
  const log = await kept(relay);
  caller.leave();
  await sleep(8_000);
  const verdicts = [
    ...judge(asked, log, "the log"),
    ...judge(asked, caller.events, "the client"),
    ...(await others(scene)),
  ];
  report(verdicts, scene, conversation);
  process.exitCode = verdicts.every(({ ok }) => ok) ? 0 : 1;
} finally {
  await stop();
}

async function stop(): Promise<void> {
  await relay.stop();
  emulator.stop();
  relay.forget();
}

function questionOf(name: string): Question {
  const file = `espeak-${name}.wav`;
  const says = clips.find((clip) => clip.file === file)?.says ?? name;
  return { says, samples: clipSamples(file) };
}

async function talk(scene: Scene, until: number): Promise<void> {
  const scheduled = Math.max(...Object.keys(troubles).map(Number));
  for (let at = 0; at <= scheduled || performance.now() < until; at++) {
    const trouble = troubles[at];
    const question = trouble?.cuts ? questionOf(long) : questions[at % questions.length];
    if (!question) return;
    console.log(`${at}: ${question.says}${trouble ? ` [${trouble.name}, ${trouble.when}]` : ""}`);
    await exchange(scene, question, trouble);
  }
}

/** A question, its answer, and what goes wrong. */
async function exchange(
  scene: Scene,
  { says, samples }: Question,
  trouble: Trouble | undefined,
): Promise<void> {
  const { caller } = scene;
  if (trouble?.when === "before") await trouble.make(scene);
  const from = caller.events.length;
  const sound = caller.soundBytes;
  asked.push(says);
  const speaking = caller.say(samples);
  if (trouble?.when === "question") await sleep(400).then(() => trouble.make(scene));
  await speaking;
  if (trouble?.when === "answer") {
    await caller.until(() => caller.soundBytes > sound, patience);
    await trouble.make(scene);
  }
  const over = (event: Event) => event.turnComplete === true || event.interrupted === true;
  if (!(await caller.until(() => caller.events.slice(from).some(over), patience)))
    console.log(`  no end of the answer to "${says}"`);
  const interrupted = caller.events.slice(from).some((event) => event.interrupted);
  if (interrupted) cut.push(`${trouble?.name ?? "none"} in "${says}"`);
}

async function hibernate({ caller }: Scene): Promise<void> {
  const before = caller.epochs.at(-1);
  const late = performance.now() + parkedMs;
  while ((await emulator.stats()).sockets > 0 && performance.now() < late) await sleep(500);
  await sleep(asleepMs);
  // The next word wakes it, and it says hello with a new epoch to sockets that stayed open.
  const woken = caller.until(() => caller.epochs.at(-1) !== before, 10_000);
  void woken.then((is) => slept.push(`${before} → ${is ? caller.epochs.at(-1) : "the same"}`));
}

async function restart({ relay: server, caller }: Scene): Promise<void> {
  await server.stop();
  await server.start();
  await caller.until(() => caller.here, patience);
}

async function kept({ port }: Relay): Promise<Event[]> {
  const url = `http://127.0.0.1:${port}/apps/assistant/users/ann/sessions/soak`;
  return ((await (await fetch(url)).json()) as { events: Event[] }).events;
}

async function others({ caller }: Scene): Promise<Verdict[]> {
  const { sockets } = await emulator.stats();
  const woken = slept.filter((each) => !each.endsWith("the same"));
  return [
    {
      what: "hibernations, each with a new epoch on the open socket",
      ok: woken.length === 2,
      found: slept.join(", "),
    },
    { what: "sockets left at the emulator", ok: sockets === 0, found: `${sockets}` },
    {
      what: "sockets at the emulator at one time, at most",
      ok: emulator.mostSockets === 1,
      found: `${emulator.mostSockets}`,
    },
    { what: "events told twice", ok: caller.twice.length === 0, found: `${caller.twice.length}` },
  ];
}

function report(verdicts: readonly Verdict[], { caller }: Scene, conversation: number): void {
  console.log(`\n${asked.length} utterances in ${conversation.toFixed(1)} conversation-minutes`);
  console.log(`epochs: ${caller.epochs.join(", ")}; skipped sound: ${caller.skippedMs} ms`);
  console.log(`answers cut, as told: ${cut.join(", ") || "none"}`);
  for (const { what, ok, found } of verdicts)
    console.log(`${ok ? "ok  " : "FAIL"} ${what}: ${found}`);
}
