/** Maps Gemini's voice names to local Flite voices. */
import type { FliteVoice } from "./flite.ts";

interface LocalVoice {
  readonly base: FliteVoice;
  /** Pitch factor of the whole voice over its base: 1.06 is a semitone and a smaller speaker. */
  readonly shift: number;
  /** Tempo factor over the base. */
  readonly pace: number;
  /** Mean pitch in Hz, for the one base that supports it. */
  readonly pitch?: number;
}

const woman = (pitch: number, shift: number, pace: number): LocalVoice => ({
  base: "slt",
  pitch,
  shift,
  pace,
});
const man = (shift: number, pace: number): LocalVoice => ({ base: "rms", shift, pace });
const scot = (shift: number, pace: number): LocalVoice => ({ base: "awb", shift, pace });

/** Gemini's prebuilt voices ("Speech generation": voice options), women and men as Google lists them. */
const voices = new Map<string, LocalVoice>(
  Object.entries({
    puck: man(1, 1),
    charon: man(0.92, 0.96),
    fenrir: scot(1, 1),
    orus: scot(0.94, 0.98),
    achird: man(1.04, 1.02),
    algenib: man(0.88, 0.94),
    algieba: man(0.96, 1),
    alnilam: scot(0.97, 1.04),
    enceladus: man(0.94, 0.9),
    iapetus: man(1.02, 0.95),
    rasalgethi: scot(0.91, 0.94),
    sadachbia: man(1.07, 1.06),
    sadaltager: scot(1.03, 0.95),
    schedar: man(0.98, 0.97),
    umbriel: scot(1.06, 1.03),
    zubenelgenubi: man(0.9, 1.02),
    kore: woman(178, 1.01, 0.97),
    aoede: woman(190, 1.02, 1.02),
    leda: woman(210, 1.05, 1.03),
    zephyr: woman(200, 1.02, 1.01),
    achernar: woman(165, 1.02, 0.95),
    autonoe: woman(185, 0.98, 1.04),
    callirrhoe: woman(180, 1.04, 0.97),
    despina: woman(160, 1, 0.98),
    erinome: woman(170, 0.98, 0.98),
    gacrux: woman(152, 0.97, 0.94),
    laomedeia: woman(205, 1.03, 1.06),
    pulcherrima: woman(195, 0.96, 1),
    sulafat: woman(155, 0.98, 1.01),
    vindemiatrix: woman(168, 1.06, 0.93),
  }),
);

export const voiceNames: readonly string[] = [...voices.keys()];

const defaultVoice = man(1, 1);

/** @param name as in `prebuiltVoiceConfig.voiceName`, in any case; an unknown name selects the default. */
export function findLocalVoice(name: string): LocalVoice {
  return voices.get(name.toLowerCase()) ?? defaultVoice;
}
