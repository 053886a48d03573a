import { describe, expect, test } from "vitest";
import type { EphemeralToken } from "../../src/emulator/core/tokens/tokens.ts";
import { applyTokenSetup, parseFieldMask } from "../../src/emulator/core/tokens/field-mask.ts";
import { parseTimestamp } from "../../src/emulator/core/tokens/timestamp.ts";
import { clientTables } from "../../src/emulator/core/schema/client.ts";
import {
  type Client,
  DEFAULT_SETUP,
  outline,
  startEmulator,
  type TestEmulator,
  STUDIO,
  sendText,
} from "./client.ts";

const CONSTRAINED = STUDIO.replace("v1beta", "v1alpha") + "Constrained";
const KEY = { key: "k" };

function post(on: TestEmulator, body: object | string = {}, query: Record<string, string> = KEY) {
  return on.emulator.handleHttp({
    method: "POST",
    path: "//v1alpha/auth_tokens",
    query: new Map(Object.entries(query)),
    headers: new Map(),
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

function minted(on: TestEmulator, body: object = {}): string {
  const response = post(on, body);
  expect(response?.status).toBe(200);
  return (response!.body as EphemeralToken).name;
}

async function enter(on: TestEmulator, token: string, setup: object = {}): Promise<Client> {
  const client = on.dial({ path: CONSTRAINED, query: { access_token: token } });
  client.send({ setup: { ...DEFAULT_SETUP, ...setup } });
  await on.ports.clock.advance(1000);
  return client;
}

const iso = (ms: number): string => new Date(ms).toISOString();

describe("minting", () => {
  test("[EMU58] a token has an opaque name, for every version, prefix and number of slashes", () => {
    const on = startEmulator();
    for (const path of ["/v1/auth_tokens", "/live/a/b/c//v1beta/auth_tokens"]) {
      const response = on.emulator.handleHttp({
        method: "POST",
        path,
        query: new Map(),
        headers: new Map([["x-goog-api-key", "k"]]),
        body: "",
      });
      expect(response?.body).toEqual({
        name: expect.stringMatching(/^auth_tokens\/[0-9a-f]{64}$/),
      });
    }
    const none = { query: new Map(), headers: new Map(), body: "" };
    expect(
      on.emulator.handleHttp({ ...none, method: "POST", path: "/v2/auth_tokens" }),
    ).toBeUndefined();
    expect(
      on.emulator.handleHttp({ ...none, method: "GET", path: "/v1/auth_tokens" })?.status,
    ).toBe(405);
  });

  test.each([
    [{}, {}, 403, "PERMISSION_DENIED"],
    [{ key: "invalid" }, {}, 400, "API key not valid"],
    [{ key: "auth_tokens/x" }, {}, 401, "A token cannot make tokens."],
    [KEY, "nonsense", 400, "Invalid value"],
    [KEY, { lifetime: 1 }, 400, 'Unknown name \\"lifetime\\"'],
    [KEY, { uses: -1 }, 400, "uses must not be negative."],
    [KEY, { expireTime: "tomorrow" }, 400, "expire_time must be a time"],
    [KEY, { bidiGenerateContentSetup: { modell: "x" } }, 400, "at 'bidi_generate_content_setup'"],
    [KEY, { fieldMask: "model" }, 400, "bidi_generate_content_setup is not"],
    [
      KEY,
      { bidiGenerateContentSetup: {}, fieldMask: "generation_config.top_k" },
      400,
      "Invalid value at 'field_mask'",
    ],
  ])("[EMU58] %o with %j is refused", (query, body, status, text) => {
    const response = post(startEmulator(), body, query);
    expect(response?.status).toBe(status);
    expect(JSON.stringify(response?.body)).toContain(text);
  });

  test("[EMU58] both times must be in the future and within 20 hours", () => {
    const on = startEmulator();
    const now = on.ports.clock.now();
    const hour = 3_600_000;
    for (const field of ["expireTime", "newSessionExpireTime"]) {
      expect(post(on, { [field]: iso(now + 19 * hour) })?.status).toBe(200);
      expect(post(on, { [field]: iso(now + 21 * hour) })?.status).toBe(400);
      expect(post(on, { [field]: iso(now) })?.status).toBe(400);
    }
  });

  test("[EMU58] times are RFC 3339", () => {
    for (const ms of [0, 951_782_400_000, 1_709_164_800_123, 1_800_000_000_000, -86_400_000]) {
      expect(parseTimestamp(iso(ms))).toBe(ms);
    }
    expect(parseTimestamp("2026-11-24T06:00:00.5+02:00")).toBe(
      Date.UTC(2026, 10, 24, 4, 0, 0, 500),
    );
    expect(parseTimestamp("2026-02-29T00:00:00Z")).toBeUndefined();
    expect(parseTimestamp("2026-11-24")).toBeUndefined();
  });
});

describe("ephemeral tokens", () => {
  test("[EMU59] are valid on Constrained only, by either carrier, and keys are not valid there", async () => {
    const on = startEmulator();
    const token = minted(on, { uses: 0 });
    const outcome = async (path: string, query: object, headers: object = {}) => {
      const client = on.dial({ path, query: { ...query }, headers: { ...headers } });
      client.send({ setup: DEFAULT_SETUP });
      await on.ports.clock.advance(500);
      return client.closed?.reason;
    };
    const bad = "API key not valid. Please pass a valid API key.";
    expect(await outcome(CONSTRAINED, { access_token: token })).toBeUndefined();
    expect(await outcome(CONSTRAINED, {}, { authorization: `Token ${token}` })).toBeUndefined();
    expect(await outcome(STUDIO, { key: token })).toBe(bad);
    expect(await outcome(CONSTRAINED, { key: "k" })).toBe(bad);
    expect(await outcome(CONSTRAINED, { access_token: "auth_tokens/unknown" })).toBe(bad);
  });

  test("[EMU59] start as many sessions as they have uses; a resume is not a use", async () => {
    const on = startEmulator();
    const token = minted(on);
    const client = await enter(on, token, { sessionResumption: {} });
    client.disconnect();
    await on.ports.clock.advance(2000);
    const again = await enter(on, token, { sessionResumption: { handle: client.handle } });
    expect(again.closed).toBeUndefined();
    const second = await enter(on, token);
    expect(second.closed).toEqual({ code: 1008, reason: "The ephemeral token has no uses left." });
  });

  test("[EMU59] start no session after a minute, but resume sessions until they expire", async () => {
    const on = startEmulator();
    const token = minted(on, { uses: 0 });
    const client = await enter(on, token, { sessionResumption: {} });
    client.disconnect();
    await on.ports.clock.advance(60_000);
    expect((await enter(on, token)).closed?.reason).toContain("expired");
    const again = await enter(on, token, { sessionResumption: { handle: client.handle } });
    expect(again.closed).toBeUndefined();
  });

  test("[EMU59] expire: open connections accept no more messages", async () => {
    const on = startEmulator();
    const expireTime = iso(on.ports.clock.now() + 30_000);
    const token = minted(on, { uses: 0, expireTime });
    const client = await enter(on, token);
    await on.ports.clock.advance(29_000);
    sendText(client, "too late");
    expect(client.closed?.reason).toBe("API key expired. Please renew the API key.");
    expect((await enter(on, token)).closed?.reason).toContain("expired");
  });
});

describe("locked configuration", () => {
  // A model that sends no transcript unasked.
  const setup = {
    model: "models/gemini-3.1-flash-live-preview",
    generationConfig: { temperature: 0.7 },
    systemInstruction: { parts: [{ text: "You are the token's." }] },
  };

  test("[EMU60] without a mask the token's setup replaces the client's, and the session can be resumed", async () => {
    const on = startEmulator();
    const token = minted(on, { bidiGenerateContentSetup: setup });
    const client = await enter(on, token, {
      model: "models/another",
      systemInstruction: { parts: [{ text: "You are mine." }] },
    });
    expect(outline(client.messages)).toEqual(["setupComplete", "sessionResumptionUpdate"]);
    sendText(client, "hi");
    await on.ports.clock.advance(3000);
    expect(on.ports.brain.contexts[0]?.instruction).toBe("You are the token's.");
    expect(client.messages.some((m) => m.serverContent?.outputTranscription)).toBe(false);
  });

  test("[EMU60] with a mask the named fields come from the token, the rest from the client", async () => {
    const on = startEmulator();
    const token = minted(on, {
      bidiGenerateContentSetup: setup,
      fieldMask: "systemInstruction.parts,outputAudioTranscription,generationConfig.temperature",
    });
    const client = await enter(on, token, {
      model: setup.model,
      generationConfig: { temperature: 3 },
      systemInstruction: { parts: [{ text: "You are mine." }] },
    });
    sendText(client, "hi");
    await on.ports.clock.advance(3000);
    expect(on.ports.brain.contexts[0]?.instruction).toBe("You are the token's.");
    expect(client.messages.some((m) => m.serverContent?.outputTranscription)).toBe(false);
  });

  test("[EMU60] a mask may clear a field, and never affects its neighbours or the handle", () => {
    const given = {
      model: "models/a",
      generationConfig: { topK: 3, topP: 0.5 },
      sessionResumption: { handle: "h" },
    };
    const paths = parseFieldMask("generationConfig.topK,sessionResumption", clientTables);
    expect(applyTokenSetup(given, { model: "models/b" }, paths)).toEqual({
      model: "models/a",
      generationConfig: { topP: 0.5 },
      sessionResumption: { handle: "h" },
    });
  });
});
