/** Runs `npm start` (Worker, emulator and page) with its own ports and storage. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");

export class ParleyProcess {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, process: ChildProcess, folder: string) {
    this.url = url;
    this.#process = process;
    this.#folder = folder;
  }

  /** @throws with the output of the process, when it exits before it is ready. */
  static async open(): Promise<ParleyProcess> {
    const [port, emulatorPort] = await freePorts();
    const folder = mkdtempSync(join(tmpdir(), "parley-storage-"));
    const child = spawn(process.execPath, ["scripts/start.ts", `--persist-to=${folder}`], {
      cwd: root,
      env: { ...process.env, PORT: `${port}`, EMULATOR_PORT: `${emulatorPort}` },
      stdio: ["ignore", "pipe", "pipe"],
    });
    await ready(child);
    return new ParleyProcess(`http://localhost:${port}`, child, folder);
  }

  async close(): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill("SIGTERM");
      await once(this.#process, "exit");
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function ready(child: ChildProcess): Promise<void> {
  let output = "";
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const append = (chunk: Buffer): void => {
    output += chunk.toString();
    if (output.includes("parley is ready")) resolve();
  };
  child.stdout?.on("data", append);
  child.stderr?.on("data", append);
  child.once("exit", () => reject(new Error(`npm start ended: ${output}`)));
  await promise;
}

/** Opens both ports at the same time, so that they differ. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  for (const server of servers) await once(server.listen(0, "127.0.0.1"), "listening");
  const [a = 0, b = 0] = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return [a, b];
}
