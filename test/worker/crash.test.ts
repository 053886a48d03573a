import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { connectedConversation } from "./client.ts";
import { loggedSummary } from "./fault-conversation.ts";

const says = (text: string) => ({ serverContent: { outputTranscription: { text } } });
const over = { serverContent: { turnComplete: true } };

/** How many drafts there are beside it. */
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
    await model.send(says("One is"));
    await ann.next((event) => event.outputTranscription !== undefined);
    expect(await loggedSummary(object)).toEqual(["typed: One?"]);
    expect(await drafts(object)).toBe(2);
    await abortAllDurableObjects();
    expect(await loggedSummary(object)).toEqual(["typed: One?", "said: One is", "interrupted"]);
    expect(await drafts(object)).toBe(0);
  });

  it("has the whole transcript once if it was finished", async () => {
    const { ann, model, object } = await connectedConversation();
    await model.send(says("One is"), says(" one."), over);
    await ann.next((event) => event.turnComplete === true);
    expect(await drafts(object)).toBe(0);
    await abortAllDurableObjects();
    expect(await loggedSummary(object)).toEqual(["said: One is one.", "complete"]);
  });
});
