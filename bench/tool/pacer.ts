/** Plays the Live API's side: takes the microphone's frames, notes when each came, and calls a function when told to. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";

interface Said {
  readonly setup?: object;
  readonly realtimeInput?: { readonly audio?: { readonly data: string } };
  readonly toolResponse?: object;
}

export class Pacer {
  /** When each frame came, by its number, on the process's monotonic clock, ms. */
  readonly came = new Map<number, number>();
  /** Answers of functions so far. */
  answers = 0;
  readonly #server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  #socket: WebSocket | undefined;

  async open(): Promise<string> {
    await once(this.#server, "listening");
    this.#server.on("connection", (socket) => {
      this.#socket = socket;
      socket.on("message", (data: Buffer) => this.#hear(JSON.parse(data.toString()) as Said));
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  call(name: string, args: object): void {
    this.#say({ toolCall: { functionCalls: [{ id: "call_1", name, args }] } });
  }

  close(): void {
    this.#socket?.terminate();
    this.#server.close();
  }

  #hear({ setup, realtimeInput, toolResponse }: Said): void {
    if (setup) this.#say({ setupComplete: {} });
    if (toolResponse) this.answers++;
    const data = realtimeInput?.audio?.data;
    if (data) this.came.set(numberIn(Buffer.from(data.slice(0, 8), "base64")), performance.now());
  }

  #say(message: object): void {
    this.#socket?.send(Buffer.from(`${JSON.stringify(message, null, 2)}\n`));
  }
}

/** A frame of 20 ms at 16 kHz that carries its number in its first bytes. */
export function frame(number: number): Buffer {
  const pcm = Buffer.alloc(640, 0x11);
  pcm.writeUInt32LE(number, 0);
  return pcm;
}

const numberIn = (pcm: Buffer): number => pcm.readUInt32LE(0);
