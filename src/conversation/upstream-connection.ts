/**
 * The upstream connection: the upstream FSM (which decides), the socket it has, and the timer it waits for.
 *
 *     apply ─► step ─► effects ─► connect, send setup, send, close ─► the socket
 *                         └─────► interrupt, publish, refuse ───────► the engine
 */
import type { AgentRuntime } from "../agent/agent-runtime.ts";
import type { Timer } from "../core/clock.ts";
import type { ClientError } from "../core/errors.ts";
import { withVertexModelName, type SetupMessage } from "../core/live-api/session-setup.ts";
import type { UpstreamMessage } from "../core/upstream/encoding.ts";
import { nextDeadline, step } from "../core/upstream/fsm.ts";
import {
  parkedWith,
  upstreamRules,
  type SessionKnowledge,
  type UpstreamEffect,
  type UpstreamEvent,
  type UpstreamRules,
  type UpstreamState,
} from "../core/upstream/fsm-types.ts";
import { modelLocationOf } from "../upstream/endpoint.ts";
import { UpstreamSocket } from "../upstream/upstream-socket.ts";
import type { ServerMessage } from "../wire/live-api.ts";
import type { Connection } from "./connection.ts";
import type { ConversationContext } from "./context.ts";

/** The client whose request is refused if the upstream cannot take it. */
export interface Requester {
  readonly connection: Connection;
  /** The id of the text it is about. */
  readonly textId?: string | undefined;
}

/** What the upstream connection needs of the engine. */
export interface UpstreamHost {
  /** Whether tools run: a connection with work under way is not given up. */
  readonly toolsRunning: boolean;
  onServerMessage(message: ServerMessage): void;
  /** A session is needed that knows nothing yet: what was said until now is to be its history. */
  onSessionLost(): void;
  /** The first message of a socket. @param handle what it resumes, if anything. */
  setupMessage(handle: string | undefined): Promise<SetupMessage>;
  /** What a session that is ready gets before anything else. */
  seedMessages(knowledge: SessionKnowledge): readonly UpstreamMessage[];
  storeHandle(handle: string | undefined): void;
  /** The socket closed. @returns whether there is another model, which does not have this reason. */
  onSocketClosed(reason: string): boolean;
  /** The answer under way will not be finished. */
  interruptTurn(): void;
  /** The answer was sent whole; only its end is missing. */
  completeTurn(): void;
  onUpstreamError(error: ClientError): void;
  refuseRequest(requester: Requester, error: ClientError): void;
  /** There is no session, and none is being connected. */
  onIdle(): void;
}

export class UpstreamConnection {
  readonly #context: ConversationContext;
  readonly #host: UpstreamHost;
  #state: UpstreamState;
  #rules: UpstreamRules = upstreamRules;
  #socket: UpstreamSocket | undefined;
  #timer: Timer | undefined;
  /** When the timer rings, in ms since the epoch. */
  #timerAt: number | undefined;

  /** @param handle what an earlier session may be resumed by. */
  constructor(context: ConversationContext, host: UpstreamHost, handle: string | undefined) {
    this.#context = context;
    this.#host = host;
    this.#state = parkedWith(handle, true);
  }

  get state(): UpstreamState["state"] {
    return this.#state.state;
  }

  /** Whether a session is open. */
  get isOpen(): boolean {
    return isOpenState(this.#state);
  }

  /** Whether the model has confirmed all audio it was sent. */
  get hasConfirmedAudio(): boolean {
    return isOpenState(this.#state) && this.#state.utterance.bytes === 0;
  }

  /** What the FSM asks of the agent is a value, which changes with the agent and its model. */
  useAgent({ announcesSpeech, resumesTransparently }: AgentRuntime): void {
    this.#rules = {
      ...upstreamRules,
      speechSignTimeoutMs: announcesSpeech ? upstreamRules.speechSignTimeoutMs : undefined,
      transparent: resumesTransparently,
    };
  }

  /** Applies an event to the FSM, and carries out the effects. @returns false if the request was refused. */
  apply(event: UpstreamEvent, requester?: Requester): boolean {
    this.#followTools();
    const before = this.#state;
    const [state, effects] = step(before, event, this.#now, this.#rulesFor(event));
    this.#state = state;
    let refused = false;
    for (const effect of effects) {
      this.#run(effect, requester);
      refused ||= effect.type === "refuse";
    }
    // Messages that are queued from here on are sent by the FSM: in the history too, the model would get them twice.
    if (isConnecting(state) && !isConnecting(before)) this.#host.onSessionLost();
    if (state.state === "parked" || state.state === "ended") this.#host.onIdle();
    this.#setTimer();
    return !refused;
  }

  /** Sends a message of the server's own, which is not worth connecting for. */
  sendIfConnected(message: UpstreamMessage): void {
    if (this.isOpen || isConnecting(this.#state)) this.apply({ type: "say", message });
  }

  get #now(): number {
    return this.#context.clock.now();
  }

  /** Clients that were cut off together must not come back together: retries are jittered. */
  #rulesFor({ type }: UpstreamEvent): UpstreamRules {
    if (type !== "say") this.#rules = { ...this.#rules, jitter: Math.random() };
    return this.#rules;
  }

  #followTools(): void {
    const on = this.#host.toolsRunning;
    if (!isOpenState(this.#state) || this.#state.activity.toolsRunning === on) return;
    [this.#state] = step(this.#state, { type: "working", on }, this.#now, this.#rules);
  }

  #run(effect: UpstreamEffect, requester: Requester | undefined): void {
    switch (effect.type) {
      case "dial":
        return this.#connect();
      case "greet":
        return void this.#sendSetup(this.#socket, effect.handle);
      case "recall":
        for (const message of this.#host.seedMessages(effect))
          this.apply({ type: "say", message, seed: true });
        return;
      case "send":
        return this.#socket?.send(effect.message.payload);
      case "hang up":
        this.#socket?.close();
        this.#socket = undefined;
        return;
      case "keep":
        return this.#host.storeHandle(effect.handle);
      case "cut":
        return this.#host.interruptTurn();
      case "complete":
        return this.#host.completeTurn();
      case "tell":
        return this.#host.onUpstreamError(effect.error);
      case "refuse":
        if (requester) this.#host.refuseRequest(requester, effect.error);
    }
  }

  #connect(): void {
    const { recorder, platform } = this.#context;
    // A resumed session is the same one, and knows the ids of its calls.
    if (this.#state.handle === undefined || !recorder.invocationId)
      recorder.invocationId = `e-${crypto.randomUUID()}`;
    this.#socket = new UpstreamSocket(platform.config().upstream, platform.fetch, {
      onOpen: () => void this.apply({ type: "opened" }),
      onMessage: (message) => this.#host.onServerMessage(message),
      onClose: (reason) => this.#onSocketClosed(reason),
    });
  }

  /** The setup may take a moment: a socket that was replaced meanwhile gets none. */
  async #sendSetup(socket: UpstreamSocket | undefined, handle: string | undefined): Promise<void> {
    const setup = await this.#host.setupMessage(handle);
    if (socket !== this.#socket) return;
    const { upstream } = this.#context.platform.config();
    socket?.send(withVertexModelName(setup, modelLocationOf(upstream)));
  }

  #onSocketClosed(reason: string): void {
    this.#socket = undefined;
    this.apply({ type: "dropped", reason, fallback: this.#host.onSocketClosed(reason) });
  }

  /** A timer that rings too early is set again then: deadlines mostly move later, with every frame. */
  #setTimer(): void {
    const at = nextDeadline(this.#state, upstreamRules);
    if (at !== undefined && this.#timerAt !== undefined && this.#timerAt <= at) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    if (at === undefined) return;
    this.#timer = this.#context.clock.after(Math.max(0, at - this.#now), () => {
      this.#timerAt = undefined;
      this.apply({ type: "clock" });
    });
  }
}

type OpenState = Extract<UpstreamState, { state: "live" | "leaving" }>;

const isOpenState = (state: UpstreamState): state is OpenState =>
  state.state === "live" || state.state === "leaving";

/** Between two sessions: messages are queued. */
const isConnecting = ({ state }: UpstreamState): boolean =>
  state === "dialling" || state === "waiting";
