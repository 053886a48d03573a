import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type {
  StateName,
  UpstreamEffect,
  UpstreamEvent,
} from "../../src/core/upstream/fsm-types.ts";
import { hasAudio } from "../../src/core/upstream/utterance-buffer.ts";
import { everyScript, playing, text, timeoutMs } from "./upstream-arbitrary.ts";
import {
  clientJoined,
  generated,
  output,
  rules,
  setupComplete,
  socketOpened,
  timer,
  turnComplete,
} from "./upstream-script.ts";

const needSocket: readonly UpstreamEffect["type"][] = [
  "send",
  "sendSetup",
  "sendHistory",
  "closeSocket",
];

/** A session whose model begins answers and seldom ends them. */
const stalling = fc
  .array(
    fc.tuple(
      fc.constantFrom<UpstreamEvent>(
        output,
        output,
        timer,
        timer,
        timer,
        socketOpened,
        setupComplete,
        generated,
        turnComplete,
      ),
      fc.nat(20_000),
    ),
    { minLength: 30, maxLength: 120 },
  )
  .map((script): typeof script => [
    [clientJoined, 1],
    [socketOpened, 1],
    [setupComplete, 1],
    ...script,
  ]);

describe("[FAULT12] The relay must not ask for the rest of an answer more than twice", () => {
  it(
    "whatever happens, unless an answer was whole in between",
    () => {
      let most = 0;
      fc.assert(
        fc.property(stalling, (script) => {
          let asked = 0;
          for (const { event, before, after } of playing(script)) {
            if (event === generated || event === turnComplete) asked = 0;
            const { upstream } = after;
            const gaveUp = before.upstream.state === "open" && upstream.state === "backoff";
            if (gaveUp && upstream.stalledAt === "rest") asked++;
            expect(asked).toBeLessThanOrEqual(2);
            if (gaveUp && upstream.stalledAt === undefined) asked = 0;
            most = Math.max(most, asked);
          }
        }),
        { numRuns: 500 },
      );
      expect(most).toBe(2);
    },
    timeoutMs,
  );

  it(
    "gives up no session while a call has no response, the user speaks or nothing is due",
    () => {
      everyScript((steps) => {
        for (const { event, before, after, effects } of steps) {
          if (event.type !== "timer" || before.upstream.state !== "open") continue;
          if (after.upstream.state !== "backoff") continue;
          expect(effects.some(({ type }) => type === "closeSocket")).toBe(true);
          const { turn, upstream } = before;
          const isDue =
            turn.awaitingSince !== undefined ||
            turn.speechSince !== undefined ||
            turn.phase === "generating" ||
            turn.phase === "playing" ||
            hasAudio(upstream.utterance);
          expect(isDue).toBe(true);
          if (turn.speechSince === undefined) expect(turn.pendingCalls).toEqual([]);
        }
      });
    },
    timeoutMs,
  );
});

describe("[LINK9] The relay must not open two upstream sockets at once, and must not send to a closed one", () => {
  it(
    "sends, queues or rejects every text, whatever happens",
    () => {
      const reached = new Set<StateName>();
      everyScript((steps) => {
        let queued = 0;
        for (const { event, after, effects, hadSocket, hasSocket } of steps) {
          let socket = event.type === "socketClosed" ? false : hadSocket;
          if (event.type === "send" && event.message === text) queued++;
          for (const effect of effects) {
            if (effect.type === "connect") expect(socket).toBe(false);
            if (needSocket.includes(effect.type)) expect(socket).toBe(true);
            if (effect.type === "connect") socket = true;
            if (effect.type === "closeSocket") socket = false;
            if (effect.type === "send" && effect.message === text) queued--;
            if (effect.type === "rejectRequest" && event.type === "send")
              queued -= event.message === text ? 1 : 0;
            if (effect.type === "publishError" && effect.error.message.includes("did not reach"))
              queued = 0;
          }
          // A client that ends a conversation means its queue, too; one that leaves, its own input.
          if (event.type === "end" || event.type === "inputAborted") queued = 0;
          const { upstream } = after;
          reached.add(upstream.state);
          expect(hasSocket).toBe(["connecting", "open", "draining"].includes(upstream.state));
          if (upstream.state !== "connecting" && upstream.state !== "backoff") continue;
          expect(upstream.pending.bytes).toBeLessThanOrEqual(rules.maxPendingBytes);
          expect(upstream.pending.messages.filter((each) => each === text)).toHaveLength(queued);
        }
      });
      expect([...reached].toSorted()).toEqual([
        "backoff",
        "connecting",
        "draining",
        "ended",
        "open",
        "parked",
      ]);
    },
    timeoutMs,
  );
});
