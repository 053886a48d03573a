/** Joins the connection, the microphone, the player and the camera, and reduces them to one state for display. */
import { MicrophoneUplink, type MicrophoneState } from "./audio/microphone-uplink.ts";
import { Player } from "./audio/player.ts";
import { CameraUplink, type CameraState } from "./camera-uplink.ts";
import type {
  Connection,
  ConnectionEvent,
  ConnectionState,
  TokenUsage,
} from "./connection/connection.ts";
import {
  describeDeviceError,
  describeDeviceLoss,
  describeSilence,
  outboxFullMessage,
} from "./error-messages.ts";
import { randomId } from "./random-id.ts";
import { markDecided, reduceApprovals, type ApprovalRequest } from "./state/approvals.ts";
import {
  addTyped,
  finalize,
  markInterrupted,
  reduceCaptions,
  type Captions,
} from "./state/captions.ts";
import {
  isMutedByOperator,
  maySpeak,
  noParticipants,
  type ParticipantList,
} from "./state/participants.ts";
import { isAnswerPending } from "./state/pending-answer.ts";
import {
  idleTurn,
  reducePlaybackTurn,
  stopTurn,
  type PlaybackTurn,
} from "./state/playback-turn.ts";
import type { Products } from "./state/products.ts";

export interface VoiceSessionState {
  readonly connection: ConnectionState;
  readonly mic: MicrophoneState;
  /** The agent is audible. */
  readonly speaking: boolean;
  readonly answerPending: boolean;
  readonly camera: CameraState;
  readonly captions: Captions;
  readonly products: Products;
  readonly participants: ParticipantList;
  /** The page may not speak: its role does not allow it, or an operator muted it. */
  readonly listenOnly: boolean;
  readonly tokens?: TokenUsage;
  readonly approvalRequests: readonly ApprovalRequest[];
  /** A message to the user. */
  readonly notice?: string;
}

/** The content of an earlier page: what a reload shows at once. */
export interface SavedContent {
  readonly captions: Captions;
  readonly products: Products;
}

const answerTimeoutMs = 15_000;

export class VoiceSession {
  readonly #connection: Connection;
  readonly #onChange: (state: VoiceSessionState) => void;
  readonly #player = new Player({
    speakingChanged: (speaking) => this.#set({ speaking }),
    played: (seq, delayMs) => this.#connection.reportPlayed(seq, delayMs),
  });
  readonly #microphone: MicrophoneUplink;
  readonly #camera: CameraUplink;
  #turn: PlaybackTurn = idleTurn;
  #answerTimer: ReturnType<typeof setTimeout> | undefined;
  #state: VoiceSessionState;

  /** @param maySpeak by the role that the page requests; the server's answer overrides it. */
  constructor(
    connection: Connection,
    { captions, products }: SavedContent,
    maySpeak: boolean,
    onChange: (state: VoiceSessionState) => void,
  ) {
    this.#connection = connection;
    this.#onChange = onChange;
    this.#microphone = new MicrophoneUplink(connection, {
      stateChanged: (mic) => this.#set({ mic }),
      lost: () => this.#set({ notice: describeDeviceLoss("microphone") }),
    });
    this.#camera = new CameraUplink(connection, {
      stateChanged: (camera) => this.#set({ camera }),
      failed: (notice) => this.#set({ notice }),
    });
    this.#state = {
      connection: connection.state,
      mic: "off",
      speaking: false,
      answerPending: false,
      camera: "off",
      approvalRequests: [],
      participants: noParticipants,
      listenOnly: !maySpeak,
      captions,
      products,
    };
    connection.subscribe((event) => this.#handle(event));
  }

  get state(): VoiceSessionState {
    return this.#state;
  }

  /** 0 to 1: the level of the agent while it speaks, otherwise of the microphone. */
  level(): number {
    return this.#state.speaking ? this.#player.level() : this.#microphone.level();
  }

  /** Opens the connection, the player and the microphone. Must be called from a user gesture. */
  async start(): Promise<void> {
    if (this.#state.mic !== "off") return;
    this.#open();
    if (this.#state.listenOnly) return;
    try {
      await this.#microphone.open();
    } catch (error) {
      this.#set({ notice: describeDeviceError("microphone", error) });
    }
  }

  /** Reconnects after a reload. The audio stays closed: it needs a user gesture. */
  resume(): void {
    this.#connection.open();
  }

  /** Reconnects a lost connection at once. */
  retry(): void {
    this.#connection.retry();
  }

  /**
   * Sends a text, and opens the connection if it is closed. Must be called from a user gesture.
   * @returns false when the outbox is full.
   */
  sendText(text: string): boolean {
    this.#open();
    const id = randomId();
    const result = this.#connection.sendText(text, id);
    if (result === "rejected") {
      this.#set({ notice: outboxFullMessage });
      return false;
    }
    this.#set({
      captions: addTyped(this.#state.captions, text, result === "queued", id),
      answerPending: result === "sent",
    });
    return true;
  }

  toggleMute(): void {
    this.#microphone.toggleMute();
  }

  /** Stops the agent's answer. */
  interrupt(): void {
    if (!this.#state.speaking && this.#turn.state !== "playing") return;
    this.#turn = stopTurn(this.#turn);
    this.#player.clear();
    this.#connection.interrupt();
    this.#set({ captions: markInterrupted(this.#state.captions) });
  }

  decide(id: string, approved: boolean): void {
    this.#connection.approve(id, approved);
    this.#set({ approvalRequests: markDecided(this.#state.approvalRequests, id) });
  }

  async toggleCamera(): Promise<void> {
    if (this.#camera.state === "off") await this.#openCamera(true);
    else this.#camera.close();
  }

  async switchCamera(): Promise<void> {
    const { state } = this.#camera;
    if (typeof state === "string") return;
    this.#camera.close();
    await this.#openCamera(!state.front);
  }

  dismissNotice(): void {
    const { notice: _, ...rest } = this.#state;
    this.#state = rest;
    this.#onChange(rest);
  }

  /** Closes the connection and releases every device. */
  async close(): Promise<void> {
    this.#connection.close();
    this.#camera.close();
    await Promise.all([this.#microphone.close(), this.#player.close()]);
  }

  #open(): void {
    this.dismissNotice();
    this.#connection.open();
    void this.#openPlayer();
  }

  async #openPlayer(): Promise<void> {
    const audible = await this.#player.open();
    if (!audible && this.#state.connection.status !== "closed")
      this.#set({ notice: describeSilence() });
  }

  #handle(event: ConnectionEvent): void {
    this.#turn = reducePlaybackTurn(this.#turn, event);
    this.#microphone.handleEvent(event);
    const { answerPending, captions, approvalRequests } = this.#state;
    this.#set({
      captions: reduceCaptions(captions, event),
      approvalRequests: reduceApprovals(approvalRequests, event),
      answerPending: isAnswerPending({ answerPending, captions, turn: this.#turn }, event),
    });
    switch (event.kind) {
      case "audio":
        if (this.#turn.state === "playing") this.#player.play(event.pcm, event.seq);
        break;
      case "interrupted":
        this.#player.clear();
        break;
      case "turnComplete":
        this.#player.endTurn();
        break;
      case "products":
        this.#setProducts(event.products);
        break;
      case "usage":
        this.#set({ tokens: event.tokens });
        break;
      case "replay":
        for (const replayed of event.events)
          if (replayed.kind === "products") this.#setProducts(replayed.products);
        break;
      case "participants":
        this.#setParticipants(event.participants);
        break;
      case "error":
        this.#set({ notice: event.message });
        break;
      case "state":
        this.#connectionChanged(event.state);
        break;
      default:
    }
  }

  #connectionChanged(connection: ConnectionState): void {
    this.#set({ connection });
    if (connection.status !== "closed") return;
    this.#set({ captions: finalize(this.#state.captions), approvalRequests: [] });
    if (connection.reason) this.#set({ notice: connection.reason });
    this.#player.clear();
    this.#camera.close();
    void this.#microphone.close();
  }

  #setProducts(products: Partial<Products>): void {
    this.#set({ products: { ...this.#state.products, ...products } });
  }

  #setParticipants(participants: ParticipantList): void {
    const listenOnly = isMutedByOperator(participants) || !maySpeak(participants);
    this.#microphone.blocked = listenOnly;
    this.#set({ participants, listenOnly });
  }

  async #openCamera(front: boolean): Promise<void> {
    this.#open();
    await this.#camera.open(front);
  }

  /** Limits `answerPending` to 15 s: an agent may stay silent on purpose. */
  #restartAnswerTimer(answerPending: boolean): void {
    if (answerPending && this.#state.answerPending) return;
    clearTimeout(this.#answerTimer);
    if (answerPending)
      this.#answerTimer = setTimeout(() => this.#set({ answerPending: false }), answerTimeoutMs);
  }

  #set(change: Partial<VoiceSessionState>): void {
    if (change.answerPending !== undefined) this.#restartAnswerTimer(change.answerPending);
    this.#state = { ...this.#state, ...change };
    this.#onChange(this.#state);
  }
}
