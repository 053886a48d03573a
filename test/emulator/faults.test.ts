import { describe, expect, test } from "vitest";
import { readFaults } from "../../src/emulator/core/faults/parse-faults.ts";
import { silence, tone } from "../support/scripted.ts";
import {
  audioOf,
  type Client,
  DEFAULT_SETUP,
  LONG,
  outline,
  outputTranscript,
  type Received,
  speak,
  startEmulator,
  type TestEmulator,
  sendText,
} from "./client.ts";

const faulty = (...faults: object[]): TestEmulator => startEmulator({ faults: readFaults(faults) });

/** A client after setup, with all messages it received. */
async function connected(on: TestEmulator, setup: object = {}): Promise<Client> {
  const client = on.dial();
  client.send({ setup: { ...DEFAULT_SETUP, sessionResumption: {}, ...setup } });
  await on.ports.clock.advance(500);
  return client;
}

describe("fault triggers", () => {
  test("[EMU39] a fault strikes the n-th connection and no other", async () => {
    const on = faulty({ when: { connection: 2 }, what: { close: { code: 1001, reason: "two" } } });
    const closes = [];
    for (let i = 0; i < 3; i++) closes.push((await connected(on)).closed);
    expect(closes).toEqual([undefined, { code: 1001, reason: "two" }, undefined]);
  });

  test("[EMU39] a fault strikes on the n-th message, before the message is read", async () => {
    const on = faulty({ when: { message: 3 }, what: { close: "unavailable" } });
    const client = await connected(on);
    sendText(client, "one");
    expect(client.closed).toBeUndefined();
    sendText(client, "two");
    expect(client.closed).toEqual({
      code: 1011,
      reason: "The service is currently unavailable.",
    });
    expect(on.ports.brain.contexts).toHaveLength(1);
  });

  test("[EMU39] a fault strikes in the n-th turn, a delay after its start", async () => {
    const on = faulty({ when: { turn: 2, afterMs: 700 }, what: { close: "internal" } });
    const client = await connected(on);
    on.ports.brain.replies.push([{ say: "Short." }], [{ say: LONG }]);
    sendText(client, "one");
    await on.ports.clock.advance(3000);
    client.take();
    sendText(client, "two");
    await on.ports.clock.advance(699);
    expect(outline(client.take())).toEqual(["speech"]);
    expect(client.closed).toBeUndefined();
    await on.ports.clock.advance(1);
    expect(client.closed?.code).toBe(1011);
    expect(on.emulator.stats()).toMatchObject({ sockets: 0, turns: 0, timers: 0 });
  });

  test("[EMU39] the same script and seed give the same frames", async () => {
    const run = async (): Promise<unknown> => {
      const on = faulty(
        { when: { turn: 1, afterMs: 500 }, what: { goAway: { timeLeft: "2s" } } },
        { what: { transcripts: "doubled" } },
      );
      const client = await connected(on);
      sendText(client, "hello there");
      await on.ports.clock.advance(10_000);
      return [client.messages, client.closed];
    };
    expect(await run()).toEqual(await run());
  });
});

describe("fault effects", () => {
  test("[EMU39] goAway, then the announced close", async () => {
    const on = faulty({ when: { afterMs: 1000 }, what: { goAway: { timeLeft: "2.5s" } } });
    const client = await connected(on);
    await on.ports.clock.advance(500);
    expect(client.take().at(-1)?.goAway).toEqual({ timeLeft: "2.5s" });
    await on.ports.clock.advance(2499);
    expect(client.closed).toBeUndefined();
    await on.ports.clock.advance(1);
    expect(client.closed?.reason).toBe("Deadline expired before operation could complete.");
  });

  test("[EMU39] goAway, then silence", async () => {
    const on = faulty({
      when: { afterMs: 1000 },
      what: { goAway: { timeLeft: "2s", end: "silence" } },
    });
    const client = await connected(on);
    await on.ports.clock.advance(600);
    client.take();
    sendText(client, "hello?");
    await on.ports.clock.advance(60_000);
    expect(client.take()).toEqual([]);
    expect(client.closed).toBeUndefined();
  });

  test("[EMU39] freeze stops reading and writing; the session stays attached until the client closes", async () => {
    const on = faulty({
      when: { connection: 1, message: 2, afterMs: 600 },
      what: { freeze: true },
    });
    const client = await connected(on);
    on.ports.brain.replies.push([{ say: LONG }]);
    sendText(client, "story");
    await on.ports.clock.advance(700);
    client.take();
    await on.ports.clock.advance(10_000);
    client.send("nonsense");
    expect(client.take()).toEqual([]);
    expect(client.closed).toBeUndefined();
    const handle = { sessionResumption: { handle: client.handle } };
    const early = await connected(on, handle);
    await on.ports.clock.advance(500);
    expect(early.closed?.code).toBe(1011);
    client.disconnect();
    await on.ports.clock.advance(2000);
    expect((await connected(on, handle)).closed).toBeUndefined();
  });

  test("[EMU39] reset breaks the connection without a close where the transport can, and detaches the session", async () => {
    const on = faulty({ when: { connection: 1, afterMs: 800 }, what: { reset: true } });
    const client = await connected(on);
    await on.ports.clock.advance(500);
    expect(client.wasReset).toBe(true);
    expect(client.closed).toBeUndefined();
    expect(on.emulator.stats()).toMatchObject({ sockets: 0, timers: 0 });
  });

  test("[EMU39] setup is delayed or never completes", async () => {
    const slow = faulty({ what: { setup: { delayMs: 5000 } } });
    const client = await connected(slow);
    await slow.ports.clock.advance(4600);
    expect(client.take()).toEqual([]);
    await slow.ports.clock.advance(500);
    expect(outline(client.take())[0]).toBe("setupComplete");
    const never = faulty({ when: { message: 1 }, what: { setup: "never" } });
    const waiting = await connected(never);
    sendText(waiting, "hello?");
    await never.ports.clock.advance(600_000);
    expect(waiting.take()).toEqual([]);
    expect(waiting.closed).toBeUndefined();
  });

  test("[EMU39] any frame is sent unchanged, and a frame of any size", async () => {
    const error = { error: { code: 500, message: "Internal", status: "INTERNAL" } };
    const on = faulty(
      { what: { send: error } },
      { when: { message: 2 }, what: { huge: 2_000_000 } },
    );
    const client = await connected(on);
    expect(client.messages[0]).toMatchObject(error);
    sendText(client, "hi");
    expect(client.frames.at(-1)?.length).toBeGreaterThan(2_000_000);
  });

  test("[EMU39] transcripts are doubled, or preceded by empty ones", async () => {
    const texts = async (transcripts: string): Promise<(string | undefined)[]> => {
      const on = faulty({ what: { transcripts } });
      const client = await connected(on);
      on.ports.brain.replies.push([{ say: "Hi." }]);
      await speak(client, on.ports, tone(1000));
      await speak(client, on.ports, silence(1500));
      await on.ports.clock.advance(2000);
      return client.take().flatMap(({ serverContent: content }) => {
        const transcript = content?.inputTranscription ?? content?.outputTranscription;
        return transcript === undefined ? [] : [transcript.text];
      });
    };
    expect(await texts("doubled")).toEqual(["hello", "hello", "Hi.", "Hi."]);
    expect(await texts("preceded")).toEqual([undefined, "hello", undefined, "Hi."]);
  });

  test("[EMU39] audio is sent slower than it plays", async () => {
    const on = faulty({ what: { pace: 0.5 } });
    const client = await connected(on);
    on.ports.brain.replies.push([{ say: "one two three four five six seven eight." }]);
    sendText(client, "count");
    await on.ports.clock.advance(10_000);
    const audio = audioOf(client.take());
    expect((audio.at(-1)?.at ?? 0) - (audio[0]?.at ?? 0)).toBeGreaterThan(3000);
  });

  test("[EMU39] an issued handle is rejected, or poisoned: its session accepts input and never replies", async () => {
    const on = faulty(
      { when: { connection: 2 }, what: { handle: "invalid" } },
      { when: { connection: 3 }, what: { handle: "poisoned" } },
    );
    const client = await connected(on);
    client.disconnect();
    await on.ports.clock.advance(2000);
    const handle = { sessionResumption: { handle: client.handle } };
    const invalid = await connected(on, handle);
    await on.ports.clock.advance(500);
    expect(invalid.closed).toEqual({ code: 1008, reason: "BidiGenerateContent session not found" });
    const poisoned = await connected(on, handle);
    poisoned.take();
    await speak(poisoned, on.ports, tone(1000));
    await speak(poisoned, on.ports, silence(9000));
    expect(outline(poisoned.take())).toEqual(["start", "inputTranscript", "end"]);
  });

  test("[EMU39] one turn is empty, the next is not", async () => {
    const on = faulty({ when: { turn: 1 }, what: { turn: "empty" } });
    const client = await connected(on);
    client.take();
    sendText(client, "one");
    await on.ports.clock.advance(3000);
    expect(outline(client.take())).toEqual(["generationComplete", "turnComplete"]);
    sendText(client, "two");
    await on.ports.clock.advance(3000);
    expect(outputTranscript(client.take())).toBe("You said: two.");
  });

  test("[EMU71] a stalled connection hears and does not answer; resumed, it does", async () => {
    const on = faulty({ when: { connection: 1, turn: 1 }, what: { stall: "unanswered" } });
    const client = await connected(on);
    client.take();
    await speak(client, on.ports, tone(1000));
    await speak(client, on.ports, silence(9000));
    sendText(client, "two");
    await on.ports.clock.advance(9_000);
    expect(outline(client.take())).toEqual(["start", "inputTranscript", "end"]);
    client.disconnect();
    await on.ports.clock.advance(2000);
    const resumed = await connected(on, { sessionResumption: { handle: client.handle } });
    sendText(resumed, "three");
    await on.ports.clock.advance(3000);
    expect(outputTranscript(resumed.take())).toBe("You said: three.");
  });

  test("[EMU71] an answer stops in the middle, and can be interrupted", async () => {
    const on = faulty({ when: { turn: 1, afterMs: 450 }, what: { stall: "answer" } });
    const client = await connected(on);
    client.take();
    on.ports.brain.replies.push([{ say: LONG }]);
    sendText(client, "story");
    await on.ports.clock.advance(60_000);
    const received = client.take();
    expect(outline(received)).toEqual(["speech"]);
    expect(outputTranscript(received).length).toBeLessThan(LONG.length);
    await speak(client, on.ports, tone(500));
    expect(outline(client.take())).toEqual(["start", "interrupted", "turnComplete"]);
    client.disconnect();
    expect(on.emulator.stats()).toMatchObject({ sockets: 0, turns: 0, timers: 0 });
  });

  test("[EMU71] an answer becomes a tone without words for a minute", async () => {
    const on = faulty({ when: { turn: 1, afterMs: 450 }, what: { stall: "tone" } });
    const client = await connected(on);
    on.ports.brain.replies.push([{ say: LONG }]);
    sendText(client, "story");
    await on.ports.clock.advance(60_000);
    const received = client.take();
    const last = received.findLastIndex(({ serverContent }) => serverContent?.outputTranscription);
    const wordless = audioOf(received.slice(last + 1));
    expect(wordless.length).toBeGreaterThanOrEqual(240);
    expect(new Set(wordless.slice(5).map(({ bytes }) => bytes))).toEqual(new Set([12_000]));
    expect(outline(received).at(-1)).toBe("speech");
  });

  test("[EMU71] a fault strikes after the n-th interruption", async () => {
    const on = faulty({ when: { interruption: 2 }, what: { close: "internal" } });
    const client = await connected(on);
    on.ports.brain.replies.push([{ say: LONG }], [{ say: LONG }]);
    sendText(client, "one");
    await on.ports.clock.advance(1000);
    sendText(client, "two");
    await on.ports.clock.advance(1000);
    expect(client.closed).toBeUndefined();
    client.take();
    sendText(client, "three");
    await on.ports.clock.advance(1000);
    expect(outline(client.take())).toContain("turnComplete");
    expect(client.closed?.code).toBe(1011);
  });

  test("[EMU71] a transcript of the user comes again later", async () => {
    const on = faulty({ what: { transcripts: { againAfterMs: 55_000 } } });
    const client = await connected(on);
    await speak(client, on.ports, tone(1000));
    await speak(client, on.ports, silence(2000));
    const heard = ({ serverContent }: Received) => serverContent?.inputTranscription !== undefined;
    const [first] = client.take().filter(heard);
    await on.ports.clock.advance(60_000);
    const [second, ...others] = client.take().filter(heard);
    expect(second?.serverContent).toEqual(first?.serverContent);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBe(55_000);
    expect(others).toEqual([]);
  });

  test("[EMU71] the scenario's mistakes are named", () => {
    for (const [fault, words] of [
      [{ what: { stall: "deaf" } }, '"stall" must be'],
      [{ when: { turn: 1, interruption: 1 }, what: { freeze: true } }, "one of them only"],
      [{ what: { transcripts: { after: 1 } } }, "after"],
      [{ what: { transcripts: {} } }, "againAfterMs"],
    ] as const)
      expect(() => readFaults([fault])).toThrow(words);
  });

  test("[EMU39] typed text is echoed as an input transcript", async () => {
    const on = faulty({ what: { echo: "text" } });
    const client = await connected(on);
    client.take();
    sendText(client, "hi");
    expect(client.take()[0]?.serverContent?.inputTranscription).toEqual({ text: "hi" });
  });
});

describe("live injection", () => {
  test("[EMU39] a fault strikes the newest connection at once, a numbered one, or a future one", async () => {
    const on = startEmulator();
    const [first, second] = [await connected(on), await connected(on)];
    expect(on.emulator.inject({ what: { send: { one: 1 } } })).toBe(true);
    expect(second.take().at(-1)).toMatchObject({ one: 1 });
    on.emulator.inject({ when: { connection: 1 }, what: { close: "quota" } });
    expect(first.closed?.reason).toContain("You exceeded your current quota");
    on.emulator.inject({ when: { message: 2 }, what: { close: "location" } });
    expect(second.closed).toBeUndefined();
    sendText(second, "hi");
    expect(second.closed?.reason).toBe("User location is not supported for the API use.");
    expect(on.emulator.inject({ what: { freeze: true } })).toBe(false);
    expect(on.emulator.inject({ when: { connection: 3 }, what: { close: "internal" } })).toBe(true);
    expect((await connected(on)).closed?.code).toBe(1011);
    expect(() => on.emulator.inject({ what: { explode: true } })).toThrow('"what" must be one of');
  });
});
