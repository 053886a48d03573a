/** Rejects input that would make the Live API close the session of all clients. */
import type { ModelInput } from "../../core/client-request.ts";
import { clientError, type ClientError } from "../../core/errors.ts";

/** Which marks of their streams an agent's clients may send. */
interface AcceptedMarks {
  /** The beginning and the end of an activity: the service's voice activity detection is off. */
  readonly marks: boolean;
  /** The end of the audio: the service or the relay detects speech. */
  readonly streamEnd: boolean;
}

export function validateInput(
  { type }: ModelInput,
  { marks, streamEnd }: AcceptedMarks,
): ClientError | undefined {
  if ((type === "activityStart" || type === "activityEnd") && !marks)
    return clientError(
      "BAD_FRAME",
      "The frame was ignored: this agent detects speech by itself. Activity marks are for agents whose detection is off. The conversation goes on.",
    );
  if (type === "audioStreamEnd" && !streamEnd)
    return clientError(
      "BAD_FRAME",
      "The frame was ignored: this agent's detection of speech is off. Send activity_end instead. The conversation goes on.",
    );
  return undefined;
}
