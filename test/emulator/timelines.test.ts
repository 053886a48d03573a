/** The measured timelines over twenty seeds: exact order, gaps within max(30 %, 40 ms) of the profile. */
import { describe, expect, test } from "vitest";
import { gemini38Live } from "../../src/emulator/core/profiles/gemini-3.8-live.ts";
import { silence, tone } from "../support/scripted.ts";
import { callStep, callsIn, respond } from "./calls.ts";
import {
  at,
  audioOf,
  type Client,
  DEFAULT_SETUP,
  outline,
  type Received,
  speak,
  startEmulator,
  type TestEmulator,
  sendText,
} from "./client.ts";

const { latency } = gemini38Live;
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);

function expectGap(gap: number, profile: number): void {
  const tolerance = Math.max(0.3 * profile, 40);
  expect(gap).toBeGreaterThanOrEqual(profile - tolerance);
  expect(gap).toBeLessThanOrEqual(profile + tolerance);
}

async function connected(on: TestEmulator, setup: object = {}): Promise<Client> {
  const client = on.dial();
  client.send({
    setup: {
      ...DEFAULT_SETUP,
      tools: [{ functionDeclarations: [{ name: "f" }] }],
      sessionResumption: {},
      ...setup,
    },
  });
  await on.ports.clock.advance(1000);
  return client;
}

async function utter(on: TestEmulator, client: Client): Promise<void> {
  await speak(client, on.ports, tone(1800));
  await speak(client, on.ports, silence(1400));
}

function activity(messages: readonly Received[], edge: "START" | "END"): number {
  return messages.find((m) => m.voiceActivity?.type === `ACTIVITY_${edge}`)?.at ?? Number.NaN;
}

describe.each(SEEDS)("seed %i", (seed) => {
  test("[EMU61] setup and a spoken turn", async () => {
    const on = startEmulator({}, seed);
    on.ports.brain.replies.push([
      { say: "one two three four five six seven eight nine ten eleven." },
    ]);
    const client = await connected(on);
    const [complete, update] = client.take();
    expectGap(complete?.at ?? 0, latency.setup.at);
    expectGap((update?.at ?? 0) - (complete?.at ?? 0), latency.handle.at);
    const onset = on.ports.clock.now() - client.opened;
    await utter(on, client);
    await on.ports.clock.advance(5000);
    const messages = client.take();
    expect(outline(messages)).toEqual([
      "start",
      "inputTranscript",
      "end",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
    expectGap(activity(messages, "START") - onset, 200);
    expectGap(activity(messages, "END") - (onset + 1800), 1265);
    const inputTranscript = messages.find((m) => m.serverContent?.inputTranscription !== undefined);
    expect(inputTranscript?.at).toBe(activity(messages, "END"));
    const audio = audioOf(messages);
    const first = audio[0]?.at ?? 0;
    const last = audio.at(-1)?.at ?? 0;
    const ms = audio.reduce((total, { bytes }) => total + bytes / 48, 0);
    expectGap(first - activity(messages, "END"), latency.spokenReply.at);
    expectGap(last - first, (ms - (audio.at(-1)?.bytes ?? 0) / 48) / latency.pace);
    expectGap(at(messages, "generationComplete") - last, latency.generationComplete.at);
    expectGap(at(messages, "turnComplete") - first, ms);
  });

  test("[EMU61] a silent tool turn, and the reply to the response", async () => {
    const on = startEmulator({}, seed);
    on.ports.brain.replies.push([callStep("f")]);
    const client = await connected(on);
    client.take();
    await utter(on, client);
    const messages = client.take();
    expect(outline(messages).slice(2)).toEqual([
      "end",
      "toolCall",
      "generationComplete",
      "turnComplete",
    ]);
    expect(at(messages, "turnComplete")).toBe(activity(messages, "END"));
    const sent = on.ports.clock.now() - client.opened;
    respond(client, callsIn(messages)[0]?.id ?? "");
    await on.ports.clock.advance(5000);
    const spoken = client.take();
    expect(outline(spoken)).toEqual(["speech", "generationComplete", "turnComplete"]);
    expectGap((audioOf(spoken)[0]?.at ?? 0) - sent, latency.toolReply.at);
  });

  test("[EMU61] barge-in by voice and by text", async () => {
    const on = startEmulator({}, seed);
    const long = "one two three four five six seven eight nine ten. ".repeat(6);
    on.ports.brain.replies.push([{ say: long }], [{ say: long }], [{ say: "Yes?" }]);
    const client = await connected(on);
    client.take();
    const request = on.ports.clock.now() - client.opened;
    sendText(client, "tell me");
    await on.ports.clock.advance(1500);
    expectGap((audioOf(client.take())[0]?.at ?? 0) - request, latency.textReply.at);
    const onset = on.ports.clock.now() - client.opened;
    await utter(on, client);
    const messages = client.take();
    const cut = messages.slice(messages.findIndex((m) => m.voiceActivity !== undefined));
    expect(outline(cut).slice(0, 3)).toEqual(["start", "interrupted", "turnComplete"]);
    expect(at(cut, "interrupted")).toBe(activity(cut, "START"));
    expect(at(cut, "turnComplete")).toBe(at(cut, "interrupted") + 1);
    expectGap(at(cut, "interrupted") - onset, 200);
    await on.ports.clock.advance(1000);
    client.take();
    const wrote = on.ports.clock.now() - client.opened;
    sendText(client, "stop");
    await on.ports.clock.advance(3000);
    const stopped = client.take();
    expectGap(at(stopped, "interrupted") - wrote, latency.textInterrupts.at);
    expect(at(stopped, "turnComplete")).toBe(at(stopped, "interrupted") + 1);
  });

  test("[EMU61] resume: refused, accepted after 1.5 s, at once if the model was speaking", async () => {
    const on = startEmulator({}, seed);
    const client = await connected(on);
    const handle = { sessionResumption: { handle: client.handle } };
    client.disconnect();
    const early = on.dial();
    early.send({ setup: { ...DEFAULT_SETUP, ...handle } });
    let refusedAt = 0;
    while (early.closed === undefined) {
      await on.ports.clock.advance(10);
      refusedAt += 10;
    }
    expect(early.closed).toEqual({ code: 1011, reason: "Internal error encountered." });
    expectGap(refusedAt, latency.refusedResume.at);
    await on.ports.clock.advance(1500 - refusedAt);
    const again = await connected(on, handle);
    const resumed = again.take();
    const [complete, update] = resumed;
    expect(outline(resumed)).toEqual(["setupComplete", "sessionResumptionUpdate"]);
    expectGap((update?.at ?? 0) - (complete?.at ?? 0), latency.resumedHandle.at);
    sendText(again, "say something");
    await on.ports.clock.advance(600);
    again.disconnect();
    expect(outline((await connected(on, handle)).take())[0]).toBe("setupComplete");
  });
});
