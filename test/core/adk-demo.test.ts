import { describe, expect, it } from "vitest";
import { isClientError } from "../../src/core/errors.ts";
import { adkDemo } from "../../src/protocols/adk-demo/codec.ts";

const json = (value: unknown) => adkDemo.decode(JSON.stringify(value));

describe("[DEMO1] The relay must accept every frame of ADK's demo client", () => {
  it("reads binary frames as microphone audio", () => {
    expect(adkDemo.decode(new Uint8Array([1, 2]).buffer)).toEqual({
      type: "audio",
      pcm: new Uint8Array([1, 2]),
      rate: 16_000,
    });
  });

  it.each([
    [
      { type: "text", text: "hi" },
      { type: "text", text: "hi" },
    ],
    [
      { type: "image", data: "/9j/4A==" },
      { type: "image", data: "/9j/4A==", mimeType: "image/jpeg" },
    ],
    [
      { type: "image", data: "_9j_4A", mimeType: "image/png" },
      { type: "image", data: "/9j/4A==", mimeType: "image/png" },
    ],
    [
      { type: "audio", mime_type: "audio/pcm;rate=8000", data: "AQI=" },
      { type: "audio", pcm: new Uint8Array([1, 2]), rate: 8000 },
    ],
    [
      { type: "audio", data: "AQI=" },
      { type: "audio", pcm: new Uint8Array([1, 2]), rate: 16_000 },
    ],
    [{ type: "activity_start" }, { type: "activityStart" }],
    [{ type: "activity_end" }, { type: "activityEnd" }],
    [{ type: "audio_stream_end" }, { type: "audioStreamEnd" }],
    [
      { type: "text", text: "hi", extra: 1 },
      { type: "text", text: "hi" },
    ],
  ])("%j", (frame, request) => {
    expect(json(frame)).toEqual(request);
  });
});

describe("[DEMO2] The relay must answer a malformed frame with an error event that names the fault", () => {
  it.each([
    ["not JSON", "{", "not JSON"],
    ["null", "null", "not an object"],
    ["a list", "[]", "not an object"],
    ["a number", "7", "not an object"],
    ["no type", "{}", '"type" is missing'],
    ["an unknown type", '{"type":"dance"}', "dance"],
    ["a type that is no string", '{"type":{"a":1}}', '"type" is'],
    ["a missing field", '{"type":"text"}', '"text"'],
    ["a field of the wrong kind", '{"type":"text","text":7}', '"text"'],
    [
      "a text that is too long",
      JSON.stringify({ type: "text", text: "x".repeat(32_001) }),
      "32001",
    ],
    [
      "an image type that the service refuses",
      '{"type":"image","data":"AAAA","mimeType":"image/svg+xml"}',
      "svg",
    ],
    ["an empty text", '{"type":"text","text":"  "}', "empty"],
    ["bad base64", '{"type":"image","data":"!!"}', "base64"],
    ["an empty image", '{"type":"image","data":""}', "empty"],
    ["a wrong image type", '{"type":"image","data":"AAAA","mimeType":"text/html"}', "text/html"],
    ["a wrong audio type", '{"type":"audio","data":"AAAA","mime_type":"audio/mp3"}', "audio/mp3"],
    [
      "an impossible rate",
      '{"type":"audio","data":"AAAA","mime_type":"audio/pcm;rate=0"}',
      "rate=0",
    ],
    ["odd audio in JSON", '{"type":"audio","data":"AAAA"}', "3 bytes"],
  ])("%s", (_, frame, text) => {
    const read = adkDemo.decode(frame);
    expect(isClientError(read) && read.code).toBe("BAD_FRAME");
    expect(isClientError(read) && read.message).toContain(text);
    expect(isClientError(read) && read.message).toContain("The conversation goes on.");
  });

  it("refuses binary audio of an odd length", () => {
    expect(adkDemo.decode(new ArrayBuffer(3))).toMatchObject({ code: "BAD_FRAME" });
  });
});

describe("[DEMO4] A `state` frame must change the session state: any JSON, at most 100 keys of 128 characters and 64 KiB", () => {
  const state = (delta: unknown) => json({ type: "state", delta });

  it("takes any JSON", () => {
    const delta = { "user:name": "Ann", basket: [{ id: 1 }], gone: null };
    expect(state(delta)).toEqual({ type: "state", delta });
  });

  it.each([
    ["a key all users share", { "app:motto": "x" }, "app:motto"],
    ["too much", { a: "x".repeat(65_536) }, "65536"],
    [
      "too many keys",
      Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`k${n}`, n])),
      "101",
    ],
    ["a long key", { ["k".repeat(129)]: 1 }, "129"],
    ["an empty key", { "": 1 }, "0 characters"],
    ["no delta", undefined, "delta"],
    ["a list", [1], "delta"],
  ])("%s is refused", (_, delta, text) => {
    const read = state(delta);
    expect(isClientError(read) && read.code).toBe("BAD_FRAME");
    expect(isClientError(read) && read.message).toContain(text);
  });
});

describe("[DEMO3] The relay must not forward input that would close the model's session", () => {
  it("replaces malformed characters and normalises image types", () => {
    expect(adkDemo.decode('{"type":"text","text":"a\\ud800"}')).toEqual({
      type: "text",
      text: "a\ufffd",
    });
    expect(json({ type: "image", data: "AAAA", mimeType: "IMAGE/PNG" })).toMatchObject({
      mimeType: "image/png",
    });
  });
});
