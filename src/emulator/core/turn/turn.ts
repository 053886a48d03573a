/**
 * One turn of the model: the brain generates it, the synthesizer speaks it, audio is sent faster than it plays, and the
 * turn stays open until it has been played.
 *
 *   generating ──generationComplete──▶ playing ──turnComplete──▶ over
 *    │  ▲  └──────────── interrupted ─────┴──────turnComplete──────┘
 *    ▼  │ responses                                   ▲
 *   waiting (a blocking call) ─────── interrupted ────┘
 */
import type { Part } from "@google/genai";
import type { Timers } from "../connection/timers.ts";
import type { PendingCall } from "./pending-calls.ts";
import type { SessionConfig } from "../session/session-config.ts";
import type { HistoryEntry } from "../session/history.ts";
import type { ServerContent, ServerMessage, UsageMetadata } from "../protocol/messages.ts";
import type { FunctionCallStep, Random, Step } from "../ports.ts";
import { sampleDelay } from "../profiles/latency.ts";
import type { Reply } from "./reply.ts";
import type { Surface } from "../schema/fields.ts";
import { splitSentences } from "../speech/sentences.ts";
import { TurnOutput } from "./turn-output.ts";
import {
  type SpeechChunk,
  splitIntoChunks,
  nextSentenceAt,
  advancePlayback,
  type PlaybackClock,
  idlePlayback,
} from "../speech/speech-chunks.ts";
import type { ActiveFaults } from "../faults/fault-injector.ts";
import { OUTPUT_RATE } from "../speech/pcm.ts";
import { toModelTurn, toSpeechMessages } from "../speech/speech-messages.ts";
import { totalTokens, type TurnUsage } from "../protocol/token-usage.ts";

/** A turn's interface to its connection. */
export interface TurnContext {
  readonly random: Random;
  readonly surface: Surface;
  readonly config: SessionConfig;
  /** Timers of this turn alone. */
  readonly timers: Timers;
  /** How many times faster than it plays audio is sent. */
  pace(): number;
  /** The fault that stalls the answer; undefined for none. */
  stall(): ActiveFaults["stall"];
  send(message: ServerMessage): void;
  /** Assigns ids to the calls and registers them as pending. */
  issueCalls(steps: readonly FunctionCallStep[]): PendingCall[];
  /** @param entry the output since the last `takeEntry`; undefined when there is none. */
  turnEnded(entry: HistoryEntry | undefined): void;
  /** Whether any call of the session awaits a response. */
  hasPendingCalls(): boolean;
  usageMetadataOf(usage: TurnUsage): UsageMetadata;
  /** Called when the brain or the synthesizer fails. */
  failed(error: unknown): void;
}

/** A turn that waits for responses to blocking calls. */
interface BlockingWait {
  readonly calls: readonly PendingCall[];
  /** Continues with the brain's reply to the responses; undefined ends the turn. */
  readonly release: (reply: Reply | undefined) => void;
  readonly released: Promise<Reply | undefined>;
}

export class Turn {
  readonly #context: TurnContext;
  #reply: Reply;
  #open = true;
  #wait: BlockingWait | undefined;
  #playback: PlaybackClock = idlePlayback;
  /** When the next chunk is due, ms since the epoch. */
  #nextChunkAt: number;
  /** Since the last `turnComplete`: one turn may send several, when functions are called in between. */
  #segment: "silent" | "spoken" | "closed" = "silent";
  readonly #output: TurnOutput;

  /** @param firstAudio the earliest time for audio, ms since the epoch. */
  constructor(context: TurnContext, reply: Reply, firstAudio: number) {
    this.#context = context;
    this.#output = new TurnOutput(context.config.profile.unaskedThoughtTokens);
    this.#reply = reply;
    this.#nextChunkAt = firstAudio;
  }

  /** False once the turn is interrupted or over. */
  get interruptible(): boolean {
    return this.#open;
  }

  /** The blocking calls that the turn waits for. */
  get blockingCalls(): readonly PendingCall[] {
    return this.#wait?.calls ?? [];
  }

  /** Runs the turn to its end; never rejects. */
  async run(): Promise<void> {
    try {
      for (let wait = await this.#generate(); wait; wait = await this.#generate()) {
        const reply = await wait.released;
        if (reply === undefined) return;
        this.#reply = reply;
      }
      if (this.#open) await this.#finish();
    } catch (error) {
      if (this.#open) this.#context.failed(error);
    }
  }

  takeEntry(): HistoryEntry | undefined {
    return this.#output.takeEntry();
  }

  /** Continues after the responses to its calls. @param firstAudio as in the constructor. */
  resume(reply: Reply, firstAudio: number): void {
    this.#nextChunkAt = Math.max(this.#nextChunkAt, firstAudio);
    this.#release(reply);
  }

  /** Drops all unsent output. */
  interrupt(): void {
    if (!this.#open) return;
    this.#stop();
    this.#context.send({ serverContent: { interrupted: true } });
  }

  /** Sends turnComplete with the turn's token usage. */
  complete(): void {
    this.#sendTurnComplete(this.#context.hasPendingCalls() ? "IN_PROGRESS" : "IDLE");
    this.#context.turnEnded(this.#output.takeEntry());
  }

  /** Ends the turn without sending anything more. */
  abandon(): void {
    this.#stop();
    this.#context.turnEnded(this.#output.takeEntry());
  }

  #stop(): void {
    this.#open = false;
    this.#reply.cancel();
    this.#context.timers.clear();
    this.#release(undefined);
  }

  #release(reply: Reply | undefined): void {
    this.#wait?.release(reply);
    this.#wait = undefined;
  }

  /** @returns the wait for blocking calls, if the turn made any: the steps after them are dropped. */
  async #generate(): Promise<BlockingWait | undefined> {
    for await (const step of this.#reply.steps()) {
      if (!this.#open) return undefined;
      const wait = "call" in step ? await this.#call(step.call) : await this.#perform(step);
      if (wait !== undefined || !this.#open || this.#atOutputLimit) return wait;
    }
    return undefined;
  }

  async #finish(): Promise<void> {
    if (this.#segment === "closed") {
      this.#open = false;
      return this.#context.turnEnded(this.#output.takeEntry());
    }
    await this.#playOut();
    if (!this.#open) return;
    this.#open = false;
    this.complete();
  }

  /** Sends generationComplete and waits until the audio has been played. */
  async #playOut(): Promise<void> {
    const { timers, config, random } = this.#context;
    if (this.#segment === "spoken") {
      await timers.until(
        timers.now() + sampleDelay(config.profile.latency.generationComplete, random),
      );
      if (!this.#open) return;
    }
    this.#sendContent({ generationComplete: true });
    await timers.until(this.#playback.end);
  }

  #sendTurnComplete(interactionStatus: "IN_PROGRESS" | "IDLE"): void {
    const status = this.#context.config.profile.filler === undefined ? {} : { interactionStatus };
    this.#context.send({
      serverContent: { turnComplete: true, ...status },
      usageMetadata: this.#context.usageMetadataOf(this.#output.usage()),
    });
  }

  async #perform(step: Exclude<Step, { call: unknown }>): Promise<undefined> {
    if ("say" in step) await this.#say(step.say);
    else if ("think" in step) this.#sendThought(step.think);
    else if ("grounding" in step) this.#sendContent({ groundingMetadata: step.grounding });
    else this.#sendPart(step.part);
  }

  /** @returns the wait, if one of the calls blocks. */
  async #call(steps: readonly FunctionCallStep[]): Promise<BlockingWait | undefined> {
    const { filler } = this.#context.config.profile;
    if (filler !== undefined && this.#segment !== "closed") await this.#sayFiller(filler);
    if (!this.#open) return undefined;
    const calls = this.#context.issueCalls(steps);
    const functionCalls = calls.map(({ name, args, id }) => ({ name, args, id }));
    for (const call of functionCalls) this.#output.addPart({ functionCall: { ...call } });
    const blocking = calls.filter((call) => call.blocking);
    const wait = blocking.length === 0 ? undefined : waitForCalls(blocking);
    // Set before sending: the response may arrive synchronously.
    this.#wait = wait;
    const status = filler === undefined ? {} : { interactionStatus: "IN_PROGRESS" as const };
    this.#context.send({ toolCall: { functionCalls }, ...status });
    return wait;
  }

  /** Completes the speech so far, or the filler, as a turn of its own. */
  async #sayFiller(filler: string): Promise<void> {
    if (this.#segment === "silent") await this.#say(filler);
    if (this.#open) await this.#playOut();
    if (!this.#open) return;
    this.#sendTurnComplete("IN_PROGRESS");
    this.#segment = "closed";
  }

  #sendThought(text: string): void {
    this.#output.addThought(text);
    if (this.#context.config.includeThoughts) this.#sendModelTurn({ text, thought: true });
  }

  #sendPart(part: Part): void {
    this.#output.addPart(part);
    this.#sendModelTurn(part);
  }

  async #say(text: string): Promise<void> {
    const { timers, config, random } = this.#context;
    for (const sentence of splitSentences(text)) {
      await timers.until(nextSentenceAt(this.#playback));
      if (!this.#open) return;
      const samples = await this.#reply.synthesize(sentence);
      if (!this.#open) return;
      const spokenText = this.#output.speaking ? ` ${sentence}` : sentence;
      await this.#sendChunks(
        splitIntoChunks(spokenText, samples, config.profile.latency.chunk, random),
      );
      if (this.#atOutputLimit) return this.#reply.cancel();
    }
  }

  /** Whether the reply has reached maxOutputTokens. */
  get #atOutputLimit(): boolean {
    return totalTokens(this.#output.responseTokens()) >= this.#context.config.maxOutputTokens;
  }

  async #sendChunks(chunks: readonly SpeechChunk[]): Promise<void> {
    const { timers } = this.#context;
    for (const [i, chunk] of chunks.entries()) {
      await timers.until(this.#nextChunkAt);
      if (!this.#open || this.#atOutputLimit) return;
      const stall = this.#context.stall();
      if (stall === "tone") await this.#sendTone();
      if (stall === "answer" || stall === "tone") return this.#stopForGood();
      this.#sendPaced(chunk, i === 0);
    }
  }

  #sendPaced(chunk: SpeechChunk, startsSentence: boolean): void {
    const now = this.#context.timers.now();
    this.#nextChunkAt = Math.max(now, this.#nextChunkAt) + chunk.ms / this.#context.pace();
    this.#playback = advancePlayback(this.#playback, chunk.ms, now, startsSentence);
    this.#sendChunk(chunk);
  }

  /** The fault of audio that becomes a tone: a minute of it, in time. */
  async #sendTone(): Promise<void> {
    for (let sent = 0; sent < TONE_MS && this.#open; sent += toneChunk.ms) {
      this.#sendPaced(toneChunk, false);
      await this.#context.timers.until(this.#nextChunkAt);
    }
  }

  /** The turn sends nothing more, not even its end. It can be interrupted and abandoned. */
  async #stopForGood(): Promise<void> {
    const { timers } = this.#context;
    await timers.until(timers.now() + DAY_MS);
  }

  #sendChunk(chunk: SpeechChunk): void {
    const startsTranscript = this.#segment !== "spoken";
    this.#output.addSpeech(chunk.text, chunk.ms);
    for (const frame of toSpeechMessages(chunk, startsTranscript, this.#context))
      this.#sendContent(frame);
    this.#segment = "spoken";
  }

  #sendModelTurn(part: Part): void {
    this.#sendContent(toModelTurn(part, this.#context.surface));
  }

  #sendContent(serverContent: ServerContent): void {
    if (this.#segment === "closed") this.#segment = "silent";
    this.#context.send({ serverContent });
  }
}

const TONE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A quarter of a second of 440 Hz. */
const toneChunk: SpeechChunk = {
  samples: Int16Array.from({ length: OUTPUT_RATE / 4 }, (_, i) =>
    Math.round(6000 * Math.sin((2 * Math.PI * 440 * i) / OUTPUT_RATE)),
  ),
  ms: 250,
  text: "",
};

function waitForCalls(calls: readonly PendingCall[]): BlockingWait {
  let release: BlockingWait["release"] = () => undefined;
  const released = new Promise<Reply | undefined>((resolve) => (release = resolve));
  return { calls, release, released };
}
