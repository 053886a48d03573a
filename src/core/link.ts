/**
 * The upstream link, as a value.
 *
 *              join, say                  setupComplete
 *     parked ──────────────► dialling ──────────────────► live
 *       ▲ ▲                   │  ▲                         │ │
 *       │ └── nobody listens ─┤  └──── dropped, once ──────┘ │
 *       │     (after linger)  │                              │ nobody listens
 *       └─────────────────────┼──────────────────────────────┘ (after linger)
 *                             ▼ refused, or dropped again
 *                           ended ──► dialling, at the first join or word after a pause
 *
 * `step` is the only way it changes. It does no I/O and reads no clock: what must happen comes back
 * as effects, in order, for the Durable Object to carry out. `due` says when it next needs the clock.
 */
import type { ServerMessage } from "../wire/live.ts";
import { hold, nothingHeld, type Held } from "./held.ts";
import type { Saying } from "./outgoing.ts";
import { problem, type Problem } from "./problem.ts";
import { lossOf, unreachable, type Loss } from "./refusal.ts";

interface Common {
  /** When to park, in ms, if nobody comes back; undefined while somebody listens. */
  readonly leaveAt: number | undefined;
}

export type Link =
  | ({ readonly at: "parked" } & Common)
  | ({
      readonly at: "dialling";
      readonly tries: number;
      readonly by: number;
      readonly held: Held;
    } & Common)
  | ({ readonly at: "live"; readonly tries: number; readonly since: number } & Common)
  | ({ readonly at: "ended"; readonly why: Problem; readonly until: number } & Common);

export type Happening =
  /** Somebody came, or came back. */
  | { readonly type: "join" }
  /** The last one left. */
  | { readonly type: "left alone" }
  | { readonly type: "say"; readonly saying: Saying }
  /** The upgrade was accepted; the setup may be sent. */
  | { readonly type: "opened" }
  | { readonly type: "heard"; readonly message: ServerMessage }
  /** The socket closed, broke, or never opened; with the service's own words. */
  /** `fallback`: there is another model to try, which costs no redial. */
  | { readonly type: "dropped"; readonly reason: string; readonly fallback?: boolean }
  /** Another agent goes on: it needs a session of its own. */
  | { readonly type: "renew" }
  | { readonly type: "clock" };

export type Effect =
  | { readonly do: "dial" }
  | { readonly do: "greet" }
  /** Tell a session that is ready what was said before it. */
  | { readonly do: "recall" }
  | { readonly do: "send"; readonly saying: Saying }
  | { readonly do: "hang up" }
  /** The answer under way will not be finished: close its transcript, tell everyone it was cut. */
  | { readonly do: "cut" }
  /** Everyone must know. */
  | { readonly do: "tell"; readonly problem: Problem }
  /** Whoever asked must know. */
  | { readonly do: "refuse"; readonly problem: Problem };

export interface Rules {
  /** From dialling to setupComplete, in ms. */
  readonly dialMs: number;
  /** How long a link is kept open with nobody there, in ms: a page that reloads finds it as it was. */
  readonly lingerMs: number;
  /** How often in a row it is dialled again after a loss. */
  readonly redials: number;
  /** How long a link must live, in ms, before earlier losses are forgiven. */
  readonly steadyMs: number;
  /** After the end, no new dial for this long, in ms: a client that reconnects for ever costs nothing. */
  readonly restMs: number;
  /** How much is held while dialling, in bytes. */
  readonly heldBytes: number;
}

export const rules: Rules = {
  dialMs: 10_000,
  lingerMs: 5_000,
  redials: 1,
  steadyMs: 10_000,
  restMs: 10_000,
  heldBytes: 4 * 1024 * 1024,
};

export type Step = readonly [Link, readonly Effect[]];

type At<S extends Link["at"]> = Extract<Link, { at: S }>;
type Of<T extends Happening["type"]> = Extract<Happening, { type: T }>;

/** Every state answers every happening: a missing cell does not compile. */
type Table = {
  readonly [S in Link["at"]]: {
    readonly [T in Happening["type"]]: (
      link: At<S>,
      happening: Of<T>,
      now: number,
      rules: Rules,
    ) => Step;
  };
};

export const parked: Link = { at: "parked", leaveAt: undefined };

export function step(link: Link, happening: Happening, now: number, rules: Rules): Step {
  const cell = table[link.at][happening.type] as (...of: unknown[]) => Step;
  return cell(link, happening, now, rules);
}

/** When the clock must be told to the link, in ms; undefined when it waits for nothing. */
export function due(link: Link): number | undefined {
  const deadlines = [
    link.at === "dialling" ? link.by : undefined,
    mayPark(link) ? link.leaveAt : undefined,
  ].filter((at) => at !== undefined);
  return deadlines.length > 0 ? Math.min(...deadlines) : undefined;
}

/** Words still held are owed to the model, even when whoever said them has left. */
const mayPark = (link: Link): boolean =>
  link.at === "live" ||
  (link.at === "dialling" && !link.held.sayings.some((saying) => saying.weight === "text"));

const isOver = (link: At<"dialling"> | At<"live">, now: number): boolean =>
  link.leaveAt !== undefined && now >= link.leaveAt && mayPark(link);

const stay = (link: Link): Step => [link, []];

const table: Table = {
  parked: {
    join: (_, __, now, rules) => dial(now, rules, {}),
    "left alone": stay,
    say: (_, { saying }, now, rules) => dialToSay(saying, now, rules),
    opened: stay,
    heard: stay,
    dropped: stay,
    renew: stay,
    clock: stay,
  },
  dialling: {
    join: (link) => [{ ...link, leaveAt: undefined }, []],
    "left alone": lingering,
    say: holding,
    opened: (link) => [link, [{ do: "greet" }]],
    heard: whileDialling,
    dropped: (link, { reason, fallback }, now, rules) =>
      fallback ? dial(now, rules, link) : lose(link, lossOf(reason), now, rules),
    renew: (link, _, now, rules) => renew(link, now, rules),
    clock: (link, _, now, rules) => {
      if (isOver(link, now)) return park();
      return now >= link.by
        ? hangUpAnd(lose(link, lossOf("no answer in time"), now, rules))
        : stay(link);
    },
  },
  live: {
    join: (link) => [{ ...link, leaveAt: undefined }, []],
    "left alone": lingering,
    say: (link, { saying }) => [link, [{ do: "send", saying }]],
    opened: stay,
    heard: (link, { message }, now, rules) =>
      message.error ? hangUpAnd(drop(link, message.error.message ?? "", now, rules)) : stay(link),
    dropped: (link, { reason }, now, rules) => drop(link, reason, now, rules),
    renew: (link, _, now, rules) => renew({ ...link, held: nothingHeld }, now, rules),
    clock: (link, _, now) => (isOver(link, now) ? park() : stay(link)),
  },
  ended: {
    join: (link, _, now, rules) => (now >= link.until ? dial(now, rules, {}) : refuse(link)),
    "left alone": stay,
    say: sayingAfterTheEnd,
    opened: stay,
    heard: stay,
    dropped: stay,
    renew: stay,
    clock: stay,
  },
};

function dial(
  now: number,
  { dialMs }: Rules,
  {
    tries = 0,
    held = nothingHeld,
    leaveAt,
  }: { tries?: number; held?: Held; leaveAt?: number | undefined },
): Step {
  return [{ at: "dialling", tries, held, by: now + dialMs, leaveAt }, [{ do: "dial" }]];
}

/** Close the old, then open the new: never both. What is held waits for the new one. */
const renew = (
  link: Pick<At<"dialling">, "tries" | "held" | "leaveAt">,
  now: number,
  rules: Rules,
): Step => hangUpAnd(dial(now, rules, link));

function dialToSay(saying: Saying, now: number, rules: Rules): Step {
  const held = hold(nothingHeld, saying, rules.heldBytes);
  return held ? dial(now, rules, { held }) : [parked, [{ do: "refuse", problem: tooMuch() }]];
}

function holding(link: At<"dialling">, { saying }: Of<"say">, _: number, rules: Rules): Step {
  const held = hold(link.held, saying, rules.heldBytes);
  return held ? [{ ...link, held }, []] : [link, [{ do: "refuse", problem: tooMuch() }]];
}

const tooMuch = (): Problem =>
  problem(
    "HELD_TOO_MUCH",
    "The model is not connected yet and no more can be held for it. What was held before is kept; this message was not: send it again when the conversation goes on.",
  );

function whileDialling(
  link: At<"dialling">,
  { message }: Of<"heard">,
  now: number,
  rules: Rules,
): Step {
  if (message.setupComplete) {
    const { tries, held } = link;
    const leaveAt = link.leaveAt === undefined ? undefined : now + rules.lingerMs;
    return [
      { at: "live", tries, since: now, leaveAt },
      [{ do: "recall" }, ...held.sayings.map((saying) => ({ do: "send" as const, saying }))],
    ];
  }
  return message.error
    ? hangUpAnd(lose(link, lossOf(message.error.message ?? ""), now, rules))
    : stay(link);
}

/** A link that was up is gone: what was being said is cut, then one more call. */
function drop(link: At<"live">, reason: string, now: number, rules: Rules): Step {
  const tries = now - link.since >= rules.steadyMs ? 0 : link.tries;
  const loss = lossOf(reason);
  const [next, effects] = lose({ ...link, tries, held: nothingHeld }, loss, now, rules);
  const told = next.at === "ended" ? [] : [{ do: "tell" as const, problem: loss.problem }];
  return [next, [{ do: "cut" }, ...told, ...effects]];
}

function lose(
  { tries, held, leaveAt }: Pick<At<"dialling">, "tries" | "held" | "leaveAt">,
  loss: Loss,
  now: number,
  rules: Rules,
): Step {
  if (loss.retry && tries < rules.redials)
    return dial(now, rules, { tries: tries + 1, held, leaveAt });
  const why = loss.retry ? unreachable() : loss.problem;
  return [
    { at: "ended", why, until: now + rules.restMs, leaveAt: undefined },
    [{ do: "tell", problem: unsaid(why, held) }],
  ];
}

/** Words that were held and never reached the model are reported, not forgotten. */
function unsaid(why: Problem, { sayings }: Held): Problem {
  const words = sayings.filter((saying) => saying.weight === "text").length;
  if (words === 0) return why;
  const lost = words === 1 ? "One typed message" : `${words} typed messages`;
  return { ...why, message: `${why.message} ${lost} did not reach the model: send again.` };
}

/**
 * An open microphone goes on by itself: its frames are dropped without a word for each, and dial again
 * only where a retry may help. Typed words always get an answer.
 */
function sayingAfterTheEnd(
  link: At<"ended">,
  { saying }: Of<"say">,
  now: number,
  rules: Rules,
): Step {
  const words = saying.weight === "text";
  if (now >= link.until && (words || link.why.action === "retry"))
    return dialToSay(saying, now, rules);
  return words ? refuse(link) : stay(link);
}

const refuse = (link: At<"ended">): Step => [link, [{ do: "refuse", problem: link.why }]];

function lingering(
  link: At<"dialling"> | At<"live">,
  _: Of<"left alone">,
  now: number,
  { lingerMs }: Rules,
): Step {
  return [{ ...link, leaveAt: now + lingerMs }, []];
}

/** An answer nobody waits for any more is closed first, so that its words are kept and end there. */
const park = (): Step => [parked, [{ do: "cut" }, { do: "hang up" }]];

const hangUpAnd = ([link, effects]: Step): Step => [link, [{ do: "hang up" }, ...effects]];
