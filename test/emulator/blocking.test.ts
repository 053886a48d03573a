import { describe, expect, test } from "vitest";
import { silence, tone } from "../support/scripted.ts";
import { call, calls, declared, ordered, respond, told } from "./calls.ts";
import { audioOf, outline, said, speak, stage, typed } from "./client.ts";

describe("a call that blocks", () => {
  test("[EMU28] holds the turn until all calls of the frame are answered, whatever scheduling they wish", async () => {
    const on = stage();
    on.ports.brain.lines.push(
      [{ say: "One moment." }, call("f", "g"), { say: "never said" }],
      [{ say: "Both are done." }],
    );
    const client = await on.ready(declared("BLOCKING"));
    typed(client, "do it");
    await on.ports.clock.advance(10_000);
    const before = client.take();
    expect(outline(before)).toEqual(["speech", "toolCall"]);
    const [one = "", other = ""] = calls(before).map(({ id }) => id);
    respond(client, one, { willContinue: true });
    await on.ports.clock.advance(10_000);
    expect(client.take()).toEqual([]);
    const sent = on.ports.clock.now() - client.opened;
    respond(client, other, { scheduling: "SILENT" });
    await on.ports.clock.advance(5000);
    const after = client.take();
    expect(outline(after)).toEqual(["speech", "generationComplete", "turnComplete"]);
    expect(said(after).trim()).toBe("Both are done.");
    expect((audioOf(after)[0]?.at ?? 0) - sent).toBeGreaterThanOrEqual(500);
    // Two words, and three, of a quarter of a second each: all that the turn said is paid for.
    expect(after.at(-1)?.usageMetadata?.responseTokensDetails).toContainEqual({
      modality: "AUDIO",
      tokenCount: 13 + 19,
    });
    expect(on.ports.brain.scenes.at(-1)?.history.map(({ role }) => role)).toEqual([
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

  test("[EMU28] holds the turn even when the answer comes before the frame has left", async () => {
    const on = stage();
    on.ports.brain.lines.push([call("f")], [{ say: "Quick." }]);
    const client = await on.ready(declared("BLOCKING"));
    const push = client.messages.push.bind(client.messages);
    client.messages.push = (...messages) => {
      for (const { id } of calls(messages)) respond(client, id);
      return push(...messages);
    };
    typed(client, "do it");
    await on.ports.clock.advance(5000);
    expect(outline(client.take())).toEqual([
      "toolCall",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
  });

  test("[EMU29] barge-in releases it: interrupted, turnComplete, no cancellation, and the late answer is spoken about", async () => {
    const on = stage({ tools: { reissue: 0 } });
    const { client, ids } = await ordered(on, [call("f")], "BLOCKING");
    await speak(client, on.ports, tone(600));
    await speak(client, on.ports, silence(1500));
    await on.ports.clock.advance(5000);
    const messages = client.take();
    expect(outline(messages)).toEqual([
      "start",
      "interrupted",
      "turnComplete",
      "heard",
      "end",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
    expect(messages.some((m) => m.toolCallCancellation !== undefined)).toBe(false);
    // Scheduling is for calls that do not block.
    respond(client, ids[0] ?? "", { scheduling: "SILENT" });
    await on.ports.clock.advance(5000);
    expect(outline(client.take())).toContain("speech");
    expect(told(on)).toHaveLength(1);
  });

  test("[EMU29] the call may be made again, with a new id; the old one is still good", async () => {
    const on = stage({ tools: { reissue: 1 } });
    const { client, ids } = await ordered(
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
      "heard",
      "end",
      "toolCall",
    ]);
    const [again] = calls(messages);
    expect(again).toMatchObject({ name: "f", args: { slot: 3 } });
    expect(again?.id).not.toBe(ids[0]);
    respond(client, ids[0] ?? "");
    await on.ports.clock.advance(5000);
    expect(client.take()).toEqual([]);
    respond(client, again?.id ?? "");
    await on.ports.clock.advance(5000);
    expect(outline(client.take())).toEqual(["speech", "generationComplete", "turnComplete"]);
    expect(told(on)).toHaveLength(2);
  });

  test("[EMU29] a call that is answered before the user has finished is not made again", async () => {
    const on = stage({ tools: { reissue: 1 } });
    const { client, ids } = await ordered(on, [call("f")], "BLOCKING");
    await speak(client, on.ports, tone(600));
    respond(client, ids[0] ?? "");
    await speak(client, on.ports, silence(1500));
    await on.ports.clock.advance(5000);
    expect(calls(client.take())).toEqual([]);
  });

  test("[EMU29] how often it is made again is the profile's, by the dice", async () => {
    const again = async (seed: number): Promise<number> => {
      const on = stage({}, seed);
      const { client } = await ordered(on, [call("f")], "BLOCKING");
      typed(client, "wait");
      await on.ports.clock.advance(1000);
      return calls(client.take()).length;
    };
    const runs = await Promise.all(Array.from({ length: 40 }, (_, seed) => again(seed)));
    const count = runs.reduce((total, made) => total + made, 0);
    expect(count).toBeGreaterThan(12);
    expect(count).toBeLessThan(34);
  });

  test("[EMU29] cancelled as documented, if asked: the id is void", async () => {
    const on = stage({ tools: { cancellation: true } });
    const { client, ids } = await ordered(on, [call("f", "g")], "BLOCKING");
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
    expect(told(on)).toEqual([]);
  });
});

describe("over connections", () => {
  test.each(["BLOCKING", "NON_BLOCKING"] as const)(
    "[EMU30] a %s call is answered after a resume by its old id, and never made again",
    async (behavior) => {
      const on = stage();
      on.ports.brain.lines.push([call("f")], [{ say: "Your result." }]);
      const client = await on.ready({ ...declared(behavior), sessionResumption: {} });
      const { handle } = client;
      expect(handle).toHaveLength(36);
      typed(client, "do it");
      await on.ports.clock.advance(1000);
      const [made] = calls(client.take());
      client.leave();
      await on.ports.clock.advance(2000);
      const again = await on.ready({ ...declared(behavior), sessionResumption: { handle } });
      await on.ports.clock.advance(5000);
      expect(again.take()).toEqual([]);
      respond(again, made?.id ?? "");
      await on.ports.clock.advance(5000);
      expect(said(again.take())).toBe("Your result.");
      expect(told(on)).toHaveLength(1);
    },
  );
});
