/** A turn through LiveKit's plugin: its realtime model, as its agents use it. The address is one of its options. */
import type { ReadableStream } from "node:stream/web";
import { initializeLogger, type llm } from "@livekit/agents";
import { realtime } from "@livekit/agents-plugin-google";
import { AudioFrame } from "@livekit/rtc-node";
import { speak } from "../../support/speaker.ts";
import { joined, type Turn } from "./turn.ts";

export async function livekitTurn(
  at: { url: string; apiKey: string },
  samples: Int16Array,
): Promise<Turn> {
  initializeLogger({ pretty: false, level: "silent" });
  const model = new realtime.RealtimeModel({
    apiKey: at.apiKey,
    model: "gemini-3.8-live",
    httpOptions: { baseUrl: at.url },
  });
  const session = model.session();
  const silence = new AbortController();
  const inputTranscript = Promise.withResolvers<string>();
  session.on(
    "input_audio_transcription_completed",
    ({ transcript }: llm.InputTranscriptionCompleted) => inputTranscript.resolve(transcript),
  );
  const answer = Promise.withResolvers<Omit<Turn, "inputTranscript">>();
  session.on("generation_created", ({ messageStream }: llm.GenerationCreatedEvent) => {
    void (async () => {
      for await (const { audioStream, textStream } of messageStream) {
        const [frames, texts] = await Promise.all([collect(audioStream), collect(textStream)]);
        answer.resolve({
          outputTranscript: texts
            .map((piece) => (typeof piece === "string" ? piece : piece.text))
            .join(""),
          audio: joined(frames.map(({ data }) => data)),
        });
      }
    })().catch(answer.reject);
  });
  session.on("error", ({ error }: llm.RealtimeModelError) => answer.reject(error));
  speak(samples, (frame) => session.pushAudio(new AudioFrame(frame, 16_000, 1, frame.length)), {
    frame: 50,
    silence: 30_000,
    signal: silence.signal,
  });
  try {
    return { inputTranscript: await inputTranscript.promise, ...(await answer.promise) };
  } finally {
    silence.abort();
    await session.close();
  }
}

async function collect<Item>(stream: ReadableStream<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
