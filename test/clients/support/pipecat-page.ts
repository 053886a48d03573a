/**
 * Runs in the browser: a turn through Pipecat's client over its Gemini transport, with a recording as the microphone.
 */
import { PipecatClient } from "@pipecat-ai/client-js";
import { GeminiLiveWebsocketTransport } from "@pipecat-ai/gemini-live-websocket-transport";
import { speak } from "../../support/speaker.ts";

type Manager = NonNullable<ConstructorParameters<typeof GeminiLiveWebsocketTransport>[1]>;

/** Pipecat labels its audio 24 kHz. */
const rate = 24_000;

/** A microphone and a loudspeaker. The transport's own ones load their code from a server on the network. */
function devices(play: (audio: ArrayBuffer | Int16Array) => void) {
  let send: (audio: ArrayBuffer) => void = () => {};
  const nothing = async (): Promise<never[]> => [];
  const manager = {
    setUserAudioCallback: (callback: typeof send) => void (send = callback),
    setClientOptions: () => {},
    initialize: nothing,
    connect: nothing,
    disconnect: nothing,
    userStartedSpeaking: nothing,
    bufferBotAudio: play,
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

/** @param samples PCM16 at 24 kHz. @returns the loudspeaker's audio, likewise. */
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
