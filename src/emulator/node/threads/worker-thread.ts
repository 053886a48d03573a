/** A worker thread that is asked questions and answers each; the two ends of the same talk are here. */
import { parentPort, Worker } from "node:worker_threads";
import type { Transferable } from "node:worker_threads";

type Reply<Answer> =
  | { readonly ready: true }
  | { readonly id: number; readonly answer: Answer }
  | { readonly id: number; readonly error: string };

interface PendingRequest<Answer> {
  resolve(answer: Answer): void;
  reject(problem: Error): void;
}

/** The asking end. */
export class WorkerThread<Question, Answer> {
  /** Settles when the thread has loaded what it needs; rejects if it cannot. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #asked = new Map<number, PendingRequest<Answer>>();
  #last = 0;

  constructor(file: URL) {
    // A worker inherits the flags of its parent, and some of those stop it from starting.
    this.#worker = new Worker(file, { execArgv: [] });
    this.ready = new Promise((resolve, reject) => {
      this.#worker.once("error", reject);
      this.#worker.on("message", (reply: Reply<Answer>) =>
        "ready" in reply ? resolve() : this.#settle(reply),
      );
    });
    this.#worker.on("error", (problem) => this.#fail(problem));
    this.#worker.on("exit", () => this.#fail(new Error("a speech thread stopped")));
  }

  /** @param transfer buffers that are given away, not copied. */
  ask(question: Question, transfer: Transferable[] = []): Promise<Answer> {
    const id = (this.#last += 1);
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#worker.postMessage({ id, question }, transfer);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: Exclude<Reply<Answer>, { ready: true }>): void {
    const asked = this.#asked.get(reply.id);
    this.#asked.delete(reply.id);
    if ("error" in reply) asked?.reject(new Error(reply.error));
    else asked?.resolve(reply.answer);
  }

  #fail(problem: unknown): void {
    const error = problem instanceof Error ? problem : new Error(String(problem));
    for (const asked of this.#asked.values()) asked.reject(error);
    this.#asked.clear();
  }
}

export type RequestHandler<Question, Answer> = (question: Question) => Promise<Answer>;

/**
 * The answering end, called once at the top of a worker's file. Questions are answered one after
 * another, in the order they came.
 * @param open loads what is needed, and gives the function that answers.
 * @param exercises questions the thread asks itself first, so that what runs is warm.
 */
export async function serveRequests<Question, Answer>(
  open: () => Promise<RequestHandler<Question, Answer>>,
  ...exercises: readonly Question[]
): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("this file runs as a worker thread");
  const answer = await open();
  let last: Promise<void> = warmUp(answer, exercises);
  port.on("message", ({ id, question }: { id: number; question: Question }) => {
    last = last.then(async () => port.postMessage(await replyTo(id, question, answer)));
  });
  port.postMessage({ ready: true });
}

async function warmUp<Question, Answer>(
  answer: RequestHandler<Question, Answer>,
  exercises: readonly Question[],
): Promise<void> {
  for (const exercise of exercises) await answer(exercise);
}

async function replyTo<Question, Answer>(
  id: number,
  question: Question,
  answer: RequestHandler<Question, Answer>,
): Promise<Reply<Answer>> {
  try {
    return { id, answer: await answer(question) };
  } catch (problem) {
    return { id, error: problem instanceof Error ? problem.message : String(problem) };
  }
}
