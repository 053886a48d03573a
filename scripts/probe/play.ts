/** Plays one case: its steps one after the other, each seeing what the steps before it brought. */
import { setTimeout as sleep } from "node:timers/promises";
import { clipSamples } from "../../test/support/wavs.ts";
import { dial } from "./call.ts";
import type { Call } from "./call.ts";
import type { Case, Step } from "./case.ts";
import type { Spent } from "./cost.ts";
import type { ServerFrame } from "./labels.ts";
import { liveUrl, mint } from "./target.ts";
import type { Target } from "./target.ts";

const frameMs = 100;
const frameSamples = 1600;
const patienceMs = 15_000;
/** More audio than a case's bound by this factor is not waited for: an answer may be somewhat longer. */
const tolerance = 1.5;

export interface Played {
  /** Labels in order, a row of the same counted once. */
  readonly seen: readonly string[];
  readonly spent: Spent;
}

export async function play(asked: Case, target: Target): Promise<Played> {
  const playing = new Playing(asked, target);
  try {
    for (const step of asked.steps) await playing.take(step);
  } catch (problem) {
    playing.see(`failed: ${problem instanceof Error ? problem.message : String(problem)}`);
  }
  await playing.end();
  return { seen: playing.seen, spent: playing.spent };
}

class Playing {
  readonly seen: string[] = [];
  readonly spent: Spent = { sent: 0, received: 0 };
  readonly #case: Case;
  readonly #target: Target;
  readonly #known = new Map<string, unknown>();
  #call: Call | undefined;
  #token: string | undefined;
  /** Labels before this one were waited for, or passed over. */
  #from = 0;
  #woken: (() => void) | undefined;

  constructor(asked: Case, target: Target) {
    this.#case = asked;
    this.#target = target;
    this.#known.set("$model", `models/${target.model}`);
    // One model wants a level, and the others want none: undefined leaves the field out.
    const level = target.model.includes("extended-thinking") ? { thinkingLevel: "LOW" } : undefined;
    this.#known.set("$thinking", level);
  }

  see(label: string): void {
    if (this.seen.at(-1) !== label || this.#from === this.seen.length) this.seen.push(label);
    this.#woken?.();
  }

  async take(step: Step): Promise<void> {
    if ("mint" in step) return this.#mint(step.version, step.mint);
    if ("againAfterMs" in step) return this.#again(step.againAfterMs);
    if ("lingerMs" in step) return sleep(step.lingerMs);
    if ("until" in step && !("quietMs" in step))
      return this.#until(step.until, step.withinMs ?? patienceMs);
    const call = (this.#call ??= await this.#dial());
    if ("raw" in step) return call.send(step.raw);
    if ("send" in step) return call.send(this.#fill(step.send));
    if ("say" in step) return this.#speak(call, clipSamples(step.say));
    return this.#speak(call, new Int16Array(step.quietMs * 16), step.until);
  }

  async end(): Promise<void> {
    await this.#call?.hangUp();
  }

  async #mint(version: string, body: object): Promise<void> {
    this.#token = await mint(this.#target, version, body);
    this.see("token");
  }

  async #again(ms: number): Promise<void> {
    await this.#call?.hangUp();
    await sleep(ms);
    this.#from = this.seen.length;
    this.#call = undefined;
  }

  #dial(): Promise<Call> {
    const { key } = this.#target;
    const credential = this.#case.badKey === true ? "invalid" : (this.#token ?? key);
    const isToken = credential === this.#token;
    const headers: Record<string, string> = isToken
      ? { authorization: `Token ${credential}` }
      : { "x-goog-api-key": credential };
    const url = liveUrl(this.#target, this.#case.version ?? "v1beta", isToken);
    const most = (this.#case.seconds?.received ?? 10) * tolerance;
    return dial(url, headers, {
      see: (label) => this.see(label),
      frame: (frame) => this.#remember(frame),
      received: (seconds) => (this.spent.received += seconds) <= most,
    });
  }

  #remember({ sessionResumptionUpdate: update, toolCall }: ServerFrame): void {
    if (update?.newHandle !== undefined) this.#known.set("$handle", update.newHandle);
    const id = toolCall?.functionCalls?.[0]?.id;
    if (id !== undefined) this.#known.set("$call", id);
  }

  /** Placeholders become what they stand for. */
  #fill(frame: object): string {
    return JSON.stringify(frame, (_, value: unknown) =>
      typeof value === "string" && this.#known.has(value) ? this.#known.get(value) : value,
    );
  }

  async #speak(call: Call, samples: Int16Array, until?: string): Promise<void> {
    const from = performance.now();
    for (let at = 0; at < samples.length; at += frameSamples) {
      if (until !== undefined && this.#next(until)) return;
      call.send(audioFrame(samples.subarray(at, at + frameSamples)));
      this.spent.sent += frameMs / 1000;
      await sleep(Math.max(0, from + (at / frameSamples + 1) * frameMs - performance.now()));
    }
  }

  async #until(label: string, ms: number): Promise<void> {
    const late = new AbortController();
    const deadline = sleep(ms, true, { signal: late.signal }).catch(() => true);
    const gone = () => this.seen.slice(this.#from).some((it) => /^(?:close|cut off)/u.test(it));
    while (!this.#next(label) && !gone()) {
      const woken = new Promise<false>((resolve) => (this.#woken = () => resolve(false)));
      if (await Promise.race([woken, deadline])) break;
    }
    late.abort();
  }

  /** Whether such a label has come since the last one that was waited for; it is then passed over. */
  #next(label: string): boolean {
    const at = this.seen.findIndex((it, i) => i >= this.#from && it.startsWith(label));
    if (at >= 0) this.#from = at + 1;
    return at >= 0;
  }
}

function audioFrame(samples: Int16Array): string {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const audio = { mimeType: "audio/pcm;rate=16000", data: data.toString("base64") };
  return JSON.stringify({ realtimeInput: { audio } });
}
