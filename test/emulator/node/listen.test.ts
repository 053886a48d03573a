import { request } from "node:https";
import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { readFaults } from "../../../src/emulator/core/faults/parse-faults.ts";
import { Client } from "../../support/client.ts";
import { tone } from "../../support/scripted.ts";
import { audio, DEFAULT_SETUP, type Received } from "../client.ts";
import { path, post, session, startShell } from "./shell.ts";

const get = async (url: string) => (await fetch(url)).json();

describe("plain HTTP", () => {
  it("[EMUS32] mints a token that is valid for a session on the constrained path", async () => {
    const { url } = await startShell();
    const { status, body } = await post(`${url}//v1beta/auth_tokens?key=local`, { uses: 1 });
    expect(status).toBe(200);
    const constrained = `${url.replace("http", "ws")}${path}Constrained?access_token=${body.name}`;
    const client = new Client<Received>(constrained);
    await client.send({ setup: DEFAULT_SETUP });
    await client.next((message) => message.setupComplete !== undefined);
    await client.close();
  });

  it("[EMUS32] answers with Google's error texts, and 404 for unknown paths", async () => {
    const { url } = await startShell();
    expect(await post(`${url}/v1/auth_tokens`, {})).toMatchObject({
      status: 403,
      body: { error: { code: 403, status: "PERMISSION_DENIED" } },
    });
    expect((await post(`${url}/v1/models?key=local`, {})).status).toBe(404);
  });

  it("[EMUS32] accepts a body of one mebibyte and no more", async () => {
    const { url } = await startShell();
    const max = 1024 * 1024;
    const tokens = `${url}/v1/auth_tokens?key=local`;
    expect((await post(tokens, `{}${" ".repeat(max - 2)}`)).status).toBe(200);
    expect((await post(tokens, `{}${" ".repeat(max - 1)}`)).status).toBe(413);
  });
});

describe("debug endpoints", () => {
  it("[EMUS33] a posted fault strikes an open connection", async () => {
    const { url } = await startShell();
    const client = await session(url);
    const fault = { when: { connection: 1 }, what: { close: "quota" } };
    expect(await post(`${url}/_emulator/faults`, fault)).toEqual({ status: 200, body: {} });
    expect(await client.closed).toMatchObject({
      code: 1011,
      reason: expect.stringMatching(/^You exceeded your current quota/),
    });
    expect(await post(`${url}/_emulator/faults`, fault)).toMatchObject({ status: 409 });
  });

  it("[EMUS33] a malformed fault is refused in one sentence", async () => {
    const { url } = await startShell();
    const faults = `${url}/_emulator/faults`;
    expect(await post(faults, { what: { freeze: 1 } })).toMatchObject({
      status: 400,
      body: { error: { message: 'The fault: "freeze" must be true.' } },
    });
    expect((await post(faults, "{")).body.error.message).toMatch(/^That is not JSON/);
    expect((await fetch(faults)).status).toBe(405);
  });

  it("[EMUS11] a page from another origin must not post, even with a local host name", async () => {
    const { url } = await startShell();
    const fault = { when: { connection: 9 }, what: { freeze: true } };
    const from = (origin: string) => post(`${url}/_emulator/faults`, fault, { origin });
    expect((await from("https://elsewhere.example")).status).toBe(403);
    expect((await from("http://localhost:5173")).status).toBe(200);
  });

  it("[EMUS34] show the frames of a connection in both directions, and media by size", async () => {
    const { url } = await startShell();
    const client = await session(url);
    await client.send({ realtimeInput: { audio: audio(tone(100)) } });
    await client.send("nonsense");
    await client.closed;
    const frames = `${url}/_emulator/frames`;
    const all = await get(`${frames}?connection=1`);
    expect(all[0]).toMatchObject({ connection: 1, ms: 0, open: path });
    expect(all).toContainEqual(expect.objectContaining({ server: { setupComplete: {} } }));
    const sound = all.find((entry: { client?: object }) => "realtimeInput" in (entry.client ?? {}));
    expect(sound.client.realtimeInput.audio.data).toEqual({ bytes: 3200 });
    expect(all.slice(-2)).toMatchObject([{ clientRaw: "nonsense" }, { close: { code: 1007 } }]);
    expect(await get(`${frames}?connection=2`)).toEqual([]);
    expect(await get(frames)).toHaveLength(all.length);
  });
});

describe("broken connections", () => {
  const injectFault = (what: object) => ({ faults: readFaults([{ when: { message: 2 }, what }]) });

  it("[EMUS36] reset: the client sees the end without a close frame", async () => {
    const { url } = await startShell(injectFault({ reset: true }));
    const client = await session(url);
    // The library does not expose it.
    const stream: Socket = Reflect.get(client.socket, "_socket");
    const error = new Promise<NodeJS.ErrnoException>((resolve) => stream.once("error", resolve));
    await client.send({ realtimeInput: { text: "hi" } });
    expect((await error).code).toBe("ECONNRESET");
    expect((await client.closed).code).toBe(1006);
  });

  it("[EMUS36] freeze: pings get no answer, and the client can still close", async () => {
    const { url, emulator } = await startShell(injectFault({ freeze: true }));
    const client = await session(url);
    const pongs: string[] = [];
    client.socket.on("pong", (data) => pongs.push(String(data)));
    client.socket.ping("before");
    await expect.poll(() => pongs).toEqual(["before"]);
    await client.send({ realtimeInput: { text: "hi" } });
    client.socket.ping("after");
    await client.close();
    expect(pongs).toEqual(["before"]);
    await expect.poll(() => emulator.stats().sockets).toBe(0);
  });
});

describe("frames", () => {
  it("[EMU5] the server never pings, and answers a ping with its own bytes", async () => {
    const { url } = await startShell();
    const client = await session(url);
    const seen: string[] = [];
    client.socket.on("ping", () => seen.push("a ping"));
    client.socket.on("pong", (data) => seen.push(String(data)));
    client.socket.ping("hello?");
    await client.send({ realtimeInput: { text: "hi" } });
    await client.next(({ serverContent }) => serverContent?.turnComplete === true);
    expect(seen).toEqual(["hello?"]);
    await client.close();
  });

  it.each([false, true])("[EMU7] stay below one mebibyte (TLS: %s)", async (tls) => {
    const { url, ports } = await startShell({}, { tls });
    // One sentence of thirty seconds, 1.4 MB of audio.
    ports.synthesizer.msPerWord = 30_000;
    ports.brain.replies.push([{ say: "Word." }]);
    const client = await session(url, { rejectUnauthorized: false });
    await client.send({ realtimeInput: { text: "hi" } });
    for (let i = 0; i < 10; i += 1)
      await client.next(({ serverContent }) => serverContent?.modelTurn !== undefined);
    await client.close();
    const sizes = client.all.map(({ raw }) => raw.length);
    expect(Math.max(...sizes)).toBeGreaterThan(10_000);
    expect(Math.max(...sizes)).toBeLessThan(1024 * 1024);
  });
});

describe("TLS", () => {
  it("[EMUS35] serves https and wss with a certificate that it shows", async () => {
    const { url, port } = await startShell({}, { tls: true });
    expect(url).toBe(`https://127.0.0.1:${port}`);
    const ca = await text(`${url}/_emulator/certificate`, { rejectUnauthorized: false });
    expect(JSON.parse(await text(`${url}/_emulator/health`, { ca }))).toEqual({ status: "ok" });
    expect(await text(`https://localhost:${port}/_emulator/certificate`, { ca })).toBe(ca);
    const client = await session(url, { ca });
    await client.send({ realtimeInput: { text: "hi" } });
    await client.next(({ serverContent }) => serverContent?.modelTurn !== undefined);
    await client.close();
  });

  it("[EMUS35] clients without the certificate do not trust it; reset works too", async () => {
    const faults = readFaults([{ when: { message: 2 }, what: { reset: true } }]);
    const { url } = await startShell({ faults }, { tls: true });
    await expect(text(`${url}/_emulator/health`, {})).rejects.toThrow("self-signed");
    const client = await session(url, { rejectUnauthorized: false });
    await client.send({ realtimeInput: { text: "hi" } });
    expect((await client.closed).code).toBe(1006);
  });
});

function text(url: string, trust: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(url, { ...trust, agent: false }, (response) => {
      let body = "";
      response.on("data", (data) => (body += String(data)));
      response.on("end", () => resolve(body));
    });
    call.on("error", reject);
    call.end();
  });
}
