/** What one does with the official SDK: the same code in Node and in a browser, through parley and without. */
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

/** Leaves, unless it was left: then its story says how. */
async function end(line: SdkSession, from: number, lost?: Closed): Promise<ScenarioResult> {
  if (lost === undefined) await line.close();
  return { messages: line.messages, from, ...(lost !== undefined && { lost }) };
}

async function text({ url, apiKey }: ScenarioContext): Promise<ScenarioResult> {
  const line = await openSession({ url, apiKey });
  await ask(line, "What is two plus two?");
  return end(line, 0);
}

async function spoken(stage: ScenarioContext): Promise<ScenarioResult> {
  const line = await openSession(stage);
  // An answer that is the same at every hour: some times of day are hard to hear.
  const stop = await speakRecording(line, stage, "espeak-who.wav");
  await line.next(turnComplete);
  stop();
  return end(line, 0);
}

async function bargeIn(stage: ScenarioContext): Promise<ScenarioResult> {
  const line = await openSession(stage);
  line.session.sendRealtimeInput({ text: "Tell me a long story." });
  await line.next(hasAudio);
  const stop = await speakRecording(line, stage, "espeak-sum.wav");
  const from = line.messages.indexOf(await line.next(interrupted)) + 1;
  await line.next(turnComplete);
  await line.next(turnComplete);
  stop();
  return end(line, from);
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

/** Asks for what only the client can look up, and answers when it is called. */
async function weatherOf(line: SdkSession, city: string): Promise<void> {
  line.session.sendRealtimeInput({ text: `What's the weather in ${city}?` });
  const { toolCall } = await line.next((message) => message.toolCall !== undefined);
  await line.next(turnComplete);
  line.session.sendToolResponse({
    functionResponses: (toolCall?.functionCalls ?? []).map(({ id = "", name = "" }) => ({
      id,
      name,
      response: { result: `It is sunny in ${city}, with 25 degrees.` },
    })),
  });
  await line.next(turnComplete);
}

async function clientTool({ url, apiKey }: ScenarioContext): Promise<ScenarioResult> {
  const config = { tools: [{ functionDeclarations: [weather] }] };
  const line = await openSession({ url, apiKey, config });
  await weatherOf(line, "Lisbon");
  return end(line, 0);
}

/** The stage's agent rolls dice by a function of its own, and looks at the weather by one of the client's. */
async function serverTool({ url, apiKey }: ScenarioContext): Promise<ScenarioResult> {
  const config = { tools: [{ functionDeclarations: [weather] }] };
  const line = await openSession({ url, apiKey, config });
  await ask(line, "Please roll a die with six sides.");
  await line.next(turnComplete);
  const from = line.messages.length;
  await weatherOf(line, "Lisbon");
  return end(line, from);
}

async function token({ url, mint }: ScenarioContext): Promise<ScenarioResult> {
  const config = { systemInstruction: "You are Bob, a grumpy shop assistant." };
  const line = await openSession({ url, apiKey: await mint(), apiVersion: "v1alpha", config });
  line.session.sendRealtimeInput({ text: "What is your name?" });
  await line.next(({ serverContent }) => serverContent?.generationComplete === true);
  return end(line, 0);
}

/** In the middle of a talk the service says that it will hang up, and it does. */
async function goAway(stage: ScenarioContext): Promise<ScenarioResult> {
  const line = await openSession({ ...stage, config: { sessionResumption: {} } });
  const introduction = `My name is ${stage.person}.`;
  await ask(line, introduction);
  const from = line.messages.length;
  line.session.sendRealtimeInput({ text: "What is two plus two?" });
  await line.next(hasAudio);
  const struck = await stage.strike(introduction, { goAway: { timeLeft: "6s" } });
  const answered = line.next(turnComplete).catch(() => undefined);
  await Promise.all([answered, stage.gone(struck)]);
  const known = ask(line, "What is my name?").then(() => undefined);
  const lost = await Promise.race([known, line.closed]).catch(() => line.closed);
  return end(line, from, lost);
}

export const scenarios = { text, spoken, bargeIn, clientTool, serverTool, token, goAway };
export type ScenarioName = keyof typeof scenarios;
