/**
 * `node bench/opus.ts [--bitrate=32000] [--complexity=4] [--only="Opus up"] [--words]`: what Opus costs and does, by the
 * relay's own codec and by Chromium's encoder: processor time a packet, bytes, and the recogniser's word error rate over
 * the labelled recordings, beside that of PCM.
 *
 * `--words` prints the sentences that were misheard.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { resample } from "../src/emulator/core/speech/resampler.ts";
import { Libopus } from "../src/protocols/parley-v1/libopus.ts";
import { micSampleRate, speakerSampleRate } from "../src/wire/pcm.ts";
import { openRecognizer } from "../test/support/recognizer.ts";
import { clips, clipSamples } from "../test/support/wavs.ts";
import { totalWordErrorRate, wordErrorRate } from "../test/support/wer.ts";
import { openBrowserEncoder } from "./opus/browser-encoder.ts";

/** Audio on one way. */
interface Way {
  readonly name: string;
  /** Samples per second. */
  readonly rate: number;
  /** Undefined for PCM. */
  readonly opus?: {
    readonly packetMs: number;
    /** @param samples whole packets. */
    readonly encode: (samples: Int16Array<ArrayBuffer>) => Uint8Array[] | Promise<Uint8Array[]>;
  };
}

/**
 * Silence before each recording. Where a word lies in the recogniser's windows of 32 ms changes what it hears: the same
 * PCM has between 1 and 9 % of wrong words. A codec delays audio by a few ms, so one delay alone compares nothing.
 */
const delaysMs = [0, 16, 8, 24, 4, 20, 12, 28];

const { values: options } = parseArgs({
  options: {
    bitrate: { type: "string", default: "32000" },
    complexity: { type: "string", default: "4" },
    only: { type: "string" },
    words: { type: "boolean", default: false },
  },
});
const settings = { bitrate: Number(options.bitrate), complexity: Number(options.complexity) };
const file = new URL("../src/protocols/parley-v1/libopus.wasm", import.meta.url);
const libopus = new Libopus(new WebAssembly.Module(readFileSync(file)));

const browser = await openBrowserEncoder();
if (!browser) console.log("Chromium is missing: its encoder is skipped.");
const ways: readonly Way[] = [
  { name: "PCM up", rate: micSampleRate },
  { name: "Opus up", rate: micSampleRate, opus: libopusOf(micSampleRate, 40) },
  ...(browser
    ? [{ name: "Opus up, Chromium", rate: micSampleRate, opus: { packetMs: 40, ...browser } }]
    : []),
  { name: "PCM down", rate: speakerSampleRate },
  { name: "Opus down", rate: speakerSampleRate, opus: libopusOf(speakerSampleRate, 20) },
];
const recognizer = await openRecognizer();
try {
  for (const way of ways)
    if (options.only === undefined || options.only === way.name) await measure(way);
} finally {
  await Promise.all([recognizer.close(), browser?.close()]);
}

async function measure({ name, rate, opus }: Way): Promise<void> {
  const costs: Costs = { packets: 0, bytes: 0, encodeMs: 0, decodeMs: 0 };
  const hear = (samples: Int16Array, added = costs): Int16Array | Promise<Int16Array> =>
    opus ? pass(samples, { rate, ...opus }, added) : samples;
  // The runtime compiles what runs often.
  for (let i = 0; i < 3; i++) await hear(clipSamples("human-vm-sorry.wav"), { ...costs });
  const errorRates: number[] = [];
  for (const delayMs of delaysMs) {
    const pairs: (readonly [string, string])[] = [];
    for (const { file, says } of clips) {
      const samples = resample(delayed(clipSamples(file), delayMs), micSampleRate, rate);
      const words = await recognizer.transcribe(await hear(samples), rate);
      if (options.words && wordErrorRate(says, words) > 0)
        console.log(`${name}, ${delayMs} ms, ${file}: ${says} → ${words}`);
      pairs.push([says, words]);
    }
    errorRates.push(totalWordErrorRate(pairs));
  }
  console.log(`${name.padEnd(18)}${errorText(errorRates)}${opus ? costText(costs, opus) : ""}`);
}

function delayed(samples: Int16Array, ms: number): Int16Array {
  const before = (ms * micSampleRate) / 1_000;
  const all = new Int16Array(before + samples.length);
  all.set(samples, before);
  return all;
}

function libopusOf(rate: number, packetMs: number): NonNullable<Way["opus"]> {
  const bytes = (rate / 1_000) * packetMs * 2;
  return {
    packetMs,
    encode(samples) {
      const encoder = libopus.createEncoder({ rate, ...settings });
      const packets: Uint8Array[] = [];
      for (let at = 0; at < samples.byteLength; at += bytes)
        packets.push(encoder.encode(new Uint8Array(samples.buffer, at, bytes)));
      return packets;
    },
  };
}

interface Costs {
  packets: number;
  bytes: number;
  encodeMs: number;
  decodeMs: number;
}

/** Through an encoder and the relay's decoder, with silence behind. @param costs are added to. */
async function pass(
  samples: Int16Array,
  { rate, packetMs, encode }: Pick<Way, "rate"> & NonNullable<Way["opus"]>,
  costs: Costs,
): Promise<Int16Array> {
  const size = (rate / 1_000) * packetMs;
  // Encoders hold 2.5 to 6.5 ms back.
  const padded = new Int16Array(Math.ceil((samples.length + rate * 0.0065) / size) * size);
  padded.set(samples);
  const started = processorMs();
  const packets = await encode(padded);
  const encoded = processorMs();
  const decoder = libopus.createDecoder(rate);
  const decoded = packets.map((packet) => decoder.decode(packet) ?? new Uint8Array());
  costs.decodeMs += processorMs() - encoded;
  costs.encodeMs += encoded - started;
  costs.packets += packets.length;
  costs.bytes += packets.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const out = new Int16Array(packets.length * size);
  for (const [i, pcm] of decoded.entries()) out.set(new Int16Array(pcm.buffer), i * size);
  return out;
}

/** Of this process: the browser's is not in it. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function errorText(rates: readonly number[]): string {
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  return `wrong words ${percent(mean)} (${percent(Math.min(...rates))} to ${percent(Math.max(...rates))})`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function costText(
  { packets, bytes, encodeMs, decodeMs }: Costs,
  { packetMs }: NonNullable<Way["opus"]>,
): string {
  return (
    `, ${((bytes * 8) / packets / packetMs).toFixed(1)} kbit/s, a packet of ${packetMs} ms: encode ` +
    `${((encodeMs / packets) * 1_000).toFixed(0)} µs, decode ${((decodeMs / packets) * 1_000).toFixed(0)} µs`
  );
}
