import { describe, expect, test } from "vitest";
import type { UsageMetadata } from "../../src/emulator/core/protocol/messages.ts";
import { silence, tone } from "../support/scripted.ts";
import { speak, startEmulator, type Client, type TestEmulator } from "./client.ts";

async function spokenTurn({ ports }: TestEmulator, client: Client): Promise<UsageMetadata> {
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

const sumOf = (counts: readonly { readonly tokenCount: number }[]): number =>
  counts.reduce((sum, { tokenCount }) => sum + tokenCount, 0);

describe("token usage", () => {
  test("[EMU38] counts 25 tokens per second of audio, by modality; the details add up to the total", async () => {
    const on = startEmulator();
    on.ports.brain.replies.push([{ say: "one two three four." }]);
    const model = "models/gemini-3.1-flash-live-preview";
    const usage = await spokenTurn(on, await on.ready({ model }));
    expect(usage.responseTokenCount).toBe(25);
    expect(usage.responseTokensDetails).toEqual([{ modality: "AUDIO", tokenCount: 25 }]);
    // One second of speech plus the silence that ended it.
    expect(tokens(usage, "AUDIO")).toBeGreaterThanOrEqual(45);
    expect(tokens(usage, "AUDIO")).toBeLessThanOrEqual(60);
    expect(usage.totalTokenCount).toBe(usage.promptTokenCount + 25);
    expect(usage).not.toHaveProperty("thoughtsTokenCount");
    expect(sumOf(usage.promptTokensDetails)).toBe(usage.promptTokenCount);
  });

  test("[EMU72] gemini-3.8 charges thoughts that no setup requested, and its details do not add up", async () => {
    const on = startEmulator();
    const usage = await spokenTurn(on, await on.ready());
    expect(usage.thoughtsTokenCount).toBe(136);
    expect(usage.totalTokenCount).toBe(
      usage.promptTokenCount + (usage.responseTokenCount ?? 0) + 136,
    );
    expect(sumOf(usage.promptTokensDetails)).toBe(usage.promptTokenCount - 25);
  });

  test("[EMU38] usage grows with the context", async () => {
    const on = startEmulator();
    const client = await on.ready({ systemInstruction: { parts: [{ text: "x".repeat(400) }] } });
    const first = await spokenTurn(on, client);
    const second = await spokenTurn(on, client);
    const third = await spokenTurn(on, client);
    expect(tokens(first, "TEXT")).toBe(100);
    // Thoughts are charged once and do not stay in the context.
    for (const [before, after] of [
      [first, second],
      [second, third],
    ] as const)
      expect(after.promptTokenCount).toBeGreaterThan(
        before.totalTokenCount - (before.thoughtsTokenCount ?? 0),
      );
  });

  test("[EMU38] a video frame counts 258 tokens, once a second", async () => {
    const on = startEmulator();
    const client = await on.ready();
    for (let i = 0; i < 20; i++) {
      client.send({ realtimeInput: { video: { mimeType: "image/jpeg", data: "AAAA" } } });
      await on.ports.clock.advance(100);
    }
    expect(tokens(await spokenTurn(on, client), "VIDEO")).toBe(2 * 258);
  });

  test("[EMU26] turnCoverage decides what counts", async () => {
    const cost = async (turnCoverage: string): Promise<[audio: number, video: number]> => {
      const on = startEmulator();
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

  test("[EMU62] thoughts are sent only if requested, count as tokens, and do not enter the history", async () => {
    const thinking = async (includeThoughts: boolean) => {
      const on = startEmulator();
      on.ports.brain.replies.push([{ think: "The user wants a greeting." }, { say: "Hello." }]);
      const client = await on.ready({
        model: "models/gemini-2.5-flash-native-audio",
        generationConfig: { responseModalities: ["AUDIO"], thinkingConfig: { includeThoughts } },
      });
      client.send({ realtimeInput: { text: "hi" } });
      await on.ports.clock.advance(3000);
      const messages = client.take();
      client.send({ realtimeInput: { text: "and?" } });
      await on.ports.clock.advance(3000);
      const parts = messages.flatMap((m) => m.serverContent?.modelTurn?.parts ?? []);
      const history = on.ports.brain.contexts[1]?.history ?? [];
      expect(history[1]).toEqual({ role: "model", parts: [{ text: "Hello." }] });
      return { parts, usage: messages.at(-1)?.usageMetadata };
    };
    const withThoughts = await thinking(true);
    expect(withThoughts.parts[0]).toEqual({ text: "The user wants a greeting.", thought: true });
    const withoutThoughts = await thinking(false);
    expect(withoutThoughts.parts.some(({ thought }) => thought)).toBe(false);
    for (const { usage } of [withThoughts, withoutThoughts]) {
      expect(usage?.thoughtsTokenCount).toBe(7);
      expect(usage?.totalTokenCount).toBe(
        (usage?.promptTokenCount ?? 0) + (usage?.responseTokenCount ?? 0) + 7,
      );
    }
  });
});
