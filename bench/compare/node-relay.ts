/**
 * A relay in Node that parses and transcodes as the floor does, with `ws`: the usual way to build one.
 *
 *     LIVE_API_URL=http://127.0.0.1:1 node bench/compare/node-relay.ts      prints its port
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

const upstreamUrl = (process.env["LIVE_API_URL"] ?? "").replace(/^http/, "ws");
const options = { perMessageDeflate: false };
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
await once(server, "listening");
console.log((server.address() as AddressInfo).port);

interface AudioMessage {
  readonly serverContent?: {
    readonly modelTurn?: {
      readonly parts?: readonly { readonly inlineData?: { readonly data: string } }[];
    };
  };
}

server.on("connection", (client) => {
  const upstream = new WebSocket(upstreamUrl, options);
  const opened = once(upstream, "open").then(() =>
    upstream.send('{"setup":{"model":"models/gemini-3.8-live"}}'),
  );
  client.on("message", (frame: Buffer) => {
    const audio = { data: frame.toString("base64"), mimeType: "audio/pcm;rate=16000" };
    const message = JSON.stringify({ realtimeInput: { audio } });
    if (upstream.readyState === WebSocket.OPEN) upstream.send(message);
    else void opened.then(() => upstream.send(message));
  });
  upstream.on("message", (frame: Buffer) => {
    const { serverContent } = JSON.parse(frame.toString()) as AudioMessage;
    for (const { inlineData } of serverContent?.modelTurn?.parts ?? [])
      if (inlineData) client.send(Buffer.from(inlineData.data, "base64"));
  });
  client.on("close", () => upstream.close());
});
