/**
 * A conversation over parley's own protocol (docs/protocol.md, "Native"): it comes back to where it was.
 *
 *     line ── hello{after} ─▶ server ── hello, what was missed ─▶ heard
 *       ▲                                                           │
 *       └── text (until taken), sound (never held), ack ◀───────────┘
 */
import { AckSender } from "./ack-sender.ts";
import type {
  Connection,
  SendResult,
  ConnectionEvent,
  ConnectionState,
  ConnectionSnapshot,
} from "./connection.ts";
import { toConnectionEvents } from "./connection-events.ts";
import { readProducts } from "../state/products.ts";
import { ReconnectingSocket } from "./reconnecting-socket.ts";
import type { Platform } from "./platform.ts";
import { TextOutbox } from "./outbox.ts";
import { applyPresence, noParticipants, type ParticipantList } from "../state/participants.ts";
import { parseServerFrame } from "./server-frame.ts";
import type { Event } from "../../wire/adk.ts";
import { toBase64 } from "../../wire/base64.ts";
import {
  audioKind,
  decodeAudioFrame,
  formatResumePoint,
  type ClientFrame,
  type ResumePoint,
  type ServerFrame,
} from "../../wire/parley-v1.ts";
import { speakerSampleRate } from "../../wire/pcm.ts";

type Hello = Extract<ServerFrame, { type: "hello" }>;

/** More than this unsent (2 s of speech) and the line is too slow: newer sound is dropped. */
const audioBacklog = 64 * 1024;
const imageBacklog = 256 * 1024;
/** Events come twice only at the seam of what was kept and what is told. */
const mostSeen = 200;

export class ParleyConnection implements Connection {
  readonly #line: ReconnectingSocket;
  readonly #acks: AckSender;
  readonly #outbox: TextOutbox;
  readonly #listeners = new Set<(heard: ConnectionEvent) => void>();
  #point: ResumePoint | undefined;
  readonly #seen: Set<string>;
  #people: ParticipantList = noParticipants;
  #muted = false;

  /** @param place where this page was when it was left. */
  constructor(url: string, network: Platform, place?: ConnectionSnapshot) {
    this.#line = new ReconnectingSocket(url, network, {
      socketOpened: () => this.#sayHello(),
      frame: (frame) => this.#frame(frame),
      stateChanged: (state) => this.#changed(state),
    });
    this.#acks = new AckSender(network, () =>
      this.#say({ type: "ack", seq: this.#point?.seq ?? 0 }),
    );
    this.#point = place?.point;
    this.#seen = new Set(place?.seen);
    this.#outbox = new TextOutbox(place?.texts);
  }

  get state(): ConnectionState {
    return this.#line.state;
  }

  get snapshot(): ConnectionSnapshot | undefined {
    const { texts } = this.#outbox;
    if (!this.#point && texts.length === 0) return undefined;
    return { ...(this.#point && { point: this.#point }), seen: [...this.#seen], texts };
  }

  subscribe(listener: (heard: ConnectionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  open(): void {
    this.#line.open();
  }

  close(): void {
    if (this.#isOpen) this.#say({ type: "bye" });
    this.#line.close();
  }

  sendAudio(pcm: ArrayBuffer): void {
    this.#sendMedia(pcm, audioBacklog);
  }

  endAudio(): void {
    if (this.#isOpen) this.#say({ type: "audioEnd" });
  }

  mute(on: boolean): void {
    this.#muted = on;
    if (this.#isOpen) this.#say({ type: "mute", on });
  }

  sendImage(jpeg: Uint8Array): void {
    const image = { type: "image", data: toBase64(jpeg), mimeType: "image/jpeg" } as const;
    this.#sendMedia(JSON.stringify(image satisfies ClientFrame), imageBacklog);
  }

  sendText(text: string, id: string): SendResult {
    if (!this.#outbox.add({ id, text })) return "refused";
    if (!this.#isOpen) return "held";
    this.#say({ type: "text", text, id });
    return "sent";
  }

  approve(id: string, approved: boolean): void {
    if (this.#isOpen) this.#say({ type: "approve", id, approved });
  }

  interrupt(): void {
    if (this.#isOpen) this.#say({ type: "interrupt" });
  }

  reportPlayed(seq: number, ms: number): void {
    if (this.#isOpen) this.#say({ type: "played", seq, ms });
  }

  get #isOpen(): boolean {
    return this.#line.state.at === "open";
  }

  #say(frame: ClientFrame): void {
    this.#line.send(JSON.stringify(frame));
  }

  #sayHello(): void {
    this.#say({ type: "hello", ...(this.#point && { after: formatResumePoint(this.#point) }) });
  }

  #sendMedia(frame: ArrayBuffer | string, backlog: number): void {
    if (this.#isOpen && this.#line.bufferedAmount <= backlog) this.#line.send(frame);
  }

  #changed(state: ConnectionState): void {
    if (state.at !== "open") this.#acks.reset();
    if (state.at === "closed") this.#forget();
    this.#tell({ kind: "state", state });
  }

  /** Left for good: what is said meanwhile is asked for whole, and replaces what was shown. */
  #forget(): void {
    this.#point = undefined;
    this.#seen.clear();
    this.#outbox.clear();
  }

  #frame(frame: string | ArrayBuffer): void {
    if (typeof frame !== "string") return this.#sound(frame);
    const said = parseServerFrame(frame);
    if (!said) return;
    if (said.type === "hello") this.#hello(said);
    else this.#follow(said.seq);
    this.#hear(said);
    if (this.#isOpen) this.#acks.countReceived(frame.length);
  }

  #sound(frame: ArrayBuffer): void {
    const sound = this.#point && decodeAudioFrame(frame, this.#point.seq);
    if (!sound || sound.seq <= (this.#point?.seq ?? 0)) return;
    this.#follow(sound.seq);
    this.#acks.countReceived(frame.byteLength);
    if (sound.kind === audioKind)
      this.#tell({ kind: "audio", pcm: sound.pcm, rate: speakerSampleRate, seq: sound.seq });
  }

  /** The server says it unasked when it has slept: then nothing was missed, and only the place is new. */
  #hello({ epoch, seq, you, participants, state, resumed, events }: Hello): void {
    this.#point = { epoch, seq };
    if (!resumed) this.#seen.clear();
    const heard = events.flatMap((event) => this.#event(event));
    if (!resumed || heard.length > 0) this.#tell({ kind: "recalled", whole: !resumed, heard });
    const goods = readProducts(state);
    if (goods) this.#tell({ kind: "goods", goods });
    this.#meet({ you, list: participants });
    if (this.#isOpen) return;
    this.#line.completeHandshake();
    if (this.#muted) this.#say({ type: "mute", on: true });
    for (const { id, text } of this.#outbox.texts) this.#say({ type: "text", text, id });
  }

  #hear(frame: ServerFrame): void {
    switch (frame.type) {
      case "event":
        for (const heard of this.#event(frame.event)) this.#tell(heard);
        break;
      case "presence":
        this.#meet(applyPresence(this.#people, frame));
        break;
      case "skipped":
        this.#tell({ kind: "skipped", ms: frame.ms });
        break;
      case "error":
        if (frame.id !== undefined) this.#notTaken(frame.id);
        this.#tell({ kind: "error", message: frame.message });
        break;
      case "goAway":
        if (!frame.again) this.#line.close(frame.message);
        break;
      default:
    }
  }

  /** @returns nothing for an event that came before. */
  #event(event: Event): readonly ConnectionEvent[] {
    const { id } = event;
    if (this.#seen.has(id)) return [];
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > mostSeen && oldest !== undefined) this.#seen.delete(oldest);
    this.#outbox.remove(id);
    return toConnectionEvents(event);
  }

  #notTaken(id: string): void {
    this.#outbox.remove(id);
    this.#tell({ kind: "notTaken", id });
  }

  #meet(people: ParticipantList): void {
    this.#people = people;
    this.#tell({ kind: "people", people });
  }

  /** How far we have come. */
  #follow(seq: number): void {
    if (this.#point && seq > this.#point.seq) this.#point = { ...this.#point, seq };
  }

  #tell(heard: ConnectionEvent): void {
    for (const listener of this.#listeners) listener(heard);
  }
}
