/**
 * The monthly cost of conversations, as a pure function of their number and nature.
 *
 *     work → usage of the relay (requests, GB-seconds, rows) × Cloudflare's prices above the allowances
 *          → tokens, turn by turn                            × Google's prices
 */
import type { CloudflarePrices, GooglePrices } from "./prices.ts";

export interface Work {
  /** Conversation minutes in a month. */
  readonly minutes: number;
  /** Minutes of one conversation. */
  readonly length: number;
  /** Milliseconds of audio in a client's frame. */
  readonly frame: number;
  /** Clients of a conversation besides the speaker. They acknowledge and send nothing else. */
  readonly listeners: number;
  /** The share of the time in which the user says nothing, 0 to 1. */
  readonly silence: number;
  /** Whether the silence gate keeps that share from the model. */
  readonly gate: boolean;
  /** The share of the time in which the model speaks, 0 to 1. */
  readonly answer: number;
  readonly turnsPerMinute: number;
  /** The share of the time in which nothing happens, the upstream is parked and the object hibernates, 0 to 1. */
  readonly parked: number;
  /** Camera frames a second. */
  readonly fps: number;
  /** Tokens of the instruction and the tools. */
  readonly instruction: number;
  /** Thinking tokens of a turn. */
  readonly thinking: number;
  /** Context window compression: cuts a context above `trigger` tokens down to `target`. 0 is none. */
  readonly trigger: number;
  readonly target: number;
  /** Months for which a conversation is kept. */
  readonly keep: number;
}

export const defaultWork: Work = {
  minutes: 100_000,
  length: 10,
  frame: 40,
  listeners: 0,
  silence: 0.7,
  gate: true,
  answer: 0.3,
  turnsPerMinute: 4,
  parked: 0,
  fps: 0,
  instruction: 500,
  thinking: 0,
  trigger: 0,
  target: 0,
  keep: 1,
};

export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly quantity: number;
  /** What the allowance leaves of the quantity. */
  readonly billed: number;
  readonly usd: number;
}

export interface Cost {
  readonly relay: readonly Row[];
  readonly model: readonly Row[];
  /** USD a month. */
  readonly relayUsd: number;
  readonly modelUsd: number;
  readonly usdPerMinute: number;
  /** The context's tokens at the last turn of a conversation. */
  readonly finalContext: number;
}

/** What parley does, not what a provider asks for it. */
export const behaviour = {
  /** parley.v1 acknowledges twice a second while the model speaks. */
  acksPerSecond: 2,
  /** Of a join: the Worker routes it, the conversation accepts it, two directories are read. */
  joinRequests: 3,
  /** Of a turn: the entry in the directory, and the alarm that sends it. */
  turnRequests: 2,
  /** Of a turn: its events with their index, the resumption handle, the directory's entry, the alarm. */
  turnRows: 8,
  /** An unfinished transcript is stored every two seconds, in two rows. */
  draftRowsPerSecond: 1,
  /** Stored for a turn. */
  turnBytes: 2000,
  workerCpuMsPerJoin: 5,
  /** Text tokens of a second of speech: 150 words a minute. */
  transcriptTokensPerSecond: 10 / 3,
};

export function costOf(work: Work, relay: CloudflarePrices, model: GooglePrices): Cost {
  const relayRows = relayCost(work, relay);
  const { rows: modelRows, finalContext } = modelCost(work, model);
  const relayUsd = sumOf(relayRows);
  const modelUsd = sumOf(modelRows);
  return {
    relay: relayRows,
    model: modelRows,
    relayUsd,
    modelUsd,
    usdPerMinute: (relayUsd + modelUsd) / work.minutes,
    finalContext,
  };
}

function relayCost(work: Work, prices: CloudflarePrices): Row[] {
  const conversations = work.minutes / work.length;
  const seconds = work.minutes * 60 * (1 - work.parked);
  const turns = work.minutes * work.turnsPerMinute;
  const joins = conversations * (1 + work.listeners);
  const spoken = seconds * work.answer;
  const messages =
    (seconds * 1000) / work.frame +
    seconds * work.fps +
    spoken * behaviour.acksPerSecond * (1 + work.listeners);
  const requests =
    messages / prices.messagesPerRequest +
    joins * behaviour.joinRequests +
    turns * behaviour.turnRequests;
  const rows =
    turns * behaviour.turnRows +
    (spoken + seconds * (1 - work.silence)) * behaviour.draftRowsPerSecond;
  const gbMonths = (turns * behaviour.turnBytes * work.keep) / 1e9;
  const metered = (name: string, unit: string, quantity: number, at: keyof CloudflarePrices) => {
    const { included, price } = prices[at] as { included: number; price: number };
    const billed = Math.max(0, quantity - included);
    return { name, unit, quantity, billed, usd: billed * price };
  };
  return [
    { name: "Workers Paid", unit: "month", quantity: 1, billed: 1, usd: prices.base },
    metered("Worker requests", "requests", joins, "workerRequests"),
    metered("Worker CPU", "ms", joins * behaviour.workerCpuMsPerJoin, "workerCpuMs"),
    metered("object requests", "requests", requests, "objectRequests"),
    metered("object duration", "GB-s", seconds * prices.objectMemoryGb, "duration"),
    metered("rows written", "rows", rows, "rowsWritten"),
    metered("storage", "GB-months", gbMonths, "storage"),
  ];
}

function modelCost(work: Work, prices: GooglePrices) {
  const conversations = work.minutes / work.length;
  const one = tokensOf(work, prices);
  const row = (name: string, tokens: number, price: number): Row => {
    const quantity = tokens * conversations;
    return { name, unit: "tokens", quantity, billed: quantity, usd: quantity * price };
  };
  const rows = [
    row("audio in, heard for the first time", one.audioIn, prices.audioIn),
    row("images in, seen for the first time", one.imageIn, prices.imageIn),
    row("context again: audio", one.audioAgain, prices.audioIn),
    row("context again: images", one.imageAgain, prices.imageIn),
    row("context again: instruction", one.textAgain, prices.textIn),
    row("audio out", one.audioOut, prices.audioOut),
    row("thinking", one.thinking, prices.textOut),
    row("transcripts", one.transcripts, prices.textOut),
  ];
  return { rows, finalContext: one.finalContext };
}

/** The tokens that one conversation is billed, turn by turn: each turn is billed the whole context again. */
function tokensOf(work: Work, prices: GooglePrices) {
  const turns = Math.max(1, Math.round(work.length * work.turnsPerMinute));
  const seconds = (work.length * 60 * (1 - work.parked)) / turns;
  const heard = seconds * (work.gate ? 1 - work.silence : 1);
  const input = heard * prices.audioTokensPerSecond;
  const images = seconds * work.fps * prices.tokensPerImage;
  const output = seconds * work.answer * prices.audioTokensPerSecond;
  const sums = { audioAgain: 0, imageAgain: 0 };
  let context = { audio: 0, images: 0 };
  for (let turn = 0; turn < turns; turn++) {
    sums.audioAgain += context.audio;
    sums.imageAgain += context.images;
    context = compress(work, {
      audio: context.audio + input + output,
      images: context.images + images,
    });
  }
  return {
    ...sums,
    textAgain: work.instruction * turns,
    audioIn: input * turns,
    imageIn: images * turns,
    audioOut: output * turns,
    thinking: work.thinking * turns,
    transcripts:
      seconds * turns * (1 - work.silence + work.answer) * behaviour.transcriptTokensPerSecond,
    finalContext: work.instruction + context.audio + context.images,
  };
}

/** The oldest part goes, sound and images alike; the instruction stays. */
function compress(
  { trigger, target, instruction }: Work,
  context: { readonly audio: number; readonly images: number },
) {
  const size = context.audio + context.images;
  if (trigger === 0 || instruction + size <= trigger) return context;
  const share = Math.max(0, target - instruction) / size;
  return { audio: context.audio * share, images: context.images * share };
}

const sumOf = (rows: readonly Row[]): number => rows.reduce((sum, { usd }) => sum + usd, 0);
