/** The one microphone the model hears: its silence is kept from the model, and its speech is noticed. */
import { closedGate, judge, type Gate } from "../wire/silence-gate.ts";
import type { LiveRequest } from "../core/client-request.ts";
import { durationMs, loudness } from "../wire/pcm.ts";

type Sound = Extract<LiveRequest, { type: "audio" }>;

export interface Heard {
  /** What goes on to the model, oldest first. */
  readonly pass: readonly LiveRequest[];
  /** The user began to speak, or is quiet again; undefined while nothing changed. */
  readonly speech: boolean | undefined;
}

export class Microphone {
  #gate: Gate<Sound> = closedGate;

  /**
   * @param gated whether silence is held back; speech is noticed all the same.
   * @param understood whether the model has heard the end of what was said before.
   */
  hear(sound: Sound, gated: boolean, understood: boolean): Heard {
    const before = this.#gate.speaking;
    const piece = {
      carried: sound,
      loudness: loudness(sound.pcm),
      ms: durationMs(sound.pcm.byteLength, sound.rate),
    };
    const [gate, { pass, ends }] = judge(this.#gate, piece, understood);
    this.#gate = gate;
    const speech = gate.speaking === before ? undefined : gate.speaking;
    if (!gated) return { pass: [sound], speech };
    return { pass: ends ? [...pass, { type: "audioStreamEnd" }] : pass, speech };
  }

  /** The stream was ended by whoever sent it. @returns whether they were speaking. */
  end(): boolean {
    const { speaking } = this.#gate;
    this.#gate = { ...closedGate, floor: this.#gate.floor };
    return speaking;
  }
}
