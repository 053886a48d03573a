/** A door: how one kind of client gets in. It reads their frames and writes events in their words. */
import type { Problem } from "../core/problem.ts";
import type { ClientRequest } from "../core/request.ts";
import type { Event } from "../wire/adk.ts";

export interface Door {
  /** One frame of a client, or what was wrong with it. */
  read(frame: string | ArrayBuffer): ClientRequest | Problem;
  /** One event as a frame. Called once per event, however many listen. */
  write(event: Event): string;
}
