import { describe, expect, it } from "vitest";
import type { Event } from "../../src/wire/adk.ts";
import type { ClientMessage, ServerMessage } from "../../src/wire/live-api.ts";
import { connectedConversation } from "./client.ts";

const calls = (
  ...functionCalls: { id: string; name: string; args?: Record<string, unknown> }[]
) => ({
  toolCall: { functionCalls },
});

/** The function responses that the model received, in order. */
const responsesIn = (received: readonly ClientMessage[]) =>
  received.flatMap((message) =>
    "toolResponse" in message ? message.toolResponse.functionResponses : [],
  );

const functionsIn = (event: Event) =>
  event.content?.parts?.map((part) => part.functionResponse ?? part.functionCall);

describe("[TALK10] tools are declared, run and answered; clients and log receive call and result", () => {
  it("two calls in one message, each answered on its own", async () => {
    const { ann, model } = await connectedConversation("dice");
    expect(model.received[0]).toMatchObject({
      setup: {
        tools: [{ functionDeclarations: [{ name: "roll_die" }, { name: "transfer_to_agent" }] }],
      },
    });
    await model.send(
      calls(
        { id: "call_1", name: "roll_die", args: { sides: 6 } },
        { id: "call_2", name: "roll_die", args: { sides: 20 } },
      ),
    );
    await model.until(({ received }) => responsesIn(received).length === 2);
    expect(responsesIn(model.received)).toEqual(
      expect.arrayContaining([
        { id: "call_1", name: "roll_die", response: { result: expect.any(Number) } },
        { id: "call_2", name: "roll_die", response: { result: expect.any(Number) } },
      ]),
    );
    const call = await ann.next();
    expect(call).toMatchObject({ author: "dice", content: { role: "model" } });
    expect(functionsIn(call)).toMatchObject([{ name: "roll_die" }, { name: "roll_die" }]);
    await ann.next(
      (event) => functionsIn(event)?.[0]?.id === "call_1" && event.content?.role === "user",
    );
    expect(ann.events.some((event) => Array.isArray(event.actions.stateDelta["rolls"]))).toBe(true);
  });

  it("answers an unknown function and invalid arguments too, and the conversation continues", async () => {
    const { ann, model } = await connectedConversation("dice");
    await model.send(
      calls({ id: "a", name: "fly" }, { id: "b", name: "roll_die", args: { sides: "x" } }),
    );
    await model.until(({ received }) => responsesIn(received).length === 2);
    for (const { response } of responsesIn(model.received))
      expect(response).toHaveProperty("error");
    await model.send({ serverContent: { turnComplete: true } });
    await ann.next((event) => event.turnComplete === true);
  });
});

describe("[TALK11] a streaming tool is announced as long-running and ends with the conversation", () => {
  it("its first response announces pending results and further ones", async () => {
    const { ann, model } = await connectedConversation("stocks");
    await model.send(
      calls({ id: "call_9", name: "monitor_stock_price", args: { symbol: "ACME" } }),
    );
    await model.until(({ received }) => responsesIn(received).length === 1);
    expect(responsesIn(model.received)).toMatchObject([
      {
        id: "call_9",
        willContinue: true,
        scheduling: "SILENT",
        response: { status: expect.stringContaining("pending") },
      },
    ]);
    expect((await ann.next()).longRunningToolIds).toEqual(["call_9"]);
    await model.send(
      calls({
        id: "call_10",
        name: "stop_streaming",
        args: { function_name: "monitor_stock_price" },
      }),
    );
    await model.until(({ received }) => responsesIn(received).length === 3);
    expect(responsesIn(model.received)[2]?.response).toEqual({
      status: "Successfully stopped streaming function monitor_stock_price",
    });
  });
});

describe("[TALK12] a result for a session that has ended is sent to the next session as text", () => {
  it("which does not know the id", async () => {
    const { model, models } = await connectedConversation("stocks");
    await model.send(
      calls({ id: "call_9", name: "monitor_stock_price", args: { symbol: "ACME" } }),
    );
    await model.until(({ received }) => responsesIn(received).length === 1);
    await model.close(1011, "Internal error encountered.");
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    await second.send({ setupComplete: {} });
    await second.until(({ received }) => received.length > 1);
    expect(JSON.stringify(second.received[1])).toContain("monitor_stock_price reports");
    expect(second.received[1]).toHaveProperty("clientContent");
  }, 15_000);
});

describe("[CALL16] a model that calls tools without end and without a word is stopped", () => {
  const thought = {
    serverContent: { modelTurn: { parts: [{ text: "Once more.", thought: true }] } },
  };
  const turnComplete = { serverContent: { turnComplete: true } };

  it("after 100 calls; the next input begins a session of its own", async () => {
    const { ann, model, models } = await connectedConversation("dice");
    ann.send({ type: "text", text: "Roll." });
    await model.send({ sessionResumptionUpdate: { newHandle: "h1", resumable: true } });
    for (let n = 1; n <= 100; n++) {
      await model.send(thought, calls({ id: `c${n}`, name: "roll_die", args: { sides: 6 } }));
      await model.until(({ received }) => responsesIn(received).length === n);
      await model.send(turnComplete);
    }
    await model.send(calls({ id: "c101", name: "roll_die", args: { sides: 6 } }));
    const refused = await ann.next(
      (event) => functionsIn(event)?.[0]?.id === "c101" && event.content?.role === "user",
    );
    expect(functionsIn(refused)?.[0]).toMatchObject({ response: { error: expect.any(String) } });
    const error = await ann.next((event) => event.errorCode !== undefined);
    expect(error.errorCode).toBe("TOO_MANY_TOOL_CALLS");
    expect(error.errorMessage).toContain("100 times in a row");
    expect(responsesIn(model.received)).toHaveLength(100);
    ann.send({ type: "text", text: "Why?" });
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    expect(second.received[0]).toMatchObject({ setup: { sessionResumption: {} } });
    expect(JSON.stringify(second.received[0])).not.toContain("h1");
  }, 20_000);

  it("after 100 calls in one turn; the next session is not asked again for the same", async () => {
    const { ann, model, models } = await connectedConversation("dice");
    ann.send({ type: "text", text: "Roll for ever." });
    for (let n = 1; n <= 100; n++) {
      await model.send(calls({ id: `c${n}`, name: "roll_die", args: { sides: 6 } }));
      await model.until(({ received }) => responsesIn(received).length === n);
    }
    await model.send(calls({ id: "c101", name: "roll_die", args: { sides: 6 } }));
    await ann.next((event) => event.turnComplete === true);
    ann.send({ type: "text", text: "Why?" });
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    await second.send({ setupComplete: {} });
    await second.until(({ received }) => JSON.stringify(received).includes("Why?"));
    const asked = second.received.filter((message) => "realtimeInput" in message);
    expect(JSON.stringify(second.received)).toContain("Roll for ever.");
    expect(JSON.stringify(asked)).not.toContain("Roll for ever.");
  }, 20_000);

  it("a word of the model begins the count again", async () => {
    const { ann, model } = await connectedConversation("dice");
    const word = {
      serverContent: {
        modelTurn: { parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data: "AAAA" } }] },
      },
    };
    for (let n = 1; n <= 110; n++) {
      if (n === 60) await model.send(word);
      await model.send(calls({ id: `c${n}`, name: "roll_die", args: { sides: 6 } }));
      await model.until(({ received }) => responsesIn(received).length === n);
      await model.send(turnComplete);
    }
    expect(ann.events.some((event) => event.errorCode !== undefined)).toBe(false);
  }, 20_000);
});

describe("[CALL14] a call opens a turn, and a turn of calls alone has a budget of its own", () => {
  const roll = (id: string) => calls({ id, name: "roll_die", args: { sides: 6 } });
  const errorsAfter = async (end: readonly ServerMessage[]): Promise<number> => {
    const { model } = await connectedConversation("dice");
    for (let n = 1; n <= 11; n++) {
      await model.send(roll(`call_${n}`), ...end);
      await model.until(({ received }) => responsesIn(received).length === n);
    }
    return responsesIn(model.received).filter(({ response }) => response?.["error"]).length;
  };

  it("eleven turns in a row, without speech", async () => {
    const generationComplete = { serverContent: { generationComplete: true } };
    const turnComplete = { serverContent: { turnComplete: true } };
    expect(await errorsAfter([generationComplete, turnComplete])).toBe(0);
  });

  it("eleven calls in one turn", async () => {
    expect(await errorsAfter([])).toBe(1);
  });
});
