/** A client of parley.v1 that speaks, keeps what it is told, and comes back by itself to where it was. */
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { speak } from "../../test/support/speaker.ts";
import type { Event } from "../../src/wire/adk.ts";
import {
  ackIntervalMs,
  subprotocol,
  formatResumePoint,
  type ServerFrame,
} from "../../src/wire/parley-v1.ts";

/** How long after a lost socket it dials again, ms. */
const againMs = 250;

export class Caller {
  /** Each once, in the order they came. */
  readonly events: Event[] = [];
  /** The epochs it was told: each time the conversation's object began anew, another. */
  readonly epochs: number[] = [];
  skippedMs = 0;
  soundBytes = 0;
  /** Told twice, though not at a seam. */
  readonly twice: string[] = [];
  readonly #url: string;
  readonly #known = new Set<string>();
  #socket: WebSocket | undefined;
  #seq = 0;
  #acked = 0;
  #leaving = false;
  readonly #acks = setInterval(() => this.#acknowledge(), ackIntervalMs / 2);
  #changed = Promise.withResolvers<void>();

  constructor(url: string) {
    this.#url = url;
    this.#dial();
  }

  get here(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Says a recording (16 kHz) at real-time pace, and the silence in which the model hears that it is over. */
  async say(samples: Int16Array): Promise<void> {
    const frame = (pcm: Int16Array) => this.#send(pcm);
    await speak(samples, frame, { frame: 100, silence: 1_500 }).done;
    this.#send(JSON.stringify({ type: "audioEnd" }));
  }

  /** The line breaks, without a close. */
  drop(): void {
    this.#socket?.terminate();
  }

  /** Waits until something it was told satisfies a condition; false when that takes too long. */
  async until(condition: () => boolean, patience: number): Promise<boolean> {
    const late = sleep(patience, "late");
    while (!condition())
      if ((await Promise.race([this.#changed.promise, late])) === "late") return condition();
    return true;
  }

  leave(): void {
    this.#leaving = true;
    clearInterval(this.#acks);
    this.#send(JSON.stringify({ type: "bye" }));
  }

  #dial(): void {
    const socket = new WebSocket(this.#url, subprotocol);
    this.#socket = socket;
    const epoch = this.epochs.at(-1);
    const after = epoch === undefined ? undefined : formatResumePoint({ epoch, seq: this.#seq });
    socket.on("open", () => socket.send(JSON.stringify({ type: "hello", after })));
    socket.on("message", (data: Buffer, binary) => {
      if (binary) this.#hear(data);
      else this.#read(JSON.parse(data.toString("utf8")) as ServerFrame);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (!this.#leaving) setTimeout(() => this.#dial(), againMs);
    });
  }

  #hear(data: Buffer): void {
    this.#seq = (this.#seq & ~0xff_ffff) | data.readUIntBE(1, 3);
    this.soundBytes += data.length - 4;
    this.#tell();
  }

  #read(frame: ServerFrame): void {
    if (frame.type === "hello") {
      this.#seq = this.#acked = frame.seq;
      if (frame.epoch !== this.epochs.at(-1)) this.epochs.push(frame.epoch);
      for (const event of frame.events) this.#take(event, true);
    } else if ("seq" in frame) this.#seq = Math.max(this.#seq, frame.seq);
    if (frame.type === "skipped") this.skippedMs += frame.ms;
    if (frame.type === "event") this.#take(frame.event, false);
    this.#tell();
  }

  #take(event: Event, atSeam: boolean): void {
    if (this.#known.has(event.id)) return void (atSeam || this.twice.push(event.id));
    this.#known.add(event.id);
    this.events.push(event);
  }

  #acknowledge(): void {
    if (this.#seq === this.#acked) return;
    this.#acked = this.#seq;
    this.#send(JSON.stringify({ type: "ack", seq: this.#seq }));
  }

  /** Sound that cannot be sent is stale, and dropped. */
  #send(data: string | Int16Array): void {
    if (this.here) this.#socket?.send(data);
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
