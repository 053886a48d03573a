import { describe, expect, test } from "vitest";
import { silence, tone } from "../support/scripted.ts";
import {
  callStep,
  callsIn,
  declareFunctions,
  clientWithCalls,
  respond,
  functionResponsesSeen,
} from "./calls.ts";
import {
  audioOf,
  outline,
  outputTranscript,
  speak,
  startEmulator,
  sendText,
  VERTEX,
} from "./client.ts";

describe("blocking calls", () => {
  test("[EMU28] the turn waits until all calls of the frame are answered, whatever scheduling the responses request", async () => {
    const on = startEmulator();
    on.ports.brain.replies.push(
      [{ say: "One moment." }, callStep("f", "g"), { say: "never said" }],
      [{ say: "Both are done." }],
    );
    const client = await on.ready(declareFunctions("BLOCKING"));
    sendText(client, "do it");
    await on.ports.clock.advance(10_000);
    const before = client.take();
    expect(outline(before)).toEqual(["speech", "toolCall"]);
    const [one = "", other = ""] = callsIn(before).map(({ id }) => id);
    respond(client, one, { willContinue: true });
    await on.ports.clock.advance(10_000);
    expect(client.take()).toEqual([]);
    const sent = on.ports.clock.now() - client.opened;
    respond(client, other, { scheduling: "SILENT" });
    await on.ports.clock.advance(5000);
    const after = client.take();
    expect(outline(after)).toEqual(["speech", "generationComplete", "turnComplete"]);
    expect(outputTranscript(after).trim()).toBe("Both are done.");
    expect((audioOf(after)[0]?.at ?? 0) - sent).toBeGreaterThanOrEqual(500);
    // Two words and three, a quarter of a second each: the turn's usage covers all its speech.
    expect(after.at(-1)?.usageMetadata?.responseTokensDetails).toContainEqual({
      modality: "AUDIO",
      tokenCount: 13 + 19,
    });
    expect(on.ports.brain.contexts.at(-1)?.history.map(({ role }) => role)).toEqual([
      "user",
      "model",
      "user",
      "user",
    ]);
    // The answered calls are closed.
    respond(client, one);
    await on.ports.clock.advance(5000);
    expect(client.take()).toEqual([]);
  });

  test("[EMU28] the turn waits even when the response arrives while the call is being sent", async () => {
    const on = startEmulator();
    on.ports.brain.replies.push([callStep("f")], [{ say: "Quick." }]);
    const client = await on.ready(declareFunctions("BLOCKING"));
    const push = client.messages.push.bind(client.messages);
    client.messages.push = (...messages) => {
      for (const { id } of callsIn(messages)) respond(client, id);
      return push(...messages);
    };
    sendText(client, "do it");
    await on.ports.clock.advance(5000);
    expect(outline(client.take())).toEqual([
      "toolCall",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
  });

  test("[EMU29] barge-in releases the turn: interrupted, turnComplete, no cancellation, and the late response gets a reply", async () => {
    const on = startEmulator({ tools: { reissue: 0 } });
    const { client, ids } = await clientWithCalls(on, [callStep("f")], "BLOCKING");
    await speak(client, on.ports, tone(600));
    await speak(client, on.ports, silence(1500));
    await on.ports.clock.advance(5000);
    const messages = client.take();
    expect(outline(messages)).toEqual([
      "start",
      "interrupted",
      "turnComplete",
      "inputTranscript",
      "end",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
    expect(messages.some((m) => m.toolCallCancellation !== undefined)).toBe(false);
    // Scheduling applies to non-blocking calls only.
    respond(client, ids[0] ?? "", { scheduling: "SILENT" });
    await on.ports.clock.advance(5000);
    expect(outline(client.take())).toContain("speech");
    expect(functionResponsesSeen(on)).toHaveLength(1);
  });

  test("[EMU29] barge-in may reissue the call with a new id; the old id stays valid", async () => {
    const on = startEmulator({ tools: { reissue: 1 } });
    const { client, ids } = await clientWithCalls(
      on,
      [{ call: [{ name: "f", args: { slot: 3 } }] }],
      "BLOCKING",
    );
    await speak(client, on.ports, tone(600));
    await speak(client, on.ports, silence(1500));
    const messages = client.take();
    expect(outline(messages)).toEqual([
      "start",
      "interrupted",
      "turnComplete",
      "inputTranscript",
      "end",
      "toolCall",
    ]);
    const [again] = callsIn(messages);
    expect(again).toMatchObject({ name: "f", args: { slot: 3 } });
    expect(again?.id).not.toBe(ids[0]);
    respond(client, ids[0] ?? "");
    await on.ports.clock.advance(5000);
    expect(client.take()).toEqual([]);
    respond(client, again?.id ?? "");
    await on.ports.clock.advance(5000);
    expect(outline(client.take())).toEqual(["speech", "generationComplete", "turnComplete"]);
    expect(functionResponsesSeen(on)).toHaveLength(2);
  });

  test("[EMU29] a call answered before the user has finished is not reissued", async () => {
    const on = startEmulator({ tools: { reissue: 1 } });
    const { client, ids } = await clientWithCalls(on, [callStep("f")], "BLOCKING");
    await speak(client, on.ports, tone(600));
    respond(client, ids[0] ?? "");
    await speak(client, on.ports, silence(1500));
    await on.ports.clock.advance(5000);
    expect(callsIn(client.take())).toEqual([]);
  });

  test("[EMU29] the profile sets the probability of a reissue", async () => {
    const again = async (seed: number): Promise<number> => {
      const on = startEmulator({}, seed);
      const { client } = await clientWithCalls(on, [callStep("f")], "BLOCKING");
      sendText(client, "wait");
      await on.ports.clock.advance(1000);
      return callsIn(client.take()).length;
    };
    const runs = await Promise.all(Array.from({ length: 40 }, (_, seed) => again(seed)));
    const count = runs.reduce((total, reissued) => total + reissued, 0);
    expect(count).toBeGreaterThan(12);
    expect(count).toBeLessThan(34);
  });

  test("[EMU29] the cancellation option cancels as documented: the id becomes invalid", async () => {
    const on = startEmulator({ tools: { cancellation: true } });
    const { client, ids } = await clientWithCalls(on, [callStep("f", "g")], "BLOCKING");
    await speak(client, on.ports, tone(600));
    const messages = client.take();
    expect(messages.slice(0, 4)).toMatchObject([
      { voiceActivity: {} },
      { serverContent: { interrupted: true } },
      { toolCallCancellation: { ids } },
      { serverContent: { turnComplete: true } },
    ]);
    respond(client, ids[0] ?? "");
    await speak(client, on.ports, silence(1500));
    await on.ports.clock.advance(5000);
    expect(functionResponsesSeen(on)).toEqual([]);
  });
});

describe("on Vertex", () => {
  test("[EMU29] barge-in cancels a blocking call", async () => {
    const on = startEmulator();
    const model = "projects/p/locations/l/publishers/google/models/gemini-3.8-live";
    const client = await on.ready({ ...declareFunctions("BLOCKING"), model }, { path: VERTEX });
    on.ports.brain.replies.push([callStep("f")]);
    sendText(client, "hi");
    await on.ports.clock.advance(1500);
    const ids = callsIn(client.take()).map(({ id }) => id);
    await speak(client, on.ports, tone(600));
    expect(client.take().flatMap((m) => m.toolCallCancellation?.ids ?? [])).toEqual(ids);
  });
});

describe("across connections", () => {
  test.each(["BLOCKING", "NON_BLOCKING"] as const)(
    "[EMU30] after a resume a %s call is answered by its old id and never reissued",
    async (behavior) => {
      const on = startEmulator();
      on.ports.brain.replies.push([callStep("f")], [{ say: "Your result." }]);
      const client = await on.ready({ ...declareFunctions(behavior), sessionResumption: {} });
      const { handle } = client;
      expect(handle).toHaveLength(36);
      sendText(client, "do it");
      await on.ports.clock.advance(1000);
      const [reissued] = callsIn(client.take());
      client.disconnect();
      await on.ports.clock.advance(2000);
      const again = await on.ready({
        ...declareFunctions(behavior),
        sessionResumption: { handle },
      });
      await on.ports.clock.advance(5000);
      expect(again.take()).toEqual([]);
      respond(again, reissued?.id ?? "");
      await on.ports.clock.advance(5000);
      expect(outputTranscript(again.take())).toBe("Your result.");
      expect(functionResponsesSeen(on)).toHaveLength(1);
    },
  );
});
