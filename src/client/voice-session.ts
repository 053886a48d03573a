/**
 * A conversation as the page has it: the link, the microphone, the loudspeaker and the camera joined,
 * and one value that says how things stand.
 */
import { markDecided, reduceApprovals, type ApprovalRequest } from "./state/approvals.ts";
import { isAnswerPending } from "./state/pending-answer.ts";
import { openCamera, type Camera } from "./camera.ts";
import {
  markInterrupted,
  reduceCaptions,
  finalize,
  addTyped,
  type Captions,
} from "./state/captions.ts";
import type {
  Connection,
  ConnectionEvent,
  ConnectionState,
  TokenUsage,
} from "./connection/connection.ts";
import type { Products } from "./state/products.ts";
import { randomId } from "./identity.ts";
import type { SavedContent } from "./session-storage.ts";
import {
  isMutedByOperator,
  maySpeak,
  noParticipants,
  type ParticipantList,
} from "./state/participants.ts";
import { Player } from "./audio/player.ts";
import {
  reducePlaybackTurn,
  silentTurn,
  stopTurn,
  type PlaybackTurn,
} from "./state/playback-turn.ts";
import { MicrophoneUplink, type MicrophoneState } from "./audio/microphone-uplink.ts";
import {
  describeDeviceError,
  outboxFullMessage,
  describeDeviceLoss,
  soundBlockedMessage,
} from "./error-messages.ts";

export interface VoiceSessionState {
  readonly connection: ConnectionState;
  readonly mic: MicrophoneState;
  readonly speaking: boolean;
  readonly awaiting: boolean;
  readonly camera: Camera | "off" | "asking";
  readonly captions: Captions;
  readonly goods: Products;
  readonly participants: ParticipantList;
  /** An operator has muted this page, or it came to listen. */
  readonly silenced: boolean;
  readonly tokens?: TokenUsage;
  /** What the agent wants to do and may not do unasked. */
  readonly approvalRequests: readonly ApprovalRequest[];
  /** What the person should know, in words. */
  readonly notice?: string;
}

const patienceMs = 15_000;

export class VoiceSession {
  readonly #connection: Connection;
  readonly #onChange: (state: VoiceSessionState) => void;
  readonly #player = new Player({
    speakingChanged: (speaking) => this.#set({ speaking }),
    played: (seq, ms) => this.#connection.reportPlayed(seq, ms),
  });
  readonly #voice: MicrophoneUplink;
  #turn: PlaybackTurn = silentTurn;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #state: VoiceSessionState;

  /** @param speaks whether this page came to say something; the server may know better. */
  constructor(
    connection: Connection,
    kept: SavedContent,
    speaks: boolean,
    onChange: (state: VoiceSessionState) => void,
  ) {
    this.#connection = connection;
    this.#onChange = onChange;
    this.#voice = new MicrophoneUplink(connection, {
      stateChanged: (mic) => this.#set({ mic }),
      lost: () => this.#set({ notice: describeDeviceLoss("microphone") }),
    });
    this.#state = {
      connection: connection.state,
      mic: "off",
      speaking: false,
      awaiting: false,
      camera: "off",
      approvalRequests: [],
      participants: noParticipants,
      silenced: !speaks,
      captions: kept.captions,
      goods: kept.goods,
    };
    connection.subscribe((heard) => this.#hear(heard));
  }

  get state(): VoiceSessionState {
    return this.#state;
  }

  /** 0 to 1: of the agent while it speaks, else of the person. */
  level(): number {
    return this.#state.speaking ? this.#player.level() : this.#voice.level();
  }

  /** Opens everything a spoken conversation needs; call it from a user's gesture. */
  async start(): Promise<void> {
    if (this.#state.mic !== "off") return;
    this.#enter();
    if (this.#state.silenced) return;
    try {
      await this.#voice.open();
    } catch (error) {
      this.#set({ notice: describeDeviceError("microphone", error) });
    }
  }

  /** Goes on where the page was when it was left; sound needs a gesture, words do not. */
  resume(): void {
    this.#connection.open();
  }

  /** Says a text, opening the link if need be; call it from a user's gesture. */
  sendText(text: string): boolean {
    this.#enter();
    const id = randomId();
    const fate = this.#connection.sendText(text, id);
    if (fate === "refused") {
      this.#set({ notice: outboxFullMessage });
      return false;
    }
    this.#set({
      captions: addTyped(this.#state.captions, text, fate === "held", id),
      awaiting: fate === "sent",
    });
    return true;
  }

  toggleMute(): void {
    this.#voice.toggleMute();
  }

  /** Stops the agent where it stands. */
  interrupt(): void {
    if (!this.#state.speaking && this.#turn.at !== "talking") return;
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
    if (this.#state.camera === "off") await this.#openCamera(true);
    else this.#closeCamera();
  }

  async switchCamera(): Promise<void> {
    const { camera } = this.#state;
    if (typeof camera === "string") return;
    this.#closeCamera();
    await this.#openCamera(!camera.front);
  }

  dismissNotice(): void {
    const { notice: _, ...rest } = this.#state;
    this.#state = rest;
    this.#onChange(rest);
  }

  /** Hangs up and gives every device back. */
  async close(): Promise<void> {
    this.#connection.close();
    this.#closeCamera();
    await Promise.all([this.#voice.close(), this.#player.close()]);
  }

  #enter(): void {
    this.dismissNotice();
    this.#connection.open();
    void this.#unlock();
  }

  async #unlock(): Promise<void> {
    const heard = await this.#player.open();
    if (!heard && this.#state.connection.at !== "closed")
      this.#set({ notice: soundBlockedMessage });
  }

  #hear(heard: ConnectionEvent): void {
    this.#turn = reducePlaybackTurn(this.#turn, heard);
    this.#voice.handleEvent(heard);
    const { awaiting, captions } = this.#state;
    this.#set({
      captions: reduceCaptions(captions, heard),
      approvalRequests: reduceApprovals(this.#state.approvalRequests, heard),
      awaiting: isAnswerPending({ awaiting, captions, turn: this.#turn }, heard),
    });
    switch (heard.kind) {
      case "audio":
        if (this.#turn.at === "talking") this.#player.play(heard.pcm, heard.seq);
        break;
      case "interrupted":
        this.#player.clear();
        break;
      case "turnComplete":
        this.#player.endTurn();
        break;
      case "goods":
        this.#show(heard.goods);
        break;
      case "usage":
        this.#set({ tokens: heard.tokens });
        break;
      case "recalled":
        for (const { goods } of productEvents(heard.heard)) this.#show(goods);
        break;
      case "people":
        this.#meet(heard.people);
        break;
      case "error":
        this.#set({ notice: heard.message });
        break;
      case "state":
        this.#follow(heard.state);
        break;
      default:
    }
  }

  #follow(link: ConnectionState): void {
    this.#set({ connection: link });
    if (link.at !== "closed") return;
    this.#set({ captions: finalize(this.#state.captions), approvalRequests: [] });
    if (link.why) this.#set({ notice: link.why });
    this.#player.clear();
    this.#closeCamera();
    void this.#voice.close();
  }

  #show(goods: Partial<Products>): void {
    this.#set({ goods: { ...this.#state.goods, ...goods } });
  }

  #meet(people: ParticipantList): void {
    const silenced = isMutedByOperator(people) || !maySpeak(people);
    this.#voice.silenced = silenced;
    this.#set({ participants: people, silenced });
  }

  async #openCamera(front: boolean): Promise<void> {
    this.#enter();
    this.#set({ camera: "asking" });
    try {
      const camera = await openCamera(front, {
        picture: (jpeg) => this.#connection.sendImage(jpeg),
        lost: () => {
          this.#closeCamera();
          this.#set({ notice: describeDeviceLoss("camera") });
        },
      });
      // Closed meanwhile, or another one opened.
      if (this.#state.camera !== "asking") camera.close();
      else this.#set({ camera });
    } catch (error) {
      this.#set({ camera: "off", notice: describeDeviceError("camera", error) });
    }
  }

  /** An agent may choose to say nothing: after a while nobody waits for it any more. */
  #patience(awaiting: boolean): void {
    if (awaiting && this.#state.awaiting) return;
    clearTimeout(this.#waiting);
    if (awaiting) this.#waiting = setTimeout(() => this.#set({ awaiting: false }), patienceMs);
  }

  #closeCamera(): void {
    const { camera } = this.#state;
    if (typeof camera !== "string") camera.close();
    if (camera !== "off") this.#set({ camera: "off" });
  }

  #set(change: Partial<VoiceSessionState>): void {
    if (change.awaiting !== undefined) this.#patience(change.awaiting);
    this.#state = { ...this.#state, ...change };
    this.#onChange(this.#state);
  }
}

const productEvents = (
  heard: readonly ConnectionEvent[],
): readonly Extract<ConnectionEvent, { kind: "goods" }>[] =>
  heard.filter((each) => each.kind === "goods");
