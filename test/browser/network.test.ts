/** The agent's voice over a bad network, recorded at the loudspeaker. */
import { setTimeout as delay } from "node:timers/promises";
import { startConversation } from "./support/conversation.ts";
import { tone } from "./support/fake-server.ts";
import { Proxy } from "./support/proxy.ts";
import { recording, tapRate } from "./support/tap.ts";
import { expect, test } from "./support/test.ts";

test.use({ tapped: true });

const hertz = 220;
/** The largest step of the tone that the server sends, of full scale. */
const ownStep = (9_000 / 32_768) * ((2 * Math.PI * hertz) / tapRate);
const pieceMs = 40;
const msOf = (samples: number): number => (samples * 1_000) / tapRate;

/** The longest silence between the first and the last sound, in samples. */
function longestGap(samples: Int16Array): number {
  let longest = 0;
  let last = samples.findIndex((value) => value !== 0);
  for (const [at, value] of samples.entries()) {
    if (Math.abs(value) < 30) continue;
    longest = Math.max(longest, at - last);
    last = at;
  }
  return longest;
}

const largestStep = (samples: Int16Array): number =>
  samples.reduce((most, value, i) => Math.max(most, Math.abs(value - (samples[i - 1] ?? 0))), 0) /
  32_768;

test("[AUDIO15] with 200 ms of jitter and a stall of 1 s no gap is longer than the stall, and nothing clicks", async ({
  page,
  fakeServer,
  microphone,
}) => {
  // A sound over the answer would hold it.
  microphone.record(new Int16Array(0), 16_000);
  const proxy = await Proxy.open(Number(new URL(fakeServer.url).port));
  await startConversation(page, proxy);
  let piece = 0;
  proxy.delayBy(() => (piece++ * 73) % 200);
  const voice = Buffer.from(tone(6, hertz, tapRate).buffer);
  const bytes = (pieceMs * tapRate * 2) / 1_000;
  const startedAt = performance.now();
  for (let at = 0; at < voice.length; at += bytes) {
    const dueIn = startedAt + (at / bytes) * pieceMs - performance.now();
    if (dueIn > 0) await delay(dueIn);
    if (at === bytes * 75) proxy.stall(1_000);
    fakeServer.sendAudio(voice.subarray(at, at + bytes));
  }
  await expect(page.getByText("Speaking")).toBeVisible();
  await expect(page.getByText("Listening")).toBeVisible();
  const { samples, marks } = await recording(page);
  await proxy.close();

  const arrivals = marks.filter(({ kind }) => kind === "audio").map(({ at }) => at);
  const stall = Math.max(...arrivals.map((at, i) => at - (arrivals[i - 1] ?? at)));
  const gap = longestGap(samples);
  const step = largestStep(samples);
  const description = `stall ${msOf(stall)} ms, gap ${msOf(gap)} ms, largest step ${step} (the tone's ${ownStep})`;
  test.info().annotations.push({ type: "network", description });
  // A piece that was late by 200 ms may have come within the stall.
  expect(msOf(stall)).toBeGreaterThan(750);
  expect(msOf(gap)).toBeGreaterThan(100);
  // The arrivals are seen on the page, and the player's thread learns of them a block later.
  expect(msOf(gap)).toBeLessThanOrEqual(msOf(stall) + 25);
  expect(step).toBeLessThan(ownStep + 0.02);
  const sounding = samples.filter((value) => Math.abs(value) >= 30).length;
  expect(msOf(sounding)).toBeGreaterThan(5_800);
});
