/**
 * The floor of the bench: the least that a Durable Object between a client and the Live API can do. It pipes, parses
 * and transcodes, and knows nothing of roles, limits, turns, replay, agents or errors.
 */
import { DurableObject } from "cloudflare:workers";

interface FloorEnv {
  readonly CONVERSATION: DurableObjectNamespace<Floor>;
  readonly LIVE_API_URL: string;
}

interface AudioMessage {
  readonly serverContent?: {
    readonly modelTurn?: {
      readonly parts?: readonly { readonly inlineData?: { readonly data: string } }[];
    };
  };
}

// oxlint-disable-next-line import/no-default-export -- the runtime finds it by that.
export default {
  fetch(request: Request, env: FloorEnv): Promise<Response> {
    return env.CONVERSATION.getByName(new URL(request.url).pathname).fetch(request);
  },
};

export class Floor extends DurableObject<FloorEnv> {
  readonly #decoder = new TextDecoder();
  #upstream: WebSocket | undefined;

  override async fetch(): Promise<Response> {
    this.#upstream ??= await this.#connect();
    if (!this.#upstream) return new Response(null, { status: 502 });
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  async #connect(): Promise<WebSocket | undefined> {
    const { webSocket } = await fetch(this.env.LIVE_API_URL, { headers: { Upgrade: "websocket" } });
    if (!webSocket) return undefined;
    webSocket.binaryType = "arraybuffer";
    webSocket.accept();
    webSocket.send('{"setup":{"model":"models/gemini-3.8-live"}}');
    webSocket.addEventListener("message", ({ data }) => this.#down(data));
    return webSocket;
  }

  override webSocketMessage(_: WebSocket, frame: string | ArrayBuffer): void {
    if (typeof frame === "string") return;
    const data = new Uint8Array(frame).toBase64();
    const message = { realtimeInput: { audio: { data, mimeType: "audio/pcm;rate=16000" } } };
    this.#upstream?.send(JSON.stringify(message));
  }

  override webSocketClose(): void {
    this.#upstream?.close(1000);
  }

  #down(data: string | ArrayBuffer): void {
    const text = typeof data === "string" ? data : this.#decoder.decode(data);
    const { serverContent } = JSON.parse(text) as AudioMessage;
    for (const { inlineData } of serverContent?.modelTurn?.parts ?? []) {
      if (!inlineData) continue;
      const pcm = Uint8Array.fromBase64(inlineData.data);
      for (const client of this.ctx.getWebSockets()) client.send(pcm);
    }
  }
}
