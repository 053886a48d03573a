/** What a play needs of the world around it: the same in Node and in a browser, which has Node do what it may not. */
import type { LiveServerMessage } from "@google/genai";
import { speak } from "../../support/speaker.ts";
import type { Closed, SdkSession } from "../session.ts";

export interface ScenarioContext {
  /** What the SDK is given as its base URL. */
  readonly url: string;
  readonly apiKey: string;
  /** Whoever talks here; each stage has its own, so that the service's frames tell them apart. */
  readonly person: string;
  /** A labelled recording: PCM16 at 16 kHz, as base64. */
  recording(this: void, file: string): Promise<string>;
  /** A token made by `authTokens.create`: good for one session, as Maya. */
  mint(this: void): Promise<string>;
  /**
   * Makes something go wrong on the connection by which the service was sent these words.
   * @returns the connection's number.
   */
  strike(this: void, words: string, what: object): Promise<number>;
  /** Settles when that connection has ended. */
  gone(this: void, connection: number): Promise<void>;
}

/** What came of a play; it may have travelled as JSON. */
export interface ScenarioResult {
  readonly messages: readonly LiveServerMessage[];
  /** How many messages had come when what the play is about began. */
  readonly from: number;
  /** How it was closed before the client did so itself. */
  readonly lost?: Closed;
}

/** Speaks a recording in real time, then stays silent until told to stop. */
export async function speakRecording(
  { session }: SdkSession,
  stage: ScenarioContext,
  file: string,
): Promise<() => void> {
  const samples = samplesOf(await stage.recording(file));
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
