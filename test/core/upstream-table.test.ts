/** The link's table, cell for cell. */
import { describe, expect, it } from "vitest";
import { step } from "../../src/core/upstream/fsm.ts";
import { type UpstreamEvent, type UpstreamState } from "../../src/core/upstream/fsm-types.ts";
import { happenings, links, now, rules, show } from "./upstream-script.ts";

/** Where each happening takes each link, and what must be done. No row or column may be left out. */
const table: Record<UpstreamState["state"], Record<UpstreamEvent["type"], string>> = {
  parked: {
    join: "dialling: dial",
    "left alone": "parked",
    say: "dialling: dial",
    speech: "parked",
    working: "parked",
    opened: "parked",
    heard: "parked",
    dropped: "parked",
    renew: "parked",
    end: "parked",
    clock: "parked",
  },
  dialling: {
    join: "dialling",
    "left alone": "dialling",
    say: "dialling",
    speech: "dialling",
    working: "dialling",
    opened: "dialling: greet",
    heard: "live: recall",
    dropped: "waiting",
    renew: "dialling: hang up, dial",
    end: "parked: hang up",
    clock: "waiting: hang up",
  },
  waiting: {
    join: "waiting",
    "left alone": "waiting",
    say: "waiting",
    speech: "waiting",
    working: "waiting",
    opened: "waiting",
    heard: "waiting",
    dropped: "waiting",
    renew: "dialling: dial",
    end: "parked",
    clock: "dialling: dial",
  },
  live: {
    join: "live",
    "left alone": "live",
    say: "live: send",
    speech: "live",
    working: "live",
    opened: "live",
    heard: "live",
    dropped: "waiting: cut, tell",
    renew: "dialling: hang up, dial",
    end: "parked: cut, hang up",
    clock: "live",
  },
  leaving: {
    join: "leaving",
    "left alone": "leaving",
    say: "leaving: send",
    speech: "leaving",
    working: "leaving",
    opened: "leaving",
    heard: "dialling: cut, hang up, dial",
    dropped: "waiting: cut, tell",
    renew: "dialling: hang up, dial",
    end: "parked: cut, hang up",
    clock: "dialling: cut, hang up, dial",
  },
  ended: {
    join: "dialling: dial",
    "left alone": "ended",
    say: "dialling: dial",
    speech: "ended",
    working: "ended",
    opened: "ended",
    heard: "ended",
    dropped: "ended",
    renew: "ended",
    end: "parked",
    clock: "ended",
  },
};

describe("[LINK1] every state answers every happening", () => {
  for (const [at, row] of Object.entries(table))
    it.each(Object.entries(row))(`${at}, on %s, becomes %s`, (type, expected) => {
      const [link, effects] = step(
        links[at as UpstreamState["state"]],
        happenings[type as UpstreamEvent["type"]],
        now,
        rules,
      );
      expect(show(link, effects)).toBe(expected);
    });
});
