import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { countBySkin, monitorPeople, peopleCounter } from "../../src/agents/people.ts";
import { crowd, renderBlobs, shades } from "../support/blobs.ts";
import { running } from "./tool-runner-harness.ts";

const image = (data: string, mimeType = "image/jpeg") =>
  ({ type: "image", mimeType, data }) as const;

describe("[PEOPLE1] the counter counts regions of skin colour", () => {
  it.each([0, 1, 2, 3])("%i", (count) => {
    for (const shade of count === 1 ? shades : shades.slice(0, 1))
      expect(countBySkin(image(crowd(count, { shade, noise: 40 })))).toBe(count);
  });

  it("specks, grey, blue and black do not count", () => {
    expect(countBySkin(image(renderBlobs({ heads: [[50, 50]], radius: 2 })))).toBe(0);
    for (const wall of [
      [128, 128, 128],
      [30, 60, 200],
      [0, 0, 0],
      [255, 255, 255],
    ] as const)
      expect(countBySkin(image(renderBlobs({ wall, noise: 40 })))).toBe(0);
  });

  it("two heads that touch are one region, and the description says what is counted", () => {
    const heads = [
      [50, 55],
      [75, 55],
    ] as const;
    expect(countBySkin(image(renderBlobs({ heads })))).toBe(1);
    expect(monitorPeople.description).toContain("regions of skin colour");
  });

  it("data that is no JPEG has no count", () => {
    expect(countBySkin(image("AAAA"))).toBeUndefined();
    expect(countBySkin(image(crowd(1), "image/png"))).toBeUndefined();
  });
});

describe("[PEOPLE2] it reports a change of the count, and nothing else", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Shows counts to a watcher, a frame a second. @returns its responses. */
  async function watching(counts: readonly (number | undefined)[]) {
    const { call, runner, answers } = running(peopleCounter(({ data }) => counts[+data], ""));
    await call("monitor_people");
    for (const at of counts.keys()) {
      runner.offerToWatchers(image(`${at}`));
      await vi.advanceTimersByTimeAsync(1000);
    }
    runner.stop();
    return answers.slice(1).map(({ response, scheduling }) => ({ ...response, scheduling }));
  }

  it("the first count is silent, each change is not", async () => {
    expect(await watching([1, 1, 1, 2, 2, 2, 2, 0, 0, 0])).toEqual([
      { progress: { people: 1 }, scheduling: "SILENT" },
      { people: 2, before: 1, scheduling: undefined },
      { people: 0, before: 2, scheduling: undefined },
    ]);
  });

  it("an unchanged count is not repeated", async () => {
    expect(await watching(Array.from({ length: 60 }, () => 2))).toHaveLength(1);
  });

  it("one deviating or unreadable frame changes nothing", async () => {
    expect(await watching([1, 1, 3, 1, undefined, 1, 0, 1, 1])).toHaveLength(1);
  });

  it("with the included counter and noise", async () => {
    const { call, runner, answers } = running(monitorPeople);
    await call("monitor_people");
    for (const [seed, count] of [1, 1, 1, 2, 2, 2].entries()) {
      runner.offerToWatchers(image(crowd(count, { noise: 40, seed })));
      await vi.advanceTimersByTimeAsync(1000);
    }
    runner.stop();
    expect(answers.slice(1).map(({ response }) => response)).toEqual([
      { progress: { people: 1 } },
      { people: 2, before: 1 },
    ]);
  });
});
