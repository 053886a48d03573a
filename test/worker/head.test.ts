import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import app from "../../src/index.ts";
import { method } from "./live-client.ts";
import { connectSse } from "./sse.ts";
import { rest, sessionsPath } from "./rest.ts";

const object = JSON.stringify(["assistant", "hugo", "head"]);

/** Sockets that the conversation has accepted. */
const socketCount = () =>
  runInDurableObject(
    env.CONVERSATION.getByName(object),
    (_, state) => state.getWebSockets().length,
  );

/** Not by a binding: that makes a GET of each request with an Upgrade header. */
const request = async (verb: string, url: string, headers = {}): Promise<Response> =>
  app.fetch(new Request(url, { method: verb, headers }), env);

/** An address of a route: parameters have values of this test's conversation. */
const addressOf = (path: string): string =>
  path
    .replace(":app", "assistant")
    .replace(":user", "hugo")
    .replace(":session", "head")
    .replaceAll(/:\w+|\*/g, "x");

const getRoutes = [
  ...new Set(app.routes.filter(({ method: m }) => m === "GET").map(({ path }) => path)),
];

describe("[DOOR11] HEAD answers by itself", () => {
  it.each([...getRoutes, `/${method}`, `/live/:app/:user/:session/${method}`])(
    "%s opens no connection, as a WebSocket neither",
    async (path) => {
      const query = "?app_name=assistant&user_id=hugo&session_id=head";
      await rest("POST", `${sessionsPath("hugo")}/head`, {});
      const url = `https://parley.test${addressOf(path)}${query}`;
      for (const headers of [{}, { Upgrade: "websocket" }]) {
        const response = await request("HEAD", url, headers);
        expect(response.status).not.toBe(500);
        expect(response.webSocket ?? null).toBeNull();
        expect(await response.text()).toBe("");
      }
      expect(await socketCount()).toBe(0);
    },
  );

  it("a hundred of them leave room for a client", async () => {
    const url = "https://parley.test/events/hugo/head";
    for (let at = 0; at < 101; at++) await request("HEAD", url);
    const client = await connectSse("/events/hugo/head");
    await client.disconnect();
  });

  it("has the headers of GET's response, and its refusals", async () => {
    const head = (path: string) => request("HEAD", `https://parley.test${path}`);
    const response = await head("/events/hugo/head");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect((await head("/events/a%20b/head")).status).toBe(400);
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS"])("%s opens no WebSocket", async (verb) => {
    const path = `/live/assistant/hugo/head/${method}`;
    const headers = { Upgrade: "websocket" };
    const response = await request(verb, `https://parley.test${path}`, headers);
    expect(response.webSocket ?? null).toBeNull();
    expect(await socketCount()).toBe(0);
  });
});
