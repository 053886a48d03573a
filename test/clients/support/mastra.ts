/** A turn through Mastra's voice class. It has no address setting: Google's host name must be redirected. */
import { GeminiLiveVoice } from "@mastra/voice-google-gemini-live";
import { speak } from "../../support/speaker.ts";
import { joined, type Turn } from "./turn.ts";

export async function mastraTurn(apiKey: string, samples: Int16Array): Promise<Turn> {
  const voice = new GeminiLiveVoice({
    apiKey,
    model: "gemini-2.5-flash-native-audio-preview-12-2025",
  });
  const pieces: Int16Array[] = [];
  const over = Promise.withResolvers<void>();
  voice.on("speaking", ({ audioData }) => void (audioData && pieces.push(audioData)));
  voice.on("turnComplete", () => over.resolve());
  voice.on("error", ({ message }) => over.reject(new Error(message)));
  await voice.connect();
  const silence = new AbortController();
  speak(samples, (frame) => void voice.send(frame).catch(over.reject), {
    frame: 100,
    silence: 30_000,
    signal: silence.signal,
  });
  try {
    await over.promise;
    return { audio: joined(pieces) };
  } finally {
    silence.abort();
    await voice.disconnect();
  }
}
