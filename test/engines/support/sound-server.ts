/**
 * A PulseAudio server of the test's own, with a microphone to speak into and a loudspeaker that is recorded. Both are
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
      "module-null-sink sink_name=voice rate=48000",
      // Browsers do not offer the monitor of a sink as a microphone.
      "module-remap-source master=voice.monitor source_name=microphone",
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
    return new SoundServer(folder, { ...env, PULSE_SERVER: `unix:${socket}` }, server);
  }

  /** What the loudspeaker has played so far, mono, at `recordingRate`. */
  recording(): Int16Array {
    const bytes = Buffer.concat(this.#recorded);
    return new Int16Array(new Uint8Array(bytes).buffer, 0, bytes.length >> 1);
  }

  /** Speaks into the microphone, in real time, after half a second: a stream that starts may lose its beginning. */
  async speak(samples: Int16Array<ArrayBuffer>, rate: number): Promise<void> {
    const path = join(this.#folder, "speech.wav");
    const padded = new Int16Array(samples.length + rate / 2);
    padded.set(samples, rate / 2);
    writeWav(path, { samples: padded, rate });
    const [code] = await once(this.#run("paplay", ["--device=voice", path]), "exit");
    if (code !== 0) throw new Error(`paplay ended with ${code}`);
  }

  async close(): Promise<void> {
    this.#recorder.kill();
    await this.#server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(command: string, args: readonly string[]): ChildProcess {
    return spawn(command, args, { env: this.env, stdio: ["ignore", "pipe", "inherit"] });
  }
}
