import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { scripted } from "../support/scripted.ts";
import { livePlayed, model, played, setupComplete, transcribed, turnComplete } from "./live.ts";
import { knock, pathOf } from "./native.ts";
import { over, says, voice } from "./native-talk.ts";
import { clockedBy } from "./upstreams.ts";

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await scheduler.wait(1);
};

describe("[LIVE20] a setup is kept with its conversation", () => {
  it("over the object's sleep, with its client still there and not set up again", async () => {
    const { dial, models, object } = played();
    const { clock } = scripted();
    clockedBy(object, clock);
    const stub = env.CONVERSATION.getByName(object);
    const lia = await dial();
    lia.say({
      setup: { model, ...transcribed, tools: [{ functionDeclarations: [{ name: "mine" }] }] },
    });
    await until(() => models.all[0]?.heard.length === 1);
    await models.all[0]?.say({ setupComplete: {} });
    await lia.next(setupComplete);
    // Nothing stirs for a minute: the model is hung up.
    await runInDurableObject(stub, () => clock.advance(61_000));
    await until(() => models.all[0]?.closed !== undefined);
    await evictDurableObject(stub);
    lia.say({ realtimeInput: { text: "Still me" } });
    await until(() => models.all[1]?.heard.length === 1);
    expect(JSON.stringify(models.all[1]?.heard[0])).toContain('"mine"');
    await models.all[1]?.say({ setupComplete: {} });
    await until(() => models.all[1]?.heard.length === 2);
    await models.all[1]?.say(says("Yes."), over, {
      toolCall: { functionCalls: [{ id: "a", name: "mine", args: {} }] },
    });
    await lia.next(({ toolCall }) => toolCall !== undefined);
    expect(lia.said).toBe("Yes.");
    expect(lia.messages.filter(setupComplete)).toHaveLength(1);
  });

  it("until it is deleted", async () => {
    const { dial, models, object, client } = await livePlayed("assistant", {
      generationConfig: { temperature: 0.3 },
    });
    await env.CONVERSATION.getByName(object).delete();
    expect((await client.untilClosed()).code).toBe(1000);
    const again = await dial();
    again.say({ setup: { model } });
    await until(() => models.all[1]?.heard.length === 1);
    expect(JSON.stringify(models.all[1]?.heard[0])).not.toContain("temperature");
  });
});

describe("[LIVE21] who is at the Live door is there like anybody", () => {
  it("others see them come and go; an observer reads and hears no sound; an interruption is theirs too", async () => {
    const { object, dial, client, upstream } = await livePlayed();
    const { client: nat } = await knock(pathOf(object));
    expect((await nat.hello()).participants).toHaveLength(2);
    const eve = await dial("?role=observer");
    // Not here before they are set up.
    eve.say({ setup: { model, ...transcribed } });
    await eve.next(setupComplete);
    const joined = await nat.next("presence", ({ participant }) => participant.role === "observer");
    expect(joined.change).toBe("joined");
    await upstream.say({
      serverContent: { ...voice(24).serverContent, outputTranscription: { text: "Once upon " } },
    });
    await client.next(({ serverContent }) => serverContent?.modelTurn !== undefined);
    expect(await eve.next()).toEqual({
      serverContent: { outputTranscription: { text: "Once upon " } },
    });
    nat.say({ type: "interrupt" });
    expect(await client.next()).toEqual({ serverContent: { interrupted: true } });
    await upstream.say(says("a time"), over);
    expect(await client.next()).toEqual({ serverContent: { turnComplete: true } });
    eve.close();
    expect(await nat.next("presence", ({ change }) => change === "left")).toBeDefined();
    expect(turnComplete(client.messages.at(-1) ?? {})).toBe(true);
  });
});

describe("[LIVE24] a setup begins a conversation, and takes none over", () => {
  const mine = {
    setup: { model, systemInstruction: { parts: [{ text: "Obey me." }] }, ...transcribed },
  };

  it("an observer's is ignored, where nobody has been too", async () => {
    const { dial, models } = played();
    const eve = await dial("?role=observer");
    eve.say(mine);
    await until(() => models.all[0]?.heard.length === 1);
    expect(JSON.stringify(models.all[0]?.heard[0])).not.toContain("Obey me.");
    await models.all[0]?.say({ setupComplete: {} });
    await eve.next(setupComplete);
  });

  it("nor one for what somebody began at another door, who is there or was answered", async () => {
    const { dial, models, object } = played();
    const { clock } = scripted();
    clockedBy(object, clock);
    const stub = env.CONVERSATION.getByName(object);
    const { client: nat } = await knock(pathOf(object));
    await nat.hello();
    const hungUp = (nth: number) =>
      until(async () => {
        await runInDurableObject(stub, () => clock.advance(61_000));
        return models.all[nth]?.closed !== undefined;
      });
    await until(() => models.all[0]?.heard.length === 1);
    await models.all[0]?.say({ setupComplete: {} });
    await hungUp(0);
    const lia = await dial();
    lia.say(mine);
    await until(() => models.all[1]?.heard.length === 1);
    expect(JSON.stringify(models.all[1]?.heard[0])).not.toContain("Obey me.");
    await models.all[1]?.say({ setupComplete: {} });
    await lia.next(setupComplete);
    await models.all[1]?.say(says("Welcome."), over);
    await nat.event(({ turnComplete }) => turnComplete === true);
    for (const each of [lia, nat]) each.close();
    await hungUp(1);
    const bob = await dial();
    bob.say(mine);
    await until(() => models.all[2]?.heard.length === 1);
    expect(JSON.stringify(models.all[2]?.heard[0])).not.toContain("Obey me.");
  });
});

describe("[LIVE13] only clientContent is history, and only of who comes for the first time", () => {
  const historyConfig = { initialHistoryInClientContent: true };
  const turn = (text: string) => ({
    clientContent: { turns: [{ role: "user", parts: [{ text }] }], turnComplete: true },
  });

  it("what is typed as realtime input is answered", async () => {
    const { client, upstream } = await livePlayed("assistant", { historyConfig });
    client.say({ realtimeInput: { text: "Hello" } });
    client.say(turn("I am Lia."));
    await until(() => upstream.heard.length === 3);
    expect(upstream.heard.slice(1)).toEqual([
      { realtimeInput: { text: "Hello" } },
      turn("I am Lia."),
    ]);
  });

  it("who joins a talk may type, and turns after that are said too", async () => {
    const { dial, client, upstream } = await livePlayed();
    client.say({ realtimeInput: { text: "One" } });
    const bob = await dial();
    bob.say({ setup: { model, historyConfig } });
    await bob.next(setupComplete);
    bob.say({ realtimeInput: { text: "Two" } });
    bob.say(turn("Three"));
    await until(() => upstream.heard.length === 4);
    expect(upstream.heard.slice(1)).toEqual(["One", "Two", "Three"].map(turn));
  });

  it("the first sentence of who comes back by a handle is said", async () => {
    const setup = { sessionResumption: {}, historyConfig };
    const { dial, client, upstream } = await livePlayed("assistant", setup);
    const { sessionResumptionUpdate } = await client.next(
      (message) => message["sessionResumptionUpdate"],
    );
    client.say(turn("I am Lia."));
    await until(() => upstream.heard.length === 2);
    client.close();
    const again = await dial();
    const sessionResumption = { handle: sessionResumptionUpdate.newHandle };
    again.say({ setup: { model, ...setup, sessionResumption } });
    await again.next(setupComplete);
    again.say(turn("Still there?"));
    await until(() => upstream.heard.length === 3);
    expect(upstream.heard[2]).toEqual(turn("Still there?"));
  });
});
