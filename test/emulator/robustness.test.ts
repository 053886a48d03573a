import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientTables } from "../../src/emulator/core/schema/client.ts";
import { parseField } from "../../src/emulator/core/schema/fields.ts";
import { fuzz } from "../support/fuzz.ts";
import { scriptedPorts, tone } from "../support/scripted.ts";
import { audio, DEFAULT_SETUP, startEmulator } from "./client.ts";

/** Valid frames, as seeds for mutation. */
const sensible: readonly object[] = [
  { setup: DEFAULT_SETUP },
  { realtimeInput: { audio: audio(tone(100)) } },
  { realtimeInput: { video: { mimeType: "image/jpeg", data: "AAAA" } } },
  { realtimeInput: { text: "hello" } },
  { realtimeInput: { audioStreamEnd: true } },
  { realtimeInput: { activityStart: {} } },
  { clientContent: { turns: [{ role: "user", parts: [{ text: "a" }] }], turnComplete: true } },
  { toolResponse: { functionResponses: [{ id: "call_1", name: "f", response: { ok: true } }] } },
  { contextUpdate: { systemInstruction: { parts: [{ text: "b" }] } } },
];

/** Every name in the schema, and a few unknown ones. */
const names = [
  ...new Set(Object.values(clientTables.messages).flatMap((fields) => Object.keys(fields))),
  "__proto__",
  "constructor",
  "to_string",
  "",
];

const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    "NaN",
    "-1",
    "9223372036854775808",
    "\ud800",
    "auth_tokens/x",
    1e308,
    -0,
    [[]],
    [null],
  ),
);

const mutant = fc
  .tuple(fc.constantFrom(...sensible), fc.constantFrom(...names), oddValue, fc.nat(3))
  .map(mutate);

/** Inserts a value somewhere in a frame. */
function mutate([frame, name, value, depth]: [object, string, unknown, number]): string {
  const copy = JSON.parse(JSON.stringify(frame)) as Record<string, unknown>;
  let at = copy;
  for (let i = 0; i < depth; i++) {
    const inner = Object.values(at).find((v) => typeof v === "object" && v !== null);
    if (inner === undefined) break;
    at = inner as Record<string, unknown>;
  }
  at[name] = value;
  return JSON.stringify(copy);
}

const anyText = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) });

const frame = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...sensible.map((f) => JSON.stringify(f))) },
  { weight: 4, arbitrary: mutant },
  { weight: 1, arbitrary: anyText },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
);

describe("arbitrary frames", () => {
  test("[EMU49] no sequence of frames breaks the core: a connection continues or closes with a known code", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(frame, fc.nat(400)), { maxLength: 20 }),
        async (frames) => {
          const { dial, ports, emulator } = startEmulator();
          const client = dial();
          client.send({ setup: DEFAULT_SETUP });
          await ports.clock.advance(400);
          for (const [sent, ms] of frames) {
            client.send(sent);
            await ports.clock.advance(ms);
          }
          client.disconnect();
          expect(emulator.stats()).toMatchObject({ sockets: 0, turns: 0, timers: 0, failures: 0 });
          expect([undefined, 1007, 1008]).toContain(client.closed?.code);
        },
      ),
      { numRuns: 150, seed: 1 },
    );
  }, 30_000);

  test("[EMU49] a seeded crowd of fuzzing clients causes no failure, no hanging session and no leak", async () => {
    const { emulator, failures, hung, timersLeft, closes } = await fuzz(750, 7);
    expect(failures).toEqual([]);
    expect(hung).toBe(0);
    expect(timersLeft).toBe(0);
    expect(emulator.stats()).toMatchObject({ sockets: 0, turns: 0, timers: 0, waiting: 0 });
    for (const code of Object.keys(closes)) expect(["1007", "1008", "1011"]).toContain(code);
    expect(emulator.stats().sent["serverContent"]).toBeGreaterThan(300);
  }, 30_000);

  test("[EMU49] a failing brain or synthesizer closes the connection as the service would", async () => {
    for (const broken of ["brain", "voice"] as const) {
      const failures: unknown[] = [];
      const { dial, ports, emulator } = startEmulator({
        onFailure: (error) => failures.push(error),
      });
      if (broken === "voice")
        ports.synthesizer.synthesize = () => Promise.reject(new Error("hoarse"));
      else ports.brain.replies.push(() => Promise.reject(new Error("blank")));
      const client = dial();
      client.send({ setup: DEFAULT_SETUP });
      client.send({ realtimeInput: { text: "hi" } });
      await ports.clock.advance(3000);
      expect(client.closed).toEqual({ code: 1011, reason: "Internal error encountered." });
      expect(failures).toHaveLength(1);
      expect(emulator.stats()).toMatchObject({ sockets: 0, turns: 0, timers: 0 });
    }
  });

  test("[EMU49] the same seed and input give the same frames", async () => {
    const run = async (): Promise<unknown> => {
      const { dial, ports } = startEmulator({}, 7);
      const client = dial();
      client.send({ setup: { ...DEFAULT_SETUP, sessionResumption: {} } });
      client.send({ realtimeInput: { text: "hi" } });
      await ports.clock.advance(5000);
      return client.messages;
    };
    expect(await run()).toEqual(await run());
    expect(scriptedPorts(7).random()).not.toBe(scriptedPorts(8).random());
  });
});

describe("schema tables", () => {
  test("[EMU9] every type that a field names is defined", () => {
    for (const fields of Object.values(clientTables.messages)) {
      for (const field of Object.values(fields).map(parseField)) {
        if (field.kind === "enum") expect(clientTables.enums).toHaveProperty([field.type]);
        if (field.kind === "message") expect(clientTables.messages).toHaveProperty([field.type]);
      }
    }
  });
});
