/** How a link is dialled, and what becomes of one that was lost: dialled again, after a while, or ended. */
import type { PendingQueue } from "./pending-queue.ts";
import type {
  Retransmission,
  StateOf,
  ConnectingState,
  UpstreamState,
  UpstreamRules,
  UpstreamStep,
  FailureCounts,
  BackoffState,
} from "./fsm-types.ts";
import type { ClientError } from "../errors.ts";
import { upstreamUnreachable, type UpstreamFailure } from "./close-reasons.ts";

interface Attempt {
  readonly speech: boolean;
  readonly unanswered: boolean;
  readonly handle: string | undefined;
  readonly failures: FailureCounts;
  readonly pending: PendingQueue;
  readonly retransmission: Retransmission | undefined;
  readonly parkAt: number | undefined;
}

export const unchanged = (link: UpstreamState): UpstreamStep => [link, []];

export const closeSocketThen = ([link, effects]: UpstreamStep): UpstreamStep => [
  link,
  [{ type: "hang up" }, ...effects],
];

/** The session is not to be resumed. */
export const forgetHandle = (link: UpstreamState): UpstreamStep => [
  { ...link, handle: undefined },
  link.handle === undefined ? [] : [{ type: "keep", handle: undefined }],
];

export const startConnecting = (
  { handle, unanswered, speech, failures, pending, retransmission, parkAt }: Attempt,
  now: number,
  { connectTimeoutMs }: UpstreamRules,
): UpstreamStep => {
  const link: ConnectingState = {
    state: "dialling",
    handle,
    unanswered,
    speech,
    failures,
    pending,
    retransmission,
    parkAt,
    deadline: now + connectTimeoutMs,
  };
  return [link, [{ type: "dial" }]];
};

export function backOff(
  { handle, unanswered, speech, failures, pending, retransmission, parkAt }: Attempt,
  until: number,
): UpstreamStep {
  const link: BackoffState = {
    state: "waiting",
    handle,
    unanswered,
    speech,
    failures,
    pending,
    retransmission,
    parkAt,
    retryAt: until,
  };
  return [link, []];
}

/** A dial failed, or a session was lost. */
export function onConnectionLost(
  attempt: Attempt,
  loss: UpstreamFailure,
  now: number,
  rules: UpstreamRules,
): UpstreamStep {
  const { handle, failures } = attempt;
  if (handle !== undefined && loss.cause === "handle")
    return restartWithoutHandle(attempt, now, rules);
  if (handle !== undefined && loss.cause === "conflict")
    return retryAfterConflict(attempt, now, rules);
  if (!loss.retryable) return giveUp(loss.error, attempt, now, rules);
  if (failures.retries >= rules.maxRetries)
    return giveUp(upstreamUnreachable(), attempt, now, rules);
  const again = { ...attempt, failures: { ...failures, retries: failures.retries + 1 } };
  const [link, effects] = backOff(again, now + backoffDelayMs(failures.retries, rules));
  // Once is a blip, which nobody needs to know of.
  return failures.retries === 1
    ? [link, [{ type: "tell", error: loss.error }, ...effects]]
    : [link, effects];
}

/** The service does not know the handle: a session that knows nothing, at once. */
function restartWithoutHandle(attempt: Attempt, now: number, rules: UpstreamRules): UpstreamStep {
  const [link, effects] = startConnecting({ ...attempt, handle: undefined }, now, rules);
  return [link, [{ type: "keep", handle: undefined }, ...effects]];
}

/** The service believes the old socket open. That passes, mostly, and costs no try. */
function retryAfterConflict(attempt: Attempt, now: number, rules: UpstreamRules): UpstreamStep {
  const conflicts = attempt.failures.conflicts + 1;
  if (conflicts > rules.maxConflicts) return restartWithoutHandle(attempt, now, rules);
  return backOff(
    { ...attempt, failures: { ...attempt.failures, conflicts } },
    now + rules.conflictDelayMs,
  );
}

const backoffDelayMs = (
  tries: number,
  { backoffMs: [first, longest], jitter }: UpstreamRules,
): number => Math.min(longest, first * 2 ** tries) * (0.8 + 0.4 * jitter);

function giveUp(
  why: ClientError,
  { handle, pending, speech }: Attempt,
  now: number,
  { cooldownMs }: UpstreamRules,
): UpstreamStep {
  const link: StateOf<"ended"> = {
    state: "ended",
    error: why,
    retryAt: now + cooldownMs,
    handle,
    speech,
    parkAt: undefined,
  };
  return [link, [{ type: "tell", error: withUnsentCount(why, pending) }]];
}

/** Words that were held and never reached the model are reported, not forgotten. */
function withUnsentCount(why: ClientError, { messages }: PendingQueue): ClientError {
  const words = messages.filter((saying) => saying.kind === "text").length;
  if (words === 0) return why;
  const lost = words === 1 ? "One typed message" : `${words} typed messages`;
  return { ...why, message: `${why.message} ${lost} did not reach the model: send again.` };
}
