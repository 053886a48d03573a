/**
 * The spoken side of a call: joins the microphone, the player and the devices, takes turns, holds an answer that the user
 * may be interrupting, and measures how long the user waits.
 */
import {
  MicrophoneUplink,
  type MicrophoneState,
  type UplinkTarget,
} from "./audio/microphone-uplink.ts";
import type { AudioProcessing } from "./audio/microphone.ts";
import { Player } from "./audio/player.ts";
import type { PlaybackStatistics } from "./audio/player-worklet.ts";
import type { TurnTaking } from "./audio/turn-taking.ts";
import type { ConnectionEvent } from "./connection/connection.ts";
import {
  Devices,
  type DeviceChange,
  type DeviceChoice,
  type DeviceKind,
  type DeviceList,
} from "./devices.ts";
import {
  answered,
  asked,
  complete,
  heard,
  interrupted,
  noQuestion,
  type AnswerWait,
  type WaitState,
} from "./state/answer-wait.ts";
import {
  alarmWasFalse,
  confirmationMs,
  noBargeIn,
  onsetHeard,
  onsetWithdrawn,
  type BargeIn,
} from "./state/barge-in.ts";

export interface VoiceOptions {
  /** Devices that the user chose earlier. */
  readonly devices: DeviceChoice;
  readonly turnTaking: TurnTaking;
  /** Of the voice detector's script, for the turn-taking `detection`. */
  readonly detectorUrl: string;
}

interface VoiceEvents {
  readonly microphoneChanged: (state: MicrophoneState) => void;
  readonly speakingChanged: (speaking: boolean) => void;
  /** The player was opened, or closed. */
  readonly audibleChanged: (audible: boolean) => void;
  readonly devicesChanged: (list: DeviceList) => void;
  /** The frame `seq` became audible `delayMs` after its arrival. */
  readonly played: (seq: number, delayMs: number) => void;
  readonly waited: (wait: AnswerWait) => void;
  /** The microphone is gone, and no other is there. */
  readonly microphoneLost: () => void;
  /** A device took the place of one that is gone; `label` is its name, if known. */
  readonly deviceReplaced: (kind: DeviceKind, label: string) => void;
  /** The system has taken the microphone, or given it back. */
  readonly withheld: (withheld: boolean) => void;
  /** The voice detector could not be loaded with the microphone, or has failed. */
  readonly detectorFailed: () => void;
}

export class Voice {
  readonly #events: VoiceEvents;
  readonly #microphone: MicrophoneUplink;
  readonly #player: Player;
  readonly #devices: Devices;
  #bargeIn: BargeIn = noBargeIn;
  #confirmation: ReturnType<typeof setTimeout> | undefined;
  #wait: WaitState = noQuestion;
  /** The frame from which the server counts what was heard of this answer, with its delay. */
  #firstPlayed: { readonly seq: number; readonly delayMs: number } | undefined;

  constructor(
    target: UplinkTarget,
    { devices, turnTaking, detectorUrl }: VoiceOptions,
    events: VoiceEvents,
  ) {
    this.#events = events;
    this.#player = new Player({
      speakingChanged: (speaking) => events.speakingChanged(speaking),
      played: (seq, delayMs) => this.#played(seq, delayMs),
    });
    const uplinkEvents = {
      stateChanged: events.microphoneChanged,
      lost: events.microphoneLost,
      replaced: (label: string) => this.#microphoneReplaced(label),
      withheld: events.withheld,
      detectorFailed: events.detectorFailed,
      onset: () => this.#onset(),
      falseOnset: () => this.#withdrawOnset(),
      spoke: (at: number, sentAt: number) =>
        void (this.#wait = asked(this.#wait, { by: "speech", at, sentAt })),
    };
    this.#microphone = new MicrophoneUplink(target, uplinkEvents, detectorUrl);
    this.#devices = new Devices(devices, {
      listChanged: (list) => events.devicesChanged(list),
      changed: (change) => void this.#follow(change),
    });
    void this.#microphone.use({ deviceId: devices.microphone });
    void this.#player.useSpeaker(devices.speaker);
    void this.setTurnTaking(turnTaking);
  }

  /** 0 to 1: the agent while it speaks. */
  get speakerLevel(): number {
    return this.#player.level();
  }

  get microphoneLevel(): number {
    return this.#microphone.level();
  }

  get devices(): DeviceList {
    return this.#devices.list;
  }

  get playback(): Pick<Player, "receivedMs" | "playedMs" | "isOpen"> {
    return this.#player;
  }

  get statistics(): PlaybackStatistics | undefined {
    return this.#player.statistics;
  }

  get turnTaking(): TurnTaking {
    return this.#microphone.turnTaking;
  }

  get processing(): AudioProcessing {
    const { deviceId: _, ...processing } = this.#microphone.settings;
    return processing;
  }

  /** The user may not speak. */
  set blocked(blocked: boolean) {
    this.#microphone.blocked = blocked;
  }

  /** Must be called from a user gesture. @throws as `openMicrophone`. */
  async openMicrophone(): Promise<void> {
    if (this.turnTaking === "text") return;
    this.#devices.watch();
    await this.#microphone.open();
    this.#devices.refresh();
  }

  closeMicrophone(): Promise<void> {
    return this.#microphone.close();
  }

  /** Must be called from a user gesture. @returns whether the browser plays sound. */
  async openPlayer(): Promise<boolean> {
    this.#devices.watch();
    const audible = await this.#player.open();
    this.#events.audibleChanged(audible && this.#player.isOpen);
    return audible;
  }

  closePlayer(): Promise<void> {
    this.#events.audibleChanged(false);
    return this.#player.close();
  }

  async close(): Promise<void> {
    this.#devices.stop();
    this.discard();
    await Promise.all([this.#microphone.close(), this.closePlayer()]);
  }

  toggleMute(): void {
    this.#microphone.toggleMute();
  }

  press(): void {
    this.#microphone.press();
  }

  release(): void {
    this.#microphone.release();
  }

  /** Rejects if the microphone is open and the voice detector cannot be loaded; then turns are taken as before. */
  async setTurnTaking(turnTaking: TurnTaking): Promise<void> {
    if (turnTaking === "text") await this.#microphone.close();
    await this.#microphone.setTurnTaking(turnTaking);
  }

  /** Rejects if the device does not open; then the one before stays. @param id undefined: the system's default. */
  async chooseDevice(kind: DeviceKind, id: string | undefined): Promise<void> {
    if (kind === "microphone") await this.#microphone.use({ deviceId: id });
    if (kind === "speaker" && !(await this.#player.useSpeaker(id)))
      throw new DOMException("no such loudspeaker", "NotFoundError");
    this.#devices.choose(kind, id);
  }

  /** Where the browser lists loudspeakers only in a dialog of its own. */
  async askForSpeaker(): Promise<void> {
    const id = await this.#devices.askForSpeaker();
    if (id !== undefined) await this.chooseDevice("speaker", id);
  }

  async setProcessing(processing: Partial<AudioProcessing>): Promise<void> {
    await this.#microphone.use(processing);
  }

  /** The user has sent a text. */
  typed(): void {
    const now = performance.now();
    this.#wait = asked(this.#wait, { by: "text", at: now, sentAt: now });
  }

  /** Drops what is still to be heard. */
  discard(): void {
    clearTimeout(this.#confirmation);
    this.#bargeIn = noBargeIn;
    this.#firstPlayed = undefined;
    this.#wait = interrupted(this.#wait);
    this.#player.clear();
  }

  handleEvent(event: ConnectionEvent, isPlaying: boolean): void {
    this.#microphone.handleEvent(event);
    if (event.kind === "audio" && isPlaying) this.#play(event);
    else if (event.kind === "interrupted") this.discard();
    else if (event.kind === "turnComplete") this.#endTurn();
  }

  #play({ pcm, seq }: Extract<ConnectionEvent, { kind: "audio" }>): void {
    this.#wait = answered(this.#wait, performance.now());
    this.#player.play(pcm, seq);
  }

  #endTurn(): void {
    this.#wait = complete(this.#wait);
    this.#player.endTurn();
    this.#firstPlayed = undefined;
    // By the server's measure the answer has been played: a player that opens now plays the next one.
    if (!this.#player.isOpen) this.#player.clear();
  }

  #played(seq: number, delayMs: number): void {
    this.#firstPlayed ??= { seq, delayMs };
    this.#events.played(seq, delayMs);
    const targetMs = Math.round(this.#player.statistics?.targetMs ?? 0);
    const [state, wait] = heard(this.#wait, delayMs, targetMs);
    this.#wait = state;
    if (wait) this.#events.waited(wait);
  }

  #onset(): void {
    if (!this.#player.speaking) return;
    const next = onsetHeard(this.#bargeIn, performance.now());
    if (next === this.#bargeIn) return;
    this.#bargeIn = next;
    this.#player.hold();
    this.#confirmation = setTimeout(
      () => this.#goOn(alarmWasFalse(this.#bargeIn, performance.now())),
      confirmationMs,
    );
  }

  #withdrawOnset(): void {
    if (this.#bargeIn.heldAt !== undefined) this.#goOn(onsetWithdrawn(this.#bargeIn));
  }

  /** The answer goes on. The server counts what was heard by its clock, and learns of the pause. */
  #goOn(next: BargeIn): void {
    clearTimeout(this.#confirmation);
    const heldMs = Math.round(performance.now() - (this.#bargeIn.heldAt ?? performance.now()));
    this.#bargeIn = next;
    this.#player.release();
    if (!this.#firstPlayed) return;
    const { seq, delayMs } = this.#firstPlayed;
    this.#firstPlayed = { seq, delayMs: delayMs + heldMs };
    this.#events.played(seq, delayMs + heldMs);
  }

  /** A microphone that ended by itself: the list may not know yet. */
  #microphoneReplaced(label: string): void {
    if (this.#devices.list.chosen.microphone !== undefined)
      this.#devices.choose("microphone", undefined);
    this.#events.deviceReplaced("microphone", label);
  }

  async #follow(change: DeviceChange): Promise<void> {
    const { kind, type } = change;
    try {
      if (kind === "microphone") await this.#followMicrophone(type);
      if (kind === "speaker") await this.#player.useSpeaker(undefined);
    } catch {
      // The track that ended says so, too, and the user learns of it there.
    }
    // The end of an open camera's track says so by itself.
    if (type === "lost" && kind === "speaker") this.#events.deviceReplaced(kind, "");
  }

  /** The end of the track may have come first. */
  async #followMicrophone(type: DeviceChange["type"]): Promise<void> {
    const wasReplaced = type === "lost" && this.#microphone.settings.deviceId === undefined;
    if (wasReplaced) return;
    await this.#microphone.use({ deviceId: undefined });
    if (type === "lost") this.#events.deviceReplaced("microphone", "");
  }
}
