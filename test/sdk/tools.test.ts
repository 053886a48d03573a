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

/** Asks a question that needs functions. @returns the calls, once their turn is over. */
async function calling(sdk: SdkSession, text: string): Promise<readonly FunctionCall[]> {
  sdk.session.sendRealtimeInput({ text });
  const { toolCall } = await sdk.next((message) => message.toolCall !== undefined);
  await sdk.next(turnComplete);
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
  it("[SDK30] are called with arguments, and the reply uses their results", async () => {
    const sdk = await openSession({ url, config });
    const calls = await calling(sdk, "What's the weather in Lisbon?");
    expect(calls).toMatchObject([{ name: "get_weather", args: { city: "Lisbon" } }]);
    expect(calls[0]?.id).toMatch(/^call_\d+$/);
    const from = sdk.messages.length;
    respond(sdk, calls, "It is sunny in Lisbon, with 25 degrees.");
    await sdk.next(turnComplete);
    expect(outputTranscript(sdk.messages.slice(from))).toMatch(/sunny in Lisbon/);
    await sdk.close();
  });

  it("[SDK31] may share a frame, and get one reply once all are answered", async () => {
    const sdk = await openSession({ url, config });
    const calls = await calling(sdk, "Turn on the lights and the TV.");
    expect(calls.map(({ name }) => name)).toEqual(["turn_on_lights", "turn_on_tv"]);
    const from = sdk.messages.length;
    respond(sdk, calls.slice(0, 1), "The lights are on.");
    respond(sdk, calls.slice(1), "The television is on.");
    await sdk.next(turnComplete);
    expect(outputTranscript(sdk.messages.slice(from))).toMatch(/television is on/);
    await sdk.close();
  });

  it("[SDK32] WHEN_IDLE waits until the model has finished", async () => {
    const sdk = await openSession({ url, config });
    const calls = await calling(sdk, "What's the weather in Lisbon?");
    sdk.session.sendRealtimeInput({ text: "Count to five." });
    await sdk.next(hasAudio);
    respond(sdk, calls, "It is sunny.", FunctionResponseScheduling.WHEN_IDLE);
    await sdk.next(turnComplete);
    await sdk.next(turnComplete);
    expect(sdk.messages.some(interrupted)).toBe(false);
    expect(outputTranscript(sdk.messages)).toMatch(/five\..*It is sunny/s);
    await sdk.close();
  });

  it("[SDK33] INTERRUPT interrupts the model", async () => {
    const sdk = await openSession({ url, config });
    const calls = await calling(sdk, "What's the weather in Lisbon?");
    sdk.session.sendRealtimeInput({ text: "Tell me a long story." });
    await sdk.next(hasAudio);
    respond(sdk, calls, "It is sunny.", FunctionResponseScheduling.INTERRUPT);
    await sdk.next(interrupted);
    await sdk.next(turnComplete);
    const from = sdk.messages.length;
    await sdk.next(turnComplete);
    expect(outputTranscript(sdk.messages.slice(from))).toMatch(/It is sunny/);
    await sdk.close();
  });

  it("[SDK34] SILENT triggers no reply but enters the history", async () => {
    const sdk = await openSession({ url, config });
    const calls = await calling(sdk, "What's the weather in Lisbon?");
    respond(sdk, calls, "It is sunny.", FunctionResponseScheduling.SILENT);
    const messages = await ask(sdk, "What is two plus two?");
    expect(outputTranscript(messages)).toMatch(/is four/);
    expect(outputTranscript(messages)).not.toMatch(/sunny/);
    await sdk.close();
  });
});

const handleOf = async (sdk: SdkSession): Promise<string> => {
  const { sessionResumptionUpdate } = await sdk.next(
    (message) => message.sessionResumptionUpdate !== undefined,
  );
  return sessionResumptionUpdate?.newHandle ?? "";
};

/** Each refusal takes time; a server that refuses for longer is broken. */
const ATTEMPTS = 20;

/** Retries, as a client does, until the server has released the old connection. */
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
  it("[SDK40] restores the history and a pending call", async () => {
    const sdk = await openSession({ url, config });
    const handle = await handleOf(sdk);
    await ask(sdk, "My name is Ada.");
    const calls = await calling(sdk, "What's the weather in Lisbon?");
    await sdk.close();
    const back = await resumed(handle);
    respond(back, calls, "It is sunny in Lisbon.");
    await back.next(turnComplete);
    expect(outputTranscript(back.messages)).toMatch(/sunny in Lisbon/);
    expect(outputTranscript(await ask(back, "What is my name?"))).toMatch(/Ada/);
    await back.close();
  });

  it("[SDK41] usage grows with the context", async () => {
    const sdk = await openSession({ url });
    const counts: number[] = [];
    for (const text of ["hello", "What is two plus two?", "thanks"]) {
      const messages = await ask(sdk, text);
      counts.push(messages.at(-1)?.usageMetadata?.promptTokenCount ?? 0);
    }
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(new Set(counts).size).toBe(3);
    await sdk.close();
  });
});
