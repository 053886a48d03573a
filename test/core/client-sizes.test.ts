import { join } from "node:path";
import { expect, it } from "vitest";
import { clientSizes } from "../../scripts/bundle/client-sizes.ts";

it("[PKG15] the client, the tag and the page keep their sizes", async () => {
  const sizes = await clientSizes(join(import.meta.dirname, "../.."));
  expect(sizes.map(({ limit }) => limit)).toEqual([25_000, 60_000, 150_000]);
  for (const { name, bytes, limit } of sizes) {
    expect([name, bytes > 10_000]).toEqual([name, true]);
    expect([name, bytes, bytes <= limit]).toEqual([name, bytes, true]);
  }
});
