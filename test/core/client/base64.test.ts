import { describe, expect, test } from "vitest";
import { fromBase64, toBase64 } from "../../../packages/client/src/connection/base64.ts";
import { createCall } from "../../../packages/client/src/index.ts";

/** Every property of the classes that a polyfill of base64 would change. */
const ownNames = (): PropertyKey[] =>
  [Uint8Array, Uint8Array.prototype, ArrayBuffer.prototype, String.prototype, globalThis].flatMap(
    (owner) => Reflect.ownKeys(owner),
  );

describe("[PKG12] the client has base64 of its own", () => {
  test("and adds none to the host page, where the browser has none", async () => {
    const native = {
      from: Object.getOwnPropertyDescriptor(Uint8Array, "fromBase64"),
      to: Object.getOwnPropertyDescriptor(Uint8Array.prototype, "toBase64"),
    };
    Reflect.deleteProperty(Uint8Array, "fromBase64");
    Reflect.deleteProperty(Uint8Array.prototype, "toBase64");
    try {
      const before = ownNames();
      await createCall({ url: "https://voice.test" }).close();
      expect(ownNames()).toEqual(before);
      expect(toBase64(Uint8Array.of(0, 255, 128))).toBe("AP+A");
      expect(fromBase64("AP-A")).toEqual(Uint8Array.of(0, 255, 128));
    } finally {
      if (native.from) Reflect.defineProperty(Uint8Array, "fromBase64", native.from);
      if (native.to) Reflect.defineProperty(Uint8Array.prototype, "toBase64", native.to);
    }
  });

  test("for both alphabets, padded or not, and no other text", () => {
    for (const text of ["-_8", "+/8=", "-_8="])
      expect(fromBase64(text)).toEqual(Uint8Array.of(251, 255));
    expect(fromBase64("no base64!")).toBeUndefined();
    expect(fromBase64("")).toEqual(new Uint8Array());
  });
});
