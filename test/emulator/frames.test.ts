import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBase64, encodeBase64 } from "../../src/emulator/core/protocol/base64.ts";
import {
  closes,
  REASON_BYTES,
  unknownModel,
} from "../../src/emulator/core/protocol/close-codes.ts";
import { cutUtf8, decodeUtf8, encodeUtf8 } from "../../src/emulator/core/protocol/utf8.ts";
import { DEFAULT_SETUP, startEmulator } from "./client.ts";

describe("server frames", () => {
  test("[EMU3] frames are binary UTF-8 JSON, indented by two, with a trailing line feed", async () => {
    const { dial, ports } = startEmulator();
    const client = dial();
    client.send({ setup: DEFAULT_SETUP });
    await ports.clock.advance(500);
    const [frame] = client.frames;
    expect(frame).toBeInstanceOf(Uint8Array);
    expect(new TextDecoder().decode(frame as Uint8Array)).toBe('{\n  "setupComplete": {}\n}\n');
    expect(frame).toHaveLength(26);
  });

  test("[EMU3] text frames and compact frames are options", async () => {
    const { dial, ports } = startEmulator({ framing: { text: true, compact: true } });
    const client = dial();
    client.send({ setup: DEFAULT_SETUP });
    await ports.clock.advance(500);
    expect(client.frames[0]).toBe('{"setupComplete":{}}');
  });

  test("[EMU4] text and binary frames are read alike", async () => {
    const { dial, ports } = startEmulator();
    const client = dial();
    client.send(new TextEncoder().encode(JSON.stringify({ setup: DEFAULT_SETUP })));
    await ports.clock.advance(500);
    client.send('{"realtimeInput":{"text":"grüß dich 👋"}}');
    await ports.clock.advance(100);
    expect(ports.brain.contexts[0]?.history).toEqual([
      { role: "user", parts: [{ text: "grüß dich 👋" }] },
    ]);
  });

  test("[EMU6] a close reason is truncated to 123 bytes at a whole character", () => {
    const { reason } = unknownModel("models/X", "v1beta");
    expect(reason).toMatch(
      /^models\/X is not found for API version v1beta, or is not supported for bidiGenerateContent\. Call /,
    );
    expect(reason).toHaveLength(123);
    expect(unknownModel("models/ü".repeat(20), "v1").reason).not.toContain("\ufffd");
    for (const close of Object.values(closes)) {
      expect(encodeUtf8(close.reason).length).toBeLessThanOrEqual(REASON_BYTES);
    }
  });

  test("[EMU8] a frame that is not JSON is refused with 1007", async () => {
    const client = startEmulator().dial();
    client.send("hello");
    expect(client.closed).toEqual({
      code: 1007,
      reason: "Invalid JSON payload received. Unexpected token.",
    });
  });
});

/** Any code points, lone surrogates excluded; many near the boundaries of encoded length. */
const anyText = fc.string({
  unit: fc
    .oneof(
      fc.nat(0x10_ffff),
      fc.constantFrom(0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x1_0000),
    )
    .filter((point) => point < 0xd800 || point > 0xdfff)
    .map((point) => String.fromCodePoint(point)),
});

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("hex");
}

describe("codecs", () => {
  test("[EMU4] UTF-8 coding equals the platform's, for malformed input too", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(hex(encodeUtf8(text))).toBe(Buffer.from(text).toString("hex"));
        expect(decodeUtf8(Buffer.from(text))).toBe(text);
      }),
    );
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeUtf8(bytes)).toBe(decoder.decode(bytes));
      }),
    );
    expect(hex(encodeUtf8("a\ud800b"))).toBe("61efbfbd62");
  });

  test("[EMU6] a truncated text is a prefix and never exceeds the limit", () => {
    fc.assert(
      fc.property(anyText, fc.nat(60), (text, limit) => {
        const cut = cutUtf8(text, limit);
        expect(text.startsWith(cut)).toBe(true);
        expect(encodeUtf8(cut).length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  test("[EMU10] base64 is read in both alphabets, padded or not, and written in the standard one", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        expect(encodeBase64(bytes)).toBe(text);
        for (const written of [
          text,
          text.replaceAll("=", ""),
          Buffer.from(bytes).toString("base64url"),
        ]) {
          expect(hex(decodeBase64(written))).toBe(hex(bytes));
        }
      }),
    );
    for (const bad of ["a", "a*b=", "ab=c", "äöüß"]) expect(decodeBase64(bad)).toBeUndefined();
  });
});
