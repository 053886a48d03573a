/**
 * The upstream link, as a value.
 *
 *            join, say               setupComplete            goAway
 *   parked ────────────► dialling ──────────────────► live ──────────► leaving
 *     ▲                   ▲    │                      │  │             │   │
 *     │   the time is up  │    │ lost                 │  │ lost        │   │ a pause, or the time is up:
 *     │                   │    ▼                      │  ▼             │   │ hang up, then dial
 *     │                  waiting ◄───────────────────────┴─────────────┘   │
 *     │                   ▲    │ lost too often, or what no retry helps    │
 *     │                   │    ▼                      │                    │
 *     │                   │  ended ──► dialling, at the first word after a pause
 *     │                   └────────────────────────────────────────────────┘
 *     └── nobody listens, or nothing stirs
 *
 * `step` is the only way it changes. It does no I/O and reads no clock: what must happen comes back
 * as effects, in order, for the Durable Object to carry out. `due` says when it next needs the clock.
 */
import { noBustle, saying, speaking } from "./session-activity.ts";
import { hold, nothingHeld } from "./pending-queue.ts";
import { dial, forget, hangUpAnd, lose, stay } from "./fsm-connect.ts";
import { deadlines, during } from "./fsm-open.ts";
import {
  noTrouble,
  parked,
  parkedWith,
  type Again,
  type At,
  type Between,
  type Dialling,
  type Happening,
  type InSession,
  type Link,
  type Of,
  type Row,
  type Rules,
  type Step,
  type Waiting,
} from "./fsm-types.ts";
import { entered, newLedger, type Ledger } from "./retransmit-buffer.ts";
import type { Saying } from "./encoding.ts";
import { problem, type Problem } from "../errors.ts";
import { lossOf } from "./close-reasons.ts";
import { utteranceOf } from "./utterance-buffer.ts";

export function step(link: Link, happening: Happening, now: number, rules: Rules): Step {
  const cell = table[link.at][happening.type] as (...of: unknown[]) => Step;
  return cell(link, happening, now, rules);
}

/** Noticed now, and told to the session once there is one. */
const spoken = (link: Exclude<Link, InSession>, { on }: Of<"speech">): Step => [
  { ...link, speech: on },
  [],
];

const fresh = { trouble: noTrouble, held: nothingHeld, again: undefined, leaveAt: undefined };

const table: { readonly [S in Link["at"]]: Row<S> } = {
  parked: {
    join: (link, _, now, rules) => dial({ ...fresh, ...link }, now, rules),
    "left alone": stay,
    say: (link, { saying }, now, rules) => dialToSay(link, saying, now, rules),
    speech: spoken,
    working: stay,
    opened: stay,
    heard: stay,
    dropped: stay,
    renew: forget,
    end: forget,
    clock: stay,
  },
  dialling: {
    join: (link) => [{ ...link, leaveAt: undefined }, []],
    "left alone": lingering,
    say: holding,
    speech: spoken,
    working: stay,
    opened: (link) => [link, [{ do: "greet", handle: link.handle }]],
    heard: whileDialling,
    dropped: (link, { reason, fallback }, now, rules) =>
      fallback ? startOver(link, now, rules) : lose(link, lossOf(reason), now, rules),
    renew: (link, _, now, rules) => hangUpAnd(startOver(link, now, rules)),
    end: (link) => hangUpAnd(forget({ ...parked, handle: link.handle })),
    clock: (link, _, now, rules) => {
      if (isOver(link, now)) return hangUpAnd([parkedWith(link.handle, link.owed), []]);
      return now >= link.by
        ? hangUpAnd(lose(link, lossOf("no answer in time"), now, rules))
        : stay(link);
    },
  },
  waiting: {
    join: (link) => [{ ...link, leaveAt: undefined }, []],
    "left alone": lingering,
    say: holding,
    speech: spoken,
    working: stay,
    opened: stay,
    heard: stay,
    dropped: stay,
    renew: (link, _, now, rules) => startOver(link, now, rules),
    end: (link) => forget({ ...parked, handle: link.handle }),
    clock: (link, _, now, rules) => {
      if (isOver(link, now)) return [parkedWith(link.handle, link.owed), []];
      return now >= link.until ? dial(link, now, rules) : stay(link);
    },
  },
  live: during,
  leaving: during,
  ended: {
    join: (link, _, now, rules) =>
      now >= link.until ? dial({ ...fresh, ...link, owed: true }, now, rules) : refuse(link),
    "left alone": stay,
    say: sayingAfterTheEnd,
    speech: spoken,
    working: stay,
    opened: stay,
    heard: stay,
    dropped: stay,
    renew: forget,
    end: ({ handle }) => forget({ ...parked, handle }),
    clock: stay,
  },
};

/** Words still held are owed to the model, even when whoever said them has left. */
const mayLeave = ({ leaveAt, held }: Between): number | undefined =>
  held.sayings.some((saying) => saying.weight === "text") ? undefined : leaveAt;

const isOver = (link: Between, now: number): boolean => {
  const at = mayLeave(link);
  return at !== undefined && now >= at;
};

/** With a session that knows nothing. What is held waits for it. */
const startOver = (link: Between, now: number, rules: Rules): Step => {
  const [next, effects] = dial({ ...link, handle: undefined }, now, rules);
  return [
    next,
    link.handle === undefined ? effects : [{ do: "keep", handle: undefined }, ...effects],
  ];
};

function dialToSay(link: At<"parked">, saying: Saying, now: number, rules: Rules): Step {
  const held = hold(nothingHeld, saying, rules.heldBytes);
  return held
    ? dial({ ...fresh, ...link, held }, now, rules)
    : [link, [{ do: "refuse", problem: tooMuch() }]];
}

function holding(link: Dialling | Waiting, { saying }: Of<"say">, _: number, rules: Rules): Step {
  const held = hold(link.held, saying, rules.heldBytes);
  return held ? [{ ...link, held }, []] : [link, [{ do: "refuse", problem: tooMuch() }]];
}

const tooMuch = (): Problem =>
  problem(
    "HELD_TOO_MUCH",
    "The model is not connected yet and no more can be held for it. What was held before is kept; this message was not: send it again when the conversation goes on.",
  );

function whileDialling(link: Dialling, { message }: Of<"heard">, now: number, rules: Rules): Step {
  if (message.setupComplete) return begin(link, now, rules);
  return message.error
    ? hangUpAnd(lose(link, lossOf(message.error.message ?? ""), now, rules))
    : stay(link);
}

/** The session is there: it is told what it does not know, and then what was held. */
function begin(
  { handle, owed, trouble, held, again, speech, ...link }: Dialling,
  now: number,
  rules: Rules,
): Step {
  const resumed = handle !== undefined;
  const utterance = utteranceOf(held, rules.utteranceBytes);
  const repeats = resumed ? again : undefined;
  const sayings = repeats ? inOrder(repeats, held.sayings) : held.sayings;
  const quiet = sayings.reduce((bustle, each) => saying(bustle, each, now), noBustle(now));
  return [
    {
      at: "live",
      handle,
      trouble,
      since: now,
      leaveAt: link.leaveAt === undefined ? undefined : now + rules.lingerMs,
      bustle: speech || utterance.bytes > 0 ? speaking(quiet, speech, now) : quiet,
      utterance,
      unproven: resumed,
      ledger: rules.transparent ? sayings.reduce(entering(rules), newLedger) : undefined,
      behind: false,
    },
    [
      { do: "recall", resumed, owed: owed && !repeats?.sayings.some(isWords) },
      ...sayings.map((each) => ({ do: "send" as const, saying: each })),
    ],
  ];
}

/** What was sent before comes first, and once. */
const inOrder = ({ sayings, insteadOf }: Again, held: readonly Saying[]): readonly Saying[] => [
  ...sayings,
  ...held.filter((saying) => !insteadOf.includes(saying)),
];

const entering =
  ({ ledgerBytes }: Rules) =>
  (ledger: Ledger, saying: Saying): Ledger =>
    entered(ledger, saying, ledgerBytes);

const isWords = ({ weight }: Saying): boolean => weight === "text";

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
    return dialToSay({ ...parkedWith(link.handle, true), speech: link.speech }, saying, now, rules);
  return words ? refuse(link) : stay(link);
}

const refuse = (link: At<"ended">): Step => [link, [{ do: "refuse", problem: link.why }]];

function lingering(
  link: Dialling | Waiting,
  _: Of<"left alone">,
  now: number,
  { lingerMs }: Rules,
): Step {
  return [{ ...link, leaveAt: now + lingerMs }, []];
}

/** When the clock must be told to the link, in ms; undefined when it waits for nothing. */
export function due(link: Link, rules: Rules): number | undefined {
  const times = deadlinesOf(link, rules).filter((at) => at !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

function deadlinesOf(link: Link, rules: Rules): readonly (number | undefined)[] {
  switch (link.at) {
    case "dialling":
      return [link.by, mayLeave(link)];
    case "waiting":
      return [link.until, mayLeave(link)];
    case "live":
    case "leaving":
      return deadlines(link, rules);
    default:
      return [];
  }
}
