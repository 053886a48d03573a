/** A link in session: everything flows; when the service says goodbye, or goes deaf, the line is changed. */
import { closesAt, hearing, isOutput, isPause, saying, speaking } from "./session-activity.ts";
import { nothingHeld } from "./pending-queue.ts";
import { dial, forget, hangUpAnd, lose, wait } from "./fsm-connect.ts";
import { consumed, entered, recalled, unconsumed } from "./retransmit-buffer.ts";
import {
  noTrouble,
  parked,
  parkedWith,
  type Again,
  type Effect,
  type InSession,
  type Leaving,
  type Live,
  type Of,
  type Row,
  type Rules,
  type Step,
} from "./fsm-types.ts";
import { lossOf, type Loss } from "./close-reasons.ts";
import { add, begin, understood } from "./utterance-buffer.ts";

type Session = Live | Leaving;

/** What live and leaving links do at each happening. */
export const during: Row<"live"> & Row<"leaving"> = {
  join: (link: Session) => [{ ...link, leaveAt: undefined }, []],
  "left alone": (link: Session, _: unknown, now: number, { lingerMs }: Rules) => [
    { ...link, leaveAt: now + lingerMs },
    [],
  ],
  say,
  speech: (link: Session, { on }: Of<"speech">, now: number) => [
    {
      ...link,
      bustle: speaking(link.bustle, on, now),
      utterance: on ? begin(link.utterance) : link.utterance,
    },
    [],
  ],
  working: (link: Session, { on }: Of<"working">, now: number) => [
    { ...link, bustle: { ...link.bustle, working: on, stirredAt: now } },
    [],
  ],
  opened: (link: Session) => [link, []],
  heard,
  dropped: (link: Session, { reason }: Of<"dropped">, now: number, rules: Rules) =>
    drop(link, lossOf(reason), now, rules),
  renew: (link: Session, _: unknown, now: number, rules: Rules) => {
    const { trouble, leaveAt } = link;
    const [next, effects] = dial(
      {
        handle: undefined,
        owed: true,
        ...spoken(link),
        trouble,
        leaveAt,
        held: nothingHeld,
        again: undefined,
      },
      now,
      rules,
    );
    return hangUpAnd([next, [...forgetting(link), ...effects]]);
  },
  end: (link: Session) => {
    const [next, effects] = forget({ ...parked, handle: link.handle });
    return [next, [closing(link), { do: "hang up" }, ...effects]];
  },
  clock,
};

/** When a link in session next needs the clock. */
export function deadlines(link: Session, rules: Rules): readonly (number | undefined)[] {
  const { bustle, leaveAt } = link;
  return [
    leaveAt,
    link.at === "leaving" ? link.by : undefined,
    bustle.working ? undefined : bustle.stirredAt + rules.parkMs,
    deafAt(link, rules),
  ];
}

function say(
  link: Session,
  { saying: said, recalled: ahead }: Of<"say">,
  now: number,
  rules: Rules,
): Step {
  const { bustle, utterance, ledger } = link;
  const keeps =
    said.weight === "audio" && (bustle.speechSince !== undefined || utterance.bytes > 0);
  return [
    {
      ...link,
      bustle: saying(bustle, said, now),
      utterance: keeps ? add(utterance, said, rules.utteranceBytes) : utterance,
      ledger: ledger && (ahead ? recalled : entered)(ledger, said, rules.ledgerBytes),
    },
    [{ do: "send", saying: said }],
  ];
}

function heard(link: Session, { message }: Of<"heard">, now: number, rules: Rules): Step {
  if (message.error) return hangUpAnd(drop(link, lossOf(message.error.message ?? ""), now, rules));
  const { newHandle, resumable, lastConsumedClientMessageIndex } =
    message.sessionResumptionUpdate ?? {};
  const renewed = resumable === true && Boolean(newHandle);
  const handle = renewed ? newHandle : link.handle;
  const bustle = hearing(link.bustle, message, now);
  const proven = !link.unproven || isOutput(message);
  const next: Session = {
    ...link,
    handle,
    bustle,
    unproven: !proven,
    ledger:
      link.ledger && renewed ? consumed(link.ledger, lastConsumedClientMessageIndex) : link.ledger,
    behind: message.sessionResumptionUpdate ? !renewed : link.behind,
    trouble: bustle !== link.bustle && proven ? { ...link.trouble, deaf: 0 } : link.trouble,
    utterance: hears(message)
      ? understood(link.utterance, bustle.speechSince !== undefined)
      : link.utterance,
  };
  const kept: Effect[] = handle === link.handle ? [] : [{ do: "keep", handle }];
  const closes = closesAt(message, now);
  const going: Session =
    closes === undefined ? next : { ...next, at: "leaving", by: closes - rules.marginMs };
  const [after, effects] = leaveIfQuiet(going, now, rules);
  return [after, [...kept, ...effects]];
}

/** The model has understood what was said, or answers it. */
const hears = (message: { serverContent?: { inputTranscription?: { text?: string } } }): boolean =>
  Boolean(message.serverContent?.inputTranscription?.text) || isOutput(message);

function clock(link: Session, _: unknown, now: number, rules: Rules): Step {
  if (link.leaveAt !== undefined && now >= link.leaveAt) return park(link);
  if (link.at === "leaving" && now >= link.by) return change(link, now, rules);
  const deaf = deafAt(link, rules);
  if (deaf !== undefined && now >= deaf) return unhearing(link, now, rules);
  const { working, stirredAt } = link.bustle;
  if (!working && now - stirredAt >= rules.parkMs) return park(link);
  return leaveIfQuiet(link, now, rules);
}

/** Until the next word. An answer under way is closed first, so that its words are kept and end there. */
const park = (link: Session): Step => [
  parkedWith(link.handle, false),
  [closing(link), { do: "hang up" }],
];

/** Everything flows on the old line until the first real pause. */
function leaveIfQuiet(link: Session, now: number, rules: Rules): Step {
  if (link.at !== "leaving") return [link, []];
  const ready = isPause(link.bustle, now) && !link.behind;
  return now >= link.by || ready ? change(link, now, rules) : [link, []];
}

/** Close the old, then open the new: never both, or the new one is refused. */
function change(link: Leaving, now: number, rules: Rules): Step {
  const { handle, leaveAt, utterance } = link;
  const owed = owes(link);
  const [next, effects] = dial(
    {
      handle,
      owed,
      ...spoken(link),
      leaveAt,
      trouble: noTrouble,
      held: utterance,
      again: again(link),
    },
    now,
    rules,
  );
  return [next, [...ending(link), { do: "hang up" }, ...effects]];
}

/** A link that was in session is gone; what was being said is said again. */
function drop(link: Session, loss: Loss, now: number, rules: Rules): Step {
  const steady = now - link.since >= rules.steadyMs;
  const { handle, leaveAt, utterance, bustle } = link;
  const trouble = steady ? { ...noTrouble, deaf: link.trouble.deaf } : link.trouble;
  const cause = loss.cause === "conflict" ? undefined : loss.cause;
  const [next, effects] = lose(
    {
      handle,
      owed: owes(link),
      ...spoken(link),
      leaveAt,
      trouble,
      held: utterance,
      again: again(link),
    },
    { ...loss, cause },
    now,
    rules,
  );
  const cut = bustle.turn === "generating" && next.at !== "ended";
  const told: Effect[] = cut ? [{ do: "tell", problem: loss.problem }] : [];
  // An idle session is not given back at once.
  const patient =
    next.at === "waiting" && handle !== undefined && bustle.turn === "none"
      ? { ...next, until: Math.max(next.until, now + rules.conflictMs) }
      : next;
  return [patient, [...ending(link), ...told, ...effects]];
}

/** The model seems not to hear: resumed once, then begun anew, then left alone until it gives a sign. */
function unhearing(link: Session, now: number, rules: Rules): Step {
  const resumes = link.trouble.deaf === 0 && link.handle !== undefined && !link.unproven;
  const { leaveAt, utterance, trouble } = link;
  const [next, effects] = wait(
    {
      handle: resumes ? link.handle : undefined,
      owed: owes(link),
      ...spoken(link),
      leaveAt,
      held: utterance,
      again: again(link),
      trouble: { ...trouble, deaf: resumes ? 1 : 2 },
    },
    now + rules.conflictMs,
  );
  return [
    next,
    [...ending(link), { do: "hang up" }, ...(resumes ? [] : forgetting(link)), ...effects],
  ];
}

/** When the model is taken to be deaf; undefined while there is no sign of that. */
function deafAt({ bustle, trouble, unproven }: Session, rules: Rules): number | undefined {
  if (trouble.deaf === 2) return undefined;
  const { speechSince, owedSince, signAt } = bustle;
  if (speechSince !== undefined)
    return rules.deafSpeechMs !== undefined && signAt < speechSince
      ? speechSince + rules.deafSpeechMs
      : undefined;
  if (owedSince === undefined) return undefined;
  return signAt < owedSince || unproven ? owedSince + rules.deafAfterMs : undefined;
}

const again = ({ ledger, utterance }: InSession): Again | undefined =>
  ledger && { sayings: unconsumed(ledger), insteadOf: utterance.sayings };

const spoken = ({ bustle }: InSession) => ({ speech: bustle.speechSince !== undefined });

const owes = ({ bustle }: InSession): boolean => bustle.owedSince !== undefined;

/** What is to be told of an answer that the model will not finish; nothing of one that it had not begun. */
const ending = (link: InSession): Effect[] => (link.bustle.turn === "none" ? [] : [closing(link)]);

const closing = ({ bustle: { turn } }: InSession): Effect =>
  turn === "playing" ? { do: "complete" } : { do: "cut" };

const forgetting = ({ handle }: InSession): Effect[] =>
  handle === undefined ? [] : [{ do: "keep", handle: undefined }];
