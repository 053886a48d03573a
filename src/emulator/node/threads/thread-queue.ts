/**
 * A queue in front of one worker thread: one batch at a time, fair between owners. It skips jobs that are no longer
 * wanted; a batch that the thread has started always completes.
 */
import { FairQueue } from "./fair-queue.ts";

/** One request. `fallback` is the result when the job is skipped or fails. */
interface Job<Request, Result> {
  readonly request: Request;
  readonly fallback: Result;
  /** Called when the job's turn comes; false skips it. */
  isWanted?(): boolean;
}

export interface ThreadQueueOptions<Request, Result> {
  /** The maximum number of owners in one batch. */
  readonly batchSize: number;
  /** The number of priorities; 0 precedes 1 for all owners. */
  readonly priorities: number;
  /**
   * The wait after which a job counts as late: a fixed time, plus a share for each earlier job of the same owner, since
   * a burst delays only its own owner.
   */
  readonly maxWait: { readonly ms: number; readonly msPerOwn: number };
  /** The queue starts when this settles. */
  readonly ready: Promise<unknown>;
  now: (this: void) => number;
  /** Processes a batch; results in the same order. */
  process(requests: readonly Request[]): Promise<readonly Result[]>;
  /** Called for a batch that failed; its jobs resolve to their fallback. */
  failed(error: unknown): void;
  /** Called for each job that waits longer than `maxWait`. */
  late: (this: void, waited: number) => void;
}

export interface ThreadQueueStats {
  /** Jobs waiting, by priority. */
  readonly waiting: readonly number[];
  readonly answered: number;
  readonly skipped: number;
  readonly failed: number;
  /** The longest wait of any job, ms. */
  readonly longestWait: number;
}

interface QueuedJob<Request, Result> extends Job<Request, Result> {
  readonly since: number;
  /** Jobs of the same owner that were already waiting. */
  readonly ownAhead: number;
  resolve(result: Result): void;
}

export class ThreadQueue<Owner, Request, Result> {
  readonly #options: ThreadQueueOptions<Request, Result>;
  readonly #queues: FairQueue<Owner, QueuedJob<Request, Result>>[];
  #busy = false;
  #readySince: number | undefined;
  #processedCount = 0;
  #skippedCount = 0;
  #failedCount = 0;
  #longestWait = 0;

  constructor(options: ThreadQueueOptions<Request, Result>) {
    this.#options = options;
    this.#queues = Array.from({ length: options.priorities }, () => new FairQueue());
  }

  /** Never rejects: a removed, unwanted or failed job resolves to its fallback. */
  submit(owner: Owner, priority: number, job: Job<Request, Result>): Promise<Result> {
    return new Promise((resolve) => {
      const queue = this.#queues[priority];
      const ownAhead = queue?.waitingOf(owner) ?? 0;
      queue?.push(owner, { ...job, since: this.#options.now(), ownAhead, resolve });
      void this.#work();
    });
  }

  /** Skips all waiting jobs of an owner. */
  removeOwner(owner: Owner): void {
    for (const queue of this.#queues) for (const job of queue.removeOwner(owner)) this.#skip(job);
  }

  stats(): ThreadQueueStats {
    return {
      waiting: this.#queues.map((queue) => queue.size),
      answered: this.#processedCount,
      skipped: this.#skippedCount,
      failed: this.#failedCount,
      longestWait: Math.round(this.#longestWait),
    };
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    await this.#waitUntilReady();
    for (let batch = this.#next(); batch.length > 0; batch = this.#next())
      await this.#process(batch);
    this.#busy = false;
  }

  /** A thread that fails to load is reported by its `ready`; here its jobs fail one by one. */
  async #waitUntilReady(): Promise<void> {
    if (this.#readySince !== undefined) return;
    await Promise.allSettled([this.#options.ready]);
    this.#readySince = this.#options.now();
  }

  #next(): QueuedJob<Request, Result>[] {
    for (;;) {
      const queue = this.#queues.find((queue) => queue.size > 0);
      if (queue === undefined) return [];
      const wanted = queue.takeBatch(this.#options.batchSize).filter((job) => this.#isWanted(job));
      if (wanted.length > 0) return wanted;
    }
  }

  #isWanted(job: QueuedJob<Request, Result>): boolean {
    if (job.isWanted?.() !== false) return true;
    this.#skip(job);
    return false;
  }

  async #process(batch: readonly QueuedJob<Request, Result>[]): Promise<void> {
    for (const job of batch) this.#recordWait(job);
    try {
      const results = await this.#options.process(batch.map((job) => job.request));
      for (const [i, job] of batch.entries()) job.resolve(results[i] ?? job.fallback);
      this.#processedCount += batch.length;
    } catch (error) {
      for (const job of batch) job.resolve(job.fallback);
      this.#failedCount += batch.length;
      this.#options.failed(error);
    }
  }

  #recordWait(job: QueuedJob<Request, Result>): void {
    const { maxWait, now, late } = this.#options;
    const waited = now() - Math.max(job.since, this.#readySince ?? 0);
    this.#longestWait = Math.max(this.#longestWait, waited);
    if (waited > maxWait.ms + maxWait.msPerOwn * job.ownAhead) late(waited);
  }

  #skip(job: QueuedJob<Request, Result>): void {
    this.#skippedCount += 1;
    job.resolve(job.fallback);
  }
}
