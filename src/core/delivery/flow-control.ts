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
import { bytesOf, withoutSound, type Frame } from "./outbound-frame.ts";

interface Sent {
  readonly seq: number;
  readonly bytes: number;
  /** In ms. */
  readonly at: number;
}

export interface Flow {
  readonly unacked: readonly Sent[];
  readonly waiting: readonly Frame[];
  /** Sound that was left out and not told yet, in ms. */
  readonly skippedMs: number;
}

export const idleFlow: Flow = { unacked: [], waiting: [], skippedMs: 0 };

export const flowRules = {
  windowBytes: 256 * 1024,
  stallMs: 2_000,
  closeMs: 10_000,
  waitingBytes: 512 * 1024,
};

/** What is to be sent: a frame, or how much sound is missing before the next. */
export type Output =
  | { readonly frame: Frame }
  | { readonly skippedMs: number; readonly seq: number };

export type FlowStep = readonly [Flow, readonly Output[]];

/** Whether the client has read nothing for so long that it is to be closed. */
export const isLost = (flow: Flow, now: number): boolean => ageOf(flow, now) > flowRules.closeMs;

/** A frame for the client. */
export function offer(flow: Flow, frame: Frame, now: number): FlowStep {
  const before = frame.cuts ? withoutSound(flow.waiting) : flow.waiting;
  return pump(bounded({ ...flow, waiting: [...before, frame] }), now);
}

/** Everything up to `seq` has arrived. */
export function acked(flow: Flow, seq: number, now: number): FlowStep {
  return pump({ ...flow, unacked: flow.unacked.filter((sent) => sent.seq > seq) }, now);
}

function pump(flow: Flow, now: number): FlowStep {
  const stalled = ageOf(flow, now) > flowRules.stallMs;
  const unacked = [...flow.unacked];
  let { skippedMs } = flow;
  let bytes = bytesOf(unacked);
  let next = 0;
  const out: Output[] = [];
  for (const frame of flow.waiting) {
    const sound = frame.soundMs > 0;
    if (sound && !stalled && bytes > 0 && bytes + frame.bytes > flowRules.windowBytes) break;
    next++;
    if (sound && stalled) {
      skippedMs += frame.soundMs;
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
function bounded(flow: Flow): Flow {
  let over = bytesOf(flow.waiting) - flowRules.waitingBytes;
  if (over <= 0) return flow;
  let { skippedMs } = flow;
  const waiting = flow.waiting.filter(({ soundMs, bytes }) => {
    if (over <= 0 || soundMs === 0) return true;
    over -= bytes;
    skippedMs += soundMs;
    return false;
  });
  return { ...flow, waiting, skippedMs };
}

const ageOf = ({ unacked: [oldest] }: Flow, now: number): number =>
  oldest === undefined ? 0 : now - oldest.at;
