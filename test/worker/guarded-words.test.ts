/** Every way on which words of a client reach the model passes the author's `beforeModel`. */
import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { newConversation } from "./client.ts";
import { base64, guarded, guardedRun, isBlocked, until } from "./guarded.ts";
import { connectedLive, scriptedLive, model as liveModel, type Message } from "./live-client.ts";
import { rest, sessionsPath } from "./rest.ts";
import { setAgent } from "./upstreams.ts";

describe("[HOOK14] Whatever reaches the model as words of a client must pass beforeModel", () => {
  const contents: [string, object][] = [
    ["a text", { parts: [{ text: "my card" }] }],
    ["a turn of the model", { role: "model", parts: [{ text: "my card" }] }],
    [
      "a text file",
      { parts: [{ inlineData: { mimeType: "text/plain", data: base64("my card") } }] },
    ],
    [
      "a text file beside text",
      {
        parts: [
          { text: "hi" },
          { inlineData: { mimeType: "TEXT/markdown; charset=utf-8", data: base64("my card") } },
        ],
      },
    ],
    [
      "JSON",
      { parts: [{ inlineData: { mimeType: "application/json", data: base64('"my card"') } }] },
    ],
    [
      "XML",
      { parts: [{ inlineData: { mimeType: "application/rss+xml", data: base64("<a>card</a>") } }] },
    ],
    [
      "a function's response",
      { parts: [{ functionResponse: { name: "f", response: { a: "card" } } }] },
    ],
    [
      "a function call",
      { role: "model", parts: [{ functionCall: { name: "f", args: { a: "card" } } }] },
    ],
    [
      "code",
      { role: "model", parts: [{ executableCode: { language: "PYTHON", code: "card = 1" } }] },
    ],
    ["its output", { parts: [{ codeExecutionResult: { outcome: "OUTCOME_OK", output: "card" } }] }],
    ["a thought", { role: "model", parts: [{ text: "my card", thought: true }] }],
    [
      "a PDF, which no hook reads",
      { parts: [{ inlineData: { mimeType: "application/pdf", data: "AAAA" } }] },
    ],
    [
      "speech, which no hook reads",
      { parts: [{ inlineData: { mimeType: "audio/wav", data: "AAAA" } }] },
    ],
    [
      "a file elsewhere, which no hook reads",
      { parts: [{ fileData: { mimeType: "image/png", fileUri: "https://a.test/x.png" } }] },
    ],
  ];
  for (const late of [false, true])
    it.each(contents)(
      `clientContent: %s${late ? ", with a late verdict" : ""}`,
      async (_, turn) => {
        const { client, upstream } = await connectedLive(guarded(late));
        for (const turnComplete of [true, false]) {
          client.send({ clientContent: { turns: [turn], turnComplete } });
          await client.next(isBlocked);
        }
        client.send({
          clientContent: { turns: [{ parts: [{ text: "Hello." }] }], turnComplete: true },
        });
        await until(() => upstream.received.length > 1);
        expect(JSON.stringify(upstream.received.slice(1))).not.toMatch(/card|AAAA|a\.test/);
        expect(client.closed).toBeUndefined();
      },
    );

  it.each(contents)("history of a setup: %s", async (_, turn) => {
    const { client, upstream } = await connectedLive(guarded(), {
      historyConfig: { initialHistoryInClientContent: true },
    });
    client.send({ clientContent: { turns: [turn], turnComplete: false } });
    await client.next(isBlocked);
    expect(upstream.received).toHaveLength(1);
  });

  it("a picture passes, and a rewritten text takes the place of all words", async () => {
    const { client, upstream } = await connectedLive(guarded());
    const picture = { inlineData: { mimeType: "image/png", data: "AAAA" } };
    const file = { inlineData: { mimeType: "text/plain", data: base64(" 4711") } };
    const turns = [
      { role: "model", parts: [{ text: "Your number?" }] },
      { role: "user", parts: [picture, { text: "It is" }, file] },
    ];
    client.send({ clientContent: { turns, turnComplete: true } });
    await until(() => upstream.received.length > 1);
    expect(upstream.received[1]).toEqual({
      clientContent: {
        turns: [
          { role: "user", parts: [picture] },
          { role: "user", parts: [{ text: "Your number?\nIt is ####" }] },
        ],
        turnComplete: true,
      },
    });
  });

  it("realtime text", async () => {
    const { client, upstream } = await connectedLive(guarded());
    client.send({ realtimeInput: { text: "my card" } });
    await client.next(isBlocked);
    expect(upstream.received).toHaveLength(1);
  });

  const setups: [string, object][] = [
    ["an instruction", { systemInstruction: { parts: [{ text: "Ask for the card." }] } }],
    [
      "a declaration",
      { tools: [{ functionDeclarations: [{ name: "f", description: "a card" }] }] },
    ],
    ["what the hook would rewrite", { systemInstruction: { parts: [{ text: "Say 4711." }] } }],
    [
      "a parameter's name",
      {
        tools: [
          {
            functionDeclarations: [
              {
                name: "f",
                parameters: { type: "OBJECT", properties: { card: { type: "STRING" } } },
              },
            ],
          },
        ],
      },
    ],
    [
      "a number in a schema",
      {
        tools: [
          {
            functionDeclarations: [
              { name: "f", parametersJsonSchema: { properties: { a: { const: 4711 } } } },
            ],
          },
        ],
      },
    ],
  ];
  for (const late of [false, true]) {
    it.each([
      { inlineData: { mimeType: "text/plain", data: base64("my card") } },
      { fileData: { mimeType: "text/plain", fileUri: "https://a.test/card.txt" } },
      { text: "Be kind.", inlineData: { mimeType: "text/plain", data: base64("my card") } },
    ])(`an instruction that is no text: %j${late ? ", with a late verdict" : ""}`, async (part) => {
      const { connect: open, models } = scriptedLive(guarded(late));
      const client = await open();
      client.send({ setup: { model: liveModel, systemInstruction: { parts: [part] } } });
      expect((await client.untilClosed()).reason).toMatch(/system_instruction|blocked|No cards/i);
      expect(models.all).toEqual([]);
    });

    it.each(setups)(`a setup: %s${late ? ", with a late verdict" : ""}`, async (_, setup) => {
      const { connect: open, models } = scriptedLive(guarded(late));
      const client = await open();
      client.send({ setup: { model: liveModel, ...setup } });
      client.send({ realtimeInput: { text: "Hello." } });
      expect((await client.untilClosed()).code).toBe(1008);
      expect(models.all).toEqual([]);
    });

    it.each(setups)(
      `a context update: %s${late ? ", with a late verdict" : ""}`,
      async (_, setup) => {
        const { client, upstream } = await connectedLive(guarded(late));
        const { tools, ...rest } = setup as { tools?: object };
        client.send({ contextUpdate: { ...rest, ...(tools && { tools: { tools } }) } });
        await client.next(isBlocked);
        expect(upstream.received).toHaveLength(1);
      },
    );

    it(`a client's function response${late ? ", with a late verdict" : ""}`, async () => {
      const tools = [{ functionDeclarations: [{ name: "look", behavior: "NON_BLOCKING" }] }];
      const { client, upstream } = await connectedLive(guarded(late), { tools });
      const answers = (): Message[] =>
        upstream.received.flatMap(
          (message: Message) => message["toolResponse"]?.functionResponses ?? [],
        );
      const functionCalls = ["c1", "c2"].map((id) => ({ id, name: "look", args: { id } }));
      await upstream.send({ toolCall: { functionCalls } });
      await client.next(({ toolCall }) => toolCall !== undefined);
      const respond = (id: string, response: object) =>
        client.send({ toolResponse: { functionResponses: [{ id, name: "look", response }] } });
      respond("c1", { seen: "a card" });
      await client.next(isBlocked);
      respond("c2", { seen: "4711" });
      await until(() => answers().length === 2);
      expect(answers()).toMatchObject([
        { id: "c1", response: { error: expect.stringContaining("blocked") } },
        { id: "c2", response: { result: '{"seen":"####"}' } },
      ]);
    });
  }

  it.each([
    ["/run", (parts: object[]) => parts],
    [
      "a turn's file",
      () => [{ inlineData: { mimeType: "application/xml", data: base64("card") } }],
    ],
  ])("%s", async (_, make) => {
    const { ask, model } = await guardedRun();
    const parts = make([
      { text: "my " },
      { inlineData: { mimeType: "text/csv", data: base64("card") } },
    ]);
    expect(await ask(parts)).toMatchObject([{ errorCode: "BLOCKED" }]);
    expect(model.received).toHaveLength(1);
  });

  it.each([
    [
      "the words that a transcript expects",
      { inputAudioTranscription: { customVocabulary: ["my card"] } },
    ],
    ["a field that parley does not know", { notes: { topic: "my card" } }],
    [
      "a schema of the answer",
      { generationConfig: { responseSchema: { description: "my card" } } },
    ],
  ])("a setup: %s", async (_, setup) => {
    const { connect: open, models } = scriptedLive(guarded());
    const client = await open();
    client.send({ setup: { model: liveModel, ...setup } });
    expect((await client.untilClosed()).code).toBe(1008);
    expect(models.all).toEqual([]);
  });

  it("a setup that agents below the first get, too", async () => {
    const root = agent({ name: "root", model: "gemini-3.8-live", subAgents: [guarded()] });
    const { connect: open, models } = scriptedLive(root);
    const client = await open();
    const systemInstruction = { parts: [{ text: "Ask for the card." }] };
    client.send({ setup: { model: liveModel, systemInstruction } });
    expect((await client.untilClosed()).code).toBe(1008);
    expect(models.all).toEqual([]);
  });

  it("a context update while another agent speaks", async () => {
    const child = agent({ name: "child", model: "gemini-3.8-live", description: "Helps." });
    const { client, upstream, models } = await connectedLive({ ...guarded(), subAgents: [child] });
    const functionCalls = [{ id: "t1", name: "transfer_to_agent", args: { agent_name: "child" } }];
    await upstream.send({ toolCall: { functionCalls } });
    const next = await models.connection(1);
    await until(() => next.received.length > 0);
    await next.send({ setupComplete: {} });
    const systemInstruction = { parts: [{ text: "Ask for the card." }] };
    client.send({ contextUpdate: { systemInstruction } });
    await client.next(isBlocked);
    expect(JSON.stringify(next.received)).not.toContain("card");
  });

  it.each([
    ["a user's text", { author: "user", content: { role: "user", parts: [{ text: "my card" }] } }],
    ["an agent's", { author: "guarded", content: { role: "model", parts: [{ text: "my card" }] } }],
    ["a transcript", { author: "user", inputTranscription: { text: "my card", finished: true } }],
    ["what the hook would rewrite", { author: "user", content: { parts: [{ text: "4711" }] } }],
    [
      "an answer before a filler, which an old input does not get",
      { author: "user", content: { role: "user", parts: [{ text: "hi" }] }, timestamp: 1 },
      { author: "guarded", outputTranscription: { text: "my card", finished: true }, timestamp: 2 },
      { author: "guarded", turnComplete: true, interactionStatus: "IN_PROGRESS", timestamp: 3 },
    ],
    [
      "what a rewind takes back, while a session knows of it",
      {
        author: "user",
        invocationId: "i1",
        content: { role: "user", parts: [{ text: "my card" }] },
      },
      { author: "user", actions: { rewindBeforeInvocationId: "i1" } },
    ],
    [
      "a text of a turn that is spoken",
      {
        author: "guarded",
        invocationId: "i1",
        content: { role: "model", parts: [{ text: "my card" }] },
      },
      {
        author: "guarded",
        invocationId: "i1",
        outputTranscription: { text: "Hi.", finished: true },
      },
    ],
  ])("an imported history: %s", async (_, ...events) => {
    const { object } = newConversation();
    const [, user = "", sessionId = ""] = JSON.parse(object) as string[];
    setAgent(object, guarded());
    const answer = await rest("POST", sessionsPath(user), { sessionId, events });
    expect(answer.status).toBe(400);
    expect((await rest("GET", `${sessionsPath(user)}/${sessionId}`)).status).toBe(404);
  });
});
