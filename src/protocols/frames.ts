/** Outbound frames of the protocols that do not number theirs. */
import { audioDurationMs, isInterruption } from "../core/adk/event-audio.ts";
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import type { Event } from "../wire/adk.ts";

export const unnumberedFrame = (
  data: string | Uint8Array,
  { audioMs = 0, interrupts = false }: Partial<Pick<OutboundFrame, "audioMs" | "interrupts">> = {},
): OutboundFrame => ({ seq: 0, data, bytes: data.length, audioMs, interrupts });

/** A whole ADK event as JSON. */
export const eventFrame = (event: Event): OutboundFrame =>
  unnumberedFrame(JSON.stringify(event), {
    audioMs: audioDurationMs(event),
    interrupts: isInterruption(event),
  });
