/** Those who are in a conversation: hibernating sockets, each with a seat that outlives the object's memory. */
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import { receivesAudio } from "../core/policy/permissions.ts";
import { clipCloseReason, sendableCloseCode } from "../wire/close-code.ts";
import { ping, pong, type Participant, type ResumePoint, type Role } from "../wire/parley-v1.ts";
import { adkDemo } from "../protocols/adk-demo/codec.ts";
import { adkLive } from "../protocols/adk-server/live-codec.ts";
import type { Door } from "../protocols/protocol.ts";
import { live } from "../protocols/live-api/codec.ts";
import type { Hearing } from "../protocols/live-api/encoder.ts";
import { native } from "../protocols/parley-v1/codec.ts";
import { CountedOutlet, PacedOutlet, push, type Outlet } from "../protocols/send-queue.ts";
import { phone } from "../protocols/twilio/codec.ts";
import { PhoneOutlet } from "../protocols/twilio/send-queue.ts";
import { run } from "../protocols/adk-server/run-codec.ts";
import { sse } from "../protocols/sse/codec.ts";

const doors = {
  "adk-demo": adkDemo,
  "adk-live": adkLive,
  native,
  run,
  live,
  sse,
  phone,
} as const satisfies Record<string, Door>;

export type DoorName = keyof typeof doors;

/** Those where what is told has a place, is for one client alone, or is no event. */
const otherwise: readonly DoorName[] = ["native", "run", "live", "sse"];

/** Those where nothing is counted, and nothing told again. */
export const plainDoors = (Object.keys(doors) as DoorName[]).filter(
  (door) => !otherwise.includes(door),
);

/** What is known of a client of the Live API. */
export interface Guest {
  /** The agent was named, by address or token: the client's setup is laid over it. */
  readonly named: boolean;
  /** What their token binds them to. */
  readonly bound: Partial<Record<"app" | "user" | "session", string>>;
  /** Neither address nor token name a conversation: their handle may. */
  readonly astray: boolean;
  /** The ticket they came with, and when it expires, in ms. */
  readonly ticket?: { readonly id: string; readonly until: number } | undefined;
  /** They want to be able to come back. */
  readonly resumable?: boolean;
  readonly hearing: Hearing;
  /** Names of the functions that they declared, and answer. */
  readonly functions: readonly string[];
  /** What they say first is of the past: to be told, or known already. */
  readonly seeding?: "tell" | "skip" | undefined;
  /** They were told that their session is set up: nothing is told before. */
  readonly greeted?: boolean;
}

/** All that is needed to know a participant again after the object slept (at most 16 KiB). */
export interface Seat extends Omit<Participant, "muted"> {
  readonly muted?: Participant["muted"] | undefined;
  readonly door: DoorName;
  readonly app: string;
  readonly proactivity: boolean;
  readonly affectiveDialog: boolean;
  /** They want the words, and no sound. */
  readonly silent?: true;
  /** The place they come back to, at the door that has such. */
  readonly after?: string | undefined;
  /** They are told when somebody speaks, at a door where one asks for that. */
  readonly marks?: true;
  /** What is spoken is to be kept. */
  readonly saves?: true;
  /** Words that more words will follow before they are said. */
  readonly draft?: string | undefined;
  /** What they may be at most: by their token, or by asking where nobody needs one. */
  readonly granted: Role;
  /** Where the conversation was when they came; undefined once they said hello, and at doors without one. */
  readonly arrived?: ResumePoint | undefined;
  /** At the Live door. */
  readonly guest?: Guest | undefined;
  /** They are in another conversation, and this object carries their frames. */
  readonly relayed?: true;
  /** At the telephone's door: what Twilio calls the stream, once it started. */
  readonly stream?: string;
  /** They are gone, whatever their socket still says. */
  readonly left?: true;
}

export const doorOf = ({ door }: Pick<Seat, "door">): Door => doors[door];

/** What others are told of somebody. */
export const participantOf = ({ id, role, muted }: Seat): Participant => ({
  id,
  role,
  ...(muted && { muted }),
});

const mostParticipants = 100;

export class Participants {
  readonly #state: DurableObjectState;
  readonly #outlets = new Map<string, Outlet>();
  /** Read once a wake, not once a frame. */
  readonly #seats = new WeakMap<WebSocket, Seat>();

  constructor(state: DurableObjectState) {
    this.#state = state;
    // Answered while the object sleeps too: a ping wakes nobody.
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair(ping, pong));
  }

  /**
   * Takes a socket in. Hibernating: it stays open while the object sleeps.
   * @throws Error when the seat is too large; then nobody came.
   */
  welcome(socket: WebSocket, seat: Seat): void {
    // First: a socket that is in without a seat would be in everybody's way.
    this.#seat(socket, seat);
    this.#state.acceptWebSocket(socket);
  }

  seatOf(socket: WebSocket): Seat {
    const known = this.#seats.get(socket);
    if (known) return known;
    const seat = socket.deserializeAttachment() as Seat;
    this.#seats.set(socket, seat);
    return seat;
  }

  /** @returns the seat as it is from here on. */
  reseat(socket: WebSocket, change: Partial<Seat>): Seat {
    return this.#seat(socket, { ...this.seatOf(socket), ...change });
  }

  /** Anybody's seat: what one client asked for at the start holds for the conversation. */
  anySeat(): Seat | undefined {
    const [socket] = this.open();
    return socket && this.seatOf(socket);
  }

  /** Whether anybody is left, not counting a socket that is just leaving. */
  anyoneBut(leaving: WebSocket): boolean {
    return this.open().some((socket) => socket !== leaving);
  }

  /** Whether no more may come: each costs memory and a write for every frame. */
  full(): boolean {
    return this.open().length >= mostParticipants;
  }

  /** Those who came in, and have not left. */
  open(): WebSocket[] {
    return this.#state
      .getWebSockets()
      .filter((socket) => socket.readyState === WebSocket.OPEN && !this.seatOf(socket).left);
  }

  /** Whether anybody wants what is spoken to be kept. */
  get saving(): boolean {
    return this.open().some((socket) => this.seatOf(socket).saves);
  }

  /** Those who are in the talk: they said hello, or their door has none. */
  present(): WebSocket[] {
    return this.open().filter((socket) => this.seatOf(socket).arrived === undefined);
  }

  /** Those who came through a door and are in the talk. */
  at(door: DoorName): WebSocket[] {
    return this.present().filter((socket) => this.seatOf(socket).door === door);
  }

  find(id: string): WebSocket | undefined {
    return this.open().find((socket) => this.seatOf(socket).id === id);
  }

  /** Frames for one client. @returns false when it takes in nothing any more. */
  send(socket: WebSocket, frames: readonly OutboundFrame[]): boolean {
    const seat = this.seatOf(socket);
    const outlet = this.#outletOf(socket, seat);
    const unheard = seat.silent || !receivesAudio(seat);
    return frames.every(
      (frame) =>
        (frame.audioMs > 0 && unheard) ||
        (frame.isVoiceActivity && !seat.marks) ||
        outlet.send(frame),
    );
  }

  /** At once, whatever else waits. */
  push(socket: WebSocket, data: string | Uint8Array): void {
    push(socket, data);
  }

  acked(socket: WebSocket, seq: number): void {
    this.#outlets.get(this.seatOf(socket).id)?.acked(seq);
  }

  marked(socket: WebSocket, name: string): void {
    this.#outlets.get(this.seatOf(socket).id)?.marked?.(name);
  }

  /** How much of the newest answer somebody heard, in ms, where their line tells it. */
  heardMs(socket: WebSocket): number | undefined {
    return this.#outlets.get(this.seatOf(socket).id)?.heardMs;
  }

  /** What waited for somebody is not for them any more. */
  forget(socket: WebSocket): void {
    const { id } = this.seatOf(socket);
    this.#outlets.get(id)?.close();
    this.#outlets.delete(id);
  }

  /** Those who said that they live, and have been silent since before `then` (ms). */
  silentSince(then: number): WebSocket[] {
    return this.open().filter((socket) => {
      const at = this.#state.getWebSocketAutoResponseTimestamp(socket)?.getTime();
      return at !== undefined && at < then;
    });
  }

  dismiss(socket: WebSocket, code: number, reason: string): void {
    this.forget(socket);
    socket.close(code, clipCloseReason(reason));
  }

  /** A hibernating socket gets no automatic answer to its close: without this one the client hangs. */
  farewell(socket: WebSocket, code: number): void {
    try {
      socket.close(sendableCloseCode(code));
    } catch {
      // It is gone already.
    }
  }

  #seat(socket: WebSocket, seat: Seat): Seat {
    socket.serializeAttachment(seat);
    this.#seats.set(socket, seat);
    return seat;
  }

  #outletOf(socket: WebSocket, seat: Seat): Outlet {
    const known = this.#outlets.get(seat.id);
    if (known) return known;
    const outlet = newOutlet(socket, seat);
    this.#outlets.set(seat.id, outlet);
    return outlet;
  }
}

function newOutlet(socket: WebSocket, { door, stream }: Seat): Outlet {
  if (door === "native") return new CountedOutlet(socket);
  return door === "phone" ? new PhoneOutlet(socket, stream ?? "") : new PacedOutlet(socket);
}
