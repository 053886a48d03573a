import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { clientAgent } from "../../src/agent/runtime/client-agent.ts";

describe("[GATE12] the relay's detection excludes the service's", () => {
  const relay = { name: "a", model: "gemini-3.8-live", instruction: "" };

  it("an agent with settings of both is refused", () => {
    for (const setting of [
      { disabled: true },
      { silenceDurationMs: 500 },
      { endOfSpeechSensitivity: "LOW" as const },
    ])
      expect(() =>
        agent({ ...relay, runConfig: { activityDetection: { by: "relay", ...setting } } }),
      ).toThrow(/relay/);
    expect(
      agent({
        ...relay,
        runConfig: { activityDetection: { by: "relay", prefixPaddingMs: 200 } },
      }).runConfig.activityDetection,
    ).toEqual({ by: "relay", prefixPaddingMs: 200 });
  });

  it("a Live API client's realtimeInputConfig replaces it", () => {
    const named = agent({ ...relay, runConfig: { activityDetection: { by: "relay" } } });
    const of = (fields: object) =>
      clientAgent(
        { named, name: "a" },
        { model: "gemini-3.8-live", functions: [], fields } as never,
        () => Promise.resolve(),
      ).runConfig.activityDetection?.by;
    expect(of({})).toBe("relay");
    expect(of({ realtimeInputConfig: { turnCoverage: "TURN_INCLUDES_ALL_INPUT" } })).toBe(
      undefined,
    );
  });
});
