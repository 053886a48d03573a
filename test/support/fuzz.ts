/**
 * Random and mutated frames, by seed, thrown at the emulator's core on a virtual clock: some make sense, some nearly do.
 * Nothing may break it, no session may hang, and nothing may be left when all clients have gone.
 */
import { rulesBrain } from "../../src/emulator/core/brain/rules.ts";
import { openEmulator, type Emulator } from "../../src/emulator/core/emulator.ts";
import type { Ports, Random } from "../../src/emulator/core/ports.ts";
import { profiles } from "../../src/emulator/core/profiles/all.ts";
import { clientTables } from "../../src/emulator/core/schema/client.ts";
import type { SocketHandler } from "../../src/emulator/core/connection/socket.ts";
import { createRandom, silence, tone, VirtualClock } from "./scripted.ts";

export interface Outcome {
  readonly frames: number;
  readonly connections: number;
  /** How connections were closed by the emulator, by code. */
  readonly closes: Readonly<Record<string, number>>;
  /** What the emulator's own parts threw. */
  readonly failures: readonly unknown[];
  /** Connections that did not answer a plain text at the end. */
  readonly hung: number;
  /** The emulator when all have gone. */
  readonly emulator: Emulator;
  readonly timersLeft: number;
}

const STUDIO = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
const VERTEX = "/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent";
const ABREAST = 8;

/** @param told how far it has come, every thousand frames. */
export async function fuzz(
  frames: number,
  seed: number,
  told: (frame: number) => void = () => undefined,
): Promise<Outcome> {
  const random = createRandom(seed);
  const clock = new VirtualClock();
  const failures: unknown[] = [];
  const emulator = openEmulator(ports(clock, createRandom(seed + 1)), {
    onFailure: (error) => failures.push(error),
  });
  const crowd = new FuzzClients(emulator, random);
  for (let frame = 0; frame < frames; frame++) {
    if (frame % 1000 === 0) told(frame);
    crowd.sendFrame();
    await clock.advance(random() < 0.5 ? 0 : Math.floor(random() * 200));
  }
  const hung = await crowd.countUnanswered(clock);
  crowd.disconnect();
  const { closes, connections } = crowd;
  return { frames, connections, closes, failures, hung, emulator, timersLeft: clock.armedTimers };
}

function ports(clock: VirtualClock, random: Random): Ports {
  const words = ["hello", "", "what time is it", "call the function f", "stop", "tell me a story"];
  return {
    clock,
    random,
    brain: rulesBrain({ zone: "UTC" }),
    synthesizer: {
      synthesize: async (sentence) => tone(Math.min(2000, sentence.length * 40), 24_000),
    },
    recognizer: {
      openStream: () => ({
        speechProbability: async (window) => (Math.abs(window[100] ?? 0) > 0.01 ? 0.95 : 0.02),
        transcribe: async () => pick(words, random),
        close: () => undefined,
      }),
    },
  };
}

interface FuzzClient {
  line: SocketHandler | undefined;
  /** Frames sent so far; setup is the first. */
  sent: number;
  handle: string | undefined;
  /** Ids of calls it was sent. */
  readonly calls: string[];
  turns: number;
  open: boolean;
}

class FuzzClients {
  readonly closes: Record<string, number> = {};
  connections = 0;
  readonly #emulator: Emulator;
  readonly #random: Random;
  readonly #guests: FuzzClient[];

  constructor(emulator: Emulator, random: Random) {
    this.#emulator = emulator;
    this.#random = random;
    this.#guests = Array.from({ length: ABREAST }, () => this.#arrive(undefined));
  }

  /** One frame, from one of them; who was closed comes again, now and then by its handle. */
  sendFrame(): void {
    const random = this.#random;
    const at = Math.floor(random() * this.#guests.length);
    let guest = this.#guests.at(at)!;
    if (guest.open && random() < 0.002) {
      guest.open = false;
      guest.line?.closed(1006, "");
    }
    if (!guest.open) guest = this.#guests[at] = this.#arrive(guest.handle);
    const frame =
      guest.sent === 0 && random() < 0.95 ? setup(guest, random) : anyFrame(guest, random);
    guest.sent++;
    guest.line?.receive(frame);
  }

  /** How many of those that are open do not answer a plain text. */
  async countUnanswered(clock: VirtualClock): Promise<number> {
    await clock.advance(60_000);
    const settled = this.#guests.filter(({ open, sent }) => open && sent > 0);
    for (const guest of settled) {
      guest.turns = 0;
      guest.line?.receive(
        '{"clientContent":{"turns":[{"parts":[{"text":"hi"}]}],"turnComplete":true}}',
      );
    }
    await clock.advance(60_000);
    // One that still sends audio of an unfinished word, or holds a call that blocks, was interrupted, and answers, too.
    return settled.filter(({ open, turns }) => open && turns === 0).length;
  }

  disconnect(): void {
    for (const { line, open } of this.#guests) if (open) line?.closed(1000, "");
  }

  #arrive(handle: string | undefined): FuzzClient {
    const random = this.#random;
    const guest: FuzzClient = { line: undefined, sent: 0, handle, calls: [], turns: 0, open: true };
    this.connections++;
    guest.line = this.#emulator.connect(
      {
        path: random() < 0.2 ? VERTEX : STUDIO,
        query: new Map([["key", random() < 0.01 ? "invalid" : "k"]]),
        headers: new Map(),
      },
      {
        send: (frame) => hear(guest, typeof frame === "string" ? frame : utf8.decode(frame)),
        close: (code) => {
          guest.open = false;
          this.closes[code] = (this.closes[code] ?? 0) + 1;
        },
      },
    );
    return guest;
  }
}

const utf8 = new TextDecoder();

function hear(guest: FuzzClient, text: string): void {
  guest.handle = /"newHandle": "([^"]+)"/.exec(text)?.[1] ?? guest.handle;
  if (text.includes('"turnComplete"')) guest.turns++;
  if (!text.includes('"toolCall"')) return;
  for (const [, id = ""] of text.matchAll(/"id": "([^"]+)"/g)) guest.calls.push(id);
}

function pick<T>(items: readonly T[], random: Random): T {
  return items.at(Math.floor(random() * items.length))!;
}

function setup({ handle }: FuzzClient, random: Random): string {
  const { name, surfaces } = pick(profiles, random);
  const model = surfaces.includes("vertex")
    ? `projects/p/locations/l/publishers/google/models/${name}`
    : `models/${name}`;
  const resumption = random() < 0.5 || handle === undefined ? {} : { handle };
  const level = name.endsWith("thinking") ? { thinkingConfig: { thinkingLevel: "LOW" } } : {};
  const frame = {
    setup: {
      model: random() < 0.6 ? "models/gemini-3.8-live" : model,
      generationConfig: { responseModalities: ["AUDIO"], ...level },
      tools: [{ functionDeclarations: [{ name: "f", description: "the function" }] }],
      outputAudioTranscription: {},
      contextWindowCompression: { triggerTokens: 4000 },
      ...(random() < 0.5 ? { sessionResumption: resumption } : {}),
    },
  };
  return random() < 0.9 ? JSON.stringify(frame) : mutated(frame, random);
}

const SPEECH = blob(tone(200));
const SILENCE = blob(silence(400));

function blob(samples: Int16Array): object {
  const data = Buffer.from(samples.buffer).toString("base64");
  return { realtimeInput: { audio: { mimeType: "audio/pcm;rate=16000", data } } };
}

function sensible(guest: FuzzClient, random: Random): object {
  const id = guest.calls.length > 0 && random() < 0.8 ? guest.calls.pop() : "call_1";
  return pick(
    [
      SPEECH,
      SPEECH,
      SPEECH,
      SILENCE,
      SILENCE,
      SILENCE,
      { realtimeInput: { text: pick(["hello", "call f", "what do you see?"], random) } },
      { realtimeInput: { video: { mimeType: "image/jpeg", data: "AAAA" } } },
      {
        clientContent: { turns: [{ parts: [{ text: "call the function" }] }], turnComplete: true },
      },
      { clientContent: { turns: [{ role: "model", parts: [{ text: "said" }] }] } },
      { toolResponse: { functionResponses: [{ id, name: "f", response: { result: 1 } }] } },
      {
        toolResponse: {
          functionResponses: [
            { id, name: "f", response: {}, scheduling: pick(["INTERRUPT", "SILENT"], random) },
          ],
        },
      },
    ],
    random,
  );
}

function anyFrame(guest: FuzzClient, random: Random): string | Uint8Array {
  const dice = random();
  if (dice < 0.93) return JSON.stringify(sensible(guest, random));
  if (dice < 0.97) return mutated(sensible(guest, random), random);
  if (dice < 0.975) return JSON.stringify(pick(RARE, random));
  const bytes = Uint8Array.from({ length: random() * 64 }, () => Math.floor(random() * 256));
  return dice < 0.99 ? bytes : String.fromCharCode(...bytes);
}

/** What is refused, or seldom: it ends most sessions. */
const RARE = [
  { setup: {} },
  { realtimeInput: { activityStart: {} } },
  { realtimeInput: { audioStreamEnd: true } },
  { contextUpdate: { tools: { tools: [] } } },
  { contextUpdate: { systemInstruction: { parts: [{ text: "b" }] } } },
];

const NAMES = [
  ...new Set(Object.values(clientTables.messages).flatMap((fields) => Object.keys(fields))),
  "__proto__",
  "constructor",
  "to_string",
  "",
];

const ODD = [null, -0, 1e308, "NaN", "-1", "\ud800", [[]], [null], {}, true, "9223372036854775808"];

/** Plants an odd value somewhere in a frame. */
function mutated(frame: object, random: Random): string {
  const copy = JSON.parse(JSON.stringify(frame)) as Record<string, unknown>;
  let at = copy;
  for (let depth = Math.floor(random() * 4); depth > 0; depth--) {
    const inner = Object.values(at).filter((v) => typeof v === "object" && v !== null);
    if (inner.length === 0) break;
    at = pick(inner, random) as Record<string, unknown>;
  }
  at[pick(NAMES, random)] = pick(ODD, random);
  return JSON.stringify(copy);
}
