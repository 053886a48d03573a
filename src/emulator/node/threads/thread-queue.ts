/**
 * The way to one worker thread: asks it one thing at a time, in a fair order, and skips what nobody
 * wants any more. What waits here can still be dropped; what the thread has begun, it finishes.
 */
import { FairQueue } from "./fair-queue.ts";

/** One thing to ask. `nothing` is the answer given when it is skipped or fails. */
export interface Job<Question, Answer> {
  readonly question: Question;
  readonly fallback: Answer;
  /** Asked when its turn comes; false skips it. */
  isWanted?(): boolean;
}

export interface ThreadQueueOptions<Question, Answer> {
  /** How many owners' questions travel together. */
  readonly batchSize: number;
  /** Ranks of urgency: 0 goes before 1, whoever asks. */
  readonly ranks: number;
  /**
   * How long a job may wait before the lane counts as unable to keep up: a fixed time, and more for
   * each job that its own owner had put before it, since a burst only delays itself.
   */
  readonly patience: { readonly ms: number; readonly msPerOwn: number };
  /** Work begins when this settles. */
  readonly ready: Promise<unknown>;
  now: (this: void) => number;
  /** Answers a round of questions, in order. */
  process(questions: readonly Question[]): Promise<readonly Answer[]>;
  /** Told of a round that failed; its jobs are answered with nothing. */
  failed(problem: unknown): void;
  /** Told each time a job has waited longer than `patience`. */
  late: (this: void, waited: number) => void;
}

export interface ThreadQueueStats {
  /** Jobs waiting, by rank. */
  readonly waiting: readonly number[];
  readonly answered: number;
  readonly skipped: number;
  readonly failed: number;
  /** The longest that any job has waited for its turn, in milliseconds. */
  readonly longestWait: number;
}

interface QueuedJob<Question, Answer> extends Job<Question, Answer> {
  readonly since: number;
  /** How many of the same owner were waiting already. */
  readonly behind: number;
  settle(answer: Answer): void;
}

export class ThreadQueue<Owner, Question, Answer> {
  readonly #options: ThreadQueueOptions<Question, Answer>;
  readonly #ranks: FairQueue<Owner, QueuedJob<Question, Answer>>[];
  #busy = false;
  #openSince: number | undefined;
  #answered = 0;
  #skipped = 0;
  #failed = 0;
  #longestWait = 0;

  constructor(options: ThreadQueueOptions<Question, Answer>) {
    this.#options = options;
    this.#ranks = Array.from({ length: options.ranks }, () => new FairQueue());
  }

  /** Never rejects: a question that is dropped, unwanted or fails gets the job's `nothing`. */
  submit(owner: Owner, rank: number, job: Job<Question, Answer>): Promise<Answer> {
    return new Promise((settle) => {
      const line = this.#ranks[rank];
      const behind = line?.waitingOf(owner) ?? 0;
      line?.push(owner, { ...job, since: this.#options.now(), behind, settle });
      void this.#work();
    });
  }

  /** Forgets all that an owner still waits for. */
  removeOwner(owner: Owner): void {
    for (const rank of this.#ranks) for (const job of rank.removeOwner(owner)) this.#skip(job);
  }

  stats(): ThreadQueueStats {
    return {
      waiting: this.#ranks.map((rank) => rank.size),
      answered: this.#answered,
      skipped: this.#skipped,
      failed: this.#failed,
      longestWait: Math.round(this.#longestWait),
    };
  }

  async #work(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    await this.#opened();
    for (let round = this.#next(); round.length > 0; round = this.#next())
      await this.#answer(round);
    this.#busy = false;
  }

  /** A thread that cannot load is told of by whoever waits for it; its jobs fail one by one. */
  async #opened(): Promise<void> {
    if (this.#openSince !== undefined) return;
    await Promise.allSettled([this.#options.ready]);
    this.#openSince = this.#options.now();
  }

  #next(): QueuedJob<Question, Answer>[] {
    for (;;) {
      const rank = this.#ranks.find((rank) => rank.size > 0);
      if (rank === undefined) return [];
      const wanted = rank.takeBatch(this.#options.batchSize).filter((job) => this.#isWanted(job));
      if (wanted.length > 0) return wanted;
    }
  }

  #isWanted(job: QueuedJob<Question, Answer>): boolean {
    if (job.isWanted?.() !== false) return true;
    this.#skip(job);
    return false;
  }

  async #answer(round: readonly QueuedJob<Question, Answer>[]): Promise<void> {
    for (const job of round) this.#clockIn(job);
    try {
      const answers = await this.#options.process(round.map((job) => job.question));
      for (const [i, job] of round.entries()) job.settle(answers[i] ?? job.fallback);
      this.#answered += round.length;
    } catch (problem) {
      for (const job of round) job.settle(job.fallback);
      this.#failed += round.length;
      this.#options.failed(problem);
    }
  }

  #clockIn(job: QueuedJob<Question, Answer>): void {
    const { patience, now, late } = this.#options;
    const waited = now() - Math.max(job.since, this.#openSince ?? 0);
    this.#longestWait = Math.max(this.#longestWait, waited);
    if (waited > patience.ms + patience.msPerOwn * job.behind) late(waited);
  }

  #skip(job: QueuedJob<Question, Answer>): void {
    this.#skipped += 1;
    job.settle(job.fallback);
  }
}
