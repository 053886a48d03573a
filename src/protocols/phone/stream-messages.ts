/** The parts of media stream messages that all providers share. Unknown fields and events are ignored. */
import * as z from "zod";
import type { PhoneEvent } from "../../core/client-request.ts";
import { fromBase64 } from "../../wire/base64.ts";
import { lazy } from "../../wire/lazy.ts";

export const mediaSchema = lazy(() =>
  z.object({
    event: z.literal("media"),
    media: z.object({
      track: z.string().optional(),
      timestamp: z.coerce.number().nonnegative().optional(),
      payload: z.string(),
    }),
  }),
);
export const digitSchema = lazy(() =>
  z.object({
    event: z.literal("dtmf"),
    dtmf: z.object({ digit: z.string().regex(/^[0-9A-D*#]$/) }),
  }),
);
export const markSchema = lazy(() =>
  z.object({
    event: z.literal("mark"),
    mark: z.object({ name: z.string() }),
  }),
);
export const stopSchema = lazy(() => z.object({ event: z.literal("stop") }));

type SharedMessage =
  | z.output<ReturnType<typeof mediaSchema>>
  | z.output<ReturnType<typeof digitSchema>>
  | z.output<ReturnType<typeof markSchema>>
  | z.output<ReturnType<typeof stopSchema>>;

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
}: z.output<ReturnType<typeof mediaSchema>>["media"]): PhoneEvent | undefined {
  if (track !== undefined && !track.startsWith("inbound")) return undefined;
  const audio = fromBase64(payload);
  return audio?.byteLength ? { kind: "media", audio, timestampMs: timestamp } : undefined;
}
