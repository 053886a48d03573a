/**
 * The conversation's turns with the model: input that is not audio, the active agent, its sessions, and the way down. The
 * order of its steps is stated here alone; no step calls back. The way up of clients' frames is in `uplink.ts`.
 *
 *     down  deduplicate → guardrail → turn state → translate → publish → record → upstream FSM → run tools
 *
 * Audio is most of the traffic and passes through fewer steps; docs/design.md lists its files in order.
 */
import { ActiveAgent, maxCallsInRow, type ActiveAgentHost } from "../agent/runtime/active-agent.ts";
import type { AgentRuntime } from "../agent/runtime/agent-runtime.ts";
import type { Agent } from "../agent/agent.ts";
import { fingerprintOf } from "../agent/runtime/fingerprint.ts";
import { sameSettings, type ClientSettings } from "../agent/client-settings.ts";
import type { AgentPreferences } from "../agent/runtime/preferences.ts";
import { aborted, errorEvent } from "../core/adk/event.ts";
import { emptyHistory, historyOf, type History } from "../core/adk/history.ts";
import type { TranslationContext } from "../core/adk/live-to-adk.ts";
import type { LongRunningCall } from "../core/adk/long-running-calls.ts";
import type { ModelInput, ToolResult } from "../core/client-request.ts";
import { ToolError, type ClientError } from "../core/errors.ts";
import { retirementNote } from "../core/live-api/models.ts";
import type { SetupMessage } from "../core/live-api/session-setup.ts";
import { toToolResponse } from "../core/live-api/tool-response.ts";
import {
  opensTurn,
  textTurnsOf,
  unreadablePart,
  withWords,
  wordsOf,
} from "../core/request-text.ts";
import type { FilteredMessage } from "../core/policy/answer-filter.ts";
import { answerPrompt, reactionToEnd, StallWatch, withoutEnd } from "../core/policy/stalls.ts";
import type { SentInput } from "../core/policy/sent-input.ts";
import { classifyClose, noAnswerGiven } from "../core/upstream/close-reasons.ts";
import { cutText } from "../wire/text.ts";
import type { Deduplication } from "../core/upstream/deduplication.ts";
import {
  interruptMessage,
  responseText,
  type ContextField,
  type UpstreamMessage,
} from "../core/upstream/encoding.ts";
import type { SessionKnowledge } from "../core/upstream/fsm-types.ts";
import { noPreferences } from "../protocols/attachment.ts";
import type { AlarmReason } from "../store/alarm-schedule.ts";
import { endCall } from "../store/phone-call.ts";
import { StoredHandle } from "../store/stored-handle.ts";
import type { EventBody } from "../wire/adk.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import { mayTakeRole } from "../wire/parley-v1.ts";
import type { AdoptedSetup } from "./client-tools.ts";
import type { AudioRecorder } from "./audio-recorder.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import {
  anotherFunction,
  answeredLongRunningCall,
  tooManyToolCalls,
  unknownLongRunningCall,
  unreadableInput,
} from "./errors.ts";
import { Guardrail, type GuardrailHost } from "./guardrail.ts";
import type { Migration } from "./migration.ts";
import type { Module, UpstreamChange } from "./module.ts";
import type { Presence } from "./presence.ts";
import { Uplink } from "./uplink.ts";
import { UpstreamConnection, type Requester, type UpstreamHost } from "./upstream-connection.ts";
import { logError } from "../operator-log.ts";

/** An object with clients that only listen may be evicted after 15 minutes, and the upstream session with it. */
const keepAliveMs = 5 * 60_000;
/** Text older than this is not sent for an answer again. */
const maxUnansweredMs = 45_000;
/** A join after this long without an event follows a pause. A page reloads sooner, and clients return sooner after a deploy. */
const pauseMs = 60_000;
/** The newest events, read for history. */
const recentEvents = 500;

export class Engine implements Module, UpstreamHost, GuardrailHost {
  readonly #context: ConversationContext;
  readonly #adopted: AdoptedSetup;
  readonly #migration: Migration;
  readonly guardrail: Guardrail;
  readonly #upstream: UpstreamConnection;
  /** The way up of the clients' frames. */
  readonly uplink: Uplink;
  readonly #storedHandle: StoredHandle;
  #activeAgent: ActiveAgent;
  /** Of the session: its first speaker chose them. */
  #settings: ClientSettings | undefined;
  #marksTurns = false;
  /** Whether the agent's author rewrites events. */
  #rewritesEvents = false;
  #translation: TranslationContext;
  #history: History = emptyHistory;
  readonly #deduplication: Deduplication;
  readonly #stalls = new StallWatch();
  /** The number of the turn that a client interrupted last. */
  #interruptedTurn: number | undefined;
  /** Ids of long-running calls whose results of clients wait for a verdict. */
  readonly #reporting = new Set<string>();
  /** The next session is another agent's, which goes on with the turn. */
  #transferred = false;
  /** Fields of context updates that the session under way is still to be told. */
  readonly #untoldFields = new Set<ContextField>();

  constructor(
    context: ConversationContext,
    presence: Presence,
    adopted: AdoptedSetup,
    audioRecorder: AudioRecorder,
    migration: Migration,
  ) {
    this.#context = context;
    this.#adopted = adopted;
    this.#migration = migration;
    this.#storedHandle = new StoredHandle(context.object.storage);
    const preferences = this.#firstSpeaker?.attachment;
    const app = context.connections.open[0]?.attachment.app;
    this.#activeAgent = this.#createAgent(app, preferences);
    this.#settings = preferences?.settings;
    this.#marksTurns = preferences?.marksTurns === true;
    this.#translation = this.agent.translationContext();
    this.guardrail = new Guardrail(context, this);
    const handle = this.#storedHandle.load(fingerprintOf(this.agent.agent), Date.now());
    this.#upstream = new UpstreamConnection(context, this, handle);
    this.uplink = new Uplink(context, presence, audioRecorder, this.#upstream, this.agent);
    this.#deduplication = this.uplink.deduplication;
    this.#useAgent();
  }

  /** The active agent at work. */
  get agent(): AgentRuntime {
    return this.#activeAgent.runtime;
  }

  /** Whether there is a session, one is being connected, or none is. */
  get upstream(): "open" | "connecting" | "none" {
    if (this.#upstream.isOpen) return "open";
    return this.#upstream.isIdle ? "none" : "connecting";
  }

  /** The active agent's names and capabilities. */
  get translation(): TranslationContext {
    return this.#translation;
  }

  get toolsRunning(): boolean {
    return this.#activeAgent.busy;
  }

  /** For estimates of what it costs. */
  get sentInput(): SentInput {
    return this.#upstream.sentInput;
  }

  // ── Clients come and go

  /**
   * The first speaker decides on root agent and preferences, until the upstream connection is parked again. One that is
   * alone and chose other settings gets a session with them, since a session cannot change its own.
   */
  onSpeaker(connection: Connection): void {
    const { attachment } = connection;
    const isParked = this.#upstream.state === "parked";
    const marksTurns = attachment.marksTurns === true;
    const choosesOthers =
      marksTurns !== this.#marksTurns || !sameSettings(this.#settings, attachment.settings);
    if (isParked || (choosesOthers && !this.#context.connections.hasOthers(connection))) {
      const { name } = this.agent.agent;
      const idleMs = Date.now() - this.#context.sessionStore.lastActivityAt;
      if (!isParked) this.#activeAgent.stop();
      this.#activeAgent = this.#createAgent(attachment.app, attachment, idleMs > pauseMs);
      this.#settings = attachment.settings;
      this.#marksTurns = marksTurns;
      this.#useAgent();
      if (this.agent.agent.name !== name || choosesOthers)
        this.#upstream.apply({ type: "agentChanged" });
    }
    this.#upstream.apply({ type: "clientJoined" }, { connection });
  }

  onLeave(connection: Connection): void {
    const isLast = !this.#context.connections.hasOthers(connection);
    this.uplink.onLeave(connection, isLast);
    if (isLast) this.#upstream.apply({ type: "lastClientLeft" });
  }

  onAlarm(reason: AlarmReason): void {
    if (reason === "session") this.#keepAlive();
  }

  onEnd(): void {
    this.guardrail.onEnd();
    this.end();
  }

  onReset(): void {
    this.#replaceAgent(this.#context.platform.agentNamed(undefined), noPreferences);
  }

  /** Ends the session. It is not resumed. */
  end(): void {
    endCall(this.#context.object.storage);
    this.#upstream.apply({ type: "end" });
  }

  /** The conversation may have one of the service's sessions. */
  admit(): void {
    this.#upstream.admit();
  }

  /** Restarts with the deployment's agent, after the setup of another one was refused. */
  restart(app: string): void {
    this.#replaceAgent(this.#rootAgent(app), this.#firstSpeaker?.attachment ?? noPreferences);
  }

  /** The oldest of the clients that may choose the session's settings. */
  get #firstSpeaker(): Connection | undefined {
    return this.#context.connections.joined.find(({ role }) => mayTakeRole(role, "speaker"));
  }

  // ── Up: from the clients to the model, after the uplink

  /** Input other than audio: typed text goes through the guardrail. */
  receiveInput(connection: Connection, received: ModelInput): void {
    const adapts = connection.attachment.protocol === "parley-v1";
    const input = adapts ? this.agent.adaptMark(received) : received;
    if (!input) return;
    const error = this.agent.validateInput(input);
    if (error) return this.#context.refuse(connection, error);
    if (!this.uplink.mayControlStream(connection, input)) return;
    connection.asks ||= opensTurn(input) || input.type === "content";
    const textId = input.type === "text" ? input.id : undefined;
    const requester = { connection, textId };
    const unreadable = this.agent.agent.hooks.beforeModel && unreadablePart(input);
    if (unreadable !== undefined)
      return this.#context.refuse(connection, unreadableInput(unreadable), textId);
    const text = wordsOf(input);
    // Contents without words may complete a turn whose words wait for their verdict.
    const waits = input.type === "content" && this.guardrail.hasPendingTexts;
    if (text === "" && !waits) return this.#accept(input, requester);
    const accept = (passed: string): void => this.#accept(withWords(input, passed), requester);
    const verdict = this.guardrail.checkTyped(input, connection.firstPerson);
    this.guardrail.acceptTyped(verdict, requester, accept);
  }

  /** A client interrupts the answer: audio stops for all clients at once, and the model too if text interrupts it. */
  interrupt(connection: Connection): void {
    const heardMs = connection.takeHeardMs(Date.now());
    this.#stopAnswer({ cutBy: connection.id, heardMs });
  }

  /** Whether nothing has been said since the last interruption: another one would stop nothing. */
  get isInterrupted(): boolean {
    const { open, number } = this.#context.turn;
    return this.guardrail.isDiscarding || (!open && number === this.#interruptedTurn);
  }

  /**
   * Stops the turn of a client that has left and was alone in it. Input that waits for a session is not sent.
   * @param calls ids of the turn's calls that have no response: each gets one.
   * @returns false if another client has spoken or typed since: then the turn goes on.
   */
  abortTurn({ id }: Connection, calls: readonly string[]): boolean {
    if (this.uplink.lastSender !== id || this.guardrail.isDiscarding) return false;
    const author = this.agent.agent.name;
    const isAnswered = this.#context.turn.open && this.#upstream.isOpen;
    const sealed = this.#activeAgent.abortCalls(calls);
    this.#stopAnswer({ cutBy: id });
    if (!isAnswered) {
      // No `turnComplete` is to come.
      this.#upstream.apply({ type: "inputAborted" });
      this.#context.advanceTurn({ type: "completed" });
    }
    if (sealed === 0) this.#context.publish(aborted({ author }));
    return true;
  }

  /** @param customMetadata of the interruption. */
  #stopAnswer(customMetadata: Record<string, unknown>): void {
    const { recorder } = this.#context;
    const { open } = this.#context.turn;
    recorder.finishTranscripts(this.#translation);
    this.#context.advanceTurn({ type: "interrupted" });
    this.#context.publish({ author: this.agent.agent.name, interrupted: true, customMetadata });
    this.#interruptedTurn = this.#context.turn.number;
    if (!open || !this.#upstream.isOpen) return;
    this.guardrail.discardAnswer();
    if (this.agent.textInterrupts) this.#upstream.sendIfConnected(interruptMessage);
  }

  /**
   * The root agent's definition has changed in the middle of the conversation: the session under way is told, and resumes
   * as before; the next one begins with it. Rejects if the author's code does.
   */
  async updateContext(changed: readonly ContextField[]): Promise<void> {
    this.redefineRoot();
    for (const field of changed) this.#untoldFields.add(field);
    const { agent } = this;
    await agent.prepare(this.#context.sessionStore.loaded());
    await this.guardrail.judgeInstruction(agent);
    // An update that came meanwhile tells the fields of both.
    if (agent !== this.agent) return;
    this.#readAgent();
    const fields = [...this.#untoldFields];
    this.#untoldFields.clear();
    this.#upstream.sendIfConnected(agent.encodeContextUpdate(fields));
  }

  /** The root agent's definition has changed: running calls go on, and the session can still be resumed. */
  redefineRoot(): void {
    const handle = this.#storedHandle.load(fingerprintOf(this.agent.agent), Date.now());
    const root = this.#rootAgent(this.#context.sessionStore.identity.app);
    this.#activeAgent = this.#activeAgent.redefined(root);
    this.#useAgent();
    this.storeHandle(handle);
  }

  /** The result of a long-running call, from a client. It answers an open call, once, and passes the guardrail. */
  receiveToolResult(connection: Connection, received: ToolResult): void {
    const { id } = received;
    const call = this.#context.log.longRunningCall(id);
    const error = this.#reporting.has(id)
      ? answeredLongRunningCall(id)
      : reportError(received, call);
    if (error) return this.#context.refuse(connection, error);
    this.#reporting.add(id);
    const { name = "" } = call ?? {};
    const result = { ...received, name, response: toToolResponse(received.response) };
    const verdict = this.guardrail.checkReport(responseText(result));
    this.guardrail.acceptTyped(verdict, { connection }, (text) => {
      // The tool may have ended while the result waited for the verdict.
      if (this.#context.log.longRunningCall(id)?.isOpen) this.#acceptToolResult(result, text);
      else this.#context.refuse(connection, answeredLongRunningCall(id));
    });
    const settle = (): void => void this.#reporting.delete(id);
    if (verdict instanceof Promise) verdict.then(settle, settle);
    else settle();
  }

  /** @param text the response in words, as the guardrail passed it. */
  #acceptToolResult({ id, name, response }: ToolResult, text: string): void {
    this.uplink.lastSender = undefined;
    const told = text === responseText({ name, response }) ? response : { result: text };
    const functionResponse = { id, name, response: told };
    this.#context.publish({
      author: "user",
      content: { role: "user", parts: [{ functionResponse }] },
    });
    this.sendServerText(text);
  }

  sendServerText(text: string): void {
    this.#upstream.sendIfConnected(this.agent.encodeServerText(text));
  }

  #accept(input: ModelInput, requester: Requester): void {
    this.#context.unfinishedTurn.onInput(input);
    this.agent.offerToWatchers(input);
    if (opensTurn(input)) this.uplink.lastSender = requester.connection.id;
    if (this.uplink.takeMark(input)) return;
    const message = this.agent.encodeInput(input);
    if (!this.#upstream.apply({ type: "send", message }, requester)) return;
    this.#context.advanceTurn({ type: "clientInput", request: input });
    if (input.type === "activityStart") this.uplink.onSpeech();
    for (const { role, text, ...source } of textTurnsOf(input)) {
      if (role === "user") {
        this.#deduplication.onTyped(text);
        this.#context.recorder.publishTyped(text, source);
      } else {
        const outputTranscription = { text, finished: true };
        this.#context.publish({
          author: this.agent.agent.name,
          partial: false,
          outputTranscription,
        });
      }
    }
  }

  // ── Down: from the model to the clients

  onServerMessage(message: ServerMessage, frame: string | ArrayBuffer): void {
    const audio = audioAlone(message);
    if (audio !== undefined && this.#passesAudioAlone)
      return this.#deliverAudio(message, audio, frame);
    const { usageMetadata } = message;
    // The service bills what the guardrail discards, too.
    if (usageMetadata)
      for (const module of this.#context.modules) module.onUsage?.(usageMetadata, this.agent.model);
    for (const each of this.#deduplication.deliver(
      message,
      this.#translation,
      this.uplink.isSpeaking,
    ))
      for (const filtered of this.guardrail.screen(each)) this.#deliver(filtered);
  }

  #deliver({ message, discarded }: DeliveredMessage): void {
    if (this.#stalls.endsNothing(this.#context.turn, message))
      return this.#deliverWithoutEnd(message);
    const reaction = reactionToEnd(this.#context.turn, message);
    if (reaction === "ask") return this.#askForAnswer(message);
    if (reaction === "tell") {
      this.#context.advanceTurn({ type: "endedEmpty" });
      this.#context.publish(errorEvent(noAnswerGiven()));
    }
    this.#deliverMessage({ message, discarded });
  }

  /** The model ended the turn with nothing. Clients do not get that end: the turn goes on with the answer. */
  #askForAnswer(message: ServerMessage): void {
    this.#context.advanceTurn({ type: "endedEmpty" });
    this.#deliverWithoutEnd(message);
    this.sendServerText(answerPrompt);
  }

  #deliverWithoutEnd(message: ServerMessage): void {
    const left = withoutEnd(message);
    if (left) this.#deliverMessage({ message: left, discarded: false });
  }

  #deliverMessage({ message, discarded }: DeliveredMessage): void {
    const { recorder, broadcaster } = this.#context;
    const { agent } = this;
    const translation = this.#translation;
    this.#context.advanceTurn({ type: "serverMessage", message, context: translation, discarded });
    const bodies = recorder.translate(message, translation);
    const sentAsMessage = broadcaster.publishMessage(message, this.#rewritesEvents);
    for (const body of bodies)
      this.#context.publish(body.interrupted ? this.#withInterruption(body) : body, {
        sentAsMessage,
      });
    recorder.storeDraft(translation);
    this.#upstream.apply({ type: "serverMessage", message });
    this.#watchForTone(message);
    this.#runTools(agent, message);
  }

  /** Whether audio needs no event: no hook reads it, and all clients take it alone. */
  get #passesAudioAlone(): boolean {
    const { connections } = this.#context;
    return (
      !this.guardrail.isDiscarding &&
      !this.#rewritesEvents &&
      !this.#deduplication.transcripts.holds &&
      connections.takeAudioAlone
    );
  }

  /** A message with nothing but audio: not checked, not translated and not stored. @param audio base64. */
  #deliverAudio(message: ServerMessage, audio: string, frame: string | ArrayBuffer): void {
    const { recorder, broadcaster } = this.#context;
    const translation = this.#translation;
    if (this.#deduplication.transcripts.last !== undefined) this.#deduplication.onAudio();
    this.#context.advanceTurn({
      type: "serverMessage",
      message,
      context: translation,
      discarded: false,
    });
    broadcaster.publishAudio({ message, frame, base64: audio, translation });
    if (Date.now() >= recorder.draftDueAt) recorder.storeDraft(translation);
    this.#upstream.receiveAudio(message);
    if (this.#context.turn.wordlessMs >= this.#stalls.toneCheckAtMs) this.#watchForTone(message);
  }

  #watchForTone(message: ServerMessage): void {
    if (!this.#stalls.hearsTone(this.#context.turn, message)) return;
    this.#context.advanceTurn({ type: "tone" });
    this.#upstream.apply({ type: "timer" });
  }

  /** Calls run once the speech that led to them was checked. */
  #runTools(agent: AgentRuntime, message: ServerMessage): void {
    const { number } = this.#context.turn;
    const check = message.toolCall && this.guardrail.pendingSpeechCheck;
    const isPermitted = (): boolean => !this.guardrail.isDiscarding;
    agent.handleToolCalls(message, number, check && { passes: check, isPermitted });
  }

  /** The event of an answer that speech interrupted, with its speaker and the part of the answer that client had heard. */
  #withInterruption(body: EventBody): EventBody {
    const now = Date.now();
    const speaker = this.uplink.speaker(now);
    const connection = speaker === undefined ? undefined : this.#context.connections.find(speaker);
    const heardMs = connection?.takeHeardMs(now);
    return heardMs === undefined ? body : { ...body, customMetadata: { cutBy: speaker, heardMs } };
  }

  // ── Called by the upstream connection

  /** If another agent takes over before this resolves, the socket is replaced and gets no setup. */
  async setupMessage(handle: string | undefined): Promise<SetupMessage> {
    this.#announceAgent();
    const prepared = this.agent;
    await prepared.prepare(this.#context.sessionStore.loaded());
    await this.guardrail.judgeInstruction(prepared);
    await this.guardrail.pendingSpeechCheck;
    this.#forgetBlockedInput();
    this.#readAgent();
    const root = this.#rootAgent(this.#context.sessionStore.identity.app);
    this.#adopted.offer(this.agent.agent.name === root.name, handle !== undefined);
    const isNew = this.#context.turn.contentTurn === 0 && this.#history.turns.length === 0;
    return this.agent.buildSetup(this.#history, handle, isNew && this.#adopted.seedsHistory);
  }

  /** After a pause the root agent may have taken the place of the last one. */
  #announceAgent(): void {
    const { kv } = this.#context;
    const from = kv.get<string>("lead");
    const to = this.agent.agent.name;
    if (from === undefined || from === to) return;
    kv.put("lead", to);
    this.#context.publish({ author: to, agentChanged: { from, to } });
  }

  /** Drops unfinished transcripts: the new session sends them again, and they are published again. */
  onSessionLost(): void {
    this.#context.recorder.dropTranscripts();
    this.#notify({ type: "connecting" });
    const events = this.#context.log.newest(recentEvents);
    this.#history = historyOf(events, Date.now() - maxUnansweredMs, this.#transferred);
    this.#forgetBlockedInput();
  }

  /** Blocked input is not answered. */
  #forgetBlockedInput(): void {
    if (this.guardrail.isDiscarding)
      this.#history = { ...this.#history, unansweredText: undefined };
  }

  /**
   * The history, and a prompt to speak first: for the author's greeting in a new conversation, or for an agent that takes
   * over with nothing to answer.
   */
  seedMessages(knowledge: SessionKnowledge): readonly UpstreamMessage[] {
    const { agent } = this;
    // The verdict may have come since the setup.
    this.#forgetBlockedInput();
    const { unansweredText } = this.#history;
    const seed = agent.seedMessages(this.#history, knowledge);
    if (knowledge.unanswered) this.#deduplication.onSentAgain(unansweredText);
    const isFirst = this.#context.turn.contentTurn === 0 && !knowledge.resumed;
    const speaksFirst = unansweredText === undefined && (this.#transferred || isFirst);
    const takeover = this.#transferred ? agent.encodeServerText(takeoverPrompt) : undefined;
    const greeting = speaksFirst ? (agent.encodeGreeting() ?? takeover) : undefined;
    this.#transferred = false;
    this.#keepAlive();
    this.#notify({ type: "ready" });
    return greeting ? [...seed, greeting] : seed;
  }

  storeHandle(handle: string | undefined): void {
    this.#storedHandle.save(handle, fingerprintOf(this.agent.agent), Date.now());
  }

  onSocketClosed(reason: string): "model" | "setup" | undefined {
    const { version } = this.#adopted;
    this.#notify({ type: "closed", reason });
    if (version !== this.#adopted.version) return "setup";
    const usesFallback =
      classifyClose(reason).error.code === "MODEL_NOT_FOUND" && this.agent.useFallbackModel();
    if (usesFallback) this.#useAgent();
    return usesFallback ? "model" : undefined;
  }

  interruptTurn(): void {
    if (!this.#context.turn.open) return this.#context.recorder.dropTranscripts();
    const translation = this.#translation;
    this.#context.recorder.finishTranscripts(translation);
    this.#context.advanceTurn({ type: "interrupted" });
    this.#context.publish({ author: translation.agent, interrupted: true });
  }

  completeTurn(): void {
    const translation = this.#translation;
    this.#context.recorder.finishTranscripts(translation);
    if (!this.#context.turn.open) return;
    this.#context.advanceTurn({ type: "completed" });
    this.#context.publish({ author: translation.agent, turnComplete: true });
  }

  onUpstreamError(error: ClientError): void {
    if (this.#migration.start(error)) return;
    const { agent, model } = this.agent;
    const named = withModel(error, agent.name, model);
    logError(`${named.code}: ${named.message}`);
    this.#context.publish(errorEvent(named));
    if (this.#upstream.state === "ended") this.#notify({ type: "ended", error });
  }

  refuseRequest({ connection, textId }: Requester, error: ClientError): void {
    this.#context.refuse(connection, error, textId);
  }

  requestAdmission(resumes: boolean): void {
    this.#notify({ type: "queued", resumes });
  }

  onIdle(before: boolean): void {
    this.#activeAgent.stop();
    this.#context.sessionStore.dropTemporaryKeys();
    if (before) return;
    this.uplink.onIdle();
    this.#context.advanceTurn({ type: "upstreamClosed" });
    this.#notify({ type: "idle" });
  }

  /** Re-arms the alarm while there is a session, or one is being connected. */
  #keepAlive(): void {
    if (this.upstream !== "none") this.#context.alarms.set("session", Date.now() + keepAliveMs);
  }

  #notify(change: UpstreamChange): void {
    for (const module of this.#context.modules) module.onUpstream?.(change);
  }

  // ── The active agent

  #rootAgent(app: string | undefined): Agent {
    return this.#adopted.agentFor(this.#context.platform.agentNamed(app));
  }

  #createAgent(
    app: string | undefined,
    preferences: AgentPreferences = noPreferences,
    afterPause = false,
  ): ActiveAgent {
    return new ActiveAgent(this.#rootAgent(app), preferences, this.#agentHost(), afterPause);
  }

  #replaceAgent(root: Agent, preferences: AgentPreferences): void {
    this.#activeAgent.stop();
    this.#activeAgent = new ActiveAgent(root, preferences, this.#agentHost());
    this.#useAgent();
  }

  #useAgent(): void {
    this.#context.recorder.agent = this.agent;
    this.#upstream.useAgent(this.agent);
    this.#readAgent();
  }

  /** Facts of the agent that audio reads as values. */
  #readAgent(): void {
    const { agent } = this;
    this.uplink.useAgent(agent);
    this.#rewritesEvents = agent.agent.hooks.onEvent !== undefined;
    this.#translation = agent.translationContext();
  }

  #agentHost(): ActiveAgentHost {
    const { sessionStore, kv, env, approvals, callControl, filesFor, deletions } = this.#context;
    const isDeleted = (): boolean => deletions !== this.#context.deletions;
    return {
      state: {
        get: (key) => sessionStore.get(key),
        set: (key, value) => {
          if (isDeleted()) throw new ToolError(notSetAfterDeletion(key));
          sessionStore.change({ [key]: value });
        },
      },
      env,
      approvals,
      callControl,
      filesFor,
      publish: (body) => {
        if (!isDeleted()) this.#context.publish(body);
      },
      sendToModel: (message) => this.#upstream.sendIfConnected(message),
      sendText: (text) => this.sendServerText(text),
      invocationId: () => (this.#upstream.isOpen ? this.#context.recorder.invocationId : ""),
      endSession: () => this.#stopCalling(),
      contentTurn: () => this.#context.turn.contentTurn,
      surface: () => this.#context.platform.config().upstream.surface,
      upstreamModel: (model) => this.#context.platform.config().upstreamModel(model),
      storedAgentName: () => kv.get<string>("lead"),
      storeAgentName: (name) => kv.put("lead", name),
      agentChanged: (from, to) => this.#onAgentChanged(from, to),
    };
  }

  /** The agent calls tools without end. Its session is not resumed, and the next one is not asked again: it would go on. */
  #stopCalling(): void {
    this.#context.publish(errorEvent(tooManyToolCalls(maxCallsInRow)));
    this.completeTurn();
    this.#upstream.apply({ type: "end" });
  }

  /** The new agent gets a session of its own, and goes on with the turn. */
  #onAgentChanged(from: AgentRuntime, to: AgentRuntime): void {
    this.#transferred = true;
    this.uplink.onTransfer();
    this.#context.recorder.finishTranscripts(from.translationContext());
    this.#useAgent();
    const agentChanged = { from: from.agent.name, to: to.agent.name };
    this.#context.publish({ author: to.agent.name, agentChanged });
    this.#upstream.apply({ type: "agentChanged" });
  }
}

/** The service says no more than that it does not know the model. */
function withModel(error: ClientError, agent: string, model: string): ClientError {
  if (error.code !== "MODEL_NOT_FOUND") return error;
  const note = retirementNote(model);
  const cause = `The model's service does not know the model "${cutText(model, 80)}".`;
  const remedy = `change the model of the agent "${agent}"${note ? " or set LIVE_MODEL_ALIASES" : ""}`;
  return {
    ...error,
    message: `${note ?? cause} The operator of this server must ${remedy}; the conversation is kept.`,
  };
}

/** Why the call may not be answered so: it was not made as a long-running one, is over, or is another function's. */
function reportError(
  { id, name }: ToolResult,
  call: LongRunningCall | undefined,
): ClientError | undefined {
  if (!call) return unknownLongRunningCall(id);
  if (!call.isOpen) return answeredLongRunningCall(id);
  return name === "" || name === call.name ? undefined : anotherFunction(id, call.name);
}

type DeliveredMessage = Pick<FilteredMessage, "message" | "discarded">;

/** For the author of a tool or of a hook that goes on after the deletion. */
const notSetAfterDeletion = (key: string): string =>
  `"${key}" was not set: the conversation was deleted. Nothing was stored; end the work when \`signal\` is aborted.`;

const takeoverPrompt =
  "[You have just taken over this conversation. Go on with it, in one short sentence.]";

/** The audio of a message that holds nothing else, as base64. */
function audioAlone(message: ServerMessage): string | undefined {
  const { serverContent } = message;
  const [part, another] = serverContent?.modelTurn?.parts ?? [];
  if (!part?.inlineData || another || ![message, serverContent, part].every(hasOneField))
    return undefined;
  const { mimeType = "", data } = part.inlineData;
  return audioTypes.includes(mimeType) ? data : undefined;
}

const hasOneField = (value: object | undefined): boolean =>
  value !== undefined && Object.keys(value).length === 1;

/** Vertex omits the rate. */
const audioTypes: readonly string[] = ["audio/pcm;rate=24000", "audio/pcm"];
