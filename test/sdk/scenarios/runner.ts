/** The two stages that every play is given on: the emulator itself, and parley with that emulator as its service. */
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
  /** The emulator's own address: no parley in between. */
  direct(): ScenarioContext;
  /** @param path a conversation's, such as `/live/dice/ann/one`; without it each session is a conversation of its own. */
  through(path?: string): ScenarioContext;
  close(): Promise<void>;
}

/** @param origins where pages come from that may talk to parley. */
export async function startScenarioServers(origins = ""): Promise<ScenarioServers> {
  const emulator = await startEmulator({ seed: 1 });
  const listener = await openRecognizer(emulator.speech);
  const parley = await startParley({
    settings: { LIVE_API_URL: emulator.url, AUTH_SECRET: secret, ALLOWED_ORIGINS: origins },
  });
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const apiKey = await sign({ user: "ann", exp }, secret, "HS256");
  return {
    listener,
    direct: () => stage(emulator, { url: emulator.url, apiKey: "local", person: "Ada" }),
    through: (path = "") =>
      stage(emulator, { url: address(parley) + path, apiKey, person: "Maria" }),
    close: async () => {
      await parley.stop();
      await emulator.close();
    },
  };
}

const address = ({ port }: Parley): string => `http://127.0.0.1:${port}`;

function stage(
  { url: emulator }: EmulatorHandle,
  at: Pick<ScenarioContext, "url" | "apiKey" | "person">,
): ScenarioContext {
  return {
    ...at,
    recording: async (file) => base64Of(clipSamples(file)),
    mint: () => mint(at),
    strike: (words, what) => strike(emulator, words, what),
    gone: (connection) => gone(emulator, connection),
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

async function strike(emulator: string, words: string, what: object): Promise<number> {
  const sent = (await frames(emulator)).findLast(({ client }) =>
    JSON.stringify(client)?.includes(words),
  );
  if (sent === undefined) throw new Error(`nobody said "${words}"`);
  const { connection } = sent;
  const body = JSON.stringify({ when: { connection }, what });
  const { ok } = await fetch(`${emulator}/_emulator/faults`, { method: "POST", body });
  if (!ok) throw new Error(`connection ${connection} was not struck`);
  return connection;
}

/** Asks every 50 ms; the test's own deadline ends it. */
async function gone(emulator: string, connection: number): Promise<void> {
  const isOver = (frame: Frame) => frame.connection === connection && frame.close !== undefined;
  while (!(await frames(emulator)).some(isOver))
    await new Promise((resolve) => setTimeout(resolve, 50));
}

interface Frame {
  readonly connection: number;
  readonly client?: unknown;
  readonly close?: unknown;
}

/** The latest that travelled between the service and its clients. */
async function frames(emulator: string): Promise<Frame[]> {
  const response = await fetch(`${emulator}/_emulator/frames`);
  return (await response.json()) as Frame[];
}
