/**
 * The upstream connection: the upstream FSM (which decides), the socket it has, and the timer it waits for.
 *
 *     apply ─► step ─► effects ─► connect, send setup, send, close ─► the socket
 *                         └─────► interrupt, publish, refuse ───────► the engine
 */
import type { AgentRuntime } from "../agent/runtime/agent-runtime.ts";
import type { Timer } from "../core/clock.ts";
import type { ClientError } from "../core/errors.ts";
import { patientTimer } from "../core/lateness.ts";
import { withVertexModelName, type SetupMessage } from "../core/live-api/session-setup.ts";
import type { AudioInput } from "../core/client-request.ts";
import { SentInput } from "../core/policy/sent-input.ts";
import { audioOf, encodeAudio, type UpstreamMessage } from "../core/upstream/encoding.ts";
import {
  activityStepMs,
  nextDeadline,
  recordAudio,
  sessionAfter,
  step,
} from "../core/upstream/fsm.ts";
import { hasAudio } from "../core/upstream/utterance-buffer.ts";
import {
  parkedWith,
  upstreamRules,
  type InSession,
  type SessionKnowledge,
  type UpstreamEffect,
  type UpstreamEvent,
  type StateName,
  type UpstreamRules,
  type UpstreamState,
  type UpstreamStep,
} from "../core/upstream/fsm-types.ts";
import { modelLocationOf } from "../upstream/endpoint.ts";
import { UpstreamSocket } from "../upstream/upstream-socket.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import type { Connection } from "./connection.ts";
import { durationMs } from "../wire/pcm.ts";
import type { ConversationContext } from "./context.ts";
import { logFailure } from "../operator-log.ts";

/** The client whose request is refused if the upstream cannot take it. */
export interface Requester {
  readonly connection: Connection;
  /** The id of the text it is about. */
  readonly textId?: string | undefined;
}

/** The part of the engine that the upstream connection uses. */
export interface UpstreamHost {
  /** Whether tools run: a connection with work under way is not given up. */
  readonly toolsRunning: boolean;
  /** @param frame the message as it came. */
  onServerMessage(message: ServerMessage, frame: string | ArrayBuffer): void;
  /** A new session is needed: the conversation so far becomes its history. */
  onSessionLost(): void;
  /** The first message of a socket. @param handle of the session that it resumes, if it resumes one. */
  setupMessage(handle: string | undefined): Promise<SetupMessage>;
  /** The first messages of a session that is ready. */
  seedMessages(knowledge: SessionKnowledge): readonly UpstreamMessage[];
  storeHandle(handle: string | undefined): void;
  /** The socket closed. @returns whether the agent has another model, to which the reason does not apply. */
  onSocketClosed(reason: string): "model" | "setup" | undefined;
  /** The answer under way will not be finished. */
  interruptTurn(): void;
  /** The answer was sent whole; only its end is missing. */
  completeTurn(): void;
  onUpstreamError(error: ClientError): void;
  refuseRequest(requester: Requester, error: ClientError): void;
  /** The conversation needs one of the service's sessions. @param resumes whether it had one before. */
  requestAdmission(resumes: boolean): void;
  /** No session is open or being connected. @param before whether that was so before. */
  onIdle(before: boolean): void;
}

export class UpstreamConnection {
  readonly #context: ConversationContext;
  readonly #host: UpstreamHost;
  readonly sentInput = new SentInput();
  #state: UpstreamState;
  #rules: UpstreamRules = upstreamRules;
  /** Whether the conversation must ask for a session; undefined before the first event. */
  #asksForSession: boolean | undefined;
  #socket: UpstreamSocket | undefined;
  #timer: Timer | undefined;
  /** When the timer rings, in ms since the epoch. */
  #timerAt: number | undefined;

  /** @param handle of an earlier session, to resume it by. */
  constructor(context: ConversationContext, host: UpstreamHost, handle: string | undefined) {
    this.#context = context;
    this.#host = host;
    this.#state = parkedWith(handle, true);
  }

  get state(): StateName {
    return this.#state.state;
  }

  /** Whether a session is open. */
  get isOpen(): boolean {
    return isOpenState(this.#state);
  }

  /** Whether there is no session, and none is being connected. */
  get isIdle(): boolean {
    return isIdle(this.#state);
  }

  /** Whether the model has confirmed all audio it was sent. */
  get hasConfirmedAudio(): boolean {
    return isOpenState(this.#state) && !hasAudio(this.#state.utterance);
  }

  /** The FSM reads facts of the agent as values, which change with the agent and its model. */
  useAgent({ announcesSpeech, mayThink, nudge, resumesTransparently }: AgentRuntime): void {
    const { answerTimeoutMs, thinkingTimeoutMs } = upstreamRules;
    this.#rules = {
      ...upstreamRules,
      mayConnectAt: this.#rules.mayConnectAt,
      admitted: this.#rules.admitted,
      answerTimeoutMs: mayThink ? thinkingTimeoutMs : answerTimeoutMs,
      speechSignTimeoutMs: announcesSpeech ? upstreamRules.speechSignTimeoutMs : undefined,
      transparent: resumesTransparently,
      nudge,
    };
  }

  /** Applies an event to the FSM, and carries out the effects. @returns false if the request was refused. */
  apply(event: UpstreamEvent, requester?: Requester): boolean {
    this.#followTools();
    if (event.type === "speech") this.#context.advanceTurn(event);
    const before = this.#state;
    if (isIdle(before)) this.#requireAdmission();
    const [state, effects] = this.#step(event);
    this.#state = state;
    let refused = false;
    for (const effect of effects) {
      this.#run(effect, requester);
      refused ||= effect.type === "rejectRequest";
    }
    // Messages that are queued from here on are sent by the FSM: in the history too, the model would get them twice.
    if (isConnecting(state) && !isConnecting(before)) this.#host.onSessionLost();
    if (isIdle(state)) this.#host.onIdle(isIdle(before));
    this.#setTimer();
    return !refused;
  }

  /** The conversation may have a session, until it has none any more. */
  admit(): void {
    this.#rules = { ...this.#rules, admitted: true };
    this.apply({ type: "admitted" });
  }

  /** A conversation without a session has given its admission back. */
  #requireAdmission(): void {
    this.#asksForSession ??= this.#context.platform.config().admission !== undefined;
    if (this.#asksForSession && this.#rules.admitted)
      this.#rules = { ...this.#rules, admitted: false };
  }

  /** Microphone audio. A session that is on only keeps it: no deadline comes earlier, and the timer stays. */
  sendAudio(audio: AudioInput): void {
    const state = this.#state;
    const now = this.#now;
    if (!isOpenState(state) || mayHaveStopped(state, now))
      return void this.apply({ type: "send", message: encodeAudio(audio) });
    this.#state = recordAudio(state, audio, now, this.#rules, this.#context.turn);
    this.sentInput.audioMs += (audio.pcm.byteLength / audio.rate) * 500;
    this.#socket?.sendAudio(audio);
  }

  /** A message of the model with nothing but audio. In an open session it only moves deadlines later. */
  receiveAudio(message: ServerMessage): void {
    const state = this.#state;
    if (state.state !== "open" || state.toolsRunning || this.#timerAt === undefined)
      return void this.apply({ type: "serverMessage", message });
    this.#state = sessionAfter(state, message, this.#now, this.#context.turn);
  }

  /** Sends a message of the server's own. It does not connect for it. */
  sendIfConnected(message: UpstreamMessage): void {
    if (this.isOpen || isConnecting(this.#state)) this.apply({ type: "send", message });
  }

  get #now(): number {
    return this.#context.platform.clock.now();
  }

  #step(event: UpstreamEvent): UpstreamStep {
    // Clients that were cut off together must not come back together: retries are jittered.
    if (event.type !== "send") this.#rules = { ...this.#rules, jitter: Math.random() };
    return step(this.#state, event, this.#now, this.#rules, this.#context.turn);
  }

  #followTools(): void {
    const on = this.#host.toolsRunning;
    if (!isOpenState(this.#state) || this.#state.toolsRunning === on) return;
    [this.#state] = this.#step({ type: "toolsRunning", on });
  }

  #run(effect: UpstreamEffect, requester: Requester | undefined): void {
    switch (effect.type) {
      case "connect":
        return this.#connect();
      case "requestAdmission":
        return this.#host.requestAdmission(effect.resumes);
      case "sendSetup":
        return void this.#sendSetup(this.#socket, effect.handle);
      case "sendHistory":
        for (const message of this.#host.seedMessages(effect))
          this.apply({ type: "send", message, seed: true });
        return;
      case "send":
        this.#countInput(effect.message);
        this.#socket?.send(effect.message.payload);
        // Only text asks for an answer.
        if (effect.message.kind === "text")
          this.#context.advanceTurn({ type: "sent", message: effect.message });
        return;
      case "closeSocket":
        this.#socket?.close();
        this.#socket = undefined;
        return;
      case "storeHandle":
        return this.#host.storeHandle(effect.handle);
      case "interruptTurn":
        return this.#host.interruptTurn();
      case "completeTurn":
        return this.#host.completeTurn();
      case "publishError":
        return this.#host.onUpstreamError(effect.error);
      case "rejectRequest":
        if (requester) this.#host.refuseRequest(requester, effect.error);
    }
  }

  #countInput(message: UpstreamMessage): void {
    const audio = message.kind === "audio" ? audioOf(message) : undefined;
    if (audio) this.sentInput.audioMs += durationMs(audio.pcm.byteLength, audio.rate);
    else this.sentInput.add(message.payload);
  }

  /** Connects to a service that costs money: clients must not make it do so without end. */
  #countDial(): void {
    const now = this.#now;
    const dials = this.#context.allowances.of("dials", "", now);
    dials.take(1, now);
    this.#rules = { ...this.#rules, mayConnectAt: now + dials.waitMs(1, now) };
  }

  #connect(): void {
    this.#countDial();
    const { recorder, platform } = this.#context;
    // A resumed session is the same one, and knows the ids of its calls.
    if (this.#state.handle === undefined || !recorder.invocationId)
      recorder.invocationId = `e-${crypto.randomUUID()}`;
    this.#socket = new UpstreamSocket(platform.config().upstream, platform.fetch, {
      onOpen: () => void this.apply({ type: "socketOpened" }),
      onMessage: (message, frame) => this.#host.onServerMessage(message, frame),
      onClose: (reason) => this.#onSocketClosed(reason),
    });
  }

  /** The setup may take a moment: a socket that was replaced meanwhile gets none. Never rejects. */
  async #sendSetup(socket: UpstreamSocket | undefined, handle: string | undefined): Promise<void> {
    try {
      const setup = await this.#host.setupMessage(handle);
      if (socket !== this.#socket) return;
      if (handle === undefined) {
        this.sentInput.beginContext();
        this.sentInput.add(setup);
      }
      const { upstream } = this.#context.platform.config();
      socket?.send(withVertexModelName(setup, modelLocationOf(upstream)));
    } catch (error) {
      logFailure("the setup of a session could not be built", error);
      if (socket !== this.#socket) return;
      socket?.close();
      this.#onSocketClosed(noSetupReason);
    }
  }

  #onSocketClosed(reason: string): void {
    this.#socket = undefined;
    this.apply({ type: "socketClosed", reason, changed: this.#host.onSocketClosed(reason) });
  }

  /** A timer that rings too early is set again then: deadlines mostly move later, with every frame. */
  #setTimer(): void {
    const at = nextDeadline(this.#state, this.#rules, this.#context.turn);
    if (at !== undefined && this.#timerAt !== undefined && this.#timerAt <= at) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    if (at === undefined) return;
    this.#timer = patientTimer(this.#context.clock, Math.max(0, at - this.#now), () => {
      this.#timerAt = undefined;
      this.apply({ type: "timer" });
    });
  }
}

/** In the form of the service's refusals: if a Live API client's setup is the cause, that client alone is refused. */
const noSetupReason = "1007 The server could not build the setup. Connect again with another.";

/** Once a second of audio: whether tools still run is asked of the agent. */
const mayHaveStopped = ({ toolsRunning, lastActivityAt }: InSession, now: number): boolean =>
  toolsRunning && now - lastActivityAt >= activityStepMs;

const isOpenState = (state: UpstreamState): state is UpstreamState<"open" | "draining"> =>
  state.state === "open" || state.state === "draining";

const isIdle = ({ state }: UpstreamState): boolean => state === "parked" || state === "ended";

/** Between two sessions: messages are queued. */
const isConnecting = ({ state }: UpstreamState): boolean =>
  state === "connecting" || state === "backoff" || state === "queued";
