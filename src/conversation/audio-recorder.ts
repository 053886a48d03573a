/**
 * Records audio as artifacts while a client asks for it (ADK: `save_live_blob`): raw PCM, one file for each side of a
 * turn, published as an event after the turn ends.
 */
import { endsTurn } from "../core/adk/event.ts";
import { concatBytes } from "../wire/bytes.ts";
import type { Event } from "../wire/adk.ts";
import { fromBase64 } from "../wire/base64.ts";
import { parsePcmRate } from "../wire/pcm.ts";
import type { ConversationContext } from "./context.ts";
import type { Module } from "./module.ts";

/** Limit for one side of a turn: about four minutes of microphone audio. The recorder drops the rest. */
const maxRecordingBytes = 8 * 1024 * 1024;

interface Recording {
  readonly chunks: Uint8Array[];
  /** Samples per second. */
  readonly rate: number;
  /** In ms since the epoch. */
  readonly startedAt: number;
  bytes: number;
}

type Side = "input" | "output";

export class AudioRecorder implements Module {
  readonly #context: ConversationContext;
  readonly #recordings = new Map<Side, Recording>();

  constructor(context: ConversationContext) {
    this.#context = context;
  }

  /** Call it only while `recordsAudio` holds. @param pcm mono PCM16, sent to the model. @param rate samples per second. */
  onInput(pcm: Uint8Array, rate: number): void {
    this.#append("input", pcm.slice(), rate);
  }

  onEvent(event: Event): void {
    if (!this.#context.connections.recordsAudio) return this.#recordings.clear();
    for (const { inlineData } of event.content?.parts ?? []) {
      const rate = inlineData?.mimeType?.startsWith("audio/") && parsePcmRate(inlineData.mimeType);
      const pcm = rate && fromBase64(inlineData?.data ?? "");
      if (rate && pcm) this.#append("output", pcm, rate);
    }
    // Deferred: the context must publish and record the event that ends the turn first.
    if (endsTurn(event)) queueMicrotask(() => this.#save(event.author, "input", "output"));
    else if (event.interrupted) queueMicrotask(() => this.#save(event.author, "output"));
  }

  #append(side: Side, pcm: Uint8Array, rate: number): void {
    const recording = this.#recordings.get(side) ?? {
      chunks: [],
      rate,
      startedAt: Date.now(),
      bytes: 0,
    };
    this.#recordings.set(side, recording);
    const isFull = recording.bytes + pcm.byteLength > maxRecordingBytes;
    if (recording.rate !== rate || isFull) return;
    recording.chunks.push(pcm);
    recording.bytes += pcm.byteLength;
  }

  #save(agent: string, ...sides: Side[]): void {
    for (const side of sides) {
      const recording = this.#recordings.get(side);
      this.#recordings.delete(side);
      if (recording && recording.bytes > 0)
        this.#publish(side, recording, side === "input" ? "user" : agent);
    }
  }

  /** Names and URIs follow ADK: its page requests the file by `name`, without the URI's folder. */
  #publish(side: Side, { chunks, rate, startedAt }: Recording, author: string): void {
    const { artifacts, object } = this.#context;
    const name = `adk_live_audio_storage_${side}_audio_${startedAt}.pcm`;
    const mimeType = `audio/pcm;rate=${rate}`;
    const saved = artifacts.save(name, { mimeType, bytes: concatBytes(chunks) });
    if ("refusal" in saved) return;
    const path = (JSON.parse(object.id.name ?? "[]") as string[]).slice(0, 3).join("/");
    const fileUri = `artifact://${path}/_adk_live/${name}#${saved.version}`;
    this.#context.publish({
      author,
      content: {
        role: side === "input" ? "user" : "model",
        parts: [{ fileData: { fileUri, mimeType } }],
      },
    });
  }
}
