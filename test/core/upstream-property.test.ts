import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { step } from "../../src/core/upstream/fsm.ts";
import {
  parked,
  type UpstreamEvent,
  type UpstreamState,
} from "../../src/core/upstream/fsm-types.ts";
import { heard, rules, saying, setupComplete } from "./upstream-script.ts";

describe("[LINK9] never two sockets, never a word to a closed one", () => {
  const anyHappening = fc.constantFrom<UpstreamEvent>(
    { type: "join" },
    { type: "left alone" },
    { type: "say", message: saying("text") },
    { type: "say", message: saying("audio") },
    { type: "opened" },
    { type: "dropped", reason: "1006" },
    { type: "dropped", reason: "quota" },
    { type: "clock" },
    { type: "renew" },
    { type: "end" },
    { type: "speech", on: true },
    { type: "speech", on: false },
    { type: "working", on: true },
    { type: "dropped", reason: "1008 BidiGenerateContent session not found" },
    { type: "dropped", reason: "1011 Internal error encountered." },
    heard({ sessionResumptionUpdate: { newHandle: "h", resumable: true } }),
    heard({ goAway: { timeLeft: "9.5s" } }),
    heard({ serverContent: { modelTurn: { parts: [] } } }),
    heard({ toolCall: { functionCalls: [{ id: "c", name: "f" }] } }),
    setupComplete,
    heard({ error: { message: "x" } }),
    heard({ serverContent: { turnComplete: true } }),
  );

  it("whatever happens, and every text is sent, still held, or its sender told", () => {
    const reached = new Set<UpstreamState["state"]>();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyHappening, fc.nat(12_000)), { minLength: 20, maxLength: 120 }),
        (script) => {
          let link: UpstreamState = parked;
          let open = false;
          let time = 0;
          let owed = 0;
          for (const [happening, later] of script) {
            const fromSocket = ["opened", "heard", "dropped"].includes(happening.type);
            if (fromSocket && !open) continue;
            if (happening.type === "dropped") open = false;
            if (happening.type === "say" && happening.message.kind === "text") owed++;
            const [next, effects] = step(link, happening, (time += later), rules);
            for (const effect of effects) {
              if (effect.type === "dial") expect(open).toBe(false);
              if (
                effect.type === "send" ||
                effect.type === "greet" ||
                effect.type === "recall" ||
                effect.type === "hang up"
              )
                expect(open).toBe(true);
              if (effect.type === "dial") open = true;
              if (effect.type === "hang up") open = false;
              if (effect.type === "send" && effect.message.kind === "text") owed--;
              if (effect.type === "refuse" && happening.type === "say")
                owed -= happening.message.kind === "text" ? 1 : 0;
              if (effect.type === "tell" && effect.error.message.includes("did not reach"))
                owed = 0;
            }
            // Whoever ends a conversation means it.
            if (happening.type === "end") owed = 0;
            link = next;
            reached.add(link.state);
            expect(open).toBe(["dialling", "live", "leaving"].includes(link.state));
            if (link.state === "dialling" || link.state === "waiting") {
              expect(link.pending.bytes).toBeLessThanOrEqual(rules.maxPendingBytes);
              expect(link.pending.messages.filter((each) => each.kind === "text")).toHaveLength(
                owed,
              );
            }
          }
        },
      ),
      { numRuns: 500 },
    );
    expect([...reached].toSorted()).toEqual([
      "dialling",
      "ended",
      "leaving",
      "live",
      "parked",
      "waiting",
    ]);
    // Five hundred histories: a second on a quiet machine, and several on a busy one.
  }, 30_000);
});
