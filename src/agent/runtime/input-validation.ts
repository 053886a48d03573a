/** Rejects input that would make the Live API close the session of all clients. */
import type { ModelInput } from "../../core/client-request.ts";
import { clientError, type ClientError } from "../../core/errors.ts";

/** @param manualActivity the agent's voice activity detection is disabled: clients mark the activity themselves. */
export function validateInput(
  { type }: ModelInput,
  manualActivity: boolean,
): ClientError | undefined {
  if ((type === "activityStart" || type === "activityEnd") && !manualActivity)
    return clientError(
      "BAD_FRAME",
      "The frame was ignored: this agent detects speech by itself. Activity marks are for agents whose detection is off. The conversation goes on.",
    );
  if (type === "audioStreamEnd" && manualActivity)
    return clientError(
      "BAD_FRAME",
      "The frame was ignored: this agent's detection of speech is off. Send activity_end instead. The conversation goes on.",
    );
  return undefined;
}
