import { describe, expect, it } from "vitest";
import { LiveClient, method, model, scriptedLive, setupComplete } from "./live-client.ts";
import { ask, askSocket, tokenFor } from "./tokens.ts";

const instruction = { systemInstruction: { parts: [{ text: "Only me." }] } };

/** Sends a setup with a token of these claims. @returns the close, or the setup that reached the model. */
async function connect(claims: object, setup: object, address?: string) {
  const conversation = scriptedLive();
  const { path, user, session } = conversation;
  const token = await tokenFor({ user, session, ...claims });
  return setUp(conversation, `${address ?? path}/${method}?key=${token}`, setup);
}

/** The same with an ephemeral token of the user lia. */
async function connectBy(name: string, fields: object) {
  const conversation = scriptedLive();
  const address = `${conversation.path}/${method}?access_token=${name}`;
  return setUp(conversation, address, { model, ...fields });
}

async function setUp({ models }: ReturnType<typeof scriptedLive>, address: string, setup: object) {
  const lia = new LiveClient(await askSocket(address));
  lia.send({ setup });
  while (!lia.closed && !models.all[0]?.received[0]) await scheduler.wait(1);
  return { lia, models, closed: lia.closed, sent: models.all[0]?.received[0] };
}

describe("[LIVE38] a setup of the client's own needs a token that says so", () => {
  it.each<[object, string]>([
    [instruction, "systemInstruction"],
    [{ tools: [{ googleSearch: {} }] }, "tools"],
    [{ tools: [{ codeExecution: {} }] }, "tools"],
    [{ tools: [{ functionDeclarations: [{ name: "f" }] }] }, "tools"],
    [{ generationConfig: { temperature: 2 } }, "generationConfig.temperature"],
    [{ generationConfig: { maxOutputTokens: 9e9 } }, "generationConfig.maxOutputTokens"],
    [{ historyConfig: { initialHistoryInClientContent: true } }, "historyConfig"],
    [{ contextWindowCompression: {} }, "contextWindowCompression"],
    [{ unknownField: {} }, "unknownField"],
  ])("%j is refused by name, with and without an agent in the address", async (setup, field) => {
    for (const address of [undefined, "/"]) {
      const { closed } = await connect({}, { model, ...setup }, address);
      expect(closed).toMatchObject({ code: 1008, reason: expect.stringContaining(field) });
    }
    const { closed, sent } = await connect({ setup: "own" }, { model, ...setup });
    expect(closed?.reason ?? "").not.toContain("permits no setup");
    if (field === "systemInstruction") expect(JSON.stringify(sent)).toContain("Only me.");
  });

  it.each([[["x"]], ["x"], [[{ temperature: 2 }]], [7], [[]]])(
    "generationConfig that is %j is refused: it would replace the agent's",
    async (generationConfig) => {
      const { closed } = await connect({}, { model, generationConfig });
      expect(closed?.reason).toContain("generationConfig");
    },
  );

  it("an update of the context is refused", async () => {
    const { lia, models } = await connect({}, { model });
    await models.all[0]?.send({ setupComplete: {} });
    await lia.next(setupComplete);
    lia.send({ contextUpdate: instruction });
    const { parley } = await lia.next((message) => message["parley"]?.error);
    expect(parley.error.message).toContain("belong to the conversation");
  });

  it("another model than the agent's is refused", async () => {
    const { closed } = await connect({}, { model: "models/gemini-3.8-live-extended-thinking" });
    expect(closed).toMatchObject({
      code: 1008,
      reason: expect.stringContaining("gemini-3.8-live"),
    });
  });

  it("without one, the client talks to the deployment's agent", async () => {
    const setup = {
      model,
      generationConfig: { responseModalities: ["AUDIO"] },
      outputAudioTranscription: {},
      sessionResumption: {},
    };
    for (const address of [undefined, "/"]) {
      const { closed, sent } = await connect({}, setup, address);
      expect(closed).toBeUndefined();
      expect(JSON.stringify(sent)).toContain("systemInstruction");
    }
  });

  it("a token may list the models that an own setup may name", async () => {
    const claims = { setup: "own", models: [model] };
    expect((await connect(claims, { model, ...instruction })).closed).toBeUndefined();
    const other = { model: "models/gemini-3.8-live-extended-thinking" };
    expect((await connect(claims, other)).closed).toMatchObject({
      code: 1008,
      reason: expect.stringContaining("does not permit"),
    });
  });

  it("an ephemeral token has and locks no more than the token that makes it", async () => {
    const create = async (claims: object, bidiGenerateContentSetup?: object) => {
      const token = await tokenFor({ user: "lia", ...claims });
      const body = { bidiGenerateContentSetup };
      const response = await ask("/v1beta/auth_tokens", { method: "POST", token, body });
      return { status: response.status, body: await response.json<{ name: string }>() };
    };
    expect(await create({}, { model, ...instruction })).toMatchObject({
      status: 403,
      body: { error: { message: expect.stringContaining("systemInstruction") } },
    });
    // The token's setup replaces the client's.
    const fixed = await connectBy((await create({}, { model })).body.name, instruction);
    expect(JSON.stringify(fixed.sent)).not.toContain("Only me.");
    // Without one of its own, it permits no more than its maker.
    const free = await connectBy((await create({}, undefined)).body.name, instruction);
    expect(free.closed?.reason).toContain("systemInstruction");
    const listed = await create({ setup: "own", models: [model] }, undefined);
    const other = { model: "models/gemini-3.8-live-extended-thinking" };
    expect((await connectBy(listed.body.name, other)).closed?.reason).toContain("does not permit");
    const made = await create({ setup: "own" }, { model, ...instruction });
    expect(made.status).toBe(200);
  });
});

describe("[LIVE8] no update changes what an ephemeral token locks", () => {
  const tools = { tools: { tools: [{ googleSearch: {} }] } };

  /** A client with an ephemeral token of these terms. @returns why an update of the context is refused. */
  async function locked(terms: object) {
    const token = await tokenFor({ user: "lia", setup: "own" });
    const response = await ask("/v1beta/auth_tokens", { method: "POST", token, body: terms });
    const { name } = await response.json<{ name: string }>();
    const { lia, models } = await connectBy(name, {});
    await models.all[0]?.send({ setupComplete: {} });
    await lia.next(setupComplete);
    return async (contextUpdate: object): Promise<string | undefined> => {
      const before = models.all[0]?.received.length;
      const refused = lia.messages.length;
      lia.send({ contextUpdate });
      while (lia.messages.length === refused && models.all[0]?.received.length === before)
        await scheduler.wait(1);
      return lia.messages.at(-1)?.["parley"]?.error?.message;
    };
  }

  it("wholly", async () => {
    const update = await locked({ bidiGenerateContentSetup: { model, ...instruction } });
    expect(await update({ systemInstruction: { parts: [{ text: "Anything." }] } })).toContain(
      'locks "systemInstruction"',
    );
    expect(await update(tools)).toContain('locks "tools"');
  });

  it("by mask: the rest may be updated", async () => {
    const bidiGenerateContentSetup = { model, ...instruction };
    const update = await locked({ bidiGenerateContentSetup, fieldMask: "model,tools" });
    expect(await update({ systemInstruction: { parts: [{ text: "Anything." }] } })).toBeUndefined();
    expect(await update(tools)).toContain('locks "tools"');
  });
});
