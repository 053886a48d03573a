/** A client of WebDriver BiDi: commands and their results, without events. */
import { once } from "node:events";
import { WebSocket } from "ws";

/** The results that the tests read. */
interface Results {
  "session.new": { capabilities: { browserVersion: string } };
  "browsingContext.getTree": { contexts: { context: string }[] };
  "browsingContext.navigate": unknown;
  "browsingContext.reload": unknown;
  "input.performActions": unknown;
  "script.evaluate":
    | { type: "success"; result: { value: string } }
    | { type: "exception"; exceptionDetails: { text: string } };
}

interface Reply {
  readonly id?: number | null;
  readonly type: "success" | "error" | "event";
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
}

export class BidiClient {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => this.#receive(JSON.parse(data.toString()) as Reply));
    socket.on("close", () => this.#fail(new Error("The browser closed the BiDi connection.")));
  }

  static async open(url: string): Promise<BidiClient> {
    const socket = new WebSocket(url);
    await once(socket, "open");
    return new BidiClient(socket);
  }

  async send<Method extends keyof Results>(
    method: Method,
    params: Readonly<Record<string, unknown>>,
  ): Promise<Results[Method]> {
    const id = ++this.#lastId;
    const reply = Promise.withResolvers<unknown>();
    this.#pending.set(id, reply);
    this.#socket.send(JSON.stringify({ id, method, params }));
    const timer = setTimeout(
      () => reply.reject(new Error(`The browser has not answered ${method} for 20 s.`)),
      20_000,
    );
    return (await reply.promise.finally(() => clearTimeout(timer))) as Results[Method];
  }

  close(): void {
    this.#socket.close();
  }

  #receive({ id, type, result, error, message }: Reply): void {
    const pending = this.#pending.get(id ?? 0);
    this.#pending.delete(id ?? 0);
    if (type === "error") pending?.reject(new Error(`${error}: ${message}`));
    else pending?.resolve(result);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
