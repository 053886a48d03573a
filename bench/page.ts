/**
 * `npm run bench:page`: how long the client's audio takes on this machine, in Chromium.
 *
 *   microphone → wire   as the client reports it, and without the client's clock: a click in the microphone's audio, from its
 *                       capture to the socket. The browser says when it delivers each piece of 10 ms to the page; a click in
 *                       it was captured as long before as samples follow it.
 *   wire → ear          as the client reports it: from the first frame of an answer to its sound.
 *
 * What the client reports is judged by its median: microphone → wire against 40 ms, wire → ear against 60 ms beyond the jitter
 * target. On a machine with other work nothing is judged (exit code 2).
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "@playwright/test";
import { inPage, openClient, start } from "../test/browser/support/client-page.ts";
import type { FakeServer } from "../test/browser/support/fake-server.ts";
import { inBrowser } from "./page/browser.ts";
import { watchClicks, type Clicks } from "./page/clicks.ts";
import { MachineLoad, mostForeign, percent } from "./page/machine-load.ts";

const rate = 16_000;
const seconds = Number(process.argv[2] ?? 20);
const answerEverySeconds = 2.5;
const [mostToWireMs, mostToEarMs] = [40, 60];

/** A tone that keeps the silence gate open, and clicks every 350 to 480 ms, so that no period of the frames fits them. */
function createSignal(): Int16Array {
  const signal = Int16Array.from({ length: seconds * rate }, (_, i) =>
    Math.round(6_000 * Math.sin((2 * Math.PI * 300 * i) / rate)),
  );
  for (let at = rate, n = 0; at < signal.length - 2; n++) {
    signal[at] = signal[at + 1] = 32_000;
    at += Math.round(rate * (0.35 + 0.13 * ((n * 0.618) % 1)));
  }
  return signal;
}

/** @returns for each click its own latency, and that of its frame's first sample, in ms. */
async function readLatencies(page: Page): Promise<{ own: number[]; oldest: number[] }> {
  const { captured, sent, offset } = await inPage(
    page,
    () => (window as unknown as { clicks: Clicks }).clicks,
  );
  // The track is watched before the socket is open: the last clicks of both are the same.
  const own = sent.map(({ at }, i) => {
    const click = captured.at(i - sent.length);
    return click ? at - (click.timestamp + offset - click.followingMs) : Number.NaN;
  });
  return { own, oldest: own.map((ms, i) => ms + (sent[i]?.intoFrameMs ?? 0)) };
}

async function answerOften(page: Page, server: FakeServer): Promise<void> {
  for (let at = 0; at < seconds - 3; at += answerEverySeconds) {
    await sleep(answerEverySeconds * 1_000);
    server.sendTone(0.5);
    server.sendEvent({ turnComplete: true });
  }
  await page.waitForTimeout(3_000);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function report(name: string, values: readonly number[]): void {
  const [p50, p95, most] = [0.5, 0.95, 1].map((share) => Math.round(quantile(values, share)));
  console.log(`${name.padEnd(56)} p50 ${p50}, p95 ${p95}, max ${most} ms (n = ${values.length})`);
}

await inBrowser(
  async (browser, server) => {
    const page = await browser.newPage();
    await watchClicks(page);
    await openClient(page, server);
    // The browser's noise suppression takes the tone for noise.
    await inPage(page, ({ call }) =>
      call.microphone.setProcessing({ noiseSuppression: false, autoGainControl: false }),
    );
    await start(page);
    const load = await MachineLoad.watch(browser);
    await answerOften(page, server);
    const foreign = await load.foreign();
    const { own, oldest } = await readLatencies(page);
    const waits = await inPage(page, ({ latency }) => latency);
    const toWire = waits.flatMap(({ microphoneMs }) => microphoneMs ?? []);
    const toEar = waits.map(({ playbackMs, jitterTargetMs }) => playbackMs - jitterTargetMs);
    report("microphone → wire, clicks", own);
    report("microphone → wire, the oldest sample of a click's frame", oldest);
    report("microphone → wire, as the client reports it", toWire);
    report("wire → ear, beyond the jitter target", toEar);
    const [toWireMs, toEarMs] = [quantile(toWire, 0.5), quantile(toEar, 0.5)];
    const isFast = toWireMs <= mostToWireMs && toEarMs <= mostToEarMs;
    const isBusy = foreign > mostForeign;
    const verdict = isFast ? "passed" : isBusy ? "not judged: run it on a quiet machine" : "failed";
    console.log(`${verdict}; other programs took ${percent(foreign)} of a processor`);
    process.exitCode = isFast ? 0 : isBusy ? 2 : 1;
  },
  { samples: createSignal(), rate },
);
