import { describe, expect, it } from "vitest";
import { connectedLive, type Message } from "./live-client.ts";
import type { FakeUpstream } from "./model.ts";

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await scheduler.wait(1);
};

const tools = [{ functionDeclarations: [{ name: "look", behavior: "NON_BLOCKING" }] }];

/** Calls the client's function. @returns the response that reaches the model for the client's. */
async function respond(given: object): Promise<Message> {
  const { client, upstream } = await connectedLive(undefined, { tools });
  await upstream.send({ toolCall: { functionCalls: [{ id: "c1", name: "look", args: {} }] } });
  await client.next(({ toolCall }) => toolCall);
  client.send({ toolResponse: { functionResponses: [{ id: "c1", name: "look", ...given }] } });
  const answers = () =>
    upstream.received.flatMap(
      (message: Message) => message["toolResponse"]?.functionResponses ?? [],
    );
  await until(() => answers().length > 0 || client.closed !== undefined);
  return (client.closed ?? answers()[0]) as Message;
}

const contentsAt = ({ received }: FakeUpstream): Message[] =>
  received.flatMap((message: Message) => message["clientContent"]?.turns ?? []);

describe("[LIVE33] function calls and responses in contents reach the model in words", () => {
  const turns = [
    { role: "user", parts: [{ text: "How warm is it?" }] },
    { role: "model", parts: [{ functionCall: { id: "c1", name: "look", args: { at: "sky" } } }] },
    {
      role: "user",
      parts: [{ functionResponse: { id: "c1", name: "look", response: { warm: true } } }],
    },
  ];
  const inWords = [
    turns[0],
    { role: "model", parts: [{ text: '[called look: {"at":"sky"}]' }] },
    { role: "user", parts: [{ text: '[look reports: {"warm":true}]' }] },
  ];

  it.each([{}, { historyConfig: { initialHistoryInClientContent: true } }])("%j", async (setup) => {
    const { client, upstream } = await connectedLive(undefined, setup);
    client.send({ clientContent: { turns, turnComplete: true } });
    await until(() => contentsAt(upstream).length > 0);
    expect(contentsAt(upstream)).toEqual(inWords);
  });
});

describe("[LIVE34] function responses are corrected, or refused by their path", () => {
  it("reads INTERRUPTED as INTERRUPT, beside the response and within it", async () => {
    expect(await respond({ response: { a: 1 }, scheduling: "INTERRUPTED" })).toMatchObject({
      response: { a: 1 },
      scheduling: "INTERRUPT",
    });
    expect(await respond({ response: { a: 1, scheduling: "INTERRUPTED" } })).toMatchObject({
      response: { a: 1 },
      scheduling: "INTERRUPT",
    });
  });

  const picture = (data: unknown) => [{ inlineData: { mimeType: "image/png", data } }];

  it.each(["\u0089PNG raw", [1, 2], ""])("refuses media that is not base64: %j", async (data) => {
    expect(await respond({ response: {}, parts: picture(data) })).toEqual({
      code: 1007,
      reason:
        "Invalid value at 'tool_response.function_responses[0].parts': inline data must be base64.",
    });
  });

  it("tells the model of media that it does not get", async () => {
    const { response } = await respond({ response: { a: 1 }, parts: picture("AA-_") });
    expect(response).toEqual({ a: 1, omitted: expect.stringContaining("1 media") });
  });
});

describe("[LIVE35] fields that the SDKs have had since October 2026 reach the model", () => {
  it("labels, store, a later one, and a handle that is null", async () => {
    const setup = { labels: { a_b: "c" }, store: false, later: { on: true } };
    const { upstream } = await connectedLive(undefined, {
      ...setup,
      sessionResumption: { handle: null },
    });
    expect(upstream.received[0]).toMatchObject({ setup: { ...setup, sessionResumption: {} } });
    expect(JSON.stringify(upstream.received[0])).not.toContain("handle");
  });
});
