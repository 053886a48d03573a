import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  FunctionResponseScheduling,
  Type,
  type FunctionCall,
  type LiveConnectConfig,
} from "@google/genai";
import { startEmulator, type EmulatorHandle } from "../../src/emulator/node/start.ts";
import {
  ask,
  hasAudio,
  interrupted,
  outputTranscript,
  openSession,
  turnComplete,
  type SdkSession,
} from "./session.ts";

let emulator: EmulatorHandle;
let url: string;

beforeAll(async () => {
  emulator = await startEmulator({ seed: 1 });
  ({ url } = emulator);
});
afterAll(() => emulator.close());

const config: LiveConnectConfig = {
  sessionResumption: {},
  tools: [
    {
      functionDeclarations: [
        {
          name: "get_weather",
          description: "Current weather of a city.",
          parameters: {
            type: Type.OBJECT,
            properties: { city: { type: Type.STRING } },
            required: ["city"],
          },
        },
        { name: "turn_on_lights", parametersJsonSchema: { type: "object", properties: {} } },
        { name: "turn_on_tv" },
      ],
    },
  ],
};

/** Asks for something that needs functions; their calls, once the turn that made them is over. */
async function calling(line: SdkSession, text: string): Promise<readonly FunctionCall[]> {
  line.session.sendRealtimeInput({ text });
  const { toolCall } = await line.next((message) => message.toolCall !== undefined);
  await line.next(turnComplete);
  return toolCall?.functionCalls ?? [];
}

function respond(
  { session }: SdkSession,
  calls: readonly FunctionCall[],
  result: string,
  scheduling?: FunctionResponseScheduling,
): void {
  session.sendToolResponse({
    functionResponses: calls.map(({ id, name }) => ({
      ...(id === undefined ? {} : { id }),
      ...(name === undefined ? {} : { name }),
      response: { result },
      ...(scheduling === undefined ? {} : { scheduling }),
    })),
  });
}

describe("functions, by the official SDK", () => {
  it("[SDK30] are called with arguments, and their answers are spoken", async () => {
    const line = await openSession({ url, config });
    const calls = await calling(line, "What's the weather in Lisbon?");
    expect(calls).toMatchObject([{ name: "get_weather", args: { city: "Lisbon" } }]);
    expect(calls[0]?.id).toMatch(/^call_\d+$/);
    const from = line.messages.length;
    respond(line, calls, "It is sunny in Lisbon, with 25 degrees.");
    await line.next(turnComplete);
    expect(outputTranscript(line.messages.slice(from))).toMatch(/sunny in Lisbon/);
    await line.close();
  });

  it("[SDK31] come several in one frame, and are spoken about once all have answered", async () => {
    const line = await openSession({ url, config });
    const calls = await calling(line, "Turn on the lights and the TV.");
    expect(calls.map(({ name }) => name)).toEqual(["turn_on_lights", "turn_on_tv"]);
    const from = line.messages.length;
    respond(line, calls.slice(0, 1), "The lights are on.");
    respond(line, calls.slice(1), "The television is on.");
    await line.next(turnComplete);
    expect(outputTranscript(line.messages.slice(from))).toMatch(/television is on/);
    await line.close();
  });

  it("[SDK32] WHEN_IDLE waits until the model has spoken", async () => {
    const line = await openSession({ url, config });
    const calls = await calling(line, "What's the weather in Lisbon?");
    line.session.sendRealtimeInput({ text: "Count to five." });
    await line.next(hasAudio);
    respond(line, calls, "It is sunny.", FunctionResponseScheduling.WHEN_IDLE);
    await line.next(turnComplete);
    await line.next(turnComplete);
    expect(line.messages.some(interrupted)).toBe(false);
    expect(outputTranscript(line.messages)).toMatch(/five\..*It is sunny/s);
    await line.close();
  });

  it("[SDK33] INTERRUPT takes the floor", async () => {
    const line = await openSession({ url, config });
    const calls = await calling(line, "What's the weather in Lisbon?");
    line.session.sendRealtimeInput({ text: "Tell me a long story." });
    await line.next(hasAudio);
    respond(line, calls, "It is sunny.", FunctionResponseScheduling.INTERRUPT);
    await line.next(interrupted);
    await line.next(turnComplete);
    const from = line.messages.length;
    await line.next(turnComplete);
    expect(outputTranscript(line.messages.slice(from))).toMatch(/It is sunny/);
    await line.close();
  });

  it("[SDK34] SILENT says nothing of its own, but is known", async () => {
    const line = await openSession({ url, config });
    const calls = await calling(line, "What's the weather in Lisbon?");
    respond(line, calls, "It is sunny.", FunctionResponseScheduling.SILENT);
    const messages = await ask(line, "What is two plus two?");
    expect(outputTranscript(messages)).toMatch(/is four/);
    expect(outputTranscript(messages)).not.toMatch(/sunny/);
    await line.close();
  });
});

const handleOf = async (line: SdkSession): Promise<string> => {
  const { sessionResumptionUpdate } = await line.next(
    (message) => message.sessionResumptionUpdate !== undefined,
  );
  return sessionResumptionUpdate?.newHandle ?? "";
};

/** Each refusal takes its time; a server that refuses for longer than these is broken. */
const ATTEMPTS = 20;

/** As a client does: tries again until the server has let go of the old connection. */
async function resumed(handle: string): Promise<SdkSession> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    const back = await openSession({
      url,
      config: { ...config, sessionResumption: { handle } },
    }).catch(() => undefined);
    if (back !== undefined) return back;
  }
  throw new Error("the server never let the session be resumed");
}

describe("resumption, by the official SDK", () => {
  it("[SDK40] brings back what was said, and a call that is still open", async () => {
    const line = await openSession({ url, config });
    const handle = await handleOf(line);
    await ask(line, "My name is Ada.");
    const calls = await calling(line, "What's the weather in Lisbon?");
    await line.close();
    const back = await resumed(handle);
    respond(back, calls, "It is sunny in Lisbon.");
    await back.next(turnComplete);
    expect(outputTranscript(back.messages)).toMatch(/sunny in Lisbon/);
    expect(outputTranscript(await ask(back, "What is my name?"))).toMatch(/Ada/);
    await back.close();
  });

  it("[SDK41] usage grows with the context", async () => {
    const line = await openSession({ url });
    const counts: number[] = [];
    for (const text of ["hello", "What is two plus two?", "thanks"]) {
      const messages = await ask(line, text);
      counts.push(messages.at(-1)?.usageMetadata?.promptTokenCount ?? 0);
    }
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(new Set(counts).size).toBe(3);
    await line.close();
  });
});
