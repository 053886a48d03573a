import { expect, test } from "vitest";
import { formatDuration } from "../../../src/page/panels/cost-panel.ts";
import type { FrameRecord } from "../../../src/page/panels/frame-log.ts";
import {
  closedUsage,
  connectedMs,
  noUsage,
  reduceUsage,
  type UsageState,
} from "../../../src/page/panels/token-usage.ts";
import { sumOf } from "../../../src/wire/receipt.ts";

const receive = (state: UsageState, frame: unknown, at = 0): UsageState =>
  reduceUsage(state, { id: 1, at, direction: "in", kind: "event", bytes: 1 }, frame);

const local = (state: UsageState, kind: string, at: number): UsageState => {
  const record: FrameRecord = { id: 1, at, direction: "local", kind, bytes: 0 };
  return reduceUsage(state, record, undefined);
};

const receipt = (audioIn: number, audioOut: number) => ({
  promptTokenCount: audioIn,
  promptTokensDetails: [{ modality: "AUDIO", tokenCount: audioIn }],
  candidatesTokenCount: audioOut,
  candidatesTokensDetails: [{ modality: "AUDIO", tokenCount: audioOut }],
});

const usage = (id: string, audioIn: number, audioOut: number) => ({
  id,
  author: "guide",
  usageMetadata: receipt(audioIn, audioOut),
});

const event = (fields: object) => ({ type: "event", seq: 1, event: fields });

test("[PAGE95] tokens are counted by modality, for each turn and in all, and a receipt that grows once", () => {
  const state = [
    event(usage("a", 10, 5)),
    event(usage("b", 10, 8)),
    event({ interrupted: true }),
    event({ turnComplete: true }),
    event(usage("c", 30, 2)),
    event(usage("c", 30, 2)),
  ].reduce<UsageState>((state, frame) => receive(state, frame), noUsage);
  expect(state.total).toMatchObject({ audioIn: 40, audioOut: 10, textIn: 0 });
  expect(state.turns.map(({ number, counts }) => [number, sumOf(counts)])).toEqual([
    [1, 18],
    [2, 32],
  ]);
});

test("[PAGE95] the log of a conversation replaces what was counted; missed events are added", () => {
  const counted = receive(noUsage, event(usage("a", 10, 5)));
  const whole = {
    type: "hello",
    resumed: false,
    events: [usage("x", 1, 1), { turnComplete: true }],
  };
  expect(sumOf(receive(counted, whole).total)).toBe(2);
  expect(receive(counted, { ...whole, more: true }).incomplete).toBe(true);
  const missed = { type: "hello", resumed: true, events: [usage("a", 10, 5), usage("y", 20, 1)] };
  expect(sumOf(receive(counted, missed).total)).toBe(36);
});

test("[PAGE95] the time is that of all connections, from hello to the close", () => {
  const hello = { type: "hello", resumed: true, events: [] };
  let state = receive(noUsage, hello, 1_000);
  state = receive(state, hello, 2_000);
  expect(connectedMs(state, 4_000)).toBe(3_000);
  state = local(state, "socket closed: 1006", 5_000);
  state = local(state, "socket opened", 6_000);
  expect(connectedMs(state, 9_000)).toBe(4_000);
  state = receive(state, hello, 10_000);
  expect(connectedMs(closedUsage(state, 11_000), 99_000)).toBe(5_000);
});

test("[PAGE96] the latest warning about a budget is kept", () => {
  const frame = { type: "budget", seq: 3, scope: "day", of: "usd", used: 0.83 };
  expect(receive(noUsage, frame).budget).toEqual({ scope: "day", of: "usd", used: 0.83 });
});

test("[PAGE95] a time is minutes and seconds, or hours", () => {
  expect([0, 61_000, 600_000, 3_661_000].map(formatDuration)).toEqual([
    "0:00",
    "1:01",
    "10:00",
    "1:01:01",
  ]);
});
