/**
 * The parts that a Live API client brings: the setup that began the conversation, from which the root agent is derived,
 * and functions. Forwards the model's calls of them, and the client's responses.
 *
 *     propose ─► candidate ─┬─ a session becomes ready: stored for the life of the conversation
 *                           └─ the model refuses it: dropped
 *
 *     model ─► tool runner ─► call ─► toolCall ─► client ─► toolResponse ─► answer ─► tool runner ─► model
 *
 * Calls of one microtask go in one frame, as in the model's own message.
 */
import type { Agent } from "../agent/agent.ts";
import { clientAgent } from "../agent/runtime/client-agent.ts";
import { Scheduled, type Scheduling, type ToolContext } from "../agent/tool.ts";
import type { Timer } from "../core/clock.ts";
import { ToolError, type ClientError } from "../core/errors.ts";
import { patientTimer } from "../core/lateness.ts";
import type { ClientSetup } from "../core/live-api/client-setup.ts";
import { maxResponseCharacters } from "../core/live-api/tool-response.ts";
import { changesOfCharacters } from "../core/policy/limits.ts";
import { formatLiveMessage } from "../protocols/live-api/encoder.ts";
import type { FunctionResponse } from "../wire/live-api.ts";
import { mayTakeRole } from "../wire/parley-v1.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import { callNotOpen, tooMuchProgress } from "./errors.ts";
import type { Guardrail, TypedVerdict } from "./guardrail.ts";

interface PendingCall {
  /** The connection that must answer. */
  readonly connectionId: string;
  /** Set while that client is disconnected and may still resume. */
  readonly grace?: Timer;
  /** Its client has answered, and the answer waits for the guardrail. */
  readonly isAnswered?: boolean;
  readonly name: string;
  readonly context: ToolContext;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Error) => void;
}

type CallAnswer = {
  readonly [Field in "response" | "scheduling" | "parts" | "willContinue"]?:
    | FunctionResponse[Field]
    | undefined;
};

interface FunctionCallMessage {
  readonly id: string;
  readonly name: string;
  readonly args: unknown;
}

class ClientTools {
  readonly #context: ConversationContext;
  readonly #pending = new Map<string, PendingCall>();
  /** Calls of the frame that is to be sent, by connection id. */
  readonly #batches = new Map<string, FunctionCallMessage[]>();

  constructor(context: ConversationContext) {
    this.#context = context;
  }

  /** @throws Error with a message for the model if no client can answer. */
  async call(name: string, args: unknown, context: ToolContext): Promise<unknown> {
    const connection = this.#connectionFor(name);
    if (!connection) throw new ToolError(notConnected(name));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const id = context.callId;
    if (this.#pending.has(id)) throw new ToolError(idInUse);
    this.#pending.set(id, { connectionId: connection.id, name, context, resolve, reject });
    const cancel = (): void => this.#cancel(id);
    context.signal.addEventListener("abort", cancel, { once: true });
    this.#sendCall(connection.id, { id, name, args });
    return promise.finally(() => context.signal.removeEventListener("abort", cancel));
  }

  /** The model gets a function's response of a client once the guardrail has passed it. */
  receive(connection: Connection, response: FunctionResponse, guardrail: Guardrail): void {
    const id = this.#take(connection, response);
    if (id === undefined)
      return this.#context.refuse(connection, callNotOpen(response.id ?? response.name ?? ""));
    const error = response.willContinue ? this.#progressError(connection, response) : undefined;
    if (error) return this.#context.refuse(connection, error);
    const verdict = guardrail.checkResponse(response.response ?? {});
    if (!(verdict instanceof Promise)) return this.#onVerdict(connection, response, id, verdict);
    this.#answerLater(connection, response, id, verdict).catch((error: unknown) =>
      this.#context.failFrame(connection, error),
    );
  }

  /** Progress leaves the call open: a client could report it without end. */
  #progressError(
    connection: Connection,
    { response = {} }: FunctionResponse,
  ): ClientError | undefined {
    const now = this.#context.clock.now();
    const characters = Math.min(JSON.stringify(response).length, maxResponseCharacters);
    const allowance = this.#context.allowances.of("stateChanges", connection.person, now);
    const waitMs = allowance.take(changesOfCharacters(characters), now);
    return waitMs === 0 ? undefined : tooMuchProgress(waitMs);
  }

  async #answerLater(
    connection: Connection,
    response: FunctionResponse,
    id: string,
    verdict: Promise<TypedVerdict>,
  ): Promise<void> {
    this.#onVerdict(connection, response, id, await verdict);
  }

  #onVerdict(
    connection: Connection,
    { response = {}, scheduling, parts, willContinue }: FunctionResponse,
    id: string,
    verdict: TypedVerdict,
  ): void {
    if (verdict.type === "passed") {
      const isSame = verdict.text === JSON.stringify(response);
      const passed = isSame ? response : { result: verdict.text };
      return this.#answer(id, { response: passed, scheduling, parts, willContinue });
    }
    if (verdict.type === "refused") this.#release(id);
    else this.#answer(id, { response: { error: blockedResponse } });
    if (connection.isOpen) this.#context.refuse(connection, verdict.error);
  }

  /**
   * The call that a response of this client answers: one that it received, and has not answered yet. A last response
   * takes it, so that another one finds it answered.
   * @returns the call's id; undefined if there is none.
   */
  #take(connection: Connection, { id, name, willContinue }: FunctionResponse): string | undefined {
    // A Vertex client may omit the id: its response then answers its oldest call of that name.
    const isOf = ([, call]: readonly [string, PendingCall]): boolean =>
      call.name === name && call.connectionId === connection.id && !call.isAnswered;
    const key = id ?? [...this.#pending].find(isOf)?.[0];
    const call = key === undefined ? undefined : this.#pending.get(key);
    if (key === undefined || call?.connectionId !== connection.id || call.isAnswered)
      return undefined;
    if (!willContinue) this.#pending.set(key, { ...call, isAnswered: true });
    return key;
  }

  /** The response was not read: the call waits for another one, if its client is there or may resume. */
  #release(id: string): void {
    const call = this.#pending.get(id);
    if (!call) return;
    this.#pending.set(id, { ...call, isAnswered: false });
    if (!call.grace && !this.#context.connections.find(call.connectionId)) this.#giveUp(id);
  }

  /**
   * Rejects the client's calls unless it resumes in time. An answer that waits for the guardrail counts all the same.
   * @param graceMs 0: it cannot resume.
   */
  clientLeft(connection: Connection, graceMs: number): void {
    this.#batches.delete(connection.id);
    for (const [id, call] of this.#pending) {
      if (call.connectionId !== connection.id) continue;
      if (graceMs > 0) {
        const grace = patientTimer(this.#context.clock, graceMs, () => this.#onGraceOver(id));
        this.#pending.set(id, { ...call, grace });
      } else if (!call.isAnswered) this.#giveUp(id);
    }
  }

  #onGraceOver(id: string): void {
    const call = this.#pending.get(id);
    if (!call?.isAnswered) return this.#giveUp(id);
    const { grace: _, ...answered } = call;
    this.#pending.set(id, answered);
  }

  /** Assigns the calls of a disconnected client to its new connection. The relay must not send them again (Live API). */
  clientResumed(connection: Connection, functions: readonly string[]): void {
    for (const [id, { grace, ...call }] of this.#pending) {
      if (!grace || !functions.includes(call.name)) continue;
      grace.cancel();
      this.#pending.set(id, { ...call, connectionId: connection.id });
    }
  }

  /**
   * The newest connection that declared the function: a client that reconnects replaces its old connection, which may be
   * half-open. Only a client that may speak can answer.
   */
  #connectionFor(name: string): Connection | undefined {
    return this.#context.connections
      .joinedBy("live-api")
      .findLast(
        ({ liveClient, role }) =>
          mayTakeRole(role, "speaker") && liveClient?.functions.includes(name),
      );
  }

  #giveUp(id: string): void {
    const call = this.#pending.get(id);
    if (this.#pending.delete(id)) call?.reject(new ToolError(notConnected(call.name)));
  }

  /** Answers a call that was taken. One that was cancelled meanwhile gets none. */
  #answer(key: string, { response = {}, ...options }: CallAnswer): void {
    const call = this.#pending.get(key);
    if (!call) return;
    const { scheduling, result: own } = withScheduling(response, options.scheduling);
    const media = options.parts?.length ?? 0;
    const result = media > 0 ? { ...own, omitted: omittedMedia(media) } : own;
    const answer = new Scheduled(result, scheduling);
    if (options.willContinue) return call.context.progress(answer);
    this.#pending.delete(key);
    call.resolve(answer);
  }

  #sendCall(connectionId: string, call: FunctionCallMessage): void {
    const batch = this.#batches.get(connectionId);
    if (batch) return void batch.push(call);
    this.#batches.set(connectionId, [call]);
    queueMicrotask(() => {
      const calls = this.#batches.get(connectionId) ?? [];
      const functionCalls = calls.filter(({ id }) => this.#pending.has(id));
      this.#batches.delete(connectionId);
      if (functionCalls.length > 0) this.#send(connectionId, { toolCall: { functionCalls } });
    });
  }

  #cancel(id: string): void {
    const call = this.#pending.get(id);
    if (!this.#pending.delete(id) || !call) return;
    call.grace?.cancel();
    call.reject(call.context.signal.reason as Error);
    this.#send(call.connectionId, { toolCallCancellation: { ids: [id] } });
  }

  #send(connectionId: string, message: object): void {
    this.#context.connections.find(connectionId)?.push(formatLiveMessage(message));
  }
}

/** For the model. */
const blockedResponse = "The client's answer was blocked: do not call it again unasked.";

/** For the model: it must not speak of media that it did not get. */
const omittedMedia = (count: number): string =>
  `${count} media of this response cannot be passed on to you; only its fields are.`;

const idInUse =
  "Another call of this id waits for a client's answer, so this one was not made. Call it again once that one is answered.";

const notConnected = (name: string): string =>
  `The client that answers ${name} is not connected any more, so it was not done. Do not try it again unasked.`;

/** Scheduling is a field beside `response` or, as Google's documentation once showed, a key within it. */
function withScheduling(
  response: Record<string, unknown>,
  sibling: unknown,
): { scheduling: Scheduling | undefined; result: Record<string, unknown> } {
  if (isScheduling(sibling)) return { scheduling: sibling, result: response };
  const { scheduling, ...result } = response;
  return isScheduling(scheduling)
    ? { scheduling, result }
    : { scheduling: undefined, result: response };
}

const isScheduling = (value: unknown): value is Scheduling =>
  value === "INTERRUPT" || value === "WHEN_IDLE" || value === "SILENT";

export interface AdoptableSetup {
  readonly setup: ClientSetup;
  /** Whether the address or the token named an agent of the deployment: that agent then takes over the setup's fields. */
  readonly named: boolean;
  /** The setup as context updates changed it; `setup` still identifies the clients that began with it. */
  readonly updated?: ClientSetup | undefined;
  /** Whether a session has begun with `updated`; if not, `lastTaken` is the one of the last session that did. */
  readonly isTaken?: boolean;
  readonly lastTaken?: ClientSetup | undefined;
}

/** The updated setup that the model is asked to take. */
interface OfferedSetup {
  readonly setup: ClientSetup;
  readonly version: number;
  readonly resumes: boolean;
}

const storageKey = "guest setup";

export class AdoptedSetup {
  readonly #context: ConversationContext;
  readonly tools: ClientTools;
  /** Set until the model accepts or refuses it. */
  #candidate: AdoptableSetup | undefined;
  #version = 0;
  /** Set until the model takes or refuses it. */
  #offered: OfferedSetup | undefined;

  constructor(context: ConversationContext) {
    this.#context = context;
    this.tools = new ClientTools(context);
  }

  get stored(): AdoptableSetup | undefined {
    return this.#context.kv.get<AdoptableSetup>(storageKey);
  }

  get candidate(): AdoptableSetup | undefined {
    return this.#candidate;
  }

  /** The root agent: the deployment's own, or the one derived from the setup. */
  agentFor(own: Agent): Agent {
    const adopted = this.#candidate ?? this.stored;
    if (!adopted) return own;
    const named = adopted.named ? own : undefined;
    const setup = adopted.updated ?? adopted.setup;
    return clientAgent({ named, name: own.name }, setup, (name, args, context) =>
      this.tools.call(name, args, context),
    );
  }

  /** Whether the client sends the conversation's history itself (Live API: `historyConfig`). */
  get seedsHistory(): boolean {
    return (this.#candidate ?? this.stored)?.setup.seeds === true;
  }

  propose(setup: AdoptableSetup): void {
    this.#candidate = setup;
  }

  /** Replaces the setup that the agent is derived from, for the life of the conversation. */
  update(updated: ClientSetup): void {
    const { stored } = this;
    if (!stored) return;
    const lastTaken = stored.isTaken ? stored.updated : stored.lastTaken;
    this.#put({ ...stored, updated, isTaken: false, lastTaken });
    this.#version++;
  }

  /** Changes with each definition of the root agent. */
  get version(): number {
    return this.#version;
  }

  /** A session's setup is sent. @param isRoots whether it is the root agent's. @param resumes whether it has a handle. */
  offer(isRoots: boolean, resumes: boolean): void {
    const updated = isRoots ? this.stored?.updated : undefined;
    this.#offered = updated && { setup: updated, version: this.#version, resumes };
  }

  /**
   * The model has refused the setup that it was offered: later ones are as the last that it took.
   * @param isCertain the setup is the cause, and not the handle.
   * @returns whether there was an update to take back.
   */
  takeBackUpdate(isCertain: boolean): boolean {
    const { stored } = this;
    const offered = this.#offered;
    this.#offered = undefined;
    if (!stored || stored.isTaken || offered?.version !== this.#version) return false;
    if (offered.resumes && !isCertain) return false;
    this.#put({ ...stored, updated: stored.lastTaken, isTaken: true, lastTaken: undefined });
    this.#version++;
    return true;
  }

  /** Stores the candidate, or which update it was, after the model has accepted the setup. */
  confirm(): void {
    const { stored } = this;
    const offered = this.#offered;
    this.#offered = undefined;
    if (this.#candidate) this.#put(this.#candidate);
    else if (stored && offered && !stored.isTaken)
      this.#put(
        offered.version === this.#version
          ? { ...stored, isTaken: true, lastTaken: undefined }
          : { ...stored, lastTaken: offered.setup },
      );
    this.#candidate = undefined;
  }

  #put(setup: AdoptableSetup): void {
    this.#context.kv.put<AdoptableSetup>(storageKey, setup);
  }

  drop(): void {
    this.#candidate = undefined;
  }
}
