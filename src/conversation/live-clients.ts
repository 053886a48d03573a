/**
 * Live API clients in a conversation: setup, `setupComplete`, resumption handles.
 *
 *     setup ─► the first? ─► the agent is derived from it ─► upstream connects ─► setupComplete
 *                  └─ no: the client joins the running session, without its differing fields ─▲
 *
 * A setup is the first if no client is joined, no agent has spoken, and its client may speak. The relay stores it once
 * the model has accepted it: later clients must not fail on a refused setup. Until then it is a candidate. If the model
 * refuses it, or if it makes the relay throw, its own client is refused, and the relay connects for the others.
 */
import { objectNameOf } from "../access/identity.ts";
import { encryptHandle } from "../access/resumption-handle.ts";
import type { Agent } from "../agent/agent.ts";
import { expressibleFunctions } from "../agent/runtime/client-agent.ts";
import type { ClientRequest, LiveClientRequest, ModelInput } from "../core/client-request.ts";
import { clientError, isClientError, type ClientError, type ErrorCode } from "../core/errors.ts";
import {
  applyContextUpdate,
  differingFields,
  ownSetupFields,
  parseClientSetup,
  type ClientSetup,
} from "../core/live-api/client-setup.ts";
import { capabilitiesOf } from "../core/live-api/capabilities.ts";
import { unsupportedField } from "../core/live-api/config-validation.ts";
import { bareModelName, retirementNote } from "../core/live-api/models.ts";
import { turnsOfCharacters } from "../core/policy/limits.ts";
import { classifyClose } from "../core/upstream/close-reasons.ts";
import { formatLiveMessage } from "../protocols/live-api/encoder.ts";
import {
  contextIsFixed,
  fieldIsLocked,
  contextUpdateRefused,
  contextUpdateUnsupported,
  modelNotPermitted,
  ownSetupNotPermitted,
  secondSetup,
  unknownModel,
  unsupportedSetup,
  unusableSetup,
} from "../protocols/live-api/errors.ts";
import { needsLookup } from "../protocols/live-api/resume-target.ts";
import { mayTakeRole } from "../wire/parley-v1.ts";
import type { AdoptableSetup, AdoptedSetup } from "./client-tools.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import type { Engine } from "./engine.ts";
import { tooManySessions } from "./errors.ts";
import { judgesBelow } from "./guardrail.ts";
import { Lookup, ObjectProxy } from "./live-admission.ts";
import type { Module, UpstreamChange } from "./module.ts";
import type { Requests } from "./requests.ts";
import { logFailure, logWarning } from "../operator-log.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Upstream errors that a client's setup causes. The others concern the server's key, region or quota. */
const setupErrors = new Set<ErrorCode>(["UPSTREAM_REFUSED", "MODEL_NOT_FOUND"]);

/** A client that can resume may still answer its calls if it reconnects within this time. */
const resumeGraceMs = 15_000;
/**
 * For this long the relay refuses a refused setup by itself: a client that reconnects in a loop must not cost a session
 * each time.
 */
const refusalMs = 10_000;

export class LiveClients implements Module {
  readonly #context: ConversationContext;
  readonly #engine: Engine;
  readonly #adopted: AdoptedSetup;
  readonly #requests: Requests;
  /** Setups of clients that wait for `setupComplete`. */
  readonly #waiting = new WeakMap<Connection, AdoptableSetup>();
  /** The last refused setup. `until` is in ms since the epoch. */
  #refused: { setup: ClientSetup; error: ClientError; until: number } | undefined;

  constructor(
    context: ConversationContext,
    engine: Engine,
    adopted: AdoptedSetup,
    requests: Requests,
  ) {
    this.#context = context;
    this.#engine = engine;
    this.#adopted = adopted;
    this.#requests = requests;
    for (const connection of context.connections.open) {
      const { attachment } = connection;
      if (attachment.protocol === "live-api" && attachment.proxied)
        connection.interceptor = new ObjectProxy(connection);
    }
  }

  /** Processes a frame that was queued during a lookup. */
  receive(connection: Connection, frame: string | ArrayBuffer): void {
    if (!connection.isOpen) return;
    this.#context.contain(connection, () => this.#receive(connection, frame));
  }

  #receive(connection: Connection, frame: string | ArrayBuffer): void {
    if (connection.interceptor) return connection.interceptor.receive(frame);
    for (const request of this.#engine.uplink.receive(connection, frame, true))
      this.#requests.handle(connection, request);
  }

  onLeave(connection: Connection): void {
    const { interceptor, liveClient } = connection;
    if (!liveClient) return;
    if (interceptor instanceof ObjectProxy) interceptor.close();
    this.#adopted.tools.clientLeft(connection, liveClient.resumable ? resumeGraceMs : 0);
  }

  onRequest(connection: Connection, request: ClientRequest): boolean {
    if (
      request.type !== "setup" &&
      request.type !== "toolResponse" &&
      request.type !== "contextUpdate"
    )
      return false;
    this.#handle(connection, request);
    return true;
  }

  onUpstream(change: UpstreamChange): void {
    switch (change.type) {
      case "connecting":
        return this.#context.broadcaster.publishLifecycle("away");
      case "ready":
        return this.#ready();
      case "closed":
        return this.#upstreamClosed(change.reason);
      case "ended":
        return this.#upstreamEnded(change.error);
      case "idle":
      case "queued":
    }
  }

  onReset(): void {
    this.#adopted.drop();
  }

  /** Joins the client with this setup, or refuses it. Never throws. */
  admit(connection: Connection, fields: Fields): void {
    this.#containing(connection, () => this.#admit(connection, fields));
  }

  #admit(connection: Connection, fields: Fields): void {
    const { liveClient } = connection;
    const parsed = parseClientSetup(fields);
    if (isClientError(parsed)) return this.#context.refuse(connection, parsed);
    const { preferences } = parsed;
    const { upstreamModel } = this.#context.platform.config();
    const foreign = this.#ownSetupError(connection, fields, parsed.setup.model);
    if (foreign) return this.#context.refuse(connection, foreign);
    const setup = { ...parsed.setup, model: upstreamModel(parsed.setup.model) };
    const error = this.#setupError(connection, setup, parsed.setup.model);
    if (error) return this.#context.refuse(connection, error);
    if (!liveClient) return;
    const wanted = { setup, named: liveClient.agentNamed };
    this.#waiting.set(connection, wanted);
    const adopted = this.#adopt(connection, wanted);
    const { inputTranscription, outputTranscription, handle } = preferences;
    const before = this.#adoptedBefore;
    const began =
      adopted || (before !== undefined && differingFields(before.setup, setup).length === 0);
    // Only a client that may speak can answer a call.
    const functions = mayTakeRole(connection.role, "speaker")
      ? functionNames((began && before?.updated) || setup)
      : [];
    // A client that resumes has sent its history earlier.
    const seeds = setup.seeds && !handle;
    connection.updateLiveClient({
      output: { ...liveClient.output, inputTranscription, outputTranscription },
      functions,
      began,
      resumable: handle !== undefined,
      ...(seeds && { seeding: adopted && !this.#hasHistory ? "forward" : "skip" }),
    });
    if (handle) this.#adopted.tools.clientResumed(connection, functions);
    this.#context.join(connection);
    // A client that only listens starts no session, and must not wait for one.
    const waits = this.#engine.upstream === "connecting" || mayTakeRole(connection.role, "speaker");
    if (this.#engine.upstream === "open" || !waits) this.#sendSetupComplete(connection);
  }

  #handle(connection: Connection, request: LiveClientRequest): void {
    switch (request.type) {
      case "setup":
        return this.#onSetup(connection, request.setup);
      case "toolResponse":
        for (const response of request.responses)
          this.#adopted.tools.receive(connection, response, this.#engine.guardrail);
        return;
      case "contextUpdate":
        return this.#updateContext(connection, request.update);
    }
  }

  /** A client whose setup began the conversation changes instruction or tools, for the rest of it. */
  #updateContext(connection: Connection, update: Fields): void {
    // The model gets the whole instruction again, however small the change is. One that is refused is read as well.
    const turns = Math.max(1, turnsOfCharacters(wordsOfSetup(update).length));
    if (!this.#requests.takeTurns(connection, turns)) return;
    const setup = this.#updatedSetup(connection, update);
    if (isClientError(setup)) return this.#context.refuse(connection, setup);
    const root = this.#judgedRoot;
    if (judgesBelow(root).length === 0) return this.#applyUpdate(connection, setup, update);
    this.#applyChecked(connection, root, update).catch((error: unknown) =>
      this.#context.failFrame(connection, error),
    );
  }

  /** The conversation's setup as an update changes it. */
  #updatedSetup({ liveClient }: Connection, update: Fields): ClientSetup | ClientError {
    const { stored } = this.#adopted;
    if (!stored || !liveClient?.began || !liveClient.ownSetup) return contextIsFixed();
    const locked = liveClient.locked?.find((field) => update[field] !== undefined);
    if (locked) return fieldIsLocked(locked);
    const { agent } = this.#engine;
    return agent.takesContextUpdates
      ? applyContextUpdate(stored.updated ?? stored.setup, update)
      : contextUpdateUnsupported(agent.model);
  }

  async #applyChecked(connection: Connection, root: Agent, update: Fields): Promise<void> {
    const error = await this.#engine.guardrail.checkVerbatim(wordsOfSetup(update), root);
    // Another update may have been applied meanwhile.
    const setup = error ?? this.#updatedSetup(connection, update);
    if (isClientError(setup)) this.#context.refuse(connection, setup);
    else this.#applyUpdate(connection, setup, update);
  }

  #applyUpdate(connection: Connection, setup: ClientSetup, update: Fields): void {
    this.#adopted.update(setup);
    connection.updateLiveClient({ functions: functionNames(setup) });
    for (const line of expressibleFunctions(setup).omissions) logOmission(connection.id, line);
    const fields = ["systemInstruction", "tools"] as const;
    this.#engine
      .updateContext(fields.filter((field) => update[field] !== undefined))
      .catch(logUnusableSetup);
  }

  /** Checks the words of a setup that an agent of the deployment takes over. */
  checkSetup({ liveClient }: Connection, fields: Fields): Promise<ClientError | undefined> {
    return liveClient?.agentNamed
      ? this.#engine.guardrail.checkVerbatim(wordsOfSetup(fields), this.#ownAgent)
      : Promise.resolve(undefined);
  }

  /** An update changes the root's instruction, whichever agent speaks; a setup without an agent is one of its own. */
  get #judgedRoot(): Agent {
    return this.#adopted.stored?.named ? this.#ownAgent : this.#engine.agent.agent;
  }

  get #ownAgent(): Agent {
    return this.#context.platform.agentNamed(this.#context.sessionStore.identity.app);
  }

  #onSetup(connection: Connection, fields: Fields): void {
    const { liveClient } = connection;
    if (!liveClient || connection.isJoined || connection.interceptor)
      return this.#context.refuse(connection, secondSetup());
    const now = this.#context.clock.now();
    const waitMs = this.#context.allowances.of("handles", connection.person, now).take(1, now);
    if (waitMs > 0) return this.#context.expel(connection, tooManySessions(waitMs));
    const isChecked = liveClient.agentNamed && judgesBelow(this.#ownAgent).length > 0;
    if (!isChecked && !needsLookup(fields, liveClient)) return this.admit(connection, fields);
    const lookup = new Lookup(this.#context, connection, this);
    connection.interceptor = lookup;
    void lookup.run(fields);
  }

  /** Why the client's token does not permit the setup. Without a setup of its own, the model is the agent's. */
  #ownSetupError(
    { liveClient }: Connection,
    fields: Fields,
    model: string,
  ): ClientError | undefined {
    if (!liveClient) return undefined;
    const { ownSetup, models } = liveClient;
    if (models && !models.map(bareModelName).includes(model))
      return modelNotPermitted(model, models);
    if (ownSetup) return undefined;
    const { platform, sessionStore } = this.#context;
    const [agentModel] = platform.agentNamed(sessionStore.identity.app).models;
    const own = ownSetupFields(fields);
    if (own.length > 0) return ownSetupNotPermitted(own);
    return model === agentModel ? undefined : modelNotPermitted(model, [agentModel]);
  }

  /** @param requested the model that the client names, which `setup` has the alias of. */
  #setupError(
    connection: Connection,
    setup: ClientSetup,
    requested: string,
  ): ClientError | undefined {
    const { servesModel, upstream } = this.#context.platform.config();
    const { model } = setup;
    if (!servesModel(model) && !servesModel(requested)) return unknownModel(requested);
    const field = this.#mayBegin(connection)
      ? unsupportedField(setup, capabilitiesOf(model, upstream.surface))
      : undefined;
    if (field !== undefined) return unsupportedSetup(field);
    const refused = this.#refused;
    const isSame = refused && differingFields(refused.setup, setup).length === 0;
    return isSame && Date.now() < refused.until ? refused.error : undefined;
  }

  /** @returns whether the root agent is derived from this setup. */
  #adopt(connection: Connection, wanted: AdoptableSetup): boolean {
    const before = this.#adoptedBefore;
    if (this.#mayBegin(connection)) {
      // A running session has another configuration. Its text seeds the next one.
      this.#engine.end();
      this.#adopted.propose(wanted);
      for (const line of expressibleFunctions(wanted.setup).omissions)
        logOmission(connection.id, line);
      return true;
    }
    const names = before ? differingFields(before.setup, wanted.setup) : ["setup"];
    if (names.length > 0) logIgnoredFields(connection.id, names);
    return false;
  }

  /** The setup that the conversation has, or that is being tried. */
  get #adoptedBefore(): AdoptableSetup | undefined {
    const running = this.#engine.upstream === "none" ? undefined : this.#adopted.candidate;
    return this.#adopted.stored ?? running;
  }

  /** Whether the conversation begins with this client's setup. */
  #mayBegin({ role }: Connection): boolean {
    return !this.#adoptedBefore && this.#isUnclaimed && mayTakeRole(role, "speaker");
  }

  get #hasHistory(): boolean {
    const { turn, log } = this.#context;
    return turn.number > 0 || log.rows(0, 1).length > 0;
  }

  /** User text does not count: without an answer it may belong to a setup that failed. */
  get #isUnclaimed(): boolean {
    const { connections, log } = this.#context;
    const isIdle = this.#engine.upstream === "none" && connections.joined.length === 0;
    return isIdle && log.summary().agent === undefined;
  }

  #ready(): void {
    this.#context.broadcaster.publishLifecycle("ready");
    try {
      this.#adopted.confirm();
    } catch (error) {
      logUnusableSetup(error);
      return this.#refuseCandidate(unusableSetup());
    }
    this.#completeSetups();
  }

  #completeSetups(): void {
    for (const connection of this.#newestFirst())
      if (!connection.liveClient?.setupCompleteSent) this.#sendSetupComplete(connection);
  }

  /**
   * If the model refuses the candidate, the client receives the service's own code and text. The session ends before the
   * upstream FSM learns of the close, which to the other clients is no failure of theirs.
   */
  #upstreamClosed(reason: string): void {
    const { candidate } = this.#adopted;
    if (!candidate) return this.#onClosedWithoutCandidate(reason);
    const refusal = refusalIn(reason, candidate.setup.model);
    if (!refusal) return;
    this.#refuseCandidate(refusal);
    this.#engine.end();
  }

  /** A context update that the service refuses must not end every later session. */
  #onClosedWithoutCandidate(reason: string): void {
    const { code } = classifyClose(reason).error;
    const refusal = refusalIn(reason, this.#engine.agent.model);
    if (this.#engine.upstream !== "connecting" || !refusal || code === "MODEL_NOT_FOUND") return;
    if (!this.#adopted.takeBackUpdate(code === "UPSTREAM_REFUSED")) return;
    this.#engine.redefineRoot();
    const { stored } = this.#adopted;
    const functions = stored ? functionNames(stored.updated ?? stored.setup) : [];
    for (const connection of this.#newestFirst()) {
      const { began, ownSetup, setupCompleteSent } = connection.liveClient ?? {};
      if (!began) continue;
      if (mayTakeRole(connection.role, "speaker")) connection.updateLiveClient({ functions });
      // Before `setupComplete` a client would take an error message for the answer to its setup.
      if (ownSetup && setupCompleteSent)
        this.#context.refuse(connection, contextUpdateRefused(refusal.message));
    }
  }

  /** Deferred: the upstream FSM may be within a step. */
  #refuseCandidate(error: ClientError): void {
    const { candidate } = this.#adopted;
    queueMicrotask(() => {
      if (!candidate || candidate !== this.#adopted.candidate) return;
      this.#refused = { setup: candidate.setup, error, until: Date.now() + refusalMs };
      this.#withdrawCandidate();
      for (const connection of this.#newestFirst())
        if (this.#waitsWith(connection, candidate)) this.#context.refuse(connection, error);
      this.#connectForOthers();
    });
  }

  /** Runs a step that a client's setup may make throw; an error refuses this client alone. */
  #containing(connection: Connection, step: () => void): void {
    const { candidate } = this.#adopted;
    try {
      step();
    } catch (error) {
      logUnusableSetup(error);
      const isCandidate = this.#adopted.candidate !== candidate;
      if (isCandidate) this.#withdrawCandidate();
      this.#context.refuse(connection, unusableSetup());
      if (isCandidate) this.#connectForOthers();
    }
  }

  #withdrawCandidate(): void {
    this.#engine.end();
    this.#adopted.drop();
    this.#engine.restart(this.#context.sessionStore.identity.app);
  }

  #waitsWith(connection: Connection, { setup }: AdoptableSetup): boolean {
    const waiting = this.#waiting.get(connection);
    return waiting !== undefined && differingFields(waiting.setup, setup).length === 0;
  }

  /**
   * After a candidate was refused: the oldest client that remains and may speak may begin the conversation with its own
   * setup. Clients that only listen start no session, and must not wait for one.
   */
  #connectForOthers(): void {
    const { connections, log } = this.#context;
    const oldest = connections.joined.find(({ role }) => mayTakeRole(role, "speaker"));
    if (!oldest) return this.#completeSetups();
    const mayBegin = connections.allSpeak("live-api") && log.summary().agent === undefined;
    const wanted = mayBegin ? this.#waiting.get(oldest) : undefined;
    this.#containing(oldest, () => {
      if (wanted) this.#adopted.propose(wanted);
      if (wanted?.setup.seeds && oldest.liveClient?.seeding && !this.#hasHistory)
        oldest.updateLiveClient({ seeding: "forward" });
      this.#context.admitSpeaker(oldest);
    });
  }

  /** The remaining clients must not connect with a setup that no model has accepted. */
  #upstreamEnded(error: ClientError): void {
    const { candidate } = this.#adopted;
    this.#adopted.drop();
    for (const connection of this.#newestFirst()) this.#context.refuse(connection, error);
    if (candidate) this.#engine.restart(this.#context.sessionStore.identity.app);
  }

  #sendSetupComplete(connection: Connection): void {
    const { liveClient } = connection;
    const sessionId = liveClient?.output.vertex ? { sessionId: crypto.randomUUID() } : {};
    connection.push(formatLiveMessage({ setupComplete: sessionId }));
    connection.updateLiveClient({ setupCompleteSent: true });
    this.#waiting.delete(connection);
    if (liveClient?.resumable) void this.#sendHandle(connection);
  }

  /** Google's handle must not leave the server: this one names the conversation, so it outlives the session. */
  async #sendHandle(connection: Connection): Promise<void> {
    const { sessionStore, platform } = this.#context;
    const name = objectNameOf(sessionStore.identity);
    const newHandle = await encryptHandle(platform.config().auth, name, Date.now());
    const sessionResumptionUpdate = { newHandle, resumable: true };
    connection.push(formatLiveMessage({ sessionResumptionUpdate }));
  }

  #newestFirst(): Connection[] {
    return this.#context.connections.joinedBy("live-api").toReversed();
  }
}

/**
 * A Live API client's first contents are history until it completes a turn (Live API: `historyConfig`).
 * @returns the input for the model; undefined if the model knows the history.
 */
export function applySeeding(connection: Connection, input: ModelInput): ModelInput | undefined {
  const seeding = connection.liveClient?.seeding;
  if (!seeding) return input;
  const content = asContent(input);
  // In a running conversation the relay drops only the history: other input ends it.
  if (content?.complete ?? seeding === "skip") connection.updateLiveClient({ seeding: undefined });
  if (seeding === "skip") return content ? undefined : input;
  return content
    ? { ...content, isHistory: true }
    : { ...input, ...(input.type === "text" && { deliverAs: "realtime" as const }) };
}

/** Whether the input is history of this client, which is not answered. */
export const isHistory = ({ liveClient }: Connection, input: ModelInput): boolean =>
  liveClient?.seeding !== undefined && asContent(input) !== undefined;

/** The Live API takes history only as `clientContent`. */
function asContent(input: ModelInput): Extract<ModelInput, { type: "content" }> | undefined {
  if (input.type === "content") return input;
  if (input.type !== "text" || input.deliverAs !== "turn") return undefined;
  return {
    type: "content",
    turns: [{ role: "user", parts: [{ text: input.text }] }],
    complete: true,
    ...(input.from !== undefined && { from: input.from }),
  };
}

/**
 * The texts of a setup or of a context update that the model may read, one a line. The service reads fields that parley does not
 * know, too.
 */
const wordsOfSetup = ({ generationConfig = {}, ...fields }: Fields): string => {
  const read = Object.entries(fields).filter(([name]) => !wordlessFields.has(name));
  const options = Object.entries(generationConfig as object).filter(
    ([name]) => !wordlessOptions.has(name),
  );
  return textsIn([...read.map(namedValue), ...options.map(namedValue)]).join("\n");
};

/** A field that parley knows has a name that is no word of the client's. */
const namedValue = ([name, value]: [string, unknown]): unknown =>
  fieldNames.has(name) ? value : { [name]: value };

/** Fields of a setup that hold switches, numbers and names of the service. */
const wordlessFields: ReadonlySet<string> = new Set(
  (
    "model sessionResumption realtimeInputConfig contextWindowCompression proactivity historyConfig explicitVadSignal " +
    "safetySettings"
  ).split(" "),
);

/** The same of its generation config. */
const wordlessOptions: ReadonlySet<string> = new Set(
  (
    "responseModalities temperature topP topK maxOutputTokens candidateCount seed presencePenalty frequencyPenalty " +
    "speechConfig mediaResolution thinkingConfig enableAffectiveDialog"
  ).split(" "),
);

/** The names that a client chose, such as a parameter's, are words, too; those of fields are none. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === "string" || typeof value === "number") return [`${value}`];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, inner]) =>
        fieldNames.has(name) ? textsIn(inner) : [name, ...textsIn(inner)],
      )
    : [];
};

/** Of contents, declarations, schemas and transcriptions. */
const fieldNames: ReadonlySet<string> = new Set(
  (
    "inputAudioTranscription outputAudioTranscription languageCodes languageHints customVocabulary adaptationPhrases " +
    "systemInstruction parts text role tools functionDeclarations name description behavior parameters response " +
    "responseSchema parametersJsonSchema responseJsonSchema type properties required items enum format nullable"
  ).split(" "),
);

const functionNames = ({ functions }: Pick<ClientSetup, "functions">): string[] =>
  functions.flatMap(({ name }) => name ?? []);

/** The service's code and text, if it closed the connection because of the setup; of a model that is gone, its successor. */
function refusalIn(reason: string, model: string): ClientError | undefined {
  const [, code, text] = /^(1\d{3}) (.+)/.exec(reason) ?? [];
  if (text === undefined) return undefined;
  const isInvalid = code === "1007" || code === "1008";
  const error = classifyClose(reason).error.code;
  if (!setupErrors.has(error) && !(isInvalid && error === "UPSTREAM_LOST")) return undefined;
  const note = error === "MODEL_NOT_FOUND" ? retirementNote(model) : undefined;
  const refusal = clientError("BAD_FRAME", note ?? text);
  return isInvalid ? { ...refusal, close: Number(code) } : refusal;
}

const logUnusableSetup = (error: unknown): void =>
  logFailure("the setup of a Live API client could not be used, and the client was refused", error);

/** Names only, since values may contain the client's secrets. */
const logIgnoredFields = (id: string, names: readonly string[]): void =>
  logWarning(
    `participant ${id} asks for another ${names.join(", ")} than the conversation has, which stays as it is.`,
  );

/** Before `setupComplete` a client would take an error message for the answer to its setup. */
const logOmission = (id: string, line: string): void => logWarning(`participant ${id}: ${line}`);
