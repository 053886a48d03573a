/** A model that only speaks. Each audio chunk carries its number, which leads to the time of its send. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer, type WebSocket } from "ws";

/** 160 ms at 24 kHz. */
const chunkBytes = 7_680;

export class Speaker {
  readonly url: string;
  readonly #server: WebSocketServer;
  readonly #sent: number[] = [];
  #relay: WebSocket | undefined;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("connection", (relay) => {
      this.#relay = relay;
      relay.once("message", () => relay.send('{"setupComplete":{}}'));
    });
  }

  static async open(): Promise<Speaker> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    return new Speaker(server);
  }

  async speak(chunks: number, intervalMs: number): Promise<void> {
    const begun = performance.now();
    for (let chunk = 0; chunk < chunks; chunk++) {
      this.#sendChunk();
      await sleep(Math.max(0, begun + (chunk + 1) * intervalMs - performance.now()));
    }
    this.#relay?.send('{"serverContent":{"turnComplete":true}}');
  }

  /** @returns the time of the chunk's send on this process's clock, ms. */
  sentAt(pcm: Uint8Array): number {
    const number = new DataView(pcm.buffer, pcm.byteOffset).getUint32(0);
    return this.#sent[number] ?? Number.NaN;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#server.clients) socket.terminate();
  }

  #sendChunk(): void {
    const pcm = Buffer.alloc(chunkBytes);
    pcm.writeUInt32BE(this.#sent.length);
    const inlineData = { mimeType: "audio/pcm;rate=24000", data: pcm.toString("base64") };
    this.#sent.push(performance.now());
    this.#relay?.send(
      JSON.stringify({ serverContent: { modelTurn: { parts: [{ inlineData }] } } }),
    );
  }
}
