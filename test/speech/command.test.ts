import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { findCanary, makeCanary } from "../support/canary.ts";
import { clipSamples } from "../support/wavs.ts";
import { audio, listen, session, type ServerFrame } from "./live.ts";

const main = new URL("../../src/emulator/node/main.ts", import.meta.url).pathname;

describe("the command", () => {
  it("[EMUS19] explains itself and invalid options", async () => {
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

  it("[EMUS19] reports in one sentence that its port is taken", async () => {
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

  it("[EMUS37] does not start with an invalid script", async () => {
    const script = join(await folder(), "bad.json");
    await writeFile(script, '{"lines": [{}]}');
    expect(await run("--port", "0", "--script", script)).toEqual({
      code: 1,
      out: "",
      err: `${script}: Line 1 must have "steps", a list.\n`,
    });
  });

  it("[EMUS38] follows its script, ages faster, records everything except keys, and [EMUS39] replays it", async () => {
    const [script, record] = [join(await folder(), "s.json"), join(await folder(), "r.jsonl")];
    await writeFile(script, '{"lines": [{"steps": [{"say": "So the script says."}]}]}');
    const key = makeCanary("key");
    const live = await started([], "--script", script, "--record", record, "--speed", "100");
    const client = await session(live.base, key);
    await listen(client, "hello");
    // Ten minutes, a hundred times faster.
    expect((await client.closed).reason).toMatch(/^Deadline expired/u);
    live.process.kill("SIGTERM");
    await once(live.process, "exit");
    const recorded = await readFile(record, "utf8");
    expect(findCanary(key, recorded)).toEqual([]);
    expect(recorded.trimEnd().split("\n").at(-1)).toContain('"close":{"code":1011');
    const again = await started([], "--replay", record);
    const viewer = await session(again.base);
    await listen(viewer, "hello");
    expect(text(viewer.messages)).toBe("So the script says.");
    expect(text(viewer.messages)).toBe(text(client.messages));
    await viewer.close();
  }, 120_000);

  it("[EMUS20] closes its connections when it is told to stop", async () => {
    const emulator = await started();
    const client = await session(emulator.base);
    emulator.process.kill("SIGTERM");
    expect(await client.closed).toEqual({ code: 1001, reason: "The emulator is stopping." });
    const [code] = await once(emulator.process, "exit");
    expect(code).toBe(0);
    expect(emulator.out()).toMatch(/^The Live API emulator listens on \S+\n$/u);
  });

  it("[EMUS21] keeps no heap for closed sessions", async () => {
    const { base } = await started(["--expose-gc"]);
    const heap = async () => {
      const stats = await fetch(`${base.replace("ws", "http")}/_emulator/stats?gc=1`);
      const { memory } = await stats.json();
      expect(memory.collected).toBe(true);
      return Number(memory.heapUsed);
    };
    const sound = audio(clipSamples("espeak-who.wav").subarray(0, 8192));
    const openAndAsk = async () => {
      const client = await session(base);
      await client.send(sound);
      await client.close();
    };
    const runSessions = async (rounds: number) => {
      for (let i = 0; i < rounds; i += 1) await Promise.all(Array.from({ length: 10 }, openAndAsk));
      return heap();
    };
    // The reports of the latest fifty sessions are kept; beyond them nothing may grow.
    const few = await runSessions(8);
    const many = await runSessions(8);
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

/** Starts on a free port; stops with the test. */
async function started(flags: string[] = [], ...options: string[]) {
  const child = spawn(process.execPath, [...flags, main, "--port", "0", ...options]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  child.stdout.on("data", (data) => (out += String(data)));
  await expect.poll(() => out, { timeout: 30_000 }).toContain("\n");
  const url = /http:\S+/u.exec(out)?.[0] ?? "";
  return { process: child, base: url.replace("http", "ws"), out: () => out };
}

/** Removed with the test. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "emulator-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

const text = (frames: readonly ServerFrame[]) =>
  frames.map(({ serverContent }) => serverContent?.outputTranscription?.text ?? "").join("");
