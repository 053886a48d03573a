/** The audio in an event. */
import type { Event } from "../../wire/adk.ts";
import { durationMs, parsePcmRate, speakerSampleRate } from "../../wire/pcm.ts";

type Part = NonNullable<NonNullable<Event["content"]>["parts"]>[number];

/** How long the audio of an event lasts, in ms. */
export const audioDurationMs = (event: Event): number =>
  (event.content?.parts ?? []).reduce((sum, part) => sum + partDurationMs(part), 0);

/** The audio of an event at 24 kHz, as base64, and the event without it; undefined when nothing else is in it. */
export function splitAudio(event: Event): {
  readonly sounds: readonly string[];
  readonly rest: Event | undefined;
} {
  const parts = event.content?.parts ?? [];
  const sounds = parts.flatMap((part) => (isAudioPart(part) ? [part.inlineData?.data ?? ""] : []));
  if (sounds.length === 0) return { sounds, rest: event };
  const others = parts.filter((part) => !isAudioPart(part));
  const rest =
    others.length > 0 ? { ...event, content: { ...event.content, parts: others } } : undefined;
  return { sounds, rest };
}

/** Audio that waits for delivery is void. */
export const isInterruption = ({ interrupted }: Event): boolean => interrupted === true;

const isAudioPart = ({ inlineData }: Part): boolean =>
  Boolean(inlineData?.data) && rateOf(inlineData?.mimeType) === speakerSampleRate;

function partDurationMs({ inlineData }: Part): number {
  const rate = rateOf(inlineData?.mimeType);
  return rate === undefined ? 0 : durationMs((inlineData?.data?.length ?? 0) * 0.75, rate);
}

const rateOf = (mimeType: string | undefined): number | undefined =>
  mimeType?.startsWith("audio/pcm;") ? parsePcmRate(mimeType) : undefined;
