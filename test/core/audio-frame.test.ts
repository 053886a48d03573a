import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeAudio } from "../../src/core/upstream/encoding.ts";
import { adkDemo } from "../../src/protocols/adk-demo/codec.ts";
import { adkLive } from "../../src/protocols/adk-server/live-codec.ts";
import { liveApi } from "../../src/protocols/live-api/codec.ts";
import type { Protocol } from "../../src/protocols/protocol.ts";

interface Read {
  readonly pcm?: Uint8Array;
  readonly rate?: number;
  readonly message?: string;
}

/** The memory of a frame's audio is the next one's: the result holds a copy. */
function read(protocol: Protocol, frame: string): unknown {
  const [request, ...others] = [protocol.decode(frame)].flat() as Read[];
  if (others.length > 0 || !request?.pcm) return request && [request, ...others];
  const { message: _, ...rest } = request;
  return [{ ...rest, pcm: [...request.pcm] }];
}

/** The short way takes no frame that begins with white space; the full parser reads the same in it. */
const readFully = (protocol: Protocol, frame: string): unknown => read(protocol, ` ${frame}`);

/** Whether a frame took the short way: alone it gives one request without a list around it. */
const takesShortWay = (frame: string): boolean => !Array.isArray(liveApi.decode(frame));

const data = "AAECAwQFBgcICQoLDA0ODw==";
const blob = { data, mimeType: "audio/pcm;rate=16000" };
const python = { data: "-_-_AAAA", mime_type: "audio/pcm" };

const liveFrames = [
  { realtimeInput: { audio: blob } },
  { realtimeInput: { audio: { data, mimeType: "audio/pcm;rate=48000" } } },
  { realtimeInput: { audio: { mimeType: "audio/pcm", data } } },
  { realtime_input: { audio: python } },
  { realtime_input: { mediaChunks: [python] } },
  { realtimeInput: { mediaChunks: [blob] } },
  { realtime_input: { media_chunks: [python] } },
  { realtimeInput: { media: blob } },
];
const otherFrames = [
  { realtimeInput: { audio: blob, text: "hi" } },
  { realtimeInput: { mediaChunks: [blob, blob] } },
  { realtimeInput: { audio: { ...blob, displayName: "x" } } },
  { realtimeInput: { video: blob } },
  { realtimeInput: { text: JSON.stringify({ realtimeInput: { audio: blob } }) } },
  { realtimeInput: { audio: { ...blob, data: "AAE" } } },
  { realtimeInput: { audio: { ...blob, data: "AAECAwQFBgcICQoLDA0ODx==" } } },
  { realtimeInput: { audio: { ...blob, data: "AAEC AwQ" } } },
  { realtimeInput: { audio: { ...blob, data: "AA==" } } },
  { realtimeInput: { audio: { ...blob, data: "AA%=" } } },
  { realtimeInput: { audio: { ...blob, data: "+/-_" } } },
  { realtimeInput: { audio: { ...blob, mimeType: "audio/pcm;rate=1" } } },
  { realtimeInput: { audio: { ...blob, mimeType: "audio/pcm;rate=999999" } } },
  { realtimeInput: { audio: { ...blob, mimeType: "image/jpeg" } } },
  { setup: {} },
];
const spellings = (frame: object): string[] => [
  JSON.stringify(frame),
  JSON.stringify(frame, null, 2),
  JSON.stringify(frame).replaceAll('":', '": ').replaceAll('","', '", "'),
];

describe("[WIRE9] the short way of a client's audio gives what the full parser gives", () => {
  it.each(liveFrames)("takes the forms of Google's SDKs: %j", (frame) => {
    for (const text of spellings(frame)) {
      expect(takesShortWay(text)).toBe(true);
      expect(read(liveApi, text)).toEqual(readFully(liveApi, text));
    }
  });

  it.each(otherFrames)("leaves %j to the full parser", (frame) => {
    for (const text of spellings(frame))
      expect(read(liveApi, text)).toEqual(readFully(liveApi, text));
  });

  it("leaves a client's message as it came only where the relay would write the same", () => {
    const messageOf = (frame: object) => {
      const { pcm, message } = liveApi.decode(JSON.stringify(frame)) as Read;
      return pcm && message;
    };
    const [sdk, ...others] = [...liveFrames, ...otherFrames];
    const pcm = Uint8Array.fromBase64(data);
    const message = JSON.stringify(encodeAudio({ pcm, rate: 16_000 }).payload);
    expect(messageOf(sdk ?? {})).toBe(message);
    for (const frame of others) expect(messageOf(frame)).toBeUndefined();
  });

  it("for the JSON audio of ADK clients, in either order of the fields", () => {
    const wav = btoa(`RIFF${"\0".repeat(40)}`);
    for (const audio of [
      { data, mime_type: "audio/pcm;rate=16000" },
      { mimeType: "audio/pcm", data },
      { data: "-_-_AAAA", mime_type: "audio/pcm;rate=24000" },
      { data: "AAEC", mime_type: "audio/pcm" },
      { data: wav, mime_type: "audio/pcm" },
      { data: "A", mime_type: "audio/pcm" },
      { data, mime_type: "audio/mp3" },
    ]) {
      for (const text of spellings({ type: "audio", ...audio }))
        expect(read(adkDemo, text)).toEqual(readFully(adkDemo, text));
      for (const text of spellings({ blob: audio }))
        expect(read(adkLive, text)).toEqual(readFully(adkLive, text));
    }
  });

  it("for frames that are cut, joined or mutated", () => {
    const frames = [
      ...liveFrames.flatMap(spellings),
      ...spellings({ type: "audio", ...python }),
      ...spellings({ blob: python }),
    ];
    const mutated = fc
      .tuple(fc.constantFrom(...frames), fc.nat(200), fc.nat(3), fc.string({ maxLength: 3 }))
      .map(
        ([text, at, removed, inserted]) => text.slice(0, at) + inserted + text.slice(at + removed),
      );
    const base64 = fc.uint8Array({ maxLength: 12 }).map((bytes) => bytes.toBase64());
    const spoken = fc
      .tuple(base64, fc.constantFrom(...frames))
      .map(([audio, text]) => text.replace(data, audio).replace(python.data, audio));
    fc.assert(
      fc.property(fc.oneof(mutated, spoken, fc.json()), (text) => {
        for (const protocol of [liveApi, adkDemo, adkLive])
          expect(read(protocol, text)).toEqual(readFully(protocol, text));
      }),
      { numRuns: 3_000 },
    );
  });
});
