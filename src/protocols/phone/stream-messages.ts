/** The parts of media stream messages that all providers share. Unknown fields and events are ignored. */
import * as z from "zod";
import type { PhoneEvent } from "../../core/client-request.ts";
import { fromBase64 } from "../../wire/base64.ts";

export const mediaSchema = z.object({
  event: z.literal("media"),
  media: z.object({
    track: z.string().optional(),
    timestamp: z.coerce.number().nonnegative().optional(),
    payload: z.string(),
  }),
});
export const digitSchema = z.object({
  event: z.literal("dtmf"),
  dtmf: z.object({ digit: z.string().regex(/^[0-9A-D*#]$/) }),
});
export const markSchema = z.object({
  event: z.literal("mark"),
  mark: z.object({ name: z.string() }),
});
export const stopSchema = z.object({ event: z.literal("stop") });

type SharedMessage =
  | z.output<typeof mediaSchema>
  | z.output<typeof digitSchema>
  | z.output<typeof markSchema>
  | z.output<typeof stopSchema>;

export function toPhoneEvent(message: SharedMessage): PhoneEvent | undefined {
  switch (message.event) {
    case "media":
      return toMediaEvent(message.media);
    case "mark":
      return { kind: "mark", name: message.mark.name };
    case "dtmf":
      return { kind: "digit", digit: message.dtmf.digit };
    case "stop":
      return { kind: "stop" };
  }
}

/** Only the inbound track: the outbound one is the agent's own voice. */
function toMediaEvent({
  track,
  timestamp,
  payload,
}: z.output<typeof mediaSchema>["media"]): PhoneEvent | undefined {
  if (track !== undefined && !track.startsWith("inbound")) return undefined;
  const audio = fromBase64(payload);
  return audio?.byteLength ? { kind: "media", audio, timestampMs: timestamp } : undefined;
}
