import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { clipSamples } from "../support/wavs.ts";
import { audio, session } from "./live.ts";

const main = new URL("../../src/emulator/node/main.ts", import.meta.url).pathname;

describe("the command", () => {
  it("[EMUS19] explains itself, and what is wrong with its options", async () => {
    expect(await run("--help")).toMatchObject({
      code: 0,
      out: expect.stringContaining("--port N"),
    });
    expect(await run("--port", "many")).toEqual({
      code: 1,
      out: "",
      err: 'The port must be a whole number from 0 to 65535, not "many".\n',
    });
    expect(await run("--profile", "gemini-0")).toMatchObject({
      code: 1,
      err: expect.stringContaining("gemini-3.8-live"),
    });
    expect(await run("--colour")).toMatchObject({
      code: 1,
      err: expect.stringContaining("--help"),
    });
  });

  it("[EMUS19] says in one sentence that its port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    expect(await run("--port", String(port))).toEqual({
      code: 1,
      out: "",
      err: `Port ${port} is taken: stop what listens there, or choose another with --port or EMULATOR_PORT.\n`,
    });
  });

  it("[EMUS20] says goodbye when it is told to stop", async () => {
    const emulator = await started();
    const client = await session(emulator.base);
    emulator.process.kill("SIGTERM");
    expect(await client.closed).toEqual({ code: 1001, reason: "The emulator is stopping." });
    const [code] = await once(emulator.process, "exit");
    expect(code).toBe(0);
    expect(emulator.out()).toMatch(/^The Live API emulator listens on \S+\n$/u);
  });

  it("[EMUS21] keeps no heap for sessions that are over", async () => {
    const { base } = await started("--expose-gc");
    const heap = async () => {
      const stats = await fetch(`${base.replace("ws", "http")}/_emulator/stats?gc=1`);
      const { memory } = await stats.json();
      expect(memory.collected).toBe(true);
      return Number(memory.heapUsed);
    };
    const sound = audio(clipSamples("espeak-who.wav").subarray(0, 8192));
    const talk = async () => {
      const client = await session(base);
      await client.send(sound);
      await client.close();
    };
    const talks = async (rounds: number) => {
      for (let i = 0; i < rounds; i += 1) await Promise.all(Array.from({ length: 10 }, talk));
      return heap();
    };
    // The reports of the latest fifty sessions are kept; past them nothing may grow.
    const few = await talks(8);
    const many = await talks(8);
    expect(many / few).toBeLessThan(1.05);
  });
});

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function run(...args: string[]): Promise<Result> {
  const child = spawn(process.execPath, [main, ...args]);
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => (out += String(data)));
  child.stderr.on("data", (data) => (err += String(data)));
  const [code] = await once(child, "close");
  return { code, out, err };
}

/** On a free port; ended with the test. */
async function started(...flags: string[]) {
  const child = spawn(process.execPath, [...flags, main, "--port", "0"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  child.stdout.on("data", (data) => (out += String(data)));
  await expect.poll(() => out, { timeout: 30_000 }).toContain("\n");
  const url = /http:\S+/u.exec(out)?.[0] ?? "";
  return { process: child, base: url.replace("http", "ws"), out: () => out };
}
