import { describe, expect, it } from "vitest";
import { connectedConversation } from "./client.ts";
import {
  connectedLive,
  connectLive,
  method,
  model as modelName,
  setupComplete,
} from "./live-client.ts";
import { audioMessage } from "./native-conversation.ts";
import type { Message } from "./live-client.ts";

const isAudio = ({ serverContent }: Message): boolean => serverContent?.modelTurn !== undefined;

describe("[PATH3] a message with nothing but audio reaches each client as it would beside other fields", () => {
  it("as the same ADK event, but for a new id and a later time", async () => {
    const { ann, model } = await connectedConversation();
    const audio = audioMessage(480);
    await model.send(audio, audio, { ...audio, usageMetadata: { totalTokenCount: 1 } });
    const next = () => ann.next(({ content }) => content !== undefined);
    const events = [await next(), await next(), await next()];
    const rest = events.map((event) => ({ ...event, id: undefined, timestamp: undefined }));
    expect(rest[0]).toEqual(rest[2]);
    expect(rest[1]).toEqual(rest[2]);
    expect(Object.keys(events[0] ?? {})).toEqual(Object.keys(events[2] ?? {}));
    expect(new Set(events.map(({ id }) => id)).size).toBe(3);
    const times = events.map(({ timestamp }) => timestamp);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it("as the same event after a new session, and in the URL-safe alphabet", async () => {
    const { ann, model, models } = await connectedConversation();
    const next = () => ann.next(({ content }) => content !== undefined);
    const message = (data: string) => ({
      serverContent: {
        modelTurn: { parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data } }] },
      },
    });
    await model.send(message("+/+/"));
    const first = await next();
    expect(first.content?.parts?.[0]?.inlineData?.data).toBe("-_-_");
    await model.close(1011);
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    await second.send({ setupComplete: {} }, message("AAAA"));
    const later = await next();
    expect(later.content?.parts?.[0]?.inlineData?.data).toBe("AAAA");
    expect(later.invocationId).not.toBe(first.invocationId);
  });

  it("as it came from the model, byte for byte, to a Live API client", async () => {
    const { client, upstream } = await connectedLive();
    const text = JSON.stringify(audioMessage(480), null, 3);
    await upstream.send(text);
    await client.next(isAudio);
    expect(client.frames.at(-1)).toBe(text);
  });

  it("with Vertex's role, to a client at Vertex's address beside one at AI Studio's", async () => {
    const { client, upstream, path } = await connectedLive();
    const vertex = await connectLive(
      `${path}/ws/google.cloud.aiplatform.v1beta1.LlmBidiService/BidiGenerateContent`,
    );
    vertex.send({ setup: { model: modelName } });
    await vertex.next(setupComplete);
    await upstream.send(audioMessage(480));
    expect((await vertex.next(isAudio))["serverContent"].modelTurn.role).toBe("model");
    expect((await client.next(isAudio))["serverContent"].modelTurn.role).toBeUndefined();
  });

  it("not at all, to a client whose role receives no audio", async () => {
    const { upstream, path, client } = await connectedLive();
    const observer = await connectLive(`${path}//${method}?role=observer`);
    observer.send({ setup: { model: modelName } });
    await observer.next(setupComplete);
    await upstream.send(audioMessage(480), { serverContent: { turnComplete: true } });
    await client.next(isAudio);
    const message = await observer.next(({ serverContent }) => serverContent !== undefined);
    expect(message).toEqual({ serverContent: { turnComplete: true } });
  });
});
