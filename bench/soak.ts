/**
 * `npm run soak`: half an hour of one spoken conversation with faults: lost sockets, `goAway`, restarts, hibernation.
 *
 * The emulator's connections age four times faster, so thirty of their minutes take seven and a half, and `goAway`
 * also comes by itself. Each utterance must have one final transcript and one answer, whichever faults occur.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Event } from "../src/wire/adk.ts";
import { clips, clipSamples } from "../test/support/wavs.ts";
import { SoakClient } from "./soak/client.ts";
import { newRelay, startEmulator, type Emulator, type Relay } from "./soak/servers.ts";
import { judge, type Verdict } from "./soak/verdict.ts";

const speed = 4;
const minutes = Number(process.argv[2] ?? 30);
/** The longest wait for an answer, ms. */
const timeoutMs = 60_000;
/** The upstream FSM parks after a minute without speech, or two if the connection changes meanwhile. */
const parkedMs = 150_000;
/** The runtime evicts the object some ten seconds later. */
const asleepMs = 30_000;
/** Recordings that are easy to recognise and unlike each other. */
const recordings = ["paris", "hello", "count", "who", "date", "tokyo", "my-name", "which-name"];

/** Its answer is long enough for a fault in the middle. */
const longQuestion = "story";

interface Question {
  readonly says: string;
  readonly samples: Int16Array;
}

const questions = recordings.map(questionOf);

interface Scene {
  readonly emulator: Emulator;
  readonly relay: Relay;
  readonly client: SoakClient;
}

interface Fault {
  readonly name: string;
  /** In the middle of the answer, before the question, or during it. */
  readonly when: "answer" | "before" | "question";
  make(scene: Scene): Promise<void>;
  /** The fault interrupts the answer. */
  readonly interrupts?: true;
}

const emulatorFault = (name: string, when: Fault["when"], what: object): Fault => ({
  name,
  when,
  make: ({ emulator }) => emulator.injectFault(what),
});
const drop = (when: Fault["when"]): Fault => ({
  name: "client drop",
  when,
  make: async ({ client }) => {
    client.drop();
    await client.until(() => client.isOpen, timeoutMs);
  },
});
const goAway = { goAway: { timeLeft: "8s" } };
const sleeps: Fault = { name: "hibernation", when: "before", make: hibernate };

/** By the number of the question, from 0. */
const faults: Readonly<Record<number, Fault>> = {
  2: emulatorFault("goAway", "answer", goAway),
  4: emulatorFault("1011", "before", { close: "internal" }),
  6: drop("answer"),
  8: sleeps,
  10: emulatorFault("goAway", "before", goAway),
  12: emulatorFault("half-open freeze", "question", { freeze: true }),
  14: { ...emulatorFault("1011", "answer", { close: "unavailable" }), interrupts: true },
  16: drop("before"),
  18: { name: "restart of the relay", when: "answer", make: restart, interrupts: true },
  20: sleeps,
  22: emulatorFault("goAway", "question", goAway),
  24: drop("answer"),
};

const slept: string[] = [];
const interruptedAnswers: string[] = [];
const asked: string[] = [];

const emulator = await startEmulator(speed);
const relay = await newRelay(emulator.url);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => void stop().then(() => process.exit(1)));
try {
  await relay.start();
  const client = new SoakClient(`ws://127.0.0.1:${relay.port}/ws/ann/soak?agent=assistant`);
  const scene = { emulator, relay, client };
  const began = performance.now();
  await client.until(() => client.isOpen, timeoutMs);
  await converse(scene, began + (minutes * 60_000) / speed);
  const conversation = ((performance.now() - began) * speed) / 60_000;
  const log = await storedEvents(relay);
  client.leave();
  await sleep(8_000);
  const verdicts = [
    ...judge(asked, log, "the log"),
    ...judge(asked, client.events, "the client"),
    ...(await systemVerdicts(scene)),
  ];
  report(verdicts, scene, conversation);
  process.exitCode = verdicts.every(({ ok }) => ok) ? 0 : 1;
} finally {
  await stop();
}

async function stop(): Promise<void> {
  await relay.stop();
  emulator.stop();
  relay.removeState();
}

function questionOf(name: string): Question {
  const file = `espeak-${name}.wav`;
  const says = clips.find((clip) => clip.file === file)?.says ?? name;
  return { says, samples: clipSamples(file) };
}

async function converse(scene: Scene, until: number): Promise<void> {
  const scheduled = Math.max(...Object.keys(faults).map(Number));
  for (let at = 0; at <= scheduled || performance.now() < until; at++) {
    const fault = faults[at];
    const question = fault?.interrupts
      ? questionOf(longQuestion)
      : questions[at % questions.length];
    if (!question) return;
    console.log(`${at}: ${question.says}${fault ? ` [${fault.name}, ${fault.when}]` : ""}`);
    await exchange(scene, question, fault);
  }
}

/** A question, its answer, and the fault. */
async function exchange(
  scene: Scene,
  { says, samples }: Question,
  fault: Fault | undefined,
): Promise<void> {
  const { client } = scene;
  if (fault?.when === "before") await fault.make(scene);
  const from = client.events.length;
  const sound = client.soundBytes;
  asked.push(says);
  const speaking = client.say(samples);
  if (fault?.when === "question") await sleep(400).then(() => fault.make(scene));
  await speaking;
  if (fault?.when === "answer") {
    await client.until(() => client.soundBytes > sound, timeoutMs);
    await fault.make(scene);
  }
  const over = (event: Event) => event.turnComplete === true || event.interrupted === true;
  if (!(await client.until(() => client.events.slice(from).some(over), timeoutMs)))
    console.log(`  no end of the answer to "${says}"`);
  const interrupted = client.events.slice(from).some((event) => event.interrupted);
  if (interrupted) interruptedAnswers.push(`${fault?.name ?? "none"} in "${says}"`);
}

async function hibernate({ client }: Scene): Promise<void> {
  const before = client.epochs.at(-1);
  const late = performance.now() + parkedMs;
  while ((await emulator.stats()).sockets > 0 && performance.now() < late) await sleep(500);
  await sleep(asleepMs);
  // The next utterance wakes the object, which sends a hello with a new epoch to the open sockets.
  const woken = client.until(() => client.epochs.at(-1) !== before, 10_000);
  void woken.then((is) => slept.push(`${before} → ${is ? client.epochs.at(-1) : "the same"}`));
}

async function restart({ relay: server, client }: Scene): Promise<void> {
  await server.stop();
  await server.start();
  await client.until(() => client.isOpen, timeoutMs);
}

async function storedEvents({ port }: Relay): Promise<Event[]> {
  const url = `http://127.0.0.1:${port}/apps/assistant/users/ann/sessions/soak`;
  return ((await (await fetch(url)).json()) as { events: Event[] }).events;
}

async function systemVerdicts({ client }: Scene): Promise<Verdict[]> {
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
      what: "concurrent sockets at the emulator, at most",
      ok: emulator.mostSockets === 1,
      found: `${emulator.mostSockets}`,
    },
    {
      what: "events received twice",
      ok: client.duplicates.length === 0,
      found: `${client.duplicates.length}`,
    },
  ];
}

function report(verdicts: readonly Verdict[], { client }: Scene, conversation: number): void {
  console.log(`\n${asked.length} utterances in ${conversation.toFixed(1)} conversation-minutes`);
  console.log(`epochs: ${client.epochs.join(", ")}; skipped sound: ${client.skippedMs} ms`);
  console.log(`interrupted answers: ${interruptedAnswers.join(", ") || "none"}`);
  for (const { what, ok, found } of verdicts)
    console.log(`${ok ? "ok  " : "FAIL"} ${what}: ${found}`);
}
