import { expect, test } from "vitest";
import {
  noDevices,
  readDevices,
  updateDevices,
  type DeviceList,
} from "../../../packages/client/src/devices.ts";

const info = (kind: MediaDeviceKind, deviceId: string, groupId = deviceId) => ({
  kind,
  deviceId,
  groupId,
  label: `${deviceId} label`,
});

const laptop = info("audioinput", "laptop");
const headset = info("audioinput", "headset");
const speaker = info("audiooutput", "box");

const listOf = (chosen: DeviceList["chosen"], ...infos: Parameters<typeof readDevices>[0]) => ({
  ...readDevices(infos),
  chosen,
});

test("[AUDIO1] the list has real devices only, and says which of them is the default", () => {
  const alias = info("audioinput", "default", "headset");
  const { devices, defaults } = readDevices([alias, laptop, headset, speaker]);
  expect(devices.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    "microphone laptop",
    "microphone headset",
    "speaker box",
  ]);
  expect(defaults).toEqual({ microphone: "headset", speaker: "box" });
});

test("[AUDIO1] devices without an id are not listed: the user has allowed none yet", () => {
  expect(readDevices([info("videoinput", "")])).toEqual({ devices: [], defaults: {} });
});

test("[AUDIO2] a chosen device that is gone makes place for the default", () => {
  const before = listOf({ microphone: "headset" }, laptop, headset);
  const [after, changes] = updateDevices(before, readDevices([laptop]));
  expect(after.chosen).toEqual({});
  expect(changes).toEqual([{ type: "lost", kind: "microphone", label: "headset label" }]);
});

test("[AUDIO2] a choice of an earlier visit holds until the list has been seen with it", () => {
  const [unknown] = updateDevices(
    { ...noDevices, chosen: { microphone: "headset" } },
    readDevices([]),
  );
  expect(unknown.chosen).toEqual({ microphone: "headset" });
});

test("[AUDIO3] a new default is followed where nothing was chosen, and ignored elsewhere", () => {
  const alias = (group: string) => info("audioinput", "default", group);
  const read = readDevices([alias("headset"), laptop, headset]);
  const before = (chosen: DeviceList["chosen"]) => listOf(chosen, alias("laptop"), laptop, headset);
  expect(updateDevices(before({}), read)[1]).toEqual([
    { type: "defaultChanged", kind: "microphone" },
  ]);
  expect(updateDevices(before({ microphone: "laptop" }), read)[1]).toEqual([]);
  expect(updateDevices(listOf({}), read)[1]).toEqual([]);
});
