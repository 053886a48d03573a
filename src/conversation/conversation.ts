/**
 * The Durable Object, one per conversation: the platform's entry points. It decides nothing, and nothing on the audio path
 * waits.
 *
 *     clients ⇄ connections ─► requests ─► engine ⇄ the model
 *                     ▲                      │
 *                     └──── broadcaster ◄────┴──► event log
 */
import { DurableObject } from "cloudflare:workers";
import { callerKey, networkOf, type Caller } from "../access/address.ts";
import { ArtifactChanges } from "../access/rate-limit.ts";
import { subprotocolHeader } from "../access/token.ts";
import { agents } from "../agents/index.ts";
import { readConfig } from "../config.ts";
import { wordsOfHistory } from "../core/adk/history.ts";
import type { CallStatus } from "../core/client-request.ts";
import type { StateDelta } from "../core/adk/session-state.ts";
import type { ClientError } from "../core/errors.ts";
import { isolateOverload } from "../core/policy/overload.ts";
import { movedHeader } from "../placement.ts";
import type { AdmittedClient, Attachment } from "../protocols/attachment.ts";
import { addressHeader, clientHeader, refusal } from "../protocols/conversation-socket.ts";
import { loadOpus } from "../protocols/parley-v1/load-opus.ts";
import { protocols } from "../protocols/registry.ts";
import type { CallContinuation, CallStep } from "../protocols/remote-conversation.ts";
import type { ArtifactStore } from "../store/artifacts.ts";
import type { EventPage } from "../store/event-log.ts";
import type { Event } from "../wire/adk.ts";
import { mayTakeRole } from "../wire/parley-v1.ts";
import { AdoptedSetup } from "./client-tools.ts";
import { AudioRecorder } from "./audio-recorder.ts";
import { Budgets } from "./budgets.ts";
import { capacityError } from "./connections.ts";
import { sessionNotFound } from "./errors.ts";
import { ConversationContext, systemClock, type Platform } from "./context.ts";
import { Engine } from "./engine.ts";
import { LiveClients } from "./live-clients.ts";
import { Migration, movedTo, type MigrationPart } from "./migration.ts";
import { PhoneCalls } from "./phone-calls.ts";
import { Presence } from "./presence.ts";
import { Requests, type Sender } from "./requests.ts";
import { Retention } from "./retention.ts";
import { TokenLifetimes } from "./token-lifetimes.ts";
import { SessionLease } from "./session-lease.ts";
import { RunExecutor } from "./run-executor.ts";
import type { SessionDescription } from "./session-store.ts";

export class Conversation extends DurableObject<Env> {
  readonly #context: ConversationContext;
  readonly #engine: Engine;
  readonly #requests: Requests;
  readonly #presence: Presence;
  readonly #phoneCalls: PhoneCalls;
  readonly #migration: Migration;
  readonly #budgets: Budgets;
  readonly #artifactChanges = new ArtifactChanges();
  /** Whether the clients whose sockets stayed open during hibernation were greeted. */
  #awake = false;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    const context = new ConversationContext(state, env, this.platform());
    const presence = new Presence(context);
    const adopted = new AdoptedSetup(context);
    const audioRecorder = new AudioRecorder(context);
    this.#context = context;
    // Clients whose sockets survived hibernation go on with Opus.
    if (context.connections.open.some(({ opus }) => opus.length > 0))
      void state.blockConcurrencyWhile(loadOpus);
    this.#migration = new Migration(context);
    this.#engine = new Engine(context, presence, adopted, audioRecorder, this.#migration);
    this.#presence = presence;
    this.#requests = new Requests(context, this.#engine, presence);
    this.#phoneCalls = new PhoneCalls(context, this.#requests);
    this.#budgets = new Budgets(context, this.#engine);
    context.modules.push(
      presence,
      new TokenLifetimes(context, presence, this.#budgets),
      new RunExecutor(context, this.#requests, this.#engine),
      new LiveClients(context, this.#engine, adopted, this.#requests),
      this.#phoneCalls,
      audioRecorder,
      this.#budgets,
      new SessionLease(context, this.#engine),
      new Retention(context, this.#requests),
      this.#requests,
      this.#engine,
    );
  }

  /** The conversation's dependencies on its platform. Tests override it. */
  protected platform(): Platform {
    return {
      clock: systemClock,
      overload: isolateOverload,
      fetch: (url, init) => fetch(url, init),
      config: () => readConfig(this.env, agents),
      agentNamed: (app) => agents.find(({ name }) => name === app) ?? agents[0],
    };
  }

  /** A client's upgrade request. The Worker has authorized the client and describes it in a header. */
  override async fetch(request: Request): Promise<Response> {
    const described = JSON.parse(request.headers.get(clientHeader) ?? "") as AdmittedClient;
    // A client that resumes at another object comes from there, and the header has no address.
    const address = request.headers.get(addressHeader) ?? described.address;
    const client = { ...described, address: address && (networkOf(address) ?? address) };
    const early = this.movedTo()
      ? undefined
      : (this.#phoneCalls.admissionError(client) ??
        this.#presence.exclusionError(client) ??
        this.#overloadError(client));
    if (early) return refusal(early);
    const begins = mayTakeRole(client.granted, "speaker");
    const spent =
      (begins ? await this.#newConversationError(client) : undefined) ??
      (await this.#budgets.admissionError(client));
    // The conversation may migrate while the budgets are read.
    const moved = this.movedTo();
    if (moved) return new Response(null, { status: 410, headers: { [movedHeader]: moved } });
    // An operator may remove the client's person meanwhile: this asks again.
    const error =
      spent ?? this.readingError(client) ?? capacityError(this.#context.connections, client);
    if (error) return refusal(error);
    const { 0: clientEnd, 1: serverEnd } = new WebSocketPair();
    this.#open(serverEnd, client);
    const headers = subprotocolHeader(request.headers);
    return new Response(null, { status: 101, webSocket: clientEnd, headers });
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): void {
    const connection = this.#context.connections.of(socket);
    // A frame that was under way when the server closed the socket must not revive a deleted conversation.
    if (socket.readyState !== WebSocket.OPEN || connection.hasLeft) return;
    if (!this.#awake) this.#context.broadcaster.wake();
    this.#awake = true;
    // Not by `contain`: audio comes this way.
    try {
      if (connection.interceptor) return connection.interceptor.receive(frame);
      for (const request of this.#engine.uplink.receive(connection, frame))
        this.#requests.handle(connection, request);
    } catch (error) {
      this.#context.failFrame(connection, error);
    }
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    const connection = this.#context.connections.of(socket);
    connection.acknowledgeClose(code);
    this.#context.leave(connection);
  }

  override webSocketError(socket: WebSocket): void {
    this.webSocketClose(socket, 1011);
  }

  override async alarm(): Promise<void> {
    if (this.movedTo()) return;
    await this.#context.alarms.handleDue(Date.now(), async (reason) => {
      for (const module of this.#context.modules) await module.onAlarm?.(reason);
    });
  }

  // ── Called by the Worker's HTTP routes

  /** The name of the object that the conversation has migrated to, if it has. */
  movedTo(): string | undefined {
    return movedTo(this.ctx.storage);
  }

  /** Takes over a part of a conversation that migrates to this object. */
  takeOver(part: MigrationPart): void {
    this.#migration.receive(part);
  }

  /** A message of an SSE client, by HTTP. @returns the error if it is refused; later errors go to the event stream. */
  post(message: string, sender: Sender): ClientError | undefined {
    const { person, role: granted } = sender;
    try {
      return this.exclusionError({ person, granted }) ?? this.#requests.post(message, sender);
    } catch (error) {
      return this.#context.reportFailure("sse", error);
    }
  }

  /** Why a client may do nothing in this conversation: an operator has removed it. */
  exclusionError(caller: Caller): ClientError | undefined {
    return this.#presence.exclusionError(caller);
  }

  /** Why a client may not save or delete an artifact of so many bytes, the user's too; undefined if it may. */
  artifactChangeError(caller: Caller, bytes: number): ClientError | undefined {
    const excluded = this.exclusionError(caller);
    return excluded ?? this.#artifactChanges.error(callerKey(caller), bytes, Date.now());
  }

  artifacts(): ArtifactStore {
    return this.#context.artifacts;
  }

  /** Decides how a telephone call goes on. */
  continueCall(request: CallContinuation): CallStep {
    return this.#phoneCalls.continueCall(request);
  }

  /** Why no telephone call may be placed for the conversation now; undefined if one may. */
  callError(): ClientError | undefined {
    return this.#phoneCalls.overloadError();
  }

  /** Publishes the progress of a telephone call. */
  reportCall(status: CallStatus): void {
    this.#phoneCalls.onStatus(status);
  }

  /** @param reader who reads it, and has not read too much: `readingError`. */
  transcript(after = 0, reader: Caller = {}): EventPage {
    const page = this.#context.log.page(after);
    this.chargeReading(reader, page.characters);
    return page;
  }

  /** A client has read a part of what the conversation keeps. */
  chargeReading(reader: Caller, bytes: number): void {
    this.#context.readers.charge(callerKey(reader), bytes, Date.now());
  }

  /** Why a client may not read the transcript; undefined if it may. */
  readingError(reader: Caller): ClientError | undefined {
    const excluded = this.exclusionError(reader);
    return excluded ?? this.#context.readers.error(callerKey(reader), Date.now());
  }

  /** Whether there is such a conversation. */
  exists(): boolean {
    return this.#context.sessionStore.exists;
  }

  /** @param reader as of `transcript`. @returns undefined if there is no such conversation. */
  async describe(reader: Caller = {}): Promise<SessionDescription | undefined> {
    const description = await this.#context.sessionStore.describe();
    if (description) this.chargeReading(reader, JSON.stringify(description).length);
    return description;
  }

  /** @returns false if it exists, an error if it is refused, as by an overloaded isolate; then nothing has changed. */
  async create(
    state: StateDelta,
    history: readonly Event[],
    caller: Caller,
  ): Promise<boolean | ClientError> {
    const { platform, sessionStore } = this.#context;
    if (sessionStore.exists) return false;
    const early = this.#busyError() ?? (await this.#newConversationError(caller));
    if (early) return early;
    const agent = platform.agentNamed(sessionStore.identity.app);
    const error = await this.#engine.guardrail.checkVerbatim(wordsOfHistory(history), agent);
    if (error) return error;
    // What the user's conversations share counts, too.
    await sessionStore.loaded();
    const created = sessionStore.create(state, history);
    // A client may have begun it meanwhile: its turn goes on.
    if (created === false) return false;
    // What was loaded must not stay with a conversation that is none.
    if (created !== true) await sessionStore.deleteAll();
    this.#context.reload();
    // Retention counts from here: perhaps no client ever joins.
    if (created === true) for (const module of this.#context.modules) module.onRecorded?.();
    return sessionStore.delivered(created);
  }

  /** Changes the state (ADK's PATCH). @param caller reads the whole session in the answer. */
  async patch(delta: StateDelta, caller: Caller): Promise<ClientError | undefined> {
    const { sessionStore } = this.#context;
    // The change must fit beside the shared keys.
    if (sessionStore.exists) await sessionStore.loaded();
    if (!sessionStore.exists) return sessionNotFound();
    const person = callerKey(caller);
    const by = person === undefined ? undefined : { person };
    const error =
      this.readingError(caller) ??
      this.#requests.changeState(by, delta, `p-${crypto.randomUUID()}`);
    return sessionStore.delivered(error);
  }

  /** Closes all connections and deletes everything that is stored. Deleting twice is harmless. */
  delete(): Promise<void> {
    return this.#context.delete();
  }

  /** An overloaded isolate has time for the clients that were here, and for no newcomer. */
  #overloadError(client: AdmittedClient): ClientError | undefined {
    const { connections, log } = this.#context;
    const error = this.#busyError();
    return error && !connections.isReturning(client, log.summary().updated ?? 0)
      ? error
      : undefined;
  }

  /** Why the isolate takes nothing new; undefined while it is not overloaded. */
  #busyError(): ClientError | undefined {
    const { overload, clock } = this.#context.platform;
    return overload.refusal(clock.now(), Math.random());
  }

  /** A migrated conversation is another object's. */
  async #newConversationError(caller: Caller): Promise<ClientError | undefined> {
    const { sessionStore, platform } = this.#context;
    return this.movedTo()
      ? undefined
      : sessionStore.newConversationError(caller, platform.config().limits);
  }

  #open(socket: WebSocket, client: AdmittedClient): void {
    const id = crypto.randomUUID();
    const joined = !protocols[client.protocol].joinsByMessage;
    const openedAt = this.#context.broadcaster.position;
    const attachment = {
      ...client,
      id,
      arrival: this.#context.connections.nextArrival,
      joined,
      ...(client.protocol === "parley-v1" && { openedAt }),
    } as Attachment;
    const connection = this.#context.connections.accept(socket, attachment);
    for (const module of this.#context.modules) module.onOpen?.(connection);
    // State and directory are loaded before `hello` comes.
    if (joined || client.protocol === "parley-v1") this.#context.join(connection);
  }
}
