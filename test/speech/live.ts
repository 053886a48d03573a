/** Helpers for speech tests: send input to the emulator and read its output. */
import { Client } from "../support/client.ts";
import type { ClientSettings } from "../support/client.ts";
import { speak } from "../support/speaker.ts";

export interface ServerFrame {
  readonly setupComplete?: object;
  readonly serverContent?: {
    readonly modelTurn?: {
      readonly parts?: readonly { readonly inlineData?: { mimeType: string; data: string } }[];
    };
    readonly inputTranscription?: { readonly text?: string; readonly finished?: boolean };
    readonly outputTranscription?: { readonly text?: string };
    readonly interrupted?: boolean;
    readonly generationComplete?: boolean;
    readonly turnComplete?: boolean;
  };
  readonly voiceActivity?: object;
  readonly usageMetadata?: object;
}

const path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

export const setup = (more: object = {}) => ({
  setup: {
    model: "models/gemini-3.8-live",
    generationConfig: { responseModalities: ["AUDIO"] },
    inputAudioTranscription: {},
    outputAudioTranscription: {},
    ...more,
  },
});

/** A session after setup. */
export async function session(
  base: string,
  key = "local",
  settings: Pick<ClientSettings<ServerFrame>, "patience"> = {},
): Promise<Client<ServerFrame>> {
  const client = new Client<ServerFrame>(`${base}${path}?key=${key}`, settings);
  await client.send(setup());
  await client.next((frame) => frame.setupComplete !== undefined);
  return client;
}

/** Sends a text and waits for the turn to end. */
export async function listen(client: Client<ServerFrame>, text: string): Promise<void> {
  await client.send({ realtimeInput: { text } });
  await client.next((frame) => frame.serverContent?.turnComplete === true);
}

export function audio(samples: Int16Array, rate = 16_000) {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const mimeType = `audio/pcm;rate=${rate}`;
  return { realtimeInput: { audio: { data: bytes.toString("base64"), mimeType } } };
}

/** Speaks a recording in frames of 100 ms, then sends silence until stopped. */
export function speakRecording(client: Pick<Client<unknown>, "send">, samples: Int16Array) {
  const silence = new AbortController();
  const speaking = speak(samples, (frame) => void client.send(audio(frame)), {
    frame: 100,
    silence: 30_000,
    signal: silence.signal,
  });
  return { ...speaking, stop: () => silence.abort() };
}

/** The audio of all frames, 24 kHz. */
export function soundOf(frames: readonly ServerFrame[]): Int16Array {
  const parts = frames.flatMap((frame) => frame.serverContent?.modelTurn?.parts ?? []);
  const bytes = Buffer.concat(
    parts.map(({ inlineData }) => Buffer.from(inlineData?.data ?? "", "base64")),
  );
  return new Int16Array(new Uint8Array(bytes).buffer);
}
