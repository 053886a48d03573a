/** A model that only speaks: each piece of its sound carries its number, by which its sending is found again. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer, type WebSocket } from "ws";

/** 160 ms at 24 kHz. */
const pieceBytes = 7_680;

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

  async speak(pieces: number, everyMs: number): Promise<void> {
    const begun = performance.now();
    for (let piece = 0; piece < pieces; piece++) {
      this.#say();
      await sleep(Math.max(0, begun + (piece + 1) * everyMs - performance.now()));
    }
    this.#relay?.send('{"serverContent":{"turnComplete":true}}');
  }

  /** When a piece was sent, by this process's clock, in ms. */
  sentAt(pcm: Uint8Array): number {
    const number = new DataView(pcm.buffer, pcm.byteOffset).getUint32(0);
    return this.#sent[number] ?? Number.NaN;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#server.clients) socket.terminate();
  }

  #say(): void {
    const pcm = Buffer.alloc(pieceBytes);
    pcm.writeUInt32BE(this.#sent.length);
    const inlineData = { mimeType: "audio/pcm;rate=24000", data: pcm.toString("base64") };
    this.#sent.push(performance.now());
    this.#relay?.send(
      JSON.stringify({ serverContent: { modelTurn: { parts: [{ inlineData }] } } }),
    );
  }
}
