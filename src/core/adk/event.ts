/** Gives events their ids and times, and problems their place among the events. */
import { noActions, type Event, type EventBody } from "../../wire/adk.ts";
import type { Problem } from "../errors.ts";

export interface Stamp {
  /** Unique. */
  readonly id: string;
  readonly invocationId: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The event of a body. ADK's timestamps are seconds. */
export const stamped = (body: EventBody, { id, invocationId, now }: Stamp): Event => ({
  ...body,
  invocationId,
  actions: body.actions ?? noActions,
  id,
  timestamp: now / 1000,
});

/** A problem, told by the server itself and by no agent. */
export const problemEvent = ({ code, message }: Pick<Problem, "code" | "message">): EventBody => ({
  author: "parley",
  errorCode: code,
  errorMessage: message,
});

/** What a person typed. */
export const typed = (text: string): EventBody => ({
  author: "user",
  content: { role: "user", parts: [{ text }] },
});
