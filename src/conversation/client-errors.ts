/** What is told to one client alone: why something was not done, and what waits for them. */
import type { Approvals } from "../agent/approvals.ts";
import { errorEvent } from "../core/adk/event.ts";
import type { ClientError } from "../core/errors.ts";
import { closesLive } from "../protocols/live-api/codec.ts";
import { doorOf, type Participants } from "./connections.ts";
import type { Event, EventBody } from "../wire/adk.ts";
import type { Room } from "./presence.ts";
import type { Runs } from "./runs.ts";
import type { Telling } from "./broadcaster.ts";

/** Whoever asks for something, to be told if it is refused. */
export interface Asking {
  readonly socket: WebSocket;
  /** The id of the text it is about. */
  readonly text?: string | undefined;
}

export interface Corner {
  readonly participants: Participants;
  readonly room: Room;
  readonly telling: Telling;
  readonly approvals: Approvals;
  readonly runs: Runs;
  /** Sends somebody away. */
  readonly expel: (socket: WebSocket, problem: ClientError) => void;
  event(body: EventBody): Event;
}

export class Aside {
  readonly #corner: Corner;

  constructor(corner: Corner) {
    this.#corner = corner;
  }

  /** @param text the id of the words it is about. */
  refuse(socket: WebSocket, refusal: ClientError, text?: string): void {
    const { participants, room, telling, runs } = this.#corner;
    if (text !== undefined) room.notTaken(text);
    const seat = participants.seatOf(socket);
    if (seat.door === "live" && closesLive(refusal)) return this.#corner.expel(socket, refusal);
    const { seq } = telling.at;
    const told = this.#corner.event(errorEvent(refusal));
    const frame = doorOf(seat).refuse(refusal, told, seq, text);
    if (frame.length > 0) participants.push(socket, frame);
    runs.refused(socket, seat);
  }

  /** Everyone was told why it does not pass; who gave it an id must know that it was this. */
  blocked({ socket, text }: Asking, problem: ClientError): void {
    const seat = this.#corner.participants.seatOf(socket);
    const { door } = seat;
    // A run was told, like everyone, and is over.
    if (door === "run") return this.#corner.runs.refused(socket, seat);
    if (text !== undefined || door === "live") this.refuse(socket, problem, text);
  }

  /** An operator who comes later must know what waits. */
  remind(socket: WebSocket): void {
    const { participants, telling, approvals } = this.#corner;
    if (participants.seatOf(socket).role !== "operator") return;
    for (const body of approvals.pendingEvents) telling.remind(socket, this.#corner.event(body));
  }
}
