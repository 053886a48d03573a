/**
 * A connection over `parley.v1` (docs/protocol.md, "parley.v1") that resumes where it stopped.
 *
 *     socket ── hello{after} ─▶ server ── hello, missed frames ─▶ listeners
 *       ▲                                                          │
 *       └── text (until confirmed), audio (not queued), ack ◀──────┘
 */
import { attribute, attributeLogged } from "../state/attribution.ts";
import { readProducts } from "../state/products.ts";
import { applyPresence, noParticipants, type ParticipantList } from "../state/participants.ts";
import type { Event } from "../../../../src/wire/adk.ts";
import {
  audioKind,
  opusKind,
  decodeAudioFrame,
  formatResumePoint,
  type ClientFrame,
  type ResumePoint,
  type ServerFrame,
} from "../../../../src/wire/parley-v1.ts";
import { speakerSampleRate } from "../../../../src/wire/pcm.ts";
import { AckSender } from "./ack-sender.ts";
import { attempt } from "./attempt.ts";
import { toBase64 } from "./base64.ts";
import type {
  Connection,
  ConnectionEvent,
  ConnectionSnapshot,
  ConnectionState,
  SendResult,
  WireFrame,
} from "./connection.ts";
import { toConnectionEvents } from "./connection-events.ts";
import { OpusAudio } from "./opus-audio.ts";
import { TextOutbox } from "./outbox.ts";
import type { Platform, SocketUrl } from "./platform.ts";
import { ReconnectingSocket } from "./reconnecting-socket.ts";
import { parseServerFrame } from "./server-frame.ts";
import { TokenRenewal } from "./token-renewal.ts";

type Hello = Extract<ServerFrame, { type: "hello" }>;
type EventFrame = Extract<ServerFrame, { type: "event" }>;

/** With more unsent bytes than this (2 s of speech) the network is too slow, and new audio is dropped. */
const maxAudioBacklog = 64 * 1024;
const maxImageBacklog = 256 * 1024;
/** An event comes twice only where the log ends and the live events begin: the latest ids suffice. */
const maxSeenIds = 200;
/** An error about the token that no `goAway` follows within this time is about a renewal: the connection goes on. */
const expiryMs = 1_000;

/** The server sends these past its send queue: frames with smaller numbers may still follow. */
const overtaking: ReadonlySet<ServerFrame["type"]> = new Set([
  "error",
  "goAway",
  "token",
  "budget",
  "queue",
]);

export class ParleyConnection implements Connection {
  readonly #socket: ReconnectingSocket;
  readonly #acks: AckSender;
  readonly #opus: OpusAudio;
  readonly #outbox: TextOutbox;
  readonly #listeners = new Set<(event: ConnectionEvent) => void>();
  readonly #watchers = new Set<(frame: WireFrame) => void>();
  readonly #renewal: TokenRenewal | undefined;
  readonly #platform: Platform;
  #cancelExpiry: (() => void) | undefined;
  #point: ResumePoint | undefined;
  readonly #seenIds: Set<string>;
  #participants: ParticipantList = noParticipants;
  /** The id of the participant that began to speak last: its transcript comes when it is silent again. */
  #lastSpeaker: string | undefined;
  #muted = false;

  /** @param snapshot of an earlier connection to the same conversation. */
  constructor(url: SocketUrl, platform: Platform, snapshot?: ConnectionSnapshot) {
    this.#socket = new ReconnectingSocket(url, platform, {
      socketOpened: () => this.#sendHello(),
      frame: (frame) => this.#received(frame),
      watched: (frame) => {
        for (const watcher of this.#watchers) watcher(frame);
      },
      stateChanged: (state) => this.#stateChanged(state),
      tokenFailed: (error) => this.#reportTokenFailure(error),
    });
    this.#renewal =
      platform.getToken &&
      new TokenRenewal(platform.getToken, platform, {
        renewed: (token) => this.renewToken(token),
        failed: (error) => this.#reportTokenFailure(error),
      });
    this.#platform = platform;
    this.#acks = new AckSender(platform, () =>
      this.#send({ type: "ack", seq: this.#point?.seq ?? 0 }),
    );
    this.#opus = new OpusAudio(platform, {
      packet: (packet) => this.#sendMedia(packet, maxAudioBacklog),
      event: (event) => this.#tell(event),
      failed: () => this.#isOpen && this.#sendHello(),
    });
    this.#point = snapshot?.point;
    this.#seenIds = new Set(snapshot?.seenIds);
    this.#outbox = new TextOutbox(snapshot?.texts);
  }

  get state(): ConnectionState {
    return this.#socket.state;
  }

  get snapshot(): ConnectionSnapshot | undefined {
    const { texts } = this.#outbox;
    if (!this.#point && texts.length === 0) return undefined;
    return { ...(this.#point && { point: this.#point }), seenIds: [...this.#seenIds], texts };
  }

  subscribe(listener: (event: ConnectionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  watchFrames(listener: (frame: WireFrame) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  open(): void {
    this.#socket.open();
  }

  retry(): void {
    this.#socket.retry();
  }

  close(): void {
    if (this.#isOpen) this.#send({ type: "bye" });
    this.#socket.close();
  }

  sendAudio(pcm: ArrayBuffer, sent?: (at: number) => void): void {
    if (!this.#isOpen || this.#opus.encode(pcm, sent)) return;
    if (this.#sendMedia(pcm, maxAudioBacklog)) sent?.(this.#platform.now());
  }

  endAudio(): void {
    this.#sendAfterAudio({ type: "audioEnd" });
  }

  mute(on: boolean, who?: string): void {
    if (who !== undefined) return this.#sendNow({ type: "mute", on, who });
    this.#muted = on;
    this.#sendAfterAudio({ type: "mute", on });
  }

  setActivity(on: boolean): void {
    this.#sendAfterAudio({ type: "activity", on });
  }

  sendImage(image: Uint8Array, mimeType = "image/jpeg"): void {
    const frame: ClientFrame = { type: "image", data: toBase64(image), mimeType };
    this.#sendMedia(JSON.stringify(frame), maxImageBacklog);
  }

  sendText(text: string, id: string): SendResult {
    if (!this.#outbox.add({ id, text })) return "rejected";
    if (!this.#isOpen) return "queued";
    this.#send({ type: "text", text, id });
    return "sent";
  }

  approve(id: string, approved: boolean): void {
    this.#sendNow({ type: "approve", id, approved });
  }

  interrupt(): void {
    this.#sendNow({ type: "interrupt" });
  }

  reportPlayed(seq: number, delayMs: number): void {
    this.#sendNow({ type: "played", seq, ms: delayMs });
  }

  sendState(delta: Readonly<Record<string, unknown>>): void {
    this.#sendNow({ type: "state", delta });
  }

  renewToken(token: string): void {
    this.#platform.setToken?.(token);
    this.#sendNow({ type: "token", token });
  }

  remove(who: string, reason?: string): void {
    this.#sendNow({ type: "remove", who, ...(reason !== undefined && { reason }) });
  }

  end(reason?: string): void {
    this.#sendNow({ type: "end", ...(reason !== undefined && { reason }) });
  }

  get #isOpen(): boolean {
    return this.#socket.state.status === "open";
  }

  #send(frame: ClientFrame): void {
    this.#socket.send(JSON.stringify(frame));
  }

  /** Dropped while disconnected: it would be stale on arrival. */
  #sendNow(frame: ClientFrame): void {
    if (this.#isOpen) this.#send(frame);
  }

  #sendAfterAudio(frame: ClientFrame): void {
    this.#opus.sendAfterAudio(() => this.#isOpen && this.#send(frame));
  }

  #sendHello(): void {
    const after = this.#point && { after: formatResumePoint(this.#point) };
    this.#send({ type: "hello", ...after, ...this.#opus.offer });
  }

  /** @returns whether the frame was sent, and not dropped. */
  #sendMedia(frame: ArrayBuffer | string, maxBacklog: number): boolean {
    if (!this.#isOpen || this.#socket.bufferedAmount > maxBacklog) return false;
    this.#socket.send(frame);
    return true;
  }

  #stateChanged(state: ConnectionState): void {
    if (state.status !== "open") {
      this.#acks.reset();
      this.#opus.stop();
      this.#renewal?.stop();
      this.#cancelExpiry?.();
      this.#cancelExpiry = undefined;
    }
    if (state.status === "closed") this.#reset();
    this.#emit({ kind: "state", state });
  }

  /** After a final close the next `open` asks for the whole conversation, which replaces what the page shows. */
  #reset(): void {
    this.#point = undefined;
    this.#seenIds.clear();
    this.#outbox.clear();
  }

  #received(data: string | ArrayBuffer): void {
    if (typeof data !== "string") return this.#receivedAudio(data);
    const frame = parseServerFrame(data);
    if (!frame) return;
    // Acknowledged, it would wake the server's object.
    if (frame.type === "probe") return this.#socket.answerProbe();
    if (frame.type === "hello") this.#receivedHello(frame);
    else if (!overtaking.has(frame.type)) this.#advance(frame.seq);
    this.#handle(frame);
    if (this.#isOpen) this.#acks.countReceived(data.length);
  }

  #receivedAudio(data: ArrayBuffer): void {
    const frame = this.#point && decodeAudioFrame(data, this.#point.seq);
    if (!frame || frame.seq <= (this.#point?.seq ?? 0)) return;
    this.#advance(frame.seq);
    this.#acks.countReceived(data.byteLength);
    if (frame.kind === audioKind)
      this.#emit({ kind: "audio", pcm: frame.payload, rate: speakerSampleRate, seq: frame.seq });
    else if (frame.kind === opusKind) this.#opus.decode(frame.payload, frame.seq);
  }

  /**
   * The server also sends `hello` unasked, after hibernation: nothing was missed, only the resume point is new. An
   * error in what it brings must not keep the client from connecting.
   */
  #receivedHello(hello: Hello): void {
    const { epoch, seq, you, participants, state, opus = [] } = hello;
    this.#point = { epoch, seq };
    this.#opus.start(opus);
    attempt(() => this.#replay(hello));
    attempt(() => {
      const products = readProducts(state);
      if (products) this.#emit({ kind: "products", products });
    });
    attempt(() => this.#setParticipants({ you, list: participants }));
    if (this.#isOpen) return;
    this.#socket.completeHandshake();
    if (this.#muted) this.#send({ type: "mute", on: true });
    for (const { id, text } of this.#outbox.texts) this.#send({ type: "text", text, id });
  }

  #replay({ resumed, events: logged, role }: Hello): void {
    if (!resumed) this.#seenIds.clear();
    this.#lastSpeaker = undefined;
    const fresh = logged.filter((event) => this.#isNew(event));
    for (const event of fresh) this.#emit({ kind: "adkEvent", event, replayed: true });
    const events = fresh
      .flatMap((event) => toConnectionEvents(event))
      .map((event) => attributeLogged(event, role));
    if (!resumed || events.length > 0) this.#emit({ kind: "replay", complete: !resumed, events });
  }

  #handle(frame: ServerFrame): void {
    switch (frame.type) {
      case "event":
        this.#receivedEvent(frame);
        break;
      case "presence":
        if (frame.change === "speaking") this.#lastSpeaker = frame.participant.id;
        this.#setParticipants(applyPresence(this.#participants, frame));
        break;
      case "skipped":
        this.#emit({ kind: "audioSkipped", ms: frame.ms });
        break;
      case "error":
        this.#receivedError(frame);
        break;
      case "token":
        this.#renewal?.warned(frame.expiresInMs);
        this.#emit({ kind: "token", expiresInMs: frame.expiresInMs, role: frame.role });
        break;
      case "budget":
        this.#emit({ kind: "budget", scope: frame.scope, of: frame.of, used: frame.used });
        break;
      case "queue":
        if (frame.position > 0) this.#emit({ kind: "error", message: frame.message });
        break;
      case "goAway":
        this.#receivedGoAway(frame);
        break;
      default:
    }
  }

  #receivedError(error: Extract<ServerFrame, { type: "error" }>): void {
    const { id, code, message, action, retryAfterS } = error;
    if (id !== undefined) this.#rejectText(id);
    if (action === "slow down" && retryAfterS !== undefined && !this.#isOpen)
      this.#socket.waitBeforeRetry(retryAfterS * 1_000);
    const report = (): void => {
      this.#cancelExpiry = undefined;
      this.#emit({ kind: "error", message, code });
    };
    if (code === "UNAUTHENTICATED" && this.#isOpen && this.#renewal)
      this.#cancelExpiry = this.#platform.after(expiryMs, report);
    else report();
  }

  /** An open connection whose token expired connects again with a new one: the device may have slept meanwhile. */
  #receivedGoAway({ again, message }: Extract<ServerFrame, { type: "goAway" }>): void {
    const hasExpired = this.#isOpen && this.#cancelExpiry !== undefined;
    if (hasExpired) this.#socket.reconnect();
    else if (!again) this.#socket.close(message);
  }

  #reportTokenFailure(error: unknown): void {
    const cause = error instanceof Error ? error.message : String(error);
    const message = `There is no token for this conversation (${cause}). Nothing is lost: the client asks for one again.`;
    this.#emit({ kind: "error", message, code: "NO_TOKEN" });
  }

  #receivedEvent({ event, from, expiresInMs }: EventFrame): void {
    if (!this.#isNew(event)) return;
    // A device that sleeps stops its monotonic clock, and not the server's.
    const expiresAt = expiresInMs === undefined ? undefined : Date.now() + expiresInMs;
    this.#emit({ kind: "adkEvent", event, replayed: false, ...(from !== undefined && { from }) });
    const who = from ?? this.#lastSpeaker;
    for (const translated of toConnectionEvents(event, expiresAt))
      this.#emit(attribute(translated, who, this.#participants));
  }

  /** Remembers the event. @returns whether it was not received before. */
  #isNew({ id }: Event): boolean {
    if (this.#seenIds.has(id)) return false;
    this.#seenIds.add(id);
    const [oldest] = this.#seenIds;
    if (this.#seenIds.size > maxSeenIds && oldest !== undefined) this.#seenIds.delete(oldest);
    // The event of a typed message bears the message's id: it confirms the message.
    this.#outbox.remove(id);
    return true;
  }

  #rejectText(id: string): void {
    this.#outbox.remove(id);
    this.#emit({ kind: "textRejected", id });
  }

  #setParticipants(participants: ParticipantList): void {
    this.#participants = participants;
    this.#emit({ kind: "participants", participants });
  }

  #advance(seq: number): void {
    if (this.#point && seq > this.#point.seq) this.#point = { ...this.#point, seq };
  }

  #emit(event: ConnectionEvent): void {
    this.#opus.push(event);
  }

  #tell(event: ConnectionEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
