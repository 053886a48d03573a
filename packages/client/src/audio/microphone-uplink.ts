/**
 * The microphone's audio on its way to the server: opening, muting, and a silence gate that keeps silence off the
 * wire.
 *
 *   off ──open()──▶ requesting ──▶ on ◀──▶ muted
 */
import type { Connection, ConnectionEvent } from "../connection/connection.ts";
import { dropOldest } from "../../../../src/wire/drop-oldest.ts";
import { durationMs, micSampleRate } from "../../../../src/wire/pcm.ts";
import { SilenceGate, preRollMs, rmsLoudness } from "../../../../src/wire/silence-gate.ts";
import {
  defaultProcessing,
  openMicrophone,
  type Microphone,
  type MicrophoneSettings,
} from "./microphone.ts";

export type MicrophoneState = "off" | "requesting" | "on" | "muted";

type UplinkTarget = Pick<Connection, "sendAudio" | "endAudio" | "mute">;

/** Sends the audio that passes the silence gate, and the end of the audio when the gate closes. */
export class SilenceGatedSender {
  readonly #target: Pick<UplinkTarget, "sendAudio" | "endAudio">;
  readonly #gate = new SilenceGate();
  /** The newest audio that the gate has held back. */
  #preRoll: readonly ArrayBuffer[] = [];
  /** The finished transcript of the latest utterance has arrived: the model does not need more silence to end it. */
  #transcribed = true;

  constructor(target: Pick<UplinkTarget, "sendAudio" | "endAudio">) {
    this.#target = target;
  }

  /** @param pcm mono PCM16, 16 kHz. Copied: the caller may reuse the buffer. */
  push(pcm: ArrayBuffer): void {
    const bytes = new Uint8Array(pcm);
    const verdict = this.#gate.hear(rmsLoudness(bytes), msOf(pcm), this.#transcribed);
    if (this.#gate.isSpeaking) this.#transcribed = false;
    const frames = [...this.#preRoll, pcm.slice(0)];
    const isHeld = verdict === "hold" || verdict === "end";
    this.#preRoll = isHeld ? dropOldest(frames, preRollMs, msOf).kept : [];
    if (!isHeld) for (const frame of frames) this.#target.sendAudio(frame);
    if (verdict === "end") this.#target.endAudio();
  }

  handleEvent(event: ConnectionEvent): void {
    if (event.kind === "transcript" && event.side === "user" && event.finished)
      this.#transcribed = true;
  }

  /** Closes the gate. The measured noise floor stays valid for the next utterance. */
  end(): void {
    if (this.#gate.isOpen) this.#target.endAudio();
    this.#gate.close();
    this.#preRoll = [];
  }
}

const msOf = ({ byteLength }: ArrayBuffer): number => durationMs(byteLength, micSampleRate);

interface MicrophoneUplinkEvents {
  readonly stateChanged: (mic: MicrophoneState) => void;
  /** The device was unplugged, or the system revoked it, and no other could take its place. */
  readonly lost: () => void;
  /** The default took the place of a device that was unplugged. */
  readonly replaced?: (label: string) => void;
  /** The system has taken the microphone, as iOS does during a phone call, or has given it back. */
  readonly withheld?: (withheld: boolean) => void;
}

export class MicrophoneUplink {
  readonly #target: UplinkTarget;
  readonly #events: MicrophoneUplinkEvents;
  readonly #sender: SilenceGatedSender;
  #microphone: Microphone | undefined;
  #state: MicrophoneState = "off";
  #settings: MicrophoneSettings = defaultProcessing;
  /** Increases with each close: an `open` that completes after a close releases the device at once. */
  #generation = 0;
  /** The page may not speak, by its role or by an operator's mute: frames are dropped. */
  blocked = false;

  constructor(target: UplinkTarget, events: MicrophoneUplinkEvents) {
    this.#target = target;
    this.#events = events;
    this.#sender = new SilenceGatedSender(target);
  }

  /** 0 to 1, for display. */
  level(): number {
    return this.#microphone?.level() ?? 0;
  }

  handleEvent(event: ConnectionEvent): void {
    this.#sender.handleEvent(event);
  }

  /**
   * Opens the microphone. Must be called from a user gesture.
   * @throws as `openMicrophone`, unless `close` was called meanwhile.
   */
  async open(): Promise<void> {
    if (this.#state !== "off") return;
    this.#setState("requesting");
    const generation = this.#generation;
    try {
      const microphone = await openMicrophone(this.#settings, {
        frame: (pcm) => this.blocked || this.#sender.push(pcm),
        lost: () => void this.#replace(),
        withheld: (withheld) => this.#events.withheld?.(withheld),
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
    this.#sender.end();
    if (this.#state !== "off") this.#setState("off");
    await microphone?.close();
  }

  /** The default device takes the place of one that is gone. */
  async #replace(): Promise<void> {
    const microphone = this.#microphone;
    try {
      await this.use({ deviceId: undefined });
      if (microphone && microphone === this.#microphone) this.#events.replaced?.(microphone.label);
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
