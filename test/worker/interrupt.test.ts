import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { newConversation } from "./client.ts";
import { emulated, until } from "./emulated.ts";
import { connectNative, pathOf } from "./native.ts";
import {
  turnCompleteMessage,
  transcriptMessage,
  nativeConversation,
  audioMessage,
} from "./native-conversation.ts";
import { setAgent } from "./upstreams.ts";

describe("[INTERRUPT1] one message stops the agent for all clients, and the next answer is published", () => {
  it.each(["gemini-3.8-live", "gemini-3.1-flash-live-preview"])(
    "against the emulator, with %s",
    async (model) => {
      const { object, join } = newConversation();
      setAgent(object, agent({ name: "ada", model }));
      const { ports, pass } = emulated(object);
      ports.brain.replies.push([
        { say: "One two three four five six seven eight nine ten. ".repeat(4) },
      ]);
      const ann = (await connectNative(pathOf(object))).client;
      const [eve] = [await join(), await ann.hello()];
      ann.send({ type: "text", text: "Tell me a story." });
      await until(ann.next("sound"), pass);
      ann.send({ type: "interrupt" });
      await until(
        ann.event(({ interrupted }) => interrupted === true),
        pass,
      );
      await until(
        ann.event(({ turnComplete }) => turnComplete === true),
        pass,
      );
      const kinds = ann.received.map((message) =>
        message.type === "event"
          ? (Object.keys(message.event).find((key) => notable.includes(key)) ?? "")
          : message.type,
      );
      const after = kinds.slice(kinds.indexOf("interrupted") + 1);
      expect(after.filter((kind) => kind === "sound" || kind === "outputTranscription")).toEqual(
        [],
      );
      await eve.next(({ interrupted }) => interrupted === true);
      ann.send({ type: "text", text: "Thanks" });
      const answer = ann.event(({ outputTranscription }) => outputTranscription?.finished === true);
      expect((await until(answer, pass)).event.outputTranscription?.text).toBe("You said: Thanks.");
    },
  );
});

const isInterruption = (message: { type: string; event?: { interrupted?: boolean } }): boolean =>
  message.event?.interrupted === true;

const notable = ["interrupted", "turnComplete", "outputTranscription"];

describe("[INTERRUPT2] the log records where an answer was interrupted, by which participant, and how much of it they heard", () => {
  it("interrupts the model too, where text can do so", async () => {
    const { joinNative, ann, hello, model } = await nativeConversation();
    await model.send(audioMessage(24_000), transcriptMessage("Once upon "));
    const sound = await ann.next("sound");
    await ann.event(({ outputTranscription }) => outputTranscription !== undefined);
    ann.send({ type: "played", seq: sound.seq, ms: 0 });
    ann.send({ type: "interrupt" });
    ann.send({ type: "interrupt" });
    await ann.event(({ interrupted }) => interrupted === true);
    await model.until(({ received }) => received.length > 1);
    expect(model.received.slice(1)).toEqual([
      { clientContent: { turns: [], turnComplete: false } },
    ]);
    await model.send(
      transcriptMessage("a time."),
      audioMessage(240),
      { serverContent: { interrupted: true } },
      turnCompleteMessage,
    );
    await ann.event(({ turnComplete }) => turnComplete === true);
    const late = await joinNative();
    expect((await late.hello()).events).toMatchObject([
      { outputTranscription: { text: "Once upon ", finished: true } },
      { interrupted: true, customMetadata: { cutBy: hello.you, heardMs: expect.any(Number) } },
      { turnComplete: true },
    ]);
  });

  it("[LIMIT38] another interruption is ignored until something was said since", async () => {
    const { ann, model } = await nativeConversation();
    const count = () => ann.received.filter(isInterruption).length;
    await model.send(audioMessage(240), transcriptMessage("Done."), turnCompleteMessage);
    await ann.event(({ turnComplete }) => turnComplete === true);
    for (let each = 0; each < 5; each++) ann.send({ type: "interrupt" });
    await ann.event(({ interrupted }) => interrupted === true);
    await model.send(audioMessage(240), transcriptMessage("Next."), turnCompleteMessage);
    await ann.event(({ outputTranscription }) => outputTranscription?.text === "Next.");
    expect(count()).toBe(1);
    ann.send({ type: "interrupt" });
    await ann.event(({ interrupted }) => interrupted === true);
    expect(count()).toBe(2);
    expect(ann.of("error")).toEqual([]);
  });

  it("makes all clients fall silent even without an answer to interrupt, and publishes the next answer", async () => {
    const { ann, model } = await nativeConversation();
    await model.send(transcriptMessage("Done."), turnCompleteMessage);
    await ann.event(({ turnComplete }) => turnComplete === true);
    ann.send({ type: "interrupt" });
    await ann.event(({ interrupted }) => interrupted === true);
    await model.send(transcriptMessage("Next."), turnCompleteMessage);
    await ann.event(({ outputTranscription }) => outputTranscription?.text === "Next.");
    expect(model.received).toHaveLength(1);
  });
});
