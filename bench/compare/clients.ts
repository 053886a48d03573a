/** One client of each protocol: it joins a conversation, sends microphone frames and reads the audio that comes back. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { ackBytes, ackIntervalMs, headerBytes, subprotocol } from "../../src/wire/parley-v1.ts";
import { nowUs, stampInBase64, stampOf, stampPcm, type Stamp } from "./stamp.ts";

export interface BenchClient {
  /** Sends PCM (16 kHz), and stamps it with the time. */
  speak(pcm: Uint8Array): void;
  close(): void;
}

/** @param onAudio is called for each audio frame of the model. @returns when the client has joined. */
export type Connect = (
  url: string,
  conversation: string,
  onAudio: (stamp: Stamp) => void,
) => Promise<BenchClient>;

/** Binary PCM both ways, as the floor and the relay in Node take it. */
export const connectBare: Connect = async (url, conversation, onAudio) => {
  const socket = await open(`${url}/${conversation}`);
  socket.on("message", (frame: Buffer) => onAudio(stampOf(frame)));
  return pcmClient(socket);
};

export const connectParley: Connect = async (url, conversation, onAudio) => {
  const socket = await open(`${url}/ws/${conversation}/bench`, subprotocol);
  const joined = once(socket, "message");
  socket.send('{"type":"hello"}');
  await joined;
  let [bytes, ackedAt] = [0, 0];
  socket.on("message", (frame: Buffer, isBinary: boolean) => {
    if (!isBinary) return;
    onAudio(stampOf(frame.subarray(headerBytes)));
    bytes += frame.byteLength;
    const now = performance.now();
    if (bytes < ackBytes && now - ackedAt < ackIntervalMs) return;
    [bytes, ackedAt] = [0, now];
    socket.send(`{"type":"ack","seq":${frame.readUInt32BE(0) & 0xff_ffff}}`);
  });
  return pcmClient(socket);
};

/** ADK's bidi-demo: binary PCM up, events as JSON down. */
export const connectAdk: Connect = async (url, conversation, onAudio) => {
  const socket = await open(`${url}/ws/${conversation}/bench`);
  socket.on("message", (frame: Buffer) => readBase64(frame.toString(), onAudio));
  return pcmClient(socket);
};

const livePath = "ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

/** The Live API itself; to the upstream without a relay as well. */
export const connectLive: Connect = async (url, conversation, onAudio) => {
  const socket = await open(`${url}/live/assistant/${conversation}/bench/${livePath}?key=bench`);
  const joined = once(socket, "message");
  socket.send(
    '{"setup":{"model":"models/gemini-3.8-live","generationConfig":{"responseModalities":["AUDIO"]}}}',
  );
  await joined;
  socket.on("message", (frame: Buffer) => readBase64(frame.toString(), onAudio));
  return {
    speak(pcm) {
      stampPcm(pcm, { client: nowUs(), upstream: 0 });
      const data = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString("base64");
      socket.send(
        `{"realtimeInput":{"audio":{"data":"${data}","mimeType":"audio/pcm;rate=16000"}}}`,
      );
    },
    close: () => socket.terminate(),
  };
};

async function open(url: string, protocol?: string): Promise<WebSocket> {
  const socket = new WebSocket(url, protocol, { perMessageDeflate: false });
  await once(socket, "open");
  return socket;
}

const pcmClient = (socket: WebSocket): BenchClient => ({
  speak(pcm) {
    stampPcm(pcm, { client: nowUs(), upstream: 0 });
    socket.send(pcm);
  },
  close: () => socket.terminate(),
});

function readBase64(text: string, onAudio: (stamp: Stamp) => void): void {
  const key = text.indexOf('"data"');
  if (key >= 0) onAudio(stampInBase64(text, text.indexOf('"', key + 6) + 1));
}
