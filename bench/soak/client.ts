/** A parley.v1 client that speaks, stores all events, and resumes by itself after a lost socket. */
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

/** Delay of a reconnect after a lost socket. */
const reconnectMs = 250;

export class SoakClient {
  /** Each event once, in order of receipt. */
  readonly events: Event[] = [];
  /** One epoch for each start of the conversation's object. */
  readonly epochs: number[] = [];
  skippedMs = 0;
  soundBytes = 0;
  /** Ids of events received twice other than in a `hello`. */
  readonly duplicates: string[] = [];
  readonly #url: string;
  readonly #receivedIds = new Set<string>();
  #socket: WebSocket | undefined;
  #seq = 0;
  #acked = 0;
  #isLeaving = false;
  readonly #acks = setInterval(() => this.#acknowledge(), ackIntervalMs / 2);
  #changed = Promise.withResolvers<void>();

  constructor(url: string) {
    this.#url = url;
    this.#connect();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Plays a recording (16 kHz) at real-time pace, then the silence that ends the utterance. */
  async speak(samples: Int16Array): Promise<void> {
    const sendFrame = (pcm: Int16Array) => this.#send(pcm);
    await speak(samples, sendFrame, { frame: 100, silence: 1_500 }).done;
    this.#send(JSON.stringify({ type: "audioEnd" }));
  }

  /** Ends the socket without a close frame. */
  drop(): void {
    this.#socket?.terminate();
  }

  /** @returns whether the condition held within `timeoutMs`. Checks it after each frame. */
  async until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    const late = sleep(timeoutMs, "late");
    while (!condition())
      if ((await Promise.race([this.#changed.promise, late])) === "late") return condition();
    return true;
  }

  leave(): void {
    this.#isLeaving = true;
    clearInterval(this.#acks);
    this.#send(JSON.stringify({ type: "bye" }));
  }

  #connect(): void {
    const socket = new WebSocket(this.#url, subprotocol);
    this.#socket = socket;
    const epoch = this.epochs.at(-1);
    const after = epoch === undefined ? undefined : formatResumePoint({ epoch, seq: this.#seq });
    socket.on("open", () => socket.send(JSON.stringify({ type: "hello", after })));
    socket.on("message", (data: Buffer, binary) => {
      if (binary) this.#receiveAudio(data);
      else this.#receive(JSON.parse(data.toString("utf8")) as ServerFrame);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (!this.#isLeaving) setTimeout(() => this.#connect(), reconnectMs);
    });
  }

  #receiveAudio(data: Buffer): void {
    this.#seq = (this.#seq & ~0xff_ffff) | data.readUIntBE(1, 3);
    this.soundBytes += data.length - 4;
    this.#notify();
  }

  #receive(frame: ServerFrame): void {
    if (frame.type === "hello") {
      this.#seq = this.#acked = frame.seq;
      if (frame.epoch !== this.epochs.at(-1)) this.epochs.push(frame.epoch);
      for (const event of frame.events) this.#store(event, true);
    } else if ("seq" in frame) this.#seq = Math.max(this.#seq, frame.seq);
    if (frame.type === "skipped") this.skippedMs += frame.ms;
    if (frame.type === "event") this.#store(frame.event, false);
    this.#notify();
  }

  #store(event: Event, isReplay: boolean): void {
    if (this.#receivedIds.has(event.id)) return void (isReplay || this.duplicates.push(event.id));
    this.#receivedIds.add(event.id);
    this.events.push(event);
  }

  #acknowledge(): void {
    if (this.#seq === this.#acked) return;
    this.#acked = this.#seq;
    this.#send(JSON.stringify({ type: "ack", seq: this.#seq }));
  }

  /** Drops the data if the socket is not open: audio would be stale later. */
  #send(data: string | Int16Array): void {
    if (this.isOpen) this.#socket?.send(data);
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
