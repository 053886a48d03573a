/** Builds events: their ids and times, errors, and typed text. */
import { noActions, type Event, type EventBody } from "../../wire/adk.ts";
import type { ClientError } from "../errors.ts";

interface EventStamp {
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

/** An error, published by the server itself and by no agent. */
export const errorEvent = ({
  code,
  message,
}: Pick<ClientError, "code" | "message">): EventBody => ({
  author: "parley",
  errorCode: code,
  errorMessage: message,
});

/** Whether an event is a tool's message to the people: content of the role "user" by an agent, other than results. */
export const isToolMessage = ({ author, content }: EventBody): boolean =>
  author !== "user" &&
  content?.role === "user" &&
  content.parts?.some(({ functionResponse }) => functionResponse === undefined) === true;

/** Whether an event completes a turn. The end of a thinking model's filler does not: the answer is still to come. */
export const endsTurn = ({ turnComplete, interactionStatus }: EventBody): boolean =>
  turnComplete === true && interactionStatus !== "IN_PROGRESS";

/** ADK: the code and the text of the events that seal an aborted turn. */
const abortedCode = "INVOCATION_ABORTED";
export const abortMessage = "Invocation was aborted by client.";

/** Whether an event tells that the client that asked for a turn aborted it. The log keeps it, as ADK's does. */
export const isAbort = ({ errorCode }: Pick<Event, "errorCode">): boolean =>
  errorCode === abortedCode;

/** The event of an aborted turn: a response to an open call, or without content. */
export const aborted = (body: EventBody): EventBody => ({
  ...body,
  errorCode: abortedCode,
  errorMessage: abortMessage,
});

/** Text that a participant typed. */
export const typedTextEvent = (text: string): EventBody => ({
  author: "user",
  content: { role: "user", parts: [{ text }] },
});
