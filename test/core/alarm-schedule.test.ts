import { describe, expect, it } from "vitest";
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

  it("reads the reason token under its former name", () => {
    const { schedule, stored } = storageWith({ ticket: 100, end: 300 });
    expect(schedule.takeDue(100)).toEqual(["token"]);
    expect(stored()).toEqual({ end: 300 });
  });
});
