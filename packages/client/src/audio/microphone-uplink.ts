/**
 * The microphone's audio on its way to the server: opening, muting, and turn-taking, which decides what is sent.
 *
 *   off ──open()──▶ requesting ──▶ on ◀──▶ muted
 */
import type { Connection, ConnectionEvent } from "../connection/connection.ts";
import {
  defaultProcessing,
  openMicrophone,
  type Microphone,
  type MicrophoneSettings,
} from "./microphone.ts";
import {
  DetectingSender,
  PressedSender,
  SilenceGatedSender,
  type TurnEvents,
  type TurnSender,
  type TurnTaking,
  type TurnTarget,
} from "./turn-taking.ts";
import { VoiceDetector } from "./voice-detector.ts";

export type MicrophoneState = "off" | "requesting" | "on" | "muted";

export type UplinkTarget = TurnTarget & Pick<Connection, "mute">;

interface MicrophoneUplinkEvents extends TurnEvents {
  readonly stateChanged: (mic: MicrophoneState) => void;
  /** The device was unplugged, or the system revoked it, and no other could take its place. */
  readonly lost: () => void;
  /** The default took the place of a device that was unplugged. */
  readonly replaced: (label: string) => void;
  /** The system has taken the microphone, as iOS does during a phone call, or has given it back. */
  readonly withheld: (withheld: boolean) => void;
  /** The voice detector could not be loaded with the microphone, or has failed: turns are taken in another way. */
  readonly detectorFailed: () => void;
}

export class MicrophoneUplink {
  readonly #target: UplinkTarget;
  readonly #events: MicrophoneUplinkEvents;
  readonly #detectorUrl: string;
  #sender: TurnSender;
  #detector: VoiceDetector | undefined;
  #turnTaking: TurnTaking = "automatic";
  #microphone: Microphone | undefined;
  #state: MicrophoneState = "off";
  #settings: MicrophoneSettings = defaultProcessing;
  /** Increases with each close: an `open` that completes after a close releases the device at once. */
  #generation = 0;
  /** The page may not speak, by its role or by an operator's mute: frames are dropped. */
  blocked = false;

  /** @param detectorUrl of the voice detector's script, for the turn-taking `detection`. */
  constructor(target: UplinkTarget, events: MicrophoneUplinkEvents, detectorUrl: string) {
    this.#target = target;
    this.#detectorUrl = detectorUrl;
    this.#events = events;
    this.#sender = new SilenceGatedSender(target, events);
  }

  /** 0 to 1, for display. */
  level(): number {
    return this.#microphone?.level() ?? 0;
  }

  handleEvent(event: ConnectionEvent): void {
    this.#sender.handleEvent?.(event);
  }

  get turnTaking(): TurnTaking {
    return this.#turnTaking;
  }

  /**
   * The voice detector, for `detection`, is loaded first if the microphone is open, else with it. Until then turns are taken
   * as before. Rejects if it cannot be loaded.
   */
  async setTurnTaking(turnTaking: TurnTaking): Promise<void> {
    if (turnTaking === this.#turnTaking) return;
    const before = this.#turnTaking;
    this.#turnTaking = turnTaking;
    if (turnTaking !== "detection") this.#useSender();
    else if (this.#state !== "off") await this.#loadDetector(before);
  }

  /** Push to talk: the control is held. */
  press(): void {
    if (this.#sender instanceof PressedSender && !this.blocked) this.#sender.press();
  }

  release(): void {
    if (!(this.#sender instanceof PressedSender)) return;
    if (this.blocked) this.#sender.end();
    else this.#sender.release(performance.now());
  }

  /**
   * Opens the microphone. Must be called from a user gesture.
   * @throws as `openMicrophone`, unless `close` was called meanwhile.
   */
  async open(): Promise<void> {
    if (this.#state !== "off") return;
    this.#setState("requesting");
    const generation = this.#generation;
    if (this.#turnTaking === "detection")
      void this.#loadDetector("automatic").catch(() => this.#events.detectorFailed());
    try {
      const microphone = await openMicrophone(this.#settings, {
        frame: (pcm, ageMs) => this.#captured(pcm, ageMs),
        lost: () => void this.#replace(),
        withheld: (withheld) => this.#withheld(withheld),
      });
      if (generation !== this.#generation) return await microphone.close();
      this.#microphone = microphone;
      this.#setState("on");
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#setState("off");
      throw error;
    }
  }

  get settings(): MicrophoneSettings {
    return this.#settings;
  }

  /**
   * Goes on with another device or other processing, also in the middle of speech; a closed microphone opens with them.
   * @throws as `openMicrophone`; then the device before stays.
   */
  async use(change: Partial<MicrophoneSettings>): Promise<void> {
    const before = this.#settings;
    this.#settings = { ...before, ...change };
    try {
      await this.#microphone?.use(this.#settings);
    } catch (error) {
      this.#settings = before;
      throw error;
    }
  }

  toggleMute(): void {
    const microphone = this.#microphone;
    if (!microphone) return;
    microphone.muted = !microphone.muted;
    if (microphone.muted) this.#sender.end();
    this.#target.mute(microphone.muted);
    this.#setState(microphone.muted ? "muted" : "on");
  }

  async close(): Promise<void> {
    this.#generation++;
    const microphone = this.#microphone;
    this.#microphone = undefined;
    if (microphone?.muted) this.#target.mute(false);
    if (this.#detector) this.#useSender();
    else this.#sender.end();
    if (this.#state !== "off") this.#setState("off");
    await microphone?.close();
  }

  #captured(pcm: ArrayBuffer, ageMs: number): void {
    if (!this.blocked) this.#sender.push(pcm, performance.now() - ageMs);
  }

  /** No more frames may come: the control that is held, or was let go, must not wait for one. */
  #withheld(withheld: boolean): void {
    if (withheld) this.#sender.end();
    this.#events.withheld(withheld);
  }

  /** @param otherwise how turns are taken if it cannot be loaded, which rejects. */
  async #loadDetector(otherwise: TurnTaking): Promise<void> {
    const generation = this.#generation;
    const isWanted = (): boolean =>
      this.#turnTaking === "detection" && generation === this.#generation;
    try {
      const detector = await VoiceDetector.open(this.#detectorUrl, {
        verdict: (pcm, probability) => {
          if (this.#sender instanceof DetectingSender) this.#sender.decided(pcm, probability);
        },
        failed: () => {
          void this.setTurnTaking("automatic");
          this.#events.detectorFailed();
        },
      });
      if (isWanted()) this.#useSender(detector);
      else detector.close();
    } catch (error) {
      if (!isWanted()) return;
      this.#turnTaking = otherwise;
      throw error;
    }
  }

  /** @param detector ends the one before, with the microphone too. */
  #useSender(detector?: VoiceDetector): void {
    this.#sender.end();
    this.#detector?.close();
    this.#detector = detector;
    const [target, events] = [this.#target, this.#events];
    if (detector) this.#sender = new DetectingSender(target, events, (pcm) => detector.detect(pcm));
    else if (this.#turnTaking === "push-to-talk") this.#sender = new PressedSender(target, events);
    else this.#sender = new SilenceGatedSender(target, events);
  }

  /** The default device takes the place of one that is gone. */
  async #replace(): Promise<void> {
    const microphone = this.#microphone;
    try {
      await this.use({ deviceId: undefined });
      if (microphone && microphone === this.#microphone) this.#events.replaced(microphone.label);
    } catch {
      if (microphone !== this.#microphone) return;
      await this.close();
      this.#events.lost();
    }
  }

  #setState(state: MicrophoneState): void {
    this.#state = state;
    this.#events.stateChanged(state);
  }
}
