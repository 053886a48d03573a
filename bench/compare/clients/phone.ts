/** Twilio's media stream: µ-law in frames of 20 ms. No stamp survives it, so clicks time it. */
import { decodeSample, encodeSample } from "../../../src/wire/mulaw.ts";
import { requestStream } from "../../../test/support/twilio.ts";
import { clickNoise, Clicks, isClick, noise } from "../noise.ts";
import type { Connect } from "./client.ts";
import { clientOf, open } from "./websocket.ts";

export const phoneFrameMs = 20;
/** Of 8 kHz. */
const frameSamples = phoneFrameMs * 8;
/** Of the bench's phone company. */
export const authToken = "the-token-of-the-bench";

interface Message {
  readonly event: string;
  readonly media?: { readonly payload: string };
  readonly mark?: { readonly name: string };
}

export const connectPhone: Connect = async (url, conversation, receiver) => {
  const account = { publicUrl: url.replace(/^ws/, "http"), authToken };
  const call = { from: "+14155550100", callSid: `CA${conversation}` };
  const { url: streamUrl, token, headers } = await requestStream(account, call);
  const link = await open(streamUrl, receiver, { headers });
  const streamSid = `MZ${conversation}`;
  const say = (event: string, more: object): void =>
    link.socket.send(JSON.stringify({ event, streamSid, ...more }));
  const clicks = new Clicks();
  link.socket.on("message", (frame: Buffer) => {
    const { event, media, mark } = JSON.parse(frame.toString()) as Message;
    if (event === "mark") say("mark", { mark });
    if (!media) return;
    const samples = Array.from(Buffer.from(media.payload, "base64"), decodeSample);
    receiver.onAudio(isClick(samples) ? clicks.heard() : undefined);
  });
  say("start", {
    start: { streamSid, callSid: call.callSid, customParameters: { token } },
  });
  let timestamp = 0;
  return clientOf(link, () => {
    const payload = clicks.next() ? clickPayload : quietPayload;
    timestamp += phoneFrameMs;
    const media = { track: "inbound", timestamp: `${timestamp}`, payload };
    return JSON.stringify({ event: "media", streamSid, media });
  });
};

const payloadOf = (pcm: Uint8Array<ArrayBuffer>): string =>
  Buffer.from(Array.from(new Int16Array(pcm.buffer), encodeSample)).toString("base64");

const quietPayload = payloadOf(noise(frameSamples * 2));
const clickPayload = payloadOf(clickNoise(frameSamples * 2));
