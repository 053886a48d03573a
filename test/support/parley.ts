/** Runs parley as a user does, on free ports and with its own settings, and keeps its output. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Parley {
  /** ws://127.0.0.1:… of the relay. */
  readonly url: string;
  readonly port: number;
  /** http://127.0.0.1:… of the emulator; unused when the settings name another upstream. */
  readonly emulator: string;
  readonly emulatorPort: number;
  /** The folder of the Durable Objects' SQLite files. */
  readonly state: string;
  readonly pid: number;
  /** The output so far, stdout and stderr. */
  output(): string;
  /** Waits for the process to end. @returns its exit code. */
  ended(): Promise<number | null>;
  /** Sends a signal, SIGTERM by default, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface Options {
  /** The content of `.dev.vars`, empty by default; the developer's own file is ignored. */
  readonly settings?: Record<string, string>;
  readonly port?: number;
  readonly emulatorPort?: number;
  /** Flags for the Node that runs the emulator. */
  readonly env?: Record<string, string>;
  /** Arguments of `npm start`. */
  readonly args?: readonly string[];
  /** A copy of the project; this one by default. */
  readonly project?: string;
}

/** Starts it and waits for the ready line. @throws Error with its output when it ends before. */
export async function startParley(options: Options = {}): Promise<Parley> {
  const parley = await launchParley(options);
  const ready = parley.ready();
  const failed = parley.ended().then(() => {
    throw new Error(`parley did not start:\n${parley.output()}`);
  });
  await Promise.race([ready, failed]);
  failed.catch(() => undefined);
  return parley;
}

/** Starts it without waiting. */
export async function launchParley(
  options: Options = {},
): Promise<Parley & { ready(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "parley-"));
  const settings = join(folder, "vars");
  const lines = Object.entries(options.settings ?? {}).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(settings, lines.join(""));
  const port = options.port ?? (await freePort());
  const emulatorPort = options.emulatorPort ?? (await freePort());
  const args = ["scripts/start.ts", "--persist-to", folder, ...(options.args ?? [])];
  const child = spawn(process.execPath, args, {
    cwd: options.project ?? join(import.meta.dirname, "../.."),
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PORT: `${port}`,
      EMULATOR_PORT: `${emulatorPort}`,
      PARLEY_VARS: settings,
      ...options.env,
    },
  });
  const print = collect(child);
  const exit = once(child, "exit").then(([code]) => {
    rmSync(folder, { recursive: true, force: true });
    return code as number | null;
  });
  return {
    url: `ws://127.0.0.1:${port}`,
    port,
    emulator: `http://127.0.0.1:${emulatorPort}`,
    emulatorPort,
    state: folder,
    pid: child.pid ?? 0,
    output: print.text,
    ready: () => print.until(/parley is ready/),
    ended: () => exit,
    stop: (signal = "SIGTERM") => {
      child.kill(signal);
      return exit;
    },
  };
}

function collect(child: ChildProcess) {
  let text = "";
  let changed = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      changed.resolve();
      changed = Promise.withResolvers();
    });
  const until = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(text)) await changed.promise;
  };
  return { text: () => text, until };
}

/** Starts the emulator alone, as its users run it. */
export async function startEmulatorProcess(): Promise<
  Pick<Parley, "url" | "output"> & { stop(): Promise<unknown> }
> {
  const port = await freePort();
  const child = spawn(process.execPath, ["src/emulator/node/main.ts", `--port=${port}`], {
    cwd: join(import.meta.dirname, "../.."),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const print = collect(child);
  const exit = once(child, "exit");
  await print.until(/listens on/);
  return {
    url: `ws://127.0.0.1:${port}`,
    output: print.text,
    stop: () => {
      child.kill("SIGTERM");
      return exit;
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
