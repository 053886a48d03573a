import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64, toBase64, toUrlSafeBase64 } from "../../src/wire/base64.ts";
import { clipCloseReason, sendableCloseCode } from "../../src/wire/close-code.ts";
import { durationMs, parsePcmRate } from "../../src/wire/pcm.ts";
import { audioMs, rmsLoudness } from "../../src/wire/silence-gate.ts";

describe("[WIRE1] The decoder must accept base64 in both alphabets, padded or not", () => {
  it("round-trips", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = toBase64(bytes);
        expect(fromBase64(text)).toEqual(bytes);
        expect(fromBase64(toUrlSafeBase64(text))).toEqual(bytes);
        expect(fromBase64(toUrlSafeBase64(text).replaceAll("=", ""))).toEqual(bytes);
      }),
    );
    expect(fromBase64("a!")).toBeUndefined();
  });
});

/** Characters of one, two, three and four bytes. */
const anyText = fc
  .array(fc.constantFrom("a", "é", "€", "😀"), { maxLength: 200 })
  .map((characters) => characters.join(""));

describe("[WIRE2] Close codes and reasons must always be ones that may be sent: 123 bytes of UTF-8, never 1005, 1006 or 1015", () => {
  it("replaces codes that must not be sent", () => {
    expect(
      [1000, 1005, 1006, 1008, 1015, 999, 2999, 3000, 4999, 5000].map(sendableCloseCode),
    ).toEqual([1000, 1000, 1000, 1008, 1000, 1000, 1000, 3000, 4999, 1000]);
  });

  it("clips reasons to 123 bytes between characters", () => {
    fc.assert(
      fc.property(anyText, (reason) => {
        const kept = clipCloseReason(reason);
        expect(new TextEncoder().encode(kept).length).toBeLessThanOrEqual(123);
        expect(reason.startsWith(kept)).toBe(true);
      }),
    );
    expect(clipCloseReason("é".repeat(100))).toBe("é".repeat(61));
  });
});

describe("[WIRE3] The relay must measure PCM by its bytes: rate, length, loudness", () => {
  it("measures rate, length and loudness", () => {
    expect([
      parsePcmRate("audio/pcm"),
      parsePcmRate("Audio/PCM; rate=24000"),
      parsePcmRate("audio/wav"),
    ]).toEqual([16_000, 24_000, undefined]);
    expect(durationMs(640, 16_000)).toBe(20);
    const half = new Uint8Array(Int16Array.of(...Array(160).fill(16_384)).buffer);
    const measure = (pcm: Uint8Array, rate: number) => [rmsLoudness(pcm), audioMs(pcm, rate)];
    expect(measure(new Uint8Array(320), 16_000)).toEqual([0, 10]);
    expect(measure(half, 8_000)).toEqual([0.5, 20]);
    expect(measure(new Uint8Array(0), 16_000)).toEqual([0, 0]);
    const negative = new Uint8Array(new Int16Array(160).fill(-16_384).buffer);
    expect(measure(negative, 16_000)).toEqual([0.5, 10]);
  });
});
