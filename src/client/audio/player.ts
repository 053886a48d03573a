/** The loudspeaker: 24 kHz speech in, sound out, and silence on the spot when it is cut. */
import { measureLevel } from "./loudness.ts";
import { SampleJoiner } from "./sample-joiner.ts";
import { keepAudioContextRunning, startAudioContext } from "./audio-context.ts";
import type { PlayerWorkletEvent, PlayerWorkletCommand } from "./player-worklet.ts";
import { speakerSampleRate } from "../../wire/pcm.ts";

/** Speech that pauses for less than this is still speech to the eye, ms. */
const breath = 300;

export interface PlayerEvents {
  /** The agent is heard to start and to stop. */
  readonly speakingChanged: (speaking: boolean) => void;
  /** What came at this place was heard so long after it had come, in ms: once for each beginning of sound. */
  readonly played: (seq: number, ms: number) => void;
}

export class Player {
  readonly #events: PlayerEvents;
  readonly #joiner = new SampleJoiner();
  #graph: Graph | undefined;
  #building: Promise<boolean> | undefined;
  /** Raised when it is closed: what is still being built then belongs to nobody. */
  #visit = 0;
  #waiting: Int16Array<ArrayBuffer>[] = [];
  #speaking = false;
  #playing = false;
  /** What will be heard next, since nothing is being played; when it came, ms. */
  #first: { readonly seq: number; readonly at: number } | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(events: PlayerEvents) {
    this.#events = events;
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  /**
   * Gets ready to be heard; call it from a user's gesture, as often as you like.
   * @returns whether the sound is on.
   */
  open(): Promise<boolean> {
    this.#building ??= this.#build();
    return this.#building;
  }

  /** Mono PCM16 at 24 kHz, cut anywhere. */
  play(bytes: Uint8Array, seq?: number): void {
    const samples = this.#joiner.join(bytes);
    if (samples.length === 0) return;
    if (seq !== undefined && !this.#playing) this.#first ??= { seq, at: performance.now() };
    if (this.#graph) this.#graph.send(samples.buffer);
    else if (this.#building) this.#waiting.push(samples);
  }

  /** The next bytes begin a new utterance: half a sample of this one is not completed by them. */
  endTurn(): void {
    this.#joiner.reset();
  }

  /** Drops all that waits to be played, within one render block of the audio thread. */
  clear(): void {
    this.#joiner.reset();
    this.#waiting = [];
    this.#first = undefined;
    this.#graph?.send("cut");
  }

  /** 0 to 1, for the eye. */
  level(): number {
    return this.#speaking && this.#graph ? this.#graph.level() : 0;
  }

  async close(): Promise<void> {
    const graph = this.#graph;
    this.#visit++;
    this.#graph = undefined;
    this.#building = undefined;
    this.#waiting = [];
    this.#first = undefined;
    this.#playing = false;
    this.#joiner.reset();
    clearTimeout(this.#quiet);
    this.#heard(false);
    await graph?.close();
  }

  async #build(): Promise<boolean> {
    const visit = this.#visit;
    const context = new AudioContext({ sampleRate: speakerSampleRate, latencyHint: "interactive" });
    const going = startAudioContext(context);
    try {
      const graph = await graphOf(context, ({ playing }) => this.#notice(playing));
      if (visit === this.#visit) this.#adopt(graph);
      else await graph.close();
      // Whoever closed it meanwhile does not want to know.
      if ((await going) || visit !== this.#visit) return true;
    } catch {
      await context.close();
    }
    if (visit === this.#visit) await this.close();
    return false;
  }

  #adopt(graph: Graph): void {
    this.#graph = graph;
    for (const samples of this.#waiting.splice(0)) graph.send(samples.buffer);
  }

  #notice(playing: boolean): void {
    clearTimeout(this.#quiet);
    this.#playing = playing;
    if (playing) this.#report();
    if (playing) this.#heard(true);
    else this.#quiet = setTimeout(() => this.#heard(false), breath);
  }

  #report(): void {
    const first = this.#first;
    this.#first = undefined;
    if (!first || !this.#graph) return;
    const ms = performance.now() - first.at + this.#graph.latencyMs();
    this.#events.played(first.seq, Math.round(ms));
  }

  #heard(speaking: boolean): void {
    if (speaking === this.#speaking) return;
    this.#speaking = speaking;
    this.#events.speakingChanged(speaking);
  }
}

interface Graph {
  send(message: PlayerWorkletCommand): void;
  /** From the audio thread to the ear, as far as the browser knows. */
  latencyMs(): number;
  level(): number;
  close(): Promise<void>;
}

/** worklet → analyser → destination; the analyser is only looked at. */
async function graphOf(
  context: AudioContext,
  hear: (message: PlayerWorkletEvent) => void,
): Promise<Graph> {
  await context.audioWorklet.addModule("/assets/player-worklet.js");
  const node = new AudioWorkletNode(context, "parley-player", {
    numberOfInputs: 0,
    outputChannelCount: [1],
  });
  node.port.addEventListener("message", ({ data }: MessageEvent<PlayerWorkletEvent>) => hear(data));
  node.port.start();
  const analyser = new AnalyserNode(context, { fftSize: 512 });
  const moment = new Float32Array(analyser.fftSize);
  node.connect(analyser).connect(context.destination);
  const letGo = keepAudioContextRunning(context);
  return {
    send: (message) => node.port.postMessage(message, message === "cut" ? [] : [message]),
    // Safari has no word for it.
    latencyMs: () => ((context as Partial<AudioContext>).outputLatency ?? 0) * 1000,
    level: () => {
      analyser.getFloatTimeDomainData(moment);
      return measureLevel(moment);
    },
    close: async () => {
      letGo();
      node.port.close();
      node.disconnect();
      await context.close();
    },
  };
}
