import { describe, expect, it } from "vitest";
import { connectedConversation } from "./client.ts";

const pcm = (samples: number, level = 0): ArrayBuffer => new Int16Array(samples).fill(level).buffer;

describe("[DEMO3] input that would close the model's session is never forwarded", () => {
  it("activity marks, if the agent detects activity itself", async () => {
    const { ann, model } = await connectedConversation();
    ann.send({ type: "activity_start" });
    ann.send({ type: "activity_end" });
    expect([await ann.next(), await ann.next()].map((event) => event.errorCode)).toEqual([
      "BAD_FRAME",
      "BAD_FRAME",
    ]);
    ann.send({ type: "text", text: "Hi." });
    await model.until(({ received }) => received.length > 1);
    expect(model.received[1]).toHaveProperty("clientContent");
  });
});

describe("[FLOOR3] a participant that leaves releases the floor", () => {
  it("ends its audio stream for the model; another participant cannot end it", async () => {
    const { join, ann, model } = await connectedConversation();
    const bob = await join();
    ann.send(pcm(320, 8000));
    await model.until(({ received }) => received.length === 2);
    bob.send({ type: "audio_stream_end" });
    bob.send({ type: "text", text: "Hello." });
    await model.until(({ received }) => received.length === 3);
    expect(model.received[2]).toHaveProperty("clientContent");
    ann.close();
    await model.until(({ received }) => received.length === 4);
    expect(model.received[3]).toEqual({ realtimeInput: { audioStreamEnd: true } });
  });
});

describe("[TALK13] an answer without listeners is closed before the connection is parked", () => {
  it("its transcript is in the log, and the next answer starts empty", async () => {
    const { join, ann, model, models } = await connectedConversation();
    await model.send({
      serverContent: {
        outputTranscription: { text: "Once upon" },
        modelTurn: { parts: [{ text: "x" }] },
      },
    });
    await ann.next((event) => event.outputTranscription !== undefined);
    ann.close();
    await model.until(({ closed }) => closed !== undefined);
    const again = await join();
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    await second.send(
      { setupComplete: {} },
      { serverContent: { outputTranscription: { text: "New." } } },
      { serverContent: { turnComplete: true } },
    );
    const final = await again.next((event) => event.outputTranscription?.finished === true);
    expect(final.outputTranscription?.text).toBe("New.");
  }, 15_000);
});
