/**
 * What is told to those who are in a conversation, and what of it can be told again.
 *
 *     event ─► each door's frames ─► sockets
 *                    └─► replay (core), for those who come back
 *
 * An epoch is one life of the object's memory; within it every native frame has a place, `seq`.
 */
import { ReplayBuffer } from "../core/delivery/replay-buffer.ts";
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import { parseSseCursor, transcriptSoFar, formatSseCursor } from "../core/delivery/sse-cursor.ts";
import { audioDurationMs } from "../core/adk/event-audio.ts";
import type { EventLog, DeliveryPosition } from "../store/event-log.ts";
import type { Door, Presence, TellEvent } from "../protocols/protocol.ts";
import { native, writePresence } from "../protocols/parley-v1/codec.ts";
import { doorOf, plainDoors, type DoorName, type Participants } from "./connections.ts";
import { Again, sse } from "../protocols/sse/codec.ts";
import type { Event } from "../wire/adk.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import type { ResumePoint } from "../wire/parley-v1.ts";
import { Overhearing } from "./live-broadcast.ts";

/** What somebody who comes, or comes back, is told. */
export interface Reunion {
  readonly resumed: boolean;
  readonly seq: number;
  readonly events: readonly Event[];
  readonly more: boolean;
  readonly skippedMs: number;
  readonly frames: readonly OutboundFrame[];
}

export class Telling {
  readonly #participants: Participants;
  readonly #log: EventLog;
  readonly #storage: DurableObjectStorage;
  readonly #lost: (socket: WebSocket) => void;
  readonly #overhearing: Overhearing;
  #epoch: number | undefined;
  #seq = 0;
  #replay = new ReplayBuffer();
  /** All the sound that was ever told here, in ms. */
  #soundMs: number;
  /** The place of what was kept in the log last. */
  #kept = 0;
  /** The words of the answer under way. */
  #saying = "";
  /** Frames are counted and remembered from the first native client on. */
  #counts = false;

  /** @param lost is told of clients that take in nothing any more. */
  constructor(
    participants: Participants,
    log: EventLog,
    storage: DurableObjectStorage,
    lost: (socket: WebSocket) => void,
  ) {
    this.#participants = participants;
    this.#log = log;
    this.#storage = storage;
    this.#lost = lost;
    this.#overhearing = new Overhearing(participants, lost);
    this.#soundMs = log.audioMsAt();
  }

  /** Where the telling is. */
  get at(): ResumePoint {
    return { epoch: (this.#epoch ??= this.#begin()), seq: this.#seq };
  }

  /** To be kept with an event that was just told. */
  mark(): DeliveryPosition {
    return { epoch: this.at.epoch, told: this.#seq, sound_ms: this.#soundMs };
  }

  /** Something was kept in the log. */
  kept(): void {
    this.#kept = this.#seq;
  }

  /** A native client is here: from now on it can come back. */
  count(): void {
    this.#counts = true;
  }

  tell(tell: TellEvent): void {
    this.#soundMs += audioDurationMs(tell.event);
    if (!tell.overheard) this.#overhearing.event(tell.event);
    for (const door of plainDoors)
      this.#deliver(door, () => doorOf({ door }).write(tell, uncounted));
    this.#saying = transcriptSoFar(this.#saying, tell.event);
    this.#tellFollowers(tell);
  }

  /** A message of the model, as it came. @returns whether its events are told by it at the Live door. */
  overhear(message: ServerMessage, screened: boolean): boolean {
    return this.#overhearing.message(message, screened);
  }

  /** How the line to the model does, for those who want to know. */
  lifecycle(upstream: "away" | "ready"): void {
    this.#overhearing.lifecycle(upstream);
  }

  /** What somebody typed; ADK's clients have no place for it. */
  typed(tell: TellEvent): void {
    this.#tellFollowers(tell);
    this.#overhearing.typed(tell.event, tell.from);
  }

  #tellFollowers(tell: TellEvent): void {
    if (!this.#counts) return;
    this.#remembered(this.#write(native, tell));
    this.#deliver("sse", () => sse.write({ ...tell, place: this.#place }, uncounted));
  }

  /** Somebody follows by server-sent events. @param after the place they come back to. */
  follow(socket: WebSocket, after: string | undefined): void {
    this.#counts = true;
    const place = after === undefined ? undefined : parseSseCursor(after);
    if (!place || !this.#knows(place)) return;
    const again = new Again(place.characters);
    for (let read = 0, page = mostEvents; page === mostEvents; read += page) {
      const rows = this.#log.eventsAfter(place, mostEvents, read);
      page = rows.length;
      const told = rows.map(({ event, at }) => ({
        event,
        place: formatSseCursor({ ...at, characters: 0 }),
      }));
      if (!this.#participants.send(socket, again.page(told))) return this.#lost(socket);
    }
    this.#participants.send(socket, again.rest(this.#saying, this.#place));
  }

  get #place(): string {
    return formatSseCursor({ ...this.at, characters: this.#saying.length });
  }

  #knows({ epoch, seq }: ResumePoint): boolean {
    const { at } = this;
    if (epoch > at.epoch || epoch < this.#firstEpoch()) return false;
    return epoch < at.epoch || seq <= at.seq;
  }

  /** Not remembered: who comes back is told who is here. */
  presence(presence: Presence): void {
    if (this.#counts) this.#deliver("native", () => [writePresence(presence, ++this.#seq)]);
  }

  /** An event for one client alone, told before or not. */
  remind(socket: WebSocket, event: Event): void {
    const door = doorOf(this.#participants.seatOf(socket));
    this.#participants.send(
      socket,
      door.write({ event }, () => this.#seq),
    );
  }

  /** @param after what they heard last. @param arrived where the telling was when their socket opened. */
  reunite(after: ResumePoint | undefined, arrived: ResumePoint | undefined): Reunion {
    const { epoch } = this.at;
    if (!after || !this.#knows(after)) return this.#introduce(arrived);
    const here = after.epoch === epoch;
    const { resumableAfter } = this.#replay;
    return here && after.seq >= resumableAfter
      ? {
          resumed: true,
          seq: after.seq,
          events: [],
          more: false,
          ...this.#replay.missedAfter(after.seq),
        }
      : this.#recall(after, { epoch, seq: resumableAfter });
  }

  /** When the first sample of a frame was sent, as far as that is known, in ms. */
  toldAt(seq: number): number | undefined {
    return this.#replay.all.find(({ frame }) => frame.seq === seq)?.sentAt;
  }

  /** Everything was forgotten. */
  forget(): void {
    this.#epoch = undefined;
    this.#seq = this.#soundMs = this.#kept = 0;
    this.#replay = new ReplayBuffer();
    this.#saying = "";
  }

  #write(door: Door, tell: TellEvent): readonly OutboundFrame[] {
    return door.write(tell, () => ++this.#seq);
  }

  #remembered(frames: readonly OutboundFrame[]): void {
    const now = Date.now();
    for (const frame of frames) this.#replay.push(frame, now);
    this.#deliver("native", () => frames);
  }

  #deliver(door: DoorName, frames: () => readonly OutboundFrame[]): void {
    const sockets = this.#participants.at(door);
    if (sockets.length === 0) return;
    const written = frames();
    for (const socket of sockets) if (!this.#participants.send(socket, written)) this.#lost(socket);
  }

  /** What was said since, of the log and of what is remembered. */
  #recall(after: ResumePoint, floor: ResumePoint): Reunion {
    const since = this.#log.eventsBetween(after, floor, mostEvents + 1);
    const { frames, skippedMs } = this.#replay.missedAfter(floor.seq);
    const here = this.#replay.all.reduce((sum, { frame }) => sum + frame.audioMs, 0);
    const before = Math.max(0, this.#soundMs - here - this.#log.audioMsAt(after));
    return {
      resumed: true,
      seq: floor.seq,
      ...fitting(since),
      frames,
      skippedMs: skippedMs + before,
    };
  }

  /** The conversation so far, and what has been told since somebody's socket opened. */
  #introduce(arrived: ResumePoint | undefined): Reunion {
    const { epoch, seq } = this.at;
    const came = arrived?.epoch === epoch ? arrived.seq : seq;
    const from = Math.min(came, Math.max(this.#kept, this.#replay.resumableAfter));
    const words = this.#replay.textBetween(from, came);
    const events = fitting(this.#log.newest(mostEvents + 1));
    const { frames } = this.#replay.missedAfter(came);
    return { resumed: false, seq: from, ...events, frames: [...words, ...frames], skippedMs: 0 };
  }

  /** Its place among the epochs outlives even a conversation that was deleted: it is of the clock. */
  #begin(): number {
    const { kv } = this.#storage;
    const epoch = Math.max((kv.get<number>("epoch") ?? 0) + 1, Math.floor(Date.now() / 1000));
    if (kv.get("first epoch") === undefined) kv.put("first epoch", epoch);
    kv.put("epoch", epoch);
    return epoch;
  }

  #firstEpoch(): number {
    return this.#storage.kv.get<number>("first epoch") ?? 0;
  }
}

const uncounted = (): number => 0;

/** Of a conversation, in one frame. */
const mostEvents = 500;
const mostCharacters = 1024 * 1024;

/** The newest of them that one frame holds. */
function fitting(events: readonly Event[]): { events: readonly Event[]; more: boolean } {
  let left = mostCharacters;
  const first = events.findLastIndex(
    (event, index) =>
      index < events.length - mostEvents || (left -= JSON.stringify(event).length) < 0,
  );
  return { events: events.slice(first + 1), more: first >= 0 };
}
