import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { sign } from "hono/jwt";
import { describe, expect, it } from "vitest";
import type { Conversation } from "../../src/conversation/conversation.ts";
import { stampEvent, typedTextEvent } from "../../src/core/adk/event.ts";
import { noPreferences, type AdmittedClient } from "../../src/protocols/attachment.ts";
import { clientHeader } from "../../src/protocols/conversation-socket.ts";
import { sse } from "../../src/protocols/sse/route.ts";
import { EventLog } from "../../src/store/event-log.ts";
import { tone, silence } from "../support/scripted.ts";
import { newConversation } from "./client.ts";
import { emulated, until } from "./emulated.ts";
import { turnCompleteMessage, transcriptMessage } from "./native-conversation.ts";
import { connectSse, postSse, text } from "./sse.ts";

function conversation() {
  const started = newConversation();
  const [, user = "", session = ""] = JSON.parse(started.object) as string[];
  return { ...started, events: `/events/${user}/${session}`, send: `/send/${user}/${session}` };
}

describe("[SSE1] ADK's sample works: it reads by GET and sends by POST", () => {
  it("answers typed text in the sample's own messages", async () => {
    const { object, events, send: to } = conversation();
    const { ports, pass } = emulated(object);
    ports.brain.replies.push([{ say: "It is noon." }]);
    const ann = await connectSse(`${events}?is_audio=false`);
    expect(await postSse(to, text("What time is it?"))).toEqual({ status: "sent" });
    await until(ann.turn(), pass);
    expect(ann.transcript).toBe("It is noon.");
    expect(ann.messages.at(-2)?.data).toEqual({ turn_complete: true, interrupted: null });
    expect(JSON.stringify(ann.messages)).not.toContain("audio/pcm");
    expect(ann.rest[0]).toBe("retry: 3000");
  });

  it("speech too, with the answer's audio on request", async () => {
    const { object, events, send: to } = conversation();
    const { ports, pass } = emulated(object);
    ports.recognizer.transcripts.push("what time is it");
    const ann = await connectSse(`${events}?is_audio=true`);
    const pcm = [...Array(4).fill(tone(250)), ...Array(8).fill(silence(250))] as Int16Array[];
    for (const each of pcm) {
      const data = new Uint8Array(each.buffer as ArrayBuffer).toBase64();
      expect(await postSse(to, { mime_type: "audio/pcm", data })).toEqual({ status: "sent" });
    }
    await until(ann.turn(), pass);
    const sound = ann.messages.find(({ data }) => data["mime_type"] === "audio/pcm");
    expect(Uint8Array.fromBase64(String(sound?.data["data"])).length).toBeGreaterThan(0);
    const transcript = ann.messages.find(({ data }) => data["inputTranscription"]);
    expect(transcript).toMatchObject({
      name: "event",
      data: { author: "user", inputTranscription: { text: "what time is it" } },
    });
  });

  it("without a session it is `sse-{user}`", async () => {
    const { models } = newConversation();
    const object = '["assistant","717","sse-717"]';
    const { pass } = emulated(object);
    const ann = await connectSse("/events/717");
    await postSse("/send/717", text("hi"));
    await until(ann.turn(), pass);
    expect(ann.transcript).toBe("You said: hi.");
    expect(models.all).toEqual([]);
  });
});

describe("[SSE2] invalid input is answered 200 with an error, as the sample does", () => {
  it.each([
    [{ mime_type: "video/mp4", data: "" }, "Mime type not supported: video/mp4"],
    [{ data: "a" }, "mime_type"],
    ["{", "mime_type"],
    [{ mime_type: "audio/pcm", data: "AAAA" }, "3 bytes"],
    [{ mime_type: "audio/pcm", data: "%" }, "not base64"],
    [{ mime_type: "text/plain", data: " " }, "empty"],
  ])("%j", async (body, expected) => {
    const { events, send: to } = conversation();
    const ann = await connectSse(events);
    expect(await postSse(to, body)).toEqual({
      code: "BAD_FRAME",
      error: expect.stringContaining(expected),
    });
    expect(ann.messages).toEqual([]);
  });

  it("each of too many requests is refused, reported before or not", async () => {
    const { events, send: to } = conversation();
    await connectSse(events);
    // Each request uses up half of a client's frame budget.
    const large = text("a".repeat(1_020_000));
    const answers = [];
    for (let each = 0; each < 5; each++) answers.push((await postSse(to, large))["code"]);
    expect(answers.slice(2)).toEqual(Array(3).fill("TOO_MANY_FRAMES"));
  });

  it("without a client to answer, or a role that may speak", async () => {
    const { events, send: to } = conversation();
    expect(await postSse(to, text("hi"))).toMatchObject({ error: /^Session not found/ });
    await connectSse(events);
    expect(await postSse(`${to}?role=listener`, text("hi"))).toMatchObject({ code: "NOT_ALLOWED" });
  });
});

describe("[SSE3] an SSE client receives the whole conversation, with named events for everything the sample cannot express", () => {
  it("typed text of others, and the answer, once", async () => {
    const { events, models, join } = conversation();
    const ann = await connectSse(events);
    const bob = await join();
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: {} });
    bob.send({ type: "text", text: "Hello?" });
    await model.until(({ received }) => received.length > 1);
    await model.send(transcriptMessage("Hi "), transcriptMessage("there."), turnCompleteMessage);
    await ann.next(({ data }) => data["turnComplete"] === true);
    expect(
      ann.messages.map(({ name, data }) => (name === "message" ? data : data["author"])),
    ).toEqual([
      "user",
      { mime_type: "text/plain", data: "Hi ", is_transcript: true },
      { mime_type: "text/plain", data: "there.", is_transcript: true },
      "assistant",
      { turn_complete: true, interrupted: null },
      "assistant",
    ]);
  });
});

describe("[SSE4] a client that reconnects with an id receives the rest: no text lost or duplicated", () => {
  const answering = async () => {
    const started = conversation();
    const ann = await connectSse(started.events);
    await started.join();
    const model = await started.models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: {} }, transcriptMessage("One two "));
    await ann.next(({ data }) => data["data"] === "One two ");
    const again = () => connectSse(started.events, { "last-event-id": ann.last ?? "" });
    return { ...started, ann, model, again };
  };

  it("in the middle of an answer that continues", async () => {
    const { ann, model, again, join } = await answering();
    const bob = await join();
    await ann.disconnect();
    await model.send(transcriptMessage("three "));
    await bob.next(({ outputTranscription: transcript }) => transcript?.text === "three ");
    const back = await again();
    await model.send(transcriptMessage("four."), turnCompleteMessage);
    await back.turn();
    expect(back.transcript).toBe("three four.");
  });

  it("after the answer has ended and another has begun", async () => {
    const { ann, model, again, join } = await answering();
    const bob = await join();
    await ann.disconnect();
    await model.send(
      transcriptMessage("three."),
      turnCompleteMessage,
      transcriptMessage("Five."),
      turnCompleteMessage,
      transcriptMessage("Six"),
    );
    await bob.next(({ outputTranscription: transcript }) => transcript?.text === "Six");
    const back = await again();
    await model.send(transcriptMessage(" seven."), turnCompleteMessage);
    for (let turns = 0; turns < 3; turns++) await back.turn();
    expect(back.transcript).toBe("three.Five.Six seven.");
  });

  it("for a log of any length", async () => {
    const { object, events, ann } = await answering();
    await ann.disconnect();
    const [epoch = 0, seq = 0] = (ann.last ?? "").split(/[.+]/).map(Number);
    const texts = Array.from({ length: 1_001 }, (_, n) => `${n}`);
    const rows = texts.map((text, n) => {
      const event = stampEvent(typedTextEvent(text), { id: `e${n}`, invocationId: "", now: 0 });
      const json = JSON.stringify(event);
      // All with one cursor, as without an SSE client.
      const cursor = { epoch, told: seq + 1, sound_ms: 0 };
      return { ...cursor, seq: n, turn: 1, at_ms: 0, author: "user", json };
    });
    await runInDurableObject(env.CONVERSATION.getByName(object), (_, { storage }) =>
      new EventLog(storage).importRows(rows),
    );
    const back = await connectSse(events, { "last-event-id": ann.last ?? "" });
    await back.next(({ data }) => data["id"] === "e1000");
    const ids = back.messages.flatMap(({ data }) => (data["author"] === "user" ? data["id"] : []));
    expect(ids).toEqual(texts.map((n) => `e${n}`));
  });

  it("after the server's object was restarted", async () => {
    const { events, ann, model } = await answering();
    await model.send(transcriptMessage("three."), turnCompleteMessage);
    await ann.turn();
    const half = ann.messages.find(({ data }) => data["data"] === "One two ")?.id ?? "";
    await ann.disconnect();
    await abortAllDurableObjects();
    const back = await connectSse(`${events}?after=${encodeURIComponent(half)}`);
    await back.turn();
    expect(back.transcript).toBe("three.");
  });

  it("ignores an id that is not a cursor of this conversation", async () => {
    const { events } = await answering();
    for (const id of ["0.0", "9999999999.1", "x", "1.2.3", "1".repeat(20_000)]) {
      const back = await connectSse(events, { "last-event-id": id });
      expect(back.messages).toEqual([]);
    }
  });
});

describe("[DOOR3] invalid input in any protocol is reported to its sender alone and ends nothing", () => {
  it("an attachment that is too large to store is rejected and affects no other connection", async () => {
    const { object, events } = conversation();
    const stub = env.CONVERSATION.getByName(object);
    const client: AdmittedClient = {
      ...noPreferences,
      protocol: "sse",
      app: "assistant",
      role: "speaker",
      granted: "speaker",
      cursor: "1".repeat(20_000),
    };
    const headers = { upgrade: "websocket", [clientHeader]: JSON.stringify(client) };
    await runInDurableObject(stub, async (here: Conversation) => {
      await expect(here.fetch(new Request("https://parley.test/", { headers }))).rejects.toThrow(
        /attachment/,
      );
    });
    const ann = await connectSse(events);
    await stub.delete();
    await ann.untilEnded();
    expect(ann.messages.at(-1)).toMatchObject({ name: "goodbye" });
  });
});

describe("[SSE5] a refused client receives a status; a client that disconnects has left", () => {
  it.each([
    ["/events/google.ann", {}, 400],
    ["/events/ann?agent=nobody", {}, 404],
    ["/events/ann", { origin: "https://evil.example" }, 403],
  ])("%s", async (path, headers: Record<string, string>, status) => {
    const response = await exports.default.fetch(`https://parley.test${path}`, { headers });
    expect(response.status).toBe(status);
  });

  it.each([
    ["", {}, 401],
    ["?access_token=TOKEN", {}, 200],
    ["?access_token=TOKENx", {}, 401],
    ["", { authorization: "Bearer TOKEN" }, 200],
  ])("where tokens are required: %j %j → %i", async (query, headers: object, status) => {
    const secret = "a secret of the test";
    const exp = Math.floor(Date.now() / 1000) + 60;
    const token = await sign({ user: "tea", exp }, secret, "HS256");
    const put = <T>(given: T): T => JSON.parse(JSON.stringify(given).replace("TOKEN", token)) as T;
    emulated('["assistant","tea","s"]');
    const response = await sse.request(
      `https://parley.test/events/tea/s${put(query)}`,
      { headers: put(headers) as Record<string, string> },
      { ...env, AUTH_SECRET: secret },
    );
    expect(response.status).toBe(status);
    await response.body?.cancel();
  });

  it("notifies the client when the conversation ends", async () => {
    const { events, object } = conversation();
    const ann = await connectSse(events);
    await env.CONVERSATION.getByName(object).delete();
    await ann.untilEnded();
    expect(ann.messages.at(-1)).toMatchObject({
      name: "goodbye",
      data: { code: 1000, again: false },
    });
  });
});
