/**
 * Clients of the Live API whose handle or ticket must be looked up before they may enter: what they say meanwhile is
 * held, and whoever turns out to belong to another conversation is carried there.
 */
import type { Identity } from "../access/identity.ts";
import { checkFrameSize, maxFrameBytes, frameBytes } from "../access/rate-limit.ts";
import type { Config } from "../config.ts";
import { isClientError, type ClientError } from "../core/errors.ts";
import { knock } from "../protocols/admission.ts";
import type { Guest, Participants, Seat } from "./connections.ts";
import type { Dossier } from "./session-store.ts";
import { entryOf } from "./resume-target.ts";
import { couldNotEnter, lost, tooEarly } from "./live-errors.ts";
import { Relays } from "./object-proxy.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Desk {
  readonly env: Env;
  readonly settings: () => Pick<Config, "auth">;
  readonly dossier: Dossier;
  readonly participants: Participants;
  /** They may enter, with this setup. */
  settle(setup: Fields, socket: WebSocket, guest: Guest): void;
  refuse(socket: WebSocket, problem: ClientError): void;
  /** A frame of theirs, as if it came just now. */
  receive(socket: WebSocket, frame: string | ArrayBuffer): void;
}

/** To look up a handle or a ticket takes less time than so many frames. */
const mostHeld = 500;
/** Of all that one client says meanwhile. */
const mostHeldBytes = 4 * maxFrameBytes;

interface Held {
  readonly frames: (string | ArrayBuffer)[];
  bytes: number;
}

export class Entering {
  readonly #desk: Desk;
  readonly #relays: Relays;
  /** What clients said while they were judged. */
  readonly #held = new Map<string, Held>();

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#relays = new Relays(desk.participants);
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  begin(
    setup: Fields,
    socket: WebSocket,
    who: { readonly id: string; readonly guest: Guest },
  ): void {
    this.#held.set(who.id, { frames: [], bytes: 0 });
    void this.#judge(setup, socket, who.guest).finally(() => this.#catchUp(who.id, socket));
  }

  /** Whether a frame is not to be read here now. */
  diverts(frame: string | ArrayBuffer, socket: WebSocket, seat: Seat): boolean {
    const held = this.#held.get(seat.id);
    if (!held) return this.#relays.carry(socket, seat, frame);
    const no = tooMuch(held, frame);
    if (no) {
      held.frames.length = 0;
      this.#desk.refuse(socket, no);
    } else {
      held.frames.push(frame);
      held.bytes += frameBytes(frame);
    }
    return true;
  }

  leave(id: string): void {
    this.#relays.close(id, 1000);
  }

  /** By handle and ticket, which takes a moment. */
  async #judge(fields: Fields, socket: WebSocket, guest: Guest): Promise<void> {
    const desk = this.#desk;
    const { env, dossier, settings } = desk;
    const { identity, exists } = dossier;
    try {
      const here = { env, guard: settings().auth, identity, exists };
      const entry = await entryOf(fields, guest, here);
      if (this.#hasLeft(socket)) return;
      if (isClientError(entry)) return desk.refuse(socket, entry);
      if (!entry.elsewhere) return desk.settle(entry.setup, socket, guest);
      const there = await this.#knock(entry.elsewhere, desk.participants.seatOf(socket), guest);
      if (there && this.#hasLeft(socket)) return unused(there);
      if (!there) return desk.refuse(socket, lost());
      this.#relays.open(socket, there);
      there.send(JSON.stringify({ setup: entry.setup }));
    } catch (error) {
      couldNotEnter(error);
      if (!this.#hasLeft(socket)) desk.refuse(socket, lost());
    }
  }

  /** A client that closes while it is judged does not enter any more. */
  #hasLeft(socket: WebSocket): boolean {
    return socket.readyState !== WebSocket.OPEN || !!this.#desk.participants.seatOf(socket).left;
  }

  /** @returns the socket of another conversation. */
  async #knock(
    conversation: Identity,
    { role, granted, proactivity, affectiveDialog }: Seat,
    { bound, named, hearing }: Guest,
  ): Promise<WebSocket | null> {
    // What their ticket says was done here.
    const guest = { bound, named, hearing, functions: [], astray: false };
    const request = new Request("https://conversation/", { headers: { Upgrade: "websocket" } });
    const { app } = conversation;
    const wishes = { role, granted, proactivity, affectiveDialog };
    const entry = { conversation, seat: { door: "live" as const, app, ...wishes, guest } };
    return (await knock(this.#desk.env, request, entry)).webSocket;
  }

  #catchUp(id: string, socket: WebSocket): void {
    const { frames } = this.#held.get(id) ?? { frames: [] };
    this.#held.delete(id);
    for (const frame of frames) this.#desk.receive(socket, frame);
  }
}

/** A way that nobody goes. */
function unused(there: WebSocket): void {
  there.accept();
  there.close(1000, "The client has gone.");
}

/** Why a frame is not held: none is dropped in silence. */
function tooMuch({ frames, bytes }: Held, frame: string | ArrayBuffer): ClientError | undefined {
  const full = frames.length >= mostHeld || bytes + frameBytes(frame) > mostHeldBytes;
  return checkFrameSize(frame) ?? (full ? tooEarly() : undefined);
}
