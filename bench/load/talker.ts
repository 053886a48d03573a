/** A parley.v1 client of the load test: notes the numbers of the audio it gets, resumes, and can vanish. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { AckSender } from "../../packages/client/src/connection/ack-sender.ts";
import type { Event } from "../../src/wire/adk.ts";
import {
  formatResumePoint,
  headerBytes,
  subprotocol,
  type ClientFrame,
  type ServerFrame,
} from "../../src/wire/parley-v1.ts";
import { frameOf, idOf } from "./frames.ts";

const reconnectMs = 500;

export class Talker {
  readonly conversation: number;
  /** Numbers of the audio frames, in the order of their arrival. */
  readonly heard: number[] = [];
  /** Each once, in order. */
  readonly events: Event[] = [];
  /** Codes and reasons. */
  readonly closes: string[] = [];
  skippedMs = 0;
  /** How often the server has sent `hello`. */
  greetings = 0;
  readonly #url: string;
  readonly #eventIds = new Set<string>();
  readonly #acks: AckSender;
  #socket: WebSocket;
  #epoch: number | undefined;
  #seq = 0;
  #isSilent = false;

  private constructor(url: string, conversation: number) {
    this.#url = `${url}/ws/talker${conversation}/load`;
    this.conversation = conversation;
    this.#acks = new AckSender(timers, () => this.#send({ type: "ack", seq: this.#seq }));
    this.#socket = this.#connect();
  }

  /** @returns with the answer to `hello`. */
  static async connect(url: string, conversation: number): Promise<Talker> {
    const talker = new Talker(url, conversation);
    while (talker.#epoch === undefined) await once(talker.#socket, "message");
    return talker;
  }

  speak(frame: number, isLoud: boolean): void {
    if (this.#isOpen)
      this.#socket.send(frameOf({ conversation: this.conversation, frame }, 16, isLoud));
  }

  say(text: string): void {
    this.#send({ type: "text", text, id: crypto.randomUUID() });
  }

  /** The text of all the agent's transcripts, deltas of an unfinished one included. */
  get words(): string {
    return this.events
      .flatMap(({ partial, outputTranscription }) =>
        partial === true ? [outputTranscription?.text ?? ""] : [],
      )
      .join("");
  }

  hasEvent(condition: (event: Event) => boolean): boolean {
    return this.events.some(condition);
  }

  /** Loses the connection, and resumes. */
  drop(): void {
    this.#socket.terminate();
  }

  /** What comes from now on is neither read nor acknowledged. */
  stopReading(): void {
    this.#acks.reset();
    this.#socket.pause();
  }

  /** Sends nothing any more, either: the server is not told, as when a machine loses its network. */
  vanish(): void {
    this.#isSilent = true;
    this.stopReading();
  }

  /** Reads what came while it was away. */
  reappear(): void {
    this.#socket.resume();
  }

  /** Whether the server has closed the socket; the client may still have to answer. */
  get isClosed(): boolean {
    return this.#socket.readyState !== WebSocket.OPEN;
  }

  leave(): void {
    this.#isSilent = true;
    this.#acks.reset();
    this.#socket.terminate();
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN && !this.#isSilent;
  }

  #send(frame: ClientFrame): void {
    if (this.#isOpen) this.#socket.send(JSON.stringify(frame));
  }

  #connect(): WebSocket {
    const socket = new WebSocket(this.#url, subprotocol, { perMessageDeflate: false });
    socket.on("open", () => {
      const epoch = this.#epoch;
      const after = epoch !== undefined && formatResumePoint({ epoch, seq: this.#seq });
      this.#send({ type: "hello", ...(after && { after }) });
    });
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) this.#receiveAudio(data);
      else this.#receive(JSON.parse(data.toString()) as ServerFrame);
      if (!this.#isSilent) this.#acks.countReceived(data.byteLength);
    });
    socket.on("error", () => undefined);
    socket.on("close", (code, reason) => this.#closed(code, reason.toString()));
    return socket;
  }

  #closed(code: number, reason: string): void {
    this.closes.push(`${code} ${reason}`.trim());
    this.#acks.reset();
    if (!this.#isSilent) setTimeout(() => (this.#socket = this.#connect()), reconnectMs);
  }

  /** The number of a binary frame is the low 24 bits of `seq`: a run is shorter than that. */
  #receiveAudio(data: Buffer): void {
    this.#seq = data.readUInt32BE(0) & 0xff_ffff;
    this.heard.push(idOf(data.subarray(headerBytes)).frame);
  }

  #receive(frame: ServerFrame): void {
    if (frame.type === "hello") {
      this.greetings++;
      this.#epoch = frame.epoch;
      this.#seq = frame.seq;
      for (const event of frame.events) this.#store(event);
    } else if (frame.type === "event") this.#store(frame.event);
    else if (frame.type === "skipped") this.skippedMs += frame.ms;
    if (frame.type === "event" || frame.type === "presence" || frame.type === "skipped")
      this.#seq = frame.seq;
  }

  #store(event: Event): void {
    if (this.#eventIds.has(event.id)) return;
    this.#eventIds.add(event.id);
    this.events.push(event);
  }
}

const timers = {
  now: () => performance.now(),
  after(ms: number, callback: () => void) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
