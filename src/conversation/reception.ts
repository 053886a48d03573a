/** How somebody comes in: at some doors at once, at others when they have said who they are. */
import type { Agent } from "../agent/agent.ts";
import type { DoorName, Participants, Seat } from "./connections.ts";
import type { Aside, Asking } from "./client-errors.ts";
import type { Dossier } from "./session-store.ts";
import type { Lifetime } from "./retention.ts";
import type { Phones } from "./phone-calls.ts";
import type { Room } from "./presence.ts";
import type { Talk } from "./engine.ts";

export interface Desk {
  readonly participants: Participants;
  readonly room: Room;
  readonly dossier: Dossier;
  readonly lifetime: Lifetime;
  readonly aside: Aside;
  readonly phones: Phones;
  readonly talk: () => Talk<Asking>;
  /** Who leads, if nobody has led yet. */
  lead(app: string): Agent;
}

/** Clients of the Live API are set up first, callers must be known. */
const late: readonly DoorName[] = ["live", "phone"];

export class Reception {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  arrive(socket: WebSocket, seat: Omit<Seat, "arrived">): void {
    const { room, aside, phones } = this.#desk;
    room.arrive(socket, seat);
    if (seat.door === "phone") phones.arrive(socket, seat);
    if (late.includes(seat.door)) return;
    // Native clients say first how they want it.
    if (seat.door !== "native") aside.remind(socket);
    this.#join(socket);
  }

  /** Somebody who came before has said who they are. */
  enter(socket: WebSocket): void {
    this.#desk.room.entered(socket);
    this.#join(socket);
  }

  #join(socket: WebSocket): void {
    const { participants, dossier, lifetime, talk } = this.#desk;
    const seat = participants.seatOf(socket);
    dossier.enter();
    lifetime.stirred(Date.now());
    talk().join({ socket }, this.#desk.lead(seat.app), seat);
  }
}
