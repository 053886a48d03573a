/**
 * One turn of the model: thought by the brain, spoken by the voice, sent faster than it plays, and open until
 * it has been played.
 *
 *   generating ──generationComplete──▶ playing ──turnComplete──▶ over
 *       └───────────── interrupted ───────┴──────turnComplete──────┘
 */
import type { Content, Part } from "@google/genai";
import type { Alarms } from "./alarms.ts";
import { encodeBase64 } from "./base64.ts";
import type { Config } from "./config.ts";
import type { FunctionCall, ServerContent, ServerMessage, UsageMetadata } from "./messages.ts";
import { toBytes } from "./pcm.ts";
import type { FunctionCallStep, Random, Step } from "./ports.ts";
import { draw } from "./profiles/latency.ts";
import type { Reply } from "./reply.ts";
import type { Surface } from "./schema/fields.ts";
import { sentences } from "./sentences.ts";
import { type Chunk, cut, mayPrepare, play, type Playback, silent } from "./speech.ts";
import { audioTokens, sum, textTokens, type Tokens } from "./usage.ts";

/** What a turn needs from the connection it runs on. */
export interface Stage {
  readonly random: Random;
  readonly surface: Surface;
  readonly config: Config;
  /** Timers of this turn alone. */
  readonly alarms: Alarms;
  send(message: ServerMessage): void;
  /** Names the calls, and remembers that they are to be answered. */
  call(steps: readonly FunctionCallStep[]): FunctionCall[];
  /** @param said what the client was sent; the rest never happened. */
  over(said: Content | undefined, tokens: Tokens): void;
  usage(response: Tokens): UsageMetadata;
  /** Brain or voice broke down. */
  failed(error: unknown): void;
}

export class Turn {
  readonly #stage: Stage;
  readonly #reply: Reply;
  #open = true;
  #playback: Playback = silent;
  /** When the next chunk is due. */
  #next: number;
  #audioMs = 0;
  #spoken = "";
  readonly #parts: Part[] = [];

  /** @param firstAudio the earliest time for sound, ms since the epoch. */
  constructor(stage: Stage, reply: Reply, firstAudio: number) {
    this.#stage = stage;
    this.#reply = reply;
    this.#next = firstAudio;
  }

  /** Until it is interrupted, or over. */
  get interruptible(): boolean {
    return this.#open;
  }

  /** Runs to its end; never rejects. */
  async run(): Promise<void> {
    try {
      await this.#generate();
      if (this.#open) await this.#finish();
    } catch (error) {
      if (this.#open) this.#stage.failed(error);
    }
  }

  /** The user has begun to speak, or to write: what was not sent is dropped. */
  interrupt(): void {
    if (!this.#open) return;
    this.#stop();
    this.#stage.send({ serverContent: { interrupted: true } });
  }

  /** Says that the turn is over, with what it cost. */
  complete(): void {
    const tokens = this.#tokens();
    this.#stage.send({
      serverContent: { turnComplete: true },
      usageMetadata: this.#stage.usage(tokens),
    });
    this.#stage.over(this.#said(), tokens);
  }

  /** The connection is gone; nothing more is sent. What was sent is kept. */
  abandon(): { readonly said: Content | undefined; readonly tokens: Tokens } {
    this.#stop();
    return { said: this.#said(), tokens: this.#tokens() };
  }

  #stop(): void {
    this.#open = false;
    this.#reply.withdraw();
    this.#stage.alarms.clear();
  }

  async #generate(): Promise<void> {
    for await (const step of this.#reply.steps()) {
      if (!this.#open) return;
      await this.#perform(step);
      if (!this.#open || "call" in step) return;
    }
  }

  async #finish(): Promise<void> {
    const { alarms, config, random } = this.#stage;
    if (this.#audioMs > 0) {
      await alarms.until(alarms.now() + draw(config.profile.latency.generationComplete, random));
      if (!this.#open) return;
    }
    this.#content({ generationComplete: true });
    await alarms.until(this.#playback.end);
    if (!this.#open) return;
    this.#open = false;
    this.complete();
  }

  async #perform(step: Step): Promise<void> {
    if ("say" in step) return this.#say(step.say);
    if ("think" in step) return this.#think(step.think);
    if ("grounding" in step) return this.#content({ groundingMetadata: step.grounding });
    if ("part" in step) return this.#show(step.part);
    this.#call(step.call);
  }

  #call(steps: readonly FunctionCallStep[]): void {
    const functionCalls = this.#stage.call(steps);
    this.#settleSpeech();
    for (const call of functionCalls) this.#parts.push({ functionCall: { ...call } });
    this.#stage.send({ toolCall: { functionCalls } });
  }

  #think(text: string): void {
    if (this.#stage.config.includeThoughts) this.#modelTurn({ text, thought: true });
  }

  #show(part: Part): void {
    this.#settleSpeech();
    this.#parts.push(part);
    this.#modelTurn(part);
  }

  async #say(text: string): Promise<void> {
    const { alarms, config, random } = this.#stage;
    for (const sentence of sentences(text)) {
      await alarms.until(mayPrepare(this.#playback));
      if (!this.#open) return;
      const samples = await this.#reply.say(sentence);
      if (!this.#open) return;
      const spaced = this.#audioMs === 0 ? sentence : ` ${sentence}`;
      await this.#deliver(cut(spaced, samples, config.profile.latency.chunk, random));
    }
  }

  async #deliver(chunks: readonly Chunk[]): Promise<void> {
    const { alarms, config } = this.#stage;
    for (const [i, chunk] of chunks.entries()) {
      await alarms.until(this.#next);
      if (!this.#open) return;
      const now = alarms.now();
      this.#next = Math.max(now, this.#next) + chunk.ms / config.profile.latency.pace;
      this.#playback = play(this.#playback, chunk.ms, now, i === 0);
      this.#utter(chunk);
    }
  }

  #utter(chunk: Chunk): void {
    this.#audioMs += chunk.ms;
    this.#spoken += chunk.text;
    const mimeType = this.#stage.surface === "vertex" ? "audio/pcm" : "audio/pcm;rate=24000";
    const data = encodeBase64(toBytes(chunk.samples));
    const audio = this.#turnOf({ inlineData: { mimeType, data } });
    const { transcribeOutput, profile } = this.#stage.config;
    const words: ServerContent =
      transcribeOutput && chunk.text !== "" ? { outputTranscription: { text: chunk.text } } : {};
    if (profile.bundles) return this.#content({ ...audio, ...words });
    if (chunk.samples.length > 0) this.#content(audio);
    if (words.outputTranscription !== undefined) this.#content(words);
  }

  #modelTurn(part: Part): void {
    this.#content(this.#turnOf(part));
  }

  #turnOf(part: Part): ServerContent {
    const parts = [part];
    return { modelTurn: this.#stage.surface === "vertex" ? { role: "model", parts } : { parts } };
  }

  #content(serverContent: ServerContent): void {
    this.#stage.send({ serverContent });
  }

  /** What was spoken so far becomes a part of the turn, so that parts stay in the order they were sent. */
  #settleSpeech(): void {
    if (this.#spoken.trim() !== "") this.#parts.push({ text: this.#spoken.trim() });
    this.#spoken = "";
  }

  #said(): Content | undefined {
    this.#settleSpeech();
    return this.#parts.length === 0 ? undefined : { role: "model", parts: [...this.#parts] };
  }

  #tokens(): Tokens {
    const silentParts = this.#parts.filter((part) => part.text === undefined);
    return sum([
      audioTokens(this.#audioMs),
      ...silentParts.map((p) => textTokens(JSON.stringify(p))),
    ]);
  }
}
