/** The page that docs/protocol.md shows, to the letter but for its address, on an origin of its own. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { openRecognizer } from "../support/recognizer.ts";
import { startParley } from "../support/parley.ts";
import { clipSamples } from "../support/wavs.ts";
import { letterErrorRate, wordErrorRate } from "../support/wer.ts";
import { isAudio, tone } from "./support/fake-server.ts";
import { envelope, recording, tapRate } from "./support/tap.ts";
import { expect, test } from "./support/test.ts";

test.use({ tapped: true });

const document = readFileSync(join(import.meta.dirname, "../../docs/protocol.md"), "utf8");
const [, html = ""] = /^```html\n(.*?)^```$/msu.exec(document) ?? [];

/** Serves the page; a real server, because Chromium keeps other pages from this machine's addresses. */
const own = createServer((_request, response) =>
  response.setHeader("content-type", "text/html").end(pageFor(server)),
);
const originOf = (): string => `http://localhost:${(own.address() as AddressInfo).port}`;
/** http://… of the server that the page connects to. */
let server = "";

const pageFor = (url: string): string =>
  html.replace("ws://localhost:8787", url.replace(/^http/u, "ws"));

test.beforeAll(async () => {
  await once(own.listen(0, "localhost"), "listening");
});

test.afterAll(() => {
  own.close();
});

async function openOwnPage(page: Page, url: string): Promise<void> {
  server = url;
  await page.goto(`${originOf()}/mine.html`);
  await page.getByRole("button", { name: "Start talking" }).click();
}

const loudness = 0.01;
const isLoud = (level: number): boolean => level > loudness;

/** The pitch of a tone, Hz: upward zero crossings per second. */
function pitch(samples: Int16Array, rate: number): number {
  const crossings = samples.filter((value, i) => value >= 0 && (samples[i - 1] ?? 0) < 0).length;
  return (crossings * rate) / samples.length;
}

test("[DOCS7] the page sends 16 kHz, plays 24 kHz, is silent at an interruption, acknowledges and resumes", async ({
  page,
  fakeServer,
  microphone,
}) => {
  microphone.record(tone(6, 300, 48_000), 48_000);
  await openOwnPage(page, fakeServer.url);
  await expect
    .poll(() => envelope(fakeServer.audio, 16_000).filter(isLoud).length)
    .toBeGreaterThan(150);
  const sent = fakeServer.audio;
  const from = envelope(sent, 16_000).findIndex(isLoud) * 160;
  expect(pitch(sent.subarray(from + 3_200, from + 16_000), 16_000)).toBeCloseTo(300, -1);
  expect(new Set(fakeServer.frames.filter(isAudio).map(({ pcm }) => pcm.length))).toEqual(
    new Set([640]),
  );

  fakeServer.sendTone(5);
  fakeServer.sendEvent({
    author: "guide",
    outputTranscription: { text: "A tone.", finished: true },
  });
  await expect(page.getByText("guide: A tone.")).toBeVisible();
  const acknowledged = (): unknown[] =>
    fakeServer.controlFrames.flatMap(({ type, seq }) => (type === "ack" ? [seq] : []));
  await expect.poll(() => acknowledged().at(-1)).toBe(23);
  expect(fakeServer.controlFrames).toContainEqual(
    expect.objectContaining({ type: "played", seq: 1 }),
  );
  const loud = async (): Promise<number> =>
    envelope((await recording(page)).samples).filter(isLoud).length;
  await expect.poll(loud).toBeGreaterThan(100);
  fakeServer.sendEvent({ author: "guide", interrupted: true });
  const isRecorded = async (): Promise<boolean> => {
    const { samples, marks } = await recording(page);
    const at = marks.find(({ kind }) => kind === "interrupted")?.at ?? Infinity;
    return samples.length > at + tapRate;
  };
  await expect.poll(isRecorded).toBe(true);
  const { samples, marks } = await recording(page);
  const interruptedAt = marks.find(({ kind }) => kind === "interrupted")?.at ?? 0;
  expect(envelope(samples.subarray(interruptedAt + tapRate / 10)).filter(isLoud)).toEqual([]);
  const first = envelope(samples).findIndex(isLoud) * 240;
  expect(pitch(samples.subarray(first + 2_400, first + 21_600), tapRate)).toBeCloseTo(440, -1);

  fakeServer.drop();
  await expect.poll(() => fakeServer.resumePoints).toEqual([undefined, "1.24"]);
});

test("[DOCS7] a spoken question gets a spoken answer from the server", async ({
  page,
  microphone,
}) => {
  test.setTimeout(120_000);
  const parley = await startParley({ settings: { ALLOWED_ORIGINS: originOf() } });
  microphone.record(clipSamples("espeak-which-name.wav"), 16_000);
  await openOwnPage(page, parley.url);
  const lines = page.getByRole("listitem");
  await expect(lines).toHaveText([/^user: .*my name/is, /^assistant: .*your name/s], {
    timeout: 30_000,
  });
  const [question = "", answer = ""] = (await lines.allTextContents()).map((line) =>
    line.replace(/^\w+: /u, ""),
  );
  expect(wordErrorRate("What is my name?", question)).toBeLessThanOrEqual(0.2);
  const quietFor = async (): Promise<number> => {
    const levels = envelope((await recording(page)).samples);
    return levels.length - levels.findLastIndex(isLoud);
  };
  await expect.poll(quietFor, { timeout: 30_000 }).toBeGreaterThan(200);
  const recognizer = await openRecognizer();
  const recognized = await recognizer.transcribe((await recording(page)).samples, tapRate);
  await recognizer.close();
  await parley.stop();
  expect(
    letterErrorRate(answer, recognized),
    `"${answer}" was recognised as "${recognized}"`,
  ).toBeLessThanOrEqual(0.25);
});
