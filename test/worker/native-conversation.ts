/** A conversation whose session is ready, with a native client, and messages of its model. */
import type { ServerMessage } from "../../src/wire/live-api.ts";
import type { Clock } from "../../src/core/clock.ts";
import { newConversation } from "./client.ts";
import { setClock } from "./upstreams.ts";
import { connectNative, pathOf } from "./native.ts";

/** @param clock of the conversation; the runtime's own by default. */
export async function nativeConversation(query = "", clock?: Clock) {
  const { object, models, join } = newConversation();
  if (clock) setClock(object, clock);
  const joinNative = async (more = query) => (await connectNative(pathOf(object) + more)).client;
  const ann = await joinNative();
  const hello = await ann.hello();
  const model = await models.connection(0);
  await model.until(({ received }) => received.length > 0);
  await model.send({ setupComplete: {} });
  return { object, models, join, joinNative, ann, hello, model };
}

/** Audio of so many samples at 24 kHz. */
export const audioMessage = (samples: number): ServerMessage => {
  const data = new Uint8Array(samples * 2).fill(7).toBase64();
  return {
    serverContent: {
      modelTurn: { parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data } }] },
    },
  };
};

export const transcriptMessage = (text: string): ServerMessage => ({
  serverContent: { outputTranscription: { text } },
});

export const turnCompleteMessage: ServerMessage = { serverContent: { turnComplete: true } };

/** 100 ms of microphone audio. */
export const loudAudio = (level = 8_000): ArrayBuffer => new Int16Array(1_600).fill(level).buffer;
