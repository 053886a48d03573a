/**
 * A turn through Google's Python SDK, which has an address option and requires TLS. PYTHON names an interpreter with
 * it.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Front } from "./front.ts";
import type { Turn } from "./turn.ts";

const python = process.env["PYTHON"] ?? "python3";

/** The SDK's version; undefined when it is not installed. */
export function pythonSdk(): string | undefined {
  const print = "import google.genai as sdk; print(sdk.__version__)";
  const { status, stdout } = spawnSync(python, ["-c", print], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

export async function pythonTurn(
  { port, certificate }: Front,
  { path, apiKey }: { path: string; apiKey: string },
  samples: Int16Array,
): Promise<Turn> {
  const folder = mkdtempSync(join(tmpdir(), "parley-python-"));
  const trusted = join(folder, "front.pem");
  writeFileSync(trusted, certificate);
  const child = spawn(python, [join(import.meta.dirname, "spoken.py")], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, SSL_CERT_FILE: trusted },
  });
  const pcm = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const base_url = `https://localhost:${port}${path}`;
  child.stdin.end(JSON.stringify({ base_url, api_key: apiKey, pcm: pcm.toString("base64") }));
  try {
    const [printed] = await Promise.all([text(child.stdout), once(child, "exit")]);
    const { inputTranscript, outputTranscript, audio } = JSON.parse(printed) as Record<
      "inputTranscript" | "outputTranscript" | "audio",
      string
    >;
    const bytes = Uint8Array.from(Buffer.from(audio, "base64"));
    return { inputTranscript, outputTranscript, audio: new Int16Array(bytes.buffer) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
