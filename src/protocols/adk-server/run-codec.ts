/**
 * The inner door of /run and /run_sse: the Worker asks for one turn in one frame, and is told its events, each as it is
 * to be written; then the socket is closed.
 */
import { z } from "zod";
import { isClientError, type ClientError } from "../../core/errors.ts";
import type { ClientRequest, InputPart } from "../../core/client-request.ts";
import { partShape, readParts } from "./content-parts.ts";
import type { Protocol } from "../protocol.ts";
import { PacedSendQueue } from "../send-queue.ts";
import { bad, readState } from "../validators.ts";

export const adkRun: Protocol = {
  decode: (frame) => (typeof frame === "string" ? read(frame) : bad("it is not text")),
  // Each who asks is told in their own words, by conversation/runs.ts.
  encode: () => [],
  encodeError: (_, event) => JSON.stringify(event),
  createSendQueue: (socket) => new PacedSendQueue(socket),
};

/** What the Worker sends: of ADK's RunAgentRequest, what concerns the conversation. */
export const runShape = z.object({
  parts: z.array(partShape),
  delta: z.record(z.string(), z.json()).optional(),
  streaming: z.boolean(),
  metadata: z.record(z.string(), z.json()).optional(),
});

function read(frame: string): ClientRequest | ClientError {
  const { data } = runShape.safeParse(JSON.parse(frame));
  if (!data) return bad("it is no message of this server's own");
  const { parts, delta, ...wishes } = data;
  const state = delta && readState(delta);
  if (state && isClientError(state)) return state;
  const pieces = readParts(parts);
  if (isClientError(pieces)) return pieces;
  const all = [...(state ? [state as InputPart] : []), ...pieces];
  if (all.length === 0) return bad("the message has no parts that say anything");
  if (pieces.length > 0 && pieces.every(({ type }) => type === "image"))
    return bad("there are only pictures in it; the model answers to words beside them");
  return { type: "run", parts: all, ...wishes };
}
