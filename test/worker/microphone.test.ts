/** A microphone that stops within speech with no message, against the emulator. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { LateClock } from "../support/late-clock.ts";
import { silence, tone } from "../support/scripted.ts";
import { conversationWithFaults, summarize } from "./fault-conversation.ts";
import { nativeConversation } from "./native-conversation.ts";

type Conversation = Awaited<ReturnType<typeof conversationWithFaults>>;

async function send({ ann, pass }: Conversation, samples: (ms: number) => Int16Array, ms: number) {
  for (let at = 0; at < ms; at += 100) {
    ann.send(samples(100).buffer);
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
/** The ends of audio streams that the model got. */
const streamEnds = ({ emulator }: Conversation) =>
  JSON.stringify(emulator.sessions()).split("audioStreamEnd").length - 1;

describe("[GATE6] speech whose audio stops with no message is answered", () => {
  it("with the last word", async () => {
    const conversation = await conversationWithFaults([]);
    conversation.ports.recognizer.transcripts.push("one");
    await send(conversation, tone, 1000);
    await conversation.pass(1_400);
    expect(summarize(conversation.ann.events)).toEqual([]);
    await conversation.wait(completes);
    expect(summarize(conversation.ann.events)).toEqual(spoken("one"));
    expect(streamEnds(conversation)).toBe(1);
  });

  it("in the pause after it, and the audio that comes later is another utterance", async () => {
    const conversation = await conversationWithFaults([]);
    conversation.ports.recognizer.transcripts.push("one", "two");
    await send(conversation, tone, 800);
    await send(conversation, silence, 300);
    await conversation.wait(completes);
    await send(conversation, tone, 800);
    await send(conversation, silence, 2_000);
    await conversation.wait(completes);
    expect(summarize(conversation.ann.events)).toEqual([...spoken("one"), ...spoken("two")]);
  });

  it("not while audio goes on, over a gap of a second, and once it has ended", async () => {
    const conversation = await conversationWithFaults([]);
    conversation.ports.recognizer.transcripts.push("one");
    await send(conversation, tone, 1_000);
    await conversation.pass(1_000);
    await send(conversation, tone, 2_500);
    expect(summarize(conversation.ann.events)).toEqual([]);
    await send(conversation, silence, 2_500);
    await conversation.wait(completes);
    await conversation.pass(10_000);
    expect(summarize(conversation.ann.events)).toEqual(spoken("one"));
    // The gate's own.
    expect(streamEnds(conversation)).toBe(1);
  });

  it("in push-to-talk the activity ends", async () => {
    const conversation = await conversationWithFaults(
      [],
      agent({
        name: "assistant",
        model: "gemini-3.8-live",
        instruction: "Answer.",
        runConfig: { activityDetection: { disabled: true } },
      }),
    );
    conversation.ports.recognizer.transcripts.push("one");
    conversation.ann.send({ type: "activity_start" });
    await send(conversation, tone, 1000);
    await conversation.wait(completes);
    expect(summarize(conversation.ann.events)).toEqual(spoken("one"));
  });

  it("not while frames may wait for an object that is late again and again", async () => {
    const clock = new LateClock();
    const { object, ann, model } = await nativeConversation("", clock);
    const inObject = (step: () => void) =>
      runInDurableObject(env.CONVERSATION.getByName(object), step);
    const endsOfStream = () => JSON.stringify(model.received).split("audioStreamEnd").length - 1;
    const before = model.received.length;
    for (let each = 0; each < 10; each++) ann.send(tone(100).buffer as ArrayBuffer);
    await model.until(({ received }) => received.length >= before + 10);
    // The session lives.
    await model.send({ serverContent: { inputTranscription: { text: "Hel" } } });
    await ann.event(({ inputTranscription }) => inputTranscription !== undefined);
    for (let slice = 0; slice < 8; slice++)
      await inObject(() => {
        clock.stop(1_000);
        clock.run(100);
      });
    expect(endsOfStream()).toBe(0);
    // On time again, and no frame has waited.
    await inObject(() => clock.run(15_000));
    await model.until(() => endsOfStream() === 1);
  });
});
