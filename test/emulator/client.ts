/** A test client of the emulator's core, without a socket: sends frames and keeps the replies with their times. */
import {
  openEmulator,
  type Emulator,
  type EmulatorOptions,
} from "../../src/emulator/core/emulator.ts";
import type { ServerMessage } from "../../src/emulator/core/protocol/messages.ts";
import type { SocketHandler } from "../../src/emulator/core/connection/socket.ts";
import { scriptedPorts, type ScriptedPorts } from "../support/scripted.ts";

export const STUDIO =
  "//ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
export const VERTEX = "/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent";

export interface ConnectOptions {
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A message and its time of arrival: ms since the connection opened. */
export type Received = ServerMessage & { readonly at: number };

export class Client {
  readonly frames: (Uint8Array | string)[] = [];
  readonly messages: Received[] = [];
  /** The newest resumption handle received. */
  handle: string | undefined;
  /** Whether the connection broke without a close frame. */
  wasReset = false;
  closed: { readonly code: number; readonly reason: string } | undefined;
  /** When the connection opened, ms since the epoch. */
  readonly opened: number;
  readonly handler: SocketHandler | undefined;

  constructor(emulator: Pick<Emulator, "connect">, ports: ScriptedPorts, dial: ConnectOptions) {
    this.opened = ports.clock.now();
    const request = {
      path: dial.path ?? STUDIO,
      query: new Map(Object.entries(dial.query ?? { key: "local" })),
      headers: new Map(Object.entries(dial.headers ?? {})),
    };
    this.handler = emulator.connect(request, {
      send: (frame) => {
        this.frames.push(frame);
        const text = typeof frame === "string" ? frame : new TextDecoder().decode(frame);
        const message = JSON.parse(text) as ServerMessage;
        this.handle = message.sessionResumptionUpdate?.newHandle ?? this.handle;
        this.messages.push({ ...message, at: ports.clock.now() - this.opened });
      },
      close: (code, reason) => (this.closed = { code, reason }),
      reset: () => (this.wasReset = true),
    });
  }

  get found(): boolean {
    return this.handler !== undefined;
  }

  send(frame: object | string | Uint8Array): void {
    const raw = typeof frame === "string" || frame instanceof Uint8Array;
    this.handler?.receive(raw ? frame : JSON.stringify(frame));
  }

  /** Breaks the connection from the client's side. */
  disconnect(code = 1005, reason = ""): void {
    this.handler?.closed(code, reason);
  }

  /** Returns the messages since the last call. */
  take(): Received[] {
    return this.messages.splice(0);
  }
}

export interface TestEmulator {
  readonly emulator: Emulator;
  readonly ports: ScriptedPorts;
  readonly dial: (dial?: ConnectOptions) => Client;
  /** Connects, sends setup and waits for the session's handle; the messages so far are taken. */
  readonly ready: (setup?: object, dial?: ConnectOptions) => Promise<Client>;
}

export function startEmulator(options: EmulatorOptions = {}, seed = 1): TestEmulator {
  const ports = scriptedPorts(seed);
  const emulator = openEmulator(ports, options);
  const dial = (to: ConnectOptions = {}): Client => new Client(emulator, ports, to);
  return {
    emulator,
    ports,
    dial,
    ready: async (setup = {}, to = {}) => {
      const client = dial(to);
      client.send({ setup: { ...DEFAULT_SETUP, ...setup } });
      await ports.clock.advance(500);
      client.take();
      return client;
    },
  };
}

export const DEFAULT_SETUP = {
  model: "models/gemini-3.8-live",
  generationConfig: { responseModalities: ["AUDIO"] },
  inputAudioTranscription: {},
  outputAudioTranscription: {},
};

/** Sends audio in real time: 20 ms frames, advancing the clock as far. */
export async function speak(
  client: Client,
  ports: ScriptedPorts,
  samples: Int16Array,
  rate = 16_000,
): Promise<void> {
  const step = rate / 50;
  for (let at = 0; at < samples.length; at += step) {
    client.send({ realtimeInput: { audio: audio(samples.subarray(at, at + step), rate) } });
    await ports.clock.advance(20);
  }
}

export function audio(samples: Int16Array, rate = 16_000): { mimeType: string; data: string } {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return { mimeType: `audio/pcm;rate=${rate}`, data: bytes.toString("base64") };
}

/** The order of events, one word each; runs of audio and transcript count as one. */
export function outline(messages: readonly Received[]): string[] {
  const labels = messages.flatMap((message) => names(message));
  return labels.filter((label, i) => label !== labels[i - 1] || !RUNS.has(label));
}

const RUNS: ReadonlySet<string> = new Set(["speech"]);

function names(message: Received): string[] {
  const { serverContent: content, voiceActivity } = message;
  const found: string[] = [];
  if (content?.modelTurn?.parts.some((part) => part.inlineData !== undefined)) found.push("speech");
  if (content?.modelTurn?.parts.some((part) => part.inlineData === undefined)) found.push("part");
  if (content?.outputTranscription !== undefined) found.push("speech");
  if (content?.inputTranscription !== undefined) found.push("inputTranscript");
  for (const flag of ["interrupted", "generationComplete", "turnComplete"] as const) {
    if (content?.[flag] === true) found.push(flag);
  }
  if (voiceActivity !== undefined)
    found.push(voiceActivity.type === "ACTIVITY_START" ? "start" : "end");
  for (const key of ["setupComplete", "sessionResumptionUpdate", "toolCall", "goAway"] as const) {
    if (message[key] !== undefined) found.push(key);
  }
  return found;
}

/** The whole output transcript. */
export function outputTranscript(messages: readonly Received[]): string {
  return messages.map((m) => m.serverContent?.outputTranscription?.text ?? "").join("");
}

/** When the flag arrived, ms since the connection opened; NaN when it did not. */
export function at(
  messages: readonly Received[],
  flag: "interrupted" | "generationComplete" | "turnComplete",
): number {
  return messages.find((m) => m.serverContent?.[flag] === true)?.at ?? Number.NaN;
}

/** Each chunk of audio. */
export function audioOf(
  messages: readonly Received[],
): { readonly at: number; readonly bytes: number; readonly mimeType: string }[] {
  return messages.flatMap((m) =>
    (m.serverContent?.modelTurn?.parts ?? []).flatMap(({ inlineData }) => {
      if (inlineData?.data === undefined) return [];
      const bytes = Buffer.from(inlineData.data, "base64").length;
      return [{ at: m.at, bytes, mimeType: inlineData.mimeType ?? "" }];
    }),
  );
}

/** Eighty words: twenty seconds of the scripted synthesizer. */
export const LONG = "One two three four five six seven eight nine ten. ".repeat(8).trim();

export function sendText(client: Client, text: string): void {
  client.send({ realtimeInput: { text } });
}
