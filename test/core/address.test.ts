import { expect, it } from "vitest";
import { networkOf } from "../../src/access/address.ts";

it.each([
  ["203.0.113.7", "203.0.113.7"],
  ["::ffff:203.0.113.7", "203.0.113.7"],
  ["2001:DB8:0:1::5", "2001:db8:0:1"],
  ["2001:0db8:0000:0001:1:2:3:4", "2001:db8:0:1"],
  ["2001:db8::1", "2001:db8:0:0"],
  ["::1", undefined],
  ["127.0.0.1", undefined],
  ["::ffff:127.0.0.9", undefined],
])("[LIMIT19] %s counts as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
