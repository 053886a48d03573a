/** Runs the steps of one case in order. A step can use values that earlier frames brought. */
import { setTimeout as sleep } from "node:timers/promises";
import { clipSamples } from "../../test/support/wavs.ts";
import { connect } from "./call.ts";
import type { Connection } from "./call.ts";
import type { Case, Step } from "./case.ts";
import type { Spent } from "./cost.ts";
import type { ServerFrame } from "./labels.ts";
import { liveUrl, mint } from "./target.ts";
import type { Target } from "./target.ts";

const frameMs = 100;
const frameSamples = 1600;
const patienceMs = 15_000;
/** The connection closes when the received audio exceeds the case's bound by this factor: answers vary in length. */
const tolerance = 1.5;

export interface Played {
  /** Labels in order; consecutive equal labels count once. */
  readonly seen: readonly string[];
  readonly spent: Spent;
}

export async function play(asked: Case, target: Target): Promise<Played> {
  const run = new CaseRun(asked, target);
  try {
    for (const step of asked.steps) await run.take(step);
  } catch (problem) {
    run.see(`failed: ${problem instanceof Error ? problem.message : String(problem)}`);
  }
  await run.end();
  return { seen: run.seen, spent: run.spent };
}

class CaseRun {
  readonly seen: string[] = [];
  readonly spent: Spent = { sent: 0, received: 0 };
  readonly #case: Case;
  readonly #target: Target;
  readonly #known = new Map<string, unknown>();
  #connection: Connection | undefined;
  #token: string | undefined;
  /** Index of the first label that no step has waited for. */
  #from = 0;
  #wake: (() => void) | undefined;

  constructor(asked: Case, target: Target) {
    this.#case = asked;
    this.#target = target;
    this.#known.set("$model", `models/${target.model}`);
    // Only one model accepts a level. JSON.stringify leaves out undefined.
    const level = target.model.includes("extended-thinking") ? { thinkingLevel: "LOW" } : undefined;
    this.#known.set("$thinking", level);
  }

  see(label: string): void {
    if (this.seen.at(-1) !== label || this.#from === this.seen.length) this.seen.push(label);
    this.#wake?.();
  }

  async take(step: Step): Promise<void> {
    if ("mint" in step) return this.#mint(step.version, step.mint);
    if ("againAfterMs" in step) return this.#again(step.againAfterMs);
    if ("lingerMs" in step) return sleep(step.lingerMs);
    if ("until" in step && !("quietMs" in step))
      return this.#until(step.until, step.withinMs ?? patienceMs);
    const connection = (this.#connection ??= await this.#connect());
    if ("raw" in step) return connection.send(step.raw);
    if ("send" in step) return connection.send(this.#fill(step.send));
    if ("say" in step) return this.#speak(connection, clipSamples(step.say));
    return this.#speak(connection, new Int16Array(step.quietMs * 16), step.until);
  }

  async end(): Promise<void> {
    await this.#connection?.close();
  }

  async #mint(version: string, body: object): Promise<void> {
    this.#token = await mint(this.#target, version, body);
    this.see("token");
  }

  async #again(ms: number): Promise<void> {
    await this.#connection?.close();
    await sleep(ms);
    this.#from = this.seen.length;
    this.#connection = undefined;
  }

  #connect(): Promise<Connection> {
    const { key } = this.#target;
    const credential = this.#case.badKey === true ? "invalid" : (this.#token ?? key);
    const isToken = credential === this.#token;
    const headers: Record<string, string> = isToken
      ? { authorization: `Token ${credential}` }
      : { "x-goog-api-key": credential };
    const url = liveUrl(this.#target, this.#case.version ?? "v1beta", isToken);
    const most = (this.#case.seconds?.received ?? 10) * tolerance;
    return connect(url, headers, {
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

  /** Replaces placeholders by their values. */
  #fill(frame: object): string {
    return JSON.stringify(frame, (_, value: unknown) =>
      typeof value === "string" && this.#known.has(value) ? this.#known.get(value) : value,
    );
  }

  async #speak(connection: Connection, samples: Int16Array, until?: string): Promise<void> {
    const from = performance.now();
    for (let at = 0; at < samples.length; at += frameSamples) {
      if (until !== undefined && this.#next(until)) return;
      connection.send(audioFrame(samples.subarray(at, at + frameSamples)));
      this.spent.sent += frameMs / 1000;
      await sleep(Math.max(0, from + (at / frameSamples + 1) * frameMs - performance.now()));
    }
  }

  async #until(label: string, ms: number): Promise<void> {
    const late = new AbortController();
    const deadline = sleep(ms, true, { signal: late.signal }).catch(() => true);
    const gone = () => this.seen.slice(this.#from).some((it) => /^(?:close|cut off)/u.test(it));
    while (!this.#next(label) && !gone()) {
      const woken = new Promise<false>((resolve) => (this.#wake = () => resolve(false)));
      if (await Promise.race([woken, deadline])) break;
    }
    late.abort();
  }

  /** Whether such a label came since the last one waited for. If so, the next wait begins after it. */
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
