/** Scenarios with the official SDK: the same code in Node and in a browser, directly and through parley. */
import { Type, type FunctionDeclaration } from "@google/genai";
import {
  ask,
  hasAudio,
  interrupted,
  openSession,
  turnComplete,
  type Closed,
  type SdkSession,
} from "../session.ts";
import { speakRecording, type ScenarioContext, type ScenarioResult } from "./setup.ts";

/** Closes the session, unless the server did; then the result reports how. */
async function end(sdk: SdkSession, from: number, lost?: Closed): Promise<ScenarioResult> {
  if (lost === undefined) await sdk.close();
  return { messages: sdk.messages, from, ...(lost !== undefined && { lost }) };
}

async function text({ url, apiKey }: ScenarioContext): Promise<ScenarioResult> {
  const sdk = await openSession({ url, apiKey });
  await ask(sdk, "What is two plus two?");
  return end(sdk, 0);
}

async function spoken(context: ScenarioContext): Promise<ScenarioResult> {
  const sdk = await openSession(context);
  // The answer does not depend on the time of day: some times are hard to recognize.
  const stop = await speakRecording(sdk, context, "espeak-who.wav");
  await sdk.next(turnComplete);
  stop();
  return end(sdk, 0);
}

async function bargeIn(context: ScenarioContext): Promise<ScenarioResult> {
  const sdk = await openSession(context);
  sdk.session.sendRealtimeInput({ text: "Tell me a long story." });
  await sdk.next(hasAudio);
  const stop = await speakRecording(sdk, context, "espeak-sum.wav");
  const from = sdk.messages.indexOf(await sdk.next(interrupted)) + 1;
  await sdk.next(turnComplete);
  await sdk.next(turnComplete);
  stop();
  return end(sdk, from);
}

const weather: FunctionDeclaration = {
  name: "get_weather",
  description: "Current weather of a city.",
  parameters: {
    type: Type.OBJECT,
    properties: { city: { type: Type.STRING } },
    required: ["city"],
  },
};

/** Asks a question that needs a client function, and answers the call. */
async function weatherOf(sdk: SdkSession, city: string): Promise<void> {
  sdk.session.sendRealtimeInput({ text: `What's the weather in ${city}?` });
  const { toolCall } = await sdk.next((message) => message.toolCall !== undefined);
  await sdk.next(turnComplete);
  sdk.session.sendToolResponse({
    functionResponses: (toolCall?.functionCalls ?? []).map(({ id = "", name = "" }) => ({
      id,
      name,
      response: { result: `It is sunny in ${city}, with 25 degrees.` },
    })),
  });
  await sdk.next(turnComplete);
}

async function clientTool({ url, apiKey }: ScenarioContext): Promise<ScenarioResult> {
  const config = { tools: [{ functionDeclarations: [weather] }] };
  const sdk = await openSession({ url, apiKey, config });
  await weatherOf(sdk, "Lisbon");
  return end(sdk, 0);
}

/** Instruction and functions that the client changes in the middle of the session. */
async function contextUpdate({ url, apiKey }: ScenarioContext): Promise<ScenarioResult> {
  const systemInstruction = "You are Bob, a grumpy shop assistant.";
  const sdk = await openSession({ url, apiKey, config: { systemInstruction } });
  sdk.session.sendContextUpdate({
    systemInstruction: "You are Maya, a cheerful shop assistant.",
    tools: { tools: [{ functionDeclarations: [weather] }] },
  });
  await ask(sdk, "What is your name?");
  const from = sdk.messages.length;
  await weatherOf(sdk, "Lisbon");
  return end(sdk, from);
}

/** The context's agent rolls dice with a server function and gets the weather from a client function. */
async function serverTool({ url, apiKey }: ScenarioContext): Promise<ScenarioResult> {
  const config = { tools: [{ functionDeclarations: [weather] }] };
  const sdk = await openSession({ url, apiKey, config });
  await ask(sdk, "Please roll a die with six sides.");
  await sdk.next(turnComplete);
  const from = sdk.messages.length;
  await weatherOf(sdk, "Lisbon");
  return end(sdk, from);
}

async function token({ url, mint }: ScenarioContext): Promise<ScenarioResult> {
  const config = { systemInstruction: "You are Bob, a grumpy shop assistant." };
  const sdk = await openSession({ url, apiKey: await mint(), apiVersion: "v1alpha", config });
  sdk.session.sendRealtimeInput({ text: "What is your name?" });
  await sdk.next(({ serverContent }) => serverContent?.generationComplete === true);
  return end(sdk, 0);
}

/** During a conversation the service sends goAway and then closes. */
async function goAway(context: ScenarioContext): Promise<ScenarioResult> {
  const sdk = await openSession({ ...context, config: { sessionResumption: {} } });
  const introduction = `My name is ${context.person}.`;
  await ask(sdk, introduction);
  const from = sdk.messages.length;
  sdk.session.sendRealtimeInput({ text: "What is two plus two?" });
  await sdk.next(hasAudio);
  const connection = await context.strike(introduction, { goAway: { timeLeft: "6s" } });
  const answered = sdk.next(turnComplete).catch(() => undefined);
  await Promise.all([answered, context.gone(connection)]);
  const known = ask(sdk, "What is my name?").then(() => undefined);
  const lost = await Promise.race([known, sdk.closed]).catch(() => sdk.closed);
  return end(sdk, from, lost);
}

export const scenarios = {
  text,
  spoken,
  bargeIn,
  clientTool,
  contextUpdate,
  serverTool,
  token,
  goAway,
};
export type ScenarioName = keyof typeof scenarios;
