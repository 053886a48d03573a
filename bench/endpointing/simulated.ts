/**
 * One sentence on a simulated clock: the relay's silence gate and endpointing, and the emulator's core with its real
 * detector, in this process. The clock stands still while they work, so the figures are those of an infinitely fast
 * machine, whatever else this one does.
 */
import { setImmediate } from "node:timers/promises";
import { openEmulator } from "../../src/emulator/core/emulator.ts";
import type { SpeechStream } from "../../src/emulator/core/ports.ts";
import { chooseBrain } from "../../src/emulator/node/brain.ts";
import type { SpeechService } from "../../src/emulator/node/speech.ts";
import { Endpointer } from "../../src/core/policy/endpointing.ts";
import { audioMs, rmsLoudness, SilenceGate } from "../../src/wire/silence-gate.ts";
import { createRandom, tone, VirtualClock } from "../../test/support/scripted.ts";
import { settings, spokenSamples, type Outcome } from "./outcome.ts";
import type { Sentence } from "./sentences.ts";

const frameMs = 40;
const frameSamples = (16_000 * frameMs) / 1_000;
/** After the last word, in ms: longer than any setting waits. */
const silenceMs = 2_600;
const path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

interface ServerMessage {
  readonly serverContent?: {
    readonly inputTranscription?: { readonly text?: string };
    readonly modelTurn?: object;
  };
}

/**
 * @param transcribes whether the recogniser works, too: most of the time that this takes.
 * @param relay the relay's side of the conversation so far.
 */
export async function playSimulated(
  speech: SpeechService,
  relay: RelaySide,
  sentence: Sentence,
  transcribes: boolean,
): Promise<Outcome> {
  const { setting } = relay;
  const session = openSession(speech, setting, transcribes);
  const spoken = spokenSamples(sentence);
  relay.begin(session.send);
  await session.pass(100);
  for (let at = 0; at < spoken.length; at += frameSamples)
    await session.pass(frameMs, () => relay.hear(frameAt(spoken, at)));
  const lastWordAt = session.now();
  for (let ms = 0; ms < silenceMs; ms += frameMs)
    await session.pass(frameMs, () => relay.hear(new Int16Array(frameSamples)));
  session.close();
  const heard = session.messages.find(
    ({ at, message }) => at > lastWordAt && message.serverContent?.modelTurn,
  );
  const transcripts = session.messages.flatMap(
    ({ message }) => message.serverContent?.inputTranscription?.text ?? [],
  );
  return { setting, sentence, wait: heard && heard.at - lastWordAt, transcripts };
}

/** What the relay does to the microphone frames of one conversation, up to the message for the model. */
export class RelaySide {
  readonly setting: string;
  readonly #endpointer: Endpointer | undefined;
  readonly #gate = new SilenceGate();
  #send: (message: object) => void = () => undefined;

  constructor(setting: string) {
    this.setting = setting;
    this.#endpointer = settings[setting]?.by === "relay" ? new Endpointer() : undefined;
  }

  /** The next sentence has a session of its own. */
  begin(send: (message: object) => void): void {
    this.#send = send;
    this.#gate.close();
    this.#endpointer?.reset();
  }

  hear(samples: Int16Array<ArrayBuffer>): void {
    const pcm = new Uint8Array(samples.buffer);
    if (!this.#endpointer) return this.#sendAudio(pcm);
    const ms = audioMs(pcm, 16_000);
    this.#gate.hear(rmsLoudness(pcm), ms, true);
    const input = { type: "audio" as const, pcm, rate: 16_000 };
    const verdict = this.#endpointer.hear(input, ms, this.#gate.isLoud);
    if (verdict === "start") {
      this.#send({ realtimeInput: { activityStart: {} } });
      for (const each of this.#endpointer.preRoll.take()) this.#sendAudio(each.pcm);
    } else if (verdict !== "hold") this.#sendAudio(pcm);
    if (verdict === "end") this.#send({ realtimeInput: { activityEnd: {} } });
  }

  #sendAudio(pcm: Uint8Array): void {
    const audio = { data: pcm.toBase64(), mimeType: "audio/pcm;rate=16000" };
    this.#send({ realtimeInput: { audio } });
  }
}

function openSession(speech: SpeechService, setting: string, transcribes: boolean) {
  const clock = new VirtualClock();
  const work = new PendingWork(transcribes);
  const emulator = openEmulator({
    clock,
    recognizer: { openStream: () => work.watched(speech.recognizer.openStream()) },
    // The wait ends with the first sound.
    synthesizer: { synthesize: () => Promise.resolve(tone(1_000, 24_000)) },
    brain: chooseBrain({}),
    random: createRandom(1),
  });
  const messages: { readonly at: number; readonly message: ServerMessage }[] = [];
  const socket = emulator.connect(
    { path, query: new Map([["key", "local"]]), headers: new Map() },
    {
      send: (frame) => {
        const text = typeof frame === "string" ? frame : new TextDecoder().decode(frame);
        messages.push({ at: clock.now(), message: JSON.parse(text) as ServerMessage });
      },
      close: (_, reason) => {
        throw new Error(`The emulator closed the session: ${reason}`);
      },
    },
  );
  const send = (message: object): void => socket?.receive(JSON.stringify(message));
  const { by, ...own } = settings[setting] ?? {};
  const automaticActivityDetection = by === "relay" ? { disabled: true } : own;
  send({
    setup: {
      model: "models/gemini-3.8-live",
      generationConfig: { responseModalities: ["AUDIO"] },
      inputAudioTranscription: {},
      realtimeInputConfig: { automaticActivityDetection },
    },
  });
  return {
    messages,
    send,
    now: () => clock.now(),
    close: () => socket?.closed(1000, ""),
    /** Advances the clock; then something happens, and all that it leads to is done before this resolves. */
    pass: async (ms: number, then?: () => void) => {
      await clock.advance(ms);
      then?.();
      await work.settled();
      await clock.advance(0);
    },
  };
}

/** Counts the detector's and the recogniser's work, so that the clock can wait for it. */
class PendingWork {
  readonly #transcribes: boolean;
  #count = 0;

  constructor(transcribes: boolean) {
    this.#transcribes = transcribes;
  }

  watched(stream: SpeechStream): SpeechStream {
    return {
      speechProbability: (window) => this.#watch(stream.speechProbability(window)),
      transcribe: (utterance, signal) =>
        this.#transcribes
          ? this.#watch(stream.transcribe(utterance, signal))
          : Promise.resolve("words"),
      close: () => stream.close(),
    };
  }

  async settled(): Promise<void> {
    for (let idle = 0; idle < 3; idle = this.#count === 0 ? idle + 1 : 0) await setImmediate();
  }

  async #watch<R>(work: Promise<R>): Promise<R> {
    this.#count++;
    try {
      return await work;
    } finally {
      this.#count--;
    }
  }
}

function frameAt(samples: Int16Array, at: number): Int16Array<ArrayBuffer> {
  const frame = new Int16Array(frameSamples);
  frame.set(samples.subarray(at, at + frameSamples));
  return frame;
}
