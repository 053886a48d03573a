/** CMU Flite, a command compiled to WASI, run in memory: the text is an argument, the output a WAV file. */
import { ConsoleStdout, File, OpenFile, PreopenDirectory, WASI } from "@bjorn3/browser_wasi_shim";
import type { Inode } from "@bjorn3/browser_wasi_shim";
import { readModel } from "../models.ts";

/** The voices in the module. Flite silently replaces an unknown name with `kal` at 8 kHz. */
export type FliteVoice = "slt" | "rms" | "awb" | "kal";

interface FliteSettings {
  readonly voice: FliteVoice;
  /** 1 is the voice's own pace, 2 takes twice as long. */
  readonly stretch: number;
  /** Mean pitch in Hz; only `slt` supports it. */
  readonly pitch?: number;
}

interface SynthesizedSpeech {
  readonly samples: Int16Array<ArrayBuffer>;
  /** In Hz. */
  readonly rate: number;
}

interface Command {
  readonly exports: { memory: WebAssembly.Memory; _start: () => unknown };
}

const outputName = "speech.wav";
const headerBytes = 44;

export class Flite {
  readonly #module: WebAssembly.Module;

  private constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  static async open(): Promise<Flite> {
    return new Flite(await WebAssembly.compile(await readModel("flite")));
  }

  /** @param text normalized, not empty. */
  async synthesize(text: string, settings: FliteSettings): Promise<SynthesizedSpeech> {
    const output = new File([]);
    const files = new Map<string, Inode>([[outputName, output]]);
    const fds = [
      new OpenFile(new File([])),
      discardOutput(),
      discardOutput(),
      new PreopenDirectory(".", files),
    ];
    const wasi = new WASI(argumentsFor(text, settings), [], fds, { debug: false });
    const instance = await WebAssembly.instantiate(this.#module, {
      wasi_snapshot_preview1: wasi.wasiImport,
    });
    if (!isCommand(instance)) throw new Error("the synthesizer's module is not a command");
    const exit = wasi.start(instance);
    if (exit !== 0) throw new Error(`the synthesizer ended with ${exit}`);
    return readWav(output.data);
  }
}

/** Flite treats an argument with a space as text, and one without as a file name. */
function argumentsFor(text: string, { voice, stretch, pitch }: FliteSettings): string[] {
  const pitchSetting = pitch === undefined ? [] : ["--setf", `int_f0_target_mean=${pitch}`];
  const setting = ["-voice", voice, "--setf", `duration_stretch=${stretch}`, ...pitchSetting];
  return ["flite", ...setting, ` ${text} `, outputName];
}

const discardOutput = () => new ConsoleStdout(() => {});

function isCommand(instance: object): instance is Command {
  return "exports" in instance && Object.hasOwn(instance.exports as object, "_start");
}

/** Flite writes a 44-byte header, then mono PCM16; a trailing odd byte is possible. */
function readWav(file: Uint8Array): SynthesizedSpeech {
  if (file.length < headerBytes) throw new Error("the synthesizer wrote nothing");
  const rate = new DataView(file.buffer, file.byteOffset).getUint32(24, true);
  const even = file.length - (file.length % 2);
  return { rate, samples: new Int16Array(file.slice(headerBytes, even).buffer) };
}
