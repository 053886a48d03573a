/** The frames of Opus, and the file of libopus beside the package that it comes from. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packagedLibopus } from "../../scripts/libopus/packaged.ts";
import { Libopus, usedExports } from "../../src/protocols/parley-v1/libopus.ts";
import {
  decodeAudioFrame,
  encodeOpusFrame,
  opusKind,
  opusPackets,
} from "../../src/wire/parley-v1.ts";

const file = new URL("../../src/protocols/parley-v1/libopus.wasm", import.meta.url);

describe("[OPUS9] libopus.wasm is the WebAssembly of the installed package", () => {
  it("byte for byte, and its exports have the names that are used", async () => {
    const { bytes, exportNames } = await packagedLibopus();
    const isSame = Buffer.compare(readFileSync(file), bytes) === 0;
    expect(isSame, "run node scripts/libopus.ts").toBe(true);
    for (const [name, short] of Object.entries(usedExports))
      expect(exportNames.get(name)).toBe(short);
  });

  it("it encodes and decodes, and throws for a length that no packet has", () => {
    const libopus = new Libopus(new WebAssembly.Module(readFileSync(file)));
    const encoder = libopus.createEncoder({ rate: 24_000, bitrate: 32_000, complexity: 0 });
    const packet = encoder.encode(new Uint8Array(960));
    expect(libopus.createDecoder(24_000).decode(packet)).toHaveLength(960);
    expect(() => encoder.encode(new Uint8Array(958))).toThrow("479 samples");
  });
});

describe("[OPUS14] libopus has room for the coders of any number of conversations", () => {
  const settings = { rate: 24_000, bitrate: 32_000, complexity: 4 };
  const libopus = () => new Libopus(new WebAssembly.Module(readFileSync(file)));
  /** 20 ms each. */
  const tones = (hz: number): Uint8Array[] =>
    Array.from({ length: 20 }, (_, packet) => {
      const samples = Int16Array.from({ length: 480 }, (_, at) =>
        Math.round(8_000 * Math.sin(((packet * 480 + at) * 2 * Math.PI * hz) / 24_000)),
      );
      return new Uint8Array(samples.buffer);
    });

  it("two thousand of each encode and decode", () => {
    const one = libopus();
    const coders = Array.from(
      { length: 2_000 },
      () => [one.createEncoder(settings), one.createDecoder(16_000)] as const,
    );
    for (const [encoder, decoder] of coders)
      expect(decoder.decode(encoder.encode(new Uint8Array(960)))).toHaveLength(640);
  });

  it("coders that take turns do what each does alone, after a reset, too", () => {
    const voices = [220, 1_330].map(tones);
    const speakAlone = (voice: readonly Uint8Array[]) => speak(libopus(), [voice])[0];
    expect(speak(libopus(), voices)).toEqual(voices.map(speakAlone));
  });

  /** @returns for each voice its packets, and the samples decoded from them. */
  function speak(one: Libopus, voices: readonly (readonly Uint8Array[])[]) {
    const coders = voices.map(() => ({
      encoder: one.createEncoder(settings),
      decoder: one.createDecoder(16_000),
      heard: [] as unknown[],
    }));
    for (let at = 0; at < 20; at++)
      for (const [voice, { encoder, decoder, heard }] of coders.entries()) {
        if (at === 10) encoder.reset();
        const packet = encoder.encode(voices[voice]?.[at] ?? new Uint8Array(960));
        heard.push(packet, decoder.decode(packet));
      }
    return coders.map(({ heard }) => heard);
  }
});

describe("[OPUS10] a frame of Opus has packets behind their lengths", () => {
  const packets = fc.array(fc.uint8Array({ minLength: 1, maxLength: 1_275 }), { maxLength: 30 });

  it("it is decoded to the packets that it was encoded from", () =>
    fc.assert(
      fc.property(packets, fc.nat(2 ** 30), (packets, seq) => {
        const frame = decodeAudioFrame(new Uint8Array(encodeOpusFrame(seq, packets)).buffer, seq);
        expect(frame).toMatchObject({ kind: opusKind, seq });
        expect(opusPackets(frame?.payload ?? new Uint8Array())).toEqual(packets);
      }),
    ));

  it("a packet that is cut off is left out", () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (payload) => {
        const bytes = opusPackets(payload).reduce((sum, { length }) => sum + 2 + length, 0);
        expect(bytes).toBeLessThanOrEqual(payload.length);
      }),
    ));
});
