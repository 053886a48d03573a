/** A turn by Mastra's voice. It has no setting for the address: Google's name must lead elsewhere. */
import { GeminiLiveVoice } from "@mastra/voice-google-gemini-live";
import { speak } from "../../support/speaker.ts";
import { joined, type Turn } from "./turn.ts";

export async function mastraTurn(apiKey: string, samples: Int16Array): Promise<Turn> {
  const voice = new GeminiLiveVoice({
    apiKey,
    model: "gemini-2.5-flash-native-audio-preview-12-2025",
  });
  const sound: Int16Array[] = [];
  const over = Promise.withResolvers<void>();
  voice.on("speaking", ({ audioData }) => void (audioData && sound.push(audioData)));
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
    return { sound: joined(sound) };
  } finally {
    silence.abort();
    await voice.disconnect();
  }
}
