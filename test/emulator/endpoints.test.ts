import { describe, expect, test } from "vitest";
import { DEFAULT_SETUP, startEmulator, VERTEX } from "./client.ts";

const WS = "ws/google.ai.generativelanguage";
const METHOD = "GenerativeService.BidiGenerateContent";

describe("paths", () => {
  test.each([
    `/${WS}.v1.${METHOD}`,
    `/${WS}.v1beta.${METHOD}`,
    `/${WS}.v1alpha.${METHOD}`,
    `/${WS}.v1alpha.${METHOD}Constrained`,
    `//${WS}.v1beta.${METHOD}`,
    `////${WS}.v1beta.${METHOD}`,
    `/relay/c/conv_1/${WS}.v1.${METHOD}`,
    `/relay//${WS}.v1.${METHOD}`,
    "/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent",
    "//ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent",
  ])("[EMU1] %s is served", (path) => {
    expect(startEmulator().dial({ path }).found).toBe(true);
  });

  test.each([
    "/",
    `/${WS}.v2.${METHOD}`,
    `/${WS}.v1.${METHOD}/more`,
    `/${WS}.v1.GenerativeService.BidiGenerateMusic`,
    "/ws/google.cloud.aiplatform.v1beta1.LlmBidiService.BidiGenerateContent",
  ])("[EMU1] %s is not served", (path) => {
    expect(startEmulator().dial({ path }).found).toBe(false);
  });
});

describe("keys", () => {
  test.each([
    { query: { key: "k" }, headers: {} },
    { query: {}, headers: { "x-goog-api-key": "k" } },
    { query: {}, headers: { authorization: "Bearer ya29.x" }, path: VERTEX },
  ])("[EMU2] every carrier of a key is accepted: %o", async (dial) => {
    const { dial: open, ports } = startEmulator();
    const client = open(dial);
    await ports.clock.advance(500);
    expect(client.closed).toBeUndefined();
  });

  test.each([
    [{ query: { key: "invalid" } }, 1007, "API key not valid. Please pass a valid API key."],
    [{ query: { key: "expired" } }, 1007, "API key expired. Please renew the API key."],
    [
      { query: {}, headers: { "x-goog-api-key": "invalid" } },
      1007,
      "API key not valid. Please pass a valid API key.",
    ],
    [
      { query: {} },
      1008,
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API c",
    ],
  ] as const)("[EMU2] %o is refused after the upgrade", async (dial, code, reason) => {
    const { dial: open, ports, emulator } = startEmulator();
    const client = open(dial);
    expect(client.found).toBe(true);
    expect(client.closed).toBeUndefined();
    client.send({ setup: DEFAULT_SETUP });
    await ports.clock.advance(500);
    expect(client.closed).toEqual({ code, reason });
    expect(client.messages).toEqual([]);
    expect(emulator.stats()).toMatchObject({ sockets: 0, timers: 0 });
  });
});
