import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { connectedConversation } from "./client.ts";
import { loggedSummary } from "./fault-conversation.ts";

const transcript = (text: string) => ({ serverContent: { outputTranscription: { text } } });
const turnComplete = { serverContent: { turnComplete: true } };

/** The number of stored drafts (transcripts without a final). */
const drafts = (object: string) =>
  runInDurableObject(
    env.CONVERSATION.getByName(object),
    (_, { storage }) => storage.sql.exec("SELECT * FROM draft").toArray().length,
  );

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
