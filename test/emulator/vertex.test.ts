import { describe, expect, test } from "vitest";
import { silence, tone } from "../support/scripted.ts";
import { callStep, callsIn, respond } from "./calls.ts";
import {
  type Client,
  outline,
  speak,
  startEmulator,
  type TestEmulator,
  sendText,
  VERTEX,
} from "./client.ts";

const LIVE = "projects/p/locations/l/publishers/google/models/gemini-live-2.5-flash-native-audio";

const ready = (on: TestEmulator, setup: object = {}): Promise<Client> =>
  on.ready({ model: LIVE, ...setup }, { path: VERTEX });

function updates(client: Client): object[] {
  return client.take().flatMap((m) => m.sessionResumptionUpdate ?? []);
}

describe("Vertex", () => {
  test("[EMU20] a turn's transcript starts with an empty one, before the audio", async () => {
    const on = startEmulator();
    const client = await ready(on);
    sendText(client, "hi");
    await on.ports.clock.advance(5000);
    const contents = client.take().map((m) => m.serverContent);
    expect(contents[0]).toEqual({ outputTranscription: {} });
    expect(contents[1]?.outputTranscription?.text).toBe("You");
    expect(contents[2]?.modelTurn).toBeDefined();
    expect(contents.filter((c) => JSON.stringify(c?.outputTranscription) === "{}")).toHaveLength(1);
  });

  test("[EMU23] explicitVadSignal adds a second signal of speech; AI Studio does not know it", async () => {
    const on = startEmulator();
    const client = await ready(on, { explicitVadSignal: true });
    await speak(client, on.ports, tone(1000));
    await speak(client, on.ports, silence(1500));
    const signals = client.take().flatMap((m) => m.voiceActivityDetectionSignal ?? []);
    expect(signals).toEqual([
      { vadSignalType: "VAD_SIGNAL_TYPE_SOS" },
      { vadSignalType: "VAD_SIGNAL_TYPE_EOS" },
    ]);
    const studio = await on.ready({ explicitVadSignal: true });
    expect(studio.closed?.reason).toContain('Unknown name "explicitVadSignal"');
  });

  test("[EMU31] a handle follows each turn, and none is valid while the model speaks or a call is pending", async () => {
    const on = startEmulator();
    on.ports.brain.replies.push([{ say: "one two three" }], [callStep("f")], [{ say: "done" }]);
    const client = await ready(on, {
      sessionResumption: {},
      tools: [{ functionDeclarations: [{ name: "f", behavior: "NON_BLOCKING" }] }],
    });
    expect(client.handle).toHaveLength(36);
    sendText(client, "hi");
    await on.ports.clock.advance(5000);
    const [busy, free] = updates(client);
    expect(busy).toEqual({ resumable: false });
    expect(free).toMatchObject({ newHandle: client.handle, resumable: true });
    sendText(client, "do it");
    await on.ports.clock.advance(5000);
    const messages = client.take();
    expect(messages.flatMap((m) => m.sessionResumptionUpdate ?? [])).toEqual([
      { resumable: false },
    ]);
    client.send({
      toolResponse: {
        functionResponses: [{ name: "f", id: callsIn(messages)[0]?.id, response: {} }],
      },
    });
    await on.ports.clock.advance(5000);
    expect(updates(client)).toMatchObject([{ resumable: true }]);
  });

  test("[EMU35] transparent: the update carries the index of the last processed message", async () => {
    const on = startEmulator();
    const client = await ready(on, { sessionResumption: { transparent: true } });
    sendText(client, "hi");
    await on.ports.clock.advance(5000);
    // Setup is the first message, the text the second.
    expect(updates(client).at(-1)).toMatchObject({ lastConsumedClientMessageIndex: "2" });
    on.ports.brain.replies.push([{ say: "a reply of some length, which is interrupted" }]);
    sendText(client, "go on");
    await on.ports.clock.advance(1000);
    // Twenty messages of 20 ms: they start an utterance that is not finished.
    await speak(client, on.ports, tone(400));
    const update = updates(client).at(-1) as { lastConsumedClientMessageIndex: string };
    expect(Number(update.lastConsumedClientMessageIndex)).toBeLessThanOrEqual(4);
    expect(Number(update.lastConsumedClientMessageIndex)).toBeGreaterThanOrEqual(3);
  });

  test("[EMU35] AI Studio does not know transparent, and its updates carry no index", async () => {
    const on = startEmulator();
    const client = on.dial();
    client.send({
      setup: { model: "models/gemini-3.8-live", sessionResumption: { transparent: true } },
    });
    await on.ports.clock.advance(500);
    expect(client.closed?.reason).toBe(
      "Invalid JSON payload received. Unknown name \"transparent\" at 'setup.session_resumption': Cannot find field.",
    );
    const plain = await on.ready({ sessionResumption: {} });
    expect(plain.handle).toBeDefined();
  });

  test("[EMU32] a handle is valid for a day", async () => {
    const on = startEmulator();
    const client = await ready(on, { sessionResumption: {} });
    client.disconnect();
    await on.ports.clock.advance(20 * 60 * 60 * 1000);
    const again = await ready(on, { sessionResumption: { handle: client.handle } });
    expect(again.closed).toBeUndefined();
    again.disconnect();
    await on.ports.clock.advance(25 * 60 * 60 * 1000);
    const late = await ready(on, { sessionResumption: { handle: again.handle } });
    await on.ports.clock.advance(1000);
    expect(late.closed?.code).toBe(1008);
  });

  test("[EMU28] willContinue is unknown on Vertex", async () => {
    const on = startEmulator();
    const client = await ready(on);
    respond(client, "x", { willContinue: true });
    expect(client.closed?.reason).toContain('Unknown name "willContinue"');
    expect(outline(client.take())).toEqual([]);
  });
});
