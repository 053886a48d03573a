/** Bodies of requests that are too large, too slow, compressed, wrong, or whose sender may not be here. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { isClientError } from "../../src/core/errors.ts";
import worker from "../../src/index.ts";
import { phoneProviders } from "../../src/protocols/phone/providers.ts";
import { readBody } from "../../src/protocols/request-body.ts";
import { ArtifactStore } from "../../src/store/artifacts.ts";
import { EventLog } from "../../src/store/event-log.ts";
import type { Event } from "../../src/wire/adk.ts";
import {
  nativeConversation,
  transcriptMessage,
  turnCompleteMessage,
} from "./native-conversation.ts";
import { rest, sessionsPath, stubOf } from "./rest.ts";
import { connectSse } from "./sse.ts";
import { ask, secret, tokenFor } from "./tokens.ts";

afterEach(() => void vi.restoreAllMocks());

const mebibyte = 1024 * 1024;

/** Of UTF-8, a character for each number of its bytes. */
const characters = { 1: " ", 3: "€" };

/**
 * A body of so many bytes, which comes in pieces of 64 KiB. It counts what was taken of it.
 * @param each the bytes of each character.
 */
function streamed(bytes: number, each: keyof typeof characters = 1) {
  const taken = { bytes: 0, cancelled: false };
  const piece = new TextEncoder().encode(characters[each].repeat(65_536)).subarray(0, 65_536);
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (taken.bytes >= bytes) return controller.close();
        taken.bytes += 65_536;
        controller.enqueue(piece.slice());
      },
      cancel: () => void (taken.cancelled = true),
    },
    { highWaterMark: 0 },
  );
  return { taken, body };
}

const requestWith = (
  path: string,
  body: ReadableStream<Uint8Array>,
  headers: Record<string, string> = {},
): Request => new Request(`https://parley.test${path}`, { method: "POST", body, headers });

/** Each route that takes a body, with its bound in bytes. */
const routes: [string, number][] = [
  ["/run", 8 * mebibyte],
  ["/run_sse", 8 * mebibyte],
  [sessionsPath("ann"), 8 * mebibyte],
  [`${sessionsPath("ann")}/bodies`, 8 * mebibyte],
  [`${sessionsPath("ann")}/bodies/artifacts`, 8 * mebibyte],
  ["/send/ann/bodies", mebibyte],
  ["/v1alpha/auth_tokens", mebibyte],
  ["/live/assistant/ann/bodies/v1beta/auth_tokens", mebibyte],
  ["/api/calls", 65_536],
];

const calling = {
  TWILIO_ACCOUNT_SID: "AC0",
  TWILIO_AUTH_TOKEN: "t",
  PHONE_NUMBER: "+14155550100",
  PUBLIC_URL: "https://parley.test",
  CALLS_ALLOWED_TO: "+1415*",
};

describe("[HTTP1] A body must be read only once its sender is authorised, and only up to its route's bound", () => {
  it.each(routes)("%s: not a byte of a sender without a valid token", async (path) => {
    for (const authorization of [undefined, `Bearer ${await tokenFor({}, "another secret")}`]) {
      const { taken, body } = streamed(90 * mebibyte);
      const request = requestWith(path, body, { ...(authorization && { authorization }) });
      const response = await worker.fetch(request, { ...env, AUTH_SECRET: secret, ...calling });
      expect(response.status).toBe(401);
      expect(taken.bytes).toBeLessThanOrEqual(65_536);
    }
  });

  it.each(routes)("%s: %i bytes and little more, whatever its headers say", async (path, bound) => {
    const authorization = `Bearer ${await tokenFor({ role: "operator" })}`;
    for (const headers of [{}, { "content-length": "10" }]) {
      const { taken, body } = streamed(90 * mebibyte);
      const request = requestWith(path, body, { authorization, ...headers });
      const response = await worker.fetch(request, { ...env, AUTH_SECRET: secret, ...calling });
      const text = await response.text();
      expect(text).toContain(`${bound} bytes`);
      expect(response.status).toBe(
        path.startsWith("/send") ? 200 : path.includes("auth_tokens") ? 400 : 413,
      );
      expect(taken.bytes).toBeLessThanOrEqual(bound + 2 * 65_536);
      expect(taken.cancelled).toBe(true);
    }
  });

  it.each(["/api/tokens", "/api/tokens/revoke"])(
    "%s: 65536 bytes of a back end with the admin secret, and none of others",
    async (path) => {
      const settings = { ...env, AUTH_SECRET: secret, ADMIN_SECRET: "admin secret of the test" };
      const send = async (authorization: string, headers: Record<string, string>) => {
        const { taken, body } = streamed(90 * mebibyte);
        const request = requestWith(path, body, { authorization, ...headers });
        const response = await worker.fetch(request, settings);
        return { taken, status: response.status, text: await response.text() };
      };
      const foreign = await send(`Bearer ${await tokenFor({ role: "operator" })}`, {});
      expect([foreign.status, foreign.taken.bytes <= 65_536]).toEqual([401, true]);
      for (const headers of [{}, { "content-length": "10" }]) {
        const { status, text, taken } = await send("Bearer admin secret of the test", headers);
        expect([status, text]).toEqual([413, expect.stringContaining("65536 bytes")]);
        expect(taken.bytes).toBeLessThanOrEqual(3 * 65_536);
        expect(taken.cancelled).toBe(true);
      }
      const gzip = await send("Bearer admin secret of the test", { "content-encoding": "gzip" });
      expect([gzip.status, gzip.text]).toEqual([400, expect.stringContaining("compressed")]);
    },
  );

  it("a webhook of the telephone: 64 KiB", async () => {
    const names = Object.keys(phoneProviders);
    for (const path of names.flatMap((name) => [`/${name}/voice`, `/${name}/status`])) {
      const { taken, body } = streamed(90 * mebibyte);
      const response = await worker.fetch(requestWith(path, body), { ...env, ...calling });
      expect(response.status).toBe(413);
      expect(taken.bytes).toBeLessThanOrEqual(3 * 65_536);
    }
  });

  it("counts bytes, not characters", async () => {
    const { taken, body } = streamed(65_536, 3);
    expect(await readBody(requestWith("/", body), 65_535)).toMatchObject({ code: "BODY_TOO_BIG" });
    expect(taken.cancelled).toBe(true);
  });

  it("a length that is announced is refused without a byte", async () => {
    const { taken, body } = streamed(90 * mebibyte);
    const request = requestWith("/", body, { "content-length": "94371840" });
    expect(await readBody(request, mebibyte)).toMatchObject({ code: "BODY_TOO_BIG", status: 413 });
    expect(taken.bytes).toBeLessThanOrEqual(65_536);
  });

  it("a compressed body is refused in words", async () => {
    for (const encoding of ["gzip", "br", "deflate, gzip"]) {
      const { body } = streamed(65_536);
      const request = requestWith("/", body, { "content-encoding": encoding });
      const refusal = await readBody(request, mebibyte);
      expect(refusal).toMatchObject({
        code: "BAD_FRAME",
        message: expect.stringContaining("compressed"),
      });
    }
    expect(
      await readBody(
        requestWith("/", streamed(65_536).body, { "content-encoding": "identity" }),
        mebibyte,
      ),
    ).toHaveLength(65_536);
  });

  it("one that does not arrive whole in time is refused, and given up", async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array([123])),
      cancel: () => void (cancelled = true),
    });
    const refusal = await readBody(requestWith("/", body), mebibyte, 1);
    expect(typeof refusal === "object" && isClientError(refusal) && refusal).toMatchObject({
      code: "BODY_TOO_SLOW",
      status: 408,
    });
    expect(cancelled).toBe(true);
  });

  it("text that is cut within a character is read as it is", async () => {
    const bytes = new TextEncoder().encode("a€😀");
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    expect(await readBody(requestWith("/", body), mebibyte)).toBe("a€😀");
  });
});

describe("[HTTP2] A transcript must be read page by page, as its reader takes it", () => {
  const text = "x".repeat(200_000);
  const events = Array.from({ length: 30 }, (_, at) => ({
    id: `e${at}`,
    author: "user",
    timestamp: at + 1,
    content: { role: "user", parts: [{ text }] },
  }));

  it("one that is not read costs one page, and one that is read is whole", async () => {
    const path = `${sessionsPath("ann")}/long`;
    await rest("POST", sessionsPath("ann"), { sessionId: "long", events });
    const page = vi.spyOn(EventLog.prototype, "page");
    const unread = await ask(path, { token: await tokenFor() });
    const reader = unread.body!.getReader();
    await reader.read();
    // Requests to one object are answered in order.
    for (let at = 0; at < 3; at++) await rest("GET", `${sessionsPath("ann")}/none`);
    expect(page.mock.calls.length).toBeLessThanOrEqual(1);
    await reader.cancel();
    const { status, body } = await rest("GET", path);
    expect(status).toBe(200);
    expect(body.events.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(body.events.every(({ content }) => content?.parts?.[0]?.text === text)).toBe(true);
    expect(Object.keys(body).toSorted()).toEqual(
      ["appName", "events", "id", "lastUpdateTime", "state", "userId"].toSorted(),
    );
    expect(page.mock.calls.length).toBeGreaterThan(5);
  });

  it("no page and no look at the newest events is larger than some MiB", async () => {
    await runInDurableObject(stubOf("long", "ann"), (_, { storage }) => {
      const log = new EventLog(storage);
      for (let at = 0; at < 12; at++)
        log.append(
          {
            ...events[0],
            id: `m${at}`,
            content: { parts: [{ text: "y".repeat(mebibyte) }] },
          } as unknown as Event,
          1,
        );
      expect(JSON.stringify(log.page(30)).length).toBeLessThan(3 * mebibyte);
      expect(JSON.stringify(log.newest(500)).length).toBeLessThan(6 * mebibyte);
      expect(JSON.stringify(log.exportRows(30)).length).toBeLessThan(3 * mebibyte);
      const [start, end] = [
        { epoch: -1, seq: 0 },
        { epoch: 1, seq: 0 },
      ];
      const after = log.eventsAfter(start, 500, 30);
      expect(JSON.stringify(after).length).toBeLessThan(3 * mebibyte);
      expect(after[0]?.event.id).toBe("m0");
      const missed = log.eventsBetween(start, end, 500);
      expect(JSON.stringify(missed).length).toBeLessThan(6 * mebibyte);
      expect(missed.at(-1)?.id).toBe("m11");
      expect(log.eventsBetween(start, end, 2).map(({ id }) => id)).toEqual(["m10", "m11"]);
    });
  });

  it("a trace holds eight pages at most", async () => {
    const first = { author: "user", timestamp: 1, content: { parts: [{ text: "y" }] } };
    await rest("POST", sessionsPath("ann"), { sessionId: "traced", events: [first] });
    await runInDurableObject(stubOf("traced", "ann"), (_, { storage }) => {
      const log = new EventLog(storage);
      const content = { parts: [{ text: "y".repeat(mebibyte) }] };
      for (let at = 0; at < 10; at++)
        log.append({ ...events[0], id: `t${at}`, content } as unknown as Event, 1);
    });
    const page = vi.spyOn(EventLog.prototype, "page");
    const path = "/dev/apps/assistant/debug/trace/session/traced?user_id=ann";
    const { status, body } = await rest("GET", path);
    expect([status, Array.isArray(body)]).toEqual([200, true]);
    expect(page.mock.calls.length).toBe(8);
  });

  it.each([
    { text: "a€😀".repeat(400_000) },
    { inlineData: { mimeType: "image/png", data: "-_Az".repeat(900_000) } },
    { inlineData: { mimeType: "image/png", data: `${"-_Az".repeat(700_000)}-_A=` } },
    { inlineData: { mimeType: "image/png", data: "" } },
    { text: "" },
  ])(
    "an artifact that is not read costs one chunk, and one that is read is whole: %#",
    async (artifact) => {
      const path = `${sessionsPath("ann")}/files`;
      await rest("POST", sessionsPath("ann"), { sessionId: "files" });
      await rest("POST", `${path}/artifacts`, { filename: "a", artifact });
      const chunk = vi.spyOn(ArtifactStore.prototype, "chunk");
      const unread = await ask(`${path}/artifacts/a`, { token: await tokenFor() });
      const reader = unread.body!.getReader();
      await reader.read();
      // Requests to one object are answered in order.
      for (let at = 0; at < 3; at++) await rest("GET", `${path}/artifacts`);
      expect(chunk.mock.calls.length).toBeLessThanOrEqual(1);
      await reader.cancel();
      expect(await rest("GET", `${path}/artifacts/a`)).toEqual({ status: 200, body: artifact });
    },
  );

  it("an event stream that resumes gets all that it missed, page by page", async () => {
    const { object, ann, model } = await nativeConversation();
    const [, user = "", session = ""] = JSON.parse(object) as string[];
    const say = async (text: string) => {
      await model.send(transcriptMessage(text), turnCompleteMessage);
      await ann.event(({ turnComplete }) => turnComplete === true);
      ann.ack();
    };
    const path = `/events/${user}/${session}`;
    const first = await connectSse(path);
    await say("First.");
    await first.turn();
    const cursor = first.last ?? "";
    await first.disconnect();
    const texts = Array.from({ length: 8 }, (_, n) => `${n} ${"z".repeat(200_000)}`);
    for (const text of texts) await say(text);
    const page = vi.spyOn(EventLog.prototype, "eventsAfter");
    const again = await connectSse(path, { "last-event-id": cursor });
    for (const _ of texts) await again.turn();
    expect(again.transcript.startsWith("0 z")).toBe(true);
    expect(again.transcript.length).toBe(texts.join("").length);
    expect(page.mock.calls.length).toBeGreaterThan(2);
    await again.disconnect();
  });
});

describe("[SESS19] A session must be made whole or not at all", () => {
  it("of an event that cannot be stored nothing is left, and the name stays free", async () => {
    const sessionId = "whole";
    const body = {
      sessionId,
      state: { a: 1, "user:b": 2 },
      events: [1, 2, 3].map((at) => ({ author: "user", timestamp: at })),
    };
    // oxlint-disable-next-line typescript/unbound-method -- It is called with its object.
    const { append: original } = EventLog.prototype;
    const append = vi.spyOn(EventLog.prototype, "append");
    append
      .mockImplementationOnce(function (this: EventLog, ...args) {
        return original.apply(this, args);
      })
      .mockImplementationOnce(() => {
        throw new Error("string or blob too big: SQLITE_TOOBIG");
      });
    const refused = await rest("POST", sessionsPath("wendy"), body);
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).not.toContain("SQLITE");
    expect((await rest("GET", `${sessionsPath("wendy")}/${sessionId}`)).status).toBe(404);
    expect((await rest("GET", sessionsPath("wendy"))).body).toEqual([]);
    append.mockRestore();
    expect((await rest("POST", sessionsPath("wendy"), { sessionId: "other" })).body.state).toEqual(
      {},
    );
    const { state, ...content } = body;
    const made = await rest("POST", sessionsPath("wendy"), { ...content, state: { c: state.a } });
    expect(made.status).toBe(200);
    expect(made.body.state).toEqual({ c: 1 });
    expect(made.body.events).toHaveLength(3);
  });

  it.each([
    { state: { "app:price": 1 } },
    { state: { a: "a".repeat(65_536) } },
    {
      events: [{ author: "user" }, { author: "lab", actions: { stateDelta: { "app:price": 1 } } }],
    },
    { events: [{ author: "user", actions: { stateDelta: { ["k".repeat(129)]: 1 } } }] },
    { events: [{ author: "user", content: { parts: [{ text: "x".repeat(1_048_576) }] } }] },
  ])("what a session may not hold is refused before it is made: %#", async (content) => {
    const refused = await rest("POST", sessionsPath("will"), { sessionId: "none", ...content });
    expect([400, 413]).toContain(refused.status);
    expect(refused.body.detail).toMatch(/^The session was not made: /);
    expect((await rest("GET", `${sessionsPath("will")}/none`)).status).toBe(404);
    expect((await rest("GET", sessionsPath("will"))).body).toEqual([]);
    expect((await rest("POST", sessionsPath("will"), { sessionId: "probe" })).body.state).toEqual(
      {},
    );
    await rest("DELETE", `${sessionsPath("will")}/probe`);
  });
});
