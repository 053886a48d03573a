import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { conversation } from "./client.ts";
import { emulated, until } from "./emulated.ts";
import { knock, pathOf } from "./native.ts";
import { over, says, talking, voice } from "./native-talk.ts";
import { castWith } from "./upstreams.ts";

describe("[INTERRUPT1] one word stops the agent for everyone, and the next answer is heard", () => {
  it.each(["gemini-3.8-live", "gemini-3.1-flash-live-preview"])(
    "against the emulator, with %s",
    async (model) => {
      const { object, join } = conversation();
      castWith(object, agent({ name: "ada", model }));
      const { ports, pass } = emulated(object);
      ports.brain.lines.push([
        { say: "One two three four five six seven eight nine ten. ".repeat(4) },
      ]);
      const ann = (await knock(pathOf(object))).client;
      const [eve] = [await join(), await ann.hello()];
      ann.say({ type: "text", text: "Tell me a story." });
      await until(ann.next("sound"), pass);
      ann.say({ type: "interrupt" });
      await until(
        ann.event(({ interrupted }) => interrupted === true),
        pass,
      );
      await until(
        ann.event(({ turnComplete }) => turnComplete === true),
        pass,
      );
      const kinds = ann.heard.map((heard) =>
        heard.type === "event"
          ? (Object.keys(heard.event).find((key) => notable.includes(key)) ?? "")
          : heard.type,
      );
      const after = kinds.slice(kinds.indexOf("interrupted") + 1);
      expect(after.filter((kind) => kind === "sound" || kind === "outputTranscription")).toEqual(
        [],
      );
      await eve.next(({ interrupted }) => interrupted === true);
      ann.say({ type: "text", text: "Thanks" });
      const answer = ann.event(({ outputTranscription }) => outputTranscription?.finished === true);
      expect((await until(answer, pass)).event.outputTranscription?.text).toBe("You said: Thanks.");
    },
  );
});

const notable = ["interrupted", "turnComplete", "outputTranscription"];

describe("[INTERRUPT2] the log says where an answer was cut, by whom, and how much of it they had heard", () => {
  it("and the model is told, where its words can be stopped", async () => {
    const { enter, ann, hello, model } = await talking();
    await model.say(voice(24_000), says("Once upon "));
    const sound = await ann.next("sound");
    await ann.event(({ outputTranscription }) => outputTranscription !== undefined);
    ann.say({ type: "played", seq: sound.seq, ms: 0 });
    ann.say({ type: "interrupt" });
    ann.say({ type: "interrupt" });
    await ann.event(({ interrupted }) => interrupted === true);
    await model.until(({ heard }) => heard.length > 1);
    expect(model.heard.slice(1)).toEqual([{ clientContent: { turns: [], turnComplete: false } }]);
    await model.say(says("a time."), voice(240), { serverContent: { interrupted: true } }, over);
    await ann.event(({ turnComplete }) => turnComplete === true);
    const late = await enter();
    expect((await late.hello()).events).toMatchObject([
      { outputTranscription: { text: "Once upon ", finished: true } },
      { interrupted: true, customMetadata: { cutBy: hello.you, heardMs: expect.any(Number) } },
      { turnComplete: true },
    ]);
  });

  it("with nothing to cut everyone falls silent all the same, and the next answer is heard", async () => {
    const { ann, model } = await talking();
    await model.say(says("Done."), over);
    await ann.event(({ turnComplete }) => turnComplete === true);
    ann.say({ type: "interrupt" });
    await ann.event(({ interrupted }) => interrupted === true);
    await model.say(says("Next."), over);
    await ann.event(({ outputTranscription }) => outputTranscription?.text === "Next.");
    expect(model.heard).toHaveLength(1);
  });
});
