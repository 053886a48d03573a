/**
 * Fuzzes the emulator's core on a virtual clock with seeded random and mutated frames, some valid and some nearly so.
 * Nothing may break it, no session may hang, and nothing may remain once all clients have disconnected.
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
  /** How the emulator closed connections, by code. */
  readonly closes: Readonly<Record<string, number>>;
  /** The errors that the emulator's parts threw. */
  readonly failures: readonly unknown[];
  /** Connections that did not answer a plain text at the end. */
  readonly hung: number;
  /** The emulator after all clients disconnected. */
  readonly emulator: Emulator;
  readonly timersLeft: number;
}

const STUDIO = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
const VERTEX = "/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent";
const CLIENT_COUNT = 8;

/** @param onProgress progress, every thousand frames. */
export async function fuzz(
  frames: number,
  seed: number,
  onProgress: (frame: number) => void = () => undefined,
): Promise<Outcome> {
  const random = createRandom(seed);
  const clock = new VirtualClock();
  const failures: unknown[] = [];
  const emulator = openEmulator(ports(clock, createRandom(seed + 1)), {
    onFailure: (error) => failures.push(error),
  });
  const crowd = new FuzzClients(emulator, random);
  for (let frame = 0; frame < frames; frame++) {
    if (frame % 1000 === 0) onProgress(frame);
    crowd.sendFrame();
    await clock.advance(random() < 0.5 ? 0 : Math.floor(random() * 200));
  }
  const hung = await crowd.countUnanswered(clock);
  crowd.disconnect();
  const { closes, connections } = crowd;
  return { frames, connections, closes, failures, hung, emulator, timersLeft: clock.armedTimers };
}

function ports(clock: VirtualClock, random: Random): Ports {
  const transcripts = [
    "hello",
    "",
    "what time is it",
    "call the function f",
    "stop",
    "tell me a story",
  ];
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
        transcribe: async () => pick(transcripts, random),
        close: () => undefined,
      }),
    },
  };
}

interface FuzzClient {
  handler: SocketHandler | undefined;
  /** Frames sent so far; setup is the first. */
  sent: number;
  handle: string | undefined;
  /** Ids of received calls. */
  readonly calls: string[];
  turns: number;
  open: boolean;
}

class FuzzClients {
  readonly closes: Record<string, number> = {};
  connections = 0;
  readonly #emulator: Emulator;
  readonly #random: Random;
  readonly #clients: FuzzClient[];

  constructor(emulator: Emulator, random: Random) {
    this.#emulator = emulator;
    this.#random = random;
    this.#clients = Array.from({ length: CLIENT_COUNT }, () => this.#connect(undefined));
  }

  /** Sends one frame from a random client; a closed one reconnects, sometimes with its handle. */
  sendFrame(): void {
    const random = this.#random;
    const at = Math.floor(random() * this.#clients.length);
    let client = this.#clients.at(at)!;
    if (client.open && random() < 0.002) {
      client.open = false;
      client.handler?.closed(1006, "");
    }
    if (!client.open) client = this.#clients[at] = this.#connect(client.handle);
    const frame =
      client.sent === 0 && random() < 0.95 ? setup(client, random) : anyFrame(client, random);
    client.sent++;
    client.handler?.receive(frame);
  }

  /** Counts the open connections that do not answer a plain text. */
  async countUnanswered(clock: VirtualClock): Promise<number> {
    await clock.advance(60_000);
    const settled = this.#clients.filter(({ open, sent }) => open && sent > 0);
    for (const client of settled) {
      client.turns = 0;
      client.handler?.receive(
        '{"clientContent":{"turns":[{"parts":[{"text":"hi"}]}],"turnComplete":true}}',
      );
    }
    await clock.advance(60_000);
    // A connection with an unfinished utterance or a pending blocking call was interrupted, and answers, too.
    return settled.filter(({ open, turns }) => open && turns === 0).length;
  }

  disconnect(): void {
    for (const { handler, open } of this.#clients) if (open) handler?.closed(1000, "");
  }

  #connect(handle: string | undefined): FuzzClient {
    const random = this.#random;
    const client: FuzzClient = {
      handler: undefined,
      sent: 0,
      handle,
      calls: [],
      turns: 0,
      open: true,
    };
    this.connections++;
    client.handler = this.#emulator.connect(
      {
        path: random() < 0.2 ? VERTEX : STUDIO,
        query: new Map([["key", random() < 0.01 ? "invalid" : "k"]]),
        headers: new Map(),
      },
      {
        send: (frame) =>
          receiveFrame(client, typeof frame === "string" ? frame : utf8.decode(frame)),
        close: (code) => {
          client.open = false;
          this.closes[code] = (this.closes[code] ?? 0) + 1;
        },
      },
    );
    return client;
  }
}

const utf8 = new TextDecoder();

function receiveFrame(client: FuzzClient, text: string): void {
  client.handle = /"newHandle": "([^"]+)"/.exec(text)?.[1] ?? client.handle;
  if (text.includes('"turnComplete"')) client.turns++;
  if (!text.includes('"toolCall"')) return;
  for (const [, id = ""] of text.matchAll(/"id": "([^"]+)"/g)) client.calls.push(id);
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

function sensible(client: FuzzClient, random: Random): object {
  const id = client.calls.length > 0 && random() < 0.8 ? client.calls.pop() : "call_1";
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

function anyFrame(client: FuzzClient, random: Random): string | Uint8Array {
  const dice = random();
  if (dice < 0.93) return JSON.stringify(sensible(client, random));
  if (dice < 0.97) return mutated(sensible(client, random), random);
  if (dice < 0.975) return JSON.stringify(pick(RARE, random));
  const bytes = Uint8Array.from({ length: random() * 64 }, () => Math.floor(random() * 256));
  return dice < 0.99 ? bytes : String.fromCharCode(...bytes);
}

/** Refused or rare messages: they end most sessions. */
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

/** Inserts an unusual value somewhere in a frame. */
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
