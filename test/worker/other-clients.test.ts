import { describe, expect, it } from "vitest";
import { connectedConversation } from "./client.ts";

const pcm = (samples: number, level = 0): ArrayBuffer => new Int16Array(samples).fill(level).buffer;

describe("[DEMO3] what would close the model's session for everybody never reaches it", () => {
  it("marks of activity, where the agent hears by itself", async () => {
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

describe("[FLOOR3] whoever leaves gives the floor back", () => {
  it("and the stream they were in is ended for the model; a bystander cannot end it", async () => {
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

describe("[TALK13] an answer nobody waits for any more is closed before the link is parked", () => {
  it("its words are in the log, and the next answer begins afresh", async () => {
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
