import { describe, expect, it } from "vitest";
import { silence, tone } from "../support/scripted.ts";
import { newConversation } from "./client.ts";
import { emulated, until } from "./emulated.ts";

describe("[TALK9] a whole turn against the emulator's core", () => {
  it("typed: audio and deltas, one final, usage, turn complete", async () => {
    const { object, join } = newConversation();
    const { ports, pass } = emulated(object);
    ports.brain.replies.push([{ say: "It is noon." }]);
    const ann = await join();
    ann.send({ type: "text", text: "What time is it?" });
    await until(
      ann.next((event) => event.turnComplete === true),
      pass,
    );
    const kinds = ann.events.map((event) =>
      event.content
        ? "audio"
        : event.outputTranscription
          ? `transcript ${event.outputTranscription.finished}`
          : Object.keys(event).find((key) => ["usageMetadata", "turnComplete"].includes(key)),
    );
    expect(kinds.filter((kind, index) => kind !== kinds[index - 1]).at(0)).toMatch(
      /audio|transcript false/,
    );
    expect(kinds.slice(-3)).toEqual(["transcript true", "usageMetadata", "turnComplete"]);
    expect(ann.events.find((event) => event.outputTranscription?.finished)).toMatchObject({
      outputTranscription: { text: "It is noon." },
    });
  });

  it("spoken: one final input transcription before the answer", async () => {
    const { object, join } = newConversation();
    const { ports, pass } = emulated(object);
    ports.recognizer.transcripts.push("what time is it");
    const ann = await join();
    for (let at = 0; at < 10; at++) ann.send(tone(100).buffer);
    for (let at = 0; at < 20; at++) ann.send(silence(100).buffer);
    await until(
      ann.next((event) => event.turnComplete === true),
      pass,
    );
    const inputs = ann.events.filter((event) => event.inputTranscription);
    expect(inputs).toMatchObject([
      {
        author: "user",
        partial: false,
        inputTranscription: { text: "what time is it", finished: true },
      },
    ]);
    expect(ann.events.indexOf(inputs[0]!)).toBeLessThan(
      ann.events.findIndex((event) => event.content),
    );
  });

  it("interrupted: the transcript so far, interrupted, turn complete, then the next answer", async () => {
    const { object, join } = newConversation();
    const { ports, pass } = emulated(object);
    ports.brain.replies.push([
      { say: "One two three four five six seven eight nine ten. ".repeat(4) },
    ]);
    const ann = await join();
    ann.send({ type: "text", text: "Tell me a story." });
    await until(
      ann.next((event) => event.content !== undefined),
      pass,
    );
    ann.send({ type: "text", text: "Stop" });
    await until(
      ann.next((event) => event.interrupted === true),
      pass,
    );
    await until(
      ann.next((event) => event.turnComplete === true),
      pass,
    );
    const answer = ann.next((event) => event.outputTranscription?.finished === true);
    expect((await until(answer, pass)).outputTranscription?.text).toBe("You said: Stop.");
  });
});
