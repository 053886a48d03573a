import { describe, expect, test } from "vitest";
import type { UsageMetadata } from "../../src/emulator/core/messages.ts";
import { silence, tone } from "../support/scripted.ts";
import { speak, stage, type Client, type Stage } from "./client.ts";

async function spokenTurn({ ports }: Stage, client: Client): Promise<UsageMetadata> {
  await speak(client, ports, tone(1000));
  await speak(client, ports, silence(1500));
  await ports.clock.advance(5000);
  const usage = client.take().at(-1)?.usageMetadata;
  if (usage === undefined) throw new Error("a turn without usage");
  return usage;
}

function tokens(usage: UsageMetadata, modality: string): number {
  return usage.promptTokensDetails.find((d) => d.modality === modality)?.tokenCount ?? 0;
}

describe("usage", () => {
  test("[EMU38] 25 tokens a second of audio, per modality, and the details make the sum", async () => {
    const on = stage();
    on.ports.brain.lines.push([{ say: "one two three four." }]);
    const usage = await spokenTurn(on, await on.ready());
    expect(usage.responseTokenCount).toBe(25);
    expect(usage.responseTokensDetails).toEqual([{ modality: "AUDIO", tokenCount: 25 }]);
    // One second of speech, and the silence that ended it.
    expect(tokens(usage, "AUDIO")).toBeGreaterThanOrEqual(45);
    expect(tokens(usage, "AUDIO")).toBeLessThanOrEqual(60);
    expect(usage.totalTokenCount).toBe(usage.promptTokenCount + 25);
  });

  test("[EMU38] usage grows with the context", async () => {
    const on = stage();
    const client = await on.ready({ systemInstruction: { parts: [{ text: "x".repeat(400) }] } });
    const first = await spokenTurn(on, client);
    const second = await spokenTurn(on, client);
    const third = await spokenTurn(on, client);
    expect(tokens(first, "TEXT")).toBe(100);
    expect(second.promptTokenCount).toBeGreaterThan(first.totalTokenCount);
    expect(third.promptTokenCount).toBeGreaterThan(second.totalTokenCount);
  });

  test("[EMU38] a video frame is 258 tokens, one a second", async () => {
    const on = stage();
    const client = await on.ready();
    for (let i = 0; i < 20; i++) {
      client.send({ realtimeInput: { video: { mimeType: "image/jpeg", data: "AAAA" } } });
      await on.ports.clock.advance(100);
    }
    expect(tokens(await spokenTurn(on, client), "VIDEO")).toBe(2 * 258);
  });

  test("[EMU26] turnCoverage decides what is paid for", async () => {
    const cost = async (turnCoverage: string): Promise<[audio: number, video: number]> => {
      const on = stage();
      const client = await on.ready({ realtimeInputConfig: { turnCoverage } });
      await speak(client, on.ports, silence(8000));
      client.send({ realtimeInput: { video: { mimeType: "image/jpeg", data: "AAAA" } } });
      const usage = await spokenTurn(on, client);
      return [tokens(usage, "AUDIO"), tokens(usage, "VIDEO")];
    };
    const [activity, none] = await cost("TURN_INCLUDES_ONLY_ACTIVITY");
    const [all, seen] = await cost("TURN_INCLUDES_ALL_INPUT");
    const [same, also] = await cost("TURN_INCLUDES_AUDIO_ACTIVITY_AND_ALL_VIDEO");
    expect(all).toBeGreaterThanOrEqual(activity + 200);
    expect(same).toBe(activity);
    expect([none, seen, also]).toEqual([0, 258, 258]);
  });
});
