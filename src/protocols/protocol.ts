/** A door: how one kind of client gets in. It reads their frames and writes what is told in their words. */
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import type { ClientError } from "../core/errors.ts";
import type { ClientRequest } from "../core/client-request.ts";
import type { Event } from "../wire/adk.ts";
import type { PresenceChange, Participant } from "../wire/parley-v1.ts";

/** An event that everyone is told. */
export interface TellEvent {
  readonly event: Event;
  /** The participant who said it, where one did. */
  readonly from?: string | undefined;
  /** Clients of the Live API heard it from the model's own message. */
  readonly overheard?: boolean;
  /** Where whoever was told this is by then, in the words of those who follow by server-sent events. */
  readonly place?: string | undefined;
}

export interface Presence {
  readonly change: PresenceChange;
  readonly participant: Participant;
  readonly reason?: string | undefined;
}

export interface Door {
  /** What one frame of a client asks for, or what was wrong with it. */
  read(frame: string | ArrayBuffer): ClientRequest | readonly ClientRequest[] | ClientError;
  /**
   * One event as frames. Called once per event, however many listen.
   * @param next gives each frame its place.
   */
  write(tell: TellEvent, next: () => number): readonly OutboundFrame[];
  /** A problem for one client alone. @param id of the text that was not taken. */
  refuse(problem: ClientError, event: Event, seq: number, id?: string): string | Uint8Array;
}
