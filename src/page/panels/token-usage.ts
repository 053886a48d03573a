/** Tokens and time of the conversation, for each turn and in all, from the frames of the connection. */
import type { Event } from "../../wire/adk.ts";
import type { ServerFrame } from "../../wire/parley-v1.ts";
import { newTokens, noTokens, readReceipt, type TokenCounts } from "../../wire/receipt.ts";
import type { FrameRecord } from "./frame-log.ts";

interface TurnUsage {
  readonly number: number;
  readonly counts: TokenCounts;
}

export interface UsageState {
  readonly total: TokenCounts;
  /** The newest, oldest first. A turn without a receipt has none. */
  readonly turns: readonly TurnUsage[];
  readonly turn: number;
  /** The latest receipt of this turn, which may come again as the answer grows. */
  readonly receipt?: TokenCounts;
  /** Ms of finished connections, and when the present one opened. */
  readonly connectedMs: number;
  readonly connectedAt?: number;
  /** Receipts before these events are not counted: the log was too long to be sent. */
  readonly incomplete: boolean;
  readonly budget?: BudgetWarning;
  /** Of the latest receipts: an event may come twice, from the log and live. */
  readonly seenIds: readonly string[];
}

export type BudgetWarning = Pick<Extract<ServerFrame, { type: "budget" }>, "scope" | "of" | "used">;

export const noUsage: UsageState = {
  total: noTokens,
  turns: [],
  turn: 1,
  connectedMs: 0,
  incomplete: false,
  seenIds: [],
};

const maxTurns = 200;
const maxSeenIds = 200;

/** @param frame the parsed frame of a record that is JSON. */
export function reduceUsage(state: UsageState, record: FrameRecord, frame: unknown): UsageState {
  if (record.direction === "local") return onSocket(state, record);
  if (record.direction !== "in" || typeof frame !== "object" || frame === null) return state;
  const received = frame as ServerFrame;
  switch (received.type) {
    case "hello":
      return onHello(state, received, record.at);
    case "event":
      return onEvent(state, received.event);
    case "budget":
      return { ...state, budget: { scope: received.scope, of: received.of, used: received.used } };
    default:
      return state;
  }
}

/** @param now ms on the clock of the records. */
export const connectedMs = ({ connectedMs, connectedAt }: UsageState, now: number): number =>
  connectedMs + (connectedAt === undefined ? 0 : now - connectedAt);

/** The usage for another page, whose clock is another. */
export const closedUsage = (state: UsageState, now: number): UsageState => ({
  ...withoutStart(state),
  connectedMs: connectedMs(state, now),
});

function onSocket(state: UsageState, { kind, at }: FrameRecord): UsageState {
  if (!kind.startsWith("socket closed")) return state;
  return closedUsage(state, at);
}

function withoutStart(state: UsageState): UsageState {
  const { connectedAt: _, ...rest } = state;
  return rest;
}

/** Without resumption the events are the whole conversation, and replace what was counted. */
function onHello(
  state: UsageState,
  { resumed, events, more }: Extract<ServerFrame, { type: "hello" }>,
  at: number,
): UsageState {
  const { connectedMs, connectedAt = at } = state;
  const base = resumed ? state : { ...noUsage, connectedMs, incomplete: more === true };
  return { ...events.reduce(onEvent, base), connectedAt };
}

function onEvent(state: UsageState, event: Partial<Event>): UsageState {
  const counted = event.usageMetadata ? onReceipt(state, event, event.usageMetadata) : state;
  return event.turnComplete || event.interrupted ? endTurn(counted) : counted;
}

/** An interruption and the end that follows it are of one turn. */
function endTurn(state: UsageState): UsageState {
  const { receipt, ...rest } = state;
  return receipt ? { ...rest, turn: state.turn + 1 } : state;
}

function onReceipt(
  state: UsageState,
  { id = "" }: Partial<Event>,
  usage: NonNullable<Event["usageMetadata"]>,
): UsageState {
  if (id !== "" && state.seenIds.includes(id)) return state;
  const receipt = readReceipt(usage);
  const counts = newTokens(receipt, state.receipt);
  const last = state.turns.at(-1);
  const turns =
    last?.number === state.turn
      ? [...state.turns.slice(0, -1), { ...last, counts: add(last.counts, counts) }]
      : [...state.turns, { number: state.turn, counts }];
  return {
    ...state,
    receipt,
    turns: turns.slice(-maxTurns),
    total: add(state.total, counts),
    seenIds: [...state.seenIds, id].slice(-maxSeenIds),
  };
}

function add(one: TokenCounts, other: TokenCounts): TokenCounts {
  return {
    textIn: one.textIn + other.textIn,
    audioIn: one.audioIn + other.audioIn,
    imageIn: one.imageIn + other.imageIn,
    otherIn: one.otherIn + other.otherIn,
    textOut: one.textOut + other.textOut,
    audioOut: one.audioOut + other.audioOut,
    otherOut: one.otherOut + other.otherOut,
    other: one.other + other.other,
  };
}
