/** The one microphone the model hears: its silence is kept from the model, and its speech is noticed. */
import { closedGate, gateAudio, type GateState } from "../wire/silence-gate.ts";
import type { ModelInput } from "../core/client-request.ts";
import { durationMs, rmsLoudness } from "../wire/pcm.ts";

type Sound = Extract<ModelInput, { type: "audio" }>;

export interface Heard {
  /** What goes on to the model, oldest first. */
  readonly pass: readonly ModelInput[];
  /** The user began to speak, or is quiet again; undefined while nothing changed. */
  readonly speech: boolean | undefined;
}

export class Microphone {
  #gate: GateState<Sound> = closedGate;

  /**
   * @param gated whether silence is held back; speech is noticed all the same.
   * @param understood whether the model has heard the end of what was said before.
   */
  hear(sound: Sound, gated: boolean, understood: boolean): Heard {
    const before = this.#gate.speaking;
    const piece = {
      payload: sound,
      loudness: rmsLoudness(sound.pcm),
      ms: durationMs(sound.pcm.byteLength, sound.rate),
    };
    const [gate, { passed, streamEnds }] = gateAudio(this.#gate, piece, understood);
    this.#gate = gate;
    const speech = gate.speaking === before ? undefined : gate.speaking;
    if (!gated) return { pass: [sound], speech };
    return { pass: streamEnds ? [...passed, { type: "audioStreamEnd" }] : passed, speech };
  }

  /** The stream was ended by whoever sent it. @returns whether they were speaking. */
  end(): boolean {
    const { speaking } = this.#gate;
    this.#gate = { ...closedGate, noiseFloor: this.#gate.noiseFloor };
    return speaking;
  }
}
