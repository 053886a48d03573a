/** The people in a conversation: who they are, what they may do, how they come, go and come back. */
import { clientError, type ClientError } from "../core/errors.ts";
import type { ControlRequest } from "../core/client-request.ts";
import { writeFrame } from "../protocols/parley-v1/codec.ts";
import { participantOf, type Participants, type Seat } from "./connections.ts";
import {
  mayTakeRole,
  parseResumePoint,
  type PresenceChange,
  type ResumePoint,
  type Role,
} from "../wire/parley-v1.ts";
import type { Reunion, Telling } from "./broadcaster.ts";

type Hello = Extract<ControlRequest, { type: "hello" }>;
type Mute = Extract<ControlRequest, { type: "mute" }>;

/** Whoever pings does so every 15 s, a page in the background once a minute. In ms. */
const silentMs = 150_000;
/** Somebody who speaks where they may not is told so this often, not at every frame. In ms. */
const remindMs = 10_000;
const mostTyped = 500;
/** In characters; it is kept with the socket, which takes 16 KiB. */
const longestDraft = 4_000;

export class Room {
  readonly #participants: Participants;
  readonly #telling: Telling;
  readonly #state: () => Record<string, unknown>;
  readonly #said: () => readonly string[];
  readonly #ending: () => void;
  /** Ids that clients gave to what they typed. */
  #typed: Set<string> | undefined;
  #speaking: string | undefined;
  readonly #toldAt = new Map<string, number>();
  /** When each participant's newest answer began to sound, by the server's clock. */
  readonly #playing = new Map<string, number>();

  /**
   * @param state the session's.
   * @param said ids of what was said last.
   * @param ending everybody is about to be sent away.
   */
  constructor(
    participants: Participants,
    telling: Telling,
    state: () => Record<string, unknown>,
    said: () => readonly string[],
    ending: () => void,
  ) {
    this.#ending = ending;
    this.#said = said;
    this.#participants = participants;
    this.#telling = telling;
    this.#state = state;
    // They stayed while the object slept. Nothing was told meanwhile, but places are counted anew.
    for (const socket of participants.at("native")) this.#greetAgain(socket);
    for (const socket of participants.at("sse")) telling.follow(socket, undefined);
  }

  /** A socket was opened. Natives are in once they say hello, clients of the Live API once they are set up, callers once they are known. */
  arrive(socket: WebSocket, seat: Omit<Seat, "arrived">): void {
    if (seat.door === "live" || seat.door === "phone")
      return this.#participants.welcome(socket, { ...seat, arrived: this.#telling.at });
    if (seat.door !== "native") {
      this.#participants.welcome(socket, seat);
      if (seat.door === "sse") this.#telling.follow(socket, seat.after);
      return this.#present("joined", seat);
    }
    this.#telling.count();
    this.#participants.welcome(socket, { ...seat, arrived: this.#telling.at });
  }

  /** A client of the Live API is set up, or a caller is known. */
  entered(socket: WebSocket): void {
    this.#present("joined", this.#participants.seatOf(socket));
  }

  /** @returns what of it was not granted. */
  hello(socket: WebSocket, { after, role }: Hello): ClientError | undefined {
    const before = this.#participants.seatOf(socket);
    const granted = role === undefined || mayTakeRole(before.granted, role);
    const seat = this.#participants.reseat(socket, {
      role: granted ? (role ?? before.role) : before.role,
      arrived: undefined,
    });
    this.#participants.forget(socket);
    this.#greet(
      socket,
      seat,
      this.#telling.reunite(
        after === undefined ? undefined : parseResumePoint(after),
        before.arrived,
      ),
    );
    if (before.arrived) this.#present("joined", seat);
    else if (seat.role !== before.role) this.#present("role", seat);
    return granted ? undefined : notGranted(before.granted);
  }

  /** @returns whose microphone it is about, or what was wrong. */
  mute(by: Seat, { on, who = by.id }: Mute): Seat | ClientError {
    const socket = this.#participants.find(who);
    if (!socket) return nobody();
    const muted = on ? (who === by.id ? "self" : "operator") : undefined;
    const before = this.#participants.seatOf(socket);
    const kept = on && before.muted === "operator" ? before.muted : muted;
    if (before.muted === kept) return before;
    const seat = this.#participants.reseat(socket, { muted: kept });
    this.#present(on ? "muted" : "unmuted", seat);
    return seat;
  }

  /** Whether this is the moment to say again why somebody is not heard. */
  reminds({ id }: Seat): boolean {
    const now = Date.now();
    const due = now - (this.#toldAt.get(id) ?? -Infinity) >= remindMs;
    if (due) this.#toldAt.set(id, now);
    return due;
  }

  /** Whether words under this id have not come before: a client that lost its line says them again. */
  isNew(id: string): boolean {
    const typed = (this.#typed ??= new Set(this.#said()));
    if (typed.has(id)) return false;
    typed.add(id);
    const [oldest] = typed;
    if (typed.size > mostTyped && oldest !== undefined) typed.delete(oldest);
    return true;
  }

  /** Words under this id were not taken: they may be said again. */
  notTaken(id: string): void {
    this.#typed?.delete(id);
  }

  /** Somebody else is heard from here on, or nobody. */
  hears(speaking: string | undefined): void {
    if (speaking === this.#speaking) return;
    this.#change("silent", this.#speaking);
    this.#speaking = speaking;
    this.#change("speaking", speaking);
  }

  /** Words that more words of theirs will follow. @returns why they are not kept. */
  draft(socket: WebSocket, text: string): ClientError | undefined {
    const draft = (this.#participants.seatOf(socket).draft ?? "") + text;
    if (draft.length > longestDraft) return longDraft();
    this.#participants.reseat(socket, { draft });
    return undefined;
  }

  /** What came before the words that are said now; it is a draft no more. */
  drafted(socket: WebSocket): string {
    const { draft = "" } = this.#participants.seatOf(socket);
    if (draft) this.#participants.reseat(socket, { draft: undefined });
    return draft;
  }

  played({ id }: Seat, seq: number, ms: number): void {
    const at = this.#telling.toldAt(seq);
    if (at !== undefined) this.#playing.set(id, at + ms);
  }

  /** How much somebody has heard of the answer that is on, in ms, as far as they or their line told. */
  heardMs({ id }: Pick<Seat, "id">): number | undefined {
    const socket = this.#participants.find(id);
    const marked = socket && this.#participants.heardMs(socket);
    const since = this.#playing.get(id);
    this.#playing.delete(id);
    return (
      marked ?? (since === undefined ? undefined : Math.max(0, Math.round(Date.now() - since)))
    );
  }

  /** Of an answer that somebody's voice cuts: whose, and how much of it they had heard, where that is known. */
  cut(by: string | undefined): { readonly customMetadata?: Record<string, unknown> } {
    const heardMs = by === undefined ? undefined : this.heardMs({ id: by });
    return heardMs === undefined ? {} : { customMetadata: { cutBy: by, heardMs } };
  }

  /** @returns false when they had left already. */
  leave(socket: WebSocket, reason?: string): boolean {
    const seat = this.#participants.seatOf(socket);
    this.#participants.forget(socket);
    if (seat.left) return false;
    this.#participants.reseat(socket, { left: true });
    for (const each of [this.#toldAt, this.#playing]) each.delete(seat.id);
    if (!seat.arrived) this.#present("left", seat, reason);
    return true;
  }

  /** Sends somebody away. @param again whether they may come back at once. */
  dismiss(socket: WebSocket, code: number, message: string, again = false): void {
    const { door } = this.#participants.seatOf(socket);
    const { seq } = this.#telling.at;
    if (door === "native")
      this.#participants.push(socket, writeFrame({ type: "goAway", seq, code, message, again }));
    this.#participants.dismiss(socket, code, message);
  }

  /** Everybody must go. @param again whether they may come back at once. */
  end(code: number, message: string, again = false): void {
    this.#ending();
    for (const socket of this.#participants.open()) this.dismiss(socket, code, message, again);
  }

  /** Sends those away who said that they live, and say so no more. @returns who. */
  sweep(): readonly WebSocket[] {
    const gone = this.#participants.silentSince(Date.now() - silentMs);
    for (const socket of gone) this.dismiss(socket, 1001, "Nothing was heard from you.", true);
    return gone;
  }

  #greetAgain(socket: WebSocket): void {
    this.#telling.count();
    const { seq } = this.#telling.at;
    const nothing = { resumed: true, seq, events: [], more: false, skippedMs: 0, frames: [] };
    this.#greet(socket, this.#participants.seatOf(socket), nothing);
  }

  #greet(socket: WebSocket, { id, role }: Seat, reunion: Reunion): void {
    const { seq, resumed, events, more, skippedMs, frames } = reunion;
    const participants = this.#participants
      .present()
      .map((each) => participantOf(this.#participants.seatOf(each)));
    const { epoch } = this.#telling.at satisfies ResumePoint;
    const hello = { epoch, seq, you: id, role, participants, state: this.#state() };
    this.#participants.push(
      socket,
      writeFrame({ type: "hello", ...hello, resumed, events, ...(more && { more: true }) }),
    );
    const ms = Math.round(skippedMs);
    if (ms > 0) this.#participants.push(socket, writeFrame({ type: "skipped", seq, ms }));
    this.#participants.send(socket, frames);
  }

  #change(change: PresenceChange, id: string | undefined): void {
    const socket = id === undefined ? undefined : this.#participants.find(id);
    if (socket) this.#present(change, this.#participants.seatOf(socket));
  }

  #present(change: PresenceChange, seat: Seat, reason?: string): void {
    this.#telling.presence({ change, participant: participantOf(seat), reason });
  }
}

const notGranted = (granted: Role): ClientError =>
  clientError(
    "NOT_ALLOWED",
    `You may be ${granted}, or less. A higher role needs a token that grants it. You are here with the role you had.`,
  );

const longDraft = (): ClientError =>
  clientError(
    "BAD_FRAME",
    `The frame was ignored: partial content has more than ${longestDraft} characters by now. What came before it is kept; send the rest without "partial". The conversation goes on.`,
  );

const nobody = (): ClientError =>
  clientError(
    "NOT_FOUND",
    "Nobody here has this id, so nobody was muted. The conversation goes on.",
  );
