/**
 * Sends published events and audio to all connections, and keeps the newest frames for clients that resume.
 *
 *     event ─► frames of each protocol ─► connections
 *                    └─► replay buffer ─► clients that resume
 *
 * An epoch is one life of the object's memory; within it every parley.v1 frame has a sequence number.
 */
import { callerKey } from "../access/address.ts";
import { audioDurationMs } from "../core/adk/event-audio.ts";
import type { TranslationContext } from "../core/adk/live-to-adk.ts";
import { flowLimits } from "../core/delivery/flow-control.ts";
import type { Lateness } from "../core/lateness.ts";
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import { ReplayBuffer, replayLimits } from "../core/delivery/replay-buffer.ts";
import { formatSseCursor, parseSseCursor, transcriptSoFar } from "../core/delivery/sse-cursor.ts";
import type { ProtocolName } from "../protocols/attachment.ts";
import { parleyV1, writeFrame, writePresence } from "../protocols/parley-v1/codec.ts";
import { audioEventEncoder } from "../protocols/audio-event.ts";
import { loadedOpus } from "../protocols/parley-v1/load-opus.ts";
import { OpusDownlink } from "../protocols/parley-v1/opus-downlink.ts";
import type { PresenceUpdate, PublishedEvent } from "../protocols/protocol.ts";
import { eventProtocols, protocols } from "../protocols/registry.ts";
import { sse, SseReplay } from "../protocols/sse/codec.ts";
import type { DeliveryPosition } from "../store/event-log.ts";
import type { Event } from "../wire/adk.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import { toUrlSafeBase64 } from "../wire/base64.ts";
import { durationMs, speakerSampleRate } from "../wire/pcm.ts";
import { audioFrameMs, encodeBase64Audio, type ResumePoint } from "../wire/parley-v1.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import {
  sendAudioMessage,
  sendEvent,
  sendLifecycle,
  sendMessage,
  sendTyped,
} from "./live-broadcast.ts";

/** The response to `hello`, and the frames after it. */
interface Catchup {
  readonly resumed: boolean;
  readonly seq: number;
  readonly events: readonly Event[];
  /** Older events did not fit. */
  readonly more: boolean;
  /** Audio that is lost to the client, in ms. */
  readonly skippedMs: number;
  readonly frames: readonly OutboundFrame[];
}

/** A message of the model with nothing but audio. */
interface ModelAudio {
  readonly message: ServerMessage;
  /** The message as it came. */
  readonly frame: string | ArrayBuffer;
  /** Mono PCM16, 24 kHz. */
  readonly base64: string;
  readonly translation: TranslationContext;
}

/** `from`: the `seq` of the first frame that one of them may miss. `at`: when the last of them left, in ms since the epoch. */
const noneLeft = { from: Infinity, at: -Infinity };

/** Protocols whose clients get audio as an event. */
const audioEventProtocols = ["adk-demo", "adk-live"] as const;

export class Broadcaster {
  readonly #context: ConversationContext;
  readonly #lateness: Lateness;
  #epoch: number | undefined;
  #isEpochStored = false;
  #seq = 0;
  #replay = new ReplayBuffer();
  /** What the clients that left may miss. */
  #left = noneLeft;
  /** The audio of all frames of this conversation so far, in ms. */
  #audioMs: number;
  /** The sequence number at which an event was last recorded. */
  #recordedSeq = 0;
  /** The transcript of the answer so far. */
  #transcript = "";
  /** Frames are numbered and kept from the first parley.v1 or SSE client on. */
  #numbered: boolean;
  /** While clients take Opus, and until none of them can resume. */
  #opus: OpusDownlink | undefined;
  /** By protocol; each is good for the audio of one event. */
  readonly #audioEncoders = new Map<
    ProtocolName,
    { readonly event: Event; readonly encode: ReturnType<typeof audioEventEncoder> }
  >();

  constructor(context: ConversationContext) {
    const { connections } = context;
    this.#context = context;
    this.#lateness = context.lateness;
    this.#audioMs = context.log.audioMsAt();
    this.#numbered =
      [...connections.joinedBy("parley-v1"), ...connections.joinedBy("sse")].length > 0;
  }

  /** The sequence number of the last frame. */
  get position(): ResumePoint {
    return { epoch: this.wake(), seq: this.#seq };
  }

  /** The same number, in an object that has started no epoch, too. */
  get seq(): number {
    return this.#seq;
  }

  /** The audio of all answers of this conversation so far, in ms. */
  get audioMs(): number {
    return this.#audioMs;
  }

  /** Starts an epoch, once in each life of the object, and greets the clients whose sockets survived hibernation. */
  wake(): number {
    if (this.#epoch !== undefined) return this.#epoch;
    this.#epoch = this.#startEpoch();
    this.storeEpoch();
    this.#greetHibernated();
    return this.#epoch;
  }

  /** The position to store with an event that was just sent. */
  get deliveryPosition(): DeliveryPosition {
    const { epoch, seq } = this.position;
    return { epoch, told: seq, sound_ms: this.#audioMs };
  }

  onRecorded(): void {
    this.#recordedSeq = this.#seq;
  }

  publish(published: PublishedEvent): void {
    const { event } = published;
    const epoch = this.wake();
    this.#audioMs += audioDurationMs(event);
    if (!published.sentAsMessage) sendEvent(this.#context, event);
    for (const protocol of eventProtocols)
      this.#deliver(protocol, () => protocols[protocol].encode(published, unnumbered));
    this.#transcript = transcriptSoFar(this.#transcript, event);
    if (this.#numbered) this.#publishNumbered(published, epoch);
  }

  /** Audio of the model, while all clients take audio alone. It is encoded once for each protocol. */
  publishAudio(audio: ModelAudio): void {
    this.wake();
    const audioMs = this.#numbered
      ? this.#publishNumberedAudio(audio.base64)
      : base64AudioMs(audio.base64);
    this.#audioMs += audioMs;
    const { connections } = this.#context;
    if (connections.listenersBy("live-api").length > 0)
      sendAudioMessage(this.#context, audio.message, audio.frame, audioMs);
    for (const protocol of audioEventProtocols) {
      const listeners = connections.listenersBy(protocol);
      if (listeners.length > 0)
        this.#sendAudio(listeners, this.#audioEventFrame(protocol, audio, audioMs));
    }
  }

  /** Text that a client typed. ADK's clients do not get it: they would show it as the agent's. */
  publishTyped(published: PublishedEvent): void {
    const epoch = this.wake();
    if (this.#numbered) this.#publishNumbered(published, epoch);
    sendTyped(this.#context, published);
  }

  /**
   * A message of the model, unchanged, for Live API clients.
   * @param rewritten the agent's author rewrites events: then these clients get the events instead.
   * @returns whether the message stands for its events there.
   */
  publishMessage(message: ServerMessage, rewritten: boolean): boolean {
    if (this.#opus && message.serverContent?.generationComplete) this.#endOpus(this.#opus);
    return sendMessage(this.#context, message, rewritten);
  }

  /** The state of the upstream connection, for Live API clients that asked for it. */
  publishLifecycle(upstream: "away" | "ready"): void {
    sendLifecycle(this.#context, upstream);
  }

  /** Never replayed: `hello` lists the participants. */
  publishPresence(update: PresenceUpdate): void {
    if (!this.#numbered) return;
    this.wake();
    this.#deliver("parley-v1", () => [writePresence(update, ++this.#seq)]);
  }

  /**
   * Closes the clients that read nothing, though no frame follows, and drops the audio that all clients have. It is called
   * while time is measured.
   * @returns whether clients still have frames to acknowledge.
   */
  checkReaders(): boolean {
    let areRead = true;
    for (const connection of this.#context.connections.joinedBy("parley-v1")) {
      const { unreadMs } = connection;
      if (unreadMs === undefined) continue;
      if (unreadMs > flowLimits.timeoutMs) this.#context.dropSlowConsumer(connection);
      else areRead = false;
    }
    this.#replay.releaseAudioBefore(this.#oldestUnread());
    return !areRead;
  }

  /** A client leaves, which may resume. */
  onLeave({ attachment, isJoined, oldestUnread = this.#seq + 1 }: Connection): void {
    if (attachment.protocol !== "parley-v1" || !isJoined) return;
    this.#left = { from: Math.min(this.#left.from, oldestUnread), at: Date.now() };
  }

  /**
   * An event for one client alone. It carries the sequence number of the frame before it.
   * @param expiresInMs of a request for approval.
   */
  sendTo(connection: Connection, event: Event, expiresInMs?: number): void {
    const { seq } = this.position;
    connection.send(connection.protocol.encode({ event, expiresInMs }, () => seq));
  }

  /** Frames are numbered and kept from now on. */
  startNumbering(): void {
    this.#numbered = true;
  }

  /** Responds to `hello` with the missed frames, or the conversation so far. @param after the last frame it has. */
  greet(
    connection: Connection,
    after: ResumePoint | undefined,
    openedAt: ResumePoint | undefined,
  ): void {
    // After hibernation only the clients that had sent `hello` are counted.
    this.#numbered = true;
    this.#sendHello(connection, this.#catchup(after, openedAt));
  }

  /** Replays the log to an SSE client. @param cursor the position it resumes from. */
  replayTo(connection: Connection, cursor: string | undefined): void {
    this.#numbered = true;
    const from = cursor === undefined ? undefined : parseSseCursor(cursor);
    if (!from || !this.#isKnown(from)) return;
    const replay = new SseReplay(from.characters);
    for (let read = 0; ;) {
      const rows = this.#context.log.eventsAfter(from, maxEvents, read);
      if (rows.length === 0) break;
      read += rows.length;
      const events = rows.map(({ event, at }) => ({
        event,
        cursor: formatSseCursor({ ...at, characters: 0 }),
      }));
      const frames = replay.page(events);
      this.#chargeHistory(connection, bytesOf(frames));
      if (!connection.send(frames)) return this.#context.dropSlowConsumer(connection);
    }
    connection.send(replay.rest(this.#transcript, this.#cursor(this.wake())));
  }

  /** When a frame was sent, in ms since the epoch, if it is still known. */
  sentAt(seq: number): number | undefined {
    return this.#replay.sentAt(seq);
  }

  /** The conversation was deleted. */
  reset(): void {
    this.#epoch = undefined;
    this.#isEpochStored = false;
    this.#seq = this.#audioMs = this.#recordedSeq = 0;
    this.#replay = new ReplayBuffer();
    this.#left = noneLeft;
    this.#opus = undefined;
    this.#transcript = "";
  }

  /** @returns the duration in ms; 0 for empty audio or invalid base64, which take no sequence number. */
  #publishNumberedAudio(base64: string): number {
    const data = encodeBase64Audio(this.#seq + 1, base64);
    if (!data) return 0;
    const audioMs = audioFrameMs(data);
    const seq = ++this.#seq;
    const frame = { seq, data, bytes: data.byteLength, audioMs, interrupts: false };
    this.#replay.push(frame, Date.now());
    if (this.#lateness.dueAt === Infinity) this.#lateness.start();
    if (this.#opus) this.#deliverWithOpus(this.#opus, [frame]);
    else this.#sendAudio(this.#context.connections.listenersBy("parley-v1"), frame);
    return audioMs;
  }

  /** The `seq` of the first frame that a client may miss: of those that are here, that connect just now, or that left. */
  #oldestUnread(): number {
    if (Date.now() - this.#left.at > replayLimits.maxTextAgeMs) this.#left = noneLeft;
    const unread = this.#context.connections.open.map(
      ({ attachment, isJoined, oldestUnread = Infinity }) =>
        isJoined || attachment.protocol !== "parley-v1"
          ? oldestUnread
          : (attachment.openedAt?.seq ?? -1) + 1,
    );
    return Math.min(this.#seq + 1, this.#left.from, ...unread);
  }

  /** One encoded frame serves all listeners. */
  #sendAudio(listeners: readonly Connection[], frame: OutboundFrame): void {
    for (const connection of listeners)
      if (!connection.sendFrame(frame)) this.#context.dropSlowConsumer(connection);
  }

  /** @returns undefined if the codec could not be loaded. */
  #startOpus(): OpusDownlink | undefined {
    const libopus = loadedOpus();
    return (this.#opus ??= libopus && new OpusDownlink(libopus, Date.now()));
  }

  /** Clients that take Opus get the same frames with their audio encoded. */
  #deliverWithOpus(opus: OpusDownlink, frames: readonly OutboundFrame[]): void {
    const now = Date.now();
    const clients = this.#context.connections.joinedBy("parley-v1");
    const isTaken = clients.some(({ takesOpus }) => takesOpus);
    if (opus.isIdle(isTaken, now)) this.#opus = undefined;
    this.#deliverEither(frames, this.#opus ? opus.encode(frames, now) : frames);
  }

  /** @param encoded the same for clients that take Opus. */
  #deliverEither(frames: readonly OutboundFrame[], encoded: readonly OutboundFrame[]): void {
    if (this.#lateness.dueAt === Infinity) this.#lateness.start();
    for (const connection of this.#context.connections.joinedBy("parley-v1"))
      if (!connection.send(connection.takesOpus ? encoded : frames))
        this.#context.dropSlowConsumer(connection);
  }

  /** Less than a packet may wait of the answer. */
  #endOpus(opus: OpusDownlink): void {
    this.#deliverEither(
      [],
      opus.end(() => ++this.#seq, Date.now()),
    );
  }

  #audioEventFrame(
    protocol: (typeof audioEventProtocols)[number],
    { message, base64, translation }: ModelAudio,
    audioMs: number,
  ): OutboundFrame {
    const event = this.#context.recorder.audioEvent(message, translation);
    const known = this.#audioEncoders.get(protocol);
    const encode =
      known?.event === event ? known.encode : audioEventEncoder(protocols[protocol], event);
    if (known?.event !== event) this.#audioEncoders.set(protocol, { event, encode });
    return encode(toUrlSafeBase64(base64), Date.now(), audioMs);
  }

  #publishNumbered(published: PublishedEvent, epoch: number): void {
    if (this.#opus && published.event.turnComplete) this.#endOpus(this.#opus);
    const frames = parleyV1.encode(published, () => ++this.#seq);
    const now = Date.now();
    for (const frame of frames) this.#replay.push(frame, now);
    if (this.#opus) this.#deliverWithOpus(this.#opus, frames);
    else this.#deliver("parley-v1", () => frames);
    this.#deliver("sse", () =>
      sse.encode({ ...published, cursor: this.#cursor(epoch) }, unnumbered),
    );
  }

  /** @param encode is called only if there is a connection of that protocol. */
  #deliver(protocol: ProtocolName, encode: () => readonly OutboundFrame[]): void {
    const connections = this.#context.connections.joinedBy(protocol);
    if (connections.length === 0) return;
    if (protocol === "parley-v1") this.#lateness.start();
    const frames = encode();
    for (const connection of connections)
      if (!connection.send(frames)) this.#context.dropSlowConsumer(connection);
  }

  #cursor(epoch: number): string {
    return formatSseCursor({ epoch, seq: this.#seq, characters: this.#transcript.length });
  }

  #isKnown({ epoch, seq }: ResumePoint): boolean {
    const { position } = this;
    if (epoch > position.epoch || epoch < this.#firstEpoch()) return false;
    return epoch < position.epoch || seq <= position.seq;
  }

  #sendHello(connection: Connection, catchup: Catchup): void {
    const { connections, sessionStore } = this.#context;
    const { seq, resumed, events, more, skippedMs, frames } = catchup;
    connection.resumeSendQueue(seq);
    const hello = writeFrame({
      type: "hello",
      epoch: this.wake(),
      seq,
      you: connection.id,
      role: connection.role,
      participants: connections.joined.map(({ participant }) => participant),
      state: sessionStore.state,
      resumed,
      events,
      ...(more && { more: true }),
      ...(connection.opus.length > 0 && { opus: connection.opus }),
    });
    this.#chargeHistory(connection, hello.length + bytesOf(frames));
    let isRead = connection.push(hello);
    const ms = Math.round(skippedMs);
    if (ms > 0) connection.push(writeFrame({ type: "skipped", seq, ms }));
    const missed = (connection.takesOpus && this.#startOpus()?.replay(frames)) || frames;
    isRead = connection.answer(missed) && isRead;
    if (!isRead) this.#context.dropSlowConsumer(connection);
  }

  /** A client that connects again and again must not read more than one that stays. */
  #chargeHistory({ attachment }: Connection, bytes: number): void {
    this.#context.readers.charge(callerKey(attachment), bytes, Date.now());
  }

  /** Their sockets survived hibernation. They missed nothing, but the sequence numbers begin again. */
  #greetHibernated(): void {
    const nothing = {
      resumed: true,
      seq: this.#seq,
      events: [],
      more: false,
      skippedMs: 0,
      frames: [],
    };
    for (const connection of this.#context.connections.joinedBy("parley-v1"))
      this.#sendHello(connection, nothing);
  }

  #catchup(after: ResumePoint | undefined, openedAt: ResumePoint | undefined): Catchup {
    const { epoch } = this.position;
    if (!after || !this.#isKnown(after)) return this.#wholeConversation(openedAt);
    const { resumableAfter } = this.#replay;
    return after.epoch === epoch && after.seq >= resumableAfter
      ? {
          resumed: true,
          seq: after.seq,
          events: [],
          more: false,
          ...this.#replay.missedAfter(after.seq),
        }
      : this.#missedEvents(after, { epoch, seq: resumableAfter });
  }

  /** The events in the log from before the replay buffer, then the buffer's frames. */
  #missedEvents(after: ResumePoint, until: ResumePoint): Catchup {
    const events = this.#context.log.eventsBetween(after, until, maxEvents + 1);
    const { frames, skippedMs } = this.#replay.missedAfter(until.seq);
    const lostMs = this.#audioMs - this.#replay.audioMs - this.#context.log.audioMsAt(after);
    return {
      resumed: true,
      seq: until.seq,
      ...newestFitting(events),
      frames,
      skippedMs: skippedMs + Math.max(0, lostMs),
    };
  }

  /** The conversation so far, and the frames since the client's socket was opened. */
  #wholeConversation(openedAt: ResumePoint | undefined): Catchup {
    const { epoch, seq } = this.position;
    const opened = openedAt?.epoch === epoch ? openedAt.seq : seq;
    const from = Math.min(opened, Math.max(this.#recordedSeq, this.#replay.resumableAfter));
    const text = this.#replay.textBetween(from, opened);
    const { frames } = this.#replay.missedAfter(opened);
    const events = newestFitting(this.#context.log.newest(maxEvents + 1));
    return { resumed: false, seq: from, ...events, frames: [...text, ...frames], skippedMs: 0 };
  }

  /** Follows the clock, so that no epoch repeats even after the conversation was deleted. */
  #startEpoch(): number {
    const { kv } = this.#context;
    return Math.max((kv.get<number>("epoch") ?? 0) + 1, Math.floor(Date.now() / 1000));
  }

  /** Once in an epoch. A conversation that was deleted, or that no client has joined, stores nothing. */
  storeEpoch(): void {
    const epoch = this.#epoch;
    const { kv, sessionStore } = this.#context;
    if (epoch === undefined || this.#isEpochStored || !sessionStore.exists) return;
    if (kv.get("first epoch") === undefined) kv.put("first epoch", epoch);
    kv.put("epoch", epoch);
    this.#isEpochStored = true;
  }

  #firstEpoch(): number {
    return this.#context.kv.get<number>("first epoch") ?? 0;
  }
}

const bytesOf = (frames: readonly OutboundFrame[]): number =>
  frames.reduce((sum, { bytes }) => sum + bytes, 0);

const unnumbered = (): number => 0;

/** Limits of the events in one `hello`. */
const maxEvents = 500;
const maxCharacters = 1024 * 1024;

function newestFitting(events: readonly Event[]): { events: readonly Event[]; more: boolean } {
  let left = maxCharacters;
  const dropped = events.findLastIndex(
    (event, index) =>
      index < events.length - maxEvents || (left -= JSON.stringify(event).length) < 0,
  );
  return { events: events.slice(dropped + 1), more: dropped >= 0 };
}

/** @param base64 mono PCM16, 24 kHz, with padding. */
const base64AudioMs = (base64: string): number => {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return durationMs((base64.length / 4) * 3 - padding, speakerSampleRate);
};
