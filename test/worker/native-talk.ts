/** A conversation whose model is up, with a native client in it, and what its model says. */
import type { ServerMessage } from "../../src/wire/live-api.ts";
import { conversation } from "./client.ts";
import { knock, pathOf } from "./native.ts";

export async function talking(query = "") {
  const { object, models, join } = conversation();
  const enter = async (more = query) => (await knock(pathOf(object) + more)).client;
  const ann = await enter();
  const hello = await ann.hello();
  const model = await models.dialled(0);
  await model.until(({ heard }) => heard.length > 0);
  await model.say({ setupComplete: {} });
  return { object, models, join, enter, ann, hello, model };
}

/** Sound of so many samples at 24 kHz. */
export const voice = (samples: number): ServerMessage => {
  const data = new Uint8Array(samples * 2).fill(7).toBase64();
  return {
    serverContent: {
      modelTurn: { parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data } }] },
    },
  };
};

export const says = (text: string): ServerMessage => ({
  serverContent: { outputTranscription: { text } },
});

export const over: ServerMessage = { serverContent: { turnComplete: true } };

/** The microphone for 100 ms, loud unless said otherwise. */
export const loud = (level = 8_000): ArrayBuffer => new Int16Array(1_600).fill(level).buffer;
