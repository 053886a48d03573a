/**
 * One turn of the model: thought by the brain, spoken by the voice, sent faster than it plays, and open until
 * it has been played.
 *
 *   generating ──generationComplete──▶ playing ──turnComplete──▶ over
 *    │  ▲  └──────────── interrupted ─────┴──────turnComplete──────┘
 *    ▼  │ responses                                   ▲
 *   holding (a call that blocks) ──── interrupted ────┘
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
import { toModelTurn, toSpeechMessages } from "../speech/speech-messages.ts";
import { totalTokens, type TurnUsage } from "../protocol/token-usage.ts";

/** What a turn needs from the connection it runs on. */
export interface TurnContext {
  readonly random: Random;
  readonly surface: Surface;
  readonly config: SessionConfig;
  /** Timers of this turn alone. */
  readonly alarms: Timers;
  /** Times faster than it plays that audio is sent. */
  pace(): number;
  send(message: ServerMessage): void;
  /** Names the calls, and remembers that they are to be answered. */
  issueCalls(steps: readonly FunctionCallStep[]): PendingCall[];
  /** @param said what the client was sent since the last time; the rest never happened. */
  turnEnded(said: HistoryEntry | undefined): void;
  /** Whether calls still wait for their answers. */
  hasPendingCalls(): boolean;
  usageMetadataOf(spent: TurnUsage): UsageMetadata;
  /** Brain or voice broke down. */
  failed(error: unknown): void;
}

/** A turn that may not go on before its calls are answered. */
interface BlockingWait {
  readonly calls: readonly PendingCall[];
  /** With what the brain makes of the responses; with nothing when the turn is over. */
  readonly release: (reply: Reply | undefined) => void;
  readonly released: Promise<Reply | undefined>;
}

export class Turn {
  readonly #stage: TurnContext;
  #reply: Reply;
  #open = true;
  #hold: BlockingWait | undefined;
  #playback: PlaybackClock = idlePlayback;
  /** When the next chunk is due. */
  #next: number;
  /** Since the last `turnComplete`: one turn may have several, where functions are called in between. */
  #segment: "silent" | "spoken" | "closed" = "silent";
  readonly #sent = new TurnOutput();

  /** @param firstAudio the earliest time for sound, ms since the epoch. */
  constructor(stage: TurnContext, reply: Reply, firstAudio: number) {
    this.#stage = stage;
    this.#reply = reply;
    this.#next = firstAudio;
  }

  /** Until it is interrupted, or over. */
  get interruptible(): boolean {
    return this.#open;
  }

  /** The calls it waits for; none when it is not held. */
  get blockingCalls(): readonly PendingCall[] {
    return this.#hold?.calls ?? [];
  }

  /** Runs to its end; never rejects. */
  async run(): Promise<void> {
    try {
      for (let held = await this.#generate(); held; held = await this.#generate()) {
        const reply = await held.released;
        if (reply === undefined) return;
        this.#reply = reply;
      }
      if (this.#open) await this.#finish();
    } catch (error) {
      if (this.#open) this.#stage.failed(error);
    }
  }

  /** What was sent since the last time, to be remembered. */
  takeEntry(): HistoryEntry | undefined {
    return this.#sent.takeEntry();
  }

  /** The calls it waited for are answered. @param firstAudio as for a new turn. */
  resume(reply: Reply, firstAudio: number): void {
    this.#next = Math.max(this.#next, firstAudio);
    this.#release(reply);
  }

  /** The user has begun to speak, or to write: what was not sent is dropped. */
  interrupt(): void {
    if (!this.#open) return;
    this.#stop();
    this.#stage.send({ serverContent: { interrupted: true } });
  }

  /** Says that the turn is over, with what it cost. */
  complete(): void {
    this.#sayComplete(this.#stage.hasPendingCalls() ? "IN_PROGRESS" : "IDLE");
    this.#stage.turnEnded(this.#sent.takeEntry());
  }

  /** The connection is gone; nothing more is sent. */
  abandon(): void {
    this.#stop();
    this.#stage.turnEnded(this.#sent.takeEntry());
  }

  #stop(): void {
    this.#open = false;
    this.#reply.cancel();
    this.#stage.alarms.clear();
    this.#release(undefined);
  }

  #release(reply: Reply | undefined): void {
    this.#hold?.release(reply);
    this.#hold = undefined;
  }

  /** @returns what holds the turn: what the brain would have said after a call that blocks is dropped. */
  async #generate(): Promise<BlockingWait | undefined> {
    for await (const step of this.#reply.steps()) {
      if (!this.#open) return undefined;
      const held = "call" in step ? await this.#call(step.call) : await this.#perform(step);
      if (held !== undefined || !this.#open || this.#full) return held;
    }
    return undefined;
  }

  async #finish(): Promise<void> {
    if (this.#segment === "closed") {
      this.#open = false;
      return this.#stage.turnEnded(this.#sent.takeEntry());
    }
    await this.#playOut();
    if (!this.#open) return;
    this.#open = false;
    this.complete();
  }

  /** Says that all is generated, and waits until it has been played. */
  async #playOut(): Promise<void> {
    const { alarms, config, random } = this.#stage;
    if (this.#segment === "spoken") {
      await alarms.until(
        alarms.now() + sampleDelay(config.profile.latency.generationComplete, random),
      );
      if (!this.#open) return;
    }
    this.#content({ generationComplete: true });
    await alarms.until(this.#playback.end);
  }

  #sayComplete(interactionStatus: "IN_PROGRESS" | "IDLE"): void {
    const status = this.#stage.config.profile.filler === undefined ? {} : { interactionStatus };
    this.#stage.send({
      serverContent: { turnComplete: true, ...status },
      usageMetadata: this.#stage.usageMetadataOf(this.#sent.usage()),
    });
  }

  async #perform(step: Exclude<Step, { call: unknown }>): Promise<undefined> {
    if ("say" in step) await this.#say(step.say);
    else if ("think" in step) this.#think(step.think);
    else if ("grounding" in step) this.#content({ groundingMetadata: step.grounding });
    else this.#show(step.part);
  }

  /** @returns what now holds the turn, if one of them blocks. */
  async #call(steps: readonly FunctionCallStep[]): Promise<BlockingWait | undefined> {
    const { filler } = this.#stage.config.profile;
    if (filler !== undefined && this.#segment !== "closed") await this.#fill(filler);
    if (!this.#open) return undefined;
    const calls = this.#stage.issueCalls(steps);
    const functionCalls = calls.map(({ name, args, id }) => ({ name, args, id }));
    for (const call of functionCalls) this.#sent.addPart({ functionCall: { ...call } });
    const blocking = calls.filter((call) => call.blocking);
    const held = blocking.length === 0 ? undefined : waitForCalls(blocking);
    // Before anything is sent: the answer may come at once.
    this.#hold = held;
    const status = filler === undefined ? {} : { interactionStatus: "IN_PROGRESS" as const };
    this.#stage.send({ toolCall: { functionCalls }, ...status });
    return held;
  }

  /** What was said, or at least the filler, becomes a turn of its own. */
  async #fill(filler: string): Promise<void> {
    if (this.#segment === "silent") await this.#say(filler);
    if (this.#open) await this.#playOut();
    if (!this.#open) return;
    this.#sayComplete("IN_PROGRESS");
    this.#segment = "closed";
  }

  #think(text: string): void {
    this.#sent.addThought(text);
    if (this.#stage.config.includeThoughts) this.#modelTurn({ text, thought: true });
  }

  #show(part: Part): void {
    this.#sent.addPart(part);
    this.#modelTurn(part);
  }

  async #say(text: string): Promise<void> {
    const { alarms, config, random } = this.#stage;
    for (const sentence of splitSentences(text)) {
      await alarms.until(nextSentenceAt(this.#playback));
      if (!this.#open) return;
      const samples = await this.#reply.synthesize(sentence);
      if (!this.#open) return;
      const spaced = this.#sent.speaking ? ` ${sentence}` : sentence;
      await this.#deliver(splitIntoChunks(spaced, samples, config.profile.latency.chunk, random));
      if (this.#full) return this.#reply.cancel();
    }
  }

  /** It has said as much as it was allowed to. */
  get #full(): boolean {
    return totalTokens(this.#sent.responseTokens()) >= this.#stage.config.maxOutputTokens;
  }

  async #deliver(chunks: readonly SpeechChunk[]): Promise<void> {
    const { alarms } = this.#stage;
    for (const [i, chunk] of chunks.entries()) {
      await alarms.until(this.#next);
      if (!this.#open || this.#full) return;
      const now = alarms.now();
      this.#next = Math.max(now, this.#next) + chunk.ms / this.#stage.pace();
      this.#playback = advancePlayback(this.#playback, chunk.ms, now, i === 0);
      this.#utter(chunk);
    }
  }

  #utter(chunk: SpeechChunk): void {
    const opens = this.#segment !== "spoken";
    this.#sent.addSpeech(chunk.text, chunk.ms);
    for (const frame of toSpeechMessages(chunk, opens, this.#stage)) this.#content(frame);
    this.#segment = "spoken";
  }

  #modelTurn(part: Part): void {
    this.#content(toModelTurn(part, this.#stage.surface));
  }

  #content(serverContent: ServerContent): void {
    if (this.#segment === "closed") this.#segment = "silent";
    this.#stage.send({ serverContent });
  }
}

function waitForCalls(calls: readonly PendingCall[]): BlockingWait {
  let release: BlockingWait["release"] = () => undefined;
  const released = new Promise<Reply | undefined>((resolve) => (release = resolve));
  return { calls, release, released };
}
