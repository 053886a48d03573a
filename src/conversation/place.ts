/** Where a talk takes place: what it needs of the conversation around it. */
import type { Approvals } from "../agent/approvals.ts";
import type { ClientError } from "../core/errors.ts";
import type { EventLog, DeliveryPosition } from "../store/event-log.ts";
import type { AlarmSchedule } from "../store/alarm-schedule.ts";
import type { Endpoint, Fetch } from "../upstream/endpoint.ts";
import type { Event } from "../wire/adk.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import type { Clock } from "./clock.ts";
import type { Dossier } from "./session-store.ts";

export interface Waiting {
  /** Whether somebody will tell what was said before the conversation. */
  readonly seeds: boolean;
  /** A session with the model is ready. */
  ready(): void;
  /** There is no session for now, and one is coming. */
  away(): void;
  /** A session was lost, or not to be had. @param reason the service's own words. */
  lost(reason: string): void;
  /** There is no session, and will be none until somebody asks for one. */
  ended(problem: ClientError): void;
}

/** `Asker` is whoever is told when something is refused. */
export interface Place<Asker> {
  readonly storage: DurableObjectStorage;
  readonly env: object;
  readonly log: EventLog;
  readonly dossier: Dossier;
  readonly approvals: Approvals;
  readonly wakeups: AlarmSchedule;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** Whether the conversation goes on elsewhere, where there is no such problem. */
  moves(problem: ClientError): boolean;
  endpoint(): Endpoint;
  /** @param overheard whether clients of the Live API heard it from the model's own message. */
  broadcast(event: Event, overheard: boolean): void;
  /** A message of the model, for clients of the Live API. @returns whether its events are told by it. */
  overhear(message: ServerMessage, screened: boolean): boolean;
  /** Clients of the Live API, who must know how the session with the model does. */
  readonly guests: Waiting;
  /** Words that somebody typed. */
  typed(event: Event, from: string | undefined): void;
  /** Of an answer that a voice cut: whose, and how much of it they had heard, where that is known. */
  cut(): Pick<Event, "customMetadata">;
  /** Where what is told is by now. */
  mark(): DeliveryPosition;
  /** An event was kept. */
  kept(): void;
  refuse(asker: Asker, problem: ClientError): void;
  /** What they typed does not pass, which everyone was told. */
  blocked(asker: Asker, problem: ClientError): void;
}
