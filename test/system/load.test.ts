/** The load test of `npm run bench:load`, with few conversations, for a short time. */
import { describe, expect, it } from "vitest";
import { crash } from "../../bench/load/crash.ts";
import { gapsIn } from "../../bench/load/frames.ts";
import { outage } from "../../bench/load/outage.ts";
import { overload } from "../../bench/load/overload.ts";
import { exchangeAudio } from "../../bench/load/audio.ts";
import { vanish } from "../../bench/load/vanish.ts";
import { verdictLine } from "../../bench/load/verdict.ts";

const passed = { faults: [] };

describe("[LOAD1] no frame is lost in conversations that talk at one time", () => {
  it("up and down, in order", async () => {
    expect(await exchangeAudio(8, 3)).toMatchObject({ ...passed, figures: { "lost up": 0 } });
  });

  it("the check sees what is lost, comes twice or is misplaced", () => {
    expect(gapsIn([0, 1, 2], 3)).toEqual({ lost: 0, duplicates: 0, misplaced: 0 });
    expect(gapsIn([0, 3, 2, 2], 5)).toEqual({ lost: 2, duplicates: 1, misplaced: 1 });
    const verdict = { part: "audio", figures: { lost: 2 }, faults: ["frames were lost"] };
    expect(verdictLine(verdict)).toBe("audio: FAILED: frames were lost (lost 2)");
    expect(verdictLine({ ...verdict, faults: [] })).toBe("audio: passed (lost 2)");
  });
});

describe("[LOAD2] clients that vanish without closing, talking or quiet, leave nothing behind after a minute", () => {
  it(
    "neither its session nor its socket, and others lose nothing",
    { timeout: 120_000 },
    async () => {
      expect(await vanish(6, 2)).toMatchObject(passed);
    },
  );
});

describe("[LIMIT32] a Worker without processor time refuses newcomers", () => {
  it("and goes on with the clients that were there", { timeout: 120_000 }, async () => {
    expect(await overload(4)).toMatchObject(passed);
  });
});

describe("[LOAD3] the service dies under conversations and comes back", () => {
  it("each client is told, each goes on, and no word is lost", async () => {
    expect(await outage(3)).toMatchObject(passed);
  });
});

describe("[LOAD4] the Worker is killed in the middle of answers", () => {
  it("their logs have all but the last half second", async () => {
    expect(await crash(4)).toMatchObject(passed);
  });
});
