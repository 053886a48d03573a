/** Runs a client in another language through the scenario of `python/common.py`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { clipSamples } from "../../support/wavs.ts";
import type { Front } from "./front.ts";
import type { Program } from "./languages.ts";
import type { Turn } from "./turn.ts";

export interface Transcribed extends Turn {
  readonly inputTranscript: string;
  readonly outputTranscript: string;
}

/** The turns by their question, and the calls of the client's function. */
export interface Report {
  readonly turns: Readonly<Record<string, Transcribed>>;
  readonly calls: readonly { readonly name: string; readonly args: { readonly city: string } }[];
}

type Line =
  | { readonly cut: true }
  | { readonly call: Report["calls"][number] }
  | {
      readonly turn: string;
      readonly inputTranscript: string;
      readonly outputTranscript: string;
      readonly audio: string;
    };

const clips = {
  who: "espeak-who.wav",
  paris: "espeak-paris.wav",
  myName: "espeak-my-name.wav",
  whichName: "espeak-which-name.wav",
};

/** The address and the key that a program gets. */
export interface At {
  readonly front: Front;
  readonly path?: string;
  readonly apiKey: string;
}

/** Above the length of a scenario, ms. */
const DEADLINE_MS = 90_000;

/** @throws Error with the program's output if it fails. */
export async function runProgram(program: Program, at: At): Promise<Report> {
  const report: { turns: Record<string, Transcribed>; calls: Report["calls"][number][] } = {
    turns: {},
    calls: [],
  };
  await run(program, at, async (line: Line, tell) => {
    if ("call" in line) report.calls.push(line.call);
    else if ("turn" in line) report.turns[line.turn] = turnOf(line);
    else await cut(at.front, tell);
  });
  return report;
}

/** What the agents of `python/adk_direct.py` say, by scenario. @throws as `runProgram`. */
export async function runAdkDirect(program: Program, at: At): Promise<Record<string, string[]>> {
  let report: Record<string, string[]> = {};
  const script = join(program.cwd, "adk_direct.py");
  await run(
    { ...program, start: (trusted) => ({ ...program.start(trusted), args: [script] }) },
    at,
    (line) => {
      report = { ...report, ...(line as Record<string, string[]>) };
    },
  );
  return report;
}

type OnLine<T> = (line: T, tell: (word: string) => void) => void | Promise<void>;

async function run<T extends object>(program: Program, at: At, onLine: OnLine<T>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "parley-client-"));
  const trusted = join(folder, "front.pem");
  writeFileSync(trusted, at.front.certificate);
  const { command, args, env } = program.start(trusted);
  const child = spawn(command, args, { env: { ...process.env, ...env }, timeout: DEADLINE_MS });
  let log = "";
  child.stderr.on("data", (text: Buffer) => (log += text.toString()));
  // Pipes break when the program fails: its exit code and output tell why.
  child.stdin.on("error", () => undefined);
  const ended = once(child, "exit");
  child.stdin.write(`${request(at)}\n`);
  try {
    for await (const text of createInterface(child.stdout)) {
      const line = read(text);
      if (line === undefined) log += `${text}\n`;
      else await onLine(line as T, (word) => child.stdin.write(`${word}\n`));
    }
    const [code, signal] = await ended;
    if (code !== 0) throw new Error(`ended with ${code ?? signal}:\n${log.slice(-5000)}`);
  } finally {
    child.kill();
    rmSync(folder, { recursive: true });
  }
}

function request({ front, path = "", apiKey }: At): string {
  const pcm = Object.entries(clips).map(([name, file]) => {
    const { buffer, byteOffset, byteLength } = clipSamples(file);
    return [name, Buffer.from(buffer, byteOffset, byteLength).toString("base64")];
  });
  return JSON.stringify({
    base_url: `https://localhost:${front.port}${path}`,
    api_key: apiKey,
    model: "gemini-3.8-live",
    clips: Object.fromEntries(pcm),
  });
}

/** Libraries print to stdout, too: undefined for a line that is not the program's. */
function read(text: string): object | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === "object" && line !== null ? line : undefined;
  } catch {
    return undefined;
  }
}

function turnOf({ audio, ...turn }: Extract<Line, { turn: string }>): Transcribed {
  const bytes = Uint8Array.from(Buffer.from(audio, "base64"));
  return { ...turn, audio: new Int16Array(bytes.buffer) };
}

async function cut(front: Front, tell: (word: string) => void): Promise<void> {
  const resumed = front.cut();
  tell("cut");
  await resumed;
  tell("resumed");
}
