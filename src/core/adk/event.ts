/** Gives events their ids and times, and problems their place among the events. */
import { noActions, type Event, type EventBody } from "../../wire/adk.ts";
import type { ClientError } from "../errors.ts";

export interface EventStamp {
  /** Unique. */
  readonly id: string;
  readonly invocationId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The event of a body. ADK's timestamps are seconds. */
export const stampEvent = (body: EventBody, { id, invocationId, now }: EventStamp): Event => ({
  ...body,
  invocationId,
  actions: body.actions ?? noActions,
  id,
  timestamp: now / 1000,
});

/** A problem, told by the server itself and by no agent. */
export const errorEvent = ({
  code,
  message,
}: Pick<ClientError, "code" | "message">): EventBody => ({
  author: "parley",
  errorCode: code,
  errorMessage: message,
});

/** What a person typed. */
export const typedTextEvent = (text: string): EventBody => ({
  author: "user",
  content: { role: "user", parts: [{ text }] },
});
