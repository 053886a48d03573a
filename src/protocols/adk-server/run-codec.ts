/**
 * The codec between the Worker's `/run` and `/run_sse` routes and the conversation: one frame starts a run, and each event of
 * the run comes back as a frame. The conversation then closes the socket.
 */
import * as z from "zod";
import { isClientError, type ClientError } from "../../core/errors.ts";
import type { ClientRequest, InputPart } from "../../core/client-request.ts";
import { limits } from "../../core/policy/limits.ts";
import { parseParts, partSchema } from "./content-parts.ts";
import type { Protocol } from "../protocol.ts";
import { PacedSendQueue } from "../send-queue.ts";
import { invalidFrame, listOf, parseJson, parseStateDelta } from "../validators.ts";
import { lazy } from "../../wire/lazy.ts";

export const adkRun: Protocol = {
  decode: (frame) =>
    typeof frame === "string" ? decodeText(frame) : invalidFrame("it is not text"),
  // A run's events go to its own client only: see conversation/run-executor.ts.
  encode: () => [],
  encodeError: (_, event) => JSON.stringify(event),
  createSendQueue: (socket) => new PacedSendQueue(socket),
};

/** The fields of ADK's RunAgentRequest that the conversation needs. */
const runFrameSchema = lazy(() =>
  z.object({
    parts: listOf(partSchema(), limits.messageParts.value),
    delta: z.record(z.string(), z.json()).optional(),
    streaming: z.boolean(),
    metadata: z.record(z.string(), z.json()).optional(),
  }),
);

export type RunFrame = z.input<ReturnType<typeof runFrameSchema>>;

function decodeText(frame: string): ClientRequest | ClientError {
  const { data } = runFrameSchema().safeParse(parseJson(frame));
  if (!data) return invalidFrame("it is no message of this server's own");
  const { parts, delta, ...options } = data;
  const state = delta && parseStateDelta(delta);
  if (state && isClientError(state)) return state;
  const inputs = parseParts(parts);
  if (isClientError(inputs)) return inputs;
  const all = [...(state ? [state as InputPart] : []), ...inputs];
  if (all.length === 0) return invalidFrame("the message has no parts that say anything");
  if (inputs.length > 0 && inputs.every(({ type }) => type === "image"))
    return invalidFrame("there are only pictures in it; the model answers to text beside them");
  return { type: "run", parts: all, ...options };
}
