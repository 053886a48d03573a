import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEmulator } from "../../src/emulator/node/start.ts";
import type { EmulatorHandle } from "../../src/emulator/node/start.ts";
import { Client } from "../support/client.ts";
import { findCanary, makeCanary } from "../support/canary.ts";
import { listen, session, setup, type ServerFrame } from "./live.ts";

const path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
const logged: string[] = [];
let emulator: EmulatorHandle;
let base: string;

beforeAll(async () => {
  emulator = await startEmulator({ log: (line) => logged.push(line) });
  base = emulator.url.replace("http", "ws");
});
afterAll(() => emulator.close());

const get = async (view: string) => (await fetch(`${emulator.url}/_emulator/${view}`)).json();

const none = { sockets: 0, timers: 0 };

/** The idle counts of the core and of the process. */
async function idle() {
  const { sockets, timers, machine, speech } = await get("stats");
  return { sockets, timers, machine, hearings: speech.hearings };
}

describe("the port", () => {
  it("[EMUS1] answers 404 on a path that is not the Live API's", async () => {
    const client = new Client(`${base}/ws/elsewhere?key=local`);
    await expect(client.opened).rejects.toThrow("404");
    expect((await fetch(`${emulator.url}/`)).status).toBe(404);
  });

  it.each(["", "/", "//", "/relay/c/one"])("[EMUS2] accepts the path after %j", async (prefix) => {
    const client = new Client<ServerFrame>(`${base}${prefix}${path}?key=local`);
    await client.send(setup());
    await client.next((frame) => frame.setupComplete !== undefined);
    await client.close();
  });

  it("[EMUS3] upgrades first and refuses the key then", async () => {
    const client = new Client<ServerFrame>(`${base}${path}?key=invalid`);
    await client.opened;
    expect(await client.closed).toEqual({
      code: 1007,
      reason: "API key not valid. Please pass a valid API key.",
    });
  });

  it("[EMUS4] accepts text and binary, sends binary, and never pings", async () => {
    const client = await session(base);
    let pings = 0;
    client.socket.on("ping", () => (pings += 1));
    await client.send(Buffer.from(JSON.stringify({ realtimeInput: { text: "Who are you?" } })));
    await client.next((frame) => frame.serverContent !== undefined);
    expect(client.all.every(({ binary }) => binary)).toBe(true);
    expect(client.all[0]?.raw.toString()).toBe('{\n  "setupComplete": {}\n}\n');
    expect(pings).toBe(0);
    await client.close();
  });

  it("[EMUS5] answers a ping with the same bytes", async () => {
    const client = await session(base);
    const pong = new Promise((resolve) => client.socket.once("pong", resolve));
    client.socket.ping("hello?");
    expect(String(await pong)).toBe("hello?");
    await client.close();
  });

  it("[EMUS6] echoes the client's close", async () => {
    const client = await session(base);
    expect(await client.close(1000)).toEqual({ code: 1000, reason: "" });
    const silent = await session(base);
    silent.socket.close();
    expect((await silent.closed).code).toBe(1005);
  });

  it("[EMUS7] refuses a message above 32 MiB and keeps running", async () => {
    const client = await session(base);
    await client.send(Buffer.alloc(33 * 1024 * 1024, 32));
    expect((await client.closed).code).toBe(1009);
    expect((await get("health")).status).toBe("ok");
  });

  it("[EMUS8] survives malformed upgrades", async () => {
    for (const raw of [
      `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
      `GET ${path}?key=%ZZ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bad\r\n\r\n`,
      "GET //[ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      "nonsense\r\n\r\n",
    ])
      expect(await answerTo(raw)).toMatch(/^HTTP\/1\.1 4\d\d /u);
    await expect.poll(idle).toEqual({ sockets: 0, timers: 0, hearings: 0, machine: none });
  });

  it("[EMUS9] disturbs no other connection when a client's connection breaks", async () => {
    const stays = await session(base);
    const goes = await session(base);
    goes.socket.terminate();
    await goes.closed;
    await listen(stays, "Stop.");
    await stays.close();
  });
});

describe("debug endpoints", () => {
  it("[EMUS10] show sessions, stats and health to this machine", async () => {
    const client = await session(base);
    expect(await get("stats")).toMatchObject({
      sockets: 1,
      machine: { sockets: 1 },
      sessions: { connected: 1 },
      speech: { hearings: 1, detector: { waiting: [0] }, couldNotKeepUp: false },
      memory: { heapUsed: expect.any(Number), collected: false },
    });
    expect((await get("sessions")).at(-1)).toMatchObject({ state: "connected" });
    await client.close();
  });

  it("[EMUS11] show nothing under a foreign host name, and serve nothing else to anyone", async () => {
    expect(await statusOf("/_emulator/stats", { host: "emulator.example.com" })).toBe(403);
    expect(await statusOf("/_emulator/stats", { host: "localhost:1" })).toBe(200);
    expect(await statusOf("/_emulator/toString")).toBe(404);
    expect(await statusOf("/_emulator/stats", {}, "POST")).toBe(405);
  });

  it("[EMUS12] log and show neither keys nor media", async () => {
    const key = makeCanary("key");
    const media = makeCanary("media+");
    const client = await session(base, key);
    const data = Buffer.from(media.padEnd(64)).toString("base64");
    await client.send({ realtimeInput: { audio: { data, mimeType: "audio/pcm;rate=16000" } } });
    await listen(client, "Stop.");
    await client.close();
    const seen = `${logged.join("\n")}${JSON.stringify([await get("sessions"), await get("stats")])}`;
    expect(findCanary(key, seen)).toEqual([]);
    expect(findCanary(media, seen)).toEqual([]);
    expect(findCanary(media, data)).toEqual(["base64@0", "base64url@0"]);
  });

  it("[EMUS13] return to idle when sessions close", async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => session(base)));
    await Promise.all(clients.map((client) => client.close()));
    await expect.poll(idle).toEqual({ sockets: 0, timers: 0, hearings: 0, machine: none });
  });
});

function statusOf(path: string, headers = {}, method = "GET"): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(`${emulator.url}${path}`, { headers, method }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on("error", reject);
    call.end();
  });
}

/** The server's reply to bytes that no client library would send. */
function answerTo(raw: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(emulator.port, "127.0.0.1", () => socket.write(raw));
    let response = "";
    socket.on("data", (data) => (response += String(data)));
    socket.on("close", () => resolve(response));
    socket.on("error", reject);
  });
}
