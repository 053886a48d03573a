import { expect, test } from "vitest";
import { WakeLock } from "../../../src/page/wake-lock.ts";

function createLock(fails = false) {
  const calls: string[] = [];
  const lock = new WakeLock(() => {
    calls.push("request");
    return fails
      ? Promise.reject(new Error("low battery"))
      : Promise.resolve({
          release: () => {
            calls.push("release");
            return Promise.resolve();
          },
        });
  });
  const settled = async () => {
    for (let n = 0; n < 5; n++) await Promise.resolve();
    return calls;
  };
  return { lock, settled };
}

test("[PAGE104] the screen is kept on once while a talk lasts, and let go after it", async () => {
  const { lock, settled } = createLock();
  lock.hold(true);
  lock.hold(true);
  expect(await settled()).toEqual(["request"]);
  lock.hold(false);
  lock.hold(false);
  expect(await settled()).toEqual(["request", "release"]);
});

test("[PAGE104] a page that is visible again keeps it on again, only during a talk", async () => {
  const { lock, settled } = createLock();
  lock.becameVisible();
  expect(await settled()).toEqual([]);
  lock.hold(true);
  lock.becameVisible();
  expect(await settled()).toEqual(["request", "request", "release"]);
});

test("[PAGE104] a browser that refuses is asked again at the next talk", async () => {
  const { lock, settled } = createLock(true);
  lock.hold(true);
  await settled();
  lock.hold(false);
  lock.hold(true);
  expect(await settled()).toEqual(["request", "request"]);
});
