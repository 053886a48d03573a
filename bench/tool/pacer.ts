/** Plays the Live API's side: records the arrival of each microphone frame and calls functions on demand. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";

interface ClientMessage {
  readonly setup?: object;
  readonly realtimeInput?: { readonly audio?: { readonly data: string } };
  readonly toolResponse?: object;
}

export class Pacer {
  /** Arrival of each frame by its number, on the process's monotonic clock, ms. */
  readonly arrivals = new Map<number, number>();
  /** Number of function responses so far. */
  answers = 0;
  readonly #server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  #socket: WebSocket | undefined;

  async open(): Promise<string> {
    await once(this.#server, "listening");
    this.#server.on("connection", (socket) => {
      this.#socket = socket;
      socket.on("message", (data: Buffer) =>
        this.#receive(JSON.parse(data.toString()) as ClientMessage),
      );
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  call(name: string, args: object): void {
    this.#send({ toolCall: { functionCalls: [{ id: "call_1", name, args }] } });
  }

  close(): void {
    this.#socket?.terminate();
    this.#server.close();
  }

  #receive({ setup, realtimeInput, toolResponse }: ClientMessage): void {
    if (setup) this.#send({ setupComplete: {} });
    if (toolResponse) this.answers++;
    const data = realtimeInput?.audio?.data;
    if (data)
      this.arrivals.set(numberIn(Buffer.from(data.slice(0, 8), "base64")), performance.now());
  }

  #send(message: object): void {
    this.#socket?.send(Buffer.from(`${JSON.stringify(message, null, 2)}\n`));
  }
}

/** @returns 20 ms at 16 kHz with the frame's number in its first bytes. */
export function frame(number: number): Buffer {
  const pcm = Buffer.alloc(640, 0x11);
  pcm.writeUInt32LE(number, 0);
  return pcm;
}

const numberIn = (pcm: Buffer): number => pcm.readUInt32LE(0);
