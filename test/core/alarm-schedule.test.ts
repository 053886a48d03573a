import { describe, expect, it, vi } from "vitest";
import { AlarmSchedule } from "../../src/store/alarm-schedule.ts";

const storageWith = (times: Record<string, number>) => {
  const alarms: number[] = [];
  let stored: unknown = times;
  const storage = {
    kv: {
      get: () => stored,
      put: (_: string, value: unknown) => void (stored = value),
      delete: () => true,
      list: () => [],
    },
    setAlarm: async (at: number) => void alarms.push(at),
  };
  return { schedule: new AlarmSchedule(storage), alarms, stored: () => stored };
};

describe("the alarm schedule", () => {
  it("sets the alarm to the earliest reason and returns the reasons that are due", () => {
    const { schedule, alarms } = storageWith({});
    schedule.set("end", 300);
    schedule.set("session", 100);
    schedule.set("directory", 200);
    expect(alarms).toEqual([300, 100, 100]);
    expect(schedule.takeDue(200)).toEqual(["session", "directory"]);
    expect(alarms.at(-1)).toBe(300);
  });

  it("takes the earliest reason as due if the alarm rings early", () => {
    const { schedule } = storageWith({ end: 300 });
    expect(schedule.takeDue(299)).toEqual(["end"]);
  });

  it("[LIFE2] tries what failed again in a minute, and goes on with the rest", async () => {
    const { schedule, alarms } = storageWith({ retention: 100, directory: 100 });
    const printed = vi.spyOn(console, "error").mockReturnValue();
    const handled: string[] = [];
    await schedule.handleDue(100, async (reason) => {
      handled.push(reason);
      if (reason === "retention") throw new Error("The directory does not answer.");
    });
    expect(handled).toEqual(["retention", "directory"]);
    expect(alarms.at(-1)).toBe(60_100);
    expect(printed.mock.calls.join(" ")).toContain('"retention"');
    printed.mockRestore();
    expect(schedule.takeDue(60_100)).toEqual(["retention"]);
  });

  it("reads the reason token under its former name", () => {
    const { schedule, stored } = storageWith({ ticket: 100, end: 300 });
    expect(schedule.takeDue(100)).toEqual(["token"]);
    expect(stored()).toEqual({ end: 300 });
  });
});
