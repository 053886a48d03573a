import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initialTurn, reduceTurn, type TurnState } from "../../src/core/turn-state.ts";
import { isIdle } from "../../src/core/upstream/session.ts";
import {
  anyScript,
  cancellation,
  everyScript,
  inBandError,
  playing,
  timeoutMs,
} from "./upstream-arbitrary.ts";
import {
  fillerComplete,
  goAway,
  message,
  rules,
  setupComplete,
  turnComplete,
} from "./upstream-script.ts";

describe("the turn and the FSM agree, whatever happens", () => {
  it(
    "counts turns up by one, each closed once before the next opens",
    () => {
      everyScript((steps) => {
        let closed = 0;
        for (const { before, after } of steps) {
          const opened = after.turn.number - before.turn.number;
          expect(opened).toBeOneOf([0, 1]);
          if (opened) expect(before.turn.open).toBe(false);
          // One event may open a turn by its message and close it by its effects.
          if (!after.turn.open && (opened || before.turn.open)) closed++;
          expect(after.turn.number - closed).toBe(after.turn.open ? 1 : 0);
        }
      });
    },
    timeoutMs,
  );

  it(
    "generates nothing after turnComplete, without a session, or in a new one",
    () => {
      everyScript((steps) => {
        for (const { event, before, after } of steps) {
          const { state } = after.upstream;
          if (event === turnComplete || event === setupComplete || state === "parked")
            expect(after.turn).toMatchObject({ phase: "idle", answerStarted: false });
          if (event === turnComplete) expect(after.turn.open).toBe(false);
          if (event === fillerComplete) expect(after.turn.open).toBe(before.turn.open);
          if (state === "parked" || state === "ended") expect(after.turn.pendingCalls).toEqual([]);
        }
      });
    },
    timeoutMs,
  );

  it(
    "keeps no call as pending that was answered or cancelled, and defers only pending ones",
    () => {
      everyScript((steps) => {
        for (const { event, after, effects } of steps) {
          const { pendingCalls, deferredCalls } = after.turn;
          const answered = effects.some(
            (effect) => effect.type === "send" && "toolResponse" in effect.message.payload,
          );
          if (answered || event === cancellation) expect(pendingCalls).toEqual([]);
          expect(new Set(pendingCalls).size).toBe(pendingCalls.length);
          expect(pendingCalls).toEqual(expect.arrayContaining([...deferredCalls]));
        }
      });
    },
    timeoutMs,
  );

  it(
    "replaces a session before its deadline only while nothing is said, generated, played or pending",
    () => {
      let replaced = 0;
      everyScript((steps) => {
        for (const { event, at, before, after, effects } of steps) {
          const early =
            (before.upstream.state === "open" && event === goAway) ||
            (before.upstream.state === "draining" && at < before.upstream.deadline);
          const drained =
            early &&
            after.upstream.state === "connecting" &&
            event.type !== "agentChanged" &&
            event.type !== "socketClosed" &&
            event !== inBandError &&
            effects.some(({ type }) => type === "connect");
          if (!drained) continue;
          replaced++;
          const { phase, speechSince, pendingCalls } = after.turn;
          expect(phase).toBeOneOf(["idle", "listening"]);
          expect([speechSince, pendingCalls.length]).toEqual([undefined, 0]);
        }
      });
      expect(replaced).toBeGreaterThan(0);
    },
    timeoutMs,
  );

  it(
    "drains to the end only while the turn is on or the handle is stale",
    () => {
      everyScript((steps) => {
        for (const { event, at, after } of steps) {
          const { upstream, turn } = after;
          if (upstream.state !== "draining" || event.type !== "serverMessage") continue;
          const idle = isIdle(upstream, { now: at, rules, turn });
          expect(idle && !upstream.handleStale && at < upstream.deadline).toBe(false);
        }
      });
    },
    timeoutMs,
  );

  it(
    "is interrupted by the relay only while it is open, and then published as such once",
    () => {
      everyScript((steps) => {
        for (const { before, after, effects } of steps) {
          const cut = effects.some(({ type }) => type === "interruptTurn");
          if (cut) expect(after.turn.open).toBe(false);
          if (cut && before.turn.open && after.upstream.state !== "open")
            expect(after.turn.interruptedAt).toBeDefined();
        }
      });
    },
    timeoutMs,
  );
});

describe("the reducer does not read a clock or keep a reference", () => {
  it("gives the same turn for the same signals", () => {
    fc.assert(
      fc.property(anyScript, (script) => {
        const end = (): TurnState | undefined => [...playing(script)].at(-1)?.after.turn;
        expect(end()).toEqual(end());
      }),
      { numRuns: 50 },
    );
  });

  it("returns the state itself for audio and signals", () => {
    const turn = initialTurn(3);
    for (const kind of ["audio", "video", "signal"] as const)
      expect(reduceTurn(turn, { type: "sent", message: message(kind) }, 1)).toBe(turn);
  });
});
