/**
 * `npm run soak:page -- MINUTES`: the client in Chromium with an open microphone, and answers of 20 s, one after the other,
 * for ten minutes. They come at twice real time, as in bench:listeners. The heap must stay flat, each answer must be heard for
 * its own length, and playback must never run dry. It also measures how late the audio reached the page, and what other
 * programs took of the machine: an underrun that they explain is not judged (exit code 2), any other fails (1).
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { CDPSession, Page } from "@playwright/test";
import { inPage, openClient, start } from "../test/browser/support/client-page.ts";
import { type FakeServer, tone } from "../test/browser/support/fake-server.ts";
import { inBrowser } from "./page/browser.ts";
import { MachineLoad, percent } from "./page/machine-load.ts";
import { judgeSoak, type SoakSample } from "./page/soak-verdict.ts";

const minutes = Number(process.argv[2] ?? 10);
const answerSeconds = 20;
const pauseMs = 2_000;
const pieceMs = 40;
const pace = 2;
const rate = 24_000;

/** The page's notes of an answer. */
interface Playback {
  firstAt: number | undefined;
  receivedMs: number;
  lateMs: number;
  heardFrom: number;
  heardMs: number;
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

/** Notes within the page how late each piece comes, and how long each answer is heard. */
const watchPlayback = (page: Page): Promise<void> =>
  inPage(page, ({ call }) => {
    const playback = { firstAt: undefined, receivedMs: 0, lateMs: 0, heardFrom: 0, heardMs: 0 };
    const own: Playback = Object.assign(window, { playback }).playback;
    call.on("audio", ({ pcm, rate }) => {
      const now = performance.now();
      own.firstAt ??= now;
      own.lateMs = Math.max(own.lateMs, now - own.firstAt - own.receivedMs);
      own.receivedMs += (pcm.byteLength / 2 / rate) * 1_000;
    });
    let wasSpeaking = false;
    call.on("state", ({ speaking }) => {
      if (speaking !== wasSpeaking) {
        if (speaking) own.heardFrom = performance.now();
        else own.heardMs += performance.now() - own.heardFrom;
      }
      wasSpeaking = speaking;
    });
  });

/** @returns the notes since the last call. */
const takePlayback = (page: Page): Promise<Playback> =>
  inPage(page, () => {
    const { playback } = window as unknown as { playback: Playback };
    const taken = { ...playback };
    Object.assign(playback, { firstAt: undefined, receivedMs: 0, lateMs: 0, heardMs: 0 });
    return taken;
  });

async function measureHeapKiB(devtools: CDPSession): Promise<number> {
  await devtools.send("HeapProfiler.collectGarbage");
  const { metrics } = await devtools.send("Performance.getMetrics");
  const bytes = metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0;
  return Math.round(bytes / 1_024);
}

async function run(page: Page, server: FakeServer, load: MachineLoad): Promise<SoakSample[]> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  await openClient(page, server);
  await start(page);
  await watchPlayback(page);
  const samples: SoakSample[] = [];
  let underrunsBefore = 0;
  await load.foreign();
  const startedAt = performance.now();
  while (performance.now() - startedAt < minutes * 60_000) {
    await answer(server);
    const foreign = await load.foreign();
    const { lateMs, heardMs } = await takePlayback(page);
    const statistics = await inPage(page, ({ call }) => call.speaker.statistics());
    const { underruns = 0, targetMs = 0 } = statistics ?? {};
    const heapKiB = await measureHeapKiB(devtools);
    const sample = {
      heapKiB,
      lateMs,
      foreign,
      heardMs: Math.round(heardMs),
      underruns: underruns - underrunsBefore,
    };
    underrunsBefore = underruns;
    samples.push(sample);
    const second = Math.round((performance.now() - startedAt) / 1_000);
    console.log(
      `${second} s: heap ${heapKiB} KiB; ran dry ${sample.underruns} times; heard for ${sample.heardMs} ms; audio late by ${Math.round(lateMs)} ms, jitter target ${Math.round(targetMs)} ms; other programs ${percent(foreign)} of a processor`,
    );
  }
  return samples;
}

await inBrowser(async (browser, server) => {
  const load = await MachineLoad.watch(browser);
  const samples = await run(await browser.newPage(), server, load);
  const { result, reasons } = judgeSoak(samples, answerSeconds * 1_000);
  console.log([result, ...reasons].join("\n  "));
  process.exitCode = { passed: 0, failed: 1, "not judged": 2 }[result];
});
