/** How a link is dialled, and what becomes of one that was lost: dialled again, after a while, or ended. */
import type { Held } from "./pending-queue.ts";
import type { Again, At, Dialling, Link, Rules, Step, Trouble, Waiting } from "./fsm-types.ts";
import type { Problem } from "../errors.ts";
import { unreachable, type Loss } from "./close-reasons.ts";

interface Attempt {
  readonly speech: boolean;
  readonly owed: boolean;
  readonly handle: string | undefined;
  readonly trouble: Trouble;
  readonly held: Held;
  readonly again: Again | undefined;
  readonly leaveAt: number | undefined;
}

export const stay = (link: Link): Step => [link, []];

export const hangUpAnd = ([link, effects]: Step): Step => [link, [{ do: "hang up" }, ...effects]];

/** The session is not to be resumed. */
export const forget = (link: Link): Step => [
  { ...link, handle: undefined },
  link.handle === undefined ? [] : [{ do: "keep", handle: undefined }],
];

export const dial = (
  { handle, owed, speech, trouble, held, again, leaveAt }: Attempt,
  now: number,
  { dialMs }: Rules,
): Step => {
  const link: Dialling = {
    at: "dialling",
    handle,
    owed,
    speech,
    trouble,
    held,
    again,
    leaveAt,
    by: now + dialMs,
  };
  return [link, [{ do: "dial" }]];
};

export function wait(
  { handle, owed, speech, trouble, held, again, leaveAt }: Attempt,
  until: number,
): Step {
  const link: Waiting = {
    at: "waiting",
    handle,
    owed,
    speech,
    trouble,
    held,
    again,
    leaveAt,
    until,
  };
  return [link, []];
}

/** A dial failed, or a session was lost. */
export function lose(attempt: Attempt, loss: Loss, now: number, rules: Rules): Step {
  const { handle, trouble } = attempt;
  if (handle !== undefined && loss.cause === "handle") return unknown(attempt, now, rules);
  if (handle !== undefined && loss.cause === "conflict") return conflict(attempt, now, rules);
  if (!loss.retry) return end(loss.problem, attempt, now, rules);
  if (trouble.tries >= rules.redials) return end(unreachable(), attempt, now, rules);
  const again = { ...attempt, trouble: { ...trouble, tries: trouble.tries + 1 } };
  const [link, effects] = wait(again, now + backoff(trouble.tries, rules));
  // Once is a blip, which nobody needs to know of.
  return trouble.tries === 1
    ? [link, [{ do: "tell", problem: loss.problem }, ...effects]]
    : [link, effects];
}

/** The service does not know the handle: a session that knows nothing, at once. */
function unknown(attempt: Attempt, now: number, rules: Rules): Step {
  const [link, effects] = dial({ ...attempt, handle: undefined }, now, rules);
  return [link, [{ do: "keep", handle: undefined }, ...effects]];
}

/** The service believes the old socket open. That passes, mostly, and costs no try. */
function conflict(attempt: Attempt, now: number, rules: Rules): Step {
  const conflicts = attempt.trouble.conflicts + 1;
  if (conflicts > rules.conflicts) return unknown(attempt, now, rules);
  return wait({ ...attempt, trouble: { ...attempt.trouble, conflicts } }, now + rules.conflictMs);
}

const backoff = (tries: number, { backoffMs: [first, longest], chance }: Rules): number =>
  Math.min(longest, first * 2 ** tries) * (0.8 + 0.4 * chance);

function end(
  why: Problem,
  { handle, held, speech }: Attempt,
  now: number,
  { restMs }: Rules,
): Step {
  const link: At<"ended"> = {
    at: "ended",
    why,
    until: now + restMs,
    handle,
    speech,
    leaveAt: undefined,
  };
  return [link, [{ do: "tell", problem: unsaid(why, held) }]];
}

/** Words that were held and never reached the model are reported, not forgotten. */
function unsaid(why: Problem, { sayings }: Held): Problem {
  const words = sayings.filter((saying) => saying.weight === "text").length;
  if (words === 0) return why;
  const lost = words === 1 ? "One typed message" : `${words} typed messages`;
  return { ...why, message: `${why.message} ${lost} did not reach the model: send again.` };
}
