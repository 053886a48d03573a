import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { tool } from "../../src/agent/tool.ts";
import type { ClientMessage } from "../../src/wire/live-api.ts";
import { talking } from "./client.ts";

const pay = tool({
  name: "pay",
  description: "Pays a bill.",
  approval: "pay the bill",
  run: (_, { approved }) => ({ paid: true, approved }),
});
const cashier = (model: string) => agent({ name: "cashier", model, tools: [pay] });

const calls = (id: string) => ({ toolCall: { functionCalls: [{ id, name: "pay", args: {} }] } });
const answers = (heard: readonly ClientMessage[]) =>
  heard.flatMap((message) =>
    "toolResponse" in message ? message.toolResponse.functionResponses : [],
  );

const asking = async (model = "gemini-3.8-live") => {
  const talk = await talking(cashier(model), "&role=operator");
  await talk.model.say(calls("call_1"));
  await talk.ann.next((event) => "call_1" in event.actions.requestedToolConfirmations);
  return talk;
};

describe("[APPROVE5] an operator decides, and nobody else", () => {
  it("a speaker is refused in words; the operator's yes runs the tool; a second answer is refused", async () => {
    const { join, ann, model } = await asking();
    const bob = await join();
    bob.say({ type: "approve", id: "call_1", approved: true });
    expect(await bob.next()).toMatchObject({
      errorCode: "NOT_ALLOWED",
      errorMessage: expect.stringContaining("operator"),
    });
    expect(answers(model.heard)).toMatchObject([{ willContinue: true, scheduling: "SILENT" }]);
    ann.say({ type: "approve", id: "call_1", approved: true, payload: "go" });
    await model.until(({ heard }) => answers(heard).length === 2);
    expect(answers(model.heard)[1]?.response).toEqual({ paid: true, approved: "go" });
    const decided = await bob.next((event) => event.author === "user");
    expect(decided.content?.parts?.[0]?.functionResponse?.response).toMatchObject({
      confirmed: true,
    });
    ann.say({ type: "approve", id: "call_1", approved: false });
    expect(await ann.next((event) => event.errorCode !== undefined)).toMatchObject({
      errorCode: "BAD_FRAME",
    });
  });

  it("one who comes later is told what waits", async () => {
    const { join, ann, model } = await asking();
    const carl = await join("&role=operator");
    expect((await carl.next()).actions.requestedToolConfirmations).toHaveProperty("call_1");
    const dora = await join();
    ann.say({ type: "approve", id: "call_1", approved: false });
    await model.until(({ heard }) => answers(heard).length === 2);
    expect(await dora.next()).toMatchObject({ author: "user" });
  });
});

describe("[APPROVE6] a model whose calls block just waits; a redial loses no answer", () => {
  it("nothing is sent to it before the decision", async () => {
    const { ann, model } = await asking("gemini-3.1-flash-live-preview");
    const before = model.heard.length;
    ann.say({ type: "approve", id: "call_1", approved: true });
    await model.until(({ heard }) => heard.length > before);
    expect(before).toBe(1);
    expect(answers(model.heard)).toMatchObject([{ id: "call_1", response: { paid: true } }]);
  });

  it("a session that does not know the call is told in words", async () => {
    const { ann, model, models } = await asking();
    await model.close(1011, "Internal error encountered.");
    const second = await models.dialled(1);
    await second.until(({ heard }) => heard.length > 0);
    await second.say({ setupComplete: {} });
    ann.say({ type: "approve", id: "call_1", approved: true });
    await second.until(({ heard }) => JSON.stringify(heard).includes("pay reports"));
  });
});
