/** The upstream, agent and clock of each conversation under test, set by its object's name. */
import type { Agent } from "../../src/agent/agent.ts";
import type { Config } from "../../src/config.ts";
import type { Clock } from "../../src/core/clock.ts";
import type { Overload } from "../../src/core/policy/overload.ts";
import type { LimitValues } from "../../src/core/policy/limits.ts";
import type { Timeouts } from "../../src/conversation/retention.ts";
import type { MigrationPart } from "../../src/conversation/migration.ts";
import { FakeUpstream, type UpstreamRequest } from "./model.ts";
import { inspectUrl } from "./secret-watch.ts";

/** Answers a connection attempt with the relay's end of a socket pair, a refusal, or an error. */
export type UpstreamResponder = (
  request: UpstreamRequest,
  object: string,
) => Response | Promise<Response>;

const answers = new Map<string, UpstreamResponder>();

export const setUpstream = (object: string, answer: UpstreamResponder): void =>
  void answers.set(object, answer);

const agents = new Map<string, Agent>();

/** Replaces the agent that the conversation's name selects. */
export const setAgent = (object: string, agent: Agent): void => void agents.set(object, agent);

export const agentFor = (object: string): Agent | undefined => agents.get(object);

const auths = new Map<string, Config["auth"]>();

/** Sets the secrets by which the conversation verifies a token in a frame. */
export const setAuth = (object: string, auth: Config["auth"]): void => void auths.set(object, auth);

export const authFor = (object: string): Config["auth"] | undefined => auths.get(object);

const budgets = new Map<string, Config["budgets"]>();

/** Limits what the conversation, and its user on a day, may use up. */
export const setBudgets = (object: string, limits: Partial<Config["budgets"]>): void =>
  void budgets.set(object, { conversation: {}, day: {}, ...limits });

export const budgetsFor = (object: string): Config["budgets"] | undefined => budgets.get(object);

const clocks = new Map<string, Clock>();

/** Replaces the runtime's clock for the conversation's upstream connection. */
export const setClock = (object: string, clock: Clock): void => void clocks.set(object, clock);

export const clockFor = (object: string): Clock | undefined => clocks.get(object);

const admissions = new Map<string, Config["admission"]>();

/** Counts the sessions of the model's service for this conversation. */
export const setAdmission = (object: string, admission: Config["admission"]): void =>
  void admissions.set(object, admission);

export const admissionFor = (object: string): Config["admission"] => admissions.get(object);

const overloads = new Map<string, Overload>();

/** Replaces the measure of the isolate's load. */
export const setOverload = (object: string, overload: Overload): void =>
  void overloads.set(object, overload);

export const overloadFor = (object: string): Overload | undefined => overloads.get(object);

const bounds = new Map<string, Timeouts>();

/** Sets after how long without input the conversation ends and is deleted. */
export const setRetention = (object: string, retention: Timeouts): void =>
  void bounds.set(object, retention);

export const retentionFor = (object: string): Timeouts | undefined => bounds.get(object);

const limitValues = new Map<string, Partial<LimitValues>>();

/** Replaces limits of the settings. */
export const setLimits = (object: string, values: Partial<LimitValues>): void =>
  void limitValues.set(object, values);

export const limitsFor = (object: string): Partial<LimitValues> | undefined =>
  limitValues.get(object);

const importDelays = new Map<string, (part: MigrationPart) => Promise<void>>();

/** Delays each import of a migration. */
export const delayImport = (object: string, delay: (part: MigrationPart) => Promise<void>): void =>
  void importDelays.set(object, delay);

export const importDelayFor = (object: string, part: MigrationPart): Promise<void> | undefined =>
  importDelays.get(object)?.(part);

const upstreams = new Map<string, Config["upstream"]>();

/** Replaces the upstream of the settings. */
export const setUpstreamConfig = (object: string, upstream: Config["upstream"]): void =>
  void upstreams.set(object, upstream);

export const upstreamConfigFor = (object: string): Config["upstream"] | undefined =>
  upstreams.get(object);

const aliases = new Map<string, (model: string) => string>();

/** Replaces the model aliases of the settings. */
export const setUpstreamModel = (object: string, upstreamModel: (model: string) => string): void =>
  void aliases.set(object, upstreamModel);

export const upstreamModelFor = (object: string): ((model: string) => string) | undefined =>
  aliases.get(object);

export async function connectUpstream(
  object: string,
  url: string,
  init: RequestInit,
): Promise<Response> {
  const answer = answers.get(object);
  if (!answer) throw new Error(`no responder was set for ${object}`);
  inspectUrl(url);
  return answer({ url, headers: new Headers(init.headers) }, object);
}

/** The models of a conversation, one for each connection, in order. */
export class FakeUpstreams {
  readonly all: FakeUpstream[] = [];
  #waiting = Promise.withResolvers<void>();

  answer: UpstreamResponder = (request, object) => {
    const { 0: relay, 1: model } = new WebSocketPair();
    this.all.push(new FakeUpstream(model, request, object));
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers();
    return new Response(null, { status: 101, webSocket: relay });
  };

  /** The model of the nth connection, counted from 0. */
  async connection(nth: number): Promise<FakeUpstream> {
    for (;;) {
      const model = this.all[nth];
      if (model) return model;
      await this.#waiting.promise;
    }
  }
}
