/** Runs the steps of one case in order. A step can use values that earlier frames brought. */
import { setTimeout as sleep } from "node:timers/promises";
import { clipSamples } from "../../test/support/wavs.ts";
import { connect } from "./connection.ts";
import type { Connection } from "./connection.ts";
import type { Case, Step } from "./case.ts";
import type { AudioSeconds } from "./cost.ts";
import type { ServerFrame } from "./labels.ts";
import { createToken, liveUrl } from "./target.ts";
import type { Target } from "./target.ts";

const frameMs = 100;
const frameSamples = 1600;
const waitTimeoutMs = 15_000;
/** The connection closes when the received audio exceeds the case's bound by this factor: answers vary in length. */
const tolerance = 1.5;

export interface CaseResult {
  /** Labels in order; consecutive equal labels count once. */
  readonly seen: readonly string[];
  readonly spent: AudioSeconds;
}

export async function play(testCase: Case, target: Target): Promise<CaseResult> {
  const run = new CaseRun(testCase, target);
  try {
    for (const step of testCase.steps) await run.execute(step);
  } catch (error) {
    run.record(`failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  await run.end();
  return { seen: run.seen, spent: run.spent };
}

class CaseRun {
  readonly seen: string[] = [];
  readonly spent: AudioSeconds = { sent: 0, received: 0 };
  readonly #case: Case;
  readonly #target: Target;
  readonly #values = new Map<string, unknown>();
  #connection: Connection | undefined;
  #token: string | undefined;
  /** Index of the first label that no step has waited for. */
  #cursor = 0;
  #wake: (() => void) | undefined;
  /** The output transcript of the current connection. */
  #said = "";

  constructor(testCase: Case, target: Target) {
    this.#case = testCase;
    this.#target = target;
    this.#values.set("$model", `models/${target.model}`);
    // Only one model accepts a level. JSON.stringify leaves out undefined.
    const level = target.model.includes("extended-thinking") ? { thinkingLevel: "LOW" } : undefined;
    this.#values.set("$thinking", level);
  }

  record(label: string): void {
    if (this.seen.at(-1) !== label || this.#cursor === this.seen.length) this.seen.push(label);
    this.#wake?.();
  }

  async execute(step: Step): Promise<void> {
    if ("createToken" in step) return this.#createToken(step.version, step.createToken);
    if ("reconnectAfterMs" in step) return this.#reconnect(step.reconnectAfterMs);
    if ("waitMs" in step) return sleep(step.waitMs);
    if ("until" in step && !("silenceMs" in step))
      return this.#waitFor(step.until, step.withinMs ?? waitTimeoutMs);
    const connection = (this.#connection ??= await this.#connect());
    if ("raw" in step) return connection.send(step.raw);
    if ("send" in step) return connection.send(this.#substitute(step.send));
    if ("speak" in step) return this.#speak(connection, clipSamples(step.speak));
    return this.#speak(connection, new Int16Array(step.silenceMs * 16), step.until);
  }

  async end(): Promise<void> {
    await this.#connection?.close();
  }

  async #createToken(version: string, body: object): Promise<void> {
    this.#token = await createToken(this.#target, version, body);
    this.record("token");
  }

  async #reconnect(ms: number): Promise<void> {
    await this.#connection?.close();
    await sleep(ms);
    this.#cursor = this.seen.length;
    this.#said = "";
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
    const maxSeconds = (this.#case.seconds?.received ?? 10) * tolerance;
    return connect(url, headers, {
      record: (label) => this.record(label),
      frame: (frame) => this.#remember(frame),
      received: (seconds) => (this.spent.received += seconds) <= maxSeconds,
    });
  }

  #remember({ sessionResumptionUpdate: update, toolCall, serverContent }: ServerFrame): void {
    const { canary } = this.#case;
    this.#said += serverContent?.outputTranscription?.text ?? "";
    if (canary !== undefined && this.#said.toLowerCase().includes(canary)) {
      this.#said = "";
      this.record("canary");
    }
    if (update?.newHandle !== undefined) this.#values.set("$handle", update.newHandle);
    const id = toolCall?.functionCalls?.[0]?.id;
    if (id !== undefined) this.#values.set("$call", id);
  }

  /** Replaces placeholders by their values. */
  #substitute(frame: object): string {
    return JSON.stringify(frame, (_, value: unknown) =>
      typeof value === "string" && this.#values.has(value) ? this.#values.get(value) : value,
    );
  }

  async #speak(connection: Connection, samples: Int16Array, until?: string): Promise<void> {
    const from = performance.now();
    for (let at = 0; at < samples.length; at += frameSamples) {
      if (until !== undefined && this.#consume(until)) return;
      connection.send(audioFrame(samples.subarray(at, at + frameSamples)));
      this.spent.sent += frameMs / 1000;
      await sleep(Math.max(0, from + (at / frameSamples + 1) * frameMs - performance.now()));
    }
  }

  async #waitFor(label: string, ms: number): Promise<void> {
    const timeout = new AbortController();
    const deadline = sleep(ms, true, { signal: timeout.signal }).catch(() => true);
    const isClosed = () =>
      this.seen.slice(this.#cursor).some((it) => /^(?:close|cut off)/u.test(it));
    while (!this.#consume(label) && !isClosed()) {
      const woken = new Promise<false>((resolve) => (this.#wake = () => resolve(false)));
      if (await Promise.race([woken, deadline])) break;
    }
    timeout.abort();
  }

  /** Whether such a label came since the last one waited for. If so, the next wait begins after it. */
  #consume(label: string): boolean {
    const at = this.seen.findIndex((it, i) => i >= this.#cursor && it.startsWith(label));
    if (at >= 0) this.#cursor = at + 1;
    return at >= 0;
  }
}

function audioFrame(samples: Int16Array): string {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const audio = { mimeType: "audio/pcm;rate=16000", data: data.toString("base64") };
  return JSON.stringify({ realtimeInput: { audio } });
}
