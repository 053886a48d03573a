import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findCanary, makeCanary } from "../support/canary.ts";
import { startEmulatorProcess, startParley, type Parley } from "../support/parley.ts";
import { audioSamples, connectAdkClient, type AdkClient } from "../support/adk-client.ts";
import { clipSamples } from "../support/wavs.ts";

const key = makeCanary("key+/=");
const secret = makeCanary("auth");
const typed = makeCanary("words");
const picture = makeCanary("picture");
let emulator: Awaited<ReturnType<typeof startEmulatorProcess>>;
let parley: Parley;
let ann: AdkClient;

/** One conversation with all content that must not leak, followed by an upstream that closes. */
beforeAll(async () => {
  emulator = await startEmulatorProcess();
  parley = await startParley({
    settings: {
      LIVE_API_URL: emulator.url,
      GEMINI_API_KEY: key,
      AUTH_SECRET: secret,
      ALLOW_ANONYMOUS: "1",
    },
  });
  ann = await connectAdkClient(`${parley.url}/ws/ann/secrets`, await token());
  await ann.send({
    type: "image",
    data: Buffer.from(picture).toString("base64"),
    mimeType: "image/jpeg",
  });
  await ann.sendText(typed);
  await ann.turn();
  await ann.speak(clipSamples("espeak-sum.wav")).spoken;
  await ann.turn();
  for (const bad of ["{", "null", typed, `{"type":"text","text":${JSON.stringify({ typed })}}`])
    await ann.send(bad);
  await ann.send(new Uint8Array(3));
  await ann.next((event) => event.errorCode !== undefined);
  await emulator.stop();
  await ann.next((event) => event.errorCode === "UPSTREAM_LOST");
});

afterAll(async () => {
  await parley.stop();
});

async function token(): Promise<string> {
  const { sign } = await import("hono/jwt");
  return sign({ user: "ann", exp: Math.floor(Date.now() / 1000) + 60 }, secret);
}

/** Every byte of every SQLite file of the Durable Objects, write-ahead logs included. */
function storage(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && /sqlite/.test(path));
  expect(files.length).toBeGreaterThan(0);
  return Buffer.concat(files.map((path) => readFileSync(path)));
}

const printed = (): string => parley.output() + emulator.output();
const frames = (): Buffer => Buffer.concat(ann.all.map(({ raw }) => raw));

describe("[SECRET1] the key appears only in the header to the model", () => {
  it("not in output, client messages or storage, in any encoding", () => {
    for (const hay of [printed(), frames(), storage(parley.state)]) {
      expect(findCanary(key, hay)).toEqual([]);
      expect(findCanary(secret, hay)).toEqual([]);
    }
  });

  it("and it reached the model: the emulator accepted it", () => {
    expect(audioSamples(ann.messages).length).toBeGreaterThan(10_000);
  });
});

describe("[SECRET2] transcripts are not printed, and media are not stored", () => {
  it("typed text is in the log only; images and audio are nowhere", () => {
    expect(findCanary(typed, printed())).toEqual([]);
    const kept = storage(parley.state);
    expect(findCanary(typed, kept)).toContain("raw");
    expect(findCanary(picture, kept)).toEqual([]);
    const sound = Buffer.from(audioSamples(ann.messages).slice(8000, 8032).buffer);
    expect(findCanary(sound, kept)).toEqual([]);
    const speech = Buffer.from(clipSamples("espeak-sum.wav").slice(8000, 8032).buffer);
    expect(findCanary(speech, kept)).toEqual([]);
    expect(findCanary(picture, printed())).toEqual([]);
  });
});

describe("[SECRET3] the search finds planted secrets", () => {
  it.each([
    ["raw", key],
    ["URL-encoded", encodeURIComponent(key)],
    ["base64, at every alignment", Buffer.from(`x${key}`).toString("base64")],
    ["base64, at every alignment", Buffer.from(`xy${key}`).toString("base64url")],
  ])("a secret that is logged %s", (_, logged) => {
    expect(findCanary(key, `${printed()} ${logged} and more`)).not.toEqual([]);
  });
});
