/** How much one client may send: the size of a frame and their number per second. */
import { clientError, type ClientError } from "../core/errors.ts";

export const maxFrameBytes = 1024 * 1024;
export const maxFramesPerSecond = 100;
/** A client that was quiet may catch up with this many frames at once. */
const burstFrames = 200;

/** A token bucket; `tokens` as they were at `at` ms. */
export interface RateLimitBucket {
  readonly tokens: number;
  readonly at: number;
  /** When the client was last told that it sends too much. */
  readonly toldAt: number;
}

/** `tell`: dropped, and this is the moment to say so. */
export type RateDecision = "pass" | "drop" | "tell";

export const fullBucket = (now: number): RateLimitBucket => ({
  tokens: burstFrames,
  at: now,
  toldAt: -Infinity,
});

/**
 * Spends what one frame costs. ADK's own page sends 125 binary frames of 8 ms a second, so audio of
 * 10 ms or less counts half. Large frames count once for every 10 KiB, so a client cannot send more
 * than about 1 MiB a second either. Without enough left the frame is dropped, and once a second that is told.
 */
export function spendTokens(
  { tokens, at, toldAt }: RateLimitBucket,
  frame: string | ArrayBuffer,
  now: number,
): readonly [RateLimitBucket, RateDecision] {
  const left = Math.min(burstFrames, tokens + ((now - at) / 1000) * maxFramesPerSecond);
  const cost = costOf(frame);
  if (left >= cost) return [{ tokens: left - cost, at: now, toldAt }, "pass"];
  if (now - toldAt < 1000) return [{ tokens: left, at: now, toldAt }, "drop"];
  return [{ tokens: left, at: now, toldAt: now }, "tell"];
}

function costOf(frame: string | ArrayBuffer): number {
  if (typeof frame === "string") return Math.max(1, frame.length / bytesPerToken);
  const least = frame.byteLength <= shortAudioBytes ? 0.5 : 1;
  return Math.max(least, frame.byteLength / bytesPerToken);
}

const bytesPerToken = 10 * 1024;

/** 10 ms at 16 kHz. */
const shortAudioBytes = 320;

/** A frame over 1 MiB, as a problem. */
export function checkFrameSize(frame: string | ArrayBuffer): ClientError | undefined {
  const bytes = frameBytes(frame);
  return bytes > maxFrameBytes
    ? clientError(
        "FRAME_TOO_BIG",
        `The frame was ignored: it has ${bytes} bytes, and at most ${maxFrameBytes} are taken. The conversation goes on.`,
      )
    : undefined;
}

/** In bytes: of a text that is short, about. */
export const frameBytes = (frame: string | ArrayBuffer): number =>
  typeof frame === "string" ? utf8Length(frame) : frame.byteLength;

/** Counted only where it can matter: a character has at most three bytes for each UTF-16 unit. */
const utf8Length = (text: string): number =>
  text.length * 3 <= maxFrameBytes ? text.length : new TextEncoder().encode(text).byteLength;

export const tooManyFrames = (): ClientError =>
  clientError(
    "TOO_MANY_FRAMES",
    `Frames were dropped: more than ${maxFramesPerSecond} came in a second. Send audio in pieces of 20 to 100 ms. The conversation goes on.`,
  );
