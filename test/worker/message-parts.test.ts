/** Messages of many parts: one frame must not cost what many do. */
import { describe, expect, it } from "vitest";
import { limits } from "../../src/core/policy/limits.ts";
import { guardedRun, until } from "./guarded.ts";
import { connectedLive, type Message } from "./live-client.ts";
import { loudAudio, nativeConversation } from "./native-conversation.ts";
import { rest } from "./rest.ts";
import { setLimits } from "./upstreams.ts";

const most = limits.messageParts.value;
const mostTurns = limits.messageTurns.value;
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe("[LIMIT43] a message of too many parts is refused as a whole", () => {
  const response = { functionResponse: { id: "c1", name: "research", response: {} } };

  it("by /run_live, which goes on", async () => {
    const { live, model } = await guardedRun();
    live.send({ content: { parts: times(most + 1, response) } });
    const { errorMessage } = await live.next(({ errorCode }) => errorCode !== undefined);
    expect(errorMessage).toMatch(/content\.parts.*100 items\. The conversation goes on\.$/);
    live.send({ content: { parts: [{ text: "Still there?" }] } });
    await model.until(({ received }) => JSON.stringify(received.at(-1)).includes("Still there?"));
    expect(live.events.filter(({ errorCode }) => errorCode)).toHaveLength(1);
  });

  it("by /run", async () => {
    const body = {
      userId: "ann",
      sessionId: "x",
      newMessage: { parts: times(most + 1, response) },
    };
    const { status, body: refusal } = await rest("POST", "/run", body);
    expect([status, JSON.stringify(refusal)]).toEqual([422, expect.stringContaining("100 items")]);
  });

  const blob = { mimeType: "audio/pcm", data: "AAAA" };
  const file = { fileData: { mimeType: "image/png", fileUri: "https://example.com/a.png" } };

  it.each([
    ["function responses", { toolResponse: { functionResponses: times(most + 1, { id: "c1" }) } }],
    ["media chunks", { realtimeInput: { mediaChunks: times(most + 1, blob) } }],
    ["turns", { clientContent: { turns: times(mostTurns + 1, { parts: [{ text: "a" }] }) } }],
    ["parts in a turn", { clientContent: { turns: [{ parts: times(most + 1, { text: "a" }) }] } }],
    ["pictures and files", { clientContent: { turns: times(most + 1, { parts: [file] }) } }],
  ])("by the Live API, which closes that client alone: %s", async (what, message) => {
    const { client, connect, upstream } = await connectedLive();
    const other = await connect();
    client.send(message);
    const { code, reason } = await client.untilClosed();
    expect([code, reason]).toEqual([1007, expect.stringContaining(`${what} in a message`)]);
    expect(reason).toMatch(/send fewer at once\.$/);
    expect(upstream.received).toHaveLength(1);
    expect(other.closed).toBeUndefined();
  });

  it("[LIMIT28] and turns are paid for: a hundred cost a typed message", async () => {
    const { client, object, upstream } = await connectedLive();
    setLimits(object, { typedTurns: 2 });
    const content = (text: string) => ({
      clientContent: { turns: times(150, { role: "user", parts: [{ text }] }), turnComplete: true },
    });
    client.send(content("One."));
    await until(() => JSON.stringify(upstream.received).includes("One."));
    client.send(content("Two."));
    const { parley } = await client.next((message) => message["parley"]?.error !== undefined);
    expect(parley.error.code).toBe("RATE_LIMITED");
    expect(JSON.stringify(upstream.received)).not.toContain("Two.");
  });
});

describe("[LIVE40] audio without a sample does not reach the model", () => {
  const text = "Still there?";
  const speech = new Uint8Array(loudAudio()).toBase64();
  const soundsIn = (received: readonly Message[]): unknown[] =>
    received.flatMap(({ realtimeInput }) => realtimeInput?.audio?.data ?? []);
  const reached = ({ received }: { readonly received: readonly object[] }): boolean =>
    JSON.stringify(received.at(-1)).includes(text);

  it.each([
    { audio: { data: "", mimeType: "audio/pcm;rate=16000" } },
    { audio: { mimeType: "audio/pcm" } },
    { mediaChunks: times(3, { data: "", mimeType: "audio/pcm" }) },
  ])("of the Live API: %j", async (realtimeInput) => {
    const { client, upstream } = await connectedLive();
    client.send({ realtimeInput: { audio: { data: speech, mimeType: "audio/pcm" } } });
    client.send({ realtimeInput });
    client.send({ realtimeInput: { text } });
    await upstream.until(reached);
    expect(soundsIn(upstream.received)).toEqual([speech]);
  });

  it("of parley.v1", async () => {
    const { ann, model } = await nativeConversation();
    ann.send(loudAudio());
    ann.send(new ArrayBuffer(0));
    ann.send({ type: "text", text });
    await model.until(reached);
    expect(soundsIn(model.received)).toEqual([speech]);
  });
});
