/**
 * The conversation's lease of one of the sessions that the model's service permits, where they are counted.
 *
 *     queued ─► ask ─┬─ lease ─► the engine connects; renewed while there is a session ─► idle: released
 *                    └─ place ─► clients are told position and estimate ─► ask again
 *
 * If the admission object does not answer, the conversation goes on without a lease: the service's own limit holds.
 */
import { isNamedUser } from "../access/identity.ts";
import type { Timer } from "../core/clock.ts";
import type { AdmissionAnswer } from "../core/policy/admission-queue.ts";
import { renewMs } from "../core/policy/admission-queue.ts";
import { isPhone } from "../protocols/attachment.ts";
import { admitterOf, type Admitter } from "../session-admission.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import type { Engine } from "./engine.ts";
import type { Module, UpstreamChange } from "./module.ts";
import { logFailure } from "../operator-log.ts";

/** After a question without an answer, and how many there may be. */
const retryMs = 1_000;
const maxFailures = 3;
/** A caller hears nothing while the conversation waits. */
const maxCallWaitMs = 15_000;

/** The conversation waits, or has a lease. */
interface Attempt {
  readonly resumes: boolean;
  /** In ms since the epoch. */
  readonly since: number;
  readonly admitter: Admitter;
  failures: number;
  timer: Timer | undefined;
  /** What clients were told last; undefined: nothing yet. */
  place: Place | undefined;
}

interface Place {
  readonly position: number;
  readonly waitS: number;
}

export class SessionLease implements Module {
  readonly #context: ConversationContext;
  readonly #engine: Engine;
  #attempt: Attempt | undefined;

  constructor(context: ConversationContext, engine: Engine) {
    this.#context = context;
    this.#engine = engine;
  }

  onUpstream(change: UpstreamChange): void {
    if (change.type === "queued") this.#begin(change.resumes);
    else if (change.type === "idle") this.#end();
  }

  onSpeaker(connection: Connection): void {
    const place = this.#attempt?.place;
    if (place && place.position > 0) this.#inform(connection, place);
  }

  get #id(): string {
    return this.#context.object.id.toString();
  }

  /** By whom the queue shares. Conversations of no certain person are of different ones. */
  get #user(): string {
    const { user } = this.#context.sessionStore.identity;
    return isNamedUser(user) ? user : this.#id;
  }

  #begin(resumes: boolean): void {
    const { env, platform, clock } = this.#context;
    const admitter = admitterOf(env, platform.config(), this.#id);
    if (!admitter) return this.#engine.admit();
    const since = clock.now();
    this.#attempt = { resumes, since, admitter, failures: 0, timer: undefined, place: undefined };
    void this.#ask(this.#attempt);
  }

  /** Calls of one stub arrive in order: a release follows the question under way. */
  #end(): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    if (!attempt) return;
    attempt.timer?.cancel();
    this.#context.object.waitUntil(attempt.admitter.release(this.#id).catch(logSilence));
  }

  /** Never rejects. */
  async #ask(attempt: Attempt): Promise<void> {
    const { resumes, since, admitter } = attempt;
    try {
      const answer = await admitter.ask({ id: this.#id, user: this.#user, resumes, since });
      attempt.failures = 0;
      if (this.#attempt === attempt) this.#onAnswer(attempt, answer);
    } catch (error) {
      logSilence(error);
      attempt.failures++;
      if (this.#attempt !== attempt) return;
      if (attempt.failures >= maxFailures) this.#admit(attempt);
      else attempt.timer = this.#context.clock.after(retryMs, () => void this.#ask(attempt));
    }
  }

  #onAnswer(attempt: Attempt, { position, waitMs, againMs }: AdmissionAnswer): void {
    if (position === 0) return this.#admit(attempt);
    this.#tell(attempt, { position, waitS: Math.ceil(waitMs / 1_000) });
    if (this.#isCallOver(attempt)) return this.#context.end(1013, "All lines are busy.");
    attempt.timer = this.#context.clock.after(againMs, () => void this.#ask(attempt));
  }

  #isCallOver({ since }: Attempt): boolean {
    const { connections, clock } = this.#context;
    const { joined } = connections;
    return (
      clock.now() - since >= maxCallWaitMs &&
      joined.length > 0 &&
      joined.every(({ attachment }) => isPhone(attachment.protocol))
    );
  }

  #admit(attempt: Attempt): void {
    if (attempt.place) this.#tell(attempt, { position: 0, waitS: 0 });
    this.#renewLater(attempt);
    this.#engine.admit();
  }

  #renewLater(attempt: Attempt): void {
    attempt.timer = this.#context.clock.after(renewMs, () => {
      attempt.admitter.renew(this.#id, this.#user).catch(logSilence);
      this.#renewLater(attempt);
    });
  }

  /** Clients are told each new position. */
  #tell(attempt: Attempt, place: Place): void {
    if (attempt.place?.position === place.position) return;
    attempt.place = place;
    for (const connection of this.#context.connections.joined) this.#inform(connection, place);
  }

  #inform(connection: Connection, { position, waitS }: Place): void {
    const message =
      position === 0
        ? "A session is free: the conversation begins."
        : `All sessions are in use. You are number ${position} in the queue, for about ${waitS} s; what you send is kept.`;
    this.#context.inform(connection, { type: "queue", position, waitS, message });
  }
}

const logSilence = (error: unknown): void =>
  logFailure("the admission object does not answer", error);
