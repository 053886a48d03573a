/** The host interface of a scenario, the same in Node and in a browser; a browser delegates to Node. */
import type { LiveServerMessage } from "@google/genai";
import { speak } from "../../support/speaker.ts";
import type { Closed, SdkSession } from "../session.ts";

export interface ScenarioContext {
  /** The SDK's base URL. */
  readonly url: string;
  readonly apiKey: string;
  /** The user's name; each context has its own, which identifies it in the service's frames. */
  readonly person: string;
  /** A labelled recording: PCM16 at 16 kHz, as base64. */
  recording(this: void, file: string): Promise<string>;
  /** A token from `authTokens.create`: valid for one session, as Maya. */
  mint(this: void): Promise<string>;
  /**
   * Injects a fault into the connection on which the service received this text.
   * @returns the connection's number.
   */
  strike(this: void, text: string, what: object): Promise<number>;
  /** Settles when that connection has closed. */
  gone(this: void, connection: number): Promise<void>;
}

/** The result of a scenario; serializable as JSON. */
export interface ScenarioResult {
  readonly messages: readonly LiveServerMessage[];
  /** The number of messages received when the tested part started. */
  readonly from: number;
  /** How the server closed the session before the client did. */
  readonly lost?: Closed;
}

/** Speaks a recording in real time, then sends silence until stopped. */
export async function speakRecording(
  { session }: SdkSession,
  context: ScenarioContext,
  file: string,
): Promise<() => void> {
  const samples = samplesOf(await context.recording(file));
  const silence = new AbortController();
  speak(
    samples,
    (frame) =>
      session.sendRealtimeInput({
        audio: { data: base64Of(frame), mimeType: "audio/pcm;rate=16000" },
      }),
    { frame: 100, silence: 30_000, signal: silence.signal },
  );
  return () => silence.abort();
}

function samplesOf(base64: string): Int16Array {
  const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
  return new Int16Array(bytes.buffer);
}

export function base64Of(samples: Int16Array): string {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
