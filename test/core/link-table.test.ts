/** The link's table, cell for cell. */
import { describe, expect, it } from "vitest";
import { step, type Happening, type Link } from "../../src/core/link.ts";
import { happenings, links, now, rules, show } from "./link-script.ts";

/** Where each happening takes each link, and what must be done. No row or column may be left out. */
const table: Record<Link["at"], Record<Happening["type"], string>> = {
  parked: {
    join: "dialling: dial",
    "left alone": "parked",
    say: "dialling: dial",
    opened: "parked",
    heard: "parked",
    dropped: "parked",
    renew: "parked",
    clock: "parked",
  },
  dialling: {
    join: "dialling",
    "left alone": "dialling",
    say: "dialling",
    opened: "dialling: greet",
    heard: "live: recall",
    dropped: "dialling: dial",
    renew: "dialling: hang up, dial",
    clock: "dialling: hang up, dial",
  },
  live: {
    join: "live",
    "left alone": "live",
    say: "live: send",
    opened: "live",
    heard: "live",
    dropped: "dialling: cut, tell, dial",
    renew: "dialling: hang up, dial",
    clock: "live",
  },
  ended: {
    join: "dialling: dial",
    "left alone": "ended",
    say: "dialling: dial",
    opened: "ended",
    heard: "ended",
    dropped: "ended",
    renew: "ended",
    clock: "ended",
  },
};

describe("[LINK1] every state answers every happening", () => {
  for (const [at, row] of Object.entries(table))
    it.each(Object.entries(row))(`${at}, on %s, becomes %s`, (type, expected) => {
      const [link, effects] = step(
        links[at as Link["at"]],
        happenings[type as Happening["type"]],
        now,
        rules,
      );
      expect(show(link, effects)).toBe(expected);
    });
});
