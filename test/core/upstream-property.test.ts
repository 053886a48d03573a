import { describe, expect, it } from "vitest";
import type { StateName, UpstreamEffect } from "../../src/core/upstream/fsm-types.ts";
import { everyScript, text, timeoutMs } from "./upstream-arbitrary.ts";
import { rules } from "./upstream-script.ts";

const needSocket: readonly UpstreamEffect["type"][] = [
  "send",
  "sendSetup",
  "sendHistory",
  "closeSocket",
];

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
          // A client that ends a conversation means its queue, too.
          if (event.type === "end") queued = 0;
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
