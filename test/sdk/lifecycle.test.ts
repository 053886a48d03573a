import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GoogleGenAI, Modality, type LiveServerMessage } from "@google/genai";
import { startEmulator, type EmulatorHandle } from "../../src/emulator/node/start.ts";
import { connect, outputTranscript, openSession, type SdkSession } from "./session.ts";

let emulator: EmulatorHandle;
let url: string;

beforeAll(async () => {
  emulator = await startEmulator({ seed: 1 });
  ({ url } = emulator);
});
afterAll(() => emulator.close());

/** Injects a fault into the newest connection now. */
async function injectFault(what: object): Promise<void> {
  const response = await fetch(`${url}/_emulator/faults`, {
    method: "POST",
    body: JSON.stringify({ what }),
  });
  expect(response.status).toBe(200);
}

/** The reply to a text; returns before it has been played. */
async function replyTo(sdk: SdkSession, text: string): Promise<string> {
  sdk.session.sendRealtimeInput({ text });
  await sdk.next(({ serverContent }) => serverContent?.generationComplete === true);
  return outputTranscript(sdk.messages);
}

const isGoAway = ({ goAway }: LiveServerMessage) => goAway !== undefined;

describe("closes, by the official SDK", () => {
  it.each([
    ["precondition", 1007, "Precondition check failed."],
    ["location", 1007, "User location is not supported for the API use."],
    ["invalidArgument", 1007, "Request contains an invalid argument."],
    ["noSession", 1008, "BidiGenerateContent session not found"],
    ["noEntity", 1008, "Requested entity was not found."],
    ["notImplemented", 1008, "Operation is not implemented, or supported, or enabled."],
    ["internal", 1011, "Internal error encountered."],
    ["deadline", 1011, "Deadline expired before operation could complete."],
    ["unavailable", 1011, "The service is currently unavailable."],
    [
      "quota",
      1011,
      "You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: h",
    ],
  ])("[SDK24] receives the service's %s, code and reason", async (close, code, reason) => {
    const sdk = await openSession({ url });
    await injectFault({ close });
    expect(await sdk.closed).toEqual({ code, reason });
  });

  it("[SDK24] receives a scripted close", async () => {
    const close = {
      code: 1011,
      reason: "RESOURCE_EXHAUSTED: Maximum google search tool usage exceeded",
    };
    const sdk = await openSession({ url });
    await injectFault({ close });
    expect(await sdk.closed).toEqual(close);
  });

  it("[SDK25] receives the close for an unknown model on Vertex", async () => {
    const ai = new GoogleGenAI({ enterprise: true, apiKey: "k", httpOptions: { baseUrl: url } });
    const closed = Promise.withResolvers<unknown>();
    const opened = ai.live.connect({
      model: "gemini-9",
      config: { responseModalities: [Modality.AUDIO] },
      callbacks: {
        onmessage: () => {},
        onclose: ({ code, reason }) => closed.resolve({ code, reason }),
      },
    });
    await expect(opened).rejects.toThrow("(code 1008)");
    expect(await closed.promise).toEqual({ code: 1008, reason: "Publisher model was not found" });
  });

  it("[SDK42] receives goAway, then the close", async () => {
    const sdk = await openSession({ url });
    await injectFault({ goAway: { timeLeft: "3s" } });
    expect((await sdk.next(isGoAway)).goAway).toEqual({ timeLeft: "3s" });
    expect(await replyTo(sdk, "Stop.")).not.toBe("");
    expect(await sdk.closed).toEqual({
      code: 1011,
      reason: "Deadline expired before operation could complete.",
    });
  });

  it("[SDK44] reports a broken connection", async () => {
    const sdk = await openSession({ url });
    await injectFault({ reset: true });
    expect((await sdk.closed).code).toBe(1006);
  });
});

describe("ephemeral tokens, by the official SDK", () => {
  const minting = () =>
    new GoogleGenAI({ apiKey: "local", apiVersion: "v1alpha", httpOptions: { baseUrl: url } });

  it("[SDK43] lock the configuration and start as many sessions as they allow", async () => {
    const { name = "" } = await minting().authTokens.create({
      config: {
        uses: 1,
        liveConnectConstraints: {
          model: "gemini-3.8-live",
          config: {
            responseModalities: [Modality.AUDIO],
            outputAudioTranscription: {},
            systemInstruction: "You are Maya, a friendly shop assistant.",
          },
        },
      },
    });
    expect(name).toMatch(/^auth_tokens\/./);
    const dial = { url, apiKey: name, apiVersion: "v1alpha" };
    const config = { systemInstruction: "You are Bob, a grumpy shop assistant." };
    const sdk = await openSession({ ...dial, config });
    expect(await replyTo(sdk, "What is your name?")).toMatch(/Maya/);
    await sdk.close();
    const again = connect(dial);
    await expect(again.opened).rejects.toThrow("(code 1008)");
    expect((await again.closed).reason).toBe("The ephemeral token has no uses left.");
  });

  it("[SDK43] with a mask, lock the named fields only", async () => {
    const { name = "" } = await minting().authTokens.create({
      config: {
        uses: 1,
        liveConnectConstraints: {
          model: "gemini-3.8-live",
          config: { responseModalities: [Modality.AUDIO] },
        },
        lockAdditionalFields: [],
      },
    });
    const config = { systemInstruction: "You are Bob, a friendly shop assistant." };
    const sdk = await openSession({ url, apiKey: name, apiVersion: "v1alpha", config });
    expect(await replyTo(sdk, "What is your name?")).toMatch(/Bob/);
    await sdk.close();
  });
});
