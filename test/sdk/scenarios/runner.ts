/** The servers of the SDK scenarios: the emulator itself, and parley with that emulator as its upstream. */
import { sign } from "hono/jwt";
import { GoogleGenAI, Modality } from "@google/genai";
import { startEmulator, type EmulatorHandle } from "../../../src/emulator/node/start.ts";
import { openRecognizer, type TestRecognizer } from "../../support/recognizer.ts";
import { startParley, type Parley } from "../../support/parley.ts";
import { clipSamples } from "../../support/wavs.ts";
import { MODEL } from "../session.ts";
import { base64Of, type ScenarioContext } from "./setup.ts";

const secret = "a secret of the tests alone";

export interface ScenarioServers {
  readonly listener: TestRecognizer;
  /** The emulator's own address, without parley. */
  direct(): ScenarioContext;
  /**
   * @param path a conversation's path, such as `/live/dice/ann/one`; by default each session is its own conversation.
   */
  through(path?: string): ScenarioContext;
  close(): Promise<void>;
}

/** @param origins page origins that parley accepts. */
export async function startScenarioServers(origins = ""): Promise<ScenarioServers> {
  const emulator = await startEmulator({ seed: 1 });
  const recognizer = await openRecognizer(emulator.speech);
  const parley = await startParley({
    settings: { LIVE_API_URL: emulator.url, AUTH_SECRET: secret, ALLOWED_ORIGINS: origins },
  });
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const apiKey = await sign({ user: "ann", setup: "own", exp }, secret, "HS256");
  return {
    listener: recognizer,
    direct: () => createContext(emulator, { url: emulator.url, apiKey: "local", person: "Ada" }),
    through: (path = "") =>
      createContext(emulator, { url: address(parley) + path, apiKey, person: "Maria" }),
    close: async () => {
      await parley.stop();
      await emulator.close();
    },
  };
}

const address = ({ port }: Parley): string => `http://127.0.0.1:${port}`;

function createContext(
  { url: emulator }: EmulatorHandle,
  at: Pick<ScenarioContext, "url" | "apiKey" | "person">,
): ScenarioContext {
  return {
    ...at,
    recording: async (file) => base64Of(clipSamples(file)),
    mint: () => mint(at),
    strike: (text, what) => injectFault(emulator, text, what),
    gone: (connection) => waitForClose(emulator, connection),
  };
}

async function mint({ url, apiKey }: Pick<ScenarioContext, "url" | "apiKey">): Promise<string> {
  const ai = new GoogleGenAI({ apiKey, apiVersion: "v1alpha", httpOptions: { baseUrl: url } });
  const { name = "" } = await ai.authTokens.create({
    config: {
      uses: 1,
      liveConnectConstraints: {
        model: MODEL,
        config: {
          responseModalities: [Modality.AUDIO],
          outputAudioTranscription: {},
          systemInstruction: "You are Maya, a friendly shop assistant.",
        },
      },
    },
  });
  return name;
}

async function injectFault(emulator: string, text: string, what: object): Promise<number> {
  const sent = (await frames(emulator)).findLast(({ client }) =>
    JSON.stringify(client)?.includes(text),
  );
  if (sent === undefined) throw new Error(`no client frame holds "${text}"`);
  const { connection } = sent;
  const body = JSON.stringify({ when: { connection }, what });
  const { ok } = await fetch(`${emulator}/_emulator/faults`, { method: "POST", body });
  if (!ok) throw new Error(`connection ${connection} did not accept the fault`);
  return connection;
}

/** Polls every 50 ms; the test's own timeout ends it. */
async function waitForClose(emulator: string, connection: number): Promise<void> {
  const isOver = (frame: Frame) => frame.connection === connection && frame.close !== undefined;
  while (!(await frames(emulator)).some(isOver))
    await new Promise((resolve) => setTimeout(resolve, 50));
}

interface Frame {
  readonly connection: number;
  readonly client?: unknown;
  readonly close?: unknown;
}

/** The latest frames between the service and its clients. */
async function frames(emulator: string): Promise<Frame[]> {
  const response = await fetch(`${emulator}/_emulator/frames`);
  return (await response.json()) as Frame[];
}
