import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { takeFindings } from "./secret-watch.ts";
import { rest, sessionsPath } from "./rest.ts";
import { secret, tokenFor } from "./tokens.ts";

const eventWith = (author: string, part: object) => ({
  id: crypto.randomUUID(),
  invocationId: "i1",
  author,
  content: { role: "model", parts: [part] },
});

const streamOf = (chunk: Uint8Array): ReadableStream =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(chunk);
      controller.close();
    },
  });

describe("[SECRET4] the suite's watch finds a secret", () => {
  it.each([
    ["as it is", secret],
    ["base64", btoa(`x${secret}y`)],
    ["among others", `denied: ${secret}.`],
  ])("in a log line, %s", (_, text) => {
    console.debug(text);
    expect(takeFindings()).not.toEqual([]);
  });

  it("that is a token, and not its words", async () => {
    console.debug(`refused ${await tokenFor({ user: "ann" })}`);
    expect(takeFindings()).not.toEqual([]);
    console.debug("refused a token of ann");
    expect(takeFindings()).toEqual([]);
  });

  it("in a frame", () => {
    const { 0: client, 1: server } = new WebSocketPair();
    client.accept();
    server.accept();
    server.send(JSON.stringify({ secret }));
    server.send(new TextEncoder().encode(secret));
    expect(takeFindings()).not.toEqual([]);
  });

  it("that is a handle, or media, in a log line", () => {
    console.debug(`resumes with ${new Uint8Array(80).fill(7).toBase64({ alphabet: "base64url" })}`);
    expect(takeFindings()).not.toEqual([]);
    console.debug(new Uint8Array(240).fill(7).toBase64());
    expect(takeFindings()).not.toEqual([]);
    console.debug(`at /${"a-long-path/".repeat(40)}`);
    expect(takeFindings()).toEqual([]);
  });

  it("in a row of any object, and in a value of its key-value store", async () => {
    const object = env.CONVERSATION.getByName(JSON.stringify(["assistant", "ann", "watched"]));
    const findings = await runInDurableObject(object, (_, { storage }) => {
      storage.sql.exec("SELECT ?", "words");
      const without = takeFindings();
      storage.sql.exec("SELECT ?", secret);
      const inRow = takeFindings();
      storage.kv.put("watched", { deep: [{ secret }] });
      storage.kv.delete("watched");
      return [without, inRow, takeFindings()].map(({ length }) => length);
    });
    expect(findings).toEqual([0, 1, 1]);
  });

  it("in a row of D1", async () => {
    await env.CATALOGUE.prepare("SELECT ?").bind(secret).run();
    expect(takeFindings()).toHaveLength(1);
  });

  it("in the attachment of a socket", () => {
    const { 0: client } = new WebSocketPair();
    client.serializeAttachment({ token: { secret } });
    expect(takeFindings()).toHaveLength(1);
  });

  it.each([
    ["a body", () => new Response(`denied: ${secret}`)],
    ["a body as JSON", () => Response.json({ detail: secret })],
    ["a header", () => new Response(null, { headers: { "x-reason": secret } })],
    ["a header beside JSON", () => Response.json({}, { headers: { "x-reason": secret } })],
    ["a stream", () => new Response(streamOf(new TextEncoder().encode(secret)))],
  ])("in %s of a response", (_, respond) => {
    expect(respond().status).toBe(200);
    expect(takeFindings()).toHaveLength(1);
  });

  it("that is a token in a header of a response, and not in a body", async () => {
    const token = await tokenFor({ user: "ann" });
    Response.json({ token });
    expect(takeFindings()).toEqual([]);
    Response.json({}, { headers: { location: `/?token=${token}` } });
    expect(takeFindings()).toHaveLength(1);
  });

  it("in what a route of the Worker answers, spans included", async () => {
    const session = `spans-${crypto.randomUUID()}`;
    const call = { id: "c1", name: "look_up", args: { secret } };
    const response = { id: "c1", name: "look_up", response: {} };
    const events = [
      eventWith("user", { functionCall: call }),
      eventWith("assistant", { functionResponse: response }),
    ];
    await rest("POST", sessionsPath("ann"), { sessionId: session, events });
    takeFindings();
    const { status } = await rest("GET", `/debug/trace/session/${session}?user_id=ann`);
    expect([status, takeFindings().length > 0]).toEqual([200, true]);
  });

  it("in a URL that is fetched", async () => {
    await fetch(`data:,${encodeURIComponent(secret)}`).catch(() => undefined);
    expect(takeFindings()).toHaveLength(1);
  });
});
