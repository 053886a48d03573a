import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { connectedConversation } from "./client.ts";
import { loggedSummary } from "./fault-conversation.ts";
import { audioMessage } from "./native-conversation.ts";

const transcript = (text: string) => ({ serverContent: { outputTranscription: { text } } });
const turnComplete = { serverContent: { turnComplete: true } };

/** The stored drafts (transcripts without a final), as JSON. */
const draftRows = (object: string) =>
  runInDurableObject(env.CONVERSATION.getByName(object), (_, { storage }) =>
    storage.sql.exec("SELECT json FROM draft").toArray(),
  );
const drafts = async (object: string) => (await draftRows(object)).length;

describe("[LOG2] an object that dies in the middle of an answer", () => {
  it("keeps the transcript so far, marked as interrupted, outside every view before", async () => {
    const { ann, model, object } = await connectedConversation();
    ann.send({ type: "text", text: "One?" });
    await model.until(({ received }) => received.length > 1);
    await model.send(transcript("One is"));
    await ann.next((event) => event.outputTranscription !== undefined);
    expect(await loggedSummary(object)).toEqual(["typed: One?"]);
    expect(await drafts(object)).toBe(2);
    await abortAllDurableObjects();
    expect(await loggedSummary(object)).toEqual(["typed: One?", "agent: One is", "interrupted"]);
    expect(await drafts(object)).toBe(0);
  });

  it("has the whole transcript once if it was finished", async () => {
    const { ann, model, object } = await connectedConversation();
    await model.send(transcript("One is"), transcript(" one."), turnComplete);
    await ann.next((event) => event.turnComplete === true);
    expect(await drafts(object)).toBe(0);
    await abortAllDurableObjects();
    expect(await loggedSummary(object)).toEqual(["agent: One is one.", "complete"]);
  });
});

describe("[LOG2] the transcript so far is stored every half second", () => {
  it("and at once when the next answer begins", async () => {
    onTestFinished(() => void vi.useRealTimers());
    const { ann, model, object } = await connectedConversation();
    const start = Date.now();
    const say = async (atMs: number, message: object) => {
      vi.useFakeTimers({ toFake: ["Date"], now: start + atMs });
      await model.send(message);
      await ann.next((event) => event.outputTranscription !== undefined);
      return JSON.stringify(await draftRows(object));
    };
    expect(await say(0, transcript("One"))).toContain("One");
    expect(await say(400, transcript(" is"))).not.toContain("One is");
    expect(await say(500, transcript(" not"))).toContain("One is not");
    await model.send(turnComplete);
    await ann.next((event) => event.turnComplete === true);
    expect(await drafts(object)).toBe(0);
    expect(await say(600, transcript("Two"))).toContain("Two");
    expect(await drafts(object)).toBe(2);
  });
});

describe("[LOG3] the transcript so far is not stored again before it has grown", () => {
  it("while audio without words goes on for seconds", async () => {
    onTestFinished(() => void vi.useRealTimers());
    const { ann, model, object } = await connectedConversation();
    const isAudio = (event: { content?: unknown }) => event.content !== undefined;
    await model.send(transcript("One is"), audioMessage(2_400));
    await ann.next(isAudio);
    const before = await draftRows(object);
    expect(before).toHaveLength(2);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2_000 });
    await model.send(audioMessage(2_400), audioMessage(2_400));
    await ann.next(isAudio);
    await ann.next(isAudio);
    expect(await draftRows(object)).toEqual(before);
    await model.send(transcript(" one."), audioMessage(2_400));
    await ann.next(isAudio);
    expect(JSON.stringify(await draftRows(object))).toContain("One is one.");
  });
});
