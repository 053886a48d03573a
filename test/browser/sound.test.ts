/** Audio from the microphone and to the loudspeaker, and the camera. */
import type { Page } from "@playwright/test";
import { isAudio, tone } from "./support/fake-server.ts";
import { startConversation } from "./support/conversation.ts";
import { envelope, recording, tapRate } from "./support/tap.ts";
import { expect, test } from "./support/test.ts";

const loudness = 0.05;
const isLoud = (level: number): boolean => level > loudness;

/** The pitch of a tone, Hz: upward zero crossings per second. */
function pitch(samples: Int16Array, rate: number): number {
  const crossings = samples.filter((value, i) => value >= 0 && (samples[i - 1] ?? 0) < 0).length;
  return (crossings * rate) / samples.length;
}

/** Height and width from the frame header (ITU T.81: marker SOF0 or SOF2). */
function jpegSides(base64: string): [height: number, width: number] {
  const bytes = Buffer.from(base64, "base64");
  for (let at = 2; at < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes.readUInt16BE(at);
    if (marker === 0xffc0 || marker === 0xffc2)
      return [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)];
  }
  throw new Error("no frame header");
}

test("[PAGE50] the microphone arrives as 16 kHz PCM in frames of 40 ms, with its pitch", async ({
  page,
  fakeServer,
  microphone,
}) => {
  microphone.record(tone(2, 300, 48_000), 48_000);
  await startConversation(page, fakeServer);
  await expect
    .poll(() => envelope(fakeServer.audio, 16_000).filter(isLoud).length)
    .toBeGreaterThan(100);
  const sizes = fakeServer.frames.filter(isAudio).map(({ pcm }) => pcm.length);
  expect(new Set(sizes)).toEqual(new Set([640]));
  const samples = fakeServer.audio;
  const from = envelope(samples, 16_000).findIndex(isLoud) * 160;
  expect(pitch(samples.subarray(from + 3_200, from + 14_400), 16_000)).toBeCloseTo(300, -1);
});

test("[PAGE20] the round button shows the level of the microphone, and of the agent while it speaks", async ({
  page,
  fakeServer,
  microphone,
}) => {
  microphone.record(tone(3, 300, 16_000), 16_000);
  await startConversation(page, fakeServer);
  const level = () =>
    page
      .locator("parley-orb")
      .evaluate((orb: HTMLElement) => Number(orb.style.getPropertyValue("--level")));
  await expect.poll(level).toBeGreaterThan(0.3);
  await expect.poll(level).toBeLessThan(0.05);
  fakeServer.sendTone(3);
  await expect.poll(level).toBeGreaterThan(0.3);
  await expect(page.getByText("Listening")).toBeVisible();
  await expect.poll(level).toBeLessThan(0.05);
});

test("[PAGE51] muting sends audioEnd and no audio; the space key toggles it", async ({
  page,
  fakeServer,
  microphone,
}) => {
  microphone.record(tone(60, 300, 16_000), 16_000);
  await startConversation(page, fakeServer);
  await expect.poll(() => fakeServer.frames.length).toBeGreaterThan(3);
  await page.getByRole("button", { name: "Mute", exact: true }).click();
  await expect(page.getByText("Muted")).toBeVisible();
  await expect
    .poll(() => fakeServer.frames.slice(-2))
    .toEqual([{ type: "audioEnd" }, { type: "mute", on: true }]);
  const quiet = fakeServer.frames.length;
  fakeServer.sendEvent({ outputTranscription: { text: "Are you there?", finished: true } });
  await expect(page.getByText("Are you there?").first()).toBeVisible();
  expect(fakeServer.frames).toHaveLength(quiet);

  await page.locator("body").press(" ");
  await expect(page.getByText("Listening")).toBeVisible();
  await expect.poll(() => fakeServer.frames[quiet]).toEqual({ type: "mute", on: false });
  await expect.poll(() => fakeServer.frames.length).toBeGreaterThan(quiet);
  await page.getByRole("textbox", { name: "Message" }).press(" ");
  await expect(page.getByText("Listening")).toBeVisible();
});

interface OpenedDevices {
  readonly tracks: MediaStreamTrack[];
  readonly contexts: BaseAudioContext[];
}

/** @returns reads the states of all tracks and AudioContexts that the page has opened. */
async function watchDevices(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const opened: OpenedDevices = { tracks: [], contexts: [] };
    Object.assign(window, opened);
    const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await original(constraints);
      opened.tracks.push(...stream.getTracks());
      return stream;
    };
    const Original = AudioContext;
    Object.assign(window, {
      AudioContext: class extends Original {
        constructor(options?: AudioContextOptions) {
          super(options);
          opened.contexts.push(this);
        }
      },
    });
  });
  return () =>
    page.evaluate(() => {
      const { tracks, contexts } = window as unknown as OpenedDevices;
      return [...tracks.map(({ readyState }) => readyState), ...contexts.map(({ state }) => state)];
    });
}

test("[PAGE52] End releases the microphone, the camera and the loudspeaker", async ({
  page,
  fakeServer,
  microphone,
}) => {
  microphone.record(tone(10, 300, 16_000), 16_000);
  const devices = await watchDevices(page);
  await startConversation(page, fakeServer);
  await page.getByRole("button", { name: "Camera" }).click();
  await expect(page.getByRole("figure")).toBeVisible();
  expect(await devices()).toEqual(["live", "live", "running", "running"]);
  await page.getByRole("button", { name: "End", exact: true }).click();
  await expect.poll(devices).toEqual(["ended", "ended", "closed", "closed"]);
  await expect.poll(() => fakeServer.sockets).toBe(0);

  await page.getByRole("button", { name: "Start talking" }).click();
  const before = fakeServer.frames.length;
  await expect.poll(() => fakeServer.frames.length).toBeGreaterThan(before + 3);
});

test("[PAGE52] End releases devices that are still being opened", async ({
  page,
  fakeServer,
  expectedErrors,
}) => {
  expectedErrors.push(/WebSocket is closed before the connection is established/);
  const devices = await watchDevices(page);
  await page.goto(fakeServer.url);
  await page.evaluate(() => {
    const root = document.querySelector("parley-app")?.shadowRoot;
    const press = async (button: string) => {
      root?.querySelector<HTMLElement>(button)?.click();
      await new Promise(requestAnimationFrame);
    };
    return press(".orb").then(() => press(".end"));
  });
  await expect(page.getByText("Tap to talk")).toBeVisible();
  await expect.poll(devices).toEqual(["ended", "closed", "closed"]);
  await expect(page.getByRole("alert")).toBeHidden();
  await page.getByRole("button", { name: "Start talking" }).click();
  await expect(page.getByText("Listening")).toBeVisible();
});

test("[PAGE53] the camera sends one JPEG per second, at most 768 px a side, and shows a preview", async ({
  page,
  fakeServer,
}) => {
  await startConversation(page, fakeServer);
  await page.getByRole("button", { name: "Camera" }).click();
  await expect(page.getByRole("figure", { name: "What the camera sees" })).toBeVisible();
  const images = () =>
    fakeServer.frames.filter((frame) => "type" in frame && frame["type"] === "image");
  await expect.poll(() => images().length).toBeGreaterThan(1);
  const [image] = images();
  expect(image).toMatchObject({ mimeType: "image/jpeg", data: expect.stringMatching(/^\/9j\//) });
  const sides = jpegSides(String(image && "data" in image && image["data"]));
  expect(Math.max(...sides)).toBeLessThanOrEqual(768);
  await page.getByRole("button", { name: "Camera" }).click();
  await expect(page.getByRole("figure")).toBeHidden();
});

test.describe("playback", () => {
  test.use({ tapped: true });

  // A sound over the answer would hold it.
  test.beforeEach(({ microphone }) => microphone.record(new Int16Array(0), 16_000));

  test("[PAGE54] the answer plays completely and with its pitch, however its bytes were chunked", async ({
    page,
    fakeServer,
  }) => {
    await startConversation(page, fakeServer);
    fakeServer.sendTone(1.5, 440);
    await expect(page.getByText("Speaking")).toBeVisible();
    await expect(page.getByText("Listening")).toBeVisible();
    expect(fakeServer.controlFrames.filter(({ type }) => type === "played")).toEqual([
      { type: "played", seq: 1, ms: expect.any(Number) },
    ]);
    const { samples } = await recording(page);
    const levels = envelope(samples);
    const from = levels.findIndex(isLoud);
    const to = levels.findLastIndex(isLoud);
    expect((to - from) / 100).toBeCloseTo(1.5, 1);
    expect(levels.slice(from + 1, to).every(isLoud)).toBe(true);
    const middle = samples.subarray((from + 10) * 240, (to - 10) * 240);
    expect(pitch(middle, tapRate)).toBeCloseTo(440, -1);
  });

  test("[PAGE55] an interruption silences the page until the next turn", async ({
    page,
    fakeServer,
  }) => {
    await startConversation(page, fakeServer);
    fakeServer.sendTone(8, 440);
    await expect(page.getByText("Speaking")).toBeVisible();
    fakeServer.sendEvent({ interrupted: true });
    fakeServer.sendTone(3, 440);
    await expect(page.getByText("Listening")).toBeVisible();
    fakeServer.sendEvent({ turnComplete: true });
    fakeServer.sendTone(1, 880);
    await expect(page.getByText("Speaking")).toBeVisible();
    await expect(page.getByText("Listening")).toBeVisible();

    const { samples, marks } = await recording(page);
    const levels = envelope(samples);
    const slotOf = (kind: string) =>
      Math.ceil((marks.find((mark) => mark.kind === kind)?.at ?? 0) / 240);
    const interrupted = slotOf("interrupted");
    const next = slotOf("turnComplete");
    expect(levels.slice(0, interrupted).some(isLoud)).toBe(true);
    const silentAfter = interrupted + levels.slice(interrupted, next).findLastIndex(isLoud) + 1;
    test.info().annotations.push({
      type: "silent after",
      description: `${(silentAfter - interrupted) * 10} ms`,
    });
    // Eight seconds would follow. The bound is not the page's latency: a busy machine delays the audio thread.
    expect((silentAfter - interrupted) * 10).toBeLessThan(1_000);
    const audible = samples.subarray(next * 240).filter((value) => Math.abs(value) > 0);
    expect(pitch(audible.subarray(2_400, 19_200), tapRate)).toBeCloseTo(880, -2);
  });

  test("[PAGE56] Escape, or a tap on the round button, interrupts the answer", async ({
    page,
    fakeServer,
  }) => {
    await startConversation(page, fakeServer);
    fakeServer.sendEvent({
      partial: true,
      outputTranscription: { text: "Once upon", finished: false },
    });
    fakeServer.sendTone(8);
    await expect(page.getByText("Speaking")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByText("Listening")).toBeVisible();
    await expect(page.getByRole("listitem")).toHaveText([/Once.* interrupted/s]);
    expect(fakeServer.frames).toContainEqual({ type: "interrupt" });
    fakeServer.sendEvent({ turnComplete: true });
    fakeServer.sendTone(8);
    await page.getByRole("button", { name: "Stop the answer" }).click();
    await expect(page.getByText("Listening")).toBeVisible();
    const { samples } = await recording(page);
    expect(envelope(samples).slice(-20).some(isLoud)).toBe(false);
  });
});

test("[AUDIO46] the audio session of iOS has the page's own type again after the call", async ({
  page,
  fakeServer,
}) => {
  await page.addInitScript(() =>
    Object.defineProperty(navigator, "audioSession", { value: { type: "ambient" } }),
  );
  const type = (): Promise<string> =>
    page.evaluate(
      () => (navigator as unknown as { audioSession: { type: string } }).audioSession.type,
    );
  await startConversation(page, fakeServer);
  expect(await type()).toBe("play-and-record");
  await page.getByRole("button", { name: "End", exact: true }).click();
  await expect.poll(type).toBe("ambient");
});
