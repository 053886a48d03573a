import { describe, expect, it } from "vitest";
import { isClientError, clientError } from "../../src/core/errors.ts";
import { encodeMessage, messagesOf } from "../../src/protocols/live-api/encoder.ts";
import { liveApi } from "../../src/protocols/live-api/codec.ts";
import type { Event } from "../../src/wire/adk.ts";
import { noActions } from "../../src/wire/adk.ts";

const read = (frame: object) => liveApi.decode(JSON.stringify(frame));
const input = (realtimeInput: object) => read({ realtimeInput });
const pcm = new Uint8Array([1, 2, 251, 255]);
const image = { type: "image", data: "/9j/4A==", mimeType: "image/jpeg" };

const nested = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));

describe("[LIVE22][LIVE39] The relay must accept every message of Live API clients, deprecated fields too", () => {
  it.each([
    [
      { audio: { data: "AQL7/w==", mimeType: "audio/pcm;rate=24000" } },
      [{ type: "audio", pcm, rate: 24_000 }],
    ],
    [{ audio: { data: "AQL7_w", mime_type: "audio/pcm" } }, [{ type: "audio", pcm, rate: 16_000 }]],
    [{ video: { data: "/9j/4A==", mimeType: "image/jpeg" } }, [image]],
    [{ media: { data: "_9j_4A", mimeType: "image/jpeg" } }, [image]],
    [
      {
        media_chunks: [
          { data: "AQL7/w==", mime_type: "audio/pcm" },
          { data: "/9j/4A==", mimeType: "image/jpeg" },
        ],
      },
      [{ type: "audio", pcm, rate: 16_000 }, image],
    ],
    [{ text: "hi" }, [{ type: "text", text: "hi" }]],
    [{ text: "" }, []],
    // [LIVE36] Pipecat's trigger for an answer to its history.
    [{ text: " " }, [{ type: "text", text: " ", deliverAs: "realtime" }]],
    [{ text: "." }, [{ type: "text", text: ".", deliverAs: "realtime" }]],
    [{ text: "\n".repeat(100_000) }, [{ type: "text", text: " ", deliverAs: "realtime" }]],
    [{ activityStart: {} }, [{ type: "activityStart" }]],
    [{ activity_end: {} }, [{ type: "activityEnd" }]],
    [{ audioStreamEnd: true }, [{ type: "audioStreamEnd" }]],
    [{ audioStreamEnd: false }, []],
    [
      { text: "look", video: { data: "/9j/4A==", mimeType: "image/jpeg" } },
      [{ type: "text", text: "look" }, image],
    ],
  ])("realtimeInput %j", (realtime, requests) => {
    expect([input(realtime)].flat()).toEqual(requests);
  });

  it("[LIVE40] joins the audio of media chunks, and refuses audio of several rates", () => {
    const blob = (mimeType: string) => ({ data: "AQL7/w==", mimeType });
    const picture = { data: "/9j/4A==", mimeType: "image/jpeg" };
    const [sound, none] = [blob("audio/pcm"), { data: "", mimeType: "audio/pcm" }];
    expect(input({ mediaChunks: [picture, sound, none, sound] })).toEqual([
      { type: "audio", pcm: new Uint8Array([...pcm, ...pcm]), rate: 16_000 },
      image,
    ]);
    expect(input({ mediaChunks: [sound, blob("audio/pcm;rate=24000")] })).toMatchObject({
      code: "BAD_FRAME",
      message: expect.stringContaining("several rates"),
    });
    // The limit of audio must be able to let each piece pass.
    const second = { data: new Uint8Array(32_000).toBase64(), mimeType: "audio/pcm" };
    const pieces = input({ mediaChunks: Array.from({ length: 12 }, () => second) });
    expect([pieces].flat().map((piece) => ("pcm" in piece ? piece.pcm.byteLength : 0))).toEqual([
      160_000, 160_000, 64_000,
    ]);
  });

  it.each([
    [
      { turns: [{ role: "user", parts: [{ text: "hi" }] }], turnComplete: true },
      { type: "text", text: "hi", deliverAs: "turn" },
    ],
    [
      { turns: [{ parts: [{ text: "hi" }] }], turn_complete: true },
      { type: "text", text: "hi", deliverAs: "turn" },
    ],
    [{ turnComplete: true }, { type: "content", turns: [], complete: true }],
    [
      { turns: [{ parts: [{ text: "a" }] }] },
      { type: "content", turns: [{ parts: [{ text: "a" }] }], complete: false },
    ],
    [
      { turns: [{ role: "model", parts: [{ text: "a\ud800" }] }], turnComplete: true },
      { type: "content", turns: [{ role: "model", parts: [{ text: "a\ufffd" }] }], complete: true },
    ],
  ])("clientContent %j", (clientContent, request) => {
    expect(read({ clientContent })).toEqual(request);
  });

  it.each(["application/json", "application/x-python", "application/rtf"])(
    "reads a file of %s as words",
    (mimeType) => {
      const parts = [{ inlineData: { mimeType, data: "eA==" } }];
      expect(read({ clientContent: { turns: [{ parts }] } })).toMatchObject({
        turns: [{ parts: [{ text: "x" }] }],
      });
    },
  );

  it("reads clientContent with every kind of part", () => {
    const parts = [
      { text: "a", thought: true, thoughtSignature: "AQI=", partMetadata: { a: nested(24) } },
      {
        text: "b",
        mediaResolution: { numTokens: 256 },
        videoMetadata: { startOffset: "0s", endOffset: "1.500s" },
      },
      { inlineData: { mimeType: "image/png", data: "/9j/4A==" } },
      { inlineData: { mimeType: "audio/pcm;rate=16000", data: "AQI=" } },
      { fileData: { mimeType: "application/pdf", fileUri: "https://example.com/a.pdf" } },
      { functionCall: { id: "1", name: "f", args: { a_b: 1 } } },
      { functionResponse: { id: "1", name: "f", response: { a_b: 1 }, scheduling: "SILENT" } },
      { executableCode: { language: "PYTHON", code: "1" } },
      { codeExecutionResult: { outcome: "OUTCOME_OK", output: "1" } },
    ];
    const turns = [{ role: "model", parts }];
    // Calls and responses go in words (LIVE33).
    const inWords = (parts as object[]).with(5, { text: '[called f: {"a_b":1}]' }).with(6, {
      text: '[f reports: {"a_b":1}]',
    });
    expect(read({ clientContent: { turns, turnComplete: true } })).toEqual({
      type: "content",
      turns: [{ role: "model", parts: inWords }],
      complete: true,
    });
    const odd = [
      { parts: [{ inline_data: { mime_type: "image/png", data: "_9j_4A", displayName: "x" } }] },
      { role: null, parts: { text: "b", thought: null } },
      { role: "user" },
    ];
    expect(read({ clientContent: { turns: odd } })).toMatchObject({
      turns: [{ parts: [parts[2]] }, { parts: [{ text: "b" }] }],
    });
  });

  it("reads toolResponse of one or many, by id or name, as text and as bytes", () => {
    const response = { name: "f", response: { a: 1 } };
    for (const functionResponses of [response, [response]])
      expect(read({ toolResponse: { functionResponses } })).toEqual({
        type: "toolResponse",
        responses: [response],
      });
    const bytes = new TextEncoder().encode('{"setup":{"model":"m"}}');
    expect(liveApi.decode(bytes.buffer)).toEqual({ type: "setup", setup: { model: "m" } });
  });

  it.each([
    [{ realtimeInput: { audio: { data: "AQ==", mimeType: "audio/pcm" } } }],
    [{ realtimeInput: { audio: { data: "AQI=", mimeType: "audio/wav" } } }],
    [{ realtimeInput: { audio: { data: "/9j/4A==", mimeType: "image/jpeg" } } }],
    [{ realtimeInput: { video: { data: "/9j/4A==", mimeType: "image/gif" } } }],
    [{ realtimeInput: { audio: "AQI=" } }],
    [{ realtimeInput: { text: 7 } }],
    [{ realtimeInput: { dance: {} } }],
    [{ realtimeInput: [] }],
    [{ clientContent: { turns: "hi" } }],
    [{ clientContent: { turns: [{ parts: ["a"] }] } }],
    [{ clientContent: { turns: [{ role: "system", parts: [{ text: "a" }] }] } }],
    [{ clientContent: { turns: [{ role: 5, parts: [{ text: "a" }] }] } }],
    [{ clientContent: { turns: [{ parts: [{ text: "a" }], foo: 1 }] } }],
    [{ toolResponse: {} }],
    [{ toolResponse: { functionResponses: [{ response: {} }] } }],
    [{ toolResponse: { functionResponses: [{ id: "a", response: "text" }] } }],
    [{ toolResponse: { functionResponses: [{ id: 1e17, name: "f", response: {} }] } }],
    [{ toolResponse: { functionResponses: [{ id: "a", name: [], response: {} }] } }],
    [{}],
    [[]],
  ])("and not %j", (frame) => {
    const answer = read(frame);
    expect(isClientError(answer) && [answer.close, liveApi.closesOn?.(answer)]).toEqual([
      1007,
      true,
    ]);
  });

  it.each([
    [{ foo: 1 }],
    [{ text: 5 }],
    [{ text: "a", foo: 1 }],
    [{ text: "a", thought: "yes" }],
    [{ thought: true }],
    [{ text: "a", functionCall: { name: "f" } }],
    [{ inlineData: { mimeType: "image/png", data: "not base64!" } }],
    [{ inlineData: { mimeType: "image/gif", data: "/9j/4A==" } }],
    [{ inlineData: { data: "/9j/4A==" } }],
    [{ inlineData: "/9j/4A==" }],
    [{ fileData: { fileUri: "gs://bucket/secret" } }],
    [{ fileData: { fileUri: "https://generativelanguage.googleapis.com/v1beta/files/a" } }],
    [{ fileData: { fileUri: "https://GENERATIVELANGUAGE.googleapis.com./v1beta/files/a" } }],
    [{ fileData: { fileUri: "https:\\\\storage.googleapis.com/bucket/a" } }],
    [{ fileData: { fileUri: "https://drive.google.com/file/d/a" } }],
    [{ fileData: { fileUri: "https://example.com@storage.googleapis.com/a" } }],
    [{ fileData: { fileUri: "https://metadata.google.internal/computeMetadata/v1/" } }],
    [{ fileData: { fileUri: "https://169.254.169.254/latest" } }],
    [{ fileData: { fileUri: "https://[::1]/a" } }],
    [{ fileData: { fileUri: "https://localhost/a" } }],
    [{ fileData: { fileUri: "http://example.com/a" } }],
    [{ fileData: { fileUri: "ftp://example.com/a" } }],
    [{ fileData: { fileUri: "https://ann:secret@example.com/a" } }],
    [{ fileData: { fileUri: "https://ann@example.com/a" } }],
    [{ fileData: { fileUri: "https://storage.googleapis.com../bucket/a" } }],
    [{ fileData: { fileUri: "https://storage\u3002googleapis\uFF0Ecom/bucket/a" } }],
    [{ fileData: { fileUri: "https://0x7f000001/a" } }],
    [{ fileData: { fileUri: "https://intranet/a" } }],
    [
      {
        functionResponse: {
          name: "f",
          response: {},
          parts: [{ fileData: { fileUri: "https://storage.googleapis.com/a" } }],
        },
      },
    ],
    [{ inlineData: { mimeType: "application/zip", data: "/9j/4A==" } }],
    [{ text: "a", mediaResolution: { numTokens: 3_000_000_000 } }],
    [{ text: "a", mediaResolution: { numTokens: 1.5 } }],
    [{ text: "a", videoMetadata: { startOffset: "abc" } }],
    [{ text: "a", videoMetadata: { endOffset: "1" } }],
    [{ text: "a", partMetadata: { a: nested(26) } }],
    [{ functionCall: { name: "f", args: [] } }],
    [{ functionResponse: { name: "f", response: "text" } }],
    [{ functionResponse: { name: "f", response: {}, scheduling: "SOON" } }],
    [{ codeExecutionResult: { outcome: "FINE" } }],
    [{}],
  ])("refuses the part %j, which would end the model's session", (part) => {
    const answer = read({ clientContent: { turns: [{ parts: [part] }], turnComplete: true } });
    expect(isClientError(answer) && [answer.close, liveApi.closesOn?.(answer)]).toEqual([
      1007,
      true,
    ]);
  });

  it("sends an error without a close code in a frame that every client tolerates", () => {
    const no = clientError("FLOOR_TAKEN", "Wait.");
    expect(liveApi.closesOn?.(no)).toBe(false);
    const frame = liveApi.encodeError(no, {} as Event, 0) as Uint8Array;
    expect(JSON.parse(new TextDecoder().decode(frame))).toEqual({
      serverContent: {},
      parley: { error: { code: "FLOOR_TAKEN", action: "wait", message: "Wait." } },
    });
  });
});

describe("[LIVE23] The encoder must translate an event into the message that it would have been", () => {
  const of = (body: object, whole = false) =>
    messagesOf(
      { id: "1", invocationId: "", author: "ada", timestamp: 0, actions: noActions, ...body },
      whole,
    );

  it.each([
    [{ interrupted: true }, { serverContent: { interrupted: true } }],
    [{ turnComplete: true }, { serverContent: { turnComplete: true } }],
    [
      { outputTranscription: { text: "a", finished: false } },
      { serverContent: { outputTranscription: { text: "a" } } },
    ],
    [
      { content: { parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data: "-_8=" } }] } },
      {
        serverContent: {
          modelTurn: {
            parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data: "+/8=" } }],
          },
        },
      },
    ],
    [
      { voiceActivity: { voiceActivityType: "ACTIVITY_START" } },
      { voiceActivity: { type: "ACTIVITY_START" } },
    ],
  ])("%j", (body, message) => {
    expect(of(body)).toEqual([message]);
  });

  it("omits repeated finals, tool calls, errors and typed text", () => {
    expect(of({ outputTranscription: { text: "all", finished: true } })).toEqual([]);
    expect(of({ content: { parts: [{ functionCall: { name: "f" } }] } })).toEqual([]);
    expect(of({ errorCode: "X", errorMessage: "y", turnComplete: true })).toEqual([]);
    expect(of({ author: "user", content: { parts: [{ text: "hi" }] } })).toEqual([]);
    const final = { inputTranscription: { text: "all", finished: true } };
    expect([of(final), of(final, true)]).toEqual([
      [],
      [{ serverContent: { inputTranscription: { text: "all" } } }],
    ]);
  });

  it("computes the duration of a frame's audio and whether it interrupts", () => {
    const ears = {
      inputTranscription: true,
      outputTranscription: true,
      vertex: false,
      lifecycle: false,
    };
    const data = new Uint8Array(4_800).toBase64();
    const modelTurn = { parts: [{ inlineData: { mimeType: "audio/pcm", data } }] };
    const loud = encodeMessage({ serverContent: { modelTurn } }, { ...ears, audio: true });
    expect([loud?.audioMs, loud?.interrupts]).toEqual([100, false]);
    expect(
      encodeMessage({ serverContent: { modelTurn } }, { ...ears, audio: false }),
    ).toBeUndefined();
    const cut = encodeMessage({ serverContent: { interrupted: true } }, { ...ears, audio: true });
    expect(cut).toMatchObject({ audioMs: 0, interrupts: true });
    expect(encodeMessage({ setupComplete: {} }, { ...ears, audio: true })).toBeUndefined();
  });
});

describe("[LIVE27] a field that is null counts as absent", () => {
  it.each([
    [{ realtimeInput: { text: "hi", audio: null } }, [{ type: "text", text: "hi" }]],
    [
      {
        setup: null,
        clientContent: null,
        realtimeInput: {
          text: null,
          audio: { data: "AQL7/w==", mimeType: "audio/pcm" },
          video: null,
          mediaChunks: null,
          activityStart: null,
          activity_end: null,
          audioStreamEnd: null,
        },
      },
      [{ type: "audio", pcm, rate: 16_000 }],
    ],
    // Absent bytes are empty ones, as in protobuf's JSON.
    [
      { realtimeInput: { audio: { data: null, mimeType: "audio/pcm" } } },
      [{ type: "audio", pcm: new Uint8Array(), rate: 16_000 }],
    ],
    [
      { realtimeInput: { audio: { mimeType: "audio/pcm" } } },
      [{ type: "audio", pcm: new Uint8Array(), rate: 16_000 }],
    ],
    [{ realtimeInput: { activityStart: {}, activityEnd: null } }, [{ type: "activityStart" }]],
    [
      { clientContent: { turns: null, turnComplete: true } },
      { type: "content", turns: [], complete: true },
    ],
    [
      { setup: { model: "m", tools: null, realtimeInputConfig: null } },
      { type: "setup", setup: { model: "m" } },
    ],
    [
      {
        toolResponse: {
          functionResponses: [{ id: "1", name: null, response: null, scheduling: null }],
        },
      },
      { type: "toolResponse", responses: [{ id: "1" }] },
    ],
    [
      { toolResponse: { functionResponses: [{ id: "1", response: { found: null } }] } },
      { type: "toolResponse", responses: [{ id: "1", response: { found: null } }] },
    ],
  ])("%j", (frame, requests) => {
    expect(read(frame)).toEqual(requests);
  });

  it.each([
    [{ setup: null }],
    [{ realtimeInput: { dance: 1, text: null } }],
    [{ clientContent: { turns: [null] } }],
    [{ toolResponse: { functionResponses: null } }],
    [{ toolResponse: { functionResponses: [null] } }],
  ])("and refuses %j as before", (frame) => {
    expect(read(frame)).toMatchObject({ code: "BAD_FRAME", close: 1007 });
  });
});
