/** Plays the agent's speech, 24 kHz PCM16, and falls silent at once on `clear`. */
import { speakerSampleRate } from "../../../../src/wire/pcm.ts";
import { keepAudioContextRunning, startAudioContext } from "./audio-context.ts";
import { AudioOutput } from "./audio-output.ts";
import { claimAudioSession } from "./audio-session.ts";
import { measureLevel } from "./loudness.ts";
import { outputLatencyMs } from "./output-latency.ts";
import type {
  PlaybackStatistics,
  PlayerWorkletCommand,
  PlayerWorkletEvent,
} from "./player-worklet.ts";
import { PlaybackClock } from "./playback-clock.ts";
import { SampleJoiner } from "./sample-joiner.ts";
import { addWorklet } from "./worklets.ts";

/** A shorter pause does not end `speaking`: the display must not flicker between words. */
const pauseMs = 300;

/** Chunks that wait for the graph: minutes of speech. */
const maxPending = 4_000;

interface PlayerEvents {
  /** The agent becomes audible, or falls silent. */
  readonly speakingChanged: (speaking: boolean) => void;
  /** The frame `seq` became audible `delayMs` after it had arrived. Reported once for each start of playback. */
  readonly played: (seq: number, delayMs: number) => void;
}

export class Player {
  readonly #events: PlayerEvents;
  readonly #joiner = new SampleJoiner();
  readonly #clock = new PlaybackClock();
  #graph: AudioGraph | undefined;
  #opening: Promise<boolean> | undefined;
  /** Increases with each close: a graph that is built after a close is closed at once. */
  #generation = 0;
  /** Samples received before the graph was built: an answer under way, which goes on once the player is open. */
  #pending: Int16Array<ArrayBuffer>[] = [];
  #speaking = false;
  #playing = false;
  /** The frame that plays next after silence, with the time of its arrival, ms. */
  #nextAudible: { readonly seq: number; readonly arrivedAt: number } | undefined;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;
  #statistics: PlaybackStatistics | undefined;
  /** Undefined: the system's default. */
  #speakerId: string | undefined;

  constructor(events: PlayerEvents) {
    this.#events = events;
  }

  /** It plays what it is given, or will as soon as the browser lets it. */
  get isOpen(): boolean {
    return this.#opening !== undefined;
  }

  /** Of all audio since the player was made, ms. */
  get receivedMs(): number {
    return this.#clock.receivedMs;
  }

  get playedMs(): number {
    return this.#clock.playedMs(performance.now());
  }

  get speaking(): boolean {
    return this.#speaking;
  }

  /** As of the last start or stop of playback. */
  get statistics(): PlaybackStatistics | undefined {
    return this.#statistics;
  }

  /**
   * Plays through another loudspeaker, also in the middle of an answer; a closed player opens with it.
   * @param deviceId undefined: the system's default. @returns false where the browser cannot choose, or the device is gone.
   */
  async useSpeaker(deviceId: string | undefined): Promise<boolean> {
    const before = this.#speakerId;
    this.#speakerId = deviceId;
    try {
      await this.#graph?.useSpeaker(deviceId);
      return true;
    } catch {
      if (this.#speakerId === deviceId) this.#speakerId = before;
      return false;
    }
  }

  /**
   * Prepares playback. Must be called from a user gesture; idempotent.
   * @returns whether the browser plays sound.
   */
  open(): Promise<boolean> {
    if (!this.#opening) {
      for (const samples of this.#pending) this.#clock.receive(msOf(samples));
      this.#opening = this.#build();
    }
    return this.#opening;
  }

  /** @param bytes mono PCM16 at 24 kHz; a chunk may end within a sample. */
  play(bytes: Uint8Array, seq?: number): void {
    const samples = this.#joiner.join(bytes);
    if (samples.length === 0) return;
    if (seq !== undefined && !this.#playing)
      this.#nextAudible ??= { seq, arrivedAt: performance.now() };
    if (this.#opening) this.#clock.receive(msOf(samples));
    if (this.#graph) this.#graph.send(samples.buffer);
    else if (this.#pending.length < maxPending) this.#pending.push(samples);
  }

  /** The next bytes start a new utterance and do not complete a half sample of this one. */
  endTurn(): void {
    this.#joiner.reset();
    this.#graph?.send("end");
  }

  /** Falls silent at once, and keeps what was to be heard until `release` or `clear`. */
  hold(): void {
    this.#clock.hold(performance.now());
    this.#graph?.send("hold");
  }

  /** Goes on where the answer was held. */
  release(): void {
    this.#clock.release(performance.now(), this.#playing);
    this.#graph?.send("release");
  }

  /** Drops buffered speech, within one render block of the audio thread. */
  clear(): void {
    this.#joiner.reset();
    this.#pending = [];
    this.#nextAudible = undefined;
    this.#clock.clear();
    this.#graph?.send("clear");
  }

  /** 0 to 1, for display. */
  level(): number {
    return this.#speaking && this.#graph ? this.#graph.level() : 0;
  }

  async close(): Promise<void> {
    const graph = this.#graph;
    this.#generation++;
    this.#graph = undefined;
    this.#opening = undefined;
    this.#pending = [];
    this.#nextAudible = undefined;
    this.#playing = false;
    this.#clock.clear();
    this.#joiner.reset();
    clearTimeout(this.#pauseTimer);
    this.#setSpeaking(false);
    await graph?.close();
  }

  async #build(): Promise<boolean> {
    const generation = this.#generation;
    const context = new AudioContext({ sampleRate: speakerSampleRate, latencyHint: "interactive" });
    const started = startAudioContext(context);
    const release = claimAudioSession("playback");
    try {
      const graph = await buildGraph(context, release, ({ playing, ...statistics }) => {
        this.#statistics = statistics;
        this.#playbackChanged(playing);
      });
      if (this.#speakerId !== undefined)
        await graph.useSpeaker(this.#speakerId).catch(() => undefined);
      if (generation === this.#generation) this.#adopt(graph);
      else await graph.close();
      // After a close the result no longer matters: true keeps the caller from reporting a failure.
      if ((await started) || generation !== this.#generation) return true;
    } catch {
      release();
      await context.close();
    }
    if (generation === this.#generation) await this.close();
    return false;
  }

  #adopt(graph: AudioGraph): void {
    this.#graph = graph;
    for (const samples of this.#pending.splice(0)) graph.send(samples.buffer);
  }

  #playbackChanged(playing: boolean): void {
    clearTimeout(this.#pauseTimer);
    this.#playing = playing;
    if (playing) this.#clock.start(performance.now());
    else this.#clock.stop();
    if (playing) this.#reportPlayed();
    if (playing) this.#setSpeaking(true);
    else this.#pauseTimer = setTimeout(() => this.#setSpeaking(false), pauseMs);
  }

  #reportPlayed(): void {
    const first = this.#nextAudible;
    this.#nextAudible = undefined;
    if (!first || !this.#graph) return;
    const delayMs = performance.now() - first.arrivedAt + this.#graph.latencyMs();
    this.#events.played(first.seq, Math.round(delayMs));
  }

  #setSpeaking(speaking: boolean): void {
    if (speaking === this.#speaking) return;
    this.#speaking = speaking;
    this.#events.speakingChanged(speaking);
  }
}

const msOf = ({ length }: Int16Array): number => (length / speakerSampleRate) * 1000;

interface AudioGraph {
  send(command: PlayerWorkletCommand): void;
  /** From the audio thread to the loudspeaker, as far as the browser knows. */
  latencyMs(): number;
  level(): number;
  /** Rejects where the browser cannot choose the loudspeaker, or the device is gone. */
  useSpeaker(deviceId: string | undefined): Promise<void>;
  close(): Promise<void>;
}

/** Connects worklet → analyser → destination. @param closed is called with the graph's end. */
async function buildGraph(
  context: AudioContext,
  closed: () => void,
  received: (event: PlayerWorkletEvent) => void,
): Promise<AudioGraph> {
  await addWorklet(context, "player");
  const node = new AudioWorkletNode(context, "parley-player", {
    numberOfInputs: 0,
    outputChannelCount: [1],
  });
  node.port.addEventListener("message", ({ data }: MessageEvent<PlayerWorkletEvent>) =>
    received(data),
  );
  node.port.start();
  const analyser = new AnalyserNode(context, { fftSize: 512 });
  const samples = new Float32Array(analyser.fftSize);
  node.connect(analyser);
  const output = new AudioOutput(context, analyser);
  const stopKeepingRunning = keepAudioContextRunning(context);
  return {
    send: (command) => node.port.postMessage(command, typeof command === "string" ? [] : [command]),
    latencyMs: () => outputLatencyMs(context),
    level: () => {
      analyser.getFloatTimeDomainData(samples);
      return measureLevel(samples);
    },
    useSpeaker: (deviceId) => output.use(deviceId),
    close: async () => {
      stopKeepingRunning();
      output.close();
      node.port.close();
      node.disconnect();
      closed();
      await context.close();
    },
  };
}
