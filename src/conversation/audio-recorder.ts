/**
 * Keeps what was spoken as artifacts, while somebody is there who asked for it (ADK: `save_live_blob`): raw PCM, a file
 * for each side of a turn, told in an event of its own after the turn is over.
 */
import type { Event, EventBody } from "../wire/adk.ts";
import { fromBase64 } from "../wire/base64.ts";
import type { Participants } from "./connections.ts";
import { parsePcmRate } from "../wire/pcm.ts";
import { concatBytes, type ArtifactStore } from "../store/artifacts.ts";

/** One side of a turn; more of it is not kept. About four minutes of a microphone. */
const mostBytes = 8 * 1024 * 1024;

interface Reel {
  readonly pieces: Uint8Array[];
  readonly rate: number;
  readonly since: number;
  bytes: number;
}

type Side = "input" | "output";

export class Recorder {
  readonly #id: DurableObjectId;
  readonly #participants: Participants;
  readonly #artifacts: ArtifactStore;
  readonly #tell: (body: EventBody) => void;
  readonly #reels = new Map<Side, Reel>();

  constructor(
    id: DurableObjectId,
    participants: Participants,
    artifacts: ArtifactStore,
    tell: (body: EventBody) => void,
  ) {
    this.#id = id;
    this.#participants = participants;
    this.#artifacts = artifacts;
    this.#tell = tell;
  }

  /** What reached the model. */
  hear(pcm: Uint8Array, rate: number): void {
    if (this.#participants.saving) this.#keep("input", pcm, rate);
  }

  /** What everyone was told. */
  told(event: Event): void {
    if (!this.#participants.saving) return this.#reels.clear();
    for (const { inlineData } of event.content?.parts ?? []) {
      const rate = inlineData?.mimeType?.startsWith("audio/") && parsePcmRate(inlineData.mimeType);
      const pcm = rate && fromBase64(inlineData?.data ?? "");
      if (rate && pcm) this.#keep("output", pcm, rate);
    }
    // The end of the turn is told to its end first.
    if (event.turnComplete) queueMicrotask(() => this.#cut(event.author, "input", "output"));
    else if (event.interrupted) queueMicrotask(() => this.#cut(event.author, "output"));
  }

  #keep(side: Side, pcm: Uint8Array, rate: number): void {
    const reel = this.#reels.get(side) ?? { pieces: [], rate, since: Date.now(), bytes: 0 };
    this.#reels.set(side, reel);
    if (reel.rate !== rate || reel.bytes + pcm.byteLength > mostBytes) return;
    reel.pieces.push(pcm);
    reel.bytes += pcm.byteLength;
  }

  #cut(agent: string, ...sides: Side[]): void {
    for (const side of sides) {
      const reel = this.#reels.get(side);
      this.#reels.delete(side);
      if (reel && reel.bytes > 0) this.#file(side, reel, side === "input" ? "user" : agent);
    }
  }

  /** ADK's names: its page asks for the file without its folder. */
  #file(side: Side, { pieces, rate, since }: Reel, author: string): void {
    const name = `adk_live_audio_storage_${side}_audio_${since}.pcm`;
    const mimeType = `audio/pcm;rate=${rate}`;
    const bytes = concatBytes(pieces);
    const kept = this.#artifacts.save(name, { mimeType, bytes });
    if (!kept) return;
    const where = (JSON.parse(this.#id.name ?? "[]") as string[]).slice(0, 3).join("/");
    const fileUri = `artifact://${where}/_adk_live/${name}#${kept.version}`;
    this.#tell({
      author,
      content: {
        role: side === "input" ? "user" : "model",
        parts: [{ fileData: { fileUri, mimeType } }],
      },
    });
  }
}
