import { describe, expect, test } from "vitest";
import { readConnection } from "../../src/emulator/core/options-parser.ts";
import type { EmulatorOptions } from "../../src/emulator/core/emulator.ts";
import {
  DEFAULT_SETUP,
  type Client,
  outline,
  startEmulator,
  sendText,
  STUDIO,
  type TestEmulator,
  VERTEX,
} from "./client.ts";

const MINUTE = 60_000;
const DEADLINE = { code: 1011, reason: "Deadline expired before operation could complete." };
const compressed = { contextWindowCompression: { slidingWindow: {} } };

/** A newly connected client, whose times are the connection's. */
async function connected(options: EmulatorOptions, setup: object = {}) {
  const on = startEmulator(options);
  const client = on.dial();
  client.send({ setup: { ...DEFAULT_SETUP, sessionResumption: {}, ...setup } });
  await on.ports.clock.advance(1000);
  client.take();
  return { on, client };
}

/** When goAway and the close arrived, ms since connecting, and goAway's content. */
async function untilClosed(on: TestEmulator, client: Client, ms: number) {
  let closedAt: number | undefined;
  for (let passed = 0; passed < ms && closedAt === undefined; passed += 100) {
    await on.ports.clock.advance(100);
    if (client.closed !== undefined) closedAt = on.ports.clock.now() - client.opened;
  }
  const warnings = client.take().flatMap(({ goAway, at }) => (goAway ? [{ ...goAway, at }] : []));
  return { warnings, closedAt };
}

describe("connection lifetime", () => {
  test("[EMU36] goAway precedes the close after ten minutes by one minute; the session continues in between", async () => {
    const { on, client } = await connected({}, compressed);
    await on.ports.clock.advance(9 * MINUTE);
    const [goAway] = client.take();
    expect(goAway).toMatchObject({ goAway: { timeLeft: "60s" }, at: 9 * MINUTE });
    sendText(client, "hi");
    await on.ports.clock.advance(5000);
    expect(outline(client.take())).toContain("turnComplete");
    await on.ports.clock.advance(53_000);
    expect(client.closed).toBeUndefined();
    await on.ports.clock.advance(2000);
    expect(client.closed).toEqual(DEADLINE);
    expect(on.ports.clock.armedTimers).toBe(0);
    const again = await on.ready({ ...compressed, sessionResumption: { handle: client.handle } });
    await on.ports.clock.advance(500);
    expect(again.closed).toEqual({ code: 1011, reason: "Internal error encountered." });
  });

  test("[EMU36] speed scales the connection's age, but not goAway's timeLeft", async () => {
    const { on, client } = await connected({ speed: 5 }, compressed);
    const { warnings, closedAt } = await untilClosed(on, client, 3 * MINUTE);
    expect(warnings).toEqual([{ timeLeft: "60s", at: MINUTE }]);
    expect(closedAt).toBe(2 * MINUTE);
  });

  test("[EMU36] a lifetime shorter than the warning starts with goAway", async () => {
    const on = startEmulator({ speed: 100 });
    const client = on.dial();
    client.send({ setup: { ...DEFAULT_SETUP, ...compressed } });
    const { warnings, closedAt } = await untilClosed(on, client, MINUTE);
    expect(warnings.map(({ timeLeft }) => Number.parseFloat(timeLeft))[0]).toBeCloseTo(5.7, 1);
    expect(closedAt).toBe(6000);
  });

  test("[EMU36] an unwarned connection closes after exactly 58 minutes", async () => {
    const { on, client } = await connected({ connection: "unwarned" }, compressed);
    await on.ports.clock.advance(58 * MINUTE - 1001);
    expect(client.take()).toEqual([]);
    expect(client.closed).toBeUndefined();
    await on.ports.clock.advance(1);
    expect(client.closed).toEqual(DEADLINE);
  });

  test("[EMU36] lifetime, warning and close are options", async () => {
    const close = { code: 1001, reason: "gone" };
    const connection = { lifeMs: 30_500, warningMs: 10_500, close };
    const { on, client } = await connected({ connection }, compressed);
    const { warnings } = await untilClosed(on, client, MINUTE);
    expect(warnings).toEqual([{ timeLeft: "10.5s", at: 20_000 }]);
    expect(client.closed).toEqual(close);
  });
});

describe("ends without an error", () => {
  test("[EMU36] a connection of Vertex ends cleanly, and a scenario may break it without a close", async () => {
    const vertex = {
      model: "projects/p/locations/l/publishers/google/models/gemini-3.8-live",
      ...compressed,
    };
    const on = startEmulator();
    const client = await on.ready(vertex, { path: VERTEX });
    const { warnings } = await untilClosed(on, client, 11 * MINUTE);
    expect(warnings).toMatchObject([{ timeLeft: "60s" }]);
    expect(client.closed).toEqual({ code: 1000, reason: "" });
    const broken = await connected({ connection: readConnection({ close: "reset" }) }, compressed);
    await on.ports.clock.advance(0);
    await untilClosed(broken.on, broken.client, 10 * MINUTE);
    expect(broken.client.wasReset).toBe(true);
    expect(broken.on.emulator.stats()).toMatchObject({ sockets: 0, timers: 0 });
  });

  test("[EMU37] a full window ends the connection: 1007, on Vertex 1000", async () => {
    const fill = async (path: string, model: string) => {
      const on = startEmulator();
      const client = await on.ready({ model }, { path });
      const parts = [{ text: "x".repeat(600_000) }];
      client.send({ clientContent: { turns: [{ role: "user", parts }], turnComplete: true } });
      await on.ports.clock.advance(5000);
      return client.closed?.code;
    };
    expect(await fill(STUDIO, "models/gemini-3.8-live")).toBe(1007);
    const published = "projects/p/locations/l/publishers/google/models/gemini-3.8-live";
    expect(await fill(VERTEX, published)).toBe(1000);
  });
});

describe("session lifetime", () => {
  test("[EMU37] without compression a session lasts 15 minutes over all its connections, and is then not resumable", async () => {
    const { on, client } = await connected({});
    await untilClosed(on, client, 11 * MINUTE);
    await on.ports.clock.advance(5000);
    const second = await on.ready({ sessionResumption: { handle: client.handle } });
    const { warnings, closedAt } = await untilClosed(on, second, 11 * MINUTE);
    expect(warnings).toMatchObject([{ timeLeft: "60s" }]);
    expect(closedAt).toBe(5 * MINUTE);
    await on.ports.clock.advance(5000);
    const third = await on.ready({ sessionResumption: { handle: second.handle } });
    await on.ports.clock.advance(1000);
    expect(third.closed?.code).toBe(1007);
  });

  test("[EMU37] a session lasts two minutes from its first video frame", async () => {
    const { on, client } = await connected({});
    await on.ports.clock.advance(MINUTE - 1000);
    const frame = { realtimeInput: { video: { mimeType: "image/jpeg", data: "AAAA" } } };
    client.send(frame);
    await on.ports.clock.advance(30_000);
    client.send(frame);
    const { warnings, closedAt } = await untilClosed(on, client, 5 * MINUTE);
    expect(warnings).toEqual([{ timeLeft: "60s", at: 2 * MINUTE }]);
    expect(closedAt).toBe(3 * MINUTE);
  });

  test("[EMU37] speed scales the session lifetime and the validity of handles", async () => {
    const { on, client } = await connected({ speed: 60 });
    client.send({ realtimeInput: { video: { mimeType: "image/jpeg", data: "AAAA" } } });
    const { closedAt } = await untilClosed(on, client, MINUTE);
    expect(closedAt).toBe(1000 + 2000);
    const resumed = async (ms: number): Promise<number | undefined> => {
      const { on, client } = await connected({ speed: 60 }, compressed);
      client.disconnect();
      await on.ports.clock.advance(ms);
      const again = await on.ready({ ...compressed, sessionResumption: { handle: client.handle } });
      await on.ports.clock.advance(1000);
      return again.closed?.code;
    };
    expect(await resumed(2 * MINUTE - 1000)).toBeUndefined();
    expect(await resumed(2 * MINUTE)).toBe(1008);
  });
});

describe("context", () => {
  const say = (text: string): object => ({
    clientContent: { turns: [{ role: "user", parts: [{ text }] }], turnComplete: true },
  });
  const thousand = (mark: string): string => `${mark} ${"x".repeat(3998)}`;

  test("[EMU37] compression drops the oldest turns; the remaining history starts with the user", async () => {
    const { on, client } = await connected(
      {},
      {
        contextWindowCompression: {
          triggerTokens: "3500",
          slidingWindow: { targetTokens: "1800" },
        },
        systemInstruction: { parts: [{ text: "y".repeat(400) }] },
      },
    );
    for (const mark of ["one", "two", "three", "four"]) {
      on.ports.brain.replies.push([{ say: `${mark} it is.` }]);
      client.send(say(thousand(mark)));
      await on.ports.clock.advance(5000);
    }
    const context = on.ports.brain.contexts.at(-1);
    expect(context?.history.map(({ role }) => role)).toEqual(["user"]);
    expect(context?.history[0]?.parts?.[0]?.text).toMatch(/^four/);
    expect(context?.instruction).toHaveLength(400);
    expect(client.take().at(-1)?.usageMetadata?.promptTokenCount).toBeLessThan(1800);
  });

  test("[EMU37] compression never keeps a function response without its call", async () => {
    const { on, client } = await connected(
      {},
      {
        contextWindowCompression: {
          triggerTokens: "2300",
          slidingWindow: { targetTokens: "1400" },
        },
        tools: [{ functionDeclarations: [{ name: "f" }] }],
      },
    );
    on.ports.brain.replies.push([{ call: [{ name: "f", args: {} }] }]);
    client.send(say(thousand("one")));
    await on.ports.clock.advance(2000);
    const id = client.take().flatMap((m) => m.toolCall?.functionCalls ?? [])[0]?.id;
    const response = { text: "z".repeat(1000) };
    client.send({ toolResponse: { functionResponses: [{ id, name: "f", response }] } });
    await on.ports.clock.advance(5000);
    client.send(say(thousand("two")));
    await on.ports.clock.advance(5000);
    const history = on.ports.brain.contexts.at(-1)?.history ?? [];
    expect(history[0]?.parts?.[0]?.text).toMatch(/^two/);
  });

  test("[EMU37] without compression a full context closes the connection", async () => {
    const { on, client } = await connected({});
    for (let i = 0; i < 4 && client.closed === undefined; i++) {
      client.send(say("x".repeat(200_000)));
      await on.ports.clock.advance(3000);
    }
    expect(client.closed).toEqual({ code: 1007, reason: "Request contains an invalid argument." });
    expect(on.emulator.stats()).toMatchObject({ sockets: 0, turns: 0, timers: 0 });
    expect(on.ports.brain.contexts.length).toBeLessThan(3);
  });
});
