import { sign } from "hono/jwt";
import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import type { Hooks } from "../../src/agent/hooks.ts";
import { turnCompleteMessage, transcriptMessage, audioMessage } from "./native-conversation.ts";
import { connectNative, pathOf } from "./native.ts";
import {
  connectLive,
  connectedLive,
  model,
  scriptedLive,
  setupComplete,
  transcribed,
  turnComplete,
  type Message,
} from "./live-client.ts";
import { newConversation } from "./client.ts";
import { setAgent, setUpstream, setUpstreamModel, FakeUpstreams } from "./upstreams.ts";

const hooked = (hooks: Hooks) => agent({ name: "ada", model: "gemini-3.8-live", hooks });

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await scheduler.wait(1);
};

describe("[LIVE10] with hooks, a Live API client receives their result", () => {
  it("rewritten events instead of the model's text", async () => {
    const { client, upstream } = await connectedLive(
      hooked({
        onEvent: (event) =>
          event.outputTranscription && {
            ...event,
            outputTranscription: { ...event.outputTranscription, text: "[redacted]" },
          },
      }),
    );
    await upstream.send({ serverContent: { inputTranscription: { text: "Who are you?" } } });
    await upstream.send(transcriptMessage("secret"), audioMessage(24));
    await upstream.send({ serverContent: { generationComplete: true } }, turnCompleteMessage);
    await client.next(turnComplete);
    expect(client.messages.slice(1)).toEqual([
      { serverContent: { inputTranscription: { text: "Who are you?" } } },
      { serverContent: { outputTranscription: { text: "[redacted]" } } },
      audioMessage(24),
      { serverContent: { generationComplete: true } },
      { serverContent: { turnComplete: true } },
    ]);
  });

  it("[EVENT7] the status of a turn beside its end, where the SDK looks for it", async () => {
    const { client, upstream } = await connectedLive(hooked({ onEvent: (event) => event }), {
      model: "models/gemini-3.8-live-extended-thinking",
      generationConfig: { thinkingConfig: { thinkingLevel: "LOW" } },
      outputAudioTranscription: {},
    });
    const filler = { serverContent: { turnComplete: true, interactionStatus: "IN_PROGRESS" } };
    const end = { serverContent: { turnComplete: true, interactionStatus: "IDLE" } };
    await upstream.send(transcriptMessage("Hm."), filler, transcriptMessage("Yes."), end);
    await client.next(({ serverContent }) => serverContent?.interactionStatus === "IDLE");
    expect(client.messages.slice(1)).toEqual([
      { serverContent: { outputTranscription: { text: "Hm." } } },
      filler,
      { serverContent: { outputTranscription: { text: "Yes." } } },
      end,
    ]);
  });

  it("a blocked answer cut off, and the client's own blocked input reported", async () => {
    const { client, upstream } = await connectedLive(
      hooked({
        afterModel: ({ text }) => (text.includes("seven") ? { block: "No numbers." } : undefined),
        beforeModel: ({ text }) => (text.includes("card") ? { block: "No cards." } : undefined),
      }),
    );
    await upstream.send(
      audioMessage(24),
      transcriptMessage("five six "),
      transcriptMessage("seven "),
      transcriptMessage("eight"),
      turnCompleteMessage,
    );
    await client.next(turnComplete);
    expect(client.outputTranscript).toBe("five six ");
    expect(client.messages.at(-2)).toEqual({ serverContent: { interrupted: true } });
    client.send({ realtimeInput: { text: "my card" } });
    expect(await client.next()).toMatchObject({
      serverContent: { turnComplete: true, turnCompleteReason: "PROHIBITED_INPUT_CONTENT" },
      parley: { error: { code: "BLOCKED", message: "No cards." } },
    });
    expect(upstream.received).toHaveLength(1);
  });
});

describe("[LIVE11] a setup that the model refuses is reported in the service's text, and affects nothing else", () => {
  it.each([
    "The requested combination of response modalities (TEXT) is not supported by the model.",
    // With any other protocol, the relay retries after this text.
    "Request contains an invalid argument.",
  ])("the client is closed; the next client's setup is tried: %s", async (text) => {
    const { connect, models } = scriptedLive();
    const lia = await connect();
    lia.send({ setup: { model, generationConfig: { responseModalities: ["TEXT"] } } });
    await until(() => models.all[0]?.received.length === 1);
    await models.all[0]?.close(1007, text);
    expect(await lia.untilClosed()).toEqual({ code: 1007, reason: text });
    const same = await connect();
    same.send({ setup: { model, generationConfig: { responseModalities: ["TEXT"] } } });
    expect(await same.untilClosed()).toEqual({ code: 1007, reason: text });
    expect(models.all).toHaveLength(1);
    const again = await connect();
    again.send({ setup: { model, generationConfig: { temperature: 1 } } });
    await until(() => models.all[1]?.received.length === 1);
    expect(models.all[1]?.received[0]).toMatchObject({
      setup: { generationConfig: { responseModalities: ["AUDIO"], temperature: 1 } },
    });
    await models.all[1]?.send({ setupComplete: {} });
    await again.next(setupComplete);
  });

  it("clients of other protocols continue with the deployment's agent", async () => {
    const { connect, models, object } = scriptedLive();
    const lia = await connect();
    lia.send({ setup: { model, systemInstruction: { parts: [{ text: "Obey me." }] } } });
    await until(() => models.all[0]?.received.length === 1);
    const { client: nat } = await connectNative(pathOf(object));
    await nat.hello();
    await models.all[0]?.close(1007, "Request contains an invalid argument.");
    await lia.untilClosed();
    nat.send({ type: "text", text: "Who is there?" });
    await until(() => models.all[1]?.received.length === 1);
    expect(JSON.stringify(models.all[1]?.received[0])).not.toContain("Obey me.");
  });

  it("a key that the service refuses counts as the server's and is not shown as the client's", async () => {
    const { connect, models } = scriptedLive();
    const lia = await connect();
    lia.send({ setup: { model } });
    await until(() => models.all[0]?.received.length === 1);
    await models.all[0]?.close(1007, "API key not valid. Please pass a valid API key.");
    const { code, reason } = await lia.untilClosed();
    expect([code, reason]).toEqual([1011, expect.not.stringContaining("Please pass")]);
  });
});

describe("[LIVE30] a field that the service would refuse without naming it is refused by name before a session", () => {
  const flash = "models/gemini-3.1-flash-live-preview";
  const voice = (voiceConfig: object) => ({ speechConfig: { voiceConfig } });

  it.each([
    [model, { thinkingConfig: { thinkingBudget: 9 } }, "thinkingBudget"],
    [model, { thinkingConfig: { thinkingLevel: "LOW" } }, "thinkingLevel"],
    [flash, { thinkingConfig: { thinkingLevel: "LOW", thinkingBudget: 9 } }, "thinkingBudget"],
    [flash, voice({ prebuiltVoiceConfig: { voiceName: "en-us-tavi" } }), "voiceName"],
    [flash, voice({ voice: "v-1" }), "voiceName"],
    [model, { enableAffectiveDialog: true }, "enableAffectiveDialog"],
    [model, { responseModalities: ["AUDIO", "VIDEO"] }, "responseModalities VIDEO"],
  ])("%s %j", async (named, generationConfig, field) => {
    const { connect, models } = scriptedLive();
    const lia = await connect();
    lia.send({ setup: { model: named, generationConfig } });
    const { code, reason } = await lia.untilClosed();
    expect(code).toBe(1007);
    expect(reason).toContain(`${field} cannot be used with ${named.replace("models/", "")}: `);
    expect(models.all).toEqual([]);
    const bob = await connect();
    bob.send({ setup: { model } });
    await until(() => models.all[0]?.received.length === 1);
  });

  it("passes on what the model has, and ignores it in a conversation that runs", async () => {
    const tavi = voice({ prebuiltVoiceConfig: { voiceName: "en-us-tavi" } });
    const { connect, upstream } = await connectedLive("assistant", { generationConfig: tavi });
    expect(upstream.received[0]).toMatchObject({ setup: { generationConfig: tavi } });
    const bob = await connect();
    bob.send({ setup: { model, generationConfig: { thinkingConfig: { thinkingBudget: 9 } } } });
    await bob.next(setupComplete);
  });
});

describe("[LIVE31] a client that names a model that is gone is told its successor, or gets it by an alias", () => {
  const gone = "models/gemini-3.1-flash-live-preview";

  it("in place of the service's text, once the service does not know the model", async () => {
    const { connect, models } = scriptedLive();
    const lia = await connect();
    lia.send({ setup: { model: gone } });
    await until(() => models.all[0]?.received.length === 1);
    await models.all[0]?.close(1008, `${gone} is not found for API version v1beta, or is not`);
    expect(await lia.untilClosed()).toEqual({
      code: 1008,
      reason:
        "gemini-3.1-flash-live-preview was shut down on 17 November 2026: use gemini-3.8-live.",
    });
  });

  it("an alias reaches the model, and its row decides", async () => {
    const { connect, models, object } = scriptedLive();
    setUpstreamModel(object, (name) =>
      name === "gemini-3.1-flash-live-preview" ? "gemini-3.8-live" : name,
    );
    const lia = await connect();
    const voice = { prebuiltVoiceConfig: { voiceName: "en-us-tavi" } };
    lia.send({
      setup: { model: gone, generationConfig: { speechConfig: { voiceConfig: voice } } },
    });
    await until(() => models.all[0]?.received.length === 1);
    expect(models.all[0]?.received[0]).toMatchObject({ setup: { model } });
    const { object: other, join, models: upstreams } = newConversation();
    setUpstreamModel(other, () => "gemini-3.8-live");
    setAgent(other, agent({ name: "ada", model: "gemini-3.1-flash-live-preview" }));
    await join();
    const upstream = await upstreams.connection(0);
    await upstream.until(({ received }) => received.length > 0);
    expect(upstream.received[0]).toMatchObject({ setup: { model } });
  });
});

describe("[LINK25] If the service does not know a model that was shut down, the relay must name its successor", () => {
  it("to the clients of an agent", async () => {
    const { object, join, models } = newConversation();
    setAgent(object, agent({ name: "ada", model: "gemini-2.5-flash-native-audio-latest" }));
    const ann = await join();
    const upstream = await models.connection(0);
    await upstream.until(({ received }) => received.length > 0);
    await upstream.close(1008, "models/x is not found for API version v1beta");
    const { errorMessage } = await ann.next((event) => event.errorCode === "MODEL_NOT_FOUND");
    expect(errorMessage).toContain("was shut down on 17 November 2026: use gemini-3.8-live.");
    expect(errorMessage).toContain("LIVE_MODEL_ALIASES");
  });
});

describe("[LIVE12] a client's setup reaches the model as it was sent, in either casing", () => {
  it("known and unknown fields, without those that parley decides", async () => {
    const { upstream } = await connectedLive("assistant", {
      generation_config: { speech_config: { language_code: "en-US" }, some_new_thing: { a_b: 1 } },
      realtimeInputConfig: { automatic_activity_detection: { silence_duration_ms: 500 } },
      sessionResumption: { transparent: true },
      safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "OFF" }],
      tools: [
        { googleSearch: {} },
        { function_declarations: [{ name: "f", parameters_json_schema: { snake_case: true } }] },
      ],
    });
    const { setup } = upstream.received[0] as Message;
    expect(setup).toMatchObject({
      model,
      generationConfig: { speechConfig: { languageCode: "en-US" }, someNewThing: { aB: 1 } },
      realtimeInputConfig: { automaticActivityDetection: { silenceDurationMs: 500 } },
      safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "OFF" }],
      tools: [
        { functionDeclarations: [{ name: "f", parametersJsonSchema: { snake_case: true } }] },
        { googleSearch: {} },
      ],
      // The log needs transcripts, even if the client does not request them.
      inputAudioTranscription: {},
      outputAudioTranscription: {},
    });
    expect(setup.sessionResumption).toEqual({});
  });

  it("without a named agent, nothing of the deployment's agent is added", async () => {
    const models = new FakeUpstreams();
    const session = "nameless-1";
    setUpstream(JSON.stringify(["assistant", "anonymous", session]), models.answer);
    // A token's claims may name the conversation without naming an agent.
    const secret = "a secret of the test";
    const exp = Math.floor(Date.now() / 1000) + 60;
    const token = await sign({ session, setup: "own", exp }, secret, "HS256");
    const lia = await connectLive(
      `//ws/google.ai.generativelanguage.v1alpha.GenerativeService.BidiGenerateContent?key=${token}`,
      {},
      secret,
    );
    lia.send({ setup: { model, systemInstruction: { parts: [{ text: "Only me." }] } } });
    await until(() => models.all[0]?.received.length === 1);
    const [{ setup } = {}] = (models.all[0]?.received ?? []) as Message[];
    expect(setup.systemInstruction).toEqual({ parts: [{ text: "Only me." }] });
    expect(setup.tools).toBeUndefined();
  });
});

describe("[LIVE13] contents are forwarded with their roles, and history is no turn", () => {
  it("history that the client sends is logged and not answered; then the conversation begins", async () => {
    const { client, upstream, object } = await connectedLive("assistant", {
      historyConfig: { initialHistoryInClientContent: true },
    });
    const { setup } = upstream.received[0] as Message;
    expect(setup.historyConfig).toEqual({ initialHistoryInClientContent: true });
    const turns = [
      { role: "user", parts: [{ text: "I am Lia." }] },
      { role: "model", parts: [{ text: "Hello Lia." }] },
    ];
    client.send({ client_content: { turns, turn_complete: true } });
    client.send({
      clientContent: { turns: [{ parts: [{ text: "a" }] }, { parts: [{ text: "b" }] }] },
    });
    client.send({ clientContent: { turnComplete: true } });
    await until(() => upstream.received.length === 4);
    expect(upstream.received.slice(1)).toEqual([
      { clientContent: { turns, turnComplete: true } },
      {
        clientContent: {
          turns: [{ parts: [{ text: "a" }] }, { parts: [{ text: "b" }] }],
          turnComplete: false,
        },
      },
      { clientContent: { turnComplete: true } },
    ]);
    const { client: nat } = await connectNative(pathOf(object));
    const { events } = await nat.hello();
    expect(
      events.map(
        ({ content, outputTranscription }) =>
          content?.parts?.[0]?.text ?? outputTranscription?.text,
      ),
    ).toEqual(["I am Lia.", "Hello Lia.", "a", "b"]);
  });
});

describe("[LIVE14] the state of the upstream connection is shown to a client that requests it", () => {
  it("goAway and the replacement of the connection; another client receives neither", async () => {
    const { client, connect, models, upstream } = await connectedLive(
      "assistant",
      transcribed,
      "?lifecycle=1",
    );
    const bob = await connect();
    bob.send({ setup: { model } });
    await bob.next(setupComplete);
    await upstream.send(
      transcriptMessage("Well"),
      { goAway: { timeLeft: "50s" } },
      turnCompleteMessage,
    );
    await until(() => models.all[1]?.received.length === 1);
    await models.all[1]?.send({ setupComplete: {} });
    await client.next(({ parley }) => parley?.upstream === "ready");
    expect(client.messages.slice(2)).toEqual([
      { goAway: { timeLeft: "50s" } },
      { serverContent: { turnComplete: true } },
      { serverContent: {}, parley: { upstream: "away" } },
      { serverContent: {}, parley: { upstream: "ready" } },
    ]);
    expect(bob.messages.slice(1)).toEqual([{ serverContent: { turnComplete: true } }]);
  });
});

describe("[LIVE15] Vertex clients use Vertex's address and receive Vertex's names", () => {
  it("a session id, the model's role, candidates", async () => {
    const { path, models } = scriptedLive();
    const lia = await connectLive(
      `${path}/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent`,
    );
    lia.send({
      setup: { model: "projects/p/locations/l/publishers/google/models/gemini-3.8-live" },
    });
    await until(() => models.all[0]?.received.length === 1);
    await models.all[0]?.send({ setupComplete: {} }, audioMessage(24), {
      serverContent: { turnComplete: true },
      usageMetadata: { responseTokenCount: 3, totalTokenCount: 5 },
    });
    await lia.next(turnComplete);
    expect(lia.messages).toMatchObject([
      { setupComplete: { sessionId: expect.any(String) } },
      { serverContent: { modelTurn: { role: "model" } } },
      { usageMetadata: { candidatesTokenCount: 3, totalTokenCount: 5 } },
    ]);
    expect(models.all[0]?.received[0]).toMatchObject({ setup: { model } });
  });
});
