/**
 * `node bench/opus.ts`: what Opus costs and does: processor time a packet, bytes, and the recogniser's word error rate
 * over the labelled recordings, with the relay's own codec and settings.
 */
import { readFileSync } from "node:fs";
import { resample } from "../src/emulator/core/speech/resampler.ts";
import { Libopus } from "../src/protocols/parley-v1/libopus.ts";
import { openRecognizer } from "../test/support/recognizer.ts";
import { clips, clipSamples } from "../test/support/wavs.ts";
import { totalWordErrorRate } from "../test/support/wer.ts";

interface Way {
  readonly name: string;
  readonly rate: number;
  readonly packetMs: number;
}

const ways: readonly Way[] = [
  { name: "up", rate: 16_000, packetMs: 40 },
  { name: "down", rate: 24_000, packetMs: 20 },
];
const settings = { bitrate: 32_000, complexity: 4 };
const file = new URL("../src/protocols/parley-v1/libopus.wasm", import.meta.url);
const libopus = new Libopus(new WebAssembly.Module(readFileSync(file)));

const recognizer = await openRecognizer();
try {
  report("PCM", await errorRate((samples) => [samples, 16_000]));
  for (const way of ways) {
    pass(clipSamples("human-vm-sorry.wav"), way);
    const total = { packets: 0, bytes: 0, encodeMs: 0, decodeMs: 0 };
    const rate = await errorRate((samples) => {
      const passed = pass(resample(samples, 16_000, way.rate), way);
      for (const field of ["packets", "bytes", "encodeMs", "decodeMs"] as const)
        total[field] += passed[field];
      return [passed.samples, way.rate];
    });
    const { packets, bytes, encodeMs, decodeMs } = total;
    report(
      `Opus ${way.name}, ${way.packetMs} ms`,
      rate,
      `${((bytes * 8) / packets / way.packetMs).toFixed(1)} kbit/s, a packet: encode ` +
        `${((encodeMs / packets) * 1_000).toFixed(0)} µs, decode ${((decodeMs / packets) * 1_000).toFixed(0)} µs`,
    );
  }
} finally {
  await recognizer.close();
}

async function errorRate(
  through: (samples: Int16Array) => readonly [Int16Array, number],
): Promise<number> {
  const pairs: (readonly [string, string])[] = [];
  for (const { file, says } of clips)
    pairs.push([says, await recognizer.transcribe(...through(clipSamples(file)))]);
  return totalWordErrorRate(pairs);
}

/** Through an encoder and a decoder. The last packet is filled with silence. */
function pass(samples: Int16Array, { rate, packetMs }: Way) {
  const size = (rate / 1_000) * packetMs;
  const encoder = libopus.createEncoder({ rate, ...settings });
  const decoder = libopus.createDecoder(rate);
  const padded = new Int16Array(Math.ceil(samples.length / size) * size);
  padded.set(samples);
  const before = process.cpuUsage();
  const packets: Uint8Array[] = [];
  for (let at = 0; at < padded.length; at += size)
    packets.push(encoder.encode(new Uint8Array(padded.buffer, at * 2, size * 2)));
  const between = process.cpuUsage();
  const decoded = packets.map((packet) => decoder.decode(packet) ?? new Uint8Array());
  const end = process.cpuUsage();
  const out = new Int16Array(padded.length);
  for (const [i, pcm] of decoded.entries()) out.set(new Int16Array(pcm.buffer), i * size);
  return {
    samples: out,
    packets: packets.length,
    bytes: packets.reduce((sum, { byteLength }) => sum + byteLength, 0),
    encodeMs: (between.user + between.system - before.user - before.system) / 1_000,
    decodeMs: (end.user + end.system - between.user - between.system) / 1_000,
  };
}

function report(name: string, wordErrorRate: number, more = ""): void {
  console.log(`${name.padEnd(20)} ${(wordErrorRate * 100).toFixed(1).padStart(5)} % ${more}`);
}
