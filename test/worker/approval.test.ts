import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { tool } from "../../src/agent/tool.ts";
import type { ClientMessage } from "../../src/wire/live-api.ts";
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { VirtualClock } from "../support/scripted.ts";
import { connectedConversation, newConversation } from "./client.ts";
import { connectNative, pathOf, type NativeMessageOf } from "./native.ts";
import { setAgent, setClock } from "./upstreams.ts";

const pay = tool({
  name: "pay",
  description: "Pays a bill.",
  approval: "pay the bill",
  run: (_, { approved }) => ({ paid: true, approved }),
});
const cashier = (model: string) => agent({ name: "cashier", model, tools: [pay] });

const calls = (id: string) => ({ toolCall: { functionCalls: [{ id, name: "pay", args: {} }] } });
const responsesIn = (received: readonly ClientMessage[]) =>
  received.flatMap((message) =>
    "toolResponse" in message ? message.toolResponse.functionResponses : [],
  );

const requestApproval = async (model = "gemini-3.8-live") => {
  const conversation = await connectedConversation(cashier(model), "&role=operator");
  await conversation.model.send(calls("call_1"));
  await conversation.ann.next((event) => "call_1" in event.actions.requestedToolConfirmations);
  return conversation;
};

describe("[APPROVE5] only an operator may decide", () => {
  it("refuses a speaker with an error, runs the tool when the operator approves, and refuses a second decision", async () => {
    const { join, ann, model } = await requestApproval();
    const bob = await join();
    bob.send({ type: "approve", id: "call_1", approved: true });
    expect(await bob.next()).toMatchObject({
      errorCode: "NOT_ALLOWED",
      errorMessage: expect.stringContaining("operator"),
    });
    expect(responsesIn(model.received)).toMatchObject([
      { willContinue: true, scheduling: "SILENT" },
    ]);
    ann.send({ type: "approve", id: "call_1", approved: true, payload: "go" });
    await model.until(({ received }) => responsesIn(received).length === 2);
    expect(responsesIn(model.received)[1]?.response).toEqual({ paid: true, approved: "go" });
    const decided = await bob.next((event) => event.author === "user");
    expect(decided.content?.parts?.[0]?.functionResponse?.response).toMatchObject({
      confirmed: true,
    });
    ann.send({ type: "approve", id: "call_1", approved: false });
    expect(await ann.next((event) => event.errorCode !== undefined)).toMatchObject({
      errorCode: "BAD_FRAME",
    });
  });

  it("sends pending requests to an operator who joins later", async () => {
    const { join, ann, model } = await requestApproval();
    const carl = await join("&role=operator");
    expect((await carl.next()).actions.requestedToolConfirmations).toHaveProperty("call_1");
    const dora = await join();
    ann.send({ type: "approve", id: "call_1", approved: false });
    await model.until(({ received }) => responsesIn(received).length === 2);
    expect(await dora.next()).toMatchObject({ author: "user" });
  });
});

describe("[APPROVE10] the relay tells parley.v1 clients how long a call waits for approval", () => {
  it("all of it with the request, and what is left of it to an operator who joins later", async () => {
    const clock = new VirtualClock();
    const { object, models } = newConversation();
    setAgent(object, cashier("gemini-3.8-live"));
    setClock(object, clock);
    const join = async () => {
      const { client } = await connectNative(`${pathOf(object)}&role=operator`);
      await client.hello();
      return client;
    };
    const pending = ({ event }: NativeMessageOf<"event">) =>
      "call_1" in event.actions.requestedToolConfirmations;
    const pass = (ms: number) =>
      runInDurableObject(env.CONVERSATION.getByName(object), () => clock.advance(ms));
    const boss = await join();
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: {} });
    await model.send(calls("call_1"));
    expect(await boss.next("event", pending)).toMatchObject({ expiresInMs: 120_000 });
    await pass(90_000);
    const late = await join();
    expect(await late.next("event", pending)).toMatchObject({ expiresInMs: 30_000 });
    await pass(30_000);
    const { event } = await late.event(({ author }) => author === "parley");
    expect(event.content?.parts?.[0]?.functionResponse).toMatchObject({
      id: "call_1",
      response: { confirmed: false },
    });
  });
});

describe("[APPROVE6] a decision outlives the upstream connection", () => {
  it("sends nothing before the decision to a model whose calls block", async () => {
    const { ann, model } = await requestApproval("gemini-3.1-flash-live-preview");
    const before = model.received.length;
    ann.send({ type: "approve", id: "call_1", approved: true });
    await model.until(({ received }) => received.length > before);
    expect(before).toBe(1);
    expect(responsesIn(model.received)).toMatchObject([{ id: "call_1", response: { paid: true } }]);
  });

  it("sends the result as text to a session that does not know the call", async () => {
    const { ann, model, models } = await requestApproval();
    await model.close(1011, "Internal error encountered.");
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    await second.send({ setupComplete: {} });
    ann.send({ type: "approve", id: "call_1", approved: true });
    await second.until(({ received }) => JSON.stringify(received).includes("pay reports"));
  });
});
