/** What answers when a conversation under test dials: set per conversation, by its user's name. */
import type { Agent } from "../../src/agent/agent.ts";
import type { Config } from "../../src/config.ts";
import type { Clock } from "../../src/core/clock.ts";
import type { Timeouts } from "../../src/conversation/retention.ts";
import type { MigrationPart } from "../../src/conversation/migration.ts";
import { FakeUpstream, type UpstreamRequest } from "./model.ts";

/** Answers a dial with the relay's end of a socket pair, a refusal, or an error. */
export type UpstreamResponder = (
  dialled: UpstreamRequest,
  object: string,
) => Response | Promise<Response>;

const answers = new Map<string, UpstreamResponder>();

export const setUpstream = (object: string, answer: UpstreamResponder): void =>
  void answers.set(object, answer);

const agents = new Map<string, Agent>();

/** Another agent than the one the conversation is named after. */
export const setAgent = (object: string, agent: Agent): void => void agents.set(object, agent);

export const agentFor = (object: string): Agent | undefined => agents.get(object);

const clocks = new Map<string, Clock>();

/** Another clock than the runtime's for the conversation's line to the model. */
export const setClock = (object: string, clock: Clock): void => void clocks.set(object, clock);

export const clockFor = (object: string): Clock | undefined => clocks.get(object);

const bounds = new Map<string, Timeouts>();

/** How long the conversation goes on without a word, and is kept. */
export const setRetention = (object: string, its: Timeouts): void => void bounds.set(object, its);

export const retentionFor = (object: string): Timeouts | undefined => bounds.get(object);

const importDelays = new Map<string, (estate: MigrationPart) => Promise<void>>();

/** What is waited for before each part of another object is taken in. */
export const delayImport = (
  object: string,
  waited: (estate: MigrationPart) => Promise<void>,
): void => void importDelays.set(object, waited);

export const importDelayFor = (object: string, estate: MigrationPart): Promise<void> | undefined =>
  importDelays.get(object)?.(estate);

const upstreams = new Map<string, Config["upstream"]>();

/** Another place of the conversation's model than the settings name. */
export const setUpstreamConfig = (object: string, upstream: Config["upstream"]): void =>
  void upstreams.set(object, upstream);

export const upstreamConfigFor = (object: string): Config["upstream"] | undefined =>
  upstreams.get(object);

export async function connectUpstream(
  object: string,
  url: string,
  init: RequestInit,
): Promise<Response> {
  const answer = answers.get(object);
  if (!answer) throw new Error(`nobody answers for ${object}`);
  return answer({ url, headers: new Headers(init.headers) }, object);
}

/** A queue of models, one for each dial, in order. */
export class FakeUpstreams {
  readonly all: FakeUpstream[] = [];
  #waiting = Promise.withResolvers<void>();

  answer: UpstreamResponder = (dialled, object) => {
    const { 0: relay, 1: model } = new WebSocketPair();
    this.all.push(new FakeUpstream(model, dialled, object));
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers();
    return new Response(null, { status: 101, webSocket: relay });
  };

  /** The nth model to be dialled, counted from 0. */
  async connection(nth: number): Promise<FakeUpstream> {
    for (;;) {
      const model = this.all[nth];
      if (model) return model;
      await this.#waiting.promise;
    }
  }
}
