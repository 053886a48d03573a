/** Bodies of requests that are too large, too slow, compressed, wrong, or whose sender may not be here. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { isClientError } from "../../src/core/errors.ts";
import worker from "../../src/index.ts";
import { readBody } from "../../src/protocols/request-body.ts";
import { EventLog } from "../../src/store/event-log.ts";
import type { Event } from "../../src/wire/adk.ts";
import { rest, sessionsPath, stubOf } from "./rest.ts";
import { ask, secret, tokenFor } from "./tokens.ts";

afterEach(() => void vi.restoreAllMocks());

const mebibyte = 1024 * 1024;

/** A body of so many bytes, which comes in pieces of 64 KiB. It counts what was taken of it. */
function streamed(bytes: number) {
  const taken = { bytes: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (taken.bytes >= bytes) return controller.close();
        taken.bytes += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
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

  it("a webhook of the telephone: 64 KiB", async () => {
    for (const path of ["/twilio/voice", "/twilio/status"]) {
      const { taken, body } = streamed(90 * mebibyte);
      const response = await worker.fetch(requestWith(path, body), { ...env, ...calling });
      expect(response.status).toBe(413);
      expect(taken.bytes).toBeLessThanOrEqual(3 * 65_536);
    }
  });

  it("a length that is announced is refused without a byte", async () => {
    const { taken, body } = streamed(90 * mebibyte);
    const request = requestWith("/", body, { "content-length": "94371840" });
    expect(await readBody(request, 10)).toMatchObject({ code: "BODY_TOO_BIG", status: 413 });
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
    });
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
    const append = vi.spyOn(EventLog.prototype, "append");
    append
      .mockImplementationOnce(() => true)
      .mockImplementationOnce(() => {
        throw new Error("string or blob too big: SQLITE_TOOBIG");
      });
    const refused = await rest("POST", sessionsPath("wendy"), body);
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).not.toContain("SQLITE");
    expect((await rest("GET", `${sessionsPath("wendy")}/${sessionId}`)).status).toBe(404);
    expect((await rest("GET", sessionsPath("wendy"))).body).toEqual([]);
    append.mockRestore();
    const made = await rest("POST", sessionsPath("wendy"), body);
    expect(made.status).toBe(200);
    expect(made.body.state).toEqual({ a: 1, "user:b": 2 });
    expect(made.body.events).toHaveLength(3);
  });
});
