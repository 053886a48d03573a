/**
 * The two pipelines between the clients and the model. The order of each is stated here alone; no step calls back.
 *
 *     up    size → rate limit → decode → permission → floor control → silence gate → encode → upstream FSM → socket
 *     down  deduplicate → guardrail → turn state → translate → publish → record → upstream FSM → run tools
 *
 * Audio is most of the traffic and passes through fewer steps; docs/design.md lists its files in order.
 */
import { checkFrameSize, tooManyFrames, type RateDecision } from "../access/rate-limit.ts";
import { ActiveAgent, maxCallsInRow, type ActiveAgentHost } from "../agent/runtime/active-agent.ts";
import type { AgentRuntime, ContextField } from "../agent/runtime/agent-runtime.ts";
import type { Agent } from "../agent/agent.ts";
import { fingerprintOf } from "../agent/runtime/fingerprint.ts";
import { sameSettings, type ClientSettings } from "../agent/client-settings.ts";
import type { AgentPreferences } from "../agent/runtime/preferences.ts";
import { aborted, errorEvent } from "../core/adk/event.ts";
import { emptyHistory, historyOf, type History } from "../core/adk/history.ts";
import type { TranslationContext } from "../core/adk/live-to-adk.ts";
import { withoutTemporaryKeys, type StateDelta } from "../core/adk/session-state.ts";
import type { AudioInput, ClientRequest, ModelInput, ToolResult } from "../core/client-request.ts";
import { isClientError, type ClientError } from "../core/errors.ts";
import { retirementNote } from "../core/live-api/models.ts";
import type { SetupMessage } from "../core/live-api/session-setup.ts";
import { patientTimer } from "../core/lateness.ts";
import { isCompressedData } from "../core/media-file.ts";
import { Endpointer } from "../core/policy/endpointing.ts";
import { FloorControl } from "../core/policy/floor-control.ts";
import { PreRoll } from "../core/policy/pre-roll.ts";
import {
  opensTurn,
  textTurnsOf,
  unreadablePart,
  withWords,
  wordsOf,
} from "../core/request-text.ts";
import type { FilteredMessage } from "../core/policy/answer-filter.ts";
import {
  answerPrompt,
  interruptsNothing,
  isSteadyTone,
  lookAtAudio,
  noTone,
  reactionToEnd,
  toneCheckMs,
  withoutEnd,
  wordlessLimitMs,
} from "../core/policy/stalls.ts";
import { completesTurn, isModelOutput } from "../core/turn-state.ts";
import { classifyClose, noAnswerGiven } from "../core/upstream/close-reasons.ts";
import { cutText, logLine } from "../wire/text.ts";
import { deduplicate, isTypedTextEcho, noTranscripts } from "../core/upstream/deduplication.ts";
import { interruptMessage, responseText, type UpstreamMessage } from "../core/upstream/encoding.ts";
import type { SessionKnowledge } from "../core/upstream/fsm-types.ts";
import { noPreferences } from "../protocols/attachment.ts";
import type { AlarmReason } from "../store/alarm-schedule.ts";
import { endCall } from "../store/phone-call.ts";
import { StoredHandle } from "../store/stored-handle.ts";
import { noActions, type Event, type EventBody } from "../wire/adk.ts";
import { fromBase64 } from "../wire/base64.ts";
import type { FunctionCall, ServerMessage } from "../wire/live-api.ts";
import { mayTakeRole } from "../wire/parley-v1.ts";
import { micSampleRate } from "../wire/pcm.ts";
import { audioMs, preRollMs, rmsLoudness, SilenceGate } from "../wire/silence-gate.ts";
import type { AdoptedSetup } from "./client-tools.ts";
import type { AudioRecorder } from "./audio-recorder.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";
import {
  answeredLongRunningCall,
  floorTaken,
  tooManyToolCalls,
  tooMuchAudio,
  unknownLongRunningCall,
  unreadableInput,
  unrewritableWords,
} from "./errors.ts";
import { Guardrail, type GuardrailHost, type TypedVerdict } from "./guardrail.ts";
import type { Migration } from "./migration.ts";
import type { Module, UpstreamChange } from "./module.ts";
import type { Presence } from "./presence.ts";
import { UpstreamConnection, type Requester, type UpstreamHost } from "./upstream-connection.ts";

/** An object with clients that only listen may be evicted after 15 minutes, and the upstream session with it. */
const keepAliveMs = 5 * 60_000;
/**
 * Audio that stops for so long within speech does not go on, in ms: twice the retransmission of a lost packet, and below
 * the patience of its speaker.
 */
const microphoneTimeoutMs = 1_500;
/** Length of one frame of the silence that the relay itself sends. */
const silenceFrameMs = 100;
/** Text older than this is not sent for an answer again. */
const maxUnansweredMs = 45_000;
/** A join after this long without an event follows a pause. A page reloads sooner, and clients return sooner after a deploy. */
const pauseMs = 60_000;
/** The newest events, read for history and for long-running calls. */
const recentEvents = 500;

export class Engine implements Module, UpstreamHost, GuardrailHost {
  readonly #context: ConversationContext;
  readonly #presence: Presence;
  readonly #adopted: AdoptedSetup;
  readonly #audioRecorder: AudioRecorder;
  readonly #migration: Migration;
  readonly #guardrail: Guardrail;
  readonly #upstream: UpstreamConnection;
  readonly #storedHandle: StoredHandle;
  #activeAgent: ActiveAgent;
  /** Of the session: its first speaker chose them. */
  #settings: ClientSettings | undefined;
  #marksTurns = false;
  readonly #floor = new FloorControl();
  readonly #gate = new SilenceGate();
  /** Audio that the gate has held back. */
  readonly #preRoll = new PreRoll(preRollMs);
  /** Marks the user's activity; undefined if the service detects it, or the clients mark it. */
  #endpointer: Endpointer | undefined;
  /** Audio frames that were heard so far. */
  #audioFrames = 0;
  #watchesMicrophone = false;
  /** Samples per second of the stream that the model hears. */
  #inputRate = micSampleRate;
  /** Whether the agent's silence gate holds audio back. */
  #isGated = false;
  /** Whether tools of the agent may watch the user's input. */
  #isWatched = false;
  /** Whether the agent's author rewrites events. */
  #rewritesEvents = false;
  #translation: TranslationContext;
  #history: History = emptyHistory;
  #transcripts = noTranscripts;
  /** The id of the client whose input the model answers; undefined if it is speech that no client holds the floor for. */
  #lastSender: string | undefined;
  /** The model has interrupted a turn before its answer: the `turnComplete` that follows ends nothing. */
  #hasInterruptedNothing = false;
  #tone = noTone;
  /** The audio without words at which the next chunk is looked at, in ms. */
  #toneCheckAtMs = wordlessLimitMs;
  /** The number of the turn that a client interrupted last. */
  #interruptedTurn: number | undefined;
  /** The last typed text, until speech follows or the turn is over. */
  #lastTyped: string | undefined;
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
    this.#presence = presence;
    this.#adopted = adopted;
    this.#audioRecorder = audioRecorder;
    this.#migration = migration;
    this.#storedHandle = new StoredHandle(context.object.storage);
    const preferences = this.#firstSpeaker?.attachment;
    const app = context.connections.open[0]?.attachment.app;
    this.#activeAgent = this.#createAgent(app, preferences);
    this.#settings = preferences?.settings;
    this.#marksTurns = preferences?.marksTurns === true;
    this.#translation = this.agent.translationContext();
    this.#guardrail = new Guardrail(context, this);
    const handle = this.#storedHandle.load(fingerprintOf(this.agent.agent), Date.now());
    this.#upstream = new UpstreamConnection(context, this, handle);
    this.#useAgent();
  }

  /** The active agent at work. */
  get agent(): AgentRuntime {
    return this.#activeAgent.runtime;
  }

  /** Whether there is a session, one is being connected, or none is. */
  get upstream(): "open" | "connecting" | "none" {
    if (this.#upstream.isOpen) return "open";
    const { state } = this.#upstream;
    return state === "parked" || state === "ended" ? "none" : "connecting";
  }

  /** The active agent's names and capabilities. */
  get translation(): TranslationContext {
    return this.#translation;
  }

  get toolsRunning(): boolean {
    return this.#activeAgent.busy;
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
    const wasHeard = this.#releaseFloor(connection);
    const isLast = !this.#context.connections.hasOthers(connection);
    // The last client may be a page that reloads, and its user waits for an answer.
    if (wasHeard && (!isLast || this.#isSpeaking)) this.#endStream();
    if (isLast) this.#upstream.apply({ type: "lastClientLeft" });
  }

  onMuteChanged(connection: Connection): void {
    // The audio stream is over: the model may answer.
    if (connection.attachment.muted && this.#releaseFloor(connection)) this.#endStream();
    this.#announceSpeaker();
  }

  onAlarm(reason: AlarmReason): void {
    if (reason === "session") this.#keepAlive();
  }

  onEnd(): void {
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

  // ── Up: from the clients to the model

  /**
   * One frame of a client. Microphone audio goes up at once. A frame that is too big costs no tokens: the frames after it
   * are not too many.
   * @param hasWaited for a lookup, which has bounds of its own in place of the rate limit.
   * @returns the other requests in the frame.
   */
  receive(
    connection: Connection,
    frame: string | ArrayBuffer,
    hasWaited = false,
  ): readonly ClientRequest[] {
    const now = Date.now();
    const { lateness } = this.#context;
    lateness.isUsed = true;
    if (lateness.dueAt === Infinity) lateness.start();
    const tooBig = checkFrameSize(frame);
    const decision = tooBig || hasWaited ? "pass" : this.#limitRate(connection, frame, now);
    if (decision === "warn") this.#context.refuse(connection, tooManyFrames());
    if (decision !== "pass") return [];
    if (connection.sentFile?.compressed && continuesFile(frame)) return [];
    const decoded = tooBig ?? connection.protocol.decode(frame);
    if ("pcm" in decoded) this.receiveAudio(connection, decoded, now);
    else if (isClientError(decoded)) this.#refuseFrame(connection, decoded);
    else return [decoded].flat();
    return [];
  }

  #limitRate({ rateLimit }: Connection, frame: string | ArrayBuffer, now: number): RateDecision {
    return rateLimit.take(frame, now, this.#lateMs, this.#backlogMs);
  }

  /** The time whose frames may still wait for the object, in ms. */
  get #backlogMs(): number {
    const { lateMs, backlogMs } = this.#context.lateness;
    return backlogMs + this.#lateMs - lateMs;
  }

  /** The object's lateness until now, in ms. Without a call into another file, since every audio frame reads it. */
  get #lateMs(): number {
    const { clock, dueAt, lateMs } = this.#context.lateness;
    return lateMs + Math.max(0, clock.now() - dueAt);
  }

  /** Every frame of a file would have the same error: the client gets it once. */
  #refuseFrame(connection: Connection, error: ClientError): void {
    const { file } = error;
    if (file && file === connection.sentFile) return;
    if (file) connection.sentFile = file;
    this.#context.refuse(connection, error);
  }

  /** Microphone audio of a client, if it may speak. @param now in ms since the epoch. */
  receiveAudio(connection: Connection, input: AudioInput, now: number): void {
    const error = now < connection.expiresAt ? connection.audioError : connection.expiryError;
    if (!error) return this.forwardAudio(connection, input, now);
    // Its role or its token ended in the middle of its speech.
    if (this.#releaseFloor(connection)) this.#endStream();
    this.#remind(connection, error, now);
  }

  /** Microphone audio of a client that may speak. @param now in ms since the epoch. */
  forwardAudio(connection: Connection, input: AudioInput, now: number): void {
    const loudness = rmsLoudness(input.pcm);
    const verdict = this.#floor.hear(connection.id, loudness, now - this.#lateMs);
    this.#announceSpeaker(now);
    if (verdict === "tell") this.#context.refuse(connection, floorTaken());
    if (verdict !== "pass") return;
    const ms = audioMs(input.pcm, input.rate);
    const clockMs = this.#context.platform.clock.now();
    const allowance =
      connection.audioAllowance ?? this.#context.audioAllowanceOf(connection, clockMs);
    const waitMs = allowance.take(ms, clockMs, this.#backlogMs);
    if (waitMs > 0) return this.#remind(connection, tooMuchAudio(waitMs), now);
    if (this.#context.connections.recordsAudio) this.#audioRecorder.onInput(input.pcm, input.rate);
    if (this.#isWatched) this.agent.offerToWatchers(input);
    this.#inputRate = input.rate;
    this.#audioFrames++;
    this.#hear(input, loudness, ms);
  }

  /** Microphone audio of the floor's holder: the gate or the endpointer decides whether the model hears it. */
  #hear(input: AudioInput, loudness: number, ms: number): void {
    const wasSpeaking = this.#gate.isSpeaking;
    const verdict = this.#gate.hear(loudness, ms, this.#upstream.hasConfirmedAudio);
    if (this.#endpointer) return this.#hearMarked(this.#endpointer, input, ms);
    const { isSpeaking } = this.#gate;
    if (isSpeaking !== wasSpeaking) {
      if (isSpeaking) this.#onSpeech();
      this.#upstream.apply({ type: "speech", on: isSpeaking });
    }
    if (this.#isGated && verdict === "open")
      for (const each of this.#preRoll.take()) this.#upstream.sendAudio(each);
    if (!this.#isGated || verdict === "open" || verdict === "pass")
      return this.#upstream.sendAudio(input);
    this.#preRoll.push(input);
    if (verdict === "end") this.#send({ type: "audioStreamEnd" });
  }

  /** Relay endpointing: the marks of an activity, and the audio within it. */
  #hearMarked(endpointer: Endpointer, input: AudioInput, ms: number): void {
    const verdict = endpointer.hear(input, ms, this.#gate.isLoud);
    if (verdict === "start") this.#startActivity(endpointer);
    else if (verdict !== "hold") this.#upstream.sendAudio(input);
    if (verdict === "end") this.#endActivity();
  }

  /** The pre-roll holds the audio so far. */
  #startActivity(endpointer: Endpointer): void {
    const preRoll = endpointer.preRoll.take();
    endpointer.attribute(this.#floor.holder);
    this.#onSpeech();
    this.#upstream.apply({ type: "speech", on: true });
    this.#send({ type: "activityStart" });
    // No session is coming: a later one must get the beginning of an activity, too.
    if (this.upstream === "none") this.#resetGate();
    else this.#context.advanceTurn({ type: "clientInput", request: { type: "activityStart" } });
    for (const each of preRoll) this.#upstream.sendAudio(each);
  }

  /** The speech ends first: the transcript may come at once, and is then that of all audio sent. */
  #endActivity(): void {
    this.#upstream.apply({ type: "speech", on: false });
    this.#send({ type: "activityEnd" });
  }

  /** New speech: its transcript may equal the one before, or the last typed text. */
  #onSpeech(): void {
    this.#lastSender = this.#floor.holder;
    this.#watchMicrophone();
    this.#transcripts = { ...this.#transcripts, utterance: undefined };
    if (this.#upstream.isOpen) this.#lastTyped = undefined;
  }

  /** From the beginning of speech to its end: one timer, which compares the number of frames. */
  #watchMicrophone(): void {
    if (this.#watchesMicrophone) return;
    this.#watchesMicrophone = true;
    const frames = this.#audioFrames;
    patientTimer(this.#context.clock, microphoneTimeoutMs, () => this.#checkMicrophone(frames));
  }

  /** A microphone may stop with no message, in mid-word: without silence the model would wait for the rest of it. */
  #checkMicrophone(frames: number): void {
    this.#watchesMicrophone = false;
    const isMarked = this.agent.streamEndInput().type === "activityEnd";
    const isOpen = isMarked
      ? this.#isSpeaking
      : this.#gate.missingSilenceMs(this.#upstream.hasConfirmedAudio) > 0;
    if (!isOpen) return;
    if (frames === this.#audioFrames) this.#endStream();
    else this.#watchMicrophone();
  }

  /** Input other than audio: typed text goes through the guardrail. */
  receiveInput(connection: Connection, received: ModelInput): void {
    const adapts = connection.attachment.protocol === "parley-v1";
    const input = adapts ? this.agent.adaptMark(received) : received;
    if (!input) return;
    const error = this.agent.validateInput(input);
    if (error) return this.#context.refuse(connection, error);
    if (!this.#mayControlStream(connection, input)) return;
    const textId = input.type === "text" ? input.id : undefined;
    const requester = { connection, textId };
    const unreadable = this.agent.agent.hooks.beforeModel && unreadablePart(input);
    if (unreadable !== undefined)
      return this.#context.refuse(connection, unreadableInput(unreadable), textId);
    const text = wordsOf(input);
    if (text === "") return this.#accept(input, requester);
    const accept = (passed: string): void => this.#accept(withWords(input, passed), requester);
    this.#await(this.#guardrail.checkTyped(text), requester, accept);
  }

  /** Goes on with the text that passed, at once if the verdict is there. */
  #await(
    verdict: TypedVerdict | Promise<TypedVerdict>,
    requester: Requester,
    accept: (text: string) => void,
  ): void {
    if (!(verdict instanceof Promise)) return this.#onTypedVerdict(verdict, requester, accept);
    this.#acceptLater(verdict, requester, accept).catch((error: unknown) =>
      this.#context.failFrame(requester.connection, error),
    );
  }

  /** A client interrupts the answer: audio stops for all clients at once, and the model too if text interrupts it. */
  interrupt(connection: Connection): void {
    const heardMs = connection.takeHeardMs(Date.now());
    this.#stopAnswer({ cutBy: connection.id, heardMs });
  }

  /** Whether nothing has been said since the last interruption: another one would stop nothing. */
  get isInterrupted(): boolean {
    const { open, number } = this.#context.turn;
    return this.#guardrail.isDiscarding || (!open && number === this.#interruptedTurn);
  }

  /**
   * Stops the turn of a client that has left and was alone in it. Input that waits for a session is not sent.
   * @param calls ids of the turn's calls that have no response: each gets one.
   * @returns false if another client has spoken or typed since: then the turn goes on.
   */
  abortTurn({ id }: Connection, calls: readonly string[]): boolean {
    if (this.#lastSender !== id || this.#guardrail.isDiscarding) return false;
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
    this.#guardrail.discardAnswer();
    if (this.agent.textInterrupts) this.#upstream.sendIfConnected(interruptMessage);
  }

  /**
   * The root agent's definition has changed in the middle of the conversation: the session under way is told, and resumes
   * as before; the next one begins with it. Rejects if the author's code does.
   */
  async updateContext(changed: readonly ContextField[]): Promise<void> {
    const handle = this.#storedHandle.load(fingerprintOf(this.agent.agent), Date.now());
    const root = this.#rootAgent(this.#context.sessionStore.identity.app);
    this.#activeAgent = this.#activeAgent.redefined(root);
    this.#useAgent();
    this.storeHandle(handle);
    for (const field of changed) this.#untoldFields.add(field);
    const { agent } = this;
    await agent.prepare(this.#context.sessionStore.loaded());
    await this.#judgeInstruction(agent);
    // An update that came meanwhile tells the fields of both.
    if (agent !== this.agent) return;
    this.#readAgent();
    const fields = [...this.#untoldFields];
    this.#untoldFields.clear();
    this.#upstream.sendIfConnected(agent.encodeContextUpdate(fields));
  }

  /** @param invocationId of the change, if it is not the upstream session's. */
  changeState(delta: StateDelta, invocationId?: string): ClientError | undefined {
    const error = this.#context.sessionStore.tryChange(delta);
    const stateDelta = withoutTemporaryKeys(delta);
    if (!error && Object.keys(stateDelta).length > 0)
      this.#context.publish(
        { author: "user", actions: { ...noActions, stateDelta } },
        { invocationId },
      );
    return error;
  }

  /** The result of a long-running call, from a client. It answers an open call, once, and passes the guardrail. */
  receiveToolResult(connection: Connection, result: ToolResult): void {
    const { id, name, response } = result;
    const events = this.#context.log.newest(recentEvents);
    const error = this.#reporting.has(id) ? answeredLongRunningCall(id) : reportError(events, id);
    if (error) return this.#context.refuse(connection, error);
    this.#reporting.add(id);
    const verdict = this.#guardrail.checkTyped(responseText({ name, response }));
    this.#await(verdict, { connection }, (text) => this.#acceptToolResult(result, text));
    const settle = (): void => void this.#reporting.delete(id);
    if (verdict instanceof Promise) verdict.then(settle, settle);
    else settle();
  }

  /** @param text the response in words, as the guardrail passed it. */
  #acceptToolResult({ id, name, response }: ToolResult, text: string): void {
    this.#lastSender = undefined;
    const told = text === responseText({ name, response }) ? response : { result: text };
    const functionResponse = { id, name, response: told };
    this.#context.publish({
      author: "user",
      content: { role: "user", parts: [{ functionResponse }] },
    });
    this.sendServerText(text);
  }

  /** Checks a function's response of a client's program. */
  checkResponse(response: object): TypedVerdict | Promise<TypedVerdict> {
    return this.#guardrail.checkWords(JSON.stringify(response));
  }

  /**
   * Checks words that the model of a root agent is to get as they are: an instruction or declarations of a client, or an
   * imported history. A hook that would rewrite them refuses them.
   */
  async checkVerbatim(text: string, agent: Agent): Promise<ClientError | undefined> {
    if (!agent.hooks.beforeModel || text.trim() === "") return undefined;
    const verdict = await this.#guardrail.checkWords(text, agent);
    if (verdict.type !== "passed") return verdict.error;
    return verdict.text === text ? undefined : unrewritableWords();
  }

  sendServerText(text: string): void {
    this.#upstream.sendIfConnected(this.agent.encodeServerText(text));
  }

  async #acceptLater(
    verdict: Promise<TypedVerdict>,
    requester: Requester,
    accept: (text: string) => void,
  ): Promise<void> {
    const decided = await verdict;
    // A run is aborted with its client.
    const { connection, textId } = requester;
    if (connection.hasLeft && connection.attachment.protocol === "adk-run")
      this.#context.notifyRefused(connection, textId);
    else this.#onTypedVerdict(decided, requester, accept);
  }

  #onTypedVerdict(
    verdict: TypedVerdict,
    { connection, textId }: Requester,
    accept: (text: string) => void,
  ): void {
    if (verdict.type === "passed") return accept(verdict.text);
    const { protocol } = connection.attachment;
    // A block was published to all clients; a client that gave the text an id must learn that it was this text.
    const isTold = verdict.type === "blocked" && textId === undefined && protocol !== "live-api";
    if (protocol === "adk-run" && verdict.type === "blocked")
      this.#context.notifyRefused(connection, textId);
    else if (!isTold) this.#context.refuse(connection, verdict.error, textId);
  }

  #accept(input: ModelInput, requester: Requester): void {
    this.agent.offerToWatchers(input);
    if (opensTurn(input)) this.#lastSender = requester.connection.id;
    if (this.#endpointer && isStreamMark(input)) return this.#onMark(this.#endpointer, input);
    if (input.type === "audioStreamEnd") this.#finishSpeech();
    // The audio may stop with it: the answer is due from now on.
    if (input.type === "activityEnd") this.#resetGate();
    const message = this.agent.encodeInput(input);
    if (!this.#upstream.apply({ type: "send", message }, requester)) return;
    this.#context.advanceTurn({ type: "clientInput", request: input });
    if (input.type === "activityStart") this.#onSpeech();
    for (const { role, text, ...source } of textTurnsOf(input)) {
      if (role === "user") {
        this.#lastTyped = text;
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

  /** A client's mark wins over the relay's own: push to talk, or the end of its stream. */
  #onMark(endpointer: Endpointer, { type }: ModelInput): void {
    if (type !== "activityStart") this.#endStream();
    else if (endpointer.hold()) this.#startActivity(endpointer);
  }

  #send(input: ModelInput): void {
    this.#upstream.apply({ type: "send", message: this.agent.encodeInput(input) });
  }

  /** The stream ends, perhaps right with the last word: the model detects the end of speech by the silence after it. */
  #finishSpeech(): void {
    if (this.upstream !== "none") {
      const rate = this.#inputRate;
      const silence = new Uint8Array(Math.round((rate * silenceFrameMs) / 1_000) * 2);
      let ms = this.#gate.missingSilenceMs(this.#upstream.hasConfirmedAudio);
      for (; ms > 0; ms -= silenceFrameMs)
        this.#upstream.sendAudio({ type: "audio", pcm: silence, rate });
    }
    this.#resetGate();
  }

  #resetGate(): void {
    const wasSpeaking = this.#isSpeaking;
    this.#gate.close();
    this.#preRoll.clear();
    this.#endpointer?.reset();
    if (wasSpeaking) this.#upstream.apply({ type: "speech", on: false });
  }

  /** One stream reaches the model: only the floor's holder may mark it or end it. */
  #mayControlStream({ id }: Connection, { type }: ModelInput): boolean {
    if (!isStreamMark({ type })) {
      this.#announceSpeaker();
      return true;
    }
    if (type === "audioStreamEnd") this.#floor.yield(id);
    this.#announceSpeaker();
    return this.#floor.mayControlStream(id);
  }

  /** @returns whether the client held the floor. */
  #releaseFloor({ id }: Connection): boolean {
    const held = this.#floor.release(id);
    this.#announceSpeaker();
    return held;
  }

  #announceSpeaker(now = Date.now()): void {
    const speaker = this.#floor.speaker(now - this.#lateMs);
    if (speaker !== this.#presence.speaker) this.#presence.setSpeaker(speaker);
  }

  /** The client may not speak: it gets an error now and then, not at every frame. */
  #remind(connection: Connection, error: ClientError, now: number): void {
    if (connection.takeReminder("audio", now)) this.#context.refuse(connection, error);
  }

  /** Whether the user speaks, by the relay's own measure. */
  get #isSpeaking(): boolean {
    return this.#endpointer ? this.#endpointer.isOpen : this.#gate.isSpeaking;
  }

  #endStream(): void {
    const { agent } = this;
    const end = agent.streamEndInput();
    const isOpen = this.#endpointer?.isOpen ?? true;
    if (end.type === "audioStreamEnd") this.#finishSpeech();
    else this.#resetGate();
    if (isOpen) this.#upstream.sendIfConnected(agent.encodeInput(end));
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
    for (const each of this.#withoutDuplicates(message))
      for (const filtered of this.#guardrail.screen(each)) this.#deliver(filtered);
  }

  #withoutDuplicates(message: ServerMessage): readonly ServerMessage[] {
    if (isTypedTextEcho(this.#lastTyped, message)) return [];
    const { inputTranscript } = this.#translation;
    if (completesTurn(message.serverContent, this.#translation)) this.#lastTyped = undefined;
    const [position, messages] = deduplicate(this.#transcripts, message, inputTranscript);
    // Speech goes on: the same words after these are said again.
    const isSaid = this.#isSpeaking && position.utterance !== undefined;
    this.#transcripts = isSaid ? { ...position, utterance: undefined } : position;
    return messages;
  }

  #deliver({ message, discarded }: DeliveredMessage): void {
    if (this.#endsNothing(message)) return this.#deliverWithoutEnd(message);
    const reaction = reactionToEnd(this.#context.turn, message);
    if (reaction === "ask") return this.#askForAnswer(message);
    if (reaction === "tell") {
      this.#context.advanceTurn({ type: "endedEmpty" });
      this.#context.publish(errorEvent(noAnswerGiven()));
    }
    this.#deliverMessage({ message, discarded });
  }

  /** Whether a message interrupts a turn before its answer, or completes one that was interrupted so. */
  #endsNothing(message: ServerMessage): boolean {
    const completes = message.serverContent?.turnComplete === true;
    const interrupts = interruptsNothing(this.#context.turn, message);
    const ends = interrupts || (this.#hasInterruptedNothing && completes);
    if (interrupts) this.#hasInterruptedNothing = !completes;
    else if (completes || isModelOutput(message) || message.setupComplete)
      this.#hasInterruptedNothing = false;
    return ends;
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
      !this.#guardrail.isDiscarding &&
      !this.#rewritesEvents &&
      !this.#transcripts.holds &&
      connections.takeAudioAlone
    );
  }

  /** A message with nothing but audio: not checked, not translated and not stored. @param audio base64. */
  #deliverAudio(message: ServerMessage, audio: string, frame: string | ArrayBuffer): void {
    const { recorder, broadcaster } = this.#context;
    const translation = this.#translation;
    if (this.#transcripts.last !== undefined)
      this.#transcripts = { ...this.#transcripts, last: undefined };
    this.#context.advanceTurn({
      type: "serverMessage",
      message,
      context: translation,
      discarded: false,
    });
    broadcaster.publishAudio({ message, frame, base64: audio, translation });
    if (Date.now() >= recorder.draftDueAt) recorder.storeDraft(translation);
    this.#upstream.receiveAudio(message);
    if (this.#context.turn.wordlessMs >= this.#toneCheckAtMs) this.#watchForTone(message);
  }

  /** Looks at one chunk a second of an answer that has no words for long, and at no other. */
  #watchForTone({ serverContent }: ServerMessage): void {
    const { wordlessMs, isTone } = this.#context.turn;
    if (wordlessMs < wordlessLimitMs) this.#forgetTone();
    if (wordlessMs < this.#toneCheckAtMs || isTone) return;
    const data = serverContent?.modelTurn?.parts?.[0]?.inlineData?.data;
    const pcm = data === undefined ? undefined : fromBase64(data);
    if (!pcm) return;
    this.#toneCheckAtMs = wordlessMs + toneCheckMs;
    this.#tone = lookAtAudio(this.#tone, pcm);
    if (!isSteadyTone(this.#tone)) return;
    this.#context.advanceTurn({ type: "tone" });
    this.#upstream.apply({ type: "timer" });
  }

  #forgetTone(): void {
    this.#tone = noTone;
    this.#toneCheckAtMs = wordlessLimitMs;
  }

  /** Calls run once the speech that led to them was checked. */
  #runTools(agent: AgentRuntime, message: ServerMessage): void {
    const { number } = this.#context.turn;
    const check = message.toolCall && this.#guardrail.pendingSpeechCheck;
    if (check) void this.#runToolsAfter(check, agent, message, number);
    else agent.handleToolCalls(message, number);
  }

  async #runToolsAfter(
    check: Promise<unknown>,
    agent: AgentRuntime,
    message: ServerMessage,
    turn: number,
  ): Promise<void> {
    await check;
    const calls: readonly FunctionCall[] = message.toolCall?.functionCalls ?? [];
    if (this.#guardrail.isDiscarding) this.agent.rejectCalls(calls);
    else agent.handleToolCalls(message, turn);
  }

  /** The event of an answer that speech interrupted, with its speaker and the part of the answer that client had heard. */
  #withInterruption(body: EventBody): EventBody {
    const now = Date.now();
    const speaker = this.#floor.speaker(now - this.#lateMs);
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
    await this.#judgeInstruction(prepared);
    this.#readAgent();
    const isNew = this.#context.turn.contentTurn === 0 && this.#history.turns.length === 0;
    return this.agent.buildSetup(this.#history, handle, isNew && this.#adopted.seedsHistory);
  }

  /** Clients write the state and settings, too: what an instruction contains of them reaches the model as words. */
  async #judgeInstruction(runtime: AgentRuntime): Promise<void> {
    const judge = async (words: string): Promise<void> => {
      const verdict = await this.#guardrail.checkWords(words, runtime.agent);
      const isPassed = verdict.type === "passed";
      if (!isPassed) logWithheldWords(runtime.agent.name);
      runtime.onInstructionVerdict(words, isPassed ? verdict.text : "");
    };
    if (runtime.agent.hooks.beforeModel) await Promise.all(runtime.unjudgedInstruction.map(judge));
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
    const history = historyOf(events, Date.now() - maxUnansweredMs, this.#transferred);
    // Blocked input is not answered.
    this.#history = this.#guardrail.isDiscarding
      ? { ...history, unansweredText: undefined }
      : history;
  }

  /**
   * The history, and a prompt to speak first: for the author's greeting in a new conversation, or for an agent that takes
   * over with nothing to answer.
   */
  seedMessages(knowledge: SessionKnowledge): readonly UpstreamMessage[] {
    const { agent } = this;
    const { unansweredText } = this.#history;
    const seed = agent.seedMessages(this.#history, knowledge);
    if (knowledge.unanswered) this.#lastTyped ??= unansweredText;
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

  onSocketClosed(reason: string): boolean {
    this.#notify({ type: "closed", reason });
    const usesFallback =
      classifyClose(reason).error.code === "MODEL_NOT_FOUND" && this.agent.useFallbackModel();
    if (usesFallback) this.#useAgent();
    return usesFallback;
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
    logUpstreamError(named);
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
    this.#endpointer?.reset();
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
    this.#isGated = agent.silenceGateEnabled;
    // Nothing of now may come before the speech of a later agent.
    if (!this.#isGated) this.#preRoll.clear();
    this.#endpointer = agent.marksActivity
      ? (this.#endpointer ?? new Endpointer(agent.leastSpeechMs))
      : undefined;
    this.#isWatched = agent.hasWatchers;
    this.#rewritesEvents = agent.agent.hooks.onEvent !== undefined;
    this.#translation = agent.translationContext();
  }

  #agentHost(): ActiveAgentHost {
    const { sessionStore, kv, env, approvals, callControl, filesFor } = this.#context;
    return {
      state: {
        get: (key) => sessionStore.get(key),
        set: (key, value) => sessionStore.change({ [key]: value }),
      },
      env,
      approvals,
      callControl,
      filesFor,
      publish: (body) => this.#context.publish(body),
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
    // The new session gets no activity of the old one.
    if (this.#endpointer) this.#resetGate();
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

/** For the operator. */
function logWithheldWords(agent: string): void {
  // oxlint-disable-next-line no-console
  console.warn(
    logLine(
      `parley: beforeModel blocked words of a client or of the session state, and the instruction of "${agent}" left them out.`,
    ),
  );
}

/** For the operator, who may read no client. The text is the relay's own. */
function logUpstreamError({ code, message }: ClientError): void {
  // oxlint-disable-next-line no-console
  console.error(logLine(`parley: ${code}: ${message}`));
}

/** Why no client may answer a call: it was not made as a long-running one, or a client has answered it. */
function reportError(events: readonly Event[], id: string): ClientError | undefined {
  if (!events.some(({ longRunningToolIds = [] }) => longRunningToolIds.includes(id)))
    return unknownLongRunningCall(id);
  const isAnswered = events.some(
    ({ author, content }) =>
      author === "user" && content?.parts?.some((part) => part.functionResponse?.id === id),
  );
  return isAnswered ? answeredLongRunningCall(id) : undefined;
}

const isStreamMark = ({ type }: Pick<ModelInput, "type">): boolean =>
  type === "audioStreamEnd" || type === "activityStart" || type === "activityEnd";

type DeliveredMessage = Pick<FilteredMessage, "message" | "discarded">;

/** Whether a frame of a client that sent a compressed file as microphone audio is more of it. */
const continuesFile = (frame: string | ArrayBuffer): boolean =>
  typeof frame !== "string" && isCompressedData(new Uint8Array(frame));

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
