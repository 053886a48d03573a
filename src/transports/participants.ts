/** Those who are in a conversation: hibernating sockets, each with a seat that outlives the object's memory. */
import type { Event } from "../wire/adk.ts";
import { clip, sendable } from "../wire/close.ts";
import { adkDemo } from "./adk-demo.ts";
import type { Door } from "./door.ts";

const doors = { "adk-demo": adkDemo } as const satisfies Record<string, Door>;

export type DoorName = keyof typeof doors;

/** All that is needed to know a participant again after the object slept (at most 16 KiB). */
export interface Seat {
  readonly id: string;
  readonly door: DoorName;
  readonly app: string;
  readonly proactivity: boolean;
  readonly affectiveDialog: boolean;
  /** An operator may also approve calls that wait for a person. */
  readonly role: "speaker" | "operator";
}

export const doorOf = ({ door }: Pick<Seat, "door">): Door => doors[door];

const mostParticipants = 100;

export class Participants {
  readonly #state: DurableObjectState;

  constructor(state: DurableObjectState) {
    this.#state = state;
  }

  /** Takes a socket in. Hibernating: it stays open while the object sleeps. */
  welcome(socket: WebSocket, seat: Seat): void {
    this.#state.acceptWebSocket(socket);
    socket.serializeAttachment(seat);
  }

  seatOf(socket: WebSocket): Seat {
    return socket.deserializeAttachment() as Seat;
  }

  /** Anybody's seat: what one client asked for at the start holds for the conversation. */
  anySeat(): Seat | undefined {
    const [socket] = this.#open();
    return socket && this.seatOf(socket);
  }

  /** Whether anybody is left, not counting a socket that is just leaving. */
  anyoneBut(leaving: WebSocket): boolean {
    return this.#open().some((socket) => socket !== leaving);
  }

  /** Whether no more may come: each costs memory and a write for every frame. */
  full(): boolean {
    return this.#open().length >= mostParticipants;
  }

  /** Tells everyone. Each door's frame is written once, so all hear the same bytes. */
  broadcast(event: Event): void {
    const frames = new Map<Door, string>();
    for (const socket of this.#open()) {
      const door = doorOf(this.seatOf(socket));
      const frame = frames.get(door) ?? door.write(event);
      frames.set(door, frame);
      send(socket, frame);
    }
  }

  tell(socket: WebSocket, event: Event): void {
    send(socket, doorOf(this.seatOf(socket)).write(event));
  }

  /** Everybody must go. */
  dismiss(code: number, reason: string): void {
    for (const socket of this.#open()) socket.close(code, clip(reason));
  }

  /** A hibernating socket gets no automatic answer to its close: without this one the client hangs. */
  farewell(socket: WebSocket, code: number): void {
    try {
      socket.close(sendable(code));
    } catch {
      // It is gone already.
    }
  }

  #open(): WebSocket[] {
    return this.#state.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN);
  }
}

/** In bytes: about a minute of audio as JSON. */
const mostUnread = 4 * 1024 * 1024;

/** A socket that breaks while it is written to is reported by its own close; the others must still hear. */
function send(socket: WebSocket, frame: string): void {
  try {
    // Where the runtime tells it: what a reader that has stopped leaves in memory is everybody's.
    if ((socket.bufferedAmount ?? 0) > mostUnread)
      return socket.close(1013, "You read too slowly.");
    socket.send(frame);
  } catch {
    // Its close event follows.
  }
}
