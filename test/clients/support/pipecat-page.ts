/** In the browser: a turn by Pipecat's client over its Gemini transport, with a microphone that says a recording. */
import { PipecatClient } from "@pipecat-ai/client-js";
import { GeminiLiveWebsocketTransport } from "@pipecat-ai/gemini-live-websocket-transport";
import { speak } from "../../support/speaker.ts";

type Manager = NonNullable<ConstructorParameters<typeof GeminiLiveWebsocketTransport>[1]>;

/** What it sends it calls 24 kHz. */
const rate = 24_000;

/** A microphone and a loudspeaker; the transport's own asks a server on the network for its code. */
function devices(heard: (sound: ArrayBuffer | Int16Array) => void) {
  let send: (sound: ArrayBuffer) => void = () => {};
  const nothing = async (): Promise<never[]> => [];
  const manager = {
    setUserAudioCallback: (callback: typeof send) => void (send = callback),
    setClientOptions: () => {},
    initialize: nothing,
    connect: nothing,
    disconnect: nothing,
    userStartedSpeaking: nothing,
    bufferBotAudio: heard,
    getAllMics: nothing,
    getAllCams: nothing,
    getAllSpeakers: nothing,
    enableMic: () => {},
    enableCam: () => {},
    isMicEnabled: true,
    isCamEnabled: false,
    tracks: () => ({ local: {} }),
  };
  return { manager: manager as unknown as Manager, say: (data: ArrayBuffer) => send(data) };
}

/** @param samples PCM16 at 24 kHz. @returns what came out of the loudspeaker, likewise. */
async function turn(apiKey: string, samples: readonly number[]): Promise<number[]> {
  const sound: number[] = [];
  const over = Promise.withResolvers<void>();
  const { manager, say } = devices((data) => {
    sound.push(...(data instanceof Int16Array ? data : new Int16Array(data)));
  });
  const transport = new GeminiLiveWebsocketTransport({ api_key: apiKey }, manager);
  const client = new PipecatClient({
    transport,
    enableMic: true,
    callbacks: {
      onBotStoppedSpeaking: () => over.resolve(),
      onError: (error) => over.reject(new Error(JSON.stringify(error))),
    },
  });
  await client.connect();
  const silence = new AbortController();
  speak(Int16Array.from(samples), (frame) => say(frame.slice().buffer), {
    rate,
    frame: 100,
    silence: 30_000,
    signal: silence.signal,
  });
  try {
    await over.promise;
    return sound;
  } finally {
    silence.abort();
    await client.disconnect();
  }
}

Object.assign(globalThis, { turn });
