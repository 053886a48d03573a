/** Both ends of a request channel to a worker thread. */
import { parentPort, Worker } from "node:worker_threads";
import type { Transferable } from "node:worker_threads";

type ThreadReply<Result> =
  | { readonly ready: true }
  | { readonly id: number; readonly result: Result }
  | { readonly id: number; readonly error: string };

interface PendingRequest<Result> {
  resolve(result: Result): void;
  reject(error: Error): void;
}

/** The main thread's end. */
export class WorkerThread<Request, Result> {
  /** Settles when the thread has loaded; rejects if it cannot. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, PendingRequest<Result>>();
  #lastId = 0;

  constructor(file: URL) {
    // A worker inherits its parent's flags, and some of them prevent its start.
    this.#worker = new Worker(file, { execArgv: [] });
    this.ready = new Promise((resolve, reject) => {
      this.#worker.once("error", reject);
      this.#worker.on("message", (reply: ThreadReply<Result>) =>
        "ready" in reply ? resolve() : this.#settle(reply),
      );
    });
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", () => this.#fail(new Error("a speech thread stopped")));
  }

  /** @param transfer buffers to transfer instead of copying. */
  request(request: Request, transfer: Transferable[] = []): Promise<Result> {
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ id, request }, transfer);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: Exclude<ThreadReply<Result>, { ready: true }>): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if ("error" in reply) pending?.reject(new Error(reply.error));
    else pending?.resolve(reply.result);
  }

  #fail(cause: unknown): void {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}

type RequestHandler<Request, Result> = (request: Request) => Promise<Result>;

/**
 * The worker's end, called once at the top of a worker's file. Requests are processed in order, one at a time.
 * @param loadHandler loads the models and returns the request handler.
 * @param warmUpRequests processed before any client's request.
 */
export async function serveRequests<Request, Result>(
  loadHandler: () => Promise<RequestHandler<Request, Result>>,
  ...warmUpRequests: readonly Request[]
): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("this file runs as a worker thread");
  const handle = await loadHandler();
  let previous: Promise<void> = warmUp(handle, warmUpRequests);
  port.on("message", ({ id, request }: { id: number; request: Request }) => {
    previous = previous.then(async () => port.postMessage(await replyTo(id, request, handle)));
  });
  port.postMessage({ ready: true });
}

async function warmUp<Request, Result>(
  handle: RequestHandler<Request, Result>,
  warmUpRequests: readonly Request[],
): Promise<void> {
  for (const request of warmUpRequests) await handle(request);
}

async function replyTo<Request, Result>(
  id: number,
  request: Request,
  handle: RequestHandler<Request, Result>,
): Promise<ThreadReply<Result>> {
  try {
    return { id, result: await handle(request) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}
