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

interface TestBed {
  readonly emulator: Emulator;
  readonly relay: Relay;
  readonly client: SoakClient;
}

interface Fault {
  readonly name: string;
  /** In the middle of the answer, before the question, or during it. */
  readonly when: "answer" | "before" | "question";
  inject(testBed: TestBed): Promise<void>;
  /** The fault interrupts the answer. */
  readonly interrupts?: true;
}

const emulatorFault = (name: string, when: Fault["when"], fault: object): Fault => ({
  name,
  when,
  inject: ({ emulator }) => emulator.injectFault(fault),
});
const drop = (when: Fault["when"]): Fault => ({
  name: "client drop",
  when,
  inject: async ({ client }) => {
    client.drop();
    await client.until(() => client.isOpen, timeoutMs);
  },
});
const goAway = { goAway: { timeLeft: "8s" } };
const hibernation: Fault = { name: "hibernation", when: "before", inject: hibernate };

/** By the number of the question, from 0. */
const faults: Readonly<Record<number, Fault>> = {
  2: emulatorFault("goAway", "answer", goAway),
  4: emulatorFault("1011", "before", { close: "internal" }),
  6: drop("answer"),
  8: hibernation,
  10: emulatorFault("goAway", "before", goAway),
  12: emulatorFault("half-open freeze", "question", { freeze: true }),
  14: { ...emulatorFault("1011", "answer", { close: "unavailable" }), interrupts: true },
  16: drop("before"),
  18: { name: "restart of the relay", when: "answer", inject: restart, interrupts: true },
  20: hibernation,
  22: emulatorFault("goAway", "question", goAway),
  24: drop("answer"),
};

const hibernations: string[] = [];
const interruptedAnswers: string[] = [];
const utterances: string[] = [];

const emulator = await startEmulator(speed);
const relay = await newRelay(emulator.url);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => void stop().then(() => process.exit(1)));
try {
  await relay.start();
  const client = new SoakClient(`ws://127.0.0.1:${relay.port}/ws/ann/soak?agent=assistant`);
  const testBed = { emulator, relay, client };
  const startedAt = performance.now();
  await client.until(() => client.isOpen, timeoutMs);
  await converse(testBed, startedAt + (minutes * 60_000) / speed);
  const conversationMinutes = ((performance.now() - startedAt) * speed) / 60_000;
  const log = await storedEvents(relay);
  client.leave();
  await sleep(8_000);
  const verdicts = [
    ...judge(utterances, log, "the log"),
    ...judge(utterances, client.events, "the client"),
    ...(await systemVerdicts(testBed)),
  ];
  report(verdicts, testBed, conversationMinutes);
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

async function converse(testBed: TestBed, until: number): Promise<void> {
  const scheduled = Math.max(...Object.keys(faults).map(Number));
  for (let at = 0; at <= scheduled || performance.now() < until; at++) {
    const fault = faults[at];
    const question = fault?.interrupts
      ? questionOf(longQuestion)
      : questions[at % questions.length];
    if (!question) return;
    console.log(`${at}: ${question.says}${fault ? ` [${fault.name}, ${fault.when}]` : ""}`);
    await exchange(testBed, question, fault);
  }
}

/** A question, its answer, and the fault. */
async function exchange(
  testBed: TestBed,
  { says, samples }: Question,
  fault: Fault | undefined,
): Promise<void> {
  const { client } = testBed;
  if (fault?.when === "before") await fault.inject(testBed);
  const from = client.events.length;
  const soundBytes = client.soundBytes;
  utterances.push(says);
  const speaking = client.speak(samples);
  if (fault?.when === "question") await sleep(400).then(() => fault.inject(testBed));
  await speaking;
  if (fault?.when === "answer") {
    await client.until(() => client.soundBytes > soundBytes, timeoutMs);
    await fault.inject(testBed);
  }
  const isEnd = (event: Event) => event.turnComplete === true || event.interrupted === true;
  if (!(await client.until(() => client.events.slice(from).some(isEnd), timeoutMs)))
    console.log(`  no end of the answer to "${says}"`);
  const interrupted = client.events.slice(from).some((event) => event.interrupted);
  if (interrupted) interruptedAnswers.push(`${fault?.name ?? "none"} in "${says}"`);
}

async function hibernate({ client }: TestBed): Promise<void> {
  const before = client.epochs.at(-1);
  const late = performance.now() + parkedMs;
  while ((await emulator.stats()).sockets > 0 && performance.now() < late) await sleep(500);
  await sleep(asleepMs);
  // The next utterance wakes the object, which sends a hello with a new epoch to the open sockets.
  const woken = client.until(() => client.epochs.at(-1) !== before, 10_000);
  void woken.then((isNew) =>
    hibernations.push(`${before} → ${isNew ? client.epochs.at(-1) : "the same"}`),
  );
}

async function restart({ relay: server, client }: TestBed): Promise<void> {
  await server.stop();
  await server.start();
  await client.until(() => client.isOpen, timeoutMs);
}

async function storedEvents({ port }: Relay): Promise<Event[]> {
  const url = `http://127.0.0.1:${port}/apps/assistant/users/ann/sessions/soak`;
  return ((await (await fetch(url)).json()) as { events: Event[] }).events;
}

async function systemVerdicts({ client }: TestBed): Promise<Verdict[]> {
  const { sockets } = await emulator.stats();
  const woken = hibernations.filter((each) => !each.endsWith("the same"));
  return [
    {
      check: "hibernations, each with a new epoch on the open socket",
      ok: woken.length === 2,
      found: hibernations.join(", "),
    },
    { check: "sockets left at the emulator", ok: sockets === 0, found: `${sockets}` },
    {
      check: "concurrent sockets at the emulator, at most",
      ok: emulator.mostSockets === 1,
      found: `${emulator.mostSockets}`,
    },
    {
      check: "events received twice",
      ok: client.duplicates.length === 0,
      found: `${client.duplicates.length}`,
    },
  ];
}

function report(
  verdicts: readonly Verdict[],
  { client }: TestBed,
  conversationMinutes: number,
): void {
  console.log(
    `\n${utterances.length} utterances in ${conversationMinutes.toFixed(1)} conversation-minutes`,
  );
  console.log(`epochs: ${client.epochs.join(", ")}; skipped sound: ${client.skippedMs} ms`);
  console.log(`interrupted answers: ${interruptedAnswers.join(", ") || "none"}`);
  for (const { check, ok, found } of verdicts)
    console.log(`${ok ? "ok  " : "FAIL"} ${check}: ${found}`);
}
