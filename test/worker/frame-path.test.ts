import { describe, expect, it } from "vitest";
import design from "../../docs/design.md?raw";
import { nativeConversation } from "./native-conversation.ts";
import { filesOf, traceCalls } from "./trace.ts";

describe("[PATH1] a microphone frame crosses at most twelve files, in the order of docs/design.md", () => {
  it("a tagged frame leaves for the model, and its loudness is measured once", async () => {
    const { ann, model } = await nativeConversation();
    const sent = async (tag: number) => {
      ann.send(taggedAudio(tag));
      await model.until(({ received }) => JSON.stringify(received.at(-1)).includes(base64Of(tag)));
    };
    for (const tag of [1, 2, 3]) await sent(tag);
    const calls = await traceCalls(() => sent(4));
    expect(filesOf(calls)).toEqual(listedFiles("A microphone frame"));
    expect(filesOf(calls).length).toBeLessThanOrEqual(12);
    expect(calls.filter(({ name }) => name === "rmsLoudness")).toHaveLength(1);
  });
});

describe("[PATH2] audio of the model crosses at most fifteen files, in the order of docs/design.md", () => {
  it("a tagged message reaches a parley.v1 client as a binary frame", async () => {
    const { ann, model } = await nativeConversation();
    const received = async (tag: number) => {
      await model.send(audioMessage(tag));
      const { pcm } = await ann.next("sound");
      expect(pcm.toBase64()).toBe(base64Of(tag));
    };
    for (const tag of [1, 2, 3]) await received(tag);
    const calls = await traceCalls(() => received(4));
    expect(filesOf(calls)).toEqual(listedFiles("An audio frame of the model"));
    expect(filesOf(calls).length).toBeLessThanOrEqual(15);
  });
});

/** 100 ms of loud audio, different for each tag. */
const taggedAudio = (tag: number): ArrayBuffer => new Int16Array(1_600).fill(8_000 + tag).buffer;

const base64Of = (tag: number): string => new Uint8Array(taggedAudio(tag)).toBase64();

const audioMessage = (tag: number) => ({
  serverContent: {
    modelTurn: {
      parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data: base64Of(tag) } }],
    },
  },
});

/** The files in the numbered list under a heading of docs/design.md. */
function listedFiles(heading: string): string[] {
  const [, section = ""] = design.split(`\n### ${heading}\n`);
  const [list = ""] = section.split("\n#");
  return [...list.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, file = ""]) => file);
}
