/**
 * One client's part in a conversation: owns the connection, the microphone, the speaker, the camera and the screen, and
 * reduces them to one state for display.
 */
import type { TurnTaking } from "./audio/turn-taking.ts";
import type { CallError, CallEvents } from "./call-events.ts";
import { reduceState } from "./call-reducer.ts";
import { initialState, type CallState, type SavedCall } from "./call-state.ts";
import type {
  BudgetUse,
  Connection,
  ConnectionEvent,
  ConnectionState,
  WireFrame,
} from "./connection/connection.ts";
import type { ConversationAddress } from "./conversation-address.ts";
import {
  controlMicrophone,
  controlDevices,
  controlSpeaker,
  type CameraControl,
  type DeviceControl,
  type MicrophoneControl,
  type ScreenControl,
  type SpeakerControl,
} from "./device-controls.ts";
import {
  describeBudget,
  deviceError,
  describeDeviceLoss,
  describeReplacement,
  describeSilence,
  describeTurnTakingError,
  describeWithheld,
  outboxFullMessage,
  type NamedDevice,
} from "./error-messages.ts";
import { HeardCaptions } from "./heard-captions.ts";
import { Listeners } from "./listeners.ts";
import { randomId } from "./random-id.ts";
import { markDecided } from "./state/approvals.ts";
import {
  addSentPicture,
  addTyped,
  finalize,
  markHeard,
  markInterrupted,
} from "./state/captions.ts";
import { PictureSources, type PictureSource } from "./picture-sources.ts";
import { publish } from "./publish.ts";
import { CallNotice, errorOfClose, withoutNotice, type NoticeCause } from "./notice-lifetime.ts";
import {
  isMutedByOperator,
  maySpeak,
  noParticipants,
  type ParticipantList,
} from "./state/participants.ts";
import {
  idleTurn,
  reducePlaybackTurn,
  stopTurn,
  type PlaybackTurn,
} from "./state/playback-turn.ts";
import { Voice, type VoiceOptions } from "./voice.ts";

const answerTimeoutMs = 15_000;

interface CallParts {
  readonly address: () => ConversationAddress;
  readonly connection: Connection;
  readonly saved: Pick<SavedCall, "captions" | "products">;
  /** By the role that the client requests; the server's answer overrides it. */
  readonly maySpeak: boolean;
  readonly voice: VoiceOptions;
}

export class Call {
  readonly microphone: MicrophoneControl;
  readonly speaker: SpeakerControl;
  readonly camera: CameraControl;
  readonly screen: ScreenControl;
  readonly devices: DeviceControl;
  readonly #address: () => ConversationAddress;
  readonly #connection: Connection;
  readonly #listeners = new Listeners<CallEvents>();
  readonly #voice: Voice;
  readonly #pictures: PictureSources;
  readonly #heard: HeardCaptions;
  readonly #notice = new CallNotice();
  /** By the requested role: until the server has reported the role, and after the end. */
  readonly #listens: boolean;
  #turn: PlaybackTurn = idleTurn;
  #answerTimer: ReturnType<typeof setTimeout> | undefined;
  #state: CallState;

  /** Use `connect` or `createCall`. */
  constructor({ address, connection, saved, maySpeak, voice }: CallParts) {
    this.#address = address;
    this.#connection = connection;
    this.#listens = !maySpeak;
    this.#state = initialState(connection.state, saved, maySpeak, voice);
    this.#voice = this.#createVoice(voice);
    this.#heard = new HeardCaptions(
      this.#voice.playback,
      {
        get: () => this.#state.captions,
        set: (captions) => this.#set({ captions }),
      },
      saved.captions,
    );
    this.#pictures = this.#createPictures();
    this.microphone = controlMicrophone(this.#voice, {
      open: () => this.#openMicrophone(),
      attempt: (action) => this.#tryDevice("microphone", action),
    });
    this.speaker = controlSpeaker(this.#voice, () => this.#openPlayer());
    this.camera = this.#pictures.camera;
    this.screen = this.#pictures.screen;
    this.devices = controlDevices(this.#voice, this.#pictures.cameraUplink, (device, action) =>
      this.#tryDevice(device, action),
    );
    connection.subscribe((event) => this.#handle(event));
  }

  get state(): CallState {
    return this.#state;
  }

  /** The conversation. With `getToken`, what the token's claims name is in it once the first token has come. */
  get address(): ConversationAddress {
    return this.#address();
  }

  /** What a later client of this conversation continues from, for example after a reload of the page. */
  get saved(): SavedCall {
    const { products } = this.#state;
    const { snapshot } = this.#connection;
    // The next client does not play this answer from here: it shows its words as they come.
    const captions = markHeard(this.#state.captions, new Map());
    return { captions, products, ...(snapshot && { snapshot }) };
  }

  /** @returns unsubscribes. */
  on<Name extends keyof CallEvents>(
    name: Name,
    listener: (value: CallEvents[Name]) => void,
  ): () => void {
    return this.#listeners.add(name, listener);
  }

  /** Every frame in both directions as it is, for an inspector. @returns unsubscribes. */
  watchFrames(listener: (frame: WireFrame) => void): () => void {
    return this.#connection.watchFrames(listener);
  }

  /** 0 to 1: the level of the agent while it speaks, otherwise of the microphone. */
  level(): number {
    return this.#state.speaking ? this.#voice.speakerLevel : this.#voice.microphoneLevel;
  }

  /** Connects, without devices. Idempotent. */
  open(): void {
    this.#connection.open();
  }

  /** Reconnects a lost connection at once. */
  retry(): void {
    this.#connection.retry();
  }

  /**
   * Connects, and opens the speaker and, unless turns are taken by `text`, the microphone, each if it is closed. Must be
   * called from a user gesture.
   */
  async start(): Promise<void> {
    this.dismissNotice();
    this.#connection.open();
    const { mic, listenOnly } = this.#state;
    const microphone = mic === "off" && !listenOnly ? this.#openMicrophone() : undefined;
    if (hasAudio) void this.#openPlayer(microphone);
    await microphone;
  }

  /**
   * Sends a text, and opens the connection if it is closed. Must be called from a user gesture.
   * @returns false when the outbox is full.
   */
  sendText(text: string): boolean {
    this.#openWithSpeaker();
    const id = randomId();
    const result = this.#connection.sendText(text, id);
    if (result === "rejected") {
      this.#report({ code: "OUTBOX_FULL", message: outboxFullMessage }, "outbox");
      return false;
    }
    this.#voice.typed();
    this.#set({
      captions: addTyped(this.#state.captions, text, result === "queued", id),
      answerPending: result === "sent",
    });
    return true;
  }

  /**
   * The agent sees the picture with the next words. Dropped while disconnected: it would be stale on arrival.
   * @param mimeType JPEG, PNG, WebP, HEIC or HEIF.
   * @param show whether the captions show it: the server publishes no picture.
   */
  sendImage(image: Uint8Array, mimeType = "image/jpeg", show = false): void {
    this.#connection.sendImage(image, mimeType);
    if (show) this.#set({ captions: addSentPicture(this.#state.captions, image, mimeType) });
  }

  /** Microphone audio of another source: mono PCM16, 16 kHz, 20 to 100 ms. Dropped while disconnected. */
  sendAudio(pcm: ArrayBuffer): void {
    this.#connection.sendAudio(pcm);
  }

  /** No more `sendAudio` for now: the model may answer. */
  endAudio(): void {
    this.#connection.endAudio();
  }

  /** Changes the session state. A null removes a key. Dropped while disconnected. */
  sendState(delta: Readonly<Record<string, unknown>>): void {
    this.#connection.sendState(delta);
  }

  mute(on = true): void {
    if (on !== (this.#state.mic === "muted")) this.toggleMute();
  }

  toggleMute(): void {
    this.#voice.toggleMute();
  }

  /**
   * Who says where the user's turns begin and end, from now on. What each way costs and gains: docs/clients.md,
   * "Turn-taking". A way that cannot be taken is reported in words, and turns are taken as before.
   */
  async setTurnTaking(turnTaking: TurnTaking): Promise<void> {
    this.#set({ turnTaking });
    try {
      await this.#voice.setTurnTaking(turnTaking);
    } catch {
      this.#detectorFailed();
    }
  }

  /**
   * Push to talk: the control is held. Takes turns by `push-to-talk` from now on, and opens the microphone if necessary, so
   * that it must be called from a user gesture.
   */
  async holdToSpeak(): Promise<void> {
    this.#set({ pttHeld: true });
    this.interrupt();
    await this.setTurnTaking("push-to-talk");
    if (this.#state.mic === "off" || !this.#state.audible) await this.start();
    this.mute(false);
    // The control may have been released while the browser asked for the microphone.
    if (this.#state.pttHeld) this.#voice.press();
  }

  /** Push to talk: the control is released. */
  release(): void {
    if (!this.#state.pttHeld) return;
    this.#set({ pttHeld: false });
    this.#voice.release();
  }

  /** Stops the agent's answer. */
  interrupt(): void {
    if (!this.#state.speaking && this.#turn.state !== "playing") return;
    this.#turn = stopTurn(this.#turn);
    this.#heard.measure();
    this.#voice.discard();
    this.#connection.interrupt();
    this.#set({ captions: markInterrupted(this.#state.captions) });
  }

  decide(id: string, approved: boolean): void {
    this.#connection.approve(id, approved);
    this.#set({ approvalRequests: markDecided(this.#state.approvalRequests, id) });
  }

  /**
   * Takes a newer token for this conversation at once, instead of asking `getToken` when the old one expires. Without
   * `getToken` it also replaces the token of later connects.
   */
  renewToken(token: string): void {
    this.#connection.renewToken(token);
  }

  /** Operators only. */
  muteParticipant(id: string, on = true): void {
    this.#connection.mute(on, id);
  }

  /** Operators only. The participant is told the reason, and does not connect again by itself. */
  removeParticipant(id: string, reason?: string): void {
    this.#connection.remove(id, reason);
  }

  /** Ends the conversation for all participants. Operators only. */
  endForAll(reason?: string): void {
    this.#connection.end(reason);
  }

  dismissNotice(): void {
    this.#replace(withoutNotice(this.#state));
  }

  /** Closes the connection and releases every device. */
  async close(): Promise<void> {
    this.#connection.close();
    this.#pictures.close();
    await this.#voice.close();
  }

  #createVoice(options: VoiceOptions): Voice {
    const lose = (message: string, cause: NoticeCause): void =>
      this.#report({ code: "DEVICE_LOST", message }, cause);
    return new Voice(this.#connection, options, {
      microphoneChanged: (mic) => this.#set({ mic }),
      speakingChanged: (speaking) => this.#set({ speaking }),
      audibleChanged: (audible) => this.#audibleChanged(audible),
      devicesChanged: (devices) => this.#set({ devices }),
      played: (seq, ms) => this.#connection.reportPlayed(seq, ms),
      waited: (wait) => this.#listeners.emit("latency", wait),
      microphoneLost: () => lose(describeDeviceLoss("microphone"), "microphone"),
      deviceReplaced: (kind, label) => lose(describeReplacement(kind, label), "server"),
      withheld: (withheld) => this.#withheld(withheld),
      detectorFailed: () => this.#detectorFailed(),
    });
  }

  #audibleChanged(audible: boolean): void {
    if (!audible) this.#heard.clear();
    this.#set({ audible });
  }

  #detectorFailed(): void {
    this.#set({ turnTaking: this.#voice.turnTaking });
    this.#report({ code: "NO_DETECTOR", message: describeTurnTakingError() }, "server");
  }

  #withheld(withheld: boolean): void {
    if (withheld) this.#report({ code: "DEVICE_WITHHELD", message: describeWithheld() }, "speaker");
    else if (this.#state.notice === describeWithheld()) this.dismissNotice();
  }

  #createPictures(): PictureSources {
    return new PictureSources({
      opening: () => this.#openWithSpeaker(),
      chosenCamera: () => this.#state.devices.chosen.camera,
      image: (source, jpeg) => {
        this.#connection.sendImage(jpeg);
        this.#set({ lastPicture: new Blob([jpeg.slice()], { type: "image/jpeg" }) });
        this.#listeners.emit("image", { source, jpeg });
      },
      stateChanged: (source, state) => this.#set({ [source]: state }),
      lost: (source) => this.#loseImages(source),
      failed: (source, error) => this.#report(deviceError(source, error), source),
    });
  }

  /** The default takes the place of a chosen camera, as of a chosen microphone. */
  #loseImages(source: PictureSource): void {
    const chosen = source === "camera" && this.#state.devices.chosen.camera;
    const message = chosen ? describeReplacement("camera", "") : describeDeviceLoss(source);
    this.#report({ code: "DEVICE_LOST", message }, chosen ? "server" : source);
    if (chosen)
      void this.devices.choose("camera", undefined).then(() => this.#pictures.cameraUplink.open());
  }

  #openWithSpeaker(): void {
    this.dismissNotice();
    this.#connection.open();
    if (hasAudio) void this.#openPlayer();
  }

  readonly #openMicrophone = (): Promise<void> =>
    this.#tryDevice("microphone", () => this.#voice.openMicrophone());

  async #tryDevice(device: NamedDevice, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#report(deviceError(device, error), device);
    }
  }

  /** @param microphone being opened: its permission dialog may keep the sound off, so that it is tried again after it. */
  async #openPlayer(microphone?: Promise<void>): Promise<void> {
    if (hasAudio && (await this.#voice.openPlayer())) return;
    await microphone;
    if (this.#state.connection.status === "closed") return;
    if (microphone) await this.#openPlayer();
    else this.#report(describeSilence(), "sound");
  }

  /** @param cause when it is gone, the notice goes by itself. */
  #report(error: CallError, cause: NoticeCause): void {
    this.#replace(this.#notice.tell(this.#state, error, cause));
    this.#listeners.emit("error", error);
  }

  #warn(budget: BudgetUse): void {
    const error = { code: "BUDGET_LOW", message: describeBudget(budget) };
    this.#replace({ ...this.#notice.tell(this.#state, error, "server"), budget });
  }

  #handle(event: ConnectionEvent): void {
    this.#apply(event);
    publish(event, this.#listeners);
  }

  #apply(event: ConnectionEvent): void {
    this.#advanceTurn(event);
    this.#voice.handleEvent(event, this.#turn.state === "playing");
    this.#set(reduceState(this.#state, this.#turn, event));
    switch (event.kind) {
      case "turnComplete":
        this.#heard.endTurn();
        break;
      case "transcript":
        this.#heard.textCame();
        break;
      case "budget":
        this.#warn(event);
        break;
      case "replay":
        this.#heard.clear();
        break;
      case "participants":
        this.#setParticipants(event.participants);
        break;
      case "error": {
        const { kind: _, ...error } = event;
        this.#report(error, "server");
        break;
      }
      case "state":
        this.#connectionChanged(event.state);
        break;
      default:
    }
  }

  #advanceTurn(event: ConnectionEvent): void {
    if (event.kind === "interrupted") this.#heard.measure();
    const before = this.#turn;
    this.#turn = reducePlaybackTurn(this.#turn, event);
    if (before.state !== "idle" || this.#turn.state !== "playing") return;
    this.#heard.startTurn();
    this.#replace(this.#notice.answered(this.#state));
  }

  #connectionChanged(connection: ConnectionState): void {
    this.#set({ connection });
    if (connection.status !== "closed") return;
    this.#set({ captions: finalize(this.#state.captions), approvalRequests: [] });
    const { reason, code } = connection;
    if (reason)
      this.#report(errorOfClose({ reason, ...(code && { code }) }, this.#state), "connection");
    this.#heard.clear();
    this.#voice.discard();
    this.#setParticipants(noParticipants);
    this.#closeInputs();
  }

  #closeInputs(): void {
    this.#pictures.close();
    void this.#voice.closeMicrophone();
  }

  #setParticipants(participants: ParticipantList): void {
    const isKnown = participants.list.length > 0;
    const maySpeakNow = isKnown ? maySpeak(participants) : !this.#listens;
    const listenOnly = isMutedByOperator(participants) || !maySpeakNow;
    this.#voice.blocked = listenOnly;
    this.#set({ participants, listenOnly });
    // An operator's mute may end: the microphone stays open for that.
    if (!maySpeakNow) this.#closeInputs();
  }

  /** Limits `answerPending` to 15 s: an agent may stay silent on purpose. */
  #restartAnswerTimer(answerPending: boolean): void {
    if (answerPending && this.#state.answerPending) return;
    clearTimeout(this.#answerTimer);
    if (answerPending)
      this.#answerTimer = setTimeout(() => this.#set({ answerPending: false }), answerTimeoutMs);
  }

  #set(change: Partial<CallState>): void {
    if (change.answerPending !== undefined) this.#restartAnswerTimer(change.answerPending);
    this.#replace({ ...this.#state, ...change });
  }

  #replace(state: CallState): void {
    this.#state = this.#notice.check(state);
    this.#listeners.emit("state", this.#state);
  }
}

/** False in Node. */
const hasAudio = "AudioContext" in globalThis;
