/** What the object's one alarm is for: each thing is done when it is due, and looked at again when it is not. */
import { expired } from "../access/credentials.ts";
import type { AlarmSchedule } from "../store/alarm-schedule.ts";
import type { Participants } from "./connections.ts";
import type { Asking } from "./client-errors.ts";
import type { Dossier } from "./session-store.ts";
import type { Lifetime } from "./retention.ts";
import type { Room } from "./presence.ts";
import type { Talk } from "./engine.ts";

export interface Rooms {
  readonly participants: Participants;
  readonly dossier: Dossier;
  readonly room: Room;
  readonly lifetime: Lifetime;
  readonly wakeups: Pick<AlarmSchedule, "set">;
  talk(): Talk<Asking>;
  delete(): Promise<void>;
}

export class Alarms {
  readonly #house: Rooms;

  constructor(house: Rooms) {
    this.#house = house;
  }

  async ring(due: readonly string[]): Promise<void> {
    if (due.includes("ticket")) this.#expire();
    if (due.includes("session")) this.#house.talk().keepAwake();
    if (due.includes("end")) this.#endIfOver();
    if (due.includes("directory")) await this.#house.dossier.deliver();
    if (due.includes("retention")) await this.#deleteIfOver();
  }

  /** Whoever came with a ticket goes when it expires, also if they only listen. */
  watch(): void {
    const { participants, wakeups } = this.#house;
    const ends = participants.open().map((socket) => untilOf(participants, socket));
    const next = Math.min(...ends);
    if (Number.isFinite(next)) wakeups.set("ticket", next);
  }

  #expire(): void {
    const { participants, room } = this.#house;
    const now = Date.now();
    const { close, message } = expired();
    for (const socket of participants.open())
      if (untilOf(participants, socket) <= now) room.dismiss(socket, close, message, true);
    this.watch();
  }

  /** Nobody said anything for long: everybody is sent home, and all is kept. */
  #endIfOver(): void {
    const { lifetime, dossier, room } = this.#house;
    if (!lifetime.isOver("end", dossier.lastWord, Date.now())) return;
    room.end(1000, "Nothing was said for long. The conversation is kept.");
    this.#house.talk().end();
  }

  /** Unless somebody is there. */
  async #deleteIfOver(): Promise<void> {
    const { lifetime, dossier, participants } = this.#house;
    const now = Date.now();
    const last = participants.open().length > 0 ? now : dossier.lastWord;
    if (!lifetime.isOver("retention", last, now)) return;
    await dossier.unlist();
    await this.#house.delete();
  }
}

/** When their ticket expires, in ms. */
const untilOf = (participants: Participants, socket: WebSocket): number =>
  participants.seatOf(socket).guest?.ticket?.until ?? Infinity;
