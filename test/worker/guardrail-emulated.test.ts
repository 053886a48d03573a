import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import type { Hooks } from "../../src/agent/hooks.ts";
import { silence, tone } from "../support/scripted.ts";
import { newConversation } from "./client.ts";
import { emulated, until } from "./emulated.ts";
import { setAgent } from "./upstreams.ts";

async function hookedConversation(hooks: Hooks, model = "gemini-3.8-live") {
  const { object, join } = newConversation();
  setAgent(object, agent({ name: "ada", model, hooks }));
  const { ports, pass } = emulated(object);
  const ann = await join();
  const speak = () => {
    for (let at = 0; at < 10; at++) ann.send(tone(100).buffer);
    for (let at = 0; at < 20; at++) ann.send(silence(100).buffer);
  };
  const finals = () =>
    ann.events.flatMap(({ outputTranscription: transcript }) =>
      transcript?.finished ? [transcript.text] : [],
    );
  return { ports, pass, ann, speak, finals };
}

describe("[HOOK13] against the emulator, blocked text is not published and its replacement is", () => {
  it.each(["gemini-3.8-live", "gemini-3.1-flash-live-preview"])(
    "speech, with %s",
    async (model) => {
      const beforeModel: Hooks["beforeModel"] = ({ text }) =>
        text.includes("card") ? { block: "No cards.", instead: "Refuse kindly." } : undefined;
      const { ports, pass, ann, speak, finals } = await hookedConversation({ beforeModel }, model);
      ports.recognizer.transcripts.push("my card is four one one one");
      ports.brain.replies.push([{ say: "Noted, four one one one. ".repeat(10) }]);
      speak();
      await until(
        ann.next((event) => event.errorCode === "BLOCKED"),
        pass,
      );
      const answer = ann.next((event) => event.outputTranscription?.finished === true);
      await until(answer, pass);
      expect(finals()).toEqual(["You said: Refuse kindly.."]);
      await until(
        ann.next((event) => event.turnComplete === true),
        pass,
      );
      ann.send({ type: "text", text: "Thanks" });
      await until(
        ann.next((event) => event.outputTranscription?.finished === true),
        pass,
      );
      expect(finals().at(-1)).toBe("You said: Thanks.");
    },
  );

  it.each(["gemini-3.8-live", "gemini-3.1-flash-live-preview"])(
    "an answer, with %s",
    async (model) => {
      const afterModel: Hooks["afterModel"] = ({ text }) =>
        text.includes("seven") ? { block: "No promises.", instead: "Say maybe" } : undefined;
      const { ports, pass, ann, finals } = await hookedConversation({ afterModel }, model);
      ports.brain.replies.push([
        { say: "One two three four five six seven eight nine ten. ".repeat(3) },
      ]);
      ann.send({ type: "text", text: "Count." });
      await until(
        ann.next((event) => event.errorCode === "BLOCKED"),
        pass,
      );
      await until(
        ann.next((event) => event.outputTranscription?.finished === true),
        pass,
      );
      expect(finals()).toEqual([expect.not.stringContaining("seven"), "You said: Say maybe."]);
      expect(ann.frames.join()).not.toContain("eight");
    },
  );
});
