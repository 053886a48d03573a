import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Modality, type LiveConnectConfig } from "@google/genai";
import { startEmulator, type EmulatorHandle } from "../../src/emulator/node/start.ts";
import { connect, openSession, type ConnectOptions } from "./session.ts";

let emulator: EmulatorHandle;
let url: string;

beforeAll(async () => {
  emulator = await startEmulator({ seed: 1 });
  ({ url } = emulator);
});
afterAll(() => emulator.close());

const config = (config: LiveConnectConfig): Omit<ConnectOptions, "url"> => ({ config });

const INVALID = "Request contains an invalid argument.";

const REFUSED: readonly [string, Omit<ConnectOptions, "url">, number, string][] = [
  ["a bad key", { apiKey: "invalid" }, 1007, "API key not valid. Please pass a valid API key."],
  ["an expired key", { apiKey: "expired" }, 1007, "API key expired. Please renew the API key."],
  [
    "an unknown model",
    { model: "gemini-9" },
    1008,
    "models/gemini-9 is not found for API version v1beta, or is not supported for bidiGenerateContent. Call ListModels to see the",
  ],
  [
    "an unknown field",
    config({ speechConfig: { voiceConfig: { pitch: 3 } } as object }),
    1007,
    `Invalid JSON payload received. Unknown name "pitch" at 'setup.generation_config.speech_config.voice_config': Cannot find fi`,
  ],
  [
    "text as a modality",
    config({ responseModalities: [Modality.TEXT] }),
    1007,
    "The requested combination of response modalities (TEXT) is not supported by the model.",
  ],
  [
    "a voice without sound",
    {
      model: "gemini-2.5-flash-native-audio",
      config: {
        responseModalities: [],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } },
      },
    },
    1007,
    "Cannot extract voices from a non-audio request.",
  ],
  [
    "a tool that the model has not",
    config({ tools: [{ codeExecution: {} }] }),
    1008,
    "Operation is not implemented, or supported, or enabled.",
  ],
  ["thinking", config({ thinkingConfig: { thinkingBudget: 256 } }), 1007, INVALID],
  ["affective dialog", config({ enableAffectiveDialog: true }), 1007, INVALID],
  [
    "a model that may not stay silent",
    config({ proactivity: { proactiveAudio: false } }),
    1007,
    INVALID,
  ],
  [
    "an unknown handle",
    config({ sessionResumption: { handle: "00000000-0000-0000-0000-000000000000" } }),
    1008,
    "BidiGenerateContent session not found",
  ],
];

describe("the official SDK, refused by the emulator", () => {
  it.each(REFUSED)(
    "[SDK20] receives code and reason of the refusal of %s",
    async (_, dial, code, reason) => {
      const { opened, closed } = connect({ url, ...dial });
      await expect(opened).rejects.toThrow(`(code ${code})`);
      const close = await closed;
      expect(close.code).toBe(code);
      expect(reason.startsWith(close.reason) || close.reason === reason, close.reason).toBe(true);
      expect(close.reason.length).toBeGreaterThan(20);
      expect(Buffer.byteLength(close.reason)).toBeLessThanOrEqual(123);
    },
  );

  it("[SDK21] receives a 404 on an unknown path", async () => {
    await expect(connect({ url, apiVersion: "v2" }).opened).rejects.toThrow();
  });

  it("[SDK22] receives code and reason when an open session is closed", async () => {
    const sent: [(session: Awaited<ReturnType<typeof openSession>>) => void, RegExp][] = [
      [
        ({ session }) =>
          session.sendRealtimeInput({ audio: { data: "AAAA", mimeType: "audio/pcm;rate=16000" } }),
        /./,
      ],
      [
        ({ session }) =>
          session.sendRealtimeInput({ media: { data: "AAAA", mimeType: "audio/pcm;rate=16000" } }),
        /media_chunks is deprecated/,
      ],
      [({ session }) => session.sendRealtimeInput({ activityStart: {} }), /./],
    ];
    for (const [send, reason] of sent) {
      const session = await openSession({ url });
      send(session);
      const closed = await session.closed;
      expect(closed.code).toBe(1007);
      expect(closed.reason).toMatch(reason);
    }
  });

  it("[SDK23] receives 1011 while the session that it resumes is still open", async () => {
    const session = await openSession({ url, config: { sessionResumption: {} } });
    const { sessionResumptionUpdate } = await session.next(
      (message) => message.sessionResumptionUpdate !== undefined,
    );
    const handle = sessionResumptionUpdate?.newHandle ?? "";
    const again = connect({ url, config: { sessionResumption: { handle } } });
    await expect(again.opened).rejects.toThrow("(code 1011)");
    expect(await again.closed).toEqual({ code: 1011, reason: "Internal error encountered." });
    await session.close();
  });
});
