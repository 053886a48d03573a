/**
 * How much may be under way to one client, which says what has arrived: Workers sockets give no back-pressure.
 *
 *     offer ─► waiting ─► sent, not acknowledged ─► acknowledged
 *                 │         over 256 KiB: sound waits, and what comes behind it
 *                 │         over 2 s:     sound is left out, which is told once something is sent again
 *                 │         over 10 s:    the client is to be closed
 *                 └─ over 512 KiB: the oldest sound is left out
 *
 * Words are never left out, and wait at most for the sound before them.
 */
import { totalBytes, withoutAudio, type OutboundFrame } from "./outbound-frame.ts";

interface SentFrame {
  readonly seq: number;
  readonly bytes: number;
  /** In ms. */
  readonly at: number;
}

export interface FlowState {
  readonly unacked: readonly SentFrame[];
  readonly waiting: readonly OutboundFrame[];
  /** Sound that was left out and not told yet, in ms. */
  readonly skippedMs: number;
}

export const idleFlow: FlowState = { unacked: [], waiting: [], skippedMs: 0 };

export const flowLimits = {
  windowBytes: 256 * 1024,
  stallMs: 2_000,
  timeoutMs: 10_000,
  maxWaitingBytes: 512 * 1024,
};

/** What is to be sent: a frame, or how much sound is missing before the next. */
export type FlowOutput =
  | { readonly frame: OutboundFrame }
  | { readonly skippedMs: number; readonly seq: number };

export type FlowStep = readonly [FlowState, readonly FlowOutput[]];

/** Whether the client has read nothing for so long that it is to be closed. */
export const isTimedOut = (flow: FlowState, now: number): boolean =>
  ageOf(flow, now) > flowLimits.timeoutMs;

/** A frame for the client. */
export function enqueueFrame(flow: FlowState, frame: OutboundFrame, now: number): FlowStep {
  const before = frame.interrupts ? withoutAudio(flow.waiting) : flow.waiting;
  return sendWaiting(dropOldestAudio({ ...flow, waiting: [...before, frame] }), now);
}

/** Everything up to `seq` has arrived. */
export function acknowledgeFrames(flow: FlowState, seq: number, now: number): FlowStep {
  return sendWaiting({ ...flow, unacked: flow.unacked.filter((sent) => sent.seq > seq) }, now);
}

function sendWaiting(flow: FlowState, now: number): FlowStep {
  const stalled = ageOf(flow, now) > flowLimits.stallMs;
  const unacked = [...flow.unacked];
  let { skippedMs } = flow;
  let bytes = totalBytes(unacked);
  let next = 0;
  const out: FlowOutput[] = [];
  for (const frame of flow.waiting) {
    const sound = frame.audioMs > 0;
    if (sound && !stalled && bytes > 0 && bytes + frame.bytes > flowLimits.windowBytes) break;
    next++;
    if (sound && stalled) {
      skippedMs += frame.audioMs;
      continue;
    }
    if (skippedMs > 0) out.push({ skippedMs, seq: frame.seq });
    skippedMs = 0;
    out.push({ frame });
    bytes += frame.bytes;
    unacked.push({ seq: frame.seq, bytes: frame.bytes, at: now });
  }
  return [{ unacked, waiting: flow.waiting.slice(next), skippedMs }, out];
}

/** Sound makes room, the oldest first. */
function dropOldestAudio(flow: FlowState): FlowState {
  let over = totalBytes(flow.waiting) - flowLimits.maxWaitingBytes;
  if (over <= 0) return flow;
  let { skippedMs } = flow;
  const waiting = flow.waiting.filter(({ audioMs, bytes }) => {
    if (over <= 0 || audioMs === 0) return true;
    over -= bytes;
    skippedMs += audioMs;
    return false;
  });
  return { ...flow, waiting, skippedMs };
}

const ageOf = ({ unacked: [oldest] }: FlowState, now: number): number =>
  oldest === undefined ? 0 : now - oldest.at;
