import { describe, expect, test } from "vitest";
import { silence, tone } from "../support/scripted.ts";
import { audioOf, outline, outputTranscript, speak, startEmulator } from "./client.ts";

describe("speculative replies", () => {
  test("[EMU50] the brain and the first sentence start before the end of the activity, without visible output until then", async () => {
    const { emulator, ports, ready } = startEmulator();
    const client = await ready();
    ports.recognizer.transcripts.push("What time is it?");
    await speak(client, ports, tone(960));
    await speak(client, ports, silence(600));
    expect(ports.brain.asked).toBe(1);
    expect(ports.synthesizer.synthesized.map(({ sentence }) => sentence)).toEqual([
      "You said: What time is it?.",
    ]);
    expect(outline(client.take())).toEqual(["start"]);
    expect(emulator.stats()).toMatchObject({ turns: 0, sent: { voiceActivity: 1 } });
    await speak(client, ports, silence(600));
    await ports.clock.advance(4000);
    expect(outline(client.take())).toEqual([
      "inputTranscript",
      "end",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
    expect(ports.brain.asked).toBe(1);
    expect(ports.synthesizer.synthesized).toHaveLength(1);
  });

  test("[EMU50] a synthesizer that takes half a second is ready when the user has finished", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready();
    const say = ports.synthesizer.synthesize.bind(ports.synthesizer);
    ports.synthesizer.synthesize = async (...requests) => {
      await new Promise<void>((resolve) => void ports.clock.after(500, resolve));
      return say(...requests);
    };
    await speak(client, ports, tone(960));
    await speak(client, ports, silence(1500));
    await ports.clock.advance(2000);
    const messages = client.take();
    const end = messages.find((m) => m.voiceActivity?.type === "ACTIVITY_END")?.at ?? 0;
    expect((audioOf(messages)[0]?.at ?? 0) - end).toBeLessThan(100);
  });

  test("[EMU50] resumed speech cancels the reply: the synthesizer is told, and the history is unchanged", async () => {
    const { ports, ready } = startEmulator();
    const signals: { readonly aborted: boolean }[] = [];
    ports.synthesizer.synthesize = (_, __, reply = { aborted: true }) => {
      signals.push(reply);
      return Promise.resolve(tone(500, 24_000));
    };
    ports.recognizer.transcripts.push("What is", "What is the time?");
    const client = await ready();
    await speak(client, ports, tone(960));
    await speak(client, ports, silence(500));
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await speak(client, ports, tone(640));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    await speak(client, ports, silence(1500));
    await ports.clock.advance(4000);
    expect(outputTranscript(client.take())).toBe("You said: What is the time?.");
    expect(ports.brain.contexts).toHaveLength(1);
    expect(ports.brain.contexts[0]?.history).toEqual([
      { role: "user", parts: [{ text: "What is the time?" }] },
    ]);
  });

  test("[EMU50] text typed meanwhile cancels the reply", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready();
    await speak(client, ports, tone(960));
    await speak(client, ports, silence(600));
    client.send({ realtimeInput: { text: "and this" } });
    await speak(client, ports, silence(600));
    await ports.clock.advance(4000);
    expect(ports.brain.asked).toBe(2);
    expect(ports.brain.contexts.at(-1)?.history.map(({ parts }) => parts?.[0]?.text)).toEqual([
      "and this",
      "hello",
    ]);
  });

  test("[EMU50] no function is called until the user has finished", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([{ call: [{ name: "f", args: {} }] }]);
    const client = await ready({ tools: [{ functionDeclarations: [{ name: "f" }] }] });
    await speak(client, ports, tone(960));
    await speak(client, ports, silence(800));
    expect(outline(client.take())).toEqual(["start"]);
    await speak(client, ports, silence(400));
    expect(outline(client.take()).slice(0, 3)).toEqual(["inputTranscript", "end", "toolCall"]);
    expect(ports.brain.asked).toBe(1);
  });

  test("[EMU50] a brain that fails speculatively reports the failure only when the reply is taken", async () => {
    const { emulator, ports, ready } = startEmulator();
    ports.brain.replies.push(() => Promise.reject(new Error("blank")));
    const client = await ready();
    await speak(client, ports, tone(960));
    await speak(client, ports, silence(800));
    expect(client.closed).toBeUndefined();
    expect(emulator.stats().failures).toBe(0);
    await speak(client, ports, silence(400));
    expect(client.closed?.code).toBe(1011);
  });
});
