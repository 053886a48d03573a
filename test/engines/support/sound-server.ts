/**
 * A PulseAudio server of the test's own, with microphones to speak into and a loudspeaker that is recorded. All are
 * null sinks: they run by the clock, without hardware.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWav } from "../../support/wav.ts";
import { Child } from "./child.ts";

/** Of the recording. */
export const recordingRate = 24_000;

/** The first is the system's default. Browsers list them by these names. */
const microphones = ["Microphone", "Headset"] as const;
type MicrophoneName = (typeof microphones)[number];

export class SoundServer {
  /** For the processes that are to use this server. */
  readonly env: NodeJS.ProcessEnv;
  readonly #folder: string;
  readonly #server: Child;
  readonly #recorder: ChildProcess;
  readonly #recorded: Buffer[] = [];

  private constructor(folder: string, env: NodeJS.ProcessEnv, server: Child) {
    this.env = env;
    this.#folder = folder;
    this.#server = server;
    this.#recorder = this.#run("parec", [
      "--device=loudspeaker.monitor",
      "--raw",
      "--format=s16le",
      `--rate=${recordingRate}`,
      "--channels=1",
      "--latency-msec=20",
    ]);
    this.#recorder.stdout?.on("data", (chunk: Buffer) => this.#recorded.push(chunk));
  }

  static async open(): Promise<SoundServer> {
    const folder = mkdtempSync(join(tmpdir(), "parley-sound-"));
    const socket = join(folder, "native.socket");
    const modules = [
      `module-native-protocol-unix auth-anonymous=1 socket=${socket}`,
      `module-null-sink sink_name=loudspeaker rate=${recordingRate}`,
      ...microphones.flatMap((name) => [
        `module-null-sink sink_name=voice-of-${name} rate=48000`,
        // Browsers do not offer the monitor of a sink as a microphone.
        `module-remap-source master=voice-of-${name}.monitor source_name=${name} source_properties=device.description=${name}`,
      ]),
    ];
    const env = { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder };
    const server = new Child(
      "pulseaudio",
      [
        "-n",
        "--daemonize=no",
        "--exit-idle-time=-1",
        "--disable-shm=yes",
        "--log-target=stderr",
        "--log-level=info",
        ...modules.flatMap((module) => ["-L", module]),
      ],
      env,
    );
    await server.prints(/Daemon startup complete/);
    const sound = new SoundServer(folder, { ...env, PULSE_SERVER: `unix:${socket}` }, server);
    await sound.#finish("pactl", ["set-default-source", microphones[0]]);
    return sound;
  }

  /** What the loudspeaker has played so far, mono, at `recordingRate`. */
  recording(): Int16Array {
    const bytes = Buffer.concat(this.#recorded);
    return new Int16Array(new Uint8Array(bytes).buffer, 0, bytes.length >> 1);
  }

  /**
   * Speaks into a microphone, in real time, with half a second of silence around it: a stream that starts may lose its
   * beginning, and the end reaches a browser after its delay.
   */
  async speak(
    samples: Int16Array<ArrayBuffer>,
    rate: number,
    microphone: MicrophoneName = microphones[0],
  ): Promise<void> {
    const path = join(this.#folder, "speech.wav");
    const padded = new Int16Array(samples.length + rate);
    padded.set(samples, rate / 2);
    writeWav(path, { samples: padded, rate });
    await this.#finish("paplay", [`--device=voice-of-${microphone}`, path]);
  }

  async close(): Promise<void> {
    this.#recorder.kill();
    await this.#server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #finish(command: string, args: readonly string[]): Promise<void> {
    const [code] = await once(this.#run(command, args), "exit");
    if (code !== 0) throw new Error(`${command} ended with ${code}`);
  }

  #run(command: string, args: readonly string[]): ChildProcess {
    return spawn(command, args, { env: this.env, stdio: ["ignore", "pipe", "inherit"] });
  }
}
