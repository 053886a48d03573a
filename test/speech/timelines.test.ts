/** The measured timelines with real recognition and synthesis: the order of events, and the same in every run. */
import { describe, expect, it, onTestFinished } from "vitest";
import { readScenario } from "../../src/emulator/core/scenario.ts";
import { startEmulator } from "../../src/emulator/node/start.ts";
import { outline, type Received } from "../emulator/client.ts";
import { Client } from "../support/client.ts";
import { clipSamples } from "../support/wavs.ts";
import { setup, speakRecording } from "./live.ts";

const path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
const long = "One two three four five six seven eight nine ten. ".repeat(6);
const scenario = readScenario({
  lines: [
    { steps: [{ say: "I am the first answer." }] },
    { steps: [{ call: [{ name: "look", args: {} }] }] },
    { when: { toolResponse: "look" }, steps: [{ say: "It is done." }] },
    { steps: [{ say: long }] },
    { steps: [{ say: long }] },
  ],
});

const turnComplete = ({ serverContent }: Received) => serverContent?.turnComplete === true;
const isAudio = ({ serverContent }: Received) => serverContent?.modelTurn !== undefined;

/** Connects and waits for the handle. */
async function connected(base: string, handle?: string): Promise<Client<Received>> {
  const client = new Client<Received>(`${base}${path}?key=local`);
  const tools = [{ functionDeclarations: [{ name: "look" }] }];
  await client.send(setup({ tools, sessionResumption: handle === undefined ? {} : { handle } }));
  await client.next(({ sessionResumptionUpdate }) => sessionResumptionUpdate !== undefined);
  return client;
}

/** The events of the whole conversation, part by part. */
async function runConversation(): Promise<Record<string, string[]>> {
  const { url, close } = await startEmulator({ seed: 7, scenario });
  onTestFinished(close);
  const base = url.replace("http", "ws");
  const client = await connected(base);
  let read = 0;
  const events = () => outline(client.messages.slice(read, (read = client.messages.length)));
  const say = async (file: string, ...until: ((message: Received) => boolean)[]) => {
    const speaking = speakRecording(client, clipSamples(file));
    for (const event of until) await client.next(event);
    speaking.stop();
    await speaking.done;
  };
  const setupEvents = events();
  await say("espeak-who.wav", turnComplete);
  const spoken = events();
  await say("espeak-paris.wav", turnComplete);
  const tool = events();
  const [call] = client.messages.flatMap(({ toolCall }) => toolCall?.functionCalls ?? []);
  const response = { id: call?.id, name: call?.name, response: { output: "fine" } };
  await client.send({ toolResponse: { functionResponses: [response] } });
  await client.next(turnComplete);
  const toolReply = events();
  await say("espeak-story.wav", isAudio);
  events();
  await say("espeak-sum.wav", turnComplete, isAudio);
  const barge = events();
  const handle = client.messages.find((m) => m.sessionResumptionUpdate)?.sessionResumptionUpdate;
  await client.close();
  const back = await connected(base, handle?.newHandle);
  const resumed = outline(back.messages);
  await back.close();
  return { setup: setupEvents, spoken, tool, toolReply, barge, resumed };
}

let first: Record<string, string[]>;

describe("with real speech", () => {
  it("[EMUS40] events have the measured order", async () => {
    first = await runConversation();
    expect(first).toMatchObject({
      setup: ["setupComplete", "sessionResumptionUpdate"],
      spoken: ["start", "inputTranscript", "end", "speech", "generationComplete", "turnComplete"],
      tool: ["start", "inputTranscript", "end", "toolCall", "generationComplete", "turnComplete"],
      toolReply: ["speech", "generationComplete", "turnComplete"],
      resumed: ["setupComplete", "sessionResumptionUpdate"],
    });
    const { barge = [] } = first;
    expect(barge.slice(barge.indexOf("start"))).toEqual([
      "start",
      "interrupted",
      "turnComplete",
      "inputTranscript",
      "end",
      "speech",
    ]);
  }, 120_000);

  it("[EMUS40] the same script and seed give the same order", async () => {
    expect(await runConversation()).toEqual(first);
  }, 120_000);
});
