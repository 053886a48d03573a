import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Conversation } from "../../src/conversation/conversation.ts";
import { newConversation, connect, connectedConversation } from "./client.ts";

const pcm = (samples: number, level = 0): ArrayBuffer => new Int16Array(samples).fill(level).buffer;

describe("[EVENT10] the model's events name the model, and its session", () => {
  it.each([undefined, "f162d11d"])("session %s", async (sessionId) => {
    const { join, models } = newConversation();
    const ann = await join();
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: sessionId === undefined ? {} : { sessionId } });
    const content = { outputTranscription: { text: "Hi." }, turnComplete: true };
    await model.send({ serverContent: content, usageMetadata: { totalTokenCount: 1 } });
    await ann.next((event) => event.turnComplete === true);
    const events = ann.events.filter(({ author }) => author === "assistant");
    expect(events.length).toBeGreaterThan(2);
    for (const event of events) {
      expect(event.modelVersion).toBe("gemini-3.8-live");
      expect(event.liveSessionId).toBe(sessionId);
    }
  });
});

describe("[TALK1] the relay connects to the model on the first join, with the key in a header and nowhere else", () => {
  it("sends the setup first", async () => {
    const { models, join } = newConversation();
    await join();
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    expect(model.request.url).toBe(
      "http://emulator.test/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent",
    );
    expect(model.request.headers.get("x-goog-api-key")).toBe("local");
    expect(model.received[0]).toMatchObject({ setup: { model: "models/gemini-3.8-live" } });
  });
});

describe("[TALK2] input sent before the session is ready is not lost", () => {
  it("sends text and audio after the setup, in order", async () => {
    const { models, join } = newConversation();
    const ann = await join();
    ann.send({ type: "text", text: "one" });
    ann.send(pcm(160, 1000));
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: {} });
    ann.send({ type: "text", text: "two" });
    await model.until(({ received }) => received.length === 4);
    expect(model.received.slice(1)).toMatchObject([
      {
        clientContent: { turns: [{ role: "user", parts: [{ text: "one" }] }], turnComplete: true },
      },
      { realtimeInput: { audio: { mimeType: "audio/pcm;rate=16000" } } },
      { clientContent: { turns: [{ parts: [{ text: "two" }] }] } },
    ]);
  });
});

describe("[TALK3] all clients of a conversation receive the same bytes", () => {
  it("frame for frame", async () => {
    const { join, ann, model } = await connectedConversation();
    const bob = await join();
    const audio = { inlineData: { mimeType: "audio/pcm;rate=24000", data: "+/8A" } };
    await model.send(
      { serverContent: { modelTurn: { parts: [audio] }, outputTranscription: { text: "Hi." } } },
      { serverContent: { generationComplete: true } },
      { serverContent: { turnComplete: true }, usageMetadata: { totalTokenCount: 3 } },
    );
    await Promise.all([ann, bob].map((each) => each.next((event) => event.turnComplete === true)));
    expect(ann.frames).toEqual(bob.frames);
    expect(ann.events.map(({ author }) => author)).toEqual(Array(5).fill("assistant"));
    expect(new Set(ann.events.map(({ id }) => id)).size).toBe(5);
    expect(ann.events[0]).toMatchObject({
      content: { parts: [{ inlineData: { data: "-_8A" } }] },
      invocationId: expect.stringMatching(/^e-/),
      actions: { stateDelta: {}, artifactDelta: {} },
      timestamp: expect.any(Number),
    });
  });
});

describe("[TALK4] a malformed frame does not end the conversation", () => {
  it("reports the fault to its sender alone, and the conversation continues", async () => {
    const { join, ann, model } = await connectedConversation();
    const bob = await join();
    const bad = [
      "{",
      "null",
      "[]",
      '{"type":"dance"}',
      '{"type":"text"}',
      pcm(1).slice(1),
      "x".repeat(1_048_577),
    ];
    for (const frame of bad) ann.send(frame);
    const codes = await Promise.all(bad.map(() => ann.next().then((event) => event.errorCode)));
    expect(codes).toEqual([...Array(6).fill("BAD_FRAME"), "FRAME_TOO_BIG"]);
    ann.send({ type: "text", text: "still here" });
    await model.until(({ received }) => received.length === 2);
    await model.send({ serverContent: { outputTranscription: { text: "Yes." } } });
    expect(await bob.next()).toMatchObject({ outputTranscription: { text: "Yes." } });
  });
});

describe("[TALK5] the log holds final events: no deltas, no media, no errors", () => {
  it("numbers turns across the conversation", async () => {
    const { ann, model, object } = await connectedConversation();
    for (const text of ["first", "second"]) {
      ann.send({ type: "text", text });
      await model.until(({ received }) => received.length > (text === "first" ? 1 : 2));
      await model.send(
        {
          serverContent: {
            modelTurn: { parts: [{ inlineData: { mimeType: "audio/pcm", data: "AAAA" } }] },
          },
        },
        { serverContent: { outputTranscription: { text: `re ${text}` } } },
        { serverContent: { turnComplete: true } },
      );
      await ann.next((event) => event.turnComplete === true);
    }
    ann.send("{");
    await ann.next();
    const rows = await runInDurableObject(
      env.CONVERSATION.getByName(object),
      (_: Conversation, state) =>
        state.storage.sql
          .exec<{ turn: number; author: string; json: string }>("SELECT * FROM event")
          .toArray(),
    );
    expect(rows.map(({ turn, author }) => [turn, author])).toEqual([
      [1, "user"],
      [1, "assistant"],
      [1, "assistant"],
      [2, "user"],
      [2, "assistant"],
      [2, "assistant"],
    ]);
    expect(rows.map(({ json }) => json).join()).not.toContain("inlineData");
  });
});

describe("[TALK6] after a loss the relay reconnects and notifies every client", () => {
  it("closes the answer in progress and marks it interrupted", async () => {
    const { ann, model, models } = await connectedConversation();
    await model.send(
      { serverContent: { outputTranscription: { text: "Once upon" } } },
      {
        serverContent: {
          modelTurn: { parts: [{ inlineData: { mimeType: "audio/pcm", data: "AAAA" } }] },
        },
      },
    );
    await ann.next((event) => event.content !== undefined);
    await model.close(1011, "Internal error encountered.");
    expect(await ann.next()).toMatchObject({
      outputTranscription: { text: "Once upon", finished: true },
    });
    expect(await ann.next()).toMatchObject({ interrupted: true });
    expect(await ann.next()).toMatchObject({ errorCode: "UPSTREAM_LOST", author: "parley" });
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    await second.send({ setupComplete: {} }, { serverContent: { turnComplete: true } });
    expect(await ann.next()).toMatchObject({ turnComplete: true });
  });

  it("treats a frame that is not JSON as a loss", async () => {
    const { model, models } = await connectedConversation();
    await model.send("<html>");
    await models.connection(1);
    await model.until(({ closed }) => closed !== undefined);
  });

  it("reports a refused key in its own text", async () => {
    const { ann, model } = await connectedConversation();
    await model.close(1007, "API key not valid. Please pass a valid API key.");
    expect(await ann.next()).toMatchObject({ errorCode: "UPSTREAM_UNAUTHENTICATED" });
    expect(ann.closed).toBeUndefined();
  });
});

describe("[TALK7] a client's close is answered, and the others stay connected", () => {
  it("with a code that may be sent", async () => {
    const { join, ann, model } = await connectedConversation();
    const bob = await join();
    bob.close(4002);
    expect(await bob.untilClosed()).toMatchObject({ code: 4002 });
    await model.send({ serverContent: { turnComplete: true } });
    expect(await ann.next()).toMatchObject({ turnComplete: true });
    expect(model.closed).toBeUndefined();
  });
});

describe("[TALK8] of two open microphones one is forwarded, and the other is notified", () => {
  it("frees the floor when its holder leaves", async () => {
    const { join, ann, model } = await connectedConversation();
    const bob = await join();
    ann.send(pcm(320, 8000));
    await model.until(({ received }) => received.length === 2);
    bob.send(pcm(320, 8000));
    expect(await bob.next()).toMatchObject({ errorCode: "FLOOR_TAKEN" });
    ann.close();
    await ann.untilClosed();
    bob.send(pcm(640, 8000));
    await model.until(({ received }) => received.length === 3);
    expect(ann.events).toEqual([]);
  });
});

describe("[DOOR1] a refused WebSocket receives the reason and is closed", () => {
  it.each([
    ["/ws/google.ai/s", "BAD_IDENTITY", {}],
    ["/ws/a%20b/s", "BAD_IDENTITY", {}],
    ["/ws/ann/s?agent=nobody", "UNKNOWN_AGENT", {}],
    ["/ws/ann/s", "FORBIDDEN_ORIGIN", { origin: "https://evil.example" }],
    ["/nowhere", "NOT_FOUND", {}],
  ])("%s → %s", async (path, code, headers) => {
    const client = await connect(path, headers);
    expect(await client.next()).toMatchObject({ errorCode: code });
    const { code: close, reason } = await client.untilClosed();
    expect(close).toBe(1008);
    expect(reason.length).toBeGreaterThan(10);
  });

  it("answers a plain request with a status", async () => {
    const response = await exports.default.fetch("https://parley.test/ws/ann/s");
    expect(response.status).toBe(426);
    expect(await response.json()).toMatchObject({ code: "NOT_A_WEBSOCKET" });
  });
});

describe("[HEALTH2] /healthz has the list prices of the agents' models", () => {
  it("in USD for one token, with their date, and none for a model without a known price", async () => {
    const response = await exports.default.fetch("https://parley.test/healthz");
    const { agents, prices } = await response.json<{
      agents: { model: string }[];
      prices: { model: string; asOf: string; audioOut: number }[];
    }>();
    const priced = prices.map(({ model }) => model);
    expect(new Set(priced).size).toBe(priced.length);
    expect(agents.map(({ model }) => model)).toEqual(expect.arrayContaining(priced));
    expect(prices).toContainEqual(
      expect.objectContaining({
        model: "gemini-3.8-live",
        audioOut: 12e-6,
        asOf: expect.any(String),
      }),
    );
  });
});

describe("[HEALTH1] /healthz names the upstream", () => {
  it("and the agents", async () => {
    const response = await exports.default.fetch("https://parley.test/healthz");
    expect(await response.json()).toMatchObject({
      ok: true,
      upstream: "emulator.test",
      model: "gemini-3.8-live",
      agents: expect.arrayContaining([
        expect.objectContaining({
          name: "dice",
          suggestions: expect.arrayContaining(["Roll a die"]),
        }),
      ]),
    });
  });
});
