import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/emulator/node/random.ts";
import { parseTarget } from "../../../src/emulator/node/server/read-request.ts";
import { findCanary, makeCanary } from "../../support/canary.ts";
import { formatWav, parseWav } from "../../support/wav.ts";
import { wordErrorRate, words } from "../../support/wer.ts";

describe("a request's target", () => {
  it.each([
    ["//ws/x?key=a%20b&key=c", "//ws/x", { key: "a b" }],
    ["http://host:1//ws/x?a", "//ws/x", { a: "" }],
    ["/x?key=a+b/=?%ZZ", "/x", { key: "a+b/=?%ZZ" }],
    ["ws://host", "/", {}],
  ])("[EMUS2] %s", (target, path, query) => {
    const read = parseTarget(target);
    expect(read.path).toBe(path);
    expect(Object.fromEntries(read.query)).toEqual(query);
  });
});

describe("the random source", () => {
  it("[EMUS22] repeats for the same seed, from 0 up to 1", () => {
    const draw = (seed: number) => Array.from({ length: 1000 }, createRandom(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7).every((n) => n >= 0 && n < 1)).toBe(true);
    expect(draw(7).reduce((sum, n) => sum + n) / 1000).toBeCloseTo(0.5, 1);
  });
});

describe("test measurements", () => {
  it("count word errors independently of spelling", () => {
    expect(words("It's 12:07 PM, Dr. Grey — 1,250%!")).toEqual(
      "it is twelve o seven p m doctor grey one thousand two hundred fifty percent".split(" "),
    );
    expect(wordErrorRate("It's 3:00 p.m.", "it is three pm")).toBe(0);
    expect(wordErrorRate("one two three four", "one too three")).toBe(0.5);
    expect(wordErrorRate("", "one")).toBe(1);
  });

  it("find a canary at every alignment, and no other", () => {
    const secret = makeCanary("a/b+c");
    for (const before of ["", "x", "xy", "xyz"])
      for (const encoding of ["base64", "base64url"] as const) {
        const hay = Buffer.from(`${before}${secret}tail`).toString(encoding);
        expect(findCanary(secret, `noise ${hay}`).join()).toContain(encoding);
      }
    expect(findCanary(secret, `?key=${encodeURIComponent(secret)}`)).toEqual(["url"]);
    expect(findCanary(secret, makeCanary("a/b+c"))).toEqual([]);
  });

  it("read the WAV files they write, and skip other chunks", () => {
    const wav = { rate: 24_000, samples: Int16Array.of(1, -2, 32_767, -32_768) };
    expect(parseWav(formatWav(wav))).toEqual(wav);
    const bytes = Buffer.from(formatWav(wav));
    const extra = Buffer.from("LIST\x03\0\0\0abc\0", "latin1");
    const odd = Buffer.concat([bytes.subarray(0, 36), extra, bytes.subarray(36)]);
    expect(parseWav(odd)).toEqual(wav);
    expect(() => parseWav(bytes.subarray(0, 30))).toThrow("not a WAV file");
  });
});
