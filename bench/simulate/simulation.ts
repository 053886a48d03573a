/**
 * A discrete-event simulation of conversations.
 *
 *     arrive ──► question ──► answer ──┬──► question …                    leave: at any time
 *                    ▲                 └──► pause ──► park ──► hibernate
 *                    └────────────────────────┴─────────┴─────────┘
 *
 * A deploy happens in the middle of the window; an object restarts when it hibernates, or at the deadline.
 */
import { conversation, largestSample, relay, requests, type Scenario } from "./assumptions.ts";
import { EventQueue } from "./event-queue.ts";
import { exponential, seededRandom } from "./random.ts";

/** All numbers are of the simulated sample; `weight` conversations stand behind each. */
export interface Outcome {
  readonly weight: number;
  /** Seconds. */
  readonly window: number;
  readonly arrived: number;
  readonly left: number;
  readonly atStart: number;
  readonly atEnd: number;
  readonly turns: number;
  /** Seconds, summed over conversations: all of them, and those with the object in memory, with a session. */
  readonly conversationSeconds: number;
  readonly memorySeconds: number;
  readonly sessionSeconds: number;
  /** The most at one time. */
  readonly peakSessions: number;
  readonly sessionsOpened: number;
  readonly sessionsClosed: number;
  readonly sessionsAtEnd: number;
  readonly goAways: number;
  readonly evictions: number;
  readonly restarts: { readonly hibernated: number; readonly forced: number };
  readonly joins: number;
  /** Joins of each second. */
  readonly joinsBySecond: readonly number[];
  /** Writes to directories, of each second. */
  readonly writesBySecond: readonly number[];
  /** The second in which the deploy begins. */
  readonly deployAt: number;
}

type Step = "question" | "answer" | "turn" | "park" | "hibernate" | "leave" | "goAway" | "rejoin";
type SimulationEvent =
  | { readonly type: "arrive" | "deploy" | "deadline" }
  | { readonly type: Step; readonly of: SimulatedConversation; readonly life: number };

/** One conversation. `life` counts its restarts and pauses: an event of an earlier life is void. */
interface SimulatedConversation {
  readonly startedAt: number;
  life: number;
  gone: boolean;
  inMemory: boolean;
  memorySince: number;
  hasSession: boolean;
  sessionSince: number;
  sessionId: number;
  goAwayDue: boolean;
  version: number;
}

const simulationWindow = 1800;
const deployAt = 900;

export function simulate(scenario: Scenario, seed: number): Outcome {
  return new Simulation(scenario, seed).run();
}

class Simulation {
  readonly #random: () => number;
  readonly #queue = new EventQueue<SimulationEvent>();
  readonly #present = new Set<SimulatedConversation>();
  readonly #listeners: number;
  readonly #size: number;
  readonly #weight: number;
  readonly #joinsBySecond = Array.from({ length: simulationWindow }, () => 0);
  readonly #writesBySecond = Array.from({ length: simulationWindow }, () => 0);
  #now = 0;
  #version = 0;
  #sessions = 0;
  #count = {
    arrived: 0,
    left: 0,
    turns: 0,
    conversationSeconds: 0,
    memorySeconds: 0,
    sessionSeconds: 0,
    peakSessions: 0,
    sessionsOpened: 0,
    sessionsClosed: 0,
    goAways: 0,
    evictions: 0,
    hibernated: 0,
    forced: 0,
    joins: 0,
  };

  constructor({ concurrent, listeners }: Scenario, seed: number) {
    this.#random = seededRandom(seed);
    this.#listeners = listeners;
    this.#size = Math.min(concurrent, largestSample);
    this.#weight = concurrent / this.#size;
  }

  run(): Outcome {
    // The lengths are exponential, so what is left of a conversation is distributed as a whole one.
    for (let n = 0; n < this.#size; n++) this.#begin();
    this.#arriveLater();
    this.#queue.add(deployAt, { type: "deploy" });
    for (let next = this.#queue.take(); next; next = this.#queue.take()) {
      if (next.at >= simulationWindow) break;
      this.#now = next.at;
      this.#handle(next.event);
    }
    this.#now = simulationWindow;
    return this.#outcome();
  }

  #handle(event: SimulationEvent): void {
    if (event.type === "arrive") return this.#arrive();
    if (event.type === "deploy") return this.#deploy();
    if (event.type === "deadline") return this.#restartAll();
    if (!("of" in event)) return;
    const { type, of: member, life } = event;
    if (member.gone) return;
    if (type === "leave") return this.#leave(member);
    if (type === "goAway") {
      if (member.sessionId === life) member.goAwayDue = true;
      return;
    }
    if (member.life === life) this.#step(type, member);
  }

  #step(type: Exclude<Step, "leave" | "goAway">, member: SimulatedConversation): void {
    const { meanQuestion, meanAnswer, meanThought, endOfTurn } = conversation;
    if (type === "question") {
      this.#wake(member);
      this.#after(this.#draw(meanQuestion) + endOfTurn, "answer", member);
    } else if (type === "answer") this.#after(this.#draw(meanAnswer), "turn", member);
    else if (type === "turn") this.#endTurn(member);
    else if (type === "park") this.#park(member);
    else if (type === "hibernate") this.#hibernate(member);
    else {
      this.#join(1 + this.#listeners);
      this.#after(this.#draw(meanThought), "question", member);
    }
  }

  #arriveLater(): void {
    const rate = this.#size / conversation.meanLength;
    this.#queue.add(this.#now + this.#draw(1 / rate), { type: "arrive" });
  }

  #arrive(): void {
    this.#count.arrived++;
    this.#begin();
    this.#join(1 + this.#listeners);
    this.#arriveLater();
  }

  #begin(): void {
    const member: SimulatedConversation = {
      startedAt: this.#now,
      life: 0,
      gone: false,
      inMemory: false,
      memorySince: 0,
      hasSession: false,
      sessionSince: 0,
      sessionId: 0,
      goAwayDue: false,
      version: this.#version,
    };
    this.#present.add(member);
    this.#wake(member);
    this.#after(this.#draw(conversation.meanThought), "question", member);
    this.#queue.add(this.#now + this.#draw(conversation.meanLength), {
      type: "leave",
      of: member,
      life: 0,
    });
  }

  #endTurn(member: SimulatedConversation): void {
    const { meanThought, meanPause, pauseShare } = conversation;
    this.#count.turns++;
    this.#tally(this.#writesBySecond, requests.directoryWritesPerTurn);
    if (member.goAwayDue) this.#replaceSession(member);
    if (this.#random() >= pauseShare)
      return this.#after(this.#draw(meanThought), "question", member);
    const pause = this.#draw(meanPause);
    this.#after(pause, "question", member);
    const { parkAfter, hibernateAfter } = relay;
    if (pause > parkAfter) this.#after(parkAfter, "park", member);
    if (pause > parkAfter + hibernateAfter)
      this.#after(parkAfter + hibernateAfter, "hibernate", member);
  }

  #replaceSession(member: SimulatedConversation): void {
    this.#count.goAways++;
    this.#closeSession(member);
    this.#openSession(member);
  }

  #park(member: SimulatedConversation): void {
    this.#closeSession(member);
  }

  #hibernate(member: SimulatedConversation): void {
    this.#count.evictions++;
    this.#forget(member);
    if (member.version !== this.#version) this.#count.hibernated++;
    member.version = this.#version;
  }

  #deploy(): void {
    this.#version++;
    for (const member of this.#present)
      if (!member.inMemory) {
        member.version = this.#version;
        this.#count.hibernated++;
      }
    this.#queue.add(this.#now + relay.deployDelay, { type: "deadline" });
  }

  /** Objects of the old version end with their sockets, and their clients reconnect. */
  #restartAll(): void {
    for (const member of this.#present) {
      if (member.version === this.#version) continue;
      this.#count.forced++;
      this.#closeSession(member);
      this.#forget(member);
      member.life++;
      member.version = this.#version;
      this.#after(relay.reconnectAfter * (0.8 + 0.4 * this.#random()), "rejoin", member);
    }
  }

  #leave(member: SimulatedConversation): void {
    this.#closeSession(member);
    this.#forget(member);
    this.#count.left++;
    this.#count.conversationSeconds += this.#now - member.startedAt;
    member.gone = true;
    this.#present.delete(member);
  }

  #wake(member: SimulatedConversation): void {
    if (!member.inMemory) {
      member.inMemory = true;
      member.memorySince = this.#now;
      member.version = this.#version;
    }
    if (!member.hasSession) this.#openSession(member);
  }

  #forget(member: SimulatedConversation): void {
    if (!member.inMemory) return;
    member.inMemory = false;
    this.#count.memorySeconds += this.#now - member.memorySince;
  }

  #openSession(member: SimulatedConversation): void {
    member.hasSession = true;
    member.goAwayDue = false;
    member.sessionSince = this.#now;
    member.sessionId = ++this.#count.sessionsOpened;
    this.#count.peakSessions = Math.max(this.#count.peakSessions, ++this.#sessions);
    const { sessionId } = member;
    this.#queue.add(this.#now + relay.goAwayAfter, { type: "goAway", of: member, life: sessionId });
  }

  #closeSession(member: SimulatedConversation): void {
    if (!member.hasSession) return;
    member.hasSession = false;
    this.#sessions--;
    this.#count.sessionsClosed++;
    this.#count.sessionSeconds += this.#now - member.sessionSince;
  }

  #join(clients: number): void {
    this.#count.joins += clients;
    this.#tally(this.#joinsBySecond, clients);
  }

  #tally(bySecond: number[], amount: number): void {
    const second = Math.floor(this.#now);
    bySecond[second] = (bySecond[second] ?? 0) + amount;
  }

  #after(seconds: number, type: Step, of: SimulatedConversation): void {
    this.#queue.add(this.#now + seconds, { type, of, life: of.life });
  }

  readonly #draw = (mean: number): number => exponential(this.#random, mean);

  /** Counts what is still there as if it ended with the window. */
  #outcome(): Outcome {
    const { hibernated, forced, ...count } = this.#count;
    for (const member of this.#present) {
      count.conversationSeconds += this.#now - member.startedAt;
      if (member.inMemory) count.memorySeconds += this.#now - member.memorySince;
      if (member.hasSession) count.sessionSeconds += this.#now - member.sessionSince;
    }
    return {
      ...count,
      weight: this.#weight,
      window: simulationWindow,
      atStart: this.#size,
      atEnd: this.#present.size,
      // Counted anew, so that a session that was lost shows.
      sessionsAtEnd: [...this.#present].filter(({ hasSession }) => hasSession).length,
      restarts: { hibernated, forced },
      joinsBySecond: this.#joinsBySecond,
      writesBySecond: this.#writesBySecond,
      deployAt,
    };
  }
}
