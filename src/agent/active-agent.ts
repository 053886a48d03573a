/** Who leads the conversation now, and how the lead passes from one agent to the next. */
import type { Agent } from "./agent.ts";
import { castOf, leadOf, type Cast } from "./agent-tree.ts";
import { Session, type Surroundings, type Wishes } from "./agent-runtime.ts";

/** In one turn of the user's: agents that send each other on and on would dial for ever. */
const mostHandovers = 5;

export interface Theatre extends Omit<Surroundings, "mayHandOver" | "handOver"> {
  /** The turn that is on. */
  turn(): number;
  /** The name of who led last, kept over restarts. */
  lead(): string | undefined;
  keepLead(name: string): void;
  /** The lead has passed on. */
  changed(from: Session, to: Session): void;
}

export class Stage {
  readonly #cast: Cast;
  readonly #wishes: Wishes;
  readonly #theatre: Theatre;
  #session: Session;
  /** Those who left with calls still to be answered. */
  #leaving: Session[] = [];
  #handovers = { turn: 0, made: 0 };

  /** Whoever led last leads again, if the agent is still there. */
  constructor(root: Agent, wishes: Wishes, theatre: Theatre) {
    this.#cast = castOf(root);
    this.#wishes = wishes;
    this.#theatre = theatre;
    const last = this.#cast.get(theatre.lead() ?? "")?.agent;
    this.#session = this.#sessionOf(leadOf(last ?? root));
  }

  /** The agent at work. */
  get session(): Session {
    return this.#session;
  }

  /** Whether anything is at work, of whoever leads or has led. */
  get busy(): boolean {
    return [this.#session, ...this.#leaving].some((session) => session.busy);
  }

  /** The conversation is over, or sleeps. */
  stop(): void {
    for (const session of [this.#session, ...this.#leaving]) session.stop();
    this.#leaving = [];
  }

  #handOver(to: Agent): void {
    const from = this.#session;
    from.leave();
    this.#leaving = [...this.#leaving, from].filter((session) => session.busy);
    this.#session = this.#sessionOf(to);
    this.#theatre.keepLead(to.name);
    this.#theatre.changed(from, this.#session);
  }

  #mayHandOver(): boolean {
    const turn = this.#theatre.turn();
    const made = this.#handovers.turn === turn ? this.#handovers.made : 0;
    this.#handovers = { turn, made: made + 1 };
    return made < mostHandovers;
  }

  #sessionOf(agent: Agent): Session {
    const session: Session = new Session(agent, this.#cast, this.#wishes, {
      ...this.#theatre,
      mayHandOver: () => this.#mayHandOver(),
      // Who has left already hands nothing over any more.
      handOver: (to) => void (session === this.#session && this.#handOver(to)),
    });
    return session;
  }
}
