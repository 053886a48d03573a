/** Relay endpointing, against the emulator with its detection off: a frame out of place would close its session. */
import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { join, pause, question, statement } from "../support/intonation.ts";
import { connectNative, pathOf } from "./native.ts";
import { conversationWithFaults, summarize } from "./fault-conversation.ts";

const assistant = agent({
  name: "assistant",
  model: "gemini-3.8-live",
  instruction: "Answer.",
  runConfig: { activityDetection: { by: "relay" } },
});

type Conversation = Awaited<ReturnType<typeof conversationWithFaults>>;

async function conversationOf(faults: readonly object[] = [], of = assistant) {
  const conversation = await conversationWithFaults(faults, of);
  conversation.ports.recognizer.transcripts.push("one", "two", "three");
  return conversation;
}

/** Plays audio in frames of 100 ms at real-time pace. */
async function play(
  { pass }: Conversation,
  client: { send(frame: ArrayBuffer): void },
  samples: Int16Array<ArrayBuffer>,
) {
  for (let at = 0; at < samples.length; at += 1_600) {
    client.send(samples.slice(at, at + 1_600).buffer);
    await pass(100);
  }
}

const completes = ({ turnComplete }: { turnComplete?: boolean }) => turnComplete === true;
const spoken = (text: string) => [
  `user: ${text}`,
  "answer",
  `agent: You said: ${text}.`,
  "complete",
];

/** The realtime input of all connections, by its field; consecutive audio is one. */
function inputs(conversation: Conversation): string[] {
  const kinds = conversation.received.flatMap((message) =>
    "setup" in message
      ? ["setup"]
      : "realtimeInput" in message
        ? Object.keys(message.realtimeInput)
        : [],
  );
  return kinds.filter((kind, at) => kind !== "audio" || kinds[at - 1] !== "audio");
}

describe("[GATE7] the relay marks the user's activity", () => {
  it("with the service's detection off, nothing outside it, and one answer to each phrase", async () => {
    const conversation = await conversationOf();
    await play(conversation, conversation.ann, join(pause(1_000), statement(1_200), pause(800)));
    await conversation.wait(completes);
    await play(conversation, conversation.ann, join(pause(1_000), statement(1_200), pause(800)));
    await conversation.wait(completes);
    expect(summarize(conversation.ann.events)).toEqual([...spoken("one"), ...spoken("two")]);
    const activity = ["activityStart", "audio", "activityEnd"];
    expect(inputs(conversation)).toEqual(["setup", ...activity, ...activity]);
    expect(JSON.stringify(conversation.received[0])).toContain(
      `"automaticActivityDetection":{"disabled":true}`,
    );
  });

  it("the model gets what was said before the mark", async () => {
    const conversation = await conversationOf();
    await play(conversation, conversation.ann, join(pause(1_000), statement(1_200), pause(800)));
    await conversation.wait(completes);
    expect(conversation.ports.recognizer.asked[0]).toBeGreaterThanOrEqual(1_200 * 16);
  });
});

describe("[GATE8] the silence that ends an activity", () => {
  it("is short after a statement and long after a phrase that goes on", async () => {
    const conversation = await conversationOf();
    const sentence = join(question(1_000), pause(900), statement(1_000), pause(800));
    await play(conversation, conversation.ann, sentence);
    expect(inputs(conversation)).toEqual(["setup", "activityStart", "audio", "activityEnd"]);
    await conversation.wait(completes);
    expect(summarize(conversation.ann.events)).toEqual(spoken("one"));
  });
});

describe("[GATE11] speech that the relay marks interrupts the answer", () => {
  it("while it plays", async () => {
    const conversation = await conversationOf();
    conversation.ports.synthesizer.msPerWord = 1_500;
    await play(conversation, conversation.ann, join(statement(1_200), pause(1_200)));
    await play(conversation, conversation.ann, join(statement(1_200), pause(800)));
    await conversation.wait(completes);
    await conversation.wait(completes);
    const told = summarize(conversation.ann.events);
    expect(told).toEqual([
      "user: one",
      "answer",
      expect.stringMatching(/^agent: You/),
      "interrupted",
      "complete",
      ...spoken("two"),
    ]);
  });
});

describe("[GATE9] an activity ends with its stream", () => {
  const ends: Record<string, (conversation: Conversation) => unknown> = {
    audio_stream_end: ({ ann }) => ann.send({ type: "audio_stream_end" }),
    "audio that stops": () => undefined,
  };
  for (const [name, end] of Object.entries(ends))
    it(`${name}, and once`, async () => {
      const conversation = await conversationOf();
      await play(conversation, conversation.ann, question(1_200));
      end(conversation);
      await conversation.wait(completes);
      conversation.ann.send({ type: "audio_stream_end" });
      await play(conversation, conversation.ann, join(statement(1_200), pause(800)));
      await conversation.wait(completes);
      expect(summarize(conversation.ann.events)).toEqual([...spoken("one"), ...spoken("two")]);
    });

  it("a mute", async () => {
    const conversation = await conversationOf();
    const { client } = await connectNative(pathOf(conversation.object));
    await client.hello();
    await play(conversation, client, question(1_200));
    client.send({ type: "mute", on: true });
    await conversation.wait(completes);
    expect(summarize(conversation.ann.events)).toEqual(spoken("one"));
  });

  it("a leave, and another client's speech is an activity of its own", async () => {
    const conversation = await conversationOf();
    const bob = await conversation.join();
    await play(conversation, conversation.ann, question(1_200));
    conversation.ann.close();
    await play(conversation, bob, join(statement(1_200), pause(800)));
    await conversation.pass(5_000);
    const activity = ["activityStart", "audio", "activityEnd"];
    expect(inputs(conversation)).toEqual(["setup", ...activity, ...activity]);
  });
});

describe("[GATE10] a client's marks win over the relay's", () => {
  it("push to talk: no pause ends the activity", async () => {
    const conversation = await conversationOf();
    conversation.ann.send({ type: "activity_start" });
    await play(conversation, conversation.ann, join(statement(1_000), pause(3_000)));
    await play(conversation, conversation.ann, statement(1_000));
    conversation.ann.send({ type: "activity_end" });
    await conversation.wait(completes);
    expect(inputs(conversation)).toEqual(["setup", "activityStart", "audio", "activityEnd"]);
    expect(summarize(conversation.ann.events)).toEqual(spoken("one"));
  });
});

describe("[LINK26] an activity that is open when a session is lost is opened again in the next", () => {
  const losses: Record<string, object> = {
    "the session is lost": { close: "unavailable" },
    "the connection breaks": { reset: true },
    goAway: { goAway: { timeLeft: "1s" } },
  };
  const pushToTalk = agent({
    name: "assistant",
    model: "gemini-3.8-live",
    instruction: "Answer.",
    runConfig: { activityDetection: { disabled: true } },
  });
  for (const [name, what] of Object.entries(losses)) {
    it(`${name}: with its utterance, one transcript and one answer`, async () => {
      const conversation = await conversationOf([{ when: { connection: 1, message: 12 }, what }]);
      await play(conversation, conversation.ann, join(pause(500), question(3_000)));
      await play(conversation, conversation.ann, join(statement(2_000), pause(800)));
      await conversation.wait(completes);
      expect(summarize(conversation.ann.events)).toEqual(spoken("one"));
      expect(inputs(conversation).filter((kind) => kind === "setup")).not.toHaveLength(1);
      expect(conversation.ports.recognizer.asked.at(-1)).toBeGreaterThanOrEqual(4_900 * 16);
    });

    it(`${name}, in push-to-talk`, async () => {
      const conversation = await conversationOf(
        [{ when: { connection: 1, message: 12 }, what }],
        pushToTalk,
      );
      await play(conversation, conversation.ann, pause(500));
      conversation.ann.send({ type: "activity_start" });
      await play(conversation, conversation.ann, question(5_000));
      conversation.ann.send({ type: "activity_end" });
      await conversation.wait(completes);
      expect(summarize(conversation.ann.events)).toEqual(spoken("one"));
      expect(conversation.ports.recognizer.asked.at(-1)).toBeGreaterThanOrEqual(4_900 * 16);
    });
  }
});
