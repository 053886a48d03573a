/** What a conversation says to somebody whose wish it does not grant. */
import { clientError, type ClientError } from "../core/errors.ts";

export const undecidable = (): ClientError =>
  clientError(
    "BAD_FRAME",
    "The frame was ignored: nothing waits for approval under this id. It was decided already, or was given up. The conversation goes on.",
  );

export const nothingWaits = (id: string): ClientError =>
  clientError(
    "NOT_FOUND",
    `No long-running call with the id ${JSON.stringify(id.slice(0, 64))} was made here, so its answer was not taken. The conversation goes on.`,
  );

/** At the Live door, in the words of the service. */
export const setupFirst = (): ClientError =>
  clientError("BAD_FRAME", "Request contains an invalid argument: the first message is setup.");

/** ADK's sample says its first words, and no more. */
export const nobodyFollows = (): ClientError =>
  clientError(
    "NOT_FOUND",
    "Session not found: nobody follows this conversation by server-sent events, so there is nowhere to answer. Open /events first.",
  );

export const floorTaken = (): ClientError =>
  clientError(
    "FLOOR_TAKEN",
    "Somebody else is speaking, so your microphone is not heard right now. Speak when they are done.",
  );

export const tooSlow = (): ClientError =>
  clientError(
    "SLOW_CONSUMER",
    "You did not take in what was sent to you for ten seconds. Come back when your line is better.",
  );

export const toolsMissing = (toolset: string): ClientError =>
  clientError(
    "TOOLSET_UNAVAILABLE",
    `The tools of ${toolset} cannot be reached right now. The conversation goes on without them.`,
  );
