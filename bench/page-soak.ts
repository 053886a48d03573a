/**
 * `npm run soak:page -- MINUTES`: the client in Chromium with an open microphone, and answers of 20 s, one after the other,
 * for ten minutes. They come at twice real time, as in bench:listeners. The heap must stay flat, and playback must never run
 * dry: a machine without a core to spare is a network that stalls, and fails.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type CDPSession, type Page } from "@playwright/test";
import { inPage, openClient, start } from "../test/browser/support/client-page.ts";
import { FakeServer, tone } from "../test/browser/support/fake-server.ts";
import { Microphone } from "../test/browser/support/microphone.ts";
import { findChromium } from "../test/support/chromium.ts";

const minutes = Number(process.argv[2] ?? 10);
const answerSeconds = 20;
const pauseMs = 2_000;
const pieceMs = 40;
const pace = 2;
const rate = 24_000;
/** Growth after the first answers, which fill caches, in KiB. */
const mostGrowthKiB = 1_024;
const warmUpAnswers = 3;

interface Sample {
  readonly second: number;
  readonly heapKiB: number;
  readonly underruns: number;
  readonly targetMs: number;
}

const voice = Buffer.from(tone(answerSeconds, 220, rate).buffer);
const pieceBytes = (pieceMs * rate * 2) / 1_000;

async function answer(server: FakeServer): Promise<void> {
  const startedAt = performance.now();
  for (let at = 0; at < voice.length; at += pieceBytes) {
    const dueIn = startedAt + ((at / pieceBytes) * pieceMs) / pace - performance.now();
    if (dueIn > 0) await sleep(dueIn);
    server.sendAudio(voice.subarray(at, at + pieceBytes));
  }
  server.sendEvent({ turnComplete: true });
  await sleep(answerSeconds * 1_000 * (1 - 1 / pace) + pauseMs);
}

async function measure(page: Page, devtools: CDPSession, second: number): Promise<Sample> {
  await devtools.send("HeapProfiler.collectGarbage");
  const { metrics } = await devtools.send("Performance.getMetrics");
  const heap = metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0;
  const statistics = await inPage(page, ({ call }) => call.speaker.statistics());
  const { underruns = 0, targetMs = 0 } = statistics ?? {};
  return { second, heapKiB: Math.round(heap / 1_024), underruns, targetMs: Math.round(targetMs) };
}

async function run(page: Page, server: FakeServer): Promise<Sample[]> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  await openClient(page, server);
  await start(page);
  const samples: Sample[] = [];
  const startedAt = performance.now();
  const seconds = (): number => Math.round((performance.now() - startedAt) / 1_000);
  while (seconds() < minutes * 60) {
    await answer(server);
    const sample = await measure(page, devtools, seconds());
    samples.push(sample);
    console.log(
      `${sample.second} s: heap ${sample.heapKiB} KiB, ${sample.underruns} underruns, jitter target ${sample.targetMs} ms`,
    );
  }
  return samples;
}

function judge(samples: readonly Sample[]): string[] {
  const settled = samples.slice(warmUpAnswers);
  const growth = (settled.at(-1)?.heapKiB ?? 0) - (settled[0]?.heapKiB ?? 0);
  const underruns = samples.at(-1)?.underruns ?? 0;
  return [
    ...(settled.length === 0 ? ["it was too short to tell"] : []),
    ...(growth > mostGrowthKiB ? [`the heap grew by ${growth} KiB`] : []),
    ...(underruns > 0 ? [`playback ran dry ${underruns} times`] : []),
  ];
}

const microphone = new Microphone();
const server = await new FakeServer().open();
const executablePath = findChromium();
const browser = await chromium.launch({
  ...(executablePath && { executablePath }),
  args: [
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${microphone.path}%noloop`,
  ],
});
try {
  const faults = judge(await run(await browser.newPage(), server));
  for (const fault of faults) console.error(`failed: ${fault}.`);
  process.exitCode = faults.length > 0 ? 1 : 0;
} finally {
  await browser.close();
  await server.close();
  microphone.remove();
}
