/** Those who are sent away, or have gone: what their leaving means to the others and to the talk. */
import type { ClientError } from "../core/errors.ts";
import type { Participants } from "./connections.ts";
import type { Asking } from "./client-errors.ts";
import type { Guests } from "./live-clients.ts";
import { tooSlow } from "./errors.ts";
import type { Phones } from "./phone-calls.ts";
import type { Room } from "./presence.ts";
import type { Runs } from "./runs.ts";
import type { Talk } from "./engine.ts";
import type { Turnstile } from "./input-limits.ts";

export interface Hall {
  readonly participants: Participants;
  readonly room: Room;
  readonly turnstile: Turnstile;
  readonly runs: Runs;
  readonly guests: Guests;
  readonly phones: Phones;
  readonly talk: () => Talk<Asking>;
}

export class Departures {
  readonly #hall: Hall;

  constructor(hall: Hall) {
    this.#hall = hall;
  }

  /** Sends somebody away who may come back. */
  expel(socket: WebSocket, { close, message }: ClientError): void {
    this.#hall.room.dismiss(socket, close, message, true);
    this.gone(socket);
  }

  /** Somebody takes in nothing any more. They go once what is being told has been told. */
  lose(socket: WebSocket): void {
    queueMicrotask(() => {
      if (socket.readyState === WebSocket.OPEN) this.expel(socket, tooSlow());
    });
  }

  /** A socket was closed from the other end. @param code what it is answered with. */
  closed(socket: WebSocket, code: number): void {
    this.#hall.participants.farewell(socket, code);
    this.gone(socket);
  }

  /** A socket is closed, or about to be. */
  gone(socket: WebSocket, reason?: string): void {
    if (this.#hall.room.leave(socket, reason)) this.left(socket);
  }

  left(socket: WebSocket): void {
    const { participants, room, turnstile, runs, guests, phones, talk } = this.#hall;
    const seat = participants.seatOf(socket);
    runs.leave(seat);
    guests.left(seat);
    phones.left(seat);
    const led = turnstile.leave(seat.id);
    room.hears(turnstile.speaking);
    if (!participants.anyoneBut(socket)) talk().leftAlone();
    else if (led) talk().endStream();
  }

  /** Those who said that they live, and say so no more. */
  sweep(): void {
    for (const socket of this.#hall.room.sweep()) this.gone(socket);
  }
}
