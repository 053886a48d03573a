import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { silence, tone } from "../support/scripted.ts";
import { connect } from "./client.ts";
import { until } from "./emulated.ts";
import { rest, sessionsPath } from "./rest.ts";
import { session } from "./run.ts";

const blob = (samples: Int16Array, rate = 16_000) => ({
  blob: {
    mime_type: `audio/pcm;rate=${rate}`,
    data: new Uint8Array(samples.buffer as ArrayBuffer).toBase64(),
  },
});

describe("[RUN7] ADK's live requests are accepted, in its forms and spellings", () => {
  it("audio in base64, 250 ms a frame: recognised, answered in audio", async () => {
    const { ports, pass, live } = await session();
    ports.recognizer.transcripts.push("what time is it");
    ports.brain.replies.push([{ say: "It is noon." }]);
    const ann = await connect(live);
    for (let at = 0; at < 4; at++) ann.send(blob(tone(250)));
    for (let at = 0; at < 8; at++) ann.send(blob(silence(250)));
    await until(
      ann.next((event) => event.turnComplete === true),
      pass,
    );
    expect(ann.events.find((event) => event.inputTranscription)).toMatchObject({
      inputTranscription: { text: "what time is it", finished: true },
    });
    const [sound] = ann.events.flatMap((event) => event.content?.parts ?? []);
    expect(sound?.inlineData?.mimeType).toBe("audio/pcm;rate=24000");
  });

  it.each([
    [{ content: { role: "user", parts: [{ text: "Hello" }] } }],
    [
      { content: { parts: [{ text: "Hel" }] }, partial: true },
      { content: { parts: [{ text: "lo" }] } },
    ],
    [{ content: { parts: [{ text: "Hello" }] }, state_delta: { a: 1 } }],
    [
      { state_delta: { a: 1 } },
      { blob: { mimeType: "image/jpeg", data: "_-8" } },
      { content: { parts: [{ text: "Hello" }] } },
    ],
  ])("%j %j %j", async (...frames) => {
    const { ports, pass, live, user, id } = await session();
    const ann = await connect(live);
    for (const frame of frames) ann.send(frame);
    await until(
      ann.next((event) => event.turnComplete === true),
      pass,
    );
    const final = ann.events.find((event) => event.outputTranscription?.finished);
    expect(final?.outputTranscription?.text).toBe("You said: Hello.");
    expect(ann.events.filter(({ errorCode }) => errorCode)).toEqual([]);
    const { state } = (await rest("GET", `${sessionsPath(user)}/${id}`)).body;
    expect(state).toEqual(frames.some((frame) => "state_delta" in frame) ? { a: 1 } : {});
    expect(ports.brain.contexts).toHaveLength(1);
  });

  it("`close` disconnects with 1000", async () => {
    const { live } = await session();
    const ann = await connect(live);
    ann.send({ close: true });
    expect(await ann.untilClosed()).toEqual({ code: 1000, reason: "Goodbye." });
  });
});

describe("[WIRE6] null is an absent field", () => {
  const parts = [{ text: "Hello", inline_data: null, function_call: null, thought: null }];
  const absent = { activity_start: null, audio_stream_end: null, close: null, state_delta: null };

  it.each([
    { content: { role: null, parts }, blob: null, partial: null, ...absent },
    { blob: { mime_type: "image/jpeg", data: "_-8", display_name: null }, content: { parts } },
  ])("in a live request: %j", async (frame) => {
    const { pass, live } = await session();
    const ann = await connect(live);
    ann.send(frame);
    await until(
      ann.next((event) => event.turnComplete === true),
      pass,
    );
    expect(ann.events.filter(({ errorCode }) => errorCode)).toEqual([]);
  });

  it("in a run, a session, a change and an artifact", async () => {
    const { run, body, user, id } = await session();
    const events = await run(
      body("Hello", {
        newMessage: { role: null, parts },
        streaming: null,
        functionCallEventId: null,
        customMetadata: null,
        serviceTier: null,
      }),
    );
    expect(events.at(-1)?.turnComplete).toBe(true);
    const path = `${sessionsPath(user)}/${id}`;
    const created = { sessionId: null, state: null, events: null, options: null };
    expect((await rest("POST", sessionsPath(user), created)).status).toBe(200);
    expect((await rest("PATCH", path, { stateDelta: { a: { b: null } } })).body.state).toEqual({
      a: { b: null },
    });
    const inlineData = { mimeType: null, data: "AAAA" };
    const artifact = {
      filename: "a.bin",
      artifact: { text: null, inlineData },
      customMetadata: null,
    };
    expect((await rest("POST", `${path}/artifacts`, artifact)).status).toBe(200);
  });
});

describe("[RUN8] an invalid live request is reported in an event", () => {
  it("and the requests after it are processed", async () => {
    const { pass, live } = await session();
    const ann = await connect(live);
    const bad: [object | string, string][] = [
      ["{", "not JSON"],
      ["[]", "no LiveRequest"],
      [{}, "a LiveRequest holds"],
      [{ blob: { mime_type: "audio/mp3", data: "AAAA" } }, "audio/mp3"],
      [{ blob: { mime_type: "audio/pcm", data: "AAAA" } }, "3 bytes"],
      [{ blob: { mime_type: "audio/pcm", data: "%" } }, "not base64"],
      [{ blob: 7 }, '"blob"'],
      [{ content: { parts: [] } }, "no parts"],
      [{ content: { parts: [{ function_call: { name: "f" } }] } }, "function calls"],
      [{ activity_start: {} }, "detects speech by itself"],
      [{ state_delta: { "app:x": 1 } }, "app:x"],
      [{ content: { parts: [{ text: "x".repeat(4_001) }] }, partial: true }, "partial"],
    ];
    for (const [frame] of bad) ann.send(frame);
    ann.send({ content: { parts: [{ text: "Still there?" }] } });
    await until(
      ann.next((event) => event.turnComplete === true),
      pass,
    );
    const errors = ann.events.filter(({ errorCode }) => errorCode);
    expect(errors.map(({ author, errorCode }) => [author, errorCode])).toEqual(
      bad.map(() => ["parley", "BAD_FRAME"]),
    );
    for (const [at, [, text]] of bad.entries()) expect(errors[at]?.errorMessage).toContain(text);
  });
});

describe("[RUN9] a refused client receives the reason and is closed as ADK closes", () => {
  it.each<[string, Record<string, string>, number, string]>([
    ["app_name=assistant&user_id=rae&session_id=never", {}, 1002, "Session not found"],
    ["app_name=nobody&user_id=rae&session_id=x", {}, 1008, 'There is no agent "nobody"'],
    ["app_name=assistant", {}, 1008, "The user in the address"],
    ["user_id=rae&session_id=x&modalities=SMELL", {}, 1008, '"modalities" in the address'],
    ["user_id=rae&session_id=x&proactive_audio=perhaps", {}, 1008, '"proactive_audio" in the'],
    ["user_id=rae&session_id=x", { origin: "https://evil.example" }, 1008, "Pages of this origin"],
  ])("%s", async (query, headers, code, reason) => {
    const ann = await connect(`/run_live?${query}`, headers);
    expect((await ann.untilClosed()).code).toBe(code);
    expect(ann.closed?.reason).toContain(reason.slice(0, 60));
    expect(ann.events).toMatchObject([{ author: "parley", errorMessage: expect.any(String) }]);
  });

  it("answers a plain request with a status", async () => {
    const { live } = await session();
    const response = await exports.default.fetch(`https://parley.test${live}`);
    expect(response.status).toBe(426);
  });
});

describe("[RUN10] the query of a live connection is honoured", () => {
  it("TEXT: the transcript of the answer, and no audio", async () => {
    const { pass, live } = await session();
    const ann = await connect(`${live}&modalities=TEXT&enable_session_resumption=true`);
    ann.send({ content: { parts: [{ text: "Hello" }] } });
    await until(
      ann.next((event) => event.turnComplete === true),
      pass,
    );
    expect(ann.events.filter(({ content }) => content)).toEqual([]);
    expect(ann.events.some((event) => event.outputTranscription?.finished)).toBe(true);
  });

  it.each([
    "&modalities=VIDEO",
    "&modalities=AUDIO&modalities=VIDEO",
    "&modalities=TEXT&modalities=VIDEO",
    "&modalities=TEXT&modalities=AUDIO",
  ])("[RUN23] %s: audio, and the camera's pictures are taken", async (query) => {
    const { pass, live } = await session();
    const ann = await connect(`${live}${query}`);
    ann.send({ blob: { mime_type: "image/jpeg", data: "/9j/4AAQSkZJRg==" } });
    ann.send({ content: { parts: [{ text: "Hello" }] } });
    await until(
      ann.next((event) => event.turnComplete === true),
      pass,
    );
    const parts = ann.events.flatMap(({ content }) => content?.parts ?? []);
    expect(parts[0]?.inlineData?.mimeType).toBe("audio/pcm;rate=24000");
    expect(ann.events.filter(({ errorCode }) => errorCode)).toEqual([]);
  });

  it.each([
    ["", []],
    ["&explicit_vad_signal=true", ["ACTIVITY_START", "ACTIVITY_END"]],
  ])("voice activity: %j", async (query, marks) => {
    const { pass, live } = await session();
    const ann = await connect(`${live}${query}`);
    for (let at = 0; at < 4; at++) ann.send(blob(tone(250)));
    for (let at = 0; at < 8; at++) ann.send(blob(silence(250)));
    await until(
      ann.next((event) => event.turnComplete === true),
      pass,
    );
    const activity = ann.events.flatMap(
      ({ voiceActivity }) => voiceActivity?.voiceActivityType ?? [],
    );
    expect(activity).toEqual(marks);
  });
});
