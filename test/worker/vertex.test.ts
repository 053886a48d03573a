/** Upgrade requests against a fake Google, and turns against the emulator's Vertex surface. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { readConfig, type Config } from "../../src/config.ts";
import { agent } from "../../src/agent/agent.ts";
import { streamingTool } from "../../src/agent/tool.ts";
import { readFaults } from "../../src/emulator/core/faults/parse-faults.ts";
import type { ClientMessage } from "../../src/wire/live-api.ts";
import { silence, tone } from "../support/scripted.ts";
import { createServiceAccount } from "../support/service-account.ts";
import { newConversation } from "./client.ts";
import { emulated, until } from "./emulated.ts";
import { speakOnly } from "./fault-conversation.ts";
import type { UpstreamRequest } from "./model.ts";
import {
  setUpstream,
  setAgent,
  FakeUpstreams,
  setUpstreamConfig,
  type UpstreamResponder,
} from "./upstreams.ts";

type Upstream = Config["upstream"];

const { account, file } = await createServiceAccount();
const ada = agent({ name: "assistant", model: "gemini-3.8-live" });
const token = "ya29.an-access-token";
const vertex = readConfig(
  { GOOGLE_CLOUD_PROJECT: "my-project", GOOGLE_SERVICE_ACCOUNT_KEY: file },
  [ada],
).upstream;
const key = "AIzaSy-a-key-of-studio";
const studio = readConfig({ GEMINI_API_KEY: key }, [ada]).upstream;
const print = ["log", "info", "warn", "error", "debug"] as const;

afterEach(() => void vi.restoreAllMocks());

/** Google's two hosts in one: access tokens and upstream sockets. */
function google(model: UpstreamResponder, tokens: () => Response = good) {
  const requests: UpstreamRequest[] = [];
  const answer: UpstreamResponder = (each, object) => {
    requests.push(each);
    return each.url === account.tokenUrl ? tokens() : model(each, object);
  };
  return { requests, answer };
}

const good = () => Response.json({ access_token: token, expires_in: 3600, token_type: "Bearer" });

function at(endpoint: Upstream, tokens?: () => Response) {
  const conversation = newConversation();
  const models = new FakeUpstreams();
  const { requests, answer } = google(models.answer, tokens);
  setUpstreamConfig(conversation.object, endpoint);
  setUpstream(conversation.object, answer);
  return { ...conversation, models, requests };
}

async function firstOf(endpoint: Upstream) {
  const printed = print.map((name) => vi.spyOn(console, name).mockReturnValue());
  const { join, models, requests } = at(endpoint);
  const ann = await join();
  const model = await models.connection(0);
  await model.until(({ received }) => received.length > 0);
  await model.send({ setupComplete: {} });
  ann.send({ type: "text", text: "Hi." });
  await model.until(({ received }) => received.length > 1);
  const dump = JSON.stringify([printed.map(({ mock }) => mock.calls), model.received, ann.frames]);
  return { model, requests, dump };
}

describe("[VERTEX4] an upgrade request is exactly Google's, and no key is in a URL, a log line or a frame", () => {
  it("AI Studio: the key in its header", async () => {
    const { model, requests, dump } = await firstOf(studio);
    expect(requests).toHaveLength(1);
    expect(model.request.url).toBe(
      "https://generativelanguage.googleapis.com/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent",
    );
    expect(Object.fromEntries(model.request.headers)).toEqual({
      upgrade: "websocket",
      "x-goog-api-key": key,
    });
    expect(model.received[0]).toMatchObject({ setup: { model: "models/gemini-3.8-live" } });
    expect(dump).not.toContain(key);
  });

  it("Vertex: a token as bearer, the model by its full name, resumable to the message", async () => {
    const { model, requests, dump } = await firstOf(vertex);
    expect(model.request.url).toBe(
      "https://us-central1-aiplatform.googleapis.com/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent",
    );
    expect(Object.fromEntries(model.request.headers)).toEqual({
      upgrade: "websocket",
      authorization: `Bearer ${token}`,
    });
    expect(model.received[0]).toMatchObject({
      setup: {
        model: "projects/my-project/locations/us-central1/publishers/google/models/gemini-3.8-live",
        sessionResumption: { transparent: true },
      },
    });
    const urls = JSON.stringify(requests.map(({ url }) => url));
    for (const secret of [token, ...account.privateKey.trim().split("\n").slice(1, -1)]) {
      expect(dump).not.toContain(secret);
      expect(urls).not.toContain(secret);
    }
  });

  it("a refused token is not used again", async () => {
    let count = 0;
    const other = { ...vertex, account: (await createServiceAccount()).account } as Upstream;
    const { object, join } = at(other);
    const models = new FakeUpstreams();
    const refusing: UpstreamResponder = (each, name) =>
      models.all.length === 0 && count === 1
        ? new Response('{"error":{"status":"UNAVAILABLE"}}', { status: 401 })
        : models.answer(each, name);
    const { requests, answer } = google(refusing, () => {
      count++;
      return Response.json({ access_token: `t${count}`, expires_in: 3600 });
    });
    setUpstream(object, answer);
    await join();
    const model = await models.connection(0);
    expect(model.request.headers.get("authorization")).toBe("Bearer t2");
    expect(requests).toHaveLength(4);
  });
});

describe("[VERTEX2] a failure of the token is reported with the action to take, and without the key", () => {
  it("to all clients of the conversation", async () => {
    const printed = vi.spyOn(console, "error").mockReturnValue();
    const other = { ...vertex, account: (await createServiceAccount()).account } as Upstream;
    const refused = { error: "invalid_grant", error_description: "Invalid JWT Signature." };
    const { join, models } = at(other, () => Response.json(refused, { status: 400 }));
    const ann = await join();
    const { errorMessage } = await ann.next(
      ({ errorCode }) => errorCode === "UPSTREAM_UNAUTHENTICATED",
    );
    expect(errorMessage).toMatch(/GOOGLE_SERVICE_ACCOUNT_KEY/);
    expect(printed.mock.calls.flat().join()).toContain("Invalid JWT Signature.");
    expect(models.all).toHaveLength(0);
  });
});

describe("[VERTEX8] a token server that never answers does not hold a dial beyond its ten seconds", () => {
  it("the dial is given up and repeated, clients are told once, and a text that waits is answered", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    const other = { ...vertex, account: (await createServiceAccount()).account } as Upstream;
    const conversation = newConversation();
    setUpstreamConfig(conversation.object, other);
    const { answer, pass } = emulated(conversation.object, { clocked: true });
    let isSilent = true;
    let asked = 0;
    setUpstream(conversation.object, (each, object) => {
      if (each.url !== account.tokenUrl) return answer(each, object);
      asked++;
      return isSilent ? new Promise<Response>(() => undefined) : good();
    });
    const ann = await conversation.join();
    ann.send({ type: "text", text: "Hi." });
    const lost = ann.next(({ errorCode }) => errorCode === "UPSTREAM_LOST");
    let ms = 0;
    await until(lost, (step) => pass(step).then(() => void (ms += step)));
    // Two dials of ten seconds, and the pause between.
    expect(ms).toBeGreaterThanOrEqual(20_000);
    expect(ms).toBeLessThan(21_500);
    isSilent = false;
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 6_000 });
    try {
      await until(
        ann.next(({ turnComplete }) => turnComplete === true),
        pass,
      );
    } finally {
      vi.useRealTimers();
    }
    expect(asked).toBe(2);
    expect(ann.events.filter(({ errorCode }) => errorCode)).toHaveLength(1);
  });
});

/** The emulator's Vertex surface. `sent` holds the client messages of each connection. */
function emulatedVertex(agentUnderTest = ada, faults: readonly object[] = []) {
  const conversation = newConversation();
  setAgent(conversation.object, agentUnderTest);
  setUpstreamConfig(conversation.object, vertex);
  const sent: ClientMessage[][] = [];
  const emulation = emulated(conversation.object, {
    clocked: true,
    faults: readFaults(faults),
    onEntry: (entry) => {
      const of = (sent[entry.connection - 1] ??= []);
      if ("client" in entry) of.push(entry.client as ClientMessage);
    },
  });
  setUpstream(conversation.object, google(emulation.answer).answer);
  return { ...conversation, ...emulation, sent };
}

describe("[VERTEX7] against the emulator's Vertex surface", () => {
  it("a typed and a spoken turn, with Vertex's usage and audio read", async () => {
    const { ports, join, pass } = emulatedVertex();
    ports.brain.replies.push([{ say: "It is noon." }]);
    ports.recognizer.transcripts.push("what time is it");
    const ann = await join();
    ann.send({ type: "text", text: "What time is it?" });
    await until(
      ann.next(({ turnComplete }) => turnComplete === true),
      pass,
    );
    for (let at = 0; at < 10; at++) ann.send(tone(100).buffer);
    for (let at = 0; at < 20; at++) ann.send(silence(100).buffer);
    await until(
      ann.next(({ turnComplete }) => turnComplete === true),
      pass,
    );
    const sounds = ann.events.flatMap(({ content }) => content?.parts?.[0]?.inlineData ?? []);
    expect(new Set(sounds.map(({ mimeType }) => mimeType))).toEqual(
      new Set(["audio/pcm;rate=24000"]),
    );
    expect(
      ann.events.filter(({ usageMetadata }) => usageMetadata?.candidatesTokenCount),
    ).toHaveLength(2);
    expect(ann.events.filter(({ errorCode }) => errorCode)).toEqual([]);
  });

  it("goAway during an answer: the connection is replaced after it, without a duplicate", async () => {
    const goAway = {
      when: { connection: 1, turn: 1, afterMs: 200 },
      what: { goAway: { timeLeft: "30s" } },
    };
    const { ports, join, pass, sent } = emulatedVertex(ada, [goAway]);
    ports.brain.replies.push([{ say: "One two three four five." }], [{ say: "And six." }]);
    const ann = await join();
    ann.send({ type: "text", text: "Count." });
    await until(
      ann.next(({ content }) => content !== undefined),
      pass,
    );
    await until(
      ann.next(({ turnComplete }) => turnComplete === true),
      pass,
    );
    ann.send({ type: "text", text: "Go on." });
    await until(
      ann.next(({ turnComplete }) => turnComplete === true),
      pass,
    );
    const [, ...later] = sent;
    expect(later.length).toBeGreaterThan(0);
    expect(JSON.stringify(later)).not.toContain("Count.");
    expect(JSON.stringify(later).split("Go on.")).toHaveLength(2);
    expect(ann.events.filter(({ interrupted, errorCode }) => interrupted ?? errorCode)).toEqual([]);
  });

  it("a session lost during speech: the audio it had not understood is sent again and answered once", async () => {
    const close = { when: { connection: 1, message: 8 }, what: { close: "unavailable" } };
    const { ports, join, pass, sent } = emulatedVertex(ada, [close]);
    ports.recognizer.transcripts.push("what time is it");
    const ann = await join();
    await pass(1_000);
    await speakOnly(ann, pass, 1_000);
    await until(
      ann.next(({ turnComplete }) => turnComplete === true),
      pass,
    );
    const [first = [], second = []] = sent.map((all) => all.map((each) => JSON.stringify(each)));
    expect(first.length).toBeGreaterThan(5);
    expect(second.slice(1, 5)).toEqual(first.slice(1, 5));
    expect(ann.events.filter(({ inputTranscription }) => inputTranscription)).toHaveLength(1);
  });

  it("a streaming tool: the first result answers the call, the others are sent as text", async () => {
    const watch = streamingTool({
      name: "watch",
      description: "Watches.",
      async *run() {
        yield { price: 1 };
        yield { price: 2 };
      },
    });
    const eve = agent({ name: "assistant", model: "gemini-3.8-live", tools: [watch] });
    const { ports, join, pass, sent } = emulatedVertex(eve);
    ports.brain.replies.push([{ call: [{ name: "watch", args: {} }] }]);
    const ann = await join();
    ann.send({ type: "text", text: "Watch it." });
    await until(
      ann.next((event) => JSON.stringify(event).includes("has ended")),
      pass,
    );
    await pass(1_000);
    const messages = sent.flat().map((each) => JSON.stringify(each));
    expect(messages.filter((each) => each.includes("toolResponse"))).toHaveLength(1);
    expect(messages.join()).not.toContain("willContinue");
    expect(messages.filter((each) => each.includes("[watch reports"))).toHaveLength(3);
    const parts = ann.events.flatMap(({ content }) => content?.parts?.[0]?.functionResponse ?? []);
    expect(parts.map(({ willContinue }) => willContinue)).toEqual([true, true, true, undefined]);
  });
});
