/**
 * The agent's audio as Opus, encoded once for all parley.v1 clients that take it.
 *
 *     frames of PCM ─► packets of 20 ms ─► one frame with all whole packets, under the same `seq`
 *                           └─ less than 20 ms waits for the next frame, or for the end of the answer
 *
 * The newest frames are kept: a client that resumes gets them in place of the PCM in the replay buffer.
 */
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import { replayLimits } from "../../core/delivery/replay-buffer.ts";
import { encodeOpusFrame, headerBytes } from "../../wire/parley-v1.ts";
import { speakerSampleRate } from "../../wire/pcm.ts";
import { packetMs, type Libopus, type OpusEncoder } from "./libopus.ts";

/** On the wire, with headers, noise stays below 40 kbit/s; a higher complexity takes twice the time and is not heard. */
const settings = { rate: speakerSampleRate, bitrate: 32_000, complexity: 4 };
const packetBytes = (speakerSampleRate / 1_000) * packetMs * 2;

interface SentFrame {
  readonly seq: number;
  /** In ms. */
  readonly at: number;
  /** Undefined if all of its audio waited. */
  readonly frame: OutboundFrame | undefined;
}

export class OpusDownlink {
  readonly #encoder: OpusEncoder;
  readonly #waiting = new Uint8Array(packetBytes);
  #waitingBytes = 0;
  /** The encoder holds the last 2.5 ms back until it gets more. */
  #isAnswering = false;
  /** Since the last interruption. */
  readonly #sent: SentFrame[] = [];
  /** When a client last took Opus, in ms. */
  #takenAt: number;

  constructor(libopus: Libopus, now: number) {
    this.#encoder = libopus.createEncoder(settings);
    this.#takenAt = now;
  }

  /** Whether no client takes Opus any more, nor may resume with it. */
  isIdle(isTaken: boolean, now: number): boolean {
    if (isTaken) this.#takenAt = now;
    return now - this.#takenAt > replayLimits.maxAudioAgeMs;
  }

  /** @returns the frames for clients that take Opus: audio encoded, everything else as it is. */
  encode(frames: readonly OutboundFrame[], now: number): OutboundFrame[] {
    return frames.flatMap((frame) => {
      if (frame.interrupts) this.#interrupt();
      const { data } = frame;
      if (typeof data === "string") return [frame];
      const packets = this.#packetsOf(data.subarray(headerBytes));
      return this.#send(frame.seq, packets, now);
    });
  }

  /** The answer is generated: sends the samples that wait, with silence behind them. @param nextSeq of a frame of its own. */
  end(nextSeq: () => number, now: number): OutboundFrame[] {
    if (!this.#isAnswering) return [];
    this.#waiting.fill(0, this.#waitingBytes - (this.#waitingBytes % 2));
    this.#waitingBytes = 0;
    this.#isAnswering = false;
    return this.#send(nextSeq(), [this.#encoder.encode(this.#waiting)], now);
  }

  /** @param frames of the replay buffer, as PCM. @returns them for a client that takes Opus, as far as they were encoded. */
  replay(frames: readonly OutboundFrame[]): OutboundFrame[] {
    const first = frames.find(({ data }) => typeof data !== "string")?.seq ?? Infinity;
    const sent = this.#sent.filter(({ seq }) => seq >= first);
    const known = new Set(sent.map(({ seq }) => seq));
    const others = frames.filter(({ seq }) => !known.has(seq));
    return [...others, ...sent.flatMap(({ frame }) => frame ?? [])].toSorted(
      (a, b) => a.seq - b.seq,
    );
  }

  #send(seq: number, packets: readonly Uint8Array[], now: number): OutboundFrame[] {
    const [first] = packets;
    const data = first && encodeOpusFrame(seq, packets);
    const audioMs = packets.length * packetMs;
    const frame = data && { seq, data, bytes: data.byteLength, audioMs, interrupts: false };
    this.#sent.push({ seq, at: now, frame });
    while (now - (this.#sent[0]?.at ?? now) > replayLimits.maxAudioAgeMs) this.#sent.shift();
    return frame ? [frame] : [];
  }

  #packetsOf(pcm: Uint8Array): Uint8Array[] {
    const packets: Uint8Array[] = [];
    let at = 0;
    while (this.#waitingBytes + pcm.byteLength - at >= packetBytes) {
      const end = at + packetBytes - this.#waitingBytes;
      this.#waiting.set(pcm.subarray(at, end), this.#waitingBytes);
      packets.push(this.#encoder.encode(this.#waiting));
      this.#waitingBytes = 0;
      at = end;
    }
    this.#waiting.set(pcm.subarray(at), this.#waitingBytes);
    this.#waitingBytes += pcm.byteLength - at;
    this.#isAnswering = true;
    return packets;
  }

  /** The rest of the answer is void, and so is what was sent of it. */
  #interrupt(): void {
    this.#encoder.reset();
    this.#waitingBytes = 0;
    this.#isAnswering = false;
    this.#sent.length = 0;
  }
}
