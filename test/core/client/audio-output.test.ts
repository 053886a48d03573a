import { expect, test } from "vitest";
import { AudioOutput } from "../../../packages/client/src/audio/audio-output.ts";

test("[AUDIO17] loudspeakers are taken one after the other, and one that does not open stops none after it", async () => {
  const asked: { readonly id: string; settle: (error?: Error) => void }[] = [];
  const context = {
    destination: {},
    setSinkId: (id: string) =>
      new Promise<void>((resolve, reject) => {
        asked.push({ id, settle: (error) => (error ? reject(error) : resolve()) });
      }),
  };
  const source = { connect: () => undefined, disconnect: () => undefined };
  const output = new AudioOutput(
    context as unknown as AudioContext,
    source as unknown as AudioNode,
  );
  const first = output.use("gone");
  const second = output.use("headset");
  await Promise.resolve();
  expect(asked.map(({ id }) => id)).toEqual(["gone"]);
  asked[0]?.settle(new Error("not found"));
  await expect(first).rejects.toThrow("not found");
  expect(asked.map(({ id }) => id)).toEqual(["gone", "headset"]);
  asked[1]?.settle();
  await second;
});
