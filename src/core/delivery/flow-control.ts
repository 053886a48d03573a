/**
 * Flow control for a client that acknowledges frames: Workers sockets give no back-pressure.
 *
 *     enqueue ─► waiting ─► sent, not acknowledged ─► acknowledged
 *                   │         over 256 KiB: audio waits, and so does what comes after it
 *                   │         over 2 s:     audio is skipped, which is reported with the next frame that is sent
 *                   │         over 10 s:    the connection must be closed
 *                   └─ over 512 KiB: the oldest audio is skipped
 *
 * Other frames are never skipped, and wait at most for the audio before them.
 */
import { dropOldest } from "../../wire/drop-oldest.ts";
import { withoutAudio, type OutboundFrame } from "./outbound-frame.ts";

interface SentFrame {
  readonly seq: number;
  readonly bytes: number;
  /** In ms. */
  readonly at: number;
}

export interface FlowState {
  readonly unacked: readonly SentFrame[];
  readonly unackedBytes: number;
  readonly waiting: readonly OutboundFrame[];
  /** Audio that was skipped and not reported yet, in ms. */
  readonly skippedMs: number;
}

export const idleFlow: FlowState = {
  unacked: [],
  unackedBytes: 0,
  waiting: [],
  skippedMs: 0,
};

export const flowLimits = {
  windowBytes: 256 * 1024,
  stallMs: 2_000,
  timeoutMs: 10_000,
  maxWaitingBytes: 512 * 1024,
};

/** A frame to send, or how much audio is missing before the next one. */
export type FlowOutput =
  | { readonly frame: OutboundFrame }
  | { readonly skippedMs: number; readonly seq: number };

export type FlowStep = readonly [FlowState, readonly FlowOutput[]];

/** Since when the client has read nothing that was sent, in ms; undefined if it has read all. */
export const unreadSince = ({ unacked: [oldest] }: FlowState): number | undefined => oldest?.at;

/** Whether the client has read nothing for so long that its connection must be closed. */
export const isTimedOut = (flow: FlowState, now: number): boolean =>
  ageOf(flow, now) > flowLimits.timeoutMs;

export function enqueueFrame(flow: FlowState, frame: OutboundFrame, now: number): FlowStep {
  if (isSentAtOnce(flow, frame, now)) {
    const { seq, bytes } = frame;
    const unacked = [...flow.unacked, { seq, bytes, at: now }];
    return [{ ...flow, unacked, unackedBytes: flow.unackedBytes + bytes }, [{ frame }]];
  }
  const before = frame.interrupts ? withoutAudio(flow.waiting) : flow.waiting;
  return sendWaiting(dropOldestAudio({ ...flow, waiting: [...before, frame] }), now);
}

/** Most frames: none waits, none was skipped, and the window has room. */
const isSentAtOnce = (flow: FlowState, { audioMs, bytes }: OutboundFrame, now: number): boolean =>
  flow.waiting.length === 0 &&
  flow.skippedMs === 0 &&
  (audioMs === 0 ||
    (ageOf(flow, now) <= flowLimits.stallMs &&
      (flow.unackedBytes === 0 || flow.unackedBytes + bytes <= flowLimits.windowBytes)));

/** The client has everything up to `seq`. */
export function acknowledgeFrames(flow: FlowState, seq: number, now: number): FlowStep {
  const unacked = flow.unacked.filter((sent) => sent.seq > seq);
  return sendWaiting({ ...flow, unacked, unackedBytes: sumBytes(unacked) }, now);
}

function sendWaiting(flow: FlowState, now: number): FlowStep {
  const stalled = ageOf(flow, now) > flowLimits.stallMs;
  const unacked = [...flow.unacked];
  let { skippedMs } = flow;
  let bytes = flow.unackedBytes;
  let next = 0;
  const out: FlowOutput[] = [];
  for (const frame of flow.waiting) {
    const isAudio = frame.audioMs > 0;
    if (isAudio && !stalled && bytes > 0 && bytes + frame.bytes > flowLimits.windowBytes) break;
    next++;
    if (isAudio && stalled) {
      skippedMs += frame.audioMs;
      continue;
    }
    if (skippedMs > 0) out.push({ skippedMs, seq: frame.seq });
    skippedMs = 0;
    out.push({ frame });
    bytes += frame.bytes;
    unacked.push({ seq: frame.seq, bytes: frame.bytes, at: now });
  }
  return [{ unacked, unackedBytes: bytes, waiting: flow.waiting.slice(next), skippedMs }, out];
}

function dropOldestAudio(flow: FlowState): FlowState {
  if (sumBytes(flow.waiting) <= flowLimits.maxWaitingBytes) return flow;
  const { kept, dropped } = dropOldest(
    flow.waiting,
    flowLimits.maxWaitingBytes,
    ({ bytes }) => bytes,
    ({ audioMs }) => audioMs > 0,
  );
  const skippedMs = dropped.reduce((sum, { audioMs }) => sum + audioMs, flow.skippedMs);
  return { ...flow, waiting: kept, skippedMs };
}

const sumBytes = (frames: readonly { readonly bytes: number }[]): number =>
  frames.reduce((sum, { bytes }) => sum + bytes, 0);

const ageOf = ({ unacked: [oldest] }: FlowState, now: number): number =>
  oldest === undefined ? 0 : now - oldest.at;
