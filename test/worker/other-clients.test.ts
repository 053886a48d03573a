import { describe, expect, it } from "vitest";
import { talking } from "./client.ts";

const pcm = (samples: number, level = 0): ArrayBuffer => new Int16Array(samples).fill(level).buffer;

describe("[DEMO3] what would close the model's session for everybody never reaches it", () => {
  it("marks of activity, where the agent hears by itself", async () => {
    const { ann, model } = await talking();
    ann.say({ type: "activity_start" });
    ann.say({ type: "activity_end" });
    expect([await ann.next(), await ann.next()].map((event) => event.errorCode)).toEqual([
      "BAD_FRAME",
      "BAD_FRAME",
    ]);
    ann.say({ type: "text", text: "Hi." });
    await model.until(({ heard }) => heard.length > 1);
    expect(model.heard[1]).toHaveProperty("clientContent");
  });
});

describe("[FLOOR3] whoever leaves gives the floor back", () => {
  it("and the stream they were in is ended for the model; a bystander cannot end it", async () => {
    const { join, ann, model } = await talking();
    const bob = await join();
    ann.say(pcm(320, 8000));
    await model.until(({ heard }) => heard.length === 2);
    bob.say({ type: "audio_stream_end" });
    bob.say({ type: "text", text: "Hello." });
    await model.until(({ heard }) => heard.length === 3);
    expect(model.heard[2]).toHaveProperty("clientContent");
    ann.close();
    await model.until(({ heard }) => heard.length === 4);
    expect(model.heard[3]).toEqual({ realtimeInput: { audioStreamEnd: true } });
  });
});

describe("[TALK13] an answer nobody waits for any more is closed before the link is parked", () => {
  it("its words are in the log, and the next answer begins afresh", async () => {
    const { join, ann, model, models } = await talking();
    await model.say({
      serverContent: {
        outputTranscription: { text: "Once upon" },
        modelTurn: { parts: [{ text: "x" }] },
      },
    });
    await ann.next((event) => event.outputTranscription !== undefined);
    ann.close();
    await model.until(({ closed }) => closed !== undefined);
    const again = await join();
    const second = await models.dialled(1);
    await second.until(({ heard }) => heard.length > 0);
    await second.say(
      { setupComplete: {} },
      { serverContent: { outputTranscription: { text: "New." } } },
      { serverContent: { turnComplete: true } },
    );
    const final = await again.next((event) => event.outputTranscription?.finished === true);
    expect(final.outputTranscription?.text).toBe("New.");
  }, 15_000);
});
