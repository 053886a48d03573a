import { describe, expect, it } from "vitest";
import { connect, newConversation } from "./client.ts";
import { connectNative, pathOf } from "./native.ts";
import { loudAudio } from "./native-conversation.ts";
import { rest, sessionsPath } from "./rest.ts";

interface BinaryClient {
  send(frame: ArrayBuffer): void;
  errors(): readonly string[];
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await scheduler.wait(1);
};

async function adkClient(path: string): Promise<BinaryClient> {
  const client = await connect(path);
  return {
    send: (frame) => client.send(frame),
    errors: () => client.events.flatMap(({ errorMessage }) => errorMessage ?? []),
  };
}

/** Protocols with binary microphone frames. */
const protocols: Readonly<Record<string, (object: string) => Promise<BinaryClient>>> = {
  "ADK's bidi-demo": (object) => adkClient(pathOf(object)),
  "/run_live": async (object) => {
    const [app = "", user = "", id = ""] = JSON.parse(object) as string[];
    await rest("POST", sessionsPath(user, app), { sessionId: id });
    return adkClient(`/run_live?app_name=${app}&user_id=${user}&session_id=${id}`);
  },
  "parley.v1": async (object) => {
    const { client } = await connectNative(pathOf(object));
    await client.hello();
    return {
      send: (frame) => client.send(frame),
      errors: () => client.of("error").map(({ message }) => message),
    };
  },
};

function file(text: string, size = 1_000): ArrayBuffer {
  const bytes = crypto.getRandomValues(new Uint8Array(size));
  bytes.set(Array.from(text, (character) => character.charCodeAt(0)));
  return bytes.buffer;
}

/** A later chunk of a compressed file; of an odd number of bytes, too. */
const chunk = (size: number): ArrayBuffer => file("", size);

const ebml = "\u001a\u0045\u00df\u00a3";
const stereo = "RIFF\u00ff\u00ff\0\0WAVEfmt \u0010\0\0\0\u0001\0\u0002\0\u0044\u00ac\0\0";
const json = '{"type":"text","text":"hi"}';

describe("[DOOR9] a file or JSON in place of microphone audio is reported once and not forwarded", () => {
  it.each(
    Object.keys(protocols).flatMap((name): [string, string, ArrayBuffer[], string][] => [
      [name, "WebM", [file(ebml), chunk(1_000), chunk(777), file(ebml, 801)], "a WebM file"],
      [name, "MP3", [file("ID3\u0004\0"), chunk(640)], "an MP3 or AAC file"],
      [name, "WAV", [file(stereo), file(stereo)], "a WAV file"],
      [name, "JSON", [file(json, 27), file(`${json}\n`, 28)], "JSON"],
    ]),
  )("%s: %s", async (name, _, frames, expected) => {
    const { object, models } = newConversation();
    const client = await protocols[name]?.(object);
    if (!client) throw new Error(name);
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: {} });
    for (const frame of frames) client.send(frame);
    client.send(loudAudio());
    await model.until(({ received }) => received.length > 1);
    expect(model.received[1]).toEqual({
      realtimeInput: {
        audio: {
          data: new Uint8Array(loudAudio()).toBase64(),
          mimeType: "audio/pcm;rate=16000",
        },
      },
    });
    await until(() => client.errors().length > 0);
    expect(client.errors()).toEqual([expect.stringContaining(expected)]);
  });
});
