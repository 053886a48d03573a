/**
 * The person's voice on its way out: the microphone, muted or not, and the silence that is kept from the wire.
 *
 *   off ──open()──▶ asking ──▶ on ◀──▶ muted
 */
import type { Connection, ConnectionEvent } from "../connection/connection.ts";
import { openMicrophone, type Microphone } from "./microphone.ts";
import { closedGate, gateAudio, type GateState } from "../../wire/silence-gate.ts";
import { durationMs, rmsLoudness, micSampleRate } from "../../wire/pcm.ts";

export type MicrophoneState = "off" | "asking" | "on" | "muted";

type UplinkTarget = Pick<Connection, "sendAudio" | "endAudio" | "mute">;

/** What passes the gate, and the word that it has closed. */
export class SilenceGatedSender {
  readonly #out: Pick<UplinkTarget, "sendAudio" | "endAudio">;
  #gate: GateState<ArrayBuffer> = closedGate;
  /** Whether the model has heard the end of what was said. */
  #understood = true;

  constructor(out: Pick<UplinkTarget, "sendAudio" | "endAudio">) {
    this.#out = out;
  }

  /** @param pcm mono PCM16, 16 kHz, only lent: what waits for the first loud sound is a copy. */
  push(pcm: ArrayBuffer): void {
    const ms = durationMs(pcm.byteLength, micSampleRate);
    const piece = { payload: pcm.slice(0), loudness: rmsLoudness(new Uint8Array(pcm)), ms };
    const [gate, { passed, streamEnds }] = gateAudio(this.#gate, piece, this.#understood);
    this.#gate = gate;
    if (gate.speaking) this.#understood = false;
    for (const sound of passed) this.#out.sendAudio(sound);
    if (streamEnds) this.#out.endAudio();
  }

  handleEvent(heard: ConnectionEvent): void {
    if (heard.kind === "transcript" && heard.side === "user" && heard.finished)
      this.#understood = true;
  }

  /** Nothing more comes for now. */
  end(): void {
    if (this.#gate.open) this.#out.endAudio();
    this.#gate = { ...closedGate, noiseFloor: this.#gate.noiseFloor };
  }
}

export interface MicrophoneUplinkEvents {
  readonly stateChanged: (mic: MicrophoneState) => void;
  /** Unplugged, or taken away by the system. */
  readonly lost: () => void;
}

export class MicrophoneUplink {
  readonly #out: UplinkTarget;
  readonly #events: MicrophoneUplinkEvents;
  readonly #gated: SilenceGatedSender;
  #mic: Microphone | undefined;
  #state: MicrophoneState = "off";
  /** Raised when it is let go: whoever is still asking for it then knows to give it back. */
  #visit = 0;
  /** By an operator: nothing is sent that would not be heard. */
  silenced = false;

  constructor(out: UplinkTarget, events: MicrophoneUplinkEvents) {
    this.#out = out;
    this.#events = events;
    this.#gated = new SilenceGatedSender(out);
  }

  /** 0 to 1. */
  level(): number {
    return this.#mic?.level() ?? 0;
  }

  handleEvent(heard: ConnectionEvent): void {
    this.#gated.handleEvent(heard);
  }

  /**
   * Asks for the microphone; call it from a user's gesture.
   * @throws what `openMic` throws, unless it was let go meanwhile.
   */
  async open(): Promise<void> {
    if (this.#state !== "off") return;
    this.#become("asking");
    const visit = this.#visit;
    try {
      const mic = await openMicrophone({
        frame: (pcm) => this.silenced || this.#gated.push(pcm),
        lost: () => this.#lost(),
      });
      if (visit !== this.#visit) return await mic.close();
      this.#mic = mic;
      this.#become("on");
    } catch (error) {
      if (visit !== this.#visit) return;
      this.#become("off");
      throw error;
    }
  }

  toggleMute(): void {
    const mic = this.#mic;
    if (!mic) return;
    mic.muted = !mic.muted;
    if (mic.muted) this.#gated.end();
    this.#out.mute(mic.muted);
    this.#become(mic.muted ? "muted" : "on");
  }

  async close(): Promise<void> {
    this.#visit++;
    const mic = this.#mic;
    this.#mic = undefined;
    if (mic?.muted) this.#out.mute(false);
    this.#gated.end();
    if (this.#state !== "off") this.#become("off");
    await mic?.close();
  }

  #lost(): void {
    void this.close();
    this.#events.lost();
  }

  #become(state: MicrophoneState): void {
    this.#state = state;
    this.#events.stateChanged(state);
  }
}
